"""What is ordered in the Lab: a run of the chosen experiment, the last one again, or the same under several Pythons."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual import work

from conclab.lab.interpreters import NoInterpreter, ask, is_known
from conclab.lab.planning import BadRequest, make_plan
from conclab.model.experiments import Experiment
from conclab.model.runs import Plan
from conclab.recording.feed import EVERYTHING, Session
from conclab.tui.only_looks import refused
from conclab.tui.screens.compare import CompareDialog
from conclab.tui.screens.pages import TwoPages
from conclab.tui.widgets.form import Form
from conclab.tui.widgets.results import Results


@dataclass(frozen=True, slots=True)
class Order:
    """A run as it was asked for."""

    experiment: Experiment
    given: Mapping[str, str]
    repetitions: int | None
    paths: tuple[str, ...]
    traced: bool


class Orders(TwoPages):
    """Takes orders from the form. What is drawn is the business of who builds on it."""

    ACTS: ClassVar[frozenset[str]] = frozenset({"run", "again", "compare"})

    def __init__(self, session: Session, results: Results) -> None:
        super().__init__(session, results)
        self._last_plan: Plan | None = None
        self._asking = False

    @property
    def experiment(self) -> Experiment:
        """The chosen one."""
        raise NotImplementedError

    def _follow_run(self) -> None:
        """A run is on, or no longer."""
        raise NotImplementedError

    @property
    def _busy(self) -> bool:
        """Whether a run is on, or one is about to begin."""
        return self.session.run_state.live or self._asking

    def launch(self, plan: Plan) -> None:
        """Begin a run that has been checked."""
        if refused(self.app):
            return
        try:
            self.session.launch(plan)
        except RuntimeError:
            self.notify("A run is on; Esc stops it.", severity="warning")
            return
        self._last_plan = plan
        self.show_run()

    def show_run(self) -> None:
        """The panes of the run, with what it prints."""
        self.turn_page(results=True)
        if self.results.output.ordered in ("about", "chart"):
            self.results.turn("merged")
        self.refresh_view(EVERYTHING)

    def _order(self, paths: list[str]) -> None:
        """Begin the chosen experiment under these interpreters. One that is not known yet is asked first, and may take its time:
        what runs then is what was ordered, wherever the cursor has gone."""
        if refused(self.app):
            return
        form = self.query_one(Form)
        order = Order(self.experiment, form.given_for(self.experiment), form.repetitions, tuple(paths), form.traced)
        if all(is_known(path) for path in paths):
            self._check_and_launch(order)
        else:
            self._asking = True
            self._follow_run()
            self.refresh_bindings()
            self._ask_then_launch(order)

    @work(exclusive=True, group="asking")
    async def _ask_then_launch(self, order: Order) -> None:
        try:
            for path in order.paths:
                await asyncio.to_thread(ask, path)
        except NoInterpreter:
            pass  # it is told when the plan is made
        if self._asking:  # and not stopped meanwhile
            self._asking = False
            self._check_and_launch(order)
            self._follow_run()
            self.refresh_bindings()

    def _check_and_launch(self, order: Order) -> None:
        sample = self.session.machine_state.sample
        try:
            plan = make_plan(
                order.experiment,
                order.given,
                self.session.feed.machine,
                [ask(path) for path in order.paths],
                memory_available=self.session.feed.memory_available(),
                rounds=order.repetitions,
                load_before=sample.load if sample else None,
                traced=order.traced,
            )
        except (BadRequest, NoInterpreter) as error:
            self.notify(str(error), severity="error", timeout=10, markup=False)
        else:
            self.launch(plan)

    def action_run(self) -> None:
        self._order([self.query_one(Form).python])

    def action_again(self) -> None:
        """The same once more, whatever the form says now."""
        if self._last_plan is not None:
            self.launch(self._last_plan)

    def action_compare(self) -> None:
        def compare(paths: list[str] | None) -> None:
            if paths:
                self._order(paths)

        form = self.query_one(Form)
        self.app.push_screen(CompareDialog(self.experiment.title, form.pythons, form.python), compare)
