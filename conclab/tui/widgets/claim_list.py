"""The list of claims: chapters, and below each its claims. The cursor is on a claim and not on a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from conclab.model.claims import Claim
from conclab.tui.commands import MOVING
from conclab.tui.palettes import Palette
from conclab.tui.renderables.blocks import plain, style, wrapped
from conclab.tui.renderables.claim_list import Row, row_line
from conclab.tui.widgets.lines import LinesView


class ClaimList(LinesView):
    """Shows what ``update_rows`` was given last."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "One claim up", show=False, id="claims.up", group=MOVING),
        Binding("down", "move(1)", "One claim down", show=False, id="claims.down", group=MOVING),
        Binding("pageup", "move_page(-1)", "A page up", show=False, id="claims.pageup", group=MOVING),
        Binding("pagedown", "move_page(1)", "A page down", show=False, id="claims.pagedown", group=MOVING),
        Binding("home", "edge(0)", "To the first claim", show=False, id="claims.home", group=MOVING),
        Binding("end", "edge(-1)", "To the last claim", show=False, id="claims.end", group=MOVING),
    ]

    class Moved(Message):
        """The cursor is on another claim; ``by_hand``: somebody has put it there, with a key or the mouse."""

        def __init__(self, by_hand: bool) -> None:
            super().__init__()
            self.by_hand = by_hand

    class Entered(Message):
        """Somebody has clicked on a claim."""

    def __init__(self) -> None:
        super().__init__("Claims", id="claims")
        self._rows: tuple[Row, ...] = ()
        self._places: tuple[int, ...] = ()
        """The lines that are claims."""
        self._place = 0
        """The line with the cursor."""
        self._nothing = ""
        self._palette: Palette | None = None

    @property
    def claim(self) -> Claim | None:
        """The one under the cursor; None where a search has found none."""
        return self._rows[self._place].claim if self._places else None

    def update_rows(self, rows: Sequence[Row], nothing: str) -> None:
        """Take over other rows, and what to say when there are none; only lines that differ are drawn anew."""
        rows, before, old = tuple(rows), self.claim, self._rows
        if (rows, nothing, self.palette) == (old, self._nothing, self._palette):
            return
        same = self._palette is self.palette and len(old) == len(rows) and bool(rows)
        self._rows, self._nothing, self._palette = rows, nothing, self.palette
        self._places = tuple(number for number, row in enumerate(rows) if row.claim is not None)
        number = before.number if before is not None else None
        at = [place for place in self._places if (claim := rows[place].claim) is not None and claim.number == number]
        place = at[0] if at else self._places[0] if self._places else 0
        moved = place != self._place
        self._place = place
        if same and not moved:
            for line, (was, now) in enumerate(zip(old, rows, strict=True)):
                if was != now:
                    self.refresh_lines(line)
        else:
            self.resize_virtually(Size(self.room, max(1, len(rows))))
            self._scroll_to_cursor()
            self.refresh()
        if before != self.claim:
            self.post_message(self.Moved(by_hand=False))

    def render_line(self, y: int) -> Strip:
        width, palette = self.room, self.palette
        if not self._rows:
            lines = wrapped(self._nothing, max(8, width - 1))
            return plain(lines[y] if y < len(lines) else "", width, style(palette.dim)).apply_style(self.own_style)
        number = self.scroll_offset.y + y
        if number >= len(self._rows):
            return Strip.blank(width, self.own_style)
        return row_line(self._rows[number], width, palette, number == self._place).apply_style(self.own_style)

    def on_resize(self) -> None:
        super().on_resize()
        self.resize_virtually(Size(self.room, max(1, len(self._rows))))
        self._scroll_to_cursor()
        self.refresh()

    # Moving

    def choose(self, number: int, by_hand: bool = True) -> None:
        """Put the cursor on a claim, if it is shown."""
        for place in self._places:
            claim = self._rows[place].claim
            if claim is not None and claim.number == number:
                self._go_to(place, by_hand)

    def _go_to(self, place: int, by_hand: bool = True) -> None:
        if place == self._place:
            return
        before, self._place = self._place, place
        self._scroll_to_cursor()
        for changed in (before, place):
            self.refresh_lines(changed)
        self.post_message(self.Moved(by_hand))

    def _scroll_to_cursor(self) -> None:
        """With the heading of its chapter, where it is the first of it."""
        first, height = self.scroll_offset.y, max(1, self.scrollable_content_region.height)
        above = self._place - 1 if self._place - 1 not in self._places else self._place
        if max(0, above) < first:
            self.scroll_to(y=max(0, above), animate=False)
        elif self._place >= first + height:
            self.scroll_to(y=self._place - height + 1, animate=False)

    def _step(self, to: int) -> None:
        """To the claim that is so many from the first one, or as near to it as there are claims."""
        if self._places:
            self._go_to(self._places[max(0, min(len(self._places) - 1, to))])

    def action_move(self, by: int) -> None:
        if self._places:
            self._step(self._places.index(self._place) + by)

    def action_move_page(self, pages: int) -> None:
        self.action_move(pages * max(1, self.scrollable_content_region.height - 1))

    def action_edge(self, which: int) -> None:
        self._step(0 if which == 0 else len(self._places) - 1)

    def on_click(self, event: events.Click) -> None:
        """A click chooses."""
        offset = event.get_content_offset(self)
        if offset is not None and (place := self.scroll_offset.y + offset.y) in self._places:
            self._go_to(place)
            self.post_message(self.Entered())
