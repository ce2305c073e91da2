"""Signs that are drawn and not written: blocks (U+2580–259F), braille (U+2800–28FF) and lines (U+2500–257F).

A font's blocks leave gaps between the lines and its braille is a picture of paper; drawn by geometry they meet exactly, as they do
in terminals. A shape is made of rectangles in the unit square of a cell, x to the right and y down, each with an opacity.
Names and layouts: Unicode charts U2500, U2580 and U2800.
"""

from __future__ import annotations

import math
import unicodedata
from functools import cache
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle in a cell, 0 to 1 each way."""

    left: float
    top: float
    right: float
    bottom: float
    opacity: float = 1.0


_QUADRANTS = ("3", "4", "1", "134", "14", "123", "124", "2", "23", "234")
"""Of U+2596–259F: 1 2 above, 3 4 below."""
_SHADES = (0.25, 0.5, 0.75)
_BRAILLE = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
"""Column and row of each dot, by the bits of the code."""
_DOT = (0.26, 0.13)
"""Width and height of a dot."""
_LINE = {"LIGHT": 0.13, "SINGLE": 0.13, "HEAVY": 0.26, "DOUBLE": 0.13}
"""How thick a line is, in widths of a cell."""
_APART = 0.17
"""Half the way between the lines of a double one."""
_ASPECT = 0.5
"""Width by height of a cell, near enough for lines of equal thickness both ways."""
_DASHES = {"DOUBLE": 2, "TRIPLE": 3, "QUADRUPLE": 4}
_SIDES = {
    "UP": ("UP",),
    "DOWN": ("DOWN",),
    "LEFT": ("LEFT",),
    "RIGHT": ("RIGHT",),
    "VERTICAL": ("UP", "DOWN"),
    "HORIZONTAL": ("LEFT", "RIGHT"),
}


@cache
def shape(sign: str) -> tuple[Box, ...] | None:
    """How a sign is drawn; None: it is written, in a font."""
    code = ord(sign) if len(sign) == 1 else 0
    if 0x2580 <= code <= 0x259F:
        return _block(code - 0x2580)
    if 0x2800 <= code <= 0x28FF:
        return _braille(code - 0x2800)
    if 0x2500 <= code <= 0x257F and "DIAGONAL" not in unicodedata.name(sign):
        return _lines(unicodedata.name(sign).removeprefix("BOX DRAWINGS ").split())
    return None


def _block(number: int) -> tuple[Box, ...]:
    if number == 0x00:
        return (Box(0, 0, 1, 1 / 2),)
    if number <= 0x08:
        return (Box(0, 1 - number / 8, 1, 1),)
    if number <= 0x0F:
        return (Box(0, 0, (16 - number) / 8, 1),)
    if number == 0x10:
        return (Box(1 / 2, 0, 1, 1),)
    if number <= 0x13:
        return (Box(0, 0, 1, 1, _SHADES[number - 0x11]),)
    if number == 0x14:
        return (Box(0, 0, 1, 1 / 8),)
    if number == 0x15:
        return (Box(7 / 8, 0, 1, 1),)
    corners = (divmod(int(corner) - 1, 2) for corner in _QUADRANTS[number - 0x16])
    return tuple(Box(column / 2, row / 2, (column + 1) / 2, (row + 1) / 2) for row, column in corners)


def _braille(bits: int) -> tuple[Box, ...]:
    found = []
    for bit, (column, row) in enumerate(_BRAILLE):
        if bits >> bit & 1:
            x, y = (column + 0.5) / 2, (row + 0.5) / 4
            found.append(Box(x - _DOT[0] / 2, y - _DOT[1] / 2, x + _DOT[0] / 2, y + _DOT[1] / 2))
    return tuple(found)


def _lines(words: list[str]) -> tuple[Box, ...]:
    if "DASH" in words:
        return _dashes(words)
    if "ARC" in words:
        return _arc([word for word in words if word in _SIDES])
    arms = _arms(words)
    return tuple(box for side, weight in arms.items() for box in _arm(side, weight, arms))


def _arms(words: list[str]) -> dict[str, str]:
    """Which weight each side's line has. It stands before the sides that it is of, or behind them: DOWN LIGHT AND RIGHT HEAVY."""
    arms: dict[str, str] = {}
    weights = [word for word in words if word in _LINE]
    before = words[0] in _LINE
    for part in " ".join(words).split(" AND "):
        own = part.split()
        weight = next((word for word in own if word in _LINE), None)
        for word in own:
            for side in _SIDES.get(word, ()):
                arms[side] = weight or (arms and before and weights[0]) or weights[-1]
    return arms


def _arm(side: str, weight: str, arms: dict[str, str]) -> list[Box]:
    """A line from the middle to a side. At the middle it goes so far that it meets the thickest that crosses it."""
    across = ("LEFT", "RIGHT") if side in ("UP", "DOWN") else ("UP", "DOWN")
    half = max([_reach(arms[one]) for one in across if one in arms] or [_reach(weight)])
    thick = _LINE[weight] / 2
    offsets = (-_APART, _APART) if weight == "DOUBLE" else (0.0,)
    found = []
    for offset in offsets:
        if side in ("UP", "DOWN"):
            reach = half * _ASPECT
            top, bottom = (0.0, 0.5 + reach) if side == "UP" else (0.5 - reach, 1.0)
            found.append(Box(0.5 + offset - thick, top, 0.5 + offset + thick, bottom))
        else:
            left, right = (0.0, 0.5 + half) if side == "LEFT" else (0.5 - half, 1.0)
            thin = thick * _ASPECT
            found.append(Box(left, 0.5 + offset * _ASPECT - thin, right, 0.5 + offset * _ASPECT + thin))
    return found


def _reach(weight: str) -> float:
    return _LINE[weight] / 2 + (_APART if weight == "DOUBLE" else 0.0)


def _dashes(words: list[str]) -> tuple[Box, ...]:
    number = _DASHES[words[1]]
    thick = _LINE[words[0]] / 2
    found = []
    for dash in range(number):
        start, end = (dash + 0.2) / number, (dash + 0.8) / number
        if "HORIZONTAL" in words:
            found.append(Box(start, 0.5 - thick * _ASPECT, end, 0.5 + thick * _ASPECT))
        else:
            found.append(Box(0.5 - thick, start, 0.5 + thick, end))
    return tuple(found)


def _arc(sides: list[str]) -> tuple[Box, ...]:
    """A quarter of a circle from one side to the other, in steps small enough for any picture."""
    thick, steps = _LINE["LIGHT"] / 2, 8
    down, right = "DOWN" in sides, "RIGHT" in sides
    found = [
        Box(0.5 - thick, 0.5 + 0.5 * _ASPECT if down else 0.0, 0.5 + thick, 1.0 if down else 0.5 - 0.5 * _ASPECT),
    ]
    for step in range(steps):
        turn = (step + 0.5) / steps * math.pi / 2
        x = 0.5 + (0.5 if right else -0.5) * (1 - math.cos(turn))
        y = 0.5 + (0.5 if down else -0.5) * _ASPECT * (1 - math.sin(turn))
        found.append(Box(max(0.0, x - thick), y - thick * _ASPECT, min(1.0, x + thick), y + thick * _ASPECT))
    return tuple(found)
