"""The task table, line by line: which columns fit, its header, its rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.style import Style
from textual.strip import Strip

from conclab.model.columns import NUMBER, SHARE, Column
from conclab.model.table import TaskRow
from conclab.model.task_view import Shown
from conclab.tui.renderables.blocks import Line, action, fit, right, style
from conclab.tui.theme import Palette

GUTTER = 2
"""Cells before the first column: the cursor, and a mark."""
_LEAST_COMMAND = 24
_LEAST_WITHOUT = 12
_DROPPED_FIRST = (
    "affinity", "rtprio", "tgid", "ppid", "cgroup", "start", "wait", "minflt", "majflt", "shr", "virt", "policy", "core",
    "mig", "ni", "pri", "threads", "switches", "pss", "io", "time", "mem", "blocked", "name", "user", "delay", "ics", "res", "vcs",
    "read", "write",
)  # fmt: skip
"""What a narrow screen does without, in this order."""
_MARKS = {"new": "+", "ended": "×", "tagged": "●"}


def fitting(columns: Sequence[Column], width: int) -> tuple[Column, ...]:
    """The columns that have room beside a readable command; the first to go are those that most can do without."""
    shown = list(columns)
    for key in _DROPPED_FIRST:
        if sum(column.width for column in shown) + GUTTER + _LEAST_COMMAND <= width:
            break
        shown = [column for column in shown if column.key != key]
    return tuple(shown)


class Look(NamedTuple):
    """How a row is drawn beside what it says."""

    selected: bool = False
    mark: str = ""
    tagged: bool = False
    focused: bool = True
    scrolled: int = 0
    """Cells by which the command is moved to the left."""
    paths: bool = False
    """Whole paths of programs."""
    found: str = ""
    """What is searched for, to be shown where it stands."""


def header_line(columns: Sequence[Column], width: int, palette: Palette, sort: str, falling: bool) -> Strip:
    """The titles; a click on one sorts by it. The arrow says which way the order goes."""
    plain, chosen = style(palette.header_text, palette.header, bold=True), style(palette.header, palette.header_text, bold=True)
    line = Line().add(" " * GUTTER, plain)
    taken = GUTTER
    for number, column in enumerate(columns):
        size = column.width - (number == 0) if column.width else max(0, width - taken)
        sorted_by = column.key == sort
        title = column.title + ("▼" if falling else "▲") if sorted_by else column.title
        look = (chosen if sorted_by else plain) + action(f"screen.sort_by('{column.key}')")
        if not column.width:
            line.add(" ", plain).add(title, look).add(" " * max(0, size - len(title) - 1), plain)
        elif column.left:
            line.add(" ", plain).add(fit(title, size - 1), look)
        else:
            line.add(" " * max(0, size - len(title)), plain).add(title[-size:], look)
        taken += size
    return line.strip(width, style(back=palette.header))


def _state_look(state: str, palette: Palette, back: str | None) -> Style:
    colour = {"R": palette.good, "D": palette.bad, "Z": palette.bad, "T": palette.wants, "t": palette.wants}.get(state, palette.dim)
    return style(colour, back, bold=state in "RDZ")


def _figure_look(column: Column, row: TaskRow, text: str, palette: Palette, back: str | None) -> Style:
    """Nothing is dim, something is plain, much is bold; waiting for a core has the colour that it has in the lab."""
    if text in ("", "0"):
        return style(palette.dim, back)
    if column.key == "delay" and (row.delay_share or 0.0) >= 0.1:
        return style(palette.wants, back, bold=True)
    if column.key == "cpu":
        return style(palette.text, back, bold=(row.cpu_share or 0.0) >= 0.5)
    return style(palette.text if column.kind in (SHARE, NUMBER) and column.key != "ni" else palette.dim, back)


def row_line(shown: Shown, columns: Sequence[Column], width: int, palette: Palette, look: Look) -> Strip:
    """One row. Every colour has a letter, a glyph or a weight beside it."""
    row = shown.row
    back = palette.cursor if look.selected else None
    quiet = look.mark == "ended" or shown.context
    text = style(palette.dim if quiet else palette.text, back)
    mark = look.mark or ("tagged" if look.tagged else "")
    line = Line().add("▸" if look.selected else " ", text)
    line.add(_MARKS.get(mark, " "), style(getattr(palette, mark), back, bold=True) if mark else text)
    taken = GUTTER
    for number, column in enumerate(columns):
        size = column.width - (number == 0) if column.width else max(0, width - taken)
        taken += size
        if not column.width:
            _command(line.add(" ", text), shown, size - 1, palette, back, look)
            continue
        said = column.text(row)
        if quiet:
            line.add(" " + fit(said, size - 1) if column.left else right(said, size), text)
        elif column.key == "state":
            line.add(right(said, size), _state_look(row.state, palette, back))
        elif column.left:
            line.add(" " + fit(said, size - 1), style(palette.dim, back))
        elif column.key == "pid":
            line.add(right(said, size), style(palette.thread if row.id.tid else palette.text, back))
        else:
            line.add(right(said, size), _figure_look(column, row, said, palette, back))
    return line.strip(width, style(back=back))


def _command(line: Line, shown: Shown, room: int, palette: Palette, back: str | None, look: Look) -> None:
    """The tree, the program, its arguments; a kernel thread and what has ended are dim, a thread has its own colour."""
    row = shown.row
    dim = style(palette.dim, back)
    if shown.stem:
        line.add(shown.stem, dim)
    if shown.below:
        line.add(f"[+{shown.below}] ", style(palette.title, back))
    if look.mark == "ended" or row.kernel or shown.context:
        line.add(_cut(row.command, look.scrolled, room), style(palette.kernel if row.kernel else palette.dim, back))
    elif row.id.tid:
        line.add(_cut(row.command, look.scrolled, room), style(palette.thread, back))
    else:
        program, arguments = parted(row.command, look.paths)
        if look.scrolled:
            line.add(_cut(program + arguments, look.scrolled, room), style(palette.text, back))
        else:
            line.add(program[: room * 2], style(palette.text, back, bold=True)).add(arguments[: room * 2], dim)


def _cut(text: str, scrolled: int, room: int) -> str:
    return text[scrolled : scrolled + room * 2]


def parted(command: str, paths: bool) -> tuple[str, str]:
    """A command line as its program, without the folder unless paths are wanted, and all that comes after it.

    Programs that give themselves a title ("nginx: worker process") are one piece: what has a colon is no path.
    """
    program, blank, arguments = command.partition(" ")
    if program.endswith(":"):
        return command, ""
    if not paths and program.startswith(("/", "./", "../")):
        program = program.rpartition("/")[2] or program
    return program, blank + arguments
