"""What is drawn around a line that is being typed: what is offered above it, and below it what is wrong or which keys there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from conclab.model.text import harmless
from conclab.tui.palettes import Palette
from conclab.tui.renderables.blocks import Line, fit, right, style

WIDEST_LABEL = 28


@dataclass(frozen=True, slots=True)
class Offer:
    """Something to choose: how it is called, what it means, and what the line is when it is taken."""

    label: str
    meaning: str
    text: str
    start: int
    """Where in the text what is taken begins."""
    cursor: int


@dataclass(frozen=True, slots=True)
class Key:
    """A key, what it does in a word, and the style that makes it clickable."""

    key: str
    word: str
    click: Style


def offer_lines(
    offers: Sequence[Offer], chosen: int | None, width: int, height: int, palette: Palette, clicks: Sequence[Style]
) -> list[Strip]:
    """At most ``height`` lines; the chosen one is among them and begins with ›. The last tells how many more there are."""
    if height <= 0 or not offers:
        return []
    room = height if len(offers) <= height or height == 1 else height - 1
    first = max(0, min(len(offers) - room, (chosen or 0) - room + 1))
    label_width = min(WIDEST_LABEL, max(cell_len(harmless(offer.label)) for offer in offers))
    lines = []
    for number in range(first, min(len(offers), first + room)):
        offer, here = offers[number], number == chosen
        back = palette.cursor if here else palette.trough
        line = Line().add("› " if here else "  ", style(palette.title, back, bold=True) + clicks[number])
        line.add(fit(harmless(offer.label), label_width), style(palette.title, back, bold=here) + clicks[number])
        meaning = fit("  " + harmless(offer.meaning), max(0, width - label_width - 2))
        line.add(meaning, style(palette.text if here else palette.dim, back) + clicks[number])
        lines.append(line.strip(width))
    if room < len(offers):
        rest = len(offers) - room
        lines.append(Line().add(fit(f"  and {rest} more", width), style(palette.dim, palette.trough)).strip(width))
    return lines


def offers_width(offers: Sequence[Offer]) -> int:
    """Cells that the offers would like to have."""
    if not offers:
        return 0
    label = min(WIDEST_LABEL, max(cell_len(harmless(offer.label)) for offer in offers))
    return 2 + label + max((cell_len(harmless(offer.meaning)) for offer in offers), default=0) + 3


def trouble_line(message: str, start: int, end: int, unfinished: bool, back: Key, width: int, palette: Palette) -> Strip:
    """A caret under the cells from ``start`` to ``end``, at least one, the message beside it, and the way out if there is room.

    What is merely not finished is said quietly, beginning with an ellipsis; what is wrong with a cross.
    """
    message = ("… " if unfinished else "✗ ") + harmless(message)
    look = style(palette.dim) if unfinished else style(palette.bad, bold=True)
    start = max(0, min(start, width - 1))
    caret = "^" * max(1, min(end, width) - start)
    before, after = start - 1, width - start - len(caret) - 1
    line = Line()
    if cell_len(message) <= after or after >= before:
        line.add(" " * start).add(f"{caret} {fit(message, min(max(0, after), cell_len(message)))}", look)
        rest = after - cell_len(message) - cell_len(back.key) - cell_len(back.word) - 4
        if rest >= 0:
            line.add("   ").add(back.key, style(palette.title, bold=True) + back.click)
            line.add(f" {back.word}", style(palette.dim) + back.click)
        return line.strip(width)
    return line.add(f"{right(message, before)} {caret}", look).strip(width)


def keys_line(keys: Sequence[Key], note: str, margin: int, width: int, palette: Palette) -> Strip:
    """The keys that there is room for, the first and the last before the others, and a note before them."""
    shown = list(keys)
    note = harmless(note)

    def needed() -> int:
        return margin + (cell_len(note) + 3 if note else 0) + sum(cell_len(key.key) + cell_len(key.word) + 3 for key in shown)

    while len(shown) > 2 and needed() > width:
        shown.pop(-2)
    line = Line().add(" " * margin)
    if note:
        line.add(note + "   ", style(palette.text))
    for key in shown:
        line.add(key.key, style(palette.title, bold=True) + key.click)
        line.add(f" {key.word}", style(palette.dim) + key.click).add("  ")
    return line.strip(width)
