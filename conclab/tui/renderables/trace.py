"""A trace of system calls, drawn: its lines, and what they come to."""

from __future__ import annotations

import re

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from conclab.model import figures
from conclab.model.trace import TraceLine, TraceState
from conclab.tui.renderables.blocks import Line, fit, right, style
from conclab.tui.theme import Palette

_ROOMY = 100
"""From this width on times have microseconds, else milliseconds."""
_TID = 8
_CALL = re.compile(r"(<\.\.\. \w+ resumed>|\w+)(.*?)(\s*= (?:-?\d\S*|0x\S+|\?).*)?", re.DOTALL)
_FAILED = re.compile(r"\s*= -1 E")


def trace_line(line: TraceLine, width: int, palette: Palette, threads: bool, shift: int = 0) -> Strip:
    """One line. ``threads``: whether a column says who made the call. ``shift``: cells of the call that are out of sight."""
    dim = style(palette.dim)
    if line.left_out:
        words = f"··· {figures.count(line.left_out)} lines left out: more came than can be shown"
        return Line().add(words, style(palette.unsure)).strip(width)
    if not line.time:
        return Line().add(line.text, dim).strip(width)
    drawn = Line().add(line.time if width >= _ROOMY else line.time[:-3], dim)
    if threads:
        drawn.add(right(str(line.tid or ""), _TID), style(palette.thread))
    drawn.add("  ")
    room = width - drawn.cells - 1  # what is in the last cell would run into the scroll bar
    if shift:
        seen = Strip([Segment(line.text)]).crop(shift, shift + width).text
        return drawn.add(fit(seen, room), style(palette.text)).strip(width)
    pieces = _pieces(line.text, palette)
    if sum(cell_len(text) for text, _look in pieces) > room and len(pieces) == 3:  # what came of it is to be seen
        (name, name_look), (arguments, look), (result, result_look) = pieces
        result = fit(result, min(cell_len(result), room // 2))
        pieces = [(name, name_look), (fit(arguments, room - cell_len(name) - cell_len(result)), look), (result, result_look)]
    for text, look in pieces:
        drawn.add(text, look)
    return drawn.strip(width)


def _pieces(text: str, palette: Palette) -> list[tuple[str, Style]]:
    """The call's name, its arguments, and what came of it."""
    found = _CALL.fullmatch(text)
    if found is None:  # a signal (---) or an end (+++)
        return [(text, style(palette.unsure))]
    name, arguments, result = found.groups()
    pieces = [(name, style(palette.title)), (arguments, style(palette.text))]
    if result:
        pieces.append((result, style(palette.bad if _FAILED.match(result) else palette.dim)))
    return pieces


def pending_line(line: TraceLine, width: int, palette: Palette, threads: bool) -> Strip:
    """A call that has not returned."""
    return trace_line(line._replace(text=f"{line.text.rstrip()} … it is in this call now"), width, palette, threads)


def summary_line(state: TraceState, width: int, palette: Palette) -> Strip:
    """Calls per second, and which; what has no room is left away, the least telling first."""
    if not state.attached:
        if state.over:
            return Strip.blank(width)
        return Line().add(" starting strace …", style(palette.dim)).strip(width)
    rate = "" if state.per_s is None else f"{figures.count(round(state.per_s))} calls/s"
    total = f"{figures.count(state.total)} since it began"
    busiest = [f"{name} {figures.percent(share)}" for name, share in state.busiest(8)]
    left_out = f"{figures.count(state.left_out)} lines left out" if state.left_out else ""

    def said() -> str:
        most = f"busiest: {', '.join(busiest)}" if busiest else ""
        return " " + " · ".join(part for part in (rate, total, left_out, most) if part)

    while busiest and cell_len(said()) > width:
        busiest.pop()
    return Line().add(said(), style(palette.text)).strip(width)
