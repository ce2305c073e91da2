"""The table of the runs that were kept: its columns, its order, and how a run reads in one line."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len
from textual.strip import Strip

from conclab.model import figures
from conclab.model.results import OK
from conclab.model.text import harmless
from conclab.model.verdicts import GLYPHS, Status
from conclab.recording.stored import RUN, TAPE, Summary
from conclab.tui.palettes import REVERSED, one_colour
from conclab.tui.renderables.blocks import Line, action, fit, right, style
from conclab.tui.theme import Palette

_MARK = 2
"""Width of the cursor's sign."""
_LEAST_TITLE = 22


def when(began_s: float) -> str:
    """A moment as people here read it: local time, to the minute."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(began_s))


def ending(run: Summary) -> str:
    """How it ended, in a word with its glyph: a verdict, or why there is none."""
    if run.live:
        return "● live"
    if not run.complete:
        return "‡ killed"
    if run.kind == TAPE:
        return "≡ monitor"
    if run.outcome != OK:
        return "■ stopped" if run.outcome == "stopped" else "! failed"
    return f"{GLYPHS[Status(run.status)]} {run.status}" if run.status in list(Status) else "– none"


def ratio(run: Summary) -> str:
    return figures.with_unit(run.ratio, run.unit) if run.complete and run.outcome == OK else ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it shows, and what it is sorted by."""

    key: str
    title: str
    width: int
    """Blank before it included; 0: what the others leave."""
    text: Callable[[Summary], str]
    order: Callable[[Summary], Any]
    falling: bool = False
    """Whether the largest comes first when one sorts by it."""
    left: bool = False
    rank: int = 0
    """The columns of the highest rank go first when there is no room."""


COLUMNS = (
    Column("when", "when", 17, lambda run: when(run.began_s), lambda run: run.began_s, True, True),
    Column("experiment", "experiment", 0, lambda run: harmless(run.title), lambda run: run.title.casefold(), left=True),
    Column("verdict", "verdict", 13, ending, lambda run: ending(run)[2:], left=True),
    Column("ratio", "ratio", 11, ratio, lambda run: -1.0 if run.ratio is None else run.ratio, True, rank=1),
    Column("pythons", "Pythons", 14, lambda run: harmless(", ".join(run.pythons)), lambda run: run.pythons, left=True, rank=3),
    Column(
        "repetitions",
        "reps",
        6,
        lambda run: figures.count(run.repetitions) if run.kind == RUN else "",
        lambda run: run.repetitions,
        True,
        rank=4,
    ),
    Column("took", "took", 11, lambda run: figures.duration(run.wall_ns), lambda run: run.wall_ns, True, rank=2),
    Column("size", "size", 7, lambda run: figures.size(run.size_bytes), lambda run: run.size_bytes, True, rank=3),
    Column(
        "exact",
        "trace",
        9,
        lambda run: "exact" if run.traced else "sampled" if run.kind == RUN else "",
        lambda run: run.traced,
        True,
        rank=5,
    ),
)
BY_KEY = {column.key: column for column in COLUMNS}


def fitting(width: int) -> tuple[Column, ...]:
    """The columns that there is room for, the title's with at least a readable width."""
    shown = list(COLUMNS)
    while sum(column.width for column in shown) + _MARK + _LEAST_TITLE > width and any(column.rank for column in shown):
        shown.remove(max(shown, key=lambda column: column.rank))
    return tuple(shown)


def arranged(runs: Iterable[Summary], text: str, key: str, inverted: bool) -> list[Summary]:
    """The runs that hold a text anywhere in what their line says, sorted by a column; of equals the newest first."""
    words = text.casefold().split()
    found = [run for run in runs if all(word in _all_of(run) for word in words)]
    column = BY_KEY[key]
    found.sort(key=lambda run: run.began_s, reverse=True)
    found.sort(key=column.order, reverse=column.falling != inverted)
    return found


def _all_of(run: Summary) -> str:
    return " ".join((run.id, run.experiment, *(column.text(run) for column in COLUMNS))).casefold()


def header_line(width: int, palette: Palette, key: str, inverted: bool) -> Strip:
    """The titles; a click on one sorts by it, another turns the order round. The arrow says which way it goes."""
    plain, chosen = style(palette.header_text, palette.header, bold=True), style(palette.header, palette.header_text, bold=True)
    line = Line().add(" " * _MARK, plain)
    for column, size in _sizes(width):
        title = column.title
        if column.key == key:
            title += "▼" if column.falling != inverted else "▲"
        look = (chosen if column.key == key else plain) + action(f"screen.sort_by('{column.key}')")
        space = " " * max(0, size - 1 - cell_len(title))
        before, after = (" ", space) if column.left else (f" {space}", "")
        line.add(before, plain).add(title[: size - 1], look).add(after, plain)
    return line.strip(width, style(back=palette.header))


def _sizes(width: int) -> Sequence[tuple[Column, int]]:
    shown = fitting(width)
    rest = width - _MARK - sum(column.width for column in shown)
    return [(column, column.width or max(4, rest)) for column in shown]


def row_line(run: Summary, width: int, palette: Palette, selected: bool) -> Strip:
    """One run. The verdict's colour has its glyph and its word beside it."""
    back = palette.cursor if selected else None
    if back == REVERSED:
        palette = one_colour(palette)
    line = Line().add("▸ " if selected else "  ", style(palette.title, back, bold=True))
    for column, size in _sizes(width):
        text = column.text(run)
        placed = f" {fit(text, size - 1)}" if column.left else right(text, size)
        colour = palette.dim
        if column.key == "verdict":
            colour = _colour(run, palette)
        elif column.key in ("experiment", "ratio"):
            colour = palette.text
        line.add(placed, style(colour, back, bold=selected and column.key == "experiment"))
    return line.strip(width, style(back=back) if back else None)


def _colour(run: Summary, palette: Palette) -> str:
    if run.live:
        return palette.good
    if not run.complete or run.outcome != OK:
        return palette.unsure
    return {"holds": palette.good, "fails": palette.bad}.get(run.status, palette.unsure)
