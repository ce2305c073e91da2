"""The workers pane: each worker's recent past as a lane, and where its time goes, in figures."""

from __future__ import annotations

from textual.strip import Strip

from conclab.model import figures
from conclab.model.run_state import RunState
from conclab.model.worker_view import WorkerView
from conclab.tui.renderables.blocks import Line, fit, plain, right, style
from conclab.tui.renderables.lanes import GLYPHS, add_lane, end_of_lanes
from conclab.tui.theme import Palette

_NAME = 5
_COLUMNS = (("on core", 8), ("wants", 7), ("blocked", 9), ("vol/s", 8), ("inv/s", 7), ("core", 6))
_MARGIN = 1
_FIGURES = sum(width for _title, width in _COLUMNS)
_LEAST_LANE = 4


def lane_width(width: int) -> int:
    """How many cells a lane has in a pane of that width."""
    return max(_LEAST_LANE, width - _NAME - _FIGURES - _MARGIN)


def header_line(width: int, palette: Palette, colourless: bool = False) -> Strip:
    """The columns' titles; without colours each part of the split has the glyph that stands for it in the lanes before it."""
    line = Line().add(" " * (_NAME + lane_width(width)))
    glyphs = dict(zip(("on core", "wants", "blocked"), (GLYPHS["on"], GLYPHS["wants"], GLYPHS["blocked"]), strict=True))
    for title, size in _COLUMNS:
        line.add(right(glyphs[title] + title if colourless and title in glyphs else title, size), style(palette.dim))
    return line.strip(width)


def legend_line(width: int, palette: Palette, colourless: bool) -> Strip:
    """What the lanes' colours mean, or their glyphs where there are none."""
    line = Line().add(" " * _NAME)
    dim = style(palette.dim)
    if colourless:
        line.add(f"{GLYPHS['on']} on a core   {GLYPHS['wants']} wants a core   {GLYPHS['blocked']} blocked")
    else:
        line.add("▅", style(palette.worker(0))).add(" on a core, the higher the longer   ", dim)
        line.add(" ", style(back=palette.wants_back)).add(" wants a core   ", dim)
        line.add(" ", style(back=palette.blocked_back)).add(" blocked", dim)
    return line.strip(width)


def worker_line(view: WorkerView, newest: int, width: int, palette: Palette, colourless: bool) -> Strip:
    colour = palette.worker(view.slot)
    line = Line().add(fit(view.name, _NAME), style(colour, bold=True))
    add_lane(line, view.lane, colour, newest, lane_width(width), palette, colourless)
    on_core, wants, blocked = view.recent() or (None, None, None)
    quiet = style(palette.dim)
    line.add(right(figures.percent(on_core), 8), style(colour))
    line.add(right(figures.percent(wants), 7), style(palette.wants))
    line.add(right(figures.percent(blocked), 9), style(palette.blocked))
    line.add(right(figures.count(view.voluntary_per_s), 8), quiet)
    line.add(right(figures.count(view.involuntary_per_s), 7), quiet)
    line.add(right("" if view.core is None else str(view.core), 6), quiet)
    return line.strip(width)


def worker_lines(run: RunState, palette: Palette, width: int, colourless: bool = False) -> list[Strip]:
    """Header and one line for each worker, in the order of their names."""
    if not run.workers:
        text = "starting …" if run.live else "each worker gets a line here: on a core, wanting one, or blocked"
        return [plain(text, width, style(palette.dim))]
    newest = end_of_lanes(run)
    views = sorted(run.workers.values(), key=lambda view: (len(view.name), view.name))
    lines = [header_line(width, palette, colourless)]
    lines += [worker_line(view, newest, width, palette, colourless) for view in views]
    return lines
