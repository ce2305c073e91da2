"""A page about a process, laid out: facts under their headings, tables, and in plain words what could not be read."""

from __future__ import annotations

from itertools import zip_longest

from rich.cells import cell_len, chop_cells
from rich.style import Style
from textual.strip import Strip

from conclab.model import figures
from conclab.model.details import Fact, Page, Section
from conclab.tui.renderables.blocks import Line, fit, plain, right, style
from conclab.tui.theme import Palette

_NAME = 16
_LONG_NAME = 32
_MOST_LINES = 80
"""Lines of one value; what is longer is cut where it is read, and this only guards against very narrow screens."""
_MOST_CELL_LINES = 3
"""Lines of one field of a table."""
_GAP = 2
_TWO_COLUMNS = 150
"""From this width on short sections stand side by side."""
_BETWEEN = 4


def folded(text: str, width: int, most: int = _MOST_LINES) -> list[str]:
    """A text in lines of at most so many cells, broken at blanks where there are any, and within a word that is too long."""
    lines: list[str] = []
    current = ""
    for word in text.split(" "):
        candidate = f"{current} {word}" if current else word
        if cell_len(candidate) <= width:
            current = candidate
            continue
        if current:
            lines.append(current)
        *whole, current = chop_cells(word, width) if word else [""]
        lines += whole
        if len(lines) > most:
            break
    lines.append(current)
    if len(lines) > most:
        lines = [*lines[: most - 1], fit(lines[most - 1] + "…", width - 1).rstrip() + "…"]
    return lines


def page_lines(page: Page, palette: Palette, width: int) -> list[Strip]:
    """The whole page, for a pane of that width."""
    if width < 12:
        return []
    if width >= _TWO_COLUMNS and len(page.sections) > 2 and not any(section.rows for section in page.sections):
        return _side_by_side(page.sections, palette, width)
    return _one_below_another([_section(section, palette, width) for section in page.sections], width)


def _one_below_another(blocks: list[list[Strip]], width: int) -> list[Strip]:
    lines: list[Strip] = []
    for block in blocks:
        if lines:
            lines.append(plain("", width))
        lines += block
    return lines


def _side_by_side(sections: tuple[Section, ...], palette: Palette, width: int) -> list[Strip]:
    """Short sections in two columns, the first of them at the left until that is as long as the right one."""
    each = (width - _BETWEEN) // 2
    blocks = [_section(section, palette, each) for section in sections]
    half = min(range(1, len(blocks)), key=lambda cut: abs(sum(map(len, blocks[:cut])) - sum(map(len, blocks[cut:]))))
    left, right_side = _one_below_another(blocks[:half], each), _one_below_another(blocks[half:], each)
    empty = plain("", each)
    return [
        Strip.join([one or empty, plain("", _BETWEEN), other or empty]).adjust_cell_length(width)
        for one, other in zip_longest(left, right_side)
    ]


def _section(section: Section, palette: Palette, width: int) -> list[Strip]:
    lines = [plain(section.title, width, style(palette.title, bold=True))]
    dim = style(palette.dim)
    name_width = _name_width(section.facts, width)
    for fact in section.facts:
        lines += _fact(fact, name_width, palette, width)
    if section.rows:
        lines += _table(section, palette, width)
    if section.left_out:
        lines.append(plain(f"… and {figures.count(section.left_out)} more, left out", width, style(palette.unsure)))
    lines += [plain(part, width, dim) for part in (folded(section.note, width) if section.note else [])]
    return lines


def _name_width(facts: tuple[Fact, ...], width: int) -> int:
    longest = max((cell_len(fact.name) for fact in facts), default=0)
    return min(max(_NAME, longest + _GAP), _LONG_NAME, width // 2)


def _fact(fact: Fact, name_width: int, palette: Palette, width: int) -> list[Strip]:
    """A name and its value; what it means stands behind it where there is room, or else under it."""
    room = width - name_width
    dim = style(palette.dim)
    look = style(palette.wants, bold=True) if fact.alarming else style(palette.text)
    # The sign tells what the colour tells.
    value = ("! " if fact.alarming else "") + fact.value
    pieces = [(part, look) for part in folded(value, room)] if fact.value else []
    beside = ""
    if fact.why:
        if pieces and cell_len(pieces[-1][0]) + 3 + cell_len(fact.why) <= room:
            beside = f"   {fact.why}"
        else:
            pieces += [(part, dim) for part in folded(fact.why, room)]
    names = folded(fact.name, name_width - 1) if cell_len(fact.name) >= name_width else [fact.name]
    lines = []
    for number in range(max(1, len(pieces), len(names))):
        name = names[number] if number < len(names) else ""
        text, own = pieces[number] if number < len(pieces) else ("", dim)
        line = Line().add(fit(name, name_width), style(palette.dim)).add(text, own)
        if beside and number == len(pieces) - 1:
            line.add(beside, dim)
        lines.append(line.strip(width))
    return lines


def column_widths(section: Section, width: int) -> list[int]:
    """How wide the columns of a section's table are, gaps included: as wide as their texts, and the last gets what is left.

    Where that is too little for the last, the widest of the others give way.
    """
    widths = [
        max(cell_len(heading.title), *(cell_len(row[place]) for row in section.rows)) + _GAP
        for place, heading in enumerate(section.headings)
    ]
    least_last = min(widths[-1], max(12, width // 3))
    while sum(widths[:-1]) > width - least_last:
        widest = max(range(len(widths) - 1), key=lambda place: widths[place])
        if widths[widest] <= 6:
            break
        widths[widest] -= 1
    widths[-1] = max(0, width - sum(widths[:-1]))
    return widths


def _table(section: Section, palette: Palette, width: int) -> list[Strip]:
    widths = column_widths(section, width)
    dim, text = style(palette.dim), style(palette.text)
    header = Line()
    for heading, size in zip(section.headings, widths, strict=True):
        header.add(_cell(heading.title, size, heading.right), dim)
    lines = [header.strip(width)]
    for row in section.rows:
        lines += _row(row, section, widths, text, width)
    return lines


def _cell(text: str, size: int, at_right: bool) -> str:
    """A field and the gap after it."""
    if size <= _GAP:
        return " " * size
    return (right(text, size - _GAP) if at_right else fit(text, size - _GAP)) + " " * _GAP


def _row(row: tuple[str, ...], section: Section, widths: list[int], look: Style, width: int) -> list[Strip]:
    """A row over as many lines as its last field takes."""
    parts = folded(row[-1], widths[-1], _MOST_CELL_LINES) if widths[-1] > 4 and not section.headings[-1].right else [row[-1]]
    lines = []
    for number, part in enumerate(parts):
        line = Line()
        for place, size in enumerate(widths[:-1]):
            line.add(_cell("" if number else row[place], size, section.headings[place].right), look)
        line.add(part if not section.headings[-1].right else _cell(part, widths[-1], True), look)
        lines.append(line.strip(width))
    return lines
