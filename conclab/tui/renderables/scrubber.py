"""The lines on which one moves through a recording: the load over all of it, what happened when, and where one is."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.strip import Strip

from conclab.recording.past import BEGAN, ENDED, GAP, REPETITION, RUN, TROUBLE, VERDICT, Mark, Past
from conclab.tui.renderables.blocks import HEIGHTS, Line, fit, style
from conclab.tui.theme import Palette

HERE = "●"
_DONE, _AHEAD = "━", "─"
_GLYPHS = {TROUBLE: "!", VERDICT: "◆", RUN: "╋", REPETITION: "╋", ENDED: "■", BEGAN: "▸", GAP: "╌"}
"""A tick on the track for each kind of event, the most telling first: that one is drawn where several fall into one cell."""
_RANKS = {kind: rank for rank, kind in enumerate(_GLYPHS)}


def cell_at(past: Past, at_ns: int, width: int) -> int:
    """The cell in which a moment lies."""
    length_ns = past.end_ns - past.start_ns
    if length_ns <= 0 or width <= 1:
        return 0
    return max(0, min(width - 1, (at_ns - past.start_ns) * (width - 1) // length_ns))


def moment_at(past: Past, cell: int, width: int) -> int:
    """The moment that a cell stands for: the first cell is the beginning, the last one the end."""
    if width <= 1:
        return past.start_ns
    # Rounded up, so that the moment lies in the cell that it was asked for.
    return past.start_ns - (-(past.end_ns - past.start_ns) * max(0, min(width - 1, cell)) // (width - 1))


def load_line(loads: Sequence[float | None], here: int, palette: Palette) -> Strip:
    """The load of all cores, a block a cell; blank where nothing is known. What lies behind is brighter than what is ahead."""
    line = Line()
    for cell, load in enumerate(loads):
        glyph = " " if load is None else HEIGHTS[max(1, min(8, round(load * 8)))]
        colour = palette.text if cell == here else palette.other if cell < here else palette.line
        line.add(glyph, style(colour, bold=cell == here))
    return line.strip(len(loads))


def track_line(past: Past, marks: Sequence[Mark], here: int, width: int, palette: Palette) -> Strip:
    """The whole duration: what lies behind is thick; a tick for what happened, by its kind; and the moment."""
    ticks: dict[int, str] = {}
    for mark in marks:
        cell = cell_at(past, mark.at_ns, width)
        if cell not in ticks or _RANKS[mark.kind] < _RANKS[ticks[cell]]:
            ticks[cell] = mark.kind
    colours = {TROUBLE: palette.bad, VERDICT: palette.good, GAP: palette.unsure}
    line = Line()
    for cell in range(width):
        kind = ticks.get(cell)
        if cell == here:
            line.add(HERE, style(palette.text, bold=True))
        elif kind is not None:
            glyph = "┼" if kind in (RUN, REPETITION) and cell > here else _GLYPHS[kind]
            line.add(glyph, style(colours.get(kind, palette.title if cell < here else palette.dim), bold=kind in colours))
        else:
            line.add(_DONE if cell < here else _AHEAD, style(palette.title if cell < here else palette.dim))
    return line.strip(width)


def _state(state: str, playing: bool, palette: Palette) -> Line:
    return Line().add(f" {'▶' if playing else '‖'} {state} ", style(palette.good if playing else palette.unsure, bold=True))


def answer_line(state: str, playing: bool, answer: str, width: int, palette: Palette) -> Strip:
    """What is said to a key that could not go anywhere."""
    line = _state(state, playing, palette).add("· ", style(palette.dim))
    return line.add(fit(answer, max(0, width - line.cells)), style(palette.text)).strip(width)


def told_line(state: str, playing: bool, parts: Sequence[str], pointed: str, width: int, palette: Palette) -> Strip:
    """Whether it plays and how fast, where one is in words as many as fit, and at the right what the mouse points at."""
    line = _state(state, playing, palette)
    room = width - (cell_len(pointed) + 2 if pointed else 0)
    line.add(parts[0], style(palette.text, bold=True))
    for part in parts[1:]:
        if line.cells + 3 + cell_len(part) <= room:
            line.add(f" · {part}", style(palette.dim))
    if pointed and line.cells < room:
        line.add(" " * (room - line.cells + 1)).add(pointed, style(palette.title))
    return line.strip(width)
