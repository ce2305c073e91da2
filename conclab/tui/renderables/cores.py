"""The cores pane: how loaded each core is, by whom, and its history. From one core to hundreds."""

from __future__ import annotations

import math
from dataclasses import dataclass

from textual.strip import Strip

from conclab.model import figures
from conclab.model.lanes import CELL_NS, Owners, cell_of
from conclab.model.machine_state import MachineState
from conclab.model.run_state import RunState
from conclab.tui.renderables.blocks import Line, bar, fit, height_of, plain, right, style
from conclab.tui.renderables.lanes import add_core, end_of_lanes
from conclab.tui.theme import Palette

_BAR = 16
_LEAST_HISTORY = 12
_LEAST_COLUMN = 27
_CELL = 5
"""Width of one core in the grid, and of the number before each of its lines."""
_NUMBER = 5
MOST_ROWS = 8
"""More cores than this stand side by side, and then in a grid without history."""


def rows_needed(cores: int, width: int, height: int) -> int:
    """How many lines the cores themselves want in a pane of that width, on a screen of that height.

    Up to eight have a line each, up to three times as many stand side by side; more become a grid that fills the width.
    """
    most = max(2, height // 4)
    if cores <= MOST_ROWS:
        return min(cores, most)
    side_by_side = math.ceil(cores / max(1, width // _LEAST_COLUMN))
    if side_by_side <= min(MOST_ROWS, most):
        return side_by_side
    return grid_rows(cores, width, most)


def worker_colours(run: RunState, palette: Palette) -> dict[str, str]:
    """Worker name to colour."""
    return {name: palette.worker(view.slot) for name, view in run.workers.items()}


def newest_cell(machine: MachineState, run: RunState) -> tuple[int, bool]:
    """The cell at the right end of the histories, and whether it is the end of a run rather than now.

    Cores and workers have one clock, so when a run has ended both stand still together, for as long as the cores' history
    reaches back to it.
    """
    now = cell_of(machine.sample.at_ns) - 1 if machine.sample else 0
    if run.phase == "finished" and run.workers:
        end = end_of_lanes(run)
        if any(core.at(end) is not None for core in machine.cores):
            return end, True
    return now, False


@dataclass(frozen=True, slots=True)
class _Scene:
    """What all ways of drawing cores need."""

    machine: MachineState
    run: RunState
    palette: Palette
    colours: dict[str, str]
    width: int
    newest: int

    @property
    def count(self) -> int:
        return len(self.machine.cores)

    def busy(self, core: int) -> float | None:
        load = self.machine.cores[core].load
        return load.busy if load else None

    def colour(self, core: int) -> str:
        """That of the worker which has the core now."""
        owner = self.run.having.get(core)
        return self.colours.get(owner, self.palette.other) if owner else self.palette.other


def cores_lines(machine: MachineState, run: RunState, palette: Palette, width: int, rows: int, extra: int) -> list[Strip]:
    """All lines of the pane: ``rows`` for the cores, then up to two of explanation (``extra``)."""
    count = len(machine.cores)
    if machine.sample is not None and not machine.sample.cores:
        return [plain("This system does not tell what its cores do; `conclab doctor` says why.", width, style(palette.dim))]
    if not count or width < 20:
        return [plain("reading the cores …", width, style(palette.dim))]
    newest, ended = newest_cell(machine, run)
    scene = _Scene(machine, run, palette, worker_colours(run, palette), width, newest)
    per_row = math.ceil(count / max(1, rows))
    if per_row == 1:
        lines = _rows(scene)
    elif width // per_row >= _LEAST_COLUMN:
        lines = _columns(scene, rows)
    else:
        lines = _grid(scene, rows, "; z shows them")
    if extra >= 2 and per_row == 1:
        lines.append(_scale(width, palette, "end of the run" if ended else "now"))
    if extra >= 1:
        lines.append(_who(scene))
    return lines


def _gauge(line: Line, scene: _Scene, core: int, digits: int, size: int) -> None:
    busy = scene.busy(core)
    line.add(right(str(core), digits), style(scene.palette.text, bold=True)).add(" ")
    line.add(bar(busy or 0.0, size), style(scene.colour(core), scene.palette.trough))
    line.add(right(figures.percent(busy), 6), style(scene.palette.text))


def _history(line: Line, scene: _Scene, core: int, width: int, owners: dict[int, Owners]) -> None:
    add_core(line, core, scene.machine.cores[core], owners, scene.colours, scene.newest, width, scene.palette)


def _rows(scene: _Scene) -> list[Strip]:
    """One core a line, with its history."""
    digits = len(str(scene.count - 1))
    owners = {one.cell: one for one in scene.run.owners}
    gauge = _gauge_size(scene.width)
    room = scene.width - digits - 1 - gauge - 6 - 3
    lines = []
    for core in range(scene.count):
        line = Line()
        _gauge(line, scene, core, digits, gauge)
        if room >= _LEAST_HISTORY:
            line.add("   ")
            _history(line, scene, core, room, owners)
        lines.append(line.strip(scene.width))
    return lines


def _gauge_size(width: int) -> int:
    return min(_BAR, max(6, width // 5))


def _columns(scene: _Scene, rows: int) -> list[Strip]:
    """Several cores in a line, each with a short history; the numbers run down the columns."""
    columns = math.ceil(scene.count / rows)
    each = scene.width // columns
    digits = len(str(scene.count - 1))
    owners = {one.cell: one for one in scene.run.owners}
    gauge = max(4, each // 4)
    room = each - digits - 1 - gauge - 6 - 3
    lines = []
    for row in range(rows):
        line = Line()
        for core in range(row, scene.count, rows):
            _gauge(line, scene, core, digits, gauge)
            line.add(" ")
            if room >= 4:
                _history(line, scene, core, room, owners)
            line.add(" " * (each - digits - 1 - gauge - 6 - 1 - (room if room >= 4 else 0)))
        lines.append(line.strip(scene.width))
    return lines


def grid_lines(machine: MachineState, palette: Palette, width: int, rows: int) -> list[Strip]:
    """The cores as a grid without workers, for the monitor."""
    return _grid(_Scene(machine, RunState(), palette, {}, width, 0), rows)


def grid_rows(cores: int, width: int, most: int) -> int:
    """How many lines a grid of so many cores takes."""
    return max(1, min(most, math.ceil(cores / max(1, (width - _NUMBER) // _CELL))))


def _grid(scene: _Scene, rows: int, hint: str = "") -> list[Strip]:
    """One small field a core: its load as figure and colour, or as colour alone. What does not fit is counted, with a hint."""
    count, palette = scene.count, scene.palette
    room = scene.width - _NUMBER
    size = next((size for size in (_CELL, 2) if room // size * rows >= count), 1)
    columns = min(room // size, math.ceil(count / max(1, rows)))
    lines = []
    for row in range(rows):
        line = Line().add(fit(str(row * columns), _NUMBER), style(palette.dim))
        for core in range(row * columns, min(count, (row + 1) * columns)):
            busy = scene.busy(core)
            colour = scene.colour(core) if busy is not None and busy > 0.05 else palette.trough
            line.add(height_of(busy or 0.0), style(colour, palette.trough))
            if size == _CELL:
                line.add(right("" if busy is None else f"{busy * 100:.0f}", 3), style(palette.text, palette.trough)).add(" ")
            elif size == 2:
                line.add(" ")
        lines.append(line.strip(scene.width))
    hidden = count - rows * columns
    if hidden > 0:
        lines[-1] = plain(f"and {hidden + columns} more{hint}", scene.width, style(palette.dim))
    return lines


def _scale(width: int, palette: Palette, end: str) -> Strip:
    """What time the history shows, under it."""
    start = 1 + 1 + _gauge_size(width) + 6 + 3
    room = width - start
    if room < _LEAST_HISTORY:
        return plain("", width)
    seconds = room * CELL_NS / 1e9
    left, middle = f"-{seconds:.0f} s", f"-{seconds / 2:.0f} s"
    text = fit(left, room // 2 - len(middle) // 2) + middle
    text += right(end, room - len(text))
    return plain(" " * start + text, width, style(palette.dim))


def _who(scene: _Scene) -> Strip:
    """Who has a core now, and how many cores the experiment keeps busy."""
    line, run = Line(), scene.run
    dim = style(scene.palette.dim)
    if run.live:
        # With few cores each has its place, so that nothing jumps; with many only those are named that a worker has.
        few = scene.count <= MOST_ROWS
        named = list(range(scene.count)) if few else sorted(run.having)[: max(1, (scene.width - 60) // 9)]
        line.add("has a core: " if named else "", dim)
        for core in named:
            name = run.having.get(core, "–")
            line.add(f" {core} ", dim).add(fit(name, 5), style(scene.colours.get(name, scene.palette.dim), bold=True))
        used = run.cores_used()
        if used is not None:
            line.add(f"{' ' if named else ''}{used:.2f} of {scene.count} cores used by the experiment", style(scene.palette.text))
    else:
        line.add("colour shows which worker has a core; grey-blue is everything else", dim)
    return line.strip(scene.width)
