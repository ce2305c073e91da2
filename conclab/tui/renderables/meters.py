"""The machine pane of the monitor: cores in their parts, memory, swap, and the figures of the whole machine."""

from __future__ import annotations

import math

from rich.style import Style
from textual.strip import Strip

from conclab.model import figures
from conclab.model.lanes import cell_of
from conclab.model.machine import CoreLoad, Machine, MachineSample
from conclab.model.machine_state import MachineState
from conclab.tui.renderables.blocks import Line, fit, plain, right, stacked, style
from conclab.tui.renderables.cores import grid_lines, grid_rows
from conclab.tui.renderables.lanes import add_core
from conclab.tui.theme import Palette

_NAME = 4
_VALUE = 18
_FACTS = 26
_LEAST_CORE = 20
_PART_GLYPHS = "█▓▒░▚"


def _core_parts(load: CoreLoad, palette: Palette) -> list[tuple[float, Style]]:
    parts = [(load.user, palette.user), (load.system + (load.irq or 0.0), palette.system), (load.nice or 0.0, palette.nice)]
    parts += [(load.iowait or 0.0, palette.iowait), (load.steal or 0.0, palette.steal)]
    return [(share, style(colour, palette.trough)) for share, colour in parts]


def _memory_parts(sample: MachineSample, palette: Palette) -> list[tuple[float, Style]]:
    total = sample.memory_total or 1
    parts = [((sample.memory_used or 0) / total, palette.memory), ((sample.memory_buffers or 0) / total, palette.buffers)]
    parts.append(((sample.memory_cached or 0) / total, palette.cache))
    return [(share, style(colour, palette.trough)) for share, colour in parts]


def _meter(name: str, parts: list[tuple[float, Style]], value: str, size: int, palette: Palette, colourless: bool) -> Line:
    line = Line().add(fit(name, _NAME), style(palette.text, bold=True))
    for text, look in stacked(parts, size, style(back=palette.trough), _PART_GLYPHS if colourless else ""):
        line.add(text, look)
    return line.add("  ").add(fit(value, _VALUE), style(palette.text))


def _facts(machine: MachineState) -> list[str]:
    sample, rates = machine.sample, machine.rates
    assert sample is not None
    load = " ".join(f"{one:.2f}" for one in sample.load) if sample.load else ""
    pressure = figures.percent(sample.pressure_cpu)
    return [
        f"load {load}" if load else "",
        f"switches {figures.count(rates.switches_per_s)}/s" if rates and rates.switches_per_s is not None else "",
        f"interrupts {figures.count(rates.interrupts_per_s)}/s" if rates and rates.interrupts_per_s is not None else "",
        f"CPU pressure {pressure}" if pressure else "",
        f"up {figures.uptime(sample.uptime_s)}",
    ]


def _summary(sample: MachineSample, facts: Machine) -> str:
    parts = [f"{figures.count(sample.processes)} processes", f"{figures.count(sample.threads)} threads"]
    parts += [f"{figures.count(sample.running)} running"]
    quota = f"quota {figures.cores(facts.quota_cores)} cores" if facts.quota_cores is not None else "no CPU quota"
    shown = [part for part in parts if not part.startswith(" ")]
    return " · ".join([*shown, quota])


def rows_for(cores: int, width: int, height: int) -> int:
    """How many lines of cores there are on a screen of that size."""
    most = max(2, height // 5)
    room = width - _FACTS - 4
    if math.ceil(cores / most) * _LEAST_CORE <= room:
        return min(cores, most)
    return grid_rows(cores, room, most)


def meter_lines(
    machine: MachineState, facts: Machine, palette: Palette, width: int, rows: int, colourless: bool = False
) -> list[Strip]:
    """All lines of the pane, ``rows`` of them for the cores: one a line, several side by side, or a grid."""
    sample = machine.sample
    if sample is not None and not sample.cores:
        return [plain("This system does not tell what its cores do; `conclab doctor` says why.", width, style(palette.dim))]
    if sample is None or not machine.cores or width < 30:
        return [plain("reading the machine …", width, style(palette.dim))]
    side = _facts(machine) if width >= 60 else []
    room = width - (_FACTS if side else 0)
    columns = math.ceil(len(machine.cores) / rows)
    history = columns == 1 and width >= 100
    if columns > 1 and room // columns < _LEAST_CORE:
        strips = grid_lines(machine, palette, room, rows)
    else:
        strips = [_cores_in_row(row, rows, machine, palette, room, history, colourless) for row in range(rows)]
    size = _meter_size(room) if history else room - _NAME - _VALUE - 2
    used = f"{figures.size(sample.memory_used)} of {figures.size(sample.memory_total)}" if sample.memory_total else ""
    strips.append(_meter("Mem", _memory_parts(sample, palette), used, size, palette, colourless).strip(room))
    swap = (sample.swap_used or 0) / sample.swap_total if sample.swap_total else 0.0
    text = f"{figures.size(sample.swap_used)} of {figures.size(sample.swap_total)}" if sample.swap_total else "none"
    text = "" if sample.swap_total is None else text
    swapped = [(swap, style(palette.memory, palette.trough))]
    strips.append(_meter("Swp", swapped, text, size, palette, colourless).strip(room))
    beside = [
        Strip.join([strip, plain("  " + (side[number] if number < len(side) else ""), _FACTS, style(palette.dim))])
        for number, strip in enumerate(strips)
    ]
    summary = [_summary(sample, facts), *side[len(strips) :]]
    lines = beside if side else strips
    return [*lines, plain(" · ".join(part for part in summary if part), width, style(palette.text))]


def _cores_in_row(
    row: int, rows: int, machine: MachineState, palette: Palette, room: int, history: bool, colourless: bool
) -> Strip:
    """The cores of one line: their numbers run down the columns."""
    count = len(machine.cores)
    columns = math.ceil(count / rows)
    line = Line()
    for core in range(row, count, rows):
        _core(line, core, machine, palette, room // columns, columns == 1, history, colourless)
    return line.strip(room)


def _meter_size(room: int) -> int:
    return max(10, (room - _NAME - 10) // 3)


def _core(
    line: Line, core: int, machine: MachineState, palette: Palette, width: int, alone: bool, history: bool, colourless: bool
) -> None:
    """One core's bar and figure; a core that has its line ``alone`` is aligned with the meters below, and may have a history."""
    load = machine.cores[core].load
    parts = _core_parts(load, palette) if load else []
    busy = right(figures.percent(load.busy if load else None), 5)
    digits = max(_NAME, len(str(len(machine.cores))) + 1)
    size = max(3, width - digits - 5 - 3)
    if alone:
        size = _meter_size(width) if history else width - digits - _VALUE - 2
    line.add(fit(str(core), digits), style(palette.text, bold=True))
    for text, look in stacked(parts, size, style(back=palette.trough), _PART_GLYPHS if colourless else ""):
        line.add(text, look)
    line.add(f" {busy}  ", style(palette.text))
    if history:
        room = width - digits - size - 8
        sample = machine.sample
        newest = cell_of(sample.at_ns) - 1 if sample else 0
        add_core(line, core, machine.cores[core], {}, {}, newest, room, palette)
