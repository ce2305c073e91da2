"""The alphabet of the drawn panes: text in pieces, bars, heights. Everything becomes a ``Strip``, one line of a widget."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from conclab.tui.palettes import REVERSED

HEIGHTS = " ▁▂▃▄▅▆▇█"
_EIGHTHS = " ▏▎▍▌▋▊▉█"


@lru_cache(maxsize=512)
def style(colour: str | None = None, back: str | None = None, bold: bool = False) -> Style:
    """A style in colours of a palette, made once."""
    reverse = back == REVERSED
    bold = bold and colour != "ansi_black"  # which many terminals show as grey
    return Style(color=_rich(colour), bgcolor=None if reverse else _rich(back), bold=bold or None, reverse=reverse or None)


def _rich(colour: str | None) -> str | None:
    """Rich's name for a colour of a palette: what Textual calls ansi_red is red there."""
    return colour.removeprefix("ansi_") if colour else None


@lru_cache(maxsize=256)
def action(name: str) -> Style:
    """What makes a piece of text clickable: the action that a click runs."""
    return Style.from_meta({"@click": name})


class Line:
    """A line under construction: pieces of text from left to right, neighbours of one style in one segment."""

    def __init__(self) -> None:
        self._segments: list[Segment] = []

    def add(self, text: str, look: Style | None = None) -> Line:
        if text:
            if self._segments and self._segments[-1].style is look:
                text = self._segments.pop().text + text
            self._segments.append(Segment(text, look))
        return self

    @property
    def cells(self) -> int:
        """Cells that it takes so far."""
        return sum(segment.cell_length for segment in self._segments)

    def strip(self, width: int, back: Style | None = None) -> Strip:
        """The line cut or filled to a width."""
        return Strip(self._segments).adjust_cell_length(width, back)


def plain(text: str, width: int, look: Style | None = None) -> Strip:
    """A whole line in one style."""
    return Strip([Segment(fit(text, width), look)], width)


def fit(text: str, width: int) -> str:
    """The text in exactly so many cells, whatever the width of its characters; too long ends in an ellipsis."""
    if width <= 0:
        return ""
    if cell_len(text) > width:
        return set_cell_size(text, width - 1) + "…" if width > 1 else "…"
    return text + " " * (width - cell_len(text))


def right(text: str, width: int) -> str:
    """The text at the right end of so many cells."""
    missing = width - cell_len(text)
    return " " * missing + text if missing >= 0 else fit(text, width)


def height_of(share: float) -> str:
    """A block as high as the share, 0 to 1. Whatever is above nothing shows at least a line."""
    if share <= 0.01:
        return HEIGHTS[0]
    return HEIGHTS[max(1, min(8, round(share * 8)))]


def bar(share: float, width: int) -> str:
    """A horizontal bar of ``share`` of the width, to an eighth of a cell; exactly ``width`` characters."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    full, rest = divmod(eighths, 8)
    drawn = "█" * full + (_EIGHTHS[rest] if rest else "")
    return drawn + " " * (width - len(drawn))


def stacked(parts: Sequence[tuple[float, Style]], width: int, back: Style, glyphs: str = "") -> list[tuple[str, Style]]:
    """A bar of several parts (shares that add up to at most 1), each at whole cells, so that colours never mix in a cell.

    ``glyphs`` gives each part a character of its own, for screens without colour.
    """
    pieces: list[tuple[str, Style]] = []
    total, drawn = 0.0, 0
    for number, (share, look) in enumerate(parts):
        total += max(0.0, share)
        end = min(width, round(total * width))
        if end > drawn:
            pieces.append(((glyphs[number] if glyphs else "█") * (end - drawn), look))
            drawn = end
    if drawn < width:
        pieces.append((" " * (width - drawn), back))
    return pieces


def wrapped(text: str, width: int) -> list[str]:
    """A paragraph in lines of at most so many cells."""
    lines: list[str] = []
    current = ""
    for word in text.split():
        candidate = f"{current} {word}" if current else word
        if cell_len(candidate) <= width or not current:
            current = candidate
        else:
            lines.append(current)
            current = word
    if current:
        lines.append(current)
    return [line if cell_len(line) <= width else fit(line, width) for line in lines]
