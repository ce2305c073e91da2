"""How the meters divide their pane: pure arithmetic, from 1 core to hundreds and from 40 columns to 250.

Many ways of drawing are tried on paper, and the one that shows most within about 40 % of the screen is taken. It depends only on
the machine's facts, on what the user wants to see and on the size, so the pane keeps its height from second to second.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass

from conclab.model.machine import Machine
from conclab.model.settings import METERS

BARS, SMALL, FIGURES, GLYPHS, DENSE, DOTS = "bars", "small", "figures", "glyphs", "dense", "dots"
"""How cores are drawn: a bar each (with a history where there is room); a short history with a figure; a height with a figure; a
height with a gap; heights side by side; braille, two cores in a character."""

CELL = {FIGURES: 5, GLYPHS: 2, DENSE: 1, DOTS: 0.5}
"""Characters that one core takes in a grid."""
SIDE = 38
"""Width of the figures at the right, where there is room for them."""
SIDE_LINES = 8
HISTORY_FROM = 30
"""A column of this width has room for a history beside its bar."""
_LEAST_BAR, _LEAST_SMALL, _LEAST_GAUGE = 20, 13, 34
_MOST_APART = 4
"""GPUs; more of them share one meter."""


@dataclass(frozen=True, slots=True)
class Cores:
    """The block of cores: so many lines, in so many columns (of a grid: cores in a line)."""

    form: str
    lines: int
    columns: int


@dataclass(frozen=True, slots=True)
class Gauges:
    """A block of meters, side by side in so many columns."""

    names: tuple[str, ...]
    columns: int

    @property
    def lines(self) -> int:
        return math.ceil(len(self.names) / self.columns)


@dataclass(frozen=True, slots=True)
class Words:
    """Figures of the whole machine as lines of text; ``legend``: the last of them says what the colours mean."""

    lines: int
    legend: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """What stands where, from top to bottom, and how many lines that takes."""

    blocks: tuple[Cores | Gauges | Words, ...]
    side: bool
    """The figures of the machine stand at the right of it all."""
    height: int


@functools.lru_cache(maxsize=32)
def meters_layout(machine: Machine, shown: tuple[str, ...], width: int, height: int) -> Layout:
    """``width``: cells inside the pane; ``height``: lines of the whole screen, of which the pane with its border gets about 40 %.

    ``shown``: names of METERS in the order wanted; a name that is none is not shown. Height 0: there is nothing to show.
    Some hundred layouts take milliseconds, and a place that one comes back to mostly has the size that it had.
    """
    most = max(1, int(height * 0.42) - 2)
    best = max(_candidates(machine, shown, width, height, most), key=lambda one: one[0], default=None)
    return best[1] if best else Layout((), False, 0)


def _named(machine: Machine, shown: tuple[str, ...]) -> list[str]:
    """The meters one by one: what this machine has of them."""
    found: list[str] = []
    for name in shown:
        if name == "cores":
            found += ["cores"] + ["quota"] * (machine.quota_cores is not None)
        elif name == "memory":
            found += ["memory"] + ["limit"] * (machine.memory_limit is not None)
        elif name == "gpu":
            apart = machine.gpus <= _MOST_APART
            found += [f"gpu{number}" for number in range(machine.gpus)] if apart else ["gpus"]
        elif name in METERS:
            found.append(name)
    return found


def _candidates(machine: Machine, shown: tuple[str, ...], width: int, height: int, most: int) -> Iterator[tuple[float, Layout]]:
    """Layouts that fit, with how good each is."""
    names = _named(machine, shown)
    gauges = [name for name in names if name not in ("cores", "tasks")]
    for side in (True, False) if "tasks" in names and width >= SIDE + 70 and most >= SIDE_LINES else (False,):
        room = width - SIDE if side else width
        for kept in range(len(gauges), -1, -1):
            out = gauges[kept:]
            wanted = [name for name in names if name not in out]
            for columns in range(1, max(1, room // _LEAST_GAUGE) + 1) if kept else (1,):
                for words in (0,) if side or "tasks" not in names else (1, 2):
                    for cores, detail in _core_forms(machine.slots, room) if "cores" in names else ((None, 0.0),):
                        blocks = _blocks(wanted, cores, columns, words)
                        lines = max(sum(block.lines for block in blocks), SIDE_LINES if side else 0)
                        if lines > most:
                            continue
                        legend = "cores" in names and height >= 34 and width >= 100 and lines < most
                        if legend:
                            blocks = (*blocks, Words(1, legend=True))
                        alike = cores is None or cores.columns == columns
                        score = (
                            detail * 10 - max(0.0, lines - 0.28 * height) - len(out) * 9 + (5.0 if side and detail > 2.8 else 0.0)
                        )
                        score += words + (2.0 if alike else 0.0) - columns * 0.1
                        yield score, Layout(blocks, side, lines + legend)


def _blocks(names: list[str], cores: Cores | None, columns: int, words: int) -> tuple[Cores | Gauges | Words, ...]:
    found: list[Cores | Gauges | Words] = []
    row: list[str] = []
    for name in [*names, ""]:
        if name and name not in ("cores", "tasks"):
            row.append(name)
            continue
        if row:
            found.append(Gauges(tuple(row), columns))
            row = []
        if name == "cores" and cores is not None:
            found.append(cores)
        elif name == "tasks" and words:
            found.append(Words(words))
    return tuple(found)


def _core_forms(count: int, width: int) -> Iterator[tuple[Cores, float]]:
    """All ways of drawing so many cores in that width, with how much each tells."""
    for columns in range(1, max(1, min(count, width // _LEAST_SMALL)) + 1):
        lines = math.ceil(count / columns)
        if math.ceil(count / lines) < columns:  # the last columns would be empty
            continue
        each = width // columns
        if each >= _LEAST_BAR or columns == 1:
            yield Cores(BARS, lines, columns), 4.0 if each >= 44 else 3.5 if each >= HISTORY_FROM else 3.0
        else:
            yield Cores(SMALL, lines, columns), 2.6
    for form, detail in ((FIGURES, 2.0), (GLYPHS, 1.0), (DENSE, 0.8), (DOTS, 0.6)):
        fitting = int((width - grid_label(count)) / CELL[form])
        if fitting < 1:
            continue
        tidy = fitting // 16 * 16 or fitting // 8 * 8 or fitting  # columns whose numbers one can count
        for each in {tidy, fitting}:
            yield Cores(form, math.ceil(count / each), each), detail + (0.05 if each == tidy else 0.0)


def grid_label(count: int) -> int:
    """Width of the number before each line of a grid."""
    return len(str(max(0, count - 1))) + 1
