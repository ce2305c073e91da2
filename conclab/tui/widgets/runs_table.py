"""The table of the runs that were kept: a header that stays, and a cursor that is on a run and not on a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from conclab.recording.stored import Summary
from conclab.tui.commands import MOVING
from conclab.tui.renderables.blocks import plain, style, wrapped
from conclab.tui.renderables.runs import header_line, row_line
from conclab.tui.widgets.rows import RowsView


class RunsTable(RowsView):
    """Shows what ``update_runs`` was given last, in that order."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "One run up", show=False, id="runs_table.up", group=MOVING),
        Binding("down", "move(1)", "One run down", show=False, id="runs_table.down", group=MOVING),
        Binding("pageup", "move_page(-1)", "A page up", show=False, id="runs_table.pageup", group=MOVING),
        Binding("pagedown", "move_page(1)", "A page down", show=False, id="runs_table.pagedown", group=MOVING),
        Binding("home", "first", "To the first run", show=False, id="runs_table.home", group=MOVING),
        Binding("end", "last", "To the last run", show=False, id="runs_table.end", group=MOVING),
    ]

    class Moved(Message):
        """The cursor is on another run, or on none."""

    class Opened(Message):
        """Somebody wants to see a run."""

        def __init__(self, run: Summary) -> None:
            super().__init__()
            self.run = run

    def __init__(self) -> None:
        super().__init__("Runs", id="runs")
        self._runs: tuple[Summary, ...] = ()
        self._order: tuple[str, bool] = ("when", False)
        self._nothing = ""

    @property
    def run(self) -> Summary | None:
        """The one under the cursor."""
        return self._runs[self._place] if self._runs else None

    @property
    def total(self) -> int:
        return len(self._runs)

    def update_runs(self, runs: Sequence[Summary], key: str, inverted: bool, nothing: str) -> None:
        """Take over the rows, the order that they are in, and what to say when there are none."""
        before = self.run
        if (tuple(runs), (key, inverted), nothing) == (self._runs, self._order, self._nothing):
            return
        self._runs, self._order, self._nothing = tuple(runs), (key, inverted), nothing
        places = {run.path: number for number, run in enumerate(self._runs)}
        # The cursor stays with its run; where that has gone, in its line.
        found = places.get(before.path) if before is not None else 0
        self._place = max(0, min(self._place if found is None else found, len(self._runs) - 1))
        self.resize_virtually(Size(self.room, len(self._runs) + 1))
        self._scroll_to_cursor()
        self.refresh()
        if before != self.run:
            self.post_message(self.Moved())

    def render_line(self, y: int) -> Strip:
        width, palette = self.room, self.palette
        if not self._runs:
            lines = wrapped(self._nothing, min(width, 92))
            text = lines[y - 1] if 0 < y <= len(lines) else ""
            return plain(text, width, style(palette.dim)).apply_style(self.own_style)
        if y == 0:
            return header_line(width, palette, *self._order).apply_style(self.own_style)
        number = self.scroll_offset.y + y - 1
        if number >= len(self._runs):
            return Strip.blank(width, self.own_style)
        return row_line(self._runs[number], width, palette, number == self._place).apply_style(self.own_style)

    def on_resize(self) -> None:
        super().on_resize()
        self.resize_virtually(Size(self.room, len(self._runs) + 1))
        self._scroll_to_cursor()
        self.refresh()

    # Moving

    def go_to(self, number: int) -> None:
        place = max(0, min(len(self._runs) - 1, number))
        if place == self._place:
            return
        before, self._place = self._place, place
        self._scroll_to_cursor()
        for changed in (before, place):
            self.refresh_lines(changed + 1)
        self.post_message(self.Moved())

    def action_open(self) -> None:
        if self.run is not None:
            self.post_message(self.Opened(self.run))
