"""The task table, line by line: which columns fit, its header, its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from conclab.model.columns import NUMBER, SHARE, Column
from conclab.model.table import TaskRow
from conclab.model.task_view import Shown
from conclab.tui.palettes import REVERSED
from conclab.tui.renderables.blocks import Line, action, fit, right, style
from conclab.tui.theme import Palette

GUTTER = 2
"""Cells before the first column: the cursor, and a mark."""
_LEAST_COMMAND = 24
_LONGEST = 4_096
"""Characters of a command that are looked at; one can be of megabytes."""
_DROPPED_FIRST = (
    "affinity", "rtprio", "tgid", "ppid", "cgroup", "start", "wait", "minflt", "majflt", "shr", "virt", "policy", "core",
    "mig", "ni", "pri", "threads", "switches", "pss", "io", "time", "mem", "blocked", "name", "user", "delay", "ics", "res", "vcs",
    "read", "write",
)  # fmt: skip
"""What a narrow screen does without, in this order."""
_MARKS = {"new": "+", "ended": "×", "tagged": "●", "context": "·"}
"""Context: it is there only because one below it is looked for."""
_UNDERLINED = Style(underline=True)
_THREAD = "» "
"""Before a thread that does not hang from its process in a tree."""


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
    scrolled: int = 0
    """Cells by which the command is moved to the left."""
    paths: bool = False
    """Whole paths of programs."""
    found: str = ""
    """What is searched for, to be shown in the command where it stands."""


def header_line(columns: Sequence[Column], width: int, palette: Palette, sort: str, falling: bool) -> Strip:
    """The titles; a click on one sorts by it. The arrow says which way the order goes."""
    plain, chosen = style(palette.header_text, palette.header, bold=True), style(palette.header, palette.header_text, bold=True)
    line = Line().add(" " * GUTTER, plain)
    taken = GUTTER
    for number, column in enumerate(columns):
        size = column.width - (number == 0) if column.width else max(0, width - taken)
        sorted_by = column.key == sort
        title = _with_arrow(column, size, falling) if sorted_by else column.title
        look = (chosen if sorted_by else plain) + action(f"screen.sort_by('{column.key}')")
        if not column.width:
            line.add(" ", plain).add(title, look).add(" " * max(0, size - len(title) - 1), plain)
        elif column.left:
            line.add(" ", plain).add(fit(title, size - 1), look)
        else:
            line.add(" " * max(0, size - len(title)), plain).add(title[-size:], look)
        taken += size
    return line.strip(width, style(back=palette.header))


def _with_arrow(column: Column, size: int, falling: bool) -> str:
    """The title with the arrow; where that would touch the title before, a letter of it goes."""
    room = size - 2 if column.width else len(column.title)
    return column.title[:room] + ("▼" if falling else "▲")


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


@lru_cache(maxsize=8)
def _one_colour(palette: Palette) -> Palette:
    """For a reversed row: each colour would become a patch of background."""
    text = palette.text
    return replace(
        palette, dim=text, title=text, good=text, bad=text, wants=text, kernel=text, thread=text, tagged=text, new=text, ended=text
    )


def row_line(shown: Shown, columns: Sequence[Column], width: int, palette: Palette, look: Look) -> Strip:
    """One row. Every colour has a letter, a glyph or a weight beside it."""
    row = shown.row
    back = palette.cursor if look.selected else None
    if back == REVERSED:
        palette = _one_colour(palette)
    quiet = look.mark == "ended" or shown.context
    text = style(palette.dim if quiet else palette.text, back)
    # That it has ended says why nothing can be done to it, and a tag what will be: both count for more than that it is new.
    mark = look.mark if look.mark == "ended" else "tagged" if look.tagged else look.mark or ("context" if shown.context else "")
    line = Line().add("▸" if look.selected else " ", text)
    line.add(_MARKS.get(mark, " "), style(getattr(palette, mark, palette.dim), back, bold=True) if mark else text)
    taken = GUTTER
    for number, column in enumerate(columns):
        size = column.width - (number == 0) if column.width else max(0, width - taken)
        taken += size
        if not column.width:
            if size > 1:
                _command(line.add(" ", text), shown, size - 1, palette, back, look)
            continue
        said = column.text(row)
        if quiet:
            look_of_it = text
        elif column.key == "state":
            look_of_it = _state_look(row.state, palette, back)
        elif column.left:
            look_of_it = style(palette.dim, back)
        elif column.key == "pid":
            look_of_it = style(palette.thread if row.id.tid else palette.text, back)
        else:
            look_of_it = _figure_look(column, row, said, palette, back)
        # The first cell is a gap whatever stands there: a figure that touches its neighbour would read as another one.
        line.add(" " + fit(said, size - 1) if column.left else " " + right(said, size - 1), look_of_it)
    return line.strip(width, style(back=back))


def _command(line: Line, shown: Shown, room: int, palette: Palette, back: str | None, look: Look) -> None:
    """The tree, the program, its arguments; a kernel thread and what has ended are dim, a thread has its own colour and a sign."""
    row = shown.row
    dim = style(palette.dim, back)
    if shown.stem:
        line.add(_stem(shown.stem, room // 2), dim)
    if shown.below:
        line.add(f"[+{shown.below}] ", style(palette.title, back))
    command = row.command[:_LONGEST]
    quiet = look.mark == "ended" or shown.context
    if row.kernel:
        pieces = [(command, style(palette.kernel, back))]
    elif row.id.tid:
        pieces = [(command if shown.stem else _THREAD + command, dim if quiet else style(palette.thread, back))]
    else:
        program, arguments = parted(command, look.paths)
        pieces = [(program, dim if quiet else style(palette.text, back, bold=True)), (arguments, dim)]
    for text, colour in _in_view(_with_found(pieces, look.found, palette, back), look.scrolled, room * 2):
        line.add(text, colour)


def _stem(stem: str, most: int) -> str:
    """The tree before a command; of a long one the end, for there must be room for the command."""
    return stem if len(stem) <= most else "…" + stem[len(stem) - most + 1 :]


def _with_found(pieces: list[tuple[str, Style]], found: str, palette: Palette, back: str | None) -> list[tuple[str, Style]]:
    """The pieces with what is searched for underlined where it stands first."""
    if not found:
        return pieces
    for number, (text, colour) in enumerate(pieces):
        low = text.lower()
        place = low.find(found.lower()) if len(low) == len(text) else -1
        if place >= 0:
            end = place + len(found)
            sign = style(palette.title, back, bold=True) + _UNDERLINED
            return [*pieces[:number], (text[:place], colour), (text[place:end], sign), (text[end:], colour), *pieces[number + 1 :]]
    return pieces


def _in_view(pieces: list[tuple[str, Style]], scrolled: int, most: int) -> list[tuple[str, Style]]:
    """The pieces without the first characters, and not many more than can be seen."""
    found: list[tuple[str, Style]] = []
    for text, colour in pieces:
        seen = text[scrolled : scrolled + most]
        while scrolled and seen and not cell_len(seen[0]):  # half of what was cut in two: it would join what stands before it
            seen = seen[1:]
        found.append((seen, colour))
        scrolled, most = max(0, scrolled - len(text)), most - len(found[-1][0])
    return found


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
