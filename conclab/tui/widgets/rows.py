"""What the tables have in common: a header that stays, rows below it of which one has the cursor, and how one moves among them."""

from __future__ import annotations

from textual import events

from conclab.tui.widgets.lines import LinesView


class RowsView(LinesView):
    """Of its lines the first is the header. Who builds on it says how many rows there are, and what to do with one."""

    _place = 0
    """The cursor's row."""

    @property
    def total(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def go_to(self, number: int) -> None:
        """Put the cursor on a row, or as near to it as there are rows."""
        raise NotImplementedError

    def action_open(self) -> None:
        """Ask for all about the row under the cursor, if there is one."""
        raise NotImplementedError

    @property
    def visible_rows(self) -> int:
        return max(1, self.scrollable_content_region.height - 1)

    def _scroll_to_cursor(self) -> None:
        first = self.scroll_offset.y
        if self._place < first:
            self.scroll_to(y=self._place, animate=False)
        elif self._place >= first + self.visible_rows:
            self.scroll_to(y=self._place - self.visible_rows + 1, animate=False)

    def action_move(self, by: int) -> None:
        self.go_to(self._place + by)

    def action_move_page(self, pages: int) -> None:
        self.go_to(self._place + pages * self.visible_rows)

    def action_first(self) -> None:
        self.go_to(0)

    def action_last(self) -> None:
        self.go_to(self.total - 1)

    def on_click(self, event: events.Click) -> None:
        """A click chooses, two open."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y == 0:
            return
        number = self.scroll_offset.y + offset.y - 1
        if number < self.total:
            self.go_to(number)
            if event.chain == 2:
                self.action_open()
