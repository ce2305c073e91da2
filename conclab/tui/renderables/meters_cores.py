"""The cores in the meters: as bars in their parts with a history each, as short histories, or as a grid of hundreds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.style import Style
from textual.strip import Strip

from conclab.model import figures
from conclab.model.lanes import CELL_NS, CoreHistory, cell_of
from conclab.model.machine import CoreLoad, CorePlace, Machine
from conclab.model.machine_state import MachineState
from conclab.tui.palettes import Palette
from conclab.tui.renderables.blocks import Line, fit, height_of, right, stacked, style
from conclab.tui.renderables.meters_layout import BARS, DOTS, FIGURES, GLYPHS, HISTORY_FROM, SMALL, Cores, grid_label

PART_GLYPHS = "█▓▒░▚"
_LONGEST_BAR = 40
PER_SECOND = 1_000_000_000 // CELL_NS
"""Cells of the histories in a second, which is one character here: the machine is mostly read once a second."""
_LEFT_DOTS, _RIGHT_DOTS = (0, 0x40, 0x44, 0x46, 0x47), (0, 0x80, 0xA0, 0xB0, 0xB8)
"""Braille dots of a column of nought to four (Unicode chart U+2800)."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What all meters need to be drawn."""

    state: MachineState
    machine: Machine
    palette: Palette
    colourless: bool

    @property
    def newest(self) -> int:
        """The last cell of the histories that is whole."""
        return cell_of(self.state.sample.at_ns) - 1 if self.state.sample else 0

    @property
    def back(self) -> Style:
        return style(back=self.palette.trough)

    @property
    def count(self) -> int:
        """Cores that are present."""
        return max(self.machine.slots, len(self.state.cores))

    def load(self, core: int) -> CoreLoad | None:
        return self.state.cores[core].load if core < len(self.state.cores) else None

    def is_offline(self, core: int) -> bool:
        sample = self.state.sample
        if sample is None or not sample.cores:
            return False
        known = sample.around.offline if sample.around else ()
        return core in known or (core < len(sample.cores) and sample.cores[core] is None)


def bar_size(width: int) -> int:
    """Of a meter's column; what is left is for figures and history."""
    return max(6, min(_LONGEST_BAR, int((width - 6) * 0.32)))


def core_parts(load: CoreLoad, palette: Palette) -> list[tuple[float, Style]]:
    """user, system, nice, iowait, steal: htop's colours, in its order."""
    parts = [(load.user, palette.user), (load.system + (load.irq or 0.0), palette.system), (load.nice or 0.0, palette.nice)]
    parts += [(load.iowait or 0.0, palette.iowait), (load.steal or 0.0, palette.steal)]
    return [(share, style(colour, palette.trough)) for share, colour in parts]


def core_name(core: int, places: tuple[CorePlace, ...]) -> str:
    """Its number; with P or E before it where there are both, and with a stroke for the second hardware thread of a core."""
    place = places[core] if core < len(places) else CorePlace()
    return f"{place.kind or ''}{core}{chr(0x27) if place.is_second(core) else ''}"


def core_lines(scene: Scene, block: Cores, width: int, value: int) -> list[Strip]:
    """All lines of the block. ``value``: cells of the figure after a bar, so that histories stand under one another."""
    if block.form in (BARS, SMALL):
        return [_row(scene, block, row, width, value) for row in range(block.lines)]
    return [_grid_row(scene, block, row, width) for row in range(block.lines)]


def _row(scene: Scene, block: Cores, row: int, width: int, value: int) -> Strip:
    """The cores of one line: their numbers run down the columns."""
    line, each = Line(), width // block.columns
    digits = max(len(core_name(core, scene.machine.places)) for core in range(scene.count)) + 1
    draw = _bar if block.form == BARS else _small
    for core in range(row, scene.count, block.lines):
        draw(line, scene, core, each - (1 if block.columns > 1 else 0), max(digits, 6) if each >= HISTORY_FROM else digits, value)
        line.add(" " if block.columns > 1 else "")
    return line.strip(width)


def _name(line: Line, scene: Scene, core: int, digits: int) -> None:
    places = scene.machine.places
    second = core < len(places) and places[core].is_second(core)
    look = style(scene.palette.dim) if second else style(scene.palette.text, bold=True)
    line.add(fit(core_name(core, places), digits), look)


