"""The task table on the screen: a header that stays, rows of which only the changed ones are drawn anew, and a cursor.

The cursor is on a task, not on a line: it stays with it while rows move. Until it is moved it stands in the first line, whoever
that is, and ``home`` takes it back there. With ``follow`` the view goes along wherever the task goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from conclab.model.columns import Column
from conclab.model.table import RowId, TaskRow
from conclab.model.task_view import Shown
from conclab.tui.commands import LOOKING, MOVING
from conclab.tui.renderables.tasks import Look, fitting, header_line, row_line
from conclab.tui.widgets.rows import RowsView
from conclab.tui.widgets.task_browser import TaskBrowser

_SCROLL = 8
"""Cells by which the commands move to the side."""


class TaskTable(RowsView):
    """Draws what a browser shows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "One row up", show=False, id="table.up", group=MOVING),
        Binding("down", "move(1)", "One row down", show=False, id="table.down", group=MOVING),
        Binding("pageup", "move_page(-1)", "A page up", show=False, id="table.pageup", group=MOVING),
        Binding("pagedown", "move_page(1)", "A page down", show=False, id="table.pagedown", group=MOVING),
        Binding("home", "first", "To the first row, and stay there", show=False, id="table.home", group=MOVING),
        Binding("end", "last", "To the last row", show=False, id="table.end", group=MOVING),
        Binding("left", "shift(-1)", "Commands to the left", show=False, id="table.left", group=MOVING),
        Binding("right", "shift(1)", "Commands to the right", show=False, id="table.right", group=MOVING),
        Binding("enter", "open", "Details", tooltip="All about the selected task", id="table.open", group=LOOKING),
    ]

    class Moved(Message):
        """The cursor is on another task, or other rows are in view."""

    class Opened(Message):
        """Somebody wants to know all about a row."""

        def __init__(self, row: TaskRow) -> None:
            super().__init__()
            self.row = row

    def __init__(self, browser: TaskBrowser, *, id: str | None = None) -> None:
        super().__init__("Tasks", id=id)
        self.browser = browser
        self.columns: tuple[Column, ...] = ()
        self.paths = False
        self.found = ""
        self.follow = False
        self._cursor: RowId | None = None
        self._moved = False
        self._shift = 0
        self._choices = 0
        """Of the browser, when it was drawn last."""
        self._fitting: tuple[int, tuple[Column, ...]] = (0, ())
        """For which width, and the columns that have room there."""
        self._drawn: dict[int, tuple[Shown, Look]] = {}

    # What is in view

    @property
    def total(self) -> int:
        return len(self.browser.shown)

    def in_view(self) -> frozenset[RowId]:
        first = self.scroll_offset.y
        return frozenset(one.row.id for one in self.browser.shown[first : first + self.visible_rows])

    @property
    def cursor_is(self) -> str:
        """above or below, when the cursor has gone out of view with its task; else nothing."""
        first = self.scroll_offset.y
        if self._cursor is None or first <= self._place < first + self.visible_rows:
            return ""
        return "above" if self._place < first else "below"

    @property
    def cursor(self) -> RowId | None:
        return self._cursor

    @property
    def shown_columns(self) -> tuple[Column, ...]:
        """Those that there is room for."""
        if self._fitting[0] != self.room:
            self._fitting = (self.room, fitting(self.columns, self.room))
        return self._fitting[1]

    @property
    def row(self) -> TaskRow | None:
        """The row under the cursor."""
        return self.browser.row(self._cursor, self._place)

    # Taking over

    def look_at(self, columns: Sequence[Column]) -> None:
        """Show these columns, as far as there is room for them."""
        self.columns = tuple(columns)
        self._fitting = (0, ())
        self._drawn.clear()
        self.refresh()

    def update_rows(self) -> None:
        """The browser's rows have changed: repaint the lines in view that read differently."""
        before = self._cursor
        self._keep_cursor()
        shown = self.browser.shown
        if self.virtual_size.height != len(shown) + 1 or self.virtual_size.width != self.room:
            self.resize_virtually(Size(self.room, len(shown) + 1))
        if self._moved and (self.follow or self.found or self._choices != self.browser.choices):
            self._scroll_to_cursor()
        self._choices = self.browser.choices
        self._repaint()
        if before != self._cursor:
            self.post_message(self.Moved())

    def _repaint(self) -> None:
        """The lines in view that read differently."""
        first, shown = self.scroll_offset.y, self.browser.shown
        for y in range(self.visible_rows):
            number = first + y
            if number < len(shown):
                if self._drawn.get(y) != (shown[number], self._look(shown[number])):
                    self.refresh_lines(number + 1)
            elif self._drawn.pop(y, None) is not None:
                self.refresh_lines(number + 1)

    def _keep_cursor(self) -> None:
        """Where its task is now; where that has gone, the line it was in."""
        shown = self.browser.shown
        place = self.browser.place(self._cursor, self._place) if self._moved else self._first
        if not shown:
            self._cursor = None
            return
        self._place = min(self._place if place is None else place, len(shown) - 1)
        self._cursor = shown[self._place].row.id

    def _look(self, shown: Shown) -> Look:
        id = shown.row.id
        browser = self.browser
        return Look(id == self._cursor, browser.mark(id), id in browser.tags, self._shift, self.paths, self.found)

    def render_line(self, y: int) -> Strip:
        width = self.room
        view = self.browser.view
        if y == 0:
            falling = view.sort.falling != view.inverted
            return header_line(self.shown_columns, width, self.palette, view.sort.key, falling).apply_style(self.own_style)
        number = self.scroll_offset.y + y - 1
        if not 0 <= number < len(self.browser.shown):
            self._drawn.pop(y - 1, None)
            return Strip.blank(width, self.own_style)
        shown = self.browser.shown[number]
        look = self._look(shown)
        self._drawn[y - 1] = (shown, look)
        return row_line(shown, self.shown_columns, width, self.palette, look).apply_style(self.own_style)

    def on_resize(self) -> None:
        super().on_resize()
        self.look_at(self.columns)
        if self._moved:
            self._scroll_to_cursor()

    # Moving

    def go_to(self, number: int) -> None:
        shown = self.browser.shown
        if not shown:
            return
        self._moved = True
        self._place = max(0, min(len(shown) - 1, number))
        self._cursor = shown[self._place].row.id
        self._scroll_to_cursor()
        self._repaint()
        self.post_message(self.Moved())

    def select(self, id: RowId) -> bool:
        """Put the cursor on a task; whether it is shown."""
        place = self.browser.place(id)
        if place is None:
            return False
        self.go_to(place)
        return True

    def find(self, matches: Callable[[TaskRow], bool], step: int = 1, here: bool = False) -> bool:
        """To the next row that matches, from the cursor on and round the end; whether there is one."""
        for number in self._round(step, here):
            if matches(self.browser.shown[number].row):
                self.go_to(number)
                return True
        return False

    def _round(self, step: int, here: bool) -> Iterator[int]:
        total = len(self.browser.shown)
        for away in range(0 if here else 1, total + (not here)):
            yield (self._place + step * away) % total

    @property
    def _first(self) -> int:
        """The first line that is not there for context only: nothing is to be done to what one has not looked for."""
        return next((number for number, one in enumerate(self.browser.shown) if not one.context), 0)

    def action_first(self) -> None:
        self.go_to(self._first)
        self._moved = False

    def action_shift(self, by: int) -> None:
        first = self.scroll_offset.y
        longest = max((len(one.row.command) for one in self.browser.shown[first : first + self.visible_rows]), default=0)
        self._shift = max(0, min(self._shift + by * _SCROLL, longest - _SCROLL))
        self.refresh()

    def action_open(self) -> None:
        row = self.row
        if row is not None:
            self.post_message(self.Opened(row))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Moved())
