"""What lies over a screen while somebody presents: a caption, the keys that were pressed, the time. It moves nothing below it.

All three are pieces of the layer ``captions``, which a presenting app gives every screen; they are placed by their distance from
the screen's corner, so nothing is laid out anew when they come and go.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from textual.strip import Strip
from textual.widget import Widget

from conclab.tui.renderables.blocks import Line, fit, style, wrapped
from conclab.tui.theme import palette_for

LAYER = "captions"
WIDEST, WIDEST_BIG = 88, 72
"""Cells of a line of a caption: longer ones are hard to read, and more so from afar."""
_BELOW = 1
"""The keys' line stays free."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is to be seen of all that."""

    caption: str = ""
    where: str = "bottom"
    """Or ``middle``."""
    note: str = ""
    """Beside the caption, like: paused."""
    keys: tuple[str, ...] = ()
    """The last ones, as they are written on a keyboard."""
    title: str = ""
    """What the last of them does."""
    corner: str = ""
    """At the right of the top bar."""
    big: bool = False


class Over(Widget):
    """A piece that lies over the screen. It is there only while it has something to say."""

    DEFAULT_CSS = f"""
    Over {{ layer: {LAYER}; position: absolute; display: none; background: $field; width: 1; height: 1; }}
    """
    can_focus = False

    def __init__(self) -> None:
        super().__init__()
        self.shown = Shown()

    def update_shown(self, shown: Shown) -> None:
        """Take over what is to be seen now, and where there is room for it."""
        before, self.shown = self.shown, shown
        if before == shown and self.display == bool(self.text(shown)):
            return
        self.place()
        self.refresh()

    def text(self, shown: Shown) -> str:
        """What of it this piece tells; empty: nothing, and then it is not there."""
        raise NotImplementedError

    def place(self) -> None:
        """Be as large as it takes, where it belongs."""
        raise NotImplementedError

    def put(self, column: int, row: int, width: int, height: int) -> None:
        """Be there; a place that it has already costs nothing."""
        found = (self.styles.offset.x.value, self.styles.offset.y.value, self.styles.width, self.styles.height)
        if not self.display or (found[0], found[1], getattr(found[2], "value", 0), getattr(found[3], "value", 0)) != (
            column,
            row,
            width,
            height,
        ):
            self.styles.width, self.styles.height, self.styles.offset = width, height, (column, row)
            self.display = True


class CaptionBox(Over):
    """The caption, in the middle of the lower edge or of the screen."""

    DEFAULT_CSS = """
    CaptionBox { border: round $primary; padding: 0 1; border-subtitle-color: $warning; }
    CaptionBox.-big { border: thick $primary; padding: 0 2; text-style: bold; }
    """

    def text(self, shown: Shown) -> str:
        return shown.caption or shown.note

    def _lines(self) -> list[str]:
        frame = 6 if self.shown.big else 4
        widest = WIDEST_BIG if self.shown.big else WIDEST
        return wrapped(self.text(self.shown), max(10, min(widest, self.app.size.width - frame - 2)))

    def place(self) -> None:
        if not self.text(self.shown):
            self.display = False
            return
        self.set_class(self.shown.big, "-big")
        self.border_subtitle = self.shown.note if self.shown.caption else ""
        lines, (columns, rows) = self._lines(), self.app.size
        frame = 6 if self.shown.big else 4
        width = max(max(map(cell_len, lines)), cell_len(self.shown.note) + 2) + frame
        height = min(len(lines) + 2, rows - 2)
        row = (rows - height) // 2 if self.shown.where == "middle" else rows - height - _BELOW
        self.put(max(0, (columns - width) // 2), max(1, row), width, height)

    def render_line(self, y: int) -> Strip:
        lines, width = self._lines(), self.size.width
        text = fit(lines[y], width) if y < len(lines) else " " * width
        look = style(palette_for(self.app.current_theme).text, bold=self.shown.big)
        return Line().add(text, look).strip(width).apply_style(self.rich_style)


class KeysShown(Over):
    """The keys that were pressed a moment ago, under the right end of the top bar."""

    DEFAULT_CSS = """
    KeysShown { border: round $primary; padding: 0 1; }
    """

    def text(self, shown: Shown) -> str:
        return "".join(f" {key}  " for key in shown.keys) + shown.title

    def place(self) -> None:
        text = self.text(self.shown)
        if not self.shown.keys:
            self.display = False
            return
        columns = self.app.size.width
        width = min(columns - 2, cell_len(text) + 4)
        self.put(columns - width - 1, 1, width, 3)

    def render_line(self, y: int) -> Strip:
        palette, line = palette_for(self.app.current_theme), Line()
        cap = style(palette.ink, palette.title, bold=True)
        for key in self.shown.keys:
            line.add(f" {key} ", cap).add(" ")
        line.add(self.shown.title, style(palette.text, bold=True))
        return line.strip(self.size.width).apply_style(self.rich_style)


class Corner(Over):
    """The time, and whether it is played: over the right end of the top bar, which tells of the machine."""

    def text(self, shown: Shown) -> str:
        return shown.corner

    def place(self) -> None:
        if not self.shown.corner:
            self.display = False
            return
        columns = self.app.size.width
        width = min(columns, cell_len(self.shown.corner) + 3)
        self.put(columns - width, 0, width, 1)

    def render_line(self, y: int) -> Strip:
        palette, width = palette_for(self.app.current_theme), self.size.width
        look = style(palette.ink, palette.title, bold=True)
        line = Line().add(" ", style(None, palette.bar)).add(fit(f" {self.shown.corner} ", width - 1), look)
        return line.strip(width)


PIECES: tuple[type[Over], ...] = (CaptionBox, KeysShown, Corner)
