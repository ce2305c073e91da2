"""A short list over the line that is being typed: what could stand there. It never has the focus; the line tells it what to do."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from conclab.tui.renderables.blocks import action
from conclab.tui.renderables.prompt import Offer, offer_lines, offers_width
from conclab.tui.theme import palette_for

MOST = 10


class Offers(Widget):
    """Stands over what is above its parent, ends right above it, and begins at the word that would be replaced."""

    DEFAULT_CSS = """
    Offers { overlay: screen; display: none; width: 0; height: 0; }
    """

    class Taken(Message):
        """One is to stand in the line."""

        def __init__(self, offer: Offer) -> None:
            super().__init__()
            self.offer = offer

    def __init__(self) -> None:
        super().__init__()
        self.all: list[Offer] = []
        self.number: int | None = None
        """Which one is chosen; none is while one only types."""

    @property
    def chosen(self) -> Offer | None:
        return None if self.number is None else self.all[self.number]

    def show(self, offers: Sequence[Offer], before: int = 0) -> None:
        """Take over other offers; ``before`` are the cells before the text of the line."""
        self.all, self.number = list(offers), None
        self.place(before)

    def choose(self, by: int) -> None:
        """Go up and down, around the ends; the first step down is to the first, up to the last."""
        if self.all:
            from_ = (-1 if by > 0 else 0) if self.number is None else self.number
            self.number = (from_ + by) % len(self.all)
            self.refresh()

    def place(self, before: int) -> None:
        """Stand where there is room: at most a third of the screen's height."""
        self.display = bool(self.all)
        if not self.all:
            return
        screen = self.screen.size
        height = min(len(self.all), MOST, max(3, screen.height // 3))
        width = min(offers_width(self.all), screen.width)
        word = self.all[0]
        left = max(0, min(before + cell_len(word.text[: word.start]) - 2, screen.width - width))
        self.styles.width, self.styles.height, self.styles.offset = width, height, (left, -height)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        clicks = [action(f"take({number})") for number in range(len(self.all))]
        palette = palette_for(self.app.current_theme)
        lines = offer_lines(self.all, self.number, self.size.width, self.size.height, palette, clicks)
        return (lines[y] if y < len(lines) else Strip.blank(self.size.width)).apply_style(self.rich_style)

    def action_take(self, number: int) -> None:
        self.number = number
        self.take()

    def take(self) -> None:
        """Let the chosen one be taken, or the first."""
        if self.all:
            self.post_message(self.Taken(self.chosen or self.all[0]))
