"""The timeline of a run: who had which core when, and what every worker did, cell by cell. Live, and after the run."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.theme import Theme

from conclab.model import figures
from conclab.recording.feed import EVERYTHING, Changes, Session
from conclab.tui.renderables.strip_words import rate_words
from conclab.tui.screens.help_words import TIMELINE, Words
from conclab.tui.widgets.keybar import KeyBar
from conclab.tui.widgets.lines import LinesView
from conclab.tui.widgets.strip import StripView


class TimelineScreen(Screen[None]):
    """Pushed over a place. ``follow`` is to be called at each beat."""

    DEFAULT_CSS = """
    TimelineScreen StripView { height: 1fr; overflow-y: hidden; scrollbar-size-vertical: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,t", "back", "Back", tooltip="Back to where one came from; the run goes on", id="timeline.back"),
        Binding("space", "pause", "Pause", tooltip="Let the view stand while the run goes on, or follow it", id="timeline.pause"),
        Binding(
            "question_mark,f1", "app.help", "Help", key_display="?", tooltip="What one sees here, and every key", id="timeline.help"
        ),
        Binding("q,f10", "app.quit", "Quit", tooltip="Stop whatever runs and leave", id="timeline.quit"),
    ]

    def __init__(self, session: Session, at_ns: int | None = None) -> None:
        """``at_ns``: where to look first; None: at now while a run is on, else at its last repetition."""
        super().__init__()
        self.session = session
        self._strip = StripView("strip", session.feed.machine.slots)
        self._traces = 0
        if at_ns is not None:
            self._strip.look_at(at_ns)

    def compose(self) -> ComposeResult:
        yield self._strip
        yield KeyBar()

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, self._repaint)
        self._strip.focus()
        self.follow(EVERYTHING)

    def follow(self, changes: Changes) -> None:
        """Draw what has come."""
        if not (changes.run or changes.machine) or not self.is_mounted:
            return
        timeline = self.session.timeline
        traces = len(timeline.traces) + timeline.traces_dropped
        if self._strip.follows or not timeline.live or changes == EVERYTHING or traces != self._traces:
            self._traces = traces  # a repetition that is over is exact now, also while the view stands
            self._strip.update_from(timeline)
        self._title()

    def _title(self) -> None:
        strip, timeline, run = self._strip, self.session.timeline, self.session.run_state
        how = self._how()
        strip.title(" · ".join(part for part in ("Timeline", run.title, how) if part))
        told = []
        if strip.view is not None:
            told.append(f"a cell is {figures.duration(strip.view.cell_ns)}")
            if timeline.live:
                told.append("follows now" if strip.follows else "paused: the run goes on, Space follows it")
        dropped = max((row.pieces.dropped for row in timeline.rows.values()), default=0)
        if dropped:
            told.append("the oldest samples are no longer kept")
        if timeline.traces_dropped:
            told.append(f"the newest {figures.count(len(timeline.traces))} traces are kept")
        strip.subtitle(" · ".join(told))

    def _how(self) -> str:
        """How what is seen is known."""
        timeline, strip = self.session.timeline, self._strip
        if timeline.exact:
            lost = f", {figures.count(timeline.lost)} events lost" if timeline.lost else ""
            whole = len(timeline.traces) == len(timeline.steps)
            return f"exact{lost}" if whole else f"exact where traced{lost}, else sampled{rate_words(timeline)}"
        finest = strip.view is not None and strip.view.cell_ns <= strip.bounds().finest_ns
        return f"sampled{rate_words(timeline)}{': no finer' if finest else ''}" if timeline.interval_ns else ""

    # Keys

    def action_back(self) -> None:
        self.dismiss()

    def action_pause(self) -> None:
        self._strip.pause(self._strip.follows)
        self.follow(EVERYTHING)

    @on(StripView.Moved)
    def _moved(self) -> None:
        self._strip.go_on_in(self.session.timeline)
        self._title()
        self.refresh_bindings()

    @on(LinesView.Resized)
    def _resized(self) -> None:
        self._strip.resized()
        self.follow(EVERYTHING)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return (True if self.session.timeline.live else None) if action == "pause" else True

    def title_of(self, action: str) -> str | None:
        """Space goes on where it has paused."""
        return "Follow" if action == "pause" and not self._strip.follows else None

    def words(self) -> tuple[Words, ...]:
        """For the help."""
        return TIMELINE

    def _repaint(self, _theme: Theme) -> None:
        """The drawn panes have their colours from the palette of the theme, not from a style sheet."""
        self.query_one(KeyBar).refresh()
        self.follow(EVERYTHING)
