"""The Lab: choose an experiment, run it, watch the cores, the workers and the output, read the verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus

from conclab.lab.catalogue import catalogue
from conclab.model.experiments import Experiment
from conclab.model.results import OK
from conclab.model.runs import Plan
from conclab.model.verdicts import Status
from conclab.recording.feed import EVERYTHING, Changes, Session
from conclab.tui.screens.going_back import GoesBackInRun, back_key
from conclab.tui.screens.help_words import LAB, Words
from conclab.tui.screens.lab_orders import Orders
from conclab.tui.widgets.catalogue import Catalogue
from conclab.tui.widgets.form import Form
from conclab.tui.widgets.keybar import KeyBar
from conclab.tui.widgets.output import VIEWS
from conclab.tui.widgets.results import Results


class LabScreen(Orders, GoesBackInRun):
    """The setup (catalogue and form) and the results."""

    NAME = "lab"
    DEFAULT_CSS = """
    LabScreen > #body { height: 1fr; }
    LabScreen #setup { width: 38; }
    LabScreen #catalogue { height: 1fr; min-height: 5; }
    LabScreen #form { height: auto; max-height: 60%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "run", "Run", tooltip="Run the chosen experiment with the form's values", id="lab.run"),
        Binding("escape", "stop", "Stop", tooltip="Stop the run; without one, step back", id="lab.stop"),
        Binding("c", "compare", "Compare", tooltip="Run it under several Pythons, side by side", id="lab.compare"),
        Binding("r", "again", "Repeat", tooltip="The last run once more, with the values that it had", id="lab.again"),
        Binding(
            "o",
            "output",
            "Output",
            tooltip="Output merged, or by worker; a chart; what it is about",
            id="lab.output",
        ),
        Binding("t", "timeline", "Timeline", tooltip="Who had which core when, and what every worker did", id="lab.timeline"),
        Binding("z", "zoom", "Maximise", tooltip="Give the focused pane the whole screen, or give it back", id="lab.zoom"),
        Binding("g,ctrl+g", "app.go('monitor')", "Monitor", tooltip="The machine and its processes", id="lab.monitor"),
        Binding("ctrl+p", "app.command_palette", "Commands", tooltip="Find any command by its name", id="lab.commands"),
        Binding("e", "about", "Explain", tooltip="What the chosen experiment asks, and how it goes about it", id="lab.about"),
        Binding("tab", "next_pane(1)", "Next pane", tooltip="Move on to the next pane or field", id="lab.next"),
        Binding("shift+tab", "next_pane(-1)", "Previous pane", show=False, tooltip="Move back", id="lab.previous"),
        back_key("lab", "Back over the run: every pane as it was then; Esc returns to now"),
        Binding("h", "next_chart", "Next chart", show=False, tooltip="While charts are shown: the next one", id="lab.chart"),
    ]

    def __init__(self, session: Session, pythons: Mapping[str, str]) -> None:
        super().__init__(session, Results(session, lambda: self.experiment))
        self._pythons = pythons
        self._found: dict[str, Status] = {}
        self._was_live = False

    def compose(self) -> ComposeResult:
        machine = self.session.feed.machine
        yield self.top_bar
        with Horizontal(id="body"):
            with Vertical(id="setup"):
                yield Catalogue()
                yield Form(machine, self._pythons, self.session.feed.exact_lack())
            yield self.results
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(Catalogue).focus()

    # What is drawn

    @property
    def experiment(self) -> Experiment:
        return self.query_one(Catalogue).experiment

    def refresh_view(self, changes: Changes) -> None:
        super().refresh_view(changes)
        if changes.run:
            self.divide(self.size.width, self.size.height)
        self.results.draw(changes)
        if changes.run:
            self._follow_run()

    def repaint(self) -> None:
        super().repaint()
        self.results.repaint()
        self.query_one(Catalogue).mark(self._found)

    def _follow_run(self) -> None:
        run = self.session.run_state
        self.query_one(Form).set_live(run.live or self._asking)
        if self._was_live and not run.live:
            if run.verdict is not None and run.outcome == OK:
                self._found[run.experiment] = run.verdict.status
                self.query_one(Catalogue).mark(self._found)
            if run.outcome not in (OK, "stopped"):
                self.notify(f"{run.title}: {run.outcome}", severity="error", timeout=10, markup=False)
        if self._was_live != run.live:
            self._was_live = run.live
            self.refresh_bindings()

    # What is ordered

    async def open_with(self, plan: Plan) -> None:
        """Show the plan's experiment and values, and begin it."""
        await self.query_one(Form).take_over(plan)
        self.query_one(Catalogue).choose(plan.experiment.name)
        self.launch(plan)

    def more_commands(self) -> Iterator[tuple[str, str, Callable[[], None]]]:
        """Every experiment can be chosen by its name."""
        for experiment in catalogue():
            yield f"Choose: {experiment.title}", experiment.question, partial(self._choose, experiment.name)

    def look_on(self) -> None:
        """Show the run that is on, whoever has begun it."""
        self.query_one(Catalogue).choose(self.session.run_state.experiment)
        self.show_run()

    def _choose(self, name: str) -> None:
        self.turn_page(results=False)
        self.query_one(Catalogue).choose(name)
        self.call_after_refresh(self.query_one(Catalogue).focus)

    def action_stop(self) -> None:
        """Stop the run; without one, step back: out of a maximised pane, to the setup, to the catalogue, to the results."""
        if self._asking:
            self._asking = False
            self._follow_run()
            self.refresh_bindings()
        elif self.session.run_state.live:
            self.session.feed.stop()
        elif self.results.zoomed:
            self.action_zoom()
        elif self._leads_to_results():
            self.turn_page(results=True)
            self.set_focus(self.results.verdict)
            self.refresh_view(EVERYTHING)
        else:
            self.turn_page(results=False)
            self.query_one(Catalogue).focus()

    def _leads_to_results(self) -> bool:
        """Whether Esc goes from the setup page to the results of a run: where both do not fit side by side."""
        on_setup = self.has_class("-narrow") and not self.has_class("-results")
        return on_setup and self.query_one(Catalogue).has_focus and bool(self.session.run_state.title)

    def words(self) -> tuple[Words, ...]:
        """For the help."""
        return LAB

    def title_of(self, action: str) -> str | None:
        """What Esc does changes with where one is."""
        if action != "stop" or self._busy:
            return None
        return "Results" if self._leads_to_results() else "Back" if self._can_step_back() else None

    def action_timeline(self) -> None:
        """The run cell by cell, over the cores and over the workers."""
        from conclab.tui.screens.timeline import TimelineScreen  # much of it, and not everybody wants it

        self.app.push_screen(TimelineScreen(self.session))

    def action_output(self) -> None:
        """Turn the output pane to its next view."""
        self._show_output(VIEWS[(VIEWS.index(self.results.output.ordered) + 1) % len(VIEWS)])

    def action_about(self) -> None:
        """Explain the chosen experiment, or go back to the output."""
        self._show_output("merged" if self.results.output.ordered == "about" else "about")

    def _show_output(self, view: str) -> None:
        """Turn the output pane, and see to it that it can be seen."""
        self.turn_page(results=True)
        if self.results.zoomed:
            self.results.zoom(self.results.output)
        self.results.turn(view)

    @on(Catalogue.Chosen)
    async def _chosen(self, event: Catalogue.Chosen) -> None:
        if event.experiment is not self.experiment:
            return  # the cursor has moved on since
        await self.query_one(Form).ask(event.experiment)
        pane = self.results.output
        if self.session.run_state.phase == "idle" or pane.ordered == "about":
            await pane.turn("about", self.session.run_state, event.experiment)

    @on(Catalogue.OptionSelected)
    def _entered(self, event: Catalogue.OptionSelected) -> None:
        """Enter in the catalogue goes to the form."""
        event.stop()
        self.app.action_focus_next()

    @on(Form.Pressed)
    def _pressed(self, event: Form.Pressed) -> None:
        {"run": self.action_run, "stop": self.action_stop, "compare": self.action_compare}[event.what]()

    @on(Form.Judged)
    def _judged(self) -> None:
        self.refresh_bindings()

    @on(DescendantFocus)
    def _focus_moved(self) -> None:
        self.refresh_bindings()

    def _can_step_back(self) -> bool:
        """Whether Esc leads anywhere."""
        on_results_page = self.has_class("-narrow") and self.has_class("-results")
        leads = self.results.zoomed or on_results_page or not self.query_one(Catalogue).has_focus or self._leads_to_results()
        return self._busy or leads

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What cannot be done now is dimmed in the footer."""
        if action in ("run", "compare"):
            return None if self._busy or self.query_one(Form).wrong else True
        if action == "again":
            return None if self._busy or self._last_plan is None else True
        if action == "stop":
            return True if self._can_step_back() else None
        return True
