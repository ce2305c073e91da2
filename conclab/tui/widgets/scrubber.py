"""The scrubber: all of a recording in a line. A click or a drag goes to a moment; where the mouse points is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from conclab.model.playback import Playback
from conclab.recording.past import Past
from conclab.tui.renderables.scrubber import answer_line, cell_at, load_line, moment_at, told_line, track_line
from conclab.tui.theme import palette_for

LINES = 3
ANSWER_S = 5.0
"""How long an answer stands there."""


class Scrubber(Widget, can_focus=True):
    """Three lines: the load over the whole, the track with what happened, and the moment in words."""

    DEFAULT_CSS = """
    Scrubber { height: 3; padding: 0 1; background: $background; }
    """

    class Sought(Message):
        """Somebody wants to be at a moment."""

        def __init__(self, at_ns: int) -> None:
            super().__init__()
            self.at_ns = at_ns

    def __init__(self, past: Past, told: Callable[[int], Sequence[str]]) -> None:
        """``told`` says a moment in words, the most telling first."""
        super().__init__(id="scrubber")
        self._past = past
        self._told = told
        self.playback = Playback()
        self._pointed: int | None = None
        """The cell under the mouse."""
        self._answer = ""
        self._answered: Timer | None = None
        self._loads: tuple[object, tuple[float | None, ...]] = ((), ())
        """What they are of, and the loads."""

    def render_line(self, y: int) -> Strip:
        past, width = self._past, self.content_size.width
        palette = palette_for(self.app.current_theme)
        here = cell_at(past, past.position_ns, width)
        if y == 0:
            line = load_line(self._load_over(width), here, palette)
        elif y == 1:
            line = track_line(past, past.events(), here, width, palette)
        else:
            state = f"playing {self.playback.speed_name}" if self.playback.playing else self._standing()
            moving = self.playback.playing
            line = (
                answer_line(state, moving, self._answer, width, palette)
                if self._answer
                else told_line(state, moving, self._told(past.position_ns), self._pointed_at(width), width, palette)
            )
        return line.apply_style(self.rich_style)

    def answer(self, text: str) -> None:
        """Say something where one looks while one moves, for a while: a toast would lie over the line. Empty: no more of it."""
        if self._answered is not None:
            self._answered.stop()
        self._answer, self._answered = text, self.set_timer(ANSWER_S, lambda: self.answer("")) if text else None
        self.refresh()

    def _standing(self) -> str:
        return "paused" if self.playback.speed == 1.0 else f"paused {self.playback.speed_name}"

    def _load_over(self, width: int) -> tuple[float | None, ...]:
        """The load, a figure a cell; asked for anew only when a cell stands for something else."""
        past = self._past
        cell_ns = max(1, (past.end_ns - past.start_ns) // max(1, width))  # while it grows, the end is another at every beat
        of = width, past.start_ns // cell_ns, past.end_ns // cell_ns
        if self._loads[0] != of:
            self._loads = of, past.overview(width)
        return self._loads[1]

    def _pointed_at(self, width: int) -> str:
        if self._pointed is None:
            return ""
        past = self._past
        first, last = moment_at(past, self._pointed, width), moment_at(past, self._pointed + 1, width)
        near = [mark.text for mark in past.events() if first <= mark.at_ns < max(last, first + 1)]
        more = f" +{len(near) - 1}" if len(near) > 1 else ""
        return " · ".join(part for part in (self._told(first)[0], f"{near[0]}{more}" if near else "") if part)

    # The mouse

    def _cell(self, event: events.MouseEvent) -> int:
        return event.get_content_offset_capture(self).x

    def _seek(self, event: events.MouseEvent) -> None:
        self.post_message(self.Sought(moment_at(self._past, self._cell(event), self.content_size.width)))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        event.stop()
        self.capture_mouse()
        self._seek(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.app.mouse_captured is self:
            self._seek(event)
        self._point(max(0, min(self.content_size.width - 1, self._cell(event))))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self.release_mouse()

    def on_leave(self) -> None:
        self._point(None)

    def _point(self, cell: int | None) -> None:
        if cell != self._pointed:
            self._pointed = cell
            self.refresh()
