"""A moment of a film as SVG: text stays text, blocks and lines are drawn, so that nothing depends on the fonts of whoever looks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from html import escape
from itertools import groupby

from conclab.demos.glyphs import shape
from conclab.demos.reel import Cell, Colour, Frame, Row

_WIDTH, _HEIGHT = 10, 21
"""Of a cell."""
_BASELINE = 15.5
_SIZE = 16.6
_FONTS = "DejaVu Sans Mono, Menlo, Consolas, Liberation Mono, monospace"


def svg_of(frame: Frame, title: str) -> str:
    """The picture as one document."""
    width, height = len(frame.rows[0]) * _WIDTH, len(frame.rows) * _HEIGHT
    drawn: dict[tuple[Colour, float], list[str]] = defaultdict(list)
    grounds: dict[Colour, list[str]] = defaultdict(list)
    texts: list[str] = []
    for y, row in enumerate(frame.rows):
        for x, cells in _runs(row):
            grounds[cells[0].ground].append(f"M{x * _WIDTH} {y * _HEIGHT}h{len(cells) * _WIDTH}v{_HEIGHT}h{-len(cells) * _WIDTH}z")
            texts += _text(x, y, cells)
        for x, cell in enumerate(row):
            for box in shape(cell.sign) or ():
                left, top = x * _WIDTH + box.left * _WIDTH, y * _HEIGHT + box.top * _HEIGHT
                across, down = (box.right - box.left) * _WIDTH, (box.bottom - box.top) * _HEIGHT
                drawn[cell.ink, box.opacity].append(f"M{left:.5g} {top:.5g}h{across:.3g}v{down:.3g}h{-across:.3g}z")
    paths = [f'<path fill="{_name(colour)}" d="{"".join(parts)}"/>' for colour, parts in grounds.items()]
    for (colour, opacity), parts in drawn.items():
        thin = f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
        paths.append(f'<path fill="{_name(colour)}"{thin} d="{"".join(parts)}"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="{_FONTS}" font-size="{_SIZE}" shape-rendering="crispEdges"><title>{escape(title)}</title>\n'
        + "\n".join((*paths, *texts))
        + "\n</svg>\n"
    )


def _runs(row: Row) -> Iterator[tuple[int, list[Cell]]]:
    """Neighbours that look alike, with the column where they begin."""
    x = 0
    for _look, group in groupby(row, key=lambda cell: cell[1:]):
        cells = list(group)
        yield x, cells
        x += len(cells)


def _text(x: int, y: int, cells: list[Cell]) -> Iterator[str]:
    """What of them is written. Words are placed one by one, and as wide as they are in the terminal."""
    look = cells[0]
    attributes = f' fill="{_name(look.ink)}"' + ' font-weight="bold"' * look.bold + ' font-style="italic"' * look.italic
    decoration = " ".join(["underline"] * look.underlined + ["line-through"] * look.struck)
    attributes += f' text-decoration="{decoration}"' if decoration else ""
    line = "".join(" " if shape(cell.sign) is not None else (cell.sign or "\0") for cell in cells)
    at = 0
    for part in line.split(" ") if not decoration else [line]:
        word = part.replace("\0", "")
        if word:
            place = f'x="{(x + at) * _WIDTH}" y="{y * _HEIGHT + _BASELINE:g}" textLength="{len(part) * _WIDTH}"'
            yield f'<text {place} lengthAdjust="spacingAndGlyphs" xml:space="preserve"{attributes}>{escape(word)}</text>'
        at += len(part) + 1


def _name(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
