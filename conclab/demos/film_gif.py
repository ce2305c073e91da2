"""A film as an animated GIF: only what has changed, in a palette of its own.

Pillow compresses; what it writes for one picture is taken over picture by picture, because a film as Pillow's own animation would
be in memory as a whole. Format: GIF89a (https://www.w3.org/Graphics/GIF/spec-gif89a.txt), loops by the NETSCAPE2.0 extension.
Needs the extra ``pictures``.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from conclab.demos.cells import Cells
from conclab.demos.reel import Cell, Colour, Frame, Row, mixed

_LEVELS = 4
"""Steps between ground and ink; shades of a quarter, a half and three quarters are among them."""
_SAME = 255
"""The entry of the palette that is no colour: here nothing has changed."""
_SHORTEST_CS = 2
"""Hundredths of a second: what is shorter, browsers show as long as ten."""

Pair = tuple[Colour, Colour]
Place = tuple[int, int, Cell, int]
"""Column, row, what stands there, and how many columns it takes."""


def write_gif(frames: Sequence[Frame], seconds: Sequence[float], path: Path, cells: Cells) -> None:
    """Raises OSError."""
    paints = _Paints(frames)
    width, height = len(frames[0].rows[0]) * cells.width, len(frames[0].rows) * cells.height
    with path.open("wb") as file:
        file.write(b"GIF89a" + _word(width) + _word(height) + bytes((0xF7, 0, 0)) + paints.table)
        file.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00")
        before: tuple[Row, ...] | None = None
        ended_cs = 0
        elapsed_s = 0.0
        for frame, lasts_s in zip(frames, seconds, strict=True):
            elapsed_s += lasts_s
            lasts_cs = max(_SHORTEST_CS, round(elapsed_s * 100) - ended_cs)
            ended_cs += lasts_cs
            _write_frame(file, list(changed(before, frame.rows)), lasts_cs, cells, paints)
            before = frame.rows
        file.write(b"\x3b")


def changed(before: tuple[Row, ...] | None, rows: tuple[Row, ...]) -> Iterator[Place]:
    """Every cell that is not what it was."""
    for y, row in enumerate(rows):
        old = None if before is None else before[y]
        if old is row:
            continue
        for x, cell in enumerate(row):
            if cell.sign == "":
                continue  # drawn with the sign before it
            wide = x + 1 < len(row) and row[x + 1].sign == ""
            if old is None or old[x] != cell or (wide and old[x + 1] != row[x + 1]):
                yield x, y, cell, 1 + wide


class _Paints:
    """The palette: the colours that cover most, and for the others the nearest of them."""

    def __init__(self, frames: Sequence[Frame]) -> None:
        weights: Counter[Colour] = Counter()
        for pair, weight in _pairs(frames).items():
            ink, ground = pair
            weights[ground] += 3 * weight
            weights[ink] += 2 * weight
            for level in range(1, _LEVELS):
                weights[mixed(ground, ink, level / _LEVELS)] += weight
        self._chosen = [colour for colour, _weight in weights.most_common(_SAME)]
        self._numbers = {colour: number for number, colour in enumerate(self._chosen)}
        self._tables: dict[Pair, list[int]] = {}
        self.table = bytes(part for colour in self._chosen for part in colour).ljust(768, b"\0")

    def of(self, ink: Colour, ground: Colour) -> list[int]:
        """For each share of ink, 0 to 255, the number of its colour."""
        found = self._tables.get((ink, ground))
        if found is None:
            steps = [self._number(mixed(ground, ink, level / _LEVELS)) for level in range(_LEVELS + 1)]
            found = self._tables[ink, ground] = [steps[round(share * _LEVELS / 255)] for share in range(256)]
        return found

    def _number(self, colour: Colour) -> int:
        number = self._numbers.get(colour)
        if number is None:
            far = [sum((a - b) ** 2 for a, b in zip(colour, other, strict=True)) for other in self._chosen]
            number = self._numbers[colour] = far.index(min(far))
        return number


def _pairs(frames: Sequence[Frame]) -> Counter[Pair]:
    """How many cells are drawn in which two colours."""
    found: Counter[Pair] = Counter()
    for before, frame in pairwise((None, *frames)):
        assert frame is not None
        for _x, _y, cell, columns in changed(before.rows if before else None, frame.rows):
            found[cell.ink if cell.sign.strip() else cell.ground, cell.ground] += columns
    return found


def _write_frame(file: BinaryIO, places: list[Place], lasts_cs: int, cells: Cells, paints: _Paints) -> None:
    left, top = min(x for x, *_ in places), min(y for _, y, *_ in places)
    right, bottom = max(x + columns for x, _, _, columns in places), max(y + 1 for _, y, *_ in places)
    picture = Image.new("L", ((right - left) * cells.width, (bottom - top) * cells.height), _SAME)
    for x, y, cell, columns in places:
        where = ((x - left) * cells.width, (y - top) * cells.height)
        if cell.sign == " " and not (cell.underlined or cell.struck):
            picture.paste(
                paints.of(cell.ground, cell.ground)[0], (*where, where[0] + columns * cells.width, where[1] + cells.height)
            )
        else:
            picture.paste(cells.mask(cell, columns).point(paints.of(cell.ink, cell.ground)), where)
    file.write(b"\x21\xf9\x04" + bytes((0x05,)) + _word(min(lasts_cs, 0xFFFF)) + bytes((_SAME, 0)))
    file.write(
        b"\x2c" + _word(left * cells.width) + _word(top * cells.height) + _word(picture.width) + _word(picture.height) + b"\0"
    )
    file.write(_compressed(picture))


def _compressed(picture: Image.Image) -> bytes:
    """The picture's data as Pillow writes it for a GIF of this one alone: from the code size on, without the trailer."""
    written = io.BytesIO()
    picture.putpalette(bytes(number for number in range(256) for _ in range(3)))
    picture.save(written, "GIF", optimize=False, interlace=False)
    data = written.getvalue()
    at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    while data[at] == 0x21:  # extensions
        at += 2
        while data[at]:
            at += 1 + data[at]
        at += 1
    flags = data[at + 9]
    return data[at + 10 + (3 << (flags & 7) + 1 if flags & 0x80 else 0) : -1]


def _word(number: int) -> bytes:
    return number.to_bytes(2, "little")
