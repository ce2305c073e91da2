"""How the Set-up is drawn: a row of a section, the preview of a set of columns, the sample of a theme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.strip import Strip

from conclab.model.columns import COLUMNS
from conclab.model.text import harmless
from conclab.tui.palettes import Palette
from conclab.tui.renderables.blocks import Line, action, fit, height_of, right, stacked, style
from conclab.tui.setup.section import MOVE, TURN, Row

_COMMAND_LEAST = 12
"""Cells that a command should have left to be of use."""


@dataclass(frozen=True, slots=True)
class Widths:
    """Cells of what stands in front of a row's meaning, the same for all rows of a section."""

    mark: int
    place: int
    title: int
    value: int

    @classmethod
    def of(cls, rows: Sequence[Row], width: int) -> Widths:
        """As much as the longest takes, as long as the meaning keeps some room."""
        choosable = [row for row in rows if row.key]
        title = max((cell_len(row.title) for row in choosable), default=0)
        value = max((cell_len(row.value) for row in choosable), default=0)
        return cls(
            mark=4 if any(row.mark is not None for row in choosable) else 0,
            place=3 if any(row.number is not None for row in choosable) else 0,
            title=min(title, width // 3) + 2,
            value=min(value, width // 3) + 2 if value else 0,
        )


def row_line(number: int, row: Row, widths: Widths, width: int, palette: Palette, selected: bool) -> Strip:
    """A row: cursor, mark, place in the order, title, value, meaning; and at the right what the mouse can do with it."""
    back = palette.cursor if selected else None
    loud, quiet = style(palette.text, back, bold=selected), style(palette.text if selected else palette.dim, back)
    click = action(f"screen.pick({number})")
    line = Line().add("▸" if selected else " ", loud + click)
    mark = "" if row.mark is None else ("(•)" if row.mark else "( )") if row.one_of else "[x]" if row.mark else "[ ]"
    look = style(palette.good if row.mark else palette.dim, back, bold=bool(row.mark))
    line.add(fit(mark, widths.mark), look + action(f"screen.mark({number})"))
    line.add(right("" if row.number is None else str(row.number), widths.place) + " ", quiet + click)
    line.add(fit(harmless(row.title), widths.title), loud + click)
    line.add(fit(row.value, widths.value), style(palette.title, back) + click)
    tools = _tools(row) if selected else ()
    room = width - line.cells - sum(len(text) + 1 for text, _action in tools)
    line.add(fit(row.meaning, max(0, room)), quiet + click)
    for text, name in tools:
        line.add(" ", style(back=back)).add(text, style(palette.title, back, bold=True) + action(name))
    return line.strip(width, style(back=back))


def _tools(row: Row) -> tuple[tuple[str, str], ...]:
    """What a click at the right end of the cursor's row does."""
    if MOVE in row.verbs:
        return ("▲", "screen.move(-1)"), ("▼", "screen.move(1)")
    if TURN in row.verbs and row.mark is None:
        return ("◂", "screen.turn(-1)"), ("▸", "screen.turn(1)")
    return ()


def heading_line(title: str, width: int, palette: Palette) -> Strip:
    """The name of a group of rows."""
    return Line().add(title, style(palette.title, bold=True)).strip(width)


def columns_preview(keys: tuple[str, ...], width: int, palette: Palette) -> list[Strip]:
    """The header of the table with these columns, as wide as the screen, and whether they all fit."""
    look, line, taken, shown = style(palette.header_text, palette.header, bold=True), Line(), 0, 0
    for key in keys[:-1]:
        column = COLUMNS[key]
        if taken + column.width > width - _COMMAND_LEAST:
            break
        line.add(" " + fit(column.title, column.width - 1) if column.left else right(column.title, column.width), look)
        taken, shown = taken + column.width, shown + 1
    line.add(" Command", look)
    left = len(keys) - 1 - shown
    told = (
        f"{width - taken} cells are left for the command."
        if not left
        else f"{left} more {'do' if left > 1 else 'does'} not fit on this screen."
    )
    return [line.strip(width, style(back=palette.header)), Line().add(told, style(palette.dim)).strip(width)]


def theme_sample(width: int, palette: Palette, colourless: bool) -> list[Strip]:
    """What the colours are for, each with its word."""
    line = Line()
    for word, colour in (("good", palette.good), ("bad", palette.bad), ("unsure", palette.unsure), ("tagged", palette.tagged)):
        line.add("● ", style(colour)).add(f"{word}   ", style(palette.text))
    for word, colour in (("new", palette.new), ("ended", palette.ended), ("thread", palette.thread), ("quiet", palette.dim)):
        line.add(f"{word}   ", style(colour))
    parts = [("user", palette.user, 0.34), ("system", palette.system, 0.2), ("nice", palette.nice, 0.14)]
    parts += [("iowait", palette.iowait, 0.1), ("stolen", palette.steal, 0.08)]
    load = Line().add("0 ", style(palette.text, bold=True))
    glyphs = "█▓▒░▚" if colourless else ""
    for text, look in stacked(
        [(share, style(colour, palette.trough)) for _, colour, share in parts], 30, style(back=palette.trough), glyphs
    ):
        load.add(text, look)
    for word, colour, _share in parts:
        load.add(f"  {word}", style(colour))
    lanes = Line()
    for number in range(8):
        lanes.add(f"w{number + 1} ", style(palette.worker(number), bold=True))
        lanes.add(height_of((number % 4 + 1) / 4) * 2 + " ", style(palette.worker(number), palette.trough))
    lanes.add(" wants one ", style(palette.text)).add("▒▒▒" if colourless else "   ", style(back=palette.wants_back))
    lanes.add("  blocked ", style(palette.text)).add("░░░" if colourless else "   ", style(back=palette.blocked_back))
    return [one.strip(width) for one in (line, load, lanes)]