def _bar(line: Line, scene: Scene, core: int, width: int, digits: int, value: int) -> None:
    palette, load = scene.palette, scene.load(core)
    _name(line, scene, core, digits)
    room = width - digits
    if scene.is_offline(core):
        line.add(fit("offline", room), style(palette.dim))
        return
    has_history = width >= HISTORY_FROM
    size = bar_size(width) if has_history else room - 6
    add_bar(line, core_parts(load, palette) if load else [], size, scene)
    busy = figures.percent(load.busy if load else None)
    line.add(right(busy, 6), style(palette.text))
    if has_history:
        line.add(fit(_parts_in_figures(load) if value >= 26 else "", max(6, value) - 6), style(palette.dim)).add(" ")
        _history(line, scene, core, room - size - max(6, value) - 1, palette.other)


def _parts_in_figures(load: CoreLoad | None) -> str:
    """Per cent in user mode (nice included), in the kernel, and waiting for a disk, in the words of top(1)."""
    if load is None:
        return ""
    parts = (("us", load.user + (load.nice or 0.0)), ("sy", load.system + (load.irq or 0.0)), ("wa", load.iowait))
    return "".join(f" {name}{share * 100:3.0f}" for name, share in parts if share is not None)


def _small(line: Line, scene: Scene, core: int, width: int, digits: int, _value: int) -> None:
    palette, load = scene.palette, scene.load(core)
    _name(line, scene, core, digits)
    room = width - digits - 5
    if scene.is_offline(core):
        line.add(fit("offline", room + 5), style(palette.dim))
        return
    _history(line, scene, core, room, palette.user)
    line.add(fit(right(f"{load.busy * 100:.0f}" if load else "", 4), 5), style(palette.text))


def _history(line: Line, scene: Scene, core: int, width: int, colour: str) -> None:
    cores = scene.state.cores
    history = cores[core] if core < len(cores) else CoreHistory()
    add_history(line, seconds(history.first, history.busy, scene.newest, width), colour, scene.palette)


def seconds(first: int, values: Sequence[float | None], newest: int, width: int) -> list[float]:
    """So many whole seconds of a history of cells, the last of them at the right; nought where nothing is known.

    A second is one of the clock's, not the last four cells: what is drawn moves on by one character a second and does not shimmer.
    """
    last = (newest + 1) // PER_SECOND
    found = []
    for second in range(last - width, last):
        begin = second * PER_SECOND - first
        known = [value for value in values[max(0, begin) : max(0, begin + PER_SECOND)] if value is not None]
        found.append(sum(known) / len(known) if known else 0.0)
    return found


def add_history(line: Line, values: Sequence[float], colour: str, palette: Palette) -> None:
    """A height for each value, 0 to 1."""
    line.add("".join([height_of(value) for value in values]), style(colour, palette.trough))


def add_bar(line: Line, parts: list[tuple[float, Style]], size: int, scene: Scene, glyphs: str = PART_GLYPHS) -> None:
    """A bar in its parts, each told by a glyph of its own where there are no colours."""
    for text, look in stacked(parts, size, scene.back, glyphs if scene.colourless else ""):
        line.add(text, look)


def _colour(load: CoreLoad, palette: Palette) -> str:
    """That of the part that is largest; of a core in a grid there is room for one."""
    return palette.system if load.system + (load.irq or 0.0) > load.user + (load.nice or 0.0) else palette.user


def _grid_row(scene: Scene, block: Cores, row: int, width: int) -> Strip:
    """One line of the grid: the number of its first core, then a small field each."""
    palette, line = scene.palette, Line()
    first, last = row * block.columns, min(scene.count, (row + 1) * block.columns)
    line.add(fit(str(first), grid_label(scene.count)), style(palette.dim))
    if block.form == DOTS:
        for core in range(first, last, 2):
            _pair(line, scene, core, last)
        return line.strip(width)
    for core in range(first, last):
        load = scene.load(core)
        busy = load.busy if load else None
        look = style(_colour(load, palette) if load else palette.dim, palette.trough)
        off = scene.is_offline(core)
        line.add("×" if off else height_of(busy or 0.0), style(palette.dim, palette.trough) if off else look)
        if block.form == FIGURES:
            line.add(right("" if busy is None else f"{busy * 100:.0f}", 3), style(palette.text, palette.trough)).add(" ")
        elif block.form == GLYPHS:
            line.add(" ")
    return line.strip(width)


def _pair(line: Line, scene: Scene, core: int, last: int) -> None:
    """Two cores in one braille character, each a column of up to four dots; whatever is above nothing shows one."""
    loads = [scene.load(number) if number < last else None for number in (core, core + 1)]
    heights = [0 if load is None or load.busy <= 0.01 else max(1, min(4, round(load.busy * 4))) for load in loads]
    busier = max((load for load in loads if load is not None), key=lambda load: load.busy, default=None)
    look = style(_colour(busier, scene.palette) if busier else scene.palette.dim, scene.palette.trough)
    line.add(chr(0x2800 + _LEFT_DOTS[heights[0]] + _RIGHT_DOTS[heights[1]]), look)
