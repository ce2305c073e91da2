"""The results column of the lab: cores, workers, output and verdict under one another, all from the same two states."""

from __future__ import annotations

from collections.abc import Callable

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from conclab.model import figures
from conclab.model.experiments import Experiment
from conclab.model.machine import Machine
from conclab.model.results import OK
from conclab.model.run_state import RunState
from conclab.model.verdicts import Status
from conclab.recording.feed import EVERYTHING, Changes, Session
from conclab.tui.layout import Layout, arrange
from conclab.tui.renderables.cores import cores_lines
from conclab.tui.renderables.verdict import verdict_lines
from conclab.tui.renderables.workers import legend_line, worker_lines
from conclab.tui.widgets.lines import LinesView
from conclab.tui.widgets.output import ChartView, OutputPane


def progress(run: RunState) -> str:
    """Where a run stands: which arm, which repetition, how long it will still take."""
    if run.phase in ("starting", "checking"):
        return "checking that everything can be done here"
    if run.phase == "running" and run.arm is not None:
        python = f" on {run.arm.python.label}" if run.arm.python and len(run.pythons) > 1 else ""
        again = " (control)" if run.control else ""
        least = "" if run.exact_rounds else "at least "
        parts = [f"{run.arm.name}{again}{python}", f"repetition {run.round + 1} of {least}{run.rounds_expected}"]
        left = run.seconds_left()
        if left is not None:
            parts.append(f"{max(1, round(left))} s left")
        return " · ".join(parts)
    if run.phase == "finished":
        took = figures.duration(max(1, run.now_ns - run.started_ns))
        last = f"last: {run.arm.name} · " if run.arm is not None else ""
        return f"{last}{'finished' if run.outcome == OK else run.outcome[:60]} · {took}"
    return ""


class Results(Vertical):
    """Draws the session's states. Any of its panes can have the whole screen."""

    DEFAULT_CSS = """
    Results { width: 1fr; }
    Results > #output { height: 1fr; min-height: 3; }
    Results.-zoomed > * { display: none; }
    Results.-zoomed > .-whole { display: block; }
    Results > #verdict.-holds, Results > #verdict.-holds:focus { border: solid $success; }
    Results > #verdict.-fails, Results > #verdict.-fails:focus { border: solid $error; }
    Results > #verdict.-undecided, Results > #verdict.-undecided:focus { border: solid $warning; }
    """

    def __init__(self, session: Session, chosen: Callable[[], Experiment]) -> None:
        """``chosen`` tells which experiment is under the cursor."""
        super().__init__(id="results")
        self._session = session
        self._chosen = chosen
        self._layout_now: Layout | None = None
        self.cores = LinesView("Cores", id="cores")
        self.workers_view = LinesView("Workers", id="workers")
        self.output = OutputPane(session)
        self.verdict = LinesView("Verdict", id="verdict")

    def compose(self) -> ComposeResult:
        yield self.cores
        yield self.workers_view
        yield self.output
        yield self.verdict

    @property
    def _run(self) -> RunState:
        return self._session.run_state

    @property
    def _machine(self) -> Machine:
        return self._session.feed.machine

    def divide(self, width: int, height: int) -> Layout:
        """Give every pane its height on a screen of that size; only what changes is touched, so that nothing jumps."""
        run = self._run
        workers = max([len(run.workers), *(arm.workers for arm in run.arms if arm.executor != "asyncio")], default=0)
        layout = arrange(width, height, self._machine.cores, workers or 4, run.phase == "finished")
        if layout != self._layout_now and not self.zoomed:
            self._layout_now = layout
            for view, lines in ((self.cores, layout.cores), (self.workers_view, layout.workers), (self.verdict, layout.verdict)):
                view.styles.height = lines
        return layout

    def draw(self, changes: Changes) -> None:
        """Draw what has changed; nothing before the first ``divide``."""
        if self._layout_now is None or not (changes.machine or changes.run):
            return
        self._draw_cores(self._layout_now)
        if changes.run:
            self._draw_workers(self._layout_now)
            self._draw_verdict()
            self._draw_output()

    def _draw_output(self) -> None:
        """New columns are mounted by a worker; new lines in the columns that there are need none."""
        if self.output.fits(self._run):
            self.output.draw(self._run, self._chosen())
        else:
            self.turn(self.output.ordered)

    def _draw_cores(self, layout: Layout) -> None:
        view, rows, extra = self.cores, layout.core_rows, layout.core_extra
        if view.has_class("-whole"):
            extra, rows = 2, max(1, view.scrollable_content_region.height - 2)
        rows = min(rows, self._machine.cores)
        view.show(cores_lines(self._session.machine_state, self._run, view.palette, view.room, rows, extra))
        rate = self._session.feed.tasks_per_s
        view.subtitle(f"workers sampled {rate:.0f}/s" if rate else "")

    def _draw_workers(self, layout: Layout) -> None:
        view, run = self.workers_view, self._run
        lines = worker_lines(run, view.palette, view.room, view.colourless)
        if layout.legend:
            lines.append(legend_line(view.room, view.palette, view.colourless))
        view.show(lines)
        gil = " · no GIL" if run.gil_enabled is False else ""
        view.title(f"Workers · {run.title}{gil}" if run.title else "Workers")
        stands = progress(run)
        view.subtitle(f"exact · {stands}" if stands and self._session.traced else stands)

    def _draw_verdict(self) -> None:
        view, run = self.verdict, self._run
        view.show(verdict_lines(run, view.palette, view.room))
        view.title(f"Verdict · {run.title}" if run.title else "Verdict")
        verdict = run.verdict
        for status in Status:
            view.set_class(verdict is not None and run.outcome == OK and verdict.status is status, f"-{status.value}")
        parts = []
        if verdict is not None:
            parts.append(figures.plural(verdict.rounds, "repetition"))
            if verdict.control is not None:
                parts.append(f"control {figures.times(verdict.control)}")
        view.subtitle(" · ".join(parts))

    def repaint(self) -> None:
        """The colours have changed: what reads as before is drawn anew, too."""
        self.output.repaint()
        self.draw(EVERYTHING)

    @work(group="output")
    async def turn(self, view: str) -> None:
        """Show another view in the output pane. Not exclusive: a turn that is cancelled in the middle ends the whole app."""
        # The state is asked for here, when the turn's turn comes: the run goes on until then.
        await self.output.turn(view, self._run, self._chosen())

    @on(ChartView.Clicked)
    def next_chart(self) -> None:
        """Turn to the next chart, where charts are shown."""
        if self.output.view == "chart":
            self.output.turn_chart(self._run, self._chosen())

    @property
    def zoomed(self) -> bool:
        return self.has_class("-zoomed")

    def unzoom(self) -> None:
        """Give the whole screen back."""
        self.query(".-whole").remove_class("-whole")
        self.remove_class("-zoomed")
        self._layout_now = None  # so that all heights are given anew
        self.divide(self.screen.size.width, self.screen.size.height)

    def pane_of(self, widget: Widget | None) -> Widget:
        """The pane that a widget is in; when it is in none, the output if that wants more room, else the workers."""
        found = [pane for pane in self.children if widget is not None and pane in widget.ancestors_with_self]
        return found[0] if found else self.output if self.output.view in ("chart", "about") else self.workers_view

    def zoom(self, pane: Widget) -> None:
        """Give a pane all the room."""
        self.query(".-whole").remove_class("-whole")
        pane.add_class("-whole")
        pane.styles.height = "1fr"
        self.add_class("-zoomed")
        if not pane.has_focus_within:
            self.screen.set_focus(next((one for one in (pane, *pane.query("*")) if one.can_focus), None))
