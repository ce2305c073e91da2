"""The lines of a trace: thousands, of which only those in view are drawn. Follows the end until one scrolls away from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from conclab.model.trace import TraceLine
from conclab.tui.commands import MOVING
from conclab.tui.renderables.trace import pending_line, trace_line
from conclab.tui.widgets.lines import LinesView

_LONGEST_SHIFT = 4_000


class TraceView(LinesView):
    """Shows what ``update_from`` was given last."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("end", "scroll_end", "Bottom", show=False, tooltip="To the end, and along with it", id="trace.end", group=MOVING),
        Binding("left", "shift(-8)", "Left", show=False, tooltip="Move the text to the right", id="trace.left", group=MOVING),
        Binding(
            "right",
            "shift(8)",
            "Right",
            show=False,
            tooltip="Move the text to the left, to read its end",
            id="trace.right",
            group=MOVING,
        ),
    ]

    class Followed(Message):
        """The view goes along with the end from now on, or no longer."""

        def __init__(self, following: bool) -> None:
            super().__init__()
            self.following = following

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._said: Sequence[TraceLine] = ()
        self._pending: TraceLine | None = None
        self._threads = False
        self._shift = 0
        self._moving = False
        self.following = True

    def update_from(self, lines: Sequence[TraceLine], pending: TraceLine | None) -> None:
        """Take over lines, and a call that goes on."""
        self._said, self._pending = lines, pending
        self._threads = self._threads or any(line.tid is not None for line in lines)
        count = len(lines) + (pending is not None)
        self._moving = True
        try:
            if not self.following:
                self.scroll_to(y=min(self.scroll_offset.y, max(0, count - self.size.height)), animate=False, immediate=True)
            self.resize_virtually(Size(self.room, count))
            if self.following:
                self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True)
        finally:
            self._moving = False
        self.refresh()

    def render_line(self, y: int) -> Strip:
        number, width = y + self.scroll_offset.y, self.room
        if number < len(self._said):
            strip = trace_line(self._said[number], width, self.palette, self._threads, self._shift)
        elif number == len(self._said) and self._pending is not None:
            strip = pending_line(self._pending, width, self.palette, self._threads)
        else:
            strip = Strip.blank(width)
        return strip.adjust_cell_length(width).apply_style(self.rich_style)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if not self._moving:
            self.follow(round(new_value) >= self.max_scroll_y)

    def follow(self, following: bool) -> None:
        """Go along with the end, or stay."""
        if following != self.following:
            self.following = following
            self.post_message(self.Followed(following))

    def action_scroll_end(self) -> None:
        self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True)
        self.follow(True)

    def action_shift(self, cells: int) -> None:
        self._shift = max(0, min(_LONGEST_SHIFT, self._shift + cells))
        self.refresh()
