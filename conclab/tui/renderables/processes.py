"""The process table of the monitor, line by line."""

from __future__ import annotations

from textual.strip import Strip

from conclab.model import figures
from conclab.model.processes import ProcessRow
from conclab.model.text import harmless
from conclab.tui.renderables.blocks import Line, fit, right, style
from conclab.tui.theme import Palette

_COLUMNS = (
    ("PID", 8),
    ("USER", 11),
    ("NI", 4),
    ("RES", 7),
    ("S", 3),
    ("CPU%▾", 7),
    ("VCS/s", 9),
    ("ICS/s", 8),
    ("THR", 5),
    ("TIME+", 10),
)
_LEFT = ("USER",)
_DROPPED_FIRST = ("NI", "THR", "TIME+", "USER")
"""What a narrow screen does without, in this order."""
_LEAST_COMMAND = 20


def columns_for(width: int) -> tuple[tuple[str, int], ...]:
    """The columns that fit beside a readable command."""
    shown = list(_COLUMNS)
    for title in _DROPPED_FIRST:
        if sum(size for _title, size in shown) + _LEAST_COMMAND <= width:
            break
        shown = [column for column in shown if column[0] != title]
    return tuple(shown)


def header_line(width: int, palette: Palette) -> Strip:
    look = style(palette.header_text, palette.header, bold=True)
    line = Line()
    for title, size in columns_for(width):
        line.add(" " + fit(title, size - 1) if title in _LEFT else right(title, size), look)
    return line.add(" Command", look).strip(width, style(back=palette.header))


def _state_colour(state: str, palette: Palette) -> str:
    return {"R": palette.good, "D": palette.bad, "Z": palette.bad}.get(state, palette.dim)


def _figures(row: ProcessRow) -> dict[str, str]:
    return {
        "PID": str(row.pid),
        "USER": harmless(row.user or ""),
        "NI": "" if row.nice is None else str(row.nice),
        "RES": figures.size(row.resident_bytes),
        "S": row.state,
        "CPU%▾": "" if row.cpu_share is None else f"{row.cpu_share * 100:.0f}",
        "VCS/s": figures.count(row.voluntary_per_s),
        "ICS/s": figures.count(row.involuntary_per_s),
        "THR": figures.count(row.threads),
        "TIME+": figures.clock_time(row.cpu_time_s),
    }


def process_line(row: ProcessRow, width: int, palette: Palette, selected: bool) -> Strip:
    """One row. Busy is bold; a state has its letter as well as its colour, and the cursor its mark."""
    back = palette.cursor if selected else None
    quiet, loud = style(palette.dim, back), style(palette.text, back)
    busy = style(palette.text, back, bold=True)
    texts = _figures(row)
    line = Line()
    for title, size in columns_for(width):
        text = texts[title]
        if title == "PID":
            line.add("▸" if selected else " ", loud).add(right(text, size - 1), loud)
        elif title == "USER":
            line.add(" " + fit(text, size - 1), quiet)
        elif title == "S":
            line.add(right(text, size), style(_state_colour(row.state, palette), back, bold=row.state in "RDZ"))
        elif title == "CPU%▾":
            line.add(right(text, size), busy if (row.cpu_share or 0) >= 0.5 else loud)
        else:
            line.add(right(text, size), quiet)
    return line.add(" ", loud).add(harmless(row.command[: width * 2]), loud).strip(width, style(back=back))
