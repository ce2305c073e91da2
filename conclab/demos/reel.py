"""From a cast to pictures: what stood on the terminal when, cell by cell, as the emulator pyte has it.

pyte knows no dim text (SGR 2) and no colons in SGR; both are put in here. Needs the extra ``pictures``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import pyte
from pyte.screens import Char

from conclab.demos.film_trouble import FilmTrouble
from conclab.recording.cast import OUTPUT, RESIZE, Cast, size_of

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Theme:
    """What the sixteen colours and those of no text in particular look like."""

    ink: Colour
    ground: Colour
    sixteen: tuple[Colour, ...]


def _colours(text: str) -> tuple[Colour, ...]:
    return tuple(_colour(word) for word in text.split())


def _colour(text: str) -> Colour:
    return int(text[:2], 16), int(text[2:4], 16), int(text[4:], 16)


THEMES = {
    "dark": Theme(
        (0xC9, 0xD3, 0xDD),
        (0x0B, 0x0F, 0x15),
        _colours("1b222c e5786d 8fbf7f d9b36c 6ea8dc b58bd0 6fbfc4 c9d3dd 5b6775 ff9b8f aee09c f2d08b 8fc4f2 d3aeea 93dde0 f2f6fa"),
    ),
    "light": Theme(
        (0x24, 0x2B, 0x33),
        (0xFA, 0xFB, 0xFC),
        _colours("242b33 b3382c 3c7a2a 8a6100 1f64a8 7a3fa0 1c7a80 d5dbe1 69747f d0463a 4c9638 a87800 2f7cc8 9455bc 2a969c ffffff"),
    ),
}
_NAMES = ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white")
_WITH_COLONS = re.compile(r"\x1b\[([0-9;]*:[0-9;:]*)m")
_DIMMED = 0.5
"""How much of the ground shows through dim text."""


class Cell(NamedTuple):
    """What stands in a cell. ``sign`` is empty behind a sign that takes two."""

    sign: str
    ink: Colour
    ground: Colour
    bold: bool = False
    italic: bool = False
    underlined: bool = False
    struck: bool = False


Row = tuple[Cell, ...]


class Frame(NamedTuple):
    """What was to be seen from a moment on. A row that has not changed is the same object as in the frame before."""

    at_s: float
    rows: tuple[Row, ...]


class _Screen(pyte.Screen):
    """With dim text, which is kept where pyte keeps blinking text; nothing blinks in a picture."""

    def select_graphic_rendition(self, *attrs: int, **_private: Any) -> None:
        given: list[int] = []
        at = 0
        while at < len(attrs):
            code = attrs[at]
            if code in (38, 48, 58):
                taken = {2: 5, 5: 3}.get(attrs[at + 1] if at + 1 < len(attrs) else 0, 1)
                given += attrs[at : at + taken] if code != 58 else ()
                at += taken
                continue
            given += {2: (5,), 5: (), 6: (), 22: (22, 25), 21: (4,)}.get(code, (code,))
            at += 1
        if given or not attrs:
            super().select_graphic_rendition(*given)

    def erase_in_display(self, how: int = 0, *others: Any, **named: Any) -> None:
        """pyte erases only what has been written; but what is erased takes the colour of the ground as it is now."""
        for y in range(self.lines):
            for x in range(self.columns):
                self.buffer[y].setdefault(x, self.default_char)
        super().erase_in_display(how, *others, **named)

    def report_device_attributes(self, mode: int = 0, **_named: Any) -> None:
        """Nobody is there to be told."""

    def report_device_status(self, mode: int) -> None:
        """Nobody is there to be told."""


def _without_colons(match: re.Match[str]) -> str:
    """Sub-parameters (ITU-T T.416) as the plain ones that everybody writes."""
    parts = []
    for part in match[1].split(";"):
        head, *rest = part.split(":")
        if head == "4" and rest:
            parts.append("24" if rest[0] == "0" else "4")
        elif head in ("38", "48") and rest[:1] == ["2"] and len(rest) >= 4:
            parts.append(";".join((head, "2", *(number or "0" for number in rest[-3:]))))
        elif head in ("38", "48") and len(rest) == 2:
            parts.append(f"{head};{';'.join(rest)}")
        elif not rest:
            parts.append(head)
    return f"\x1b[{';'.join(parts)}m" if parts else ""


def reel(cast: Cast, fps: float, theme: Theme) -> Iterator[Frame]:
    """What is to be seen, as often as it changes, but at most ``fps`` times a second. All frames have the same size: the largest
    that the terminal had."""
    width, height = largest(cast)
    screen = _Screen(cast.width, cast.height)
    stream = pyte.Stream(screen)
    # Frames stand at whole multiples, so that what belongs together is drawn together whatever came before.
    slots = [int(event.at_s * fps + 0.999) for event in cast.events]
    blank = (Cell(" ", theme.ink, theme.ground),) * width
    rows: list[Row] = [blank] * height
    told: tuple[Row, ...] | None = None
    for number, event in enumerate(cast.events):
        if event.code == OUTPUT:
            data = _WITH_COLONS.sub(_without_colons, event.data) if ":" in event.data else event.data
            try:
                stream.feed(data)
            except (ValueError, TypeError, IndexError, AssertionError) as error:
                raise FilmTrouble(
                    f"the cast has something at {event.at_s:.1f} s that cannot be drawn ({type(error).__name__})"
                ) from None
        elif event.code == RESIZE:
            columns, lines = size_of(event)
            screen.resize(lines, columns)
            screen.dirty.update(range(lines))
            rows[lines:] = [blank] * (height - lines)
        if number + 1 < len(slots) and slots[number + 1] == slots[number]:
            continue
        for y in screen.dirty:
            if y < screen.lines:
                row = _row(screen, y, theme, blank)
                if row != rows[y]:
                    rows[y] = row
        screen.dirty.clear()
        now = tuple(rows)
        if told is None or any(one is not other for one, other in zip(now, told, strict=True)):
            told = now
            yield Frame(slots[number] / fps, now)


def largest(cast: Cast) -> tuple[int, int]:
    """Columns and rows that hold all sizes that the terminal had."""
    sizes = [(cast.width, cast.height), *(size_of(event) for event in cast.events if event.code == RESIZE)]
    return max(width for width, _ in sizes), max(height for _, height in sizes)


def _row(screen: _Screen, y: int, theme: Theme, blank: Row) -> Row:
    line, look = screen.buffer[y], _look(theme)
    return tuple(look(line[x]) for x in range(screen.columns)) + blank[screen.columns :]


@cache
def _look(theme: Theme) -> Any:
    """From pyte's cells to ours, each kind once."""

    @cache
    def look(char: Char) -> Cell:
        ink, ground = _resolved(char.fg, theme, theme.ink), _resolved(char.bg, theme, theme.ground)
        if char.reverse:
            ink, ground = ground, ink
        if char.blink:  # dim
            ink = mixed(ink, ground, _DIMMED)
        return Cell(char.data, ink, ground, char.bold, char.italics, char.underscore, char.strikethrough)

    return look


def _resolved(name: str, theme: Theme, usual: Colour) -> Colour:
    if name == "default":
        return usual
    bright = name.startswith(("bright", "bfight"))  # pyte spells its bright magenta background so
    plain = name[6:] if bright else name
    plain = {"yellow": "brown"}.get(plain, plain)
    return theme.sixteen[_NAMES.index(plain) + 8 * bright] if plain in _NAMES else _colour(name)


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """A colour between two; ``share`` is that of the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def durations(frames: list[Frame], end_s: float, hold_s: float) -> list[float]:
    """How long each is to be seen, in seconds; the last to the end of the cast and then some more."""
    found = [after.at_s - before.at_s for before, after in pairwise(frames)]
    return [*found, max(0.0, end_s - frames[-1].at_s) + hold_s] if frames else []
