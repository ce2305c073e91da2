"""What is ordered in Learn: a guess, a run of one claim or of all, other Pythons, a kept run, a report."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from textual import work

from conclab.lab.catalogue import UnknownExperiment, find
from conclab.lab.interpreters import NoInterpreter, ask, is_known
from conclab.model.claims import Claim, Guess
from conclab.model.experiments import Interpreter
from conclab.model.glossary import terms_in
from conclab.model.surveys import survey_of
from conclab.model.text import harmless
from conclab.recording.feed import EVERYTHING, Session
from conclab.recording.folder import NoSuchRun
from conclab.recording.folder import find as find_run
from conclab.recording.kept import replayed
from conclab.recording.learning import Learning
from conclab.recording.replay import ReplaySession
from conclab.recording.report import CannotReport, check_report, write_report
from conclab.recording.stored import StoredRun, Unreadable
from conclab.tui.only_looks import refused
from conclab.tui.screens.aside import aside
from conclab.tui.screens.choose import ChooseDialog
from conclab.tui.screens.compare import PythonsDialog
from conclab.tui.screens.glossary import GlossaryScreen
from conclab.tui.screens.lab import LabScreen
from conclab.tui.screens.learn_moving import LearnMoving
from conclab.tui.screens.run import RunScreen
from conclab.tui.screens.yes_no import YesNoDialog
from conclab.tui.setup.dialogs import NameDialog
from conclab.tui.widgets.output import VIEWS

REPORT = "conclab-claims.html"
"""What a report is called unless somebody names it otherwise."""


class LearnOrders(LearnMoving):
    """Takes orders about the claim under the cursor. What is drawn is the business of who builds on it."""

    ACTS: ClassVar[frozenset[str]] = frozenset({"all", "watch", "report"})
    """And to run one, which may mean to open its page instead: ``order`` asks."""

    def __init__(self, session: Session, learning: Learning, pythons: Mapping[str, str]) -> None:
        super().__init__(session, learning, pythons)
        self._chosen = list(self._pythons.values())[:1]
        """Paths of the interpreters that claims are run under; the first one's findings are the list's."""
        self._explained: set[int] = set()
        """Claims of which somebody wanted to know why before anything was found."""
        self._following = False
        """Whether the cursor goes along with what is run."""
        self._asking = False

    @property
    def first(self) -> str:
        """Path of the Python whose findings the list shows."""
        return self._chosen[0]

    # Guessing

    def action_guess(self, value: str = "") -> None:
        """Guess so; without a value the next of the three. From the list of a narrow screen go to its page, where guesses stand."""
        claim = self.claim
        if claim is None or claim.convention:
            return
        if self._on_list:
            self.turn_page(results=True)
        every = list(Guess)
        known = self.learning.guess_of(claim)
        following = every[(every.index(known) + 1) % len(every)] if known is not None else every[0]
        self.learning.guess(claim, Guess(value) if value in list(Guess) else following)
        self.refresh_view(EVERYTHING)

    # Running

    def is_open(self, claim: Claim) -> bool:
        """Whether it is being run, or waits for its turn."""
        return claim.number in self.learning.waiting

    def order(self, wanted: Mapping[str, Sequence[Claim]]) -> None:
        """Run claims under interpreters, by path. One that is not known yet is asked first, and may take its time."""
        if refused(self.app):
            return
        if all(is_known(path) for path in wanted):
            self._begin({path: ask(path) for path in wanted}, wanted)
        else:
            self._asking = True
            self._ask_then_begin(wanted)
        self.refresh_view(EVERYTHING)
        self.refresh_bindings()

    @work(exclusive=True, group="asking")
    async def _ask_then_begin(self, wanted: Mapping[str, Sequence[Claim]]) -> None:
        known: dict[str, Interpreter] = {}
        for path in wanted:
            try:
                known[path] = await asyncio.to_thread(ask, path)
            except NoInterpreter as error:
                self.notify(str(error), severity="error", timeout=10, markup=False)
        if self._asking:  # and not stopped meanwhile
            self._asking = False
            self._begin(known, wanted)
            self.refresh_view(EVERYTHING)
            self.refresh_bindings()

    def _begin(self, known: Mapping[str, Interpreter], wanted: Mapping[str, Sequence[Claim]]) -> None:
        self._following = self._following if self.learning.on else True
        for path, python in known.items():
            self.learning.begin(wanted[path], [python])

    def run_claim(self) -> None:
        """Run the claim under the cursor, under each chosen Python."""
        claim = self.claim
        if claim is not None and claim.trials and not self.is_open(claim):
            self.order({path: [claim] for path in self._chosen})

    def action_all(self) -> None:
        """Run all that have not been run; when there are none, all again, after a question."""
        runnable = [claim for claim in self.learning.claims if claim.trials]
        missing = {
            path: [claim for claim in runnable if path not in {one.conditions.python for one in self.learning.findings_of(claim)}]
            for path in self._chosen
        }
        missing = {path: found for path, found in missing.items() if found}
        if missing:
            self.order(missing)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.order(dict.fromkeys(self._chosen, runnable))

        lines = ("All claims have been run here. Shall they all be run once more? That takes some minutes.",)
        self.app.push_screen(YesNoDialog("Run all again?", lines, "y runs them all · n, Esc or Enter does not"), answered)

    async def action_watch(self) -> None:
        """See it in the Lab; what is not on yet is begun."""
        if not self.learning.ours or not self.session.run_state.live:
            self.run_claim()
        lab = self.app.get_screen("lab")
        await self.run_action("app.go('lab')")
        if isinstance(lab, LabScreen):
            lab.call_after_refresh(lab.look_on)

    def action_pythons(self) -> None:
        def taken(paths: list[str] | None) -> None:
            if paths:
                self._chosen = paths
                self.refresh_view(EVERYTHING)

        words = (
            "Claims are run under each of these, in turn; the list shows what the first one found. Space chooses, F5 takes them."
        )
        self.app.push_screen(PythonsDialog(words, self._pythons, self._chosen), taken)

    # Looking closer

    def action_explain(self) -> None:
        """Tell why, without running it."""
        if self.claim is not None:
            self._explained.add(self.claim.number)
            self.refresh_view(EVERYTHING)
            self.refresh_bindings()

    def told(self, claim: Claim) -> bool:
        """Whether its page says why: when something was found, somebody has asked, or there is nothing to find."""
        return bool(self.learning.findings_of(claim)) or claim.number in self._explained or bool(claim.convention)

    def terms(self) -> tuple[str, ...]:
        """The terms of the glossary that the page has now."""
        claim = self.claim
        if claim is None:
            return ()
        texts = (claim.statement, claim.convention, claim.why, claim.article)
        return terms_in(texts if self.told(claim) else texts[:1])

    def action_glossary(self, term: str = "") -> None:
        """What the words mean; a term that was clicked on its page opens its entry."""
        self.app.push_screen(GlossaryScreen(self.terms(), term or None))

    def runs(self) -> tuple[str, ...]:
        """The ids of the kept runs of this claim, the newest finding's first."""
        found = self.learning.findings_of(self.claim, self.first) if self.claim is not None else ()
        return tuple(dict.fromkeys(run for finding in found for run in finding.runs))

    def action_open(self) -> None:
        """Open a kept run; where there are several, ask which. While it runs: turn its output to the next view."""
        runs = self.runs()
        if self.has_class("-live"):
            self.results.turn(VIEWS[(VIEWS.index(self.results.output.ordered) + 1) % len(VIEWS)])
        elif len(runs) == 1:
            self._open(runs[0])
        elif runs:
            titles = {run: self._told(run) for run in runs}

            def chosen(run: str | None) -> None:
                if run is not None:
                    self._open(run)

            dialog = ChooseDialog("Which run?", [(run, titles[run], run) for run in runs])
            self.app.push_screen(dialog, chosen)

    def _told(self, run: str) -> str:
        """The title of a kept run's experiment: its id begins with date and time."""
        name = run.partition("-")[2].partition("-")[2].partition("~")[0]
        try:
            return find(name).title
        except UnknownExperiment:
            return harmless(name or run)

    @work(exclusive=True, group="opening a run")
    async def _open(self, run: str) -> None:
        try:
            stored, session = await aside(_replayed, run)
        except (NoSuchRun, Unreadable) as error:
            self.notify(str(error), severity="error", timeout=10, markup=False)
        else:
            if self.app.screen is self:  # and not gone elsewhere meanwhile
                self.app.push_screen(RunScreen(stored, session))

    # Sharing

    def action_report(self) -> None:
        """Write all that was found into a file."""
        findings = self.learning.findings()
        if not findings:
            return

        def wrong(name: str) -> str | None:
            try:
                check_report(Path(name).expanduser())
            except CannotReport as error:
                return str(error)
            return None

        def named(name: str | None) -> None:
            if name:
                self._report(Path(name).expanduser())

        self.app.push_screen(NameDialog("Report into which file? NAME.html or NAME.md", str(Path.cwd() / REPORT), wrong), named)

    @work(group="report")
    async def _report(self, file: Path) -> None:
        survey = survey_of(self.learning.claims, self.learning.findings())
        try:
            await aside(write_report, file, survey, self.session.feed.machine)
        except CannotReport as error:
            self.notify(str(error), severity="error", timeout=10, markup=False)
        else:
            self.notify(f"The report is in {harmless(str(file))}.", timeout=10, markup=False)


def _replayed(run: str) -> tuple[StoredRun, ReplaySession]:
    return replayed(find_run(run))
