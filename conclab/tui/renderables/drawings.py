"""The small drawings of claims (``model.drawings``) in the colours of a palette; without colour workers are their numbers."""

from __future__ import annotations

from textual.strip import Strip

from conclab.model.drawings import DRAWINGS, Piece, pieces
from conclab.tui.renderables.blocks import Line, style
from conclab.tui.renderables.lanes import GLYPHS
from conclab.tui.theme import Palette

_WAITS, _NOBODY = "·", " "


def drawing_lines(name: str, width: int, palette: Palette, colourless: bool) -> list[Strip]:
    """The rows of a drawing; none for a name that there is not. What does not fit is cut."""
    lines = []
    for row in DRAWINGS.get(name, ()):
        line = Line()
        for piece in pieces(row):
            _add(line, piece, palette, colourless)
        lines.append(line.strip(width))
    return lines


def _add(line: Line, piece: Piece, palette: Palette, colourless: bool) -> None:
    if piece.cell:
        _add_cells(line, piece, palette, colourless)
    elif piece.kind.isdigit():
        line.add(piece.text, None if colourless else style(palette.worker(int(piece.kind) - 1), bold=True))
    else:
        colours = {
            "": palette.text,
            "d": palette.dim,
            "a": palette.title,
            "g": palette.good,
            "r": palette.bad,
            "w": palette.wants,
            "b": palette.blocked,
        }
        line.add(piece.text, style(colours[piece.kind], bold=piece.kind == "a"))


def _add_cells(line: Line, piece: Piece, palette: Palette, colourless: bool) -> None:
    """A stretch of a track. A worker's begins with its number, so that no colour is needed to know whose it is."""
    count = len(piece.text)
    if piece.kind.isdigit():
        if colourless:
            line.add(piece.text)
        else:
            line.add(piece.kind + " " * (count - 1), style(palette.ink, palette.worker(int(piece.kind) - 1)))
    elif piece.kind == "w":
        line.add(GLYPHS["wants"] * count, style(palette.wants, palette.wants_back))
    elif piece.kind == "b":
        line.add(GLYPHS["blocked"] * count, style(palette.blocked, palette.blocked_back))
    elif piece.kind == "-":
        line.add(_WAITS * count, style(palette.dim))
    else:
        line.add(_NOBODY * count)
