"""A run that was kept, at any moment of it: the lab's panes as they were then, and a scrubber to go through its time."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.strip import Strip
from textual.theme import Theme

from conclab.lab.catalogue import UnknownExperiment, find
from conclab.model import figures
from conclab.model.experiments import Experiment
from conclab.model.lanes import CELL_NS
from conclab.model.text import harmless
from conclab.model.verdicts import Status, Verdict
from conclab.recording.feed import EVERYTHING, Changes
from conclab.recording.replay import Replay, ReplaySession
from conclab.recording.stored import StoredRun
from conclab.tui.commands import MOVING
from conclab.tui.palettes import Palette
from conclab.tui.renderables.blocks import Line, action, fit, style
from conclab.tui.renderables.runs import ending, when
from conclab.tui.screens.help_words import LAB, Words
from conclab.tui.screens.playing import PLAYING_KEYS, Playing
from conclab.tui.widgets.keybar import KeyBar
from conclab.tui.widgets.line import Drawn
from conclab.tui.widgets.lines import LinesView
from conclab.tui.widgets.output import VIEWS
from conclab.tui.widgets.prompt import Prompt
from conclab.tui.widgets.results import Results
from conclab.tui.widgets.scrubber import LINES as SCRUBBER_LINES
from conclab.tui.widgets.scrubber import Scrubber

_GONE = "This conclab has no such experiment any more; what was measured is all here."


def experiment_of(run: StoredRun) -> Experiment:
    """What it was about: as the catalogue has it; of an experiment that there is no more what was kept of its words."""
    try:
        return find(run.summary.experiment)
    except UnknownExperiment:
        asked = run.plan.get("experiment", {})

        def kept(name: str) -> str:
            return harmless(str(asked.get(name) or ""))

        return Experiment(
            name=run.summary.experiment,
            title=kept("title"),
            chapter=kept("chapter"),
            question=kept("question"),
            proposition=kept("proposition"),
            explanation=_GONE,
            claims=(),
            parameters=(),
            arms=lambda _values, _machine: (),
            judge=lambda _results: Verdict(Status.UNDECIDED, _GONE),
        )


def which_line(parts: Sequence[str], word: str, width: int, palette: Palette, strong: bool = False) -> Strip:
    """The line at the top: as many parts as fit, and a word at the right."""
    line = Line().add(" conclab ", style(palette.ink, palette.title, bold=True)).add(" Run ", style(palette.title, bold=True))
    told = [part for part in parts if part]
    room = width - line.cells - cell_len(word) - 2
    while len(told) > 2 and cell_len(" · ".join(told)) > room:
        told.pop()
    line.add(fit(" · ".join(told), max(0, room)), style(palette.text, bold=True))
    look = style(palette.ink, palette.unsure, bold=True) + action("screen.back") if strong else style(palette.dim)
    return line.add(f" {word} ", look).strip(width)


def repetition_words(replay: Replay, at_ns: int) -> Sequence[str]:
    """Which repetition was on then, and how far one is in that."""
    span, spans = replay.span_at(at_ns), replay.spans
    if span is not None:
        again = " (control)" if span.control else ""
        number = spans.index(span) + 1
        into = figures.duration(at_ns - span.start_ns) or "0 s"
        return [f"{span.arm.name}{again}, round {span.round + 1}", f"repetition {number} of {len(spans)}", f"{into} into it"]
    if not spans:
        return ["no repetition was begun"]
    before = bisect_right([one.end_ns for one in spans], at_ns - 1)
    if before == len(spans):
        return ["after its only repetition" if before == 1 else f"after the last of {before} repetitions"]
    return ["between two repetitions" if before else "before the first repetition"]


class RunScreen(Playing):
    """Pushed over a place. Nothing here knows that the run is over but the scrubber."""

    DEFAULT_CSS = """
    RunScreen > #which { height: 1; dock: top; background: $bar; }
    RunScreen > #results { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", tooltip="Back to the runs; out of a maximised pane first", id="run.back"),
        *PLAYING_KEYS,
        Binding("t", "timeline", "Timeline", tooltip="Who had which core when, cell by cell, from here on", id="run.timeline"),
        Binding("left", "step(-1)", "Step back", show=False, tooltip="A quarter of a second back", id="run.left", group=MOVING),
        Binding("right", "step(1)", "Step on", show=False, tooltip="A quarter of a second on", id="run.right", group=MOVING),
        Binding("home", "edge(0)", "Beginning", show=False, tooltip="To the beginning of the run", id="run.home", group=MOVING),
        Binding("end", "edge(1)", "End", show=False, tooltip="To the end of the run", id="run.end", group=MOVING),
        Binding(
            "left_square_bracket",
            "span(-1)",
            "Repetition before",
            show=False,
            tooltip="Where the repetition begins, or the one before it",
            id="run.span_back",
        ),
        Binding("right_square_bracket", "span(1)", "Next repetition", tooltip="Where the next repetition begins", id="run.span_on"),
        Binding("n", "event(1)", "Next event", show=False, tooltip="Where something happened next", id="run.event_on"),
        Binding("N", "event(-1)", "Event before", show=False, tooltip="Where something happened before", id="run.event_back"),
        Binding("o", "output", "Output", tooltip="Output merged, or by worker; a chart; what it is about", id="run.output"),
        Binding("h", "next_chart", "Next chart", show=False, tooltip="While charts are shown: the next one", id="run.chart"),
        Binding("z", "zoom", "Maximise", tooltip="Give the focused pane the whole screen, or give it back", id="run.zoom"),
        Binding("ctrl+p", "app.command_palette", "Commands", tooltip="Find any command by its name", id="run.commands"),
        Binding(
            "question_mark,f1", "app.help", "Help", key_display="?", tooltip="What the words mean, and every key", id="run.help"
        ),
        Binding("q,f10", "app.quit", "Quit", tooltip="Stop whatever runs and leave", id="run.quit"),
    ]

    def __init__(self, run: StoredRun | None, session: ReplaySession, clock: Callable[[], float] = time.monotonic) -> None:
        """It opens where the session stands: at its end is the verdict. ``run``: what was kept of it; None: it is on."""
        super().__init__()
        self._run = run
        self.session = self.past = session
        self.clock = clock
        self._experiment = experiment_of(run) if run is not None else find(session.run_state.experiment)
        self.results = Results(session, lambda: self._experiment)
        self.scrubber = Scrubber(session, self._told)

    def compose(self) -> ComposeResult:
        yield Drawn(self._draw_which, id="which")
        yield self.results
        yield self.scrubber
        yield Prompt()
        yield KeyBar()

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, self._repaint)
        self.scrubber.focus()

    # What is drawn

    def on_resize(self, event: Resize) -> None:
        self.results.divide(event.size.width, event.size.height - SCRUBBER_LINES)
        self.draw()

    def draw(self) -> None:
        """The states as of the moment where one is."""
        self.results.divide(self.size.width, self.size.height - SCRUBBER_LINES)
        self.results.draw(EVERYTHING)
        self.scrubber.refresh()

    @on(LinesView.Resized)
    def _resized(self) -> None:
        self.draw()

    def _repaint(self, _theme: Theme) -> None:
        self.query_one(KeyBar).refresh()
        self.query_one("#which").refresh()
        self.results.repaint()
        self.scrubber.refresh()

    def _draw_which(self, width: int, palette: Palette) -> Strip:
        """Which run, of when, on what."""
        assert self._run is not None
        summary, machine = self._run.summary, self._run.machine
        cores = f"{machine.cores} {'core' if machine.cores == 1 else 'cores'}"
        parts = [harmless(summary.title), when(summary.began_s), harmless(", ".join(summary.pythons))]
        parts += ["exact" if summary.traced else "", cores, harmless(f"{machine.system} {machine.kernel}")]
        return which_line(parts, ending(summary), width, palette)

    # Moving through its time

    def moved(self, changes: Changes, backwards: bool) -> None:
        self.draw()
        if backwards:
            self.results.output.repaint()  # it draws what comes, and of a live run no line ever goes again

    def step_to(self, step: int) -> int:
        return self.session.position_ns + step * CELL_NS

    def action_span(self, step: int) -> None:
        at_ns = self.session.replay.next_span(self.session.position_ns, step)
        if at_ns is not None:
            self.pause()
            self.seek(at_ns)

    def _told(self, at_ns: int) -> Sequence[str]:
        """The moment in seconds since the run began, the repetition, how far one is in that, and the time of day."""
        since, day = self.clock_words(at_ns)
        return [since, *self.happened(at_ns, 1), *repetition_words(self.session.replay, at_ns), day]

    # The other keys

    def words(self) -> tuple[Words, ...]:
        """For the help."""
        return (*self.playing_words(), *LAB)

    def action_back(self) -> None:
        if self.results.zoomed:
            self.action_zoom()
        else:
            self.pause()
            self.dismiss()

    def action_output(self) -> None:
        """Turn the output pane to its next view."""
        self.results.turn(VIEWS[(VIEWS.index(self.results.output.ordered) + 1) % len(VIEWS)])

    def action_zoom(self) -> None:
        if self.results.zoomed:
            self.results.unzoom()
            self.scrubber.focus()
        else:
            self.results.zoom(self.results.pane_of(self.focused))
        self.draw()

    def action_next_chart(self) -> None:
        """Turn to the next chart, where charts are shown; the pane's lower border names the key."""
        self.results.next_chart()

    def action_timeline(self) -> None:
        """The whole run, looked at from the moment where one is."""
        from conclab.tui.screens.timeline import TimelineScreen  # much of it, and not everybody wants it

        self.pause()
        self.app.push_screen(TimelineScreen(self.session.whole(), self.session.position_ns))
