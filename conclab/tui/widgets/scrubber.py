"""The scrubber: the run's whole duration in a line. A click or a drag goes to a moment."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from conclab.recording.replay import ReplaySession
from conclab.tui.renderables.scrubber import moment_at, names_line, told_line, track_line
from conclab.tui.theme import palette_for


class Scrubber(Widget, can_focus=True):
    """Three lines: names of the repetitions, the track, and the moment in words."""

    DEFAULT_CSS = """
    Scrubber { height: 3; padding: 0 1; background: $background; }
    """

    class Sought(Message):
        """Somebody wants to be at a moment."""

        def __init__(self, at_ns: int) -> None:
            super().__init__()
            self.at_ns = at_ns

    def __init__(self, session: ReplaySession) -> None:
        super().__init__(id="scrubber")
        self._session = session
        self.playing = False

    def render_line(self, y: int) -> Strip:
        replay, at_ns, width = self._session.replay, self._session.position_ns, self.content_size.width
        palette = palette_for(self.app.current_theme)
        if y == 0:
            line = names_line(replay, at_ns, width, palette)
        elif y == 1:
            line = track_line(replay, at_ns, width, palette)
        else:
            line = told_line(replay, at_ns, self.playing, width, palette)
        return line.apply_style(self.rich_style)

    def _seek(self, event: events.MouseEvent) -> None:
        offset = event.get_content_offset_capture(self)
        self.post_message(self.Sought(moment_at(self._session.replay, offset.x, self.content_size.width)))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        event.stop()
        self.capture_mouse()
        self._seek(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.app.mouse_captured is self:
            self._seek(event)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self.release_mouse()
