"""The rows of a section on the screen: a cursor, marks, and what a click does."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from conclab.tui.renderables.blocks import plain, style, wrapped
from conclab.tui.setup.drawing import Widths, heading_line, row_line
from conclab.tui.setup.section import TURN, Row
from conclab.tui.widgets.lines import LinesView


class SetupList(LinesView):
    """A section's rows. The cursor stays on its row while the rows change around it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", "Up", show=False, tooltip="To the row above", id="setup.up"),
        Binding("down", "step(1)", "Down", show=False, tooltip="To the row below", id="setup.down"),
        Binding("left", "turn(-1)", "Value before", show=False, tooltip="The value, or the set, before", id="setup.before"),
        Binding("right", "turn(1)", "Other value", tooltip="The next value, or the next set", id="setup.next"),
        Binding("pageup", "page(-1)", "A page up", show=False, id="setup.page_up"),
        Binding("pagedown", "page(1)", "A page down", show=False, id="setup.page_down"),
        Binding("home", "edge(-1)", "First", show=False, tooltip="To the first row", id="setup.first"),
        Binding("end", "edge(1)", "Last", show=False, tooltip="To the last row", id="setup.last"),
    ]

    class Moved(Message):
        """The cursor is on another row."""

    class Turned(Message):
        """The row under the cursor shall have its next value (1), or the one before (-1)."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def __init__(self) -> None:
        super().__init__(id="rows")
        self._rows: tuple[Row, ...] = ()
        self._empty = ""
        self._cursor = ""

    @property
    def row(self) -> Row | None:
        """The row under the cursor; None: there is none."""
        return next((row for row in self._rows if row.key and row.key == self._cursor), None)

    def show_rows(self, rows: tuple[Row, ...], empty: str) -> None:
        """Take over rows; where the cursor's is gone, the one that took its place has the cursor."""
        place = self._place()
        self._rows, self._empty = rows, empty
        if self.row is None:
            marked = [row for row in rows if row.one_of and row.mark]
            choosable = (
                marked or [row for row in rows[min(place, len(rows) - 1) :] if row.key] or [row for row in rows if row.key][-1:]
            )
            self._cursor = choosable[0].key if choosable else ""
        self.redraw()

    def forget(self) -> None:
        """Another section comes: its first row gets the cursor."""
        self._rows, self._cursor = (), ""
        self.scroll_to(y=0, animate=False)

    def redraw(self) -> None:
        """Draw the rows for the room that there is."""
        if self.room > 0:
            widths = Widths.of(self._rows, self.room)
            self.show([self._line(number, row, widths) for number, row in enumerate(self._rows)] or self._nothing())

    def _nothing(self) -> list[Strip]:
        return [plain(line, self.room, style(self.palette.dim)) for line in wrapped(self._empty, self.room)]

    def _line(self, number: int, row: Row, widths: Widths) -> Strip:
        if not row.key:
            return heading_line(row.title, self.room, self.palette)
        return row_line(number, row, widths, self.room, self.palette, row.key == self._cursor)

    def _place(self) -> int:
        return next((number for number, row in enumerate(self._rows) if row.key and row.key == self._cursor), 0)

    def go_to(self, number: int) -> None:
        """Put the cursor on a row, by its place; a heading hands it on."""
        if not 0 <= number < len(self._rows) or not self._rows[number].key:
            return
        if self._rows[number].key != self._cursor:
            self._cursor = self._rows[number].key
            self.redraw()
            self.post_message(self.Moved())
        self.keep_in_view()

    def keep_in_view(self) -> None:
        """Scroll so that the cursor can be seen, and the heading above the first row of a group."""
        number, first, height = self._place(), self.scroll_offset.y, self.scrollable_content_region.height
        top = number - 1 if number and not self._rows[number - 1].key else number
        if top < first:
            self.scroll_to(y=top, animate=False)
        elif number >= first + height:
            self.scroll_to(y=number - height + 1, animate=False)

    def action_step(self, by: int) -> None:
        number = self._place() + by
        while 0 <= number < len(self._rows) and not self._rows[number].key:
            number += by
        self.go_to(number)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.row is not None and TURN in self.row.verbs if action == TURN else True

    def action_turn(self, by: int) -> None:
        self.post_message(self.Turned(by))

    def action_page(self, pages: int) -> None:
        height = max(1, self.scrollable_content_region.height - 1)
        wanted = max(0, min(len(self._rows) - 1, self._place() + pages * height))
        near = sorted((abs(number - wanted), number) for number, row in enumerate(self._rows) if row.key)
        if near:
            self.go_to(near[0][1])

    def action_edge(self, side: int) -> None:
        numbers = [number for number, row in enumerate(self._rows) if row.key]
        if numbers:
            self.go_to(numbers[0] if side < 0 else numbers[-1])
