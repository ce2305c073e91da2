"""Cores as a grid to choose from, drawn: one to 512 of them in one view, each with its number where there is room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.strip import Strip

from conclab.tui.renderables.blocks import Line, action, right, style
from conclab.tui.theme import Palette

CHOSEN, FREE, BARRED = "■", "□", "·"
"""It may use the core; it could; its cpuset does not let it."""
_ROOMY_ROWS = 8
"""From more rows on the numbers stand at the left only."""
_GROUP = 8


@dataclass(frozen=True, slots=True)
class Grid:
    """How so many cores are laid out in so many cells."""

    columns: int
    numbered: bool
    """Whether each core has its number beside it."""

    def rows(self, cores: int) -> int:
        return -(-cores // self.columns)


def grid_for(cores: Sequence[int], width: int) -> Grid:
    """Numbers at each core as long as that takes few rows; else a block of glyphs, in groups of eight."""
    cell = len(str(max(cores, default=0))) + 4
    columns = _even(width // cell)
    if -(-len(cores) // columns) <= _ROOMY_ROWS:
        return Grid(columns, True)
    label = len(str(max(cores))) + 2
    columns = 32 if width >= label + 32 * 2 + 3 else 16 if width >= label + 16 * 2 + 1 else 8
    return Grid(columns, False)


def _even(columns: int) -> int:
    """The largest power of two that fits: cores come in such numbers, and rows then begin alike."""
    found = 1
    while found * 2 <= columns:
        found *= 2
    return found


def grid_lines(
    cores: Sequence[int],
    chosen: frozenset[int],
    allowed: frozenset[int] | None,
    cursor: int | None,
    width: int,
    palette: Palette,
) -> list[Strip]:
    """The grid. ``cursor``: the core on which it is, None for nowhere; it has a mark, so that it shows without colour too."""
    grid = grid_for(cores, width)
    digits = len(str(max(cores, default=0)))
    lines = []
    for first in range(0, len(cores), grid.columns):
        row = cores[first : first + grid.columns]
        line = Line()
        if not grid.numbered:
            line.add(right(str(row[0]), digits) + " ", style(palette.dim))
        for place, core in enumerate(row):
            if not grid.numbered and place and place % _GROUP == 0:
                line.add(" ")
            here = core == cursor
            back = palette.cursor if here else None
            barred = allowed is not None and core not in allowed
            glyph = CHOSEN if core in chosen else BARRED if barred else FREE
            colour = palette.bad if barred and core in chosen else palette.good if core in chosen else palette.dim
            click = action(f"screen.toggle_core({core})")
            line.add("▸" if here else " ", style(palette.title, back, bold=True) + click)
            line.add(glyph, style(colour, back, bold=core in chosen) + click)
            if grid.numbered:
                line.add(f" {core:<{digits}}", style(palette.dim if barred else palette.text, back) + click)
                line.add(" ", click)
        lines.append(line.strip(width))
    return lines
