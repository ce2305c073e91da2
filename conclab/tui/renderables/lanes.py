"""A row of cells: one worker's or one core's recent past. The newest cell is at the right end."""

from __future__ import annotations

from conclab.model.lanes import CoreHistory, Lane, LaneCell, Owners, cell_of
from conclab.model.run_state import RunState
from conclab.model.tasks import Split
from conclab.tui.renderables.blocks import Line, height_of, style
from conclab.tui.theme import Palette

GLYPHS = {"on": "█", "wants": "▒", "blocked": "░"}
"""What a state looks like where there are no colours."""


def leading_state(split: Split) -> str:
    """What a worker did for most of a stretch: on, wants or blocked."""
    parts = {"on": split.on_core_ns, "wants": split.wants_core_ns, "blocked": split.blocked_ns}
    return max(parts, key=lambda name: parts[name])


def end_of_lanes(run: RunState) -> int:
    """The cell at the right end of the lanes: now while it runs; where the last worker ended afterwards."""
    if run.live:
        return cell_of(run.now_ns) - 1
    last = [view.lane.latest.cell for view in run.workers.values() if view.lane.latest is not None]
    return max(last, default=cell_of(run.now_ns))


def add_lane(line: Line, lane: Lane, colour: str, newest: int, width: int, palette: Palette, colourless: bool) -> None:
    """A worker's cells: the block's height is its share on a core, the background what it did otherwise.

    The background tells the larger of waiting for a core and being blocked; where the worker did not live there is none.
    """
    by_cell: dict[int, LaneCell] = {cell.cell: cell for cell in lane.last(width + 2)}
    for number in range(newest - width + 1, newest + 1):
        cell = by_cell.get(number)
        shares = cell.split.shares() if cell else None
        if cell is None or shares is None:
            line.add(" ", style(back=None if colourless else palette.trough))
        elif colourless:
            line.add(GLYPHS[leading_state(cell.split)])
        else:
            back = palette.wants_back if shares[1] > shares[2] else palette.blocked_back
            line.add(height_of(shares[0]), style(colour, back))


def add_core(
    line: Line,
    core: int,
    history: CoreHistory,
    owners: dict[int, Owners],
    colours: dict[str, str],
    newest: int,
    width: int,
    palette: Palette,
) -> None:
    """A core's cells: the height is its load, the colour is the worker that had it for longest, or a neutral one."""
    for number in range(newest - width + 1, newest + 1):
        busy = history.at(number)
        owned = owners[number].of(core) if number in owners else None
        colour = colours.get(owned[0], palette.other) if owned else palette.other
        line.add(height_of(busy or 0.0), style(colour, palette.trough))
