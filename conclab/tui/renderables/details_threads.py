"""The threads of one process: each one's recent past as a lane with its figures, and which of them had which core."""

from __future__ import annotations

from textual.strip import Strip

from conclab.model import figures
from conclab.model.inspection import InspectionState, ThreadView, newest_cell
from conclab.model.lanes import CoreHistory, Owners
from conclab.tui.renderables.blocks import Line, fit, right, style
from conclab.tui.renderables.lanes import GLYPHS, add_core, add_lane
from conclab.tui.theme import Palette

_MARK, _TID, _STATE = 2, 9, 2
_FIGURES = (("on core", 8), ("wants", 7), ("blocked", 9), ("VCS/s", 8), ("ICS/s", 7), ("core", 5))
_WAITS = 22
_WIDE = 118
"""From here on there is room for what a thread waits in."""
_NOW = 17
"""Who has the core now, at the end of its line."""
MARKS = "abcdefgh"
"""What stands for a thread where its colour does not: one for each colour."""


def _name_width(width: int) -> int:
    return 17 if width >= 90 else 12


def lane_width(width: int) -> int:
    """Cells of a thread's lane in a pane of that width."""
    taken = _MARK + _name_width(width) + _TID + _STATE + sum(size for _title, size in _FIGURES)
    return max(4, width - taken - (_WAITS if width >= _WIDE else 1))


def header_line(width: int, palette: Palette, colourless: bool) -> Strip:
    """The columns' titles; without colours each part of the split has the glyph that stands for it in the lanes."""
    glyphs = {"on core": GLYPHS["on"], "wants": GLYPHS["wants"], "blocked": GLYPHS["blocked"]} if colourless else {}
    line = Line().add(
        " " * _MARK + fit("thread", _name_width(width)) + right("TID", _TID - 1) + " " + fit("S", _STATE), style(palette.dim)
    )
    line.add(" " * lane_width(width))
    for title, size in _FIGURES:
        line.add(right(glyphs.get(title, "") + title, size), style(palette.dim))
    if width >= _WIDE:
        line.add("  waits in", style(palette.dim))
    return line.strip(width)


def thread_line(view: ThreadView, newest: int, width: int, palette: Palette, colourless: bool) -> Strip:
    """One thread."""
    colour = palette.other if view.slot is None else palette.worker(view.slot)
    mark = "  " if view.slot is None else f"{MARKS[view.slot]} "
    quiet = style(palette.dim)
    line = Line().add(mark, style(colour, bold=True))
    line.add(
        fit(view.name, _name_width(width) - 1) + " ",
        style(palette.text if view.slot is None else colour, bold=view.slot is not None),
    )
    line.add(right(str(view.task.tid), _TID - 1) + " ", quiet)
    line.add(
        fit(view.state, _STATE), style(palette.good) if view.state == "R" else style(palette.bad) if view.state in "DZ" else quiet
    )
    add_lane(line, view.lane, colour, newest, lane_width(width), palette, colourless)
    on_core, wants, blocked = view.recent() or (None, None, None)
    line.add(right(figures.percent(on_core), 8), style(colour if view.slot is not None else palette.text))
    line.add(right(figures.percent(wants), 7), style(palette.wants))
    line.add(right(figures.percent(blocked), 9), style(palette.blocked))
    line.add(right(figures.count(view.voluntary_per_s), 8), quiet)
    line.add(right(figures.count(view.involuntary_per_s), 7), quiet)
    line.add(right("" if view.core is None else str(view.core), 5), quiet)
    if width >= _WIDE:
        line.add("  " + fit(view.waits, _WAITS - 2), quiet)
    return line.strip(width)


def strip_lines(
    state: InspectionState, cores: tuple[CoreHistory, ...], shown: list[int], palette: Palette, width: int, colourless: bool
) -> list[Strip]:
    """A line for each core: which thread had it when, and who has it now. Above them nothing; the pane's frame explains."""
    views = {view.key: view for view in state.threads.values()}
    colours = {key: palette.worker(view.slot) for key, view in views.items() if view.slot is not None}
    owners = {one.cell: one for one in state.owners}
    digits = max(len(str(core)) for core in shown) if shown else 1
    room = max(4, width - digits - 2 - _NOW)
    newest = newest_cell(state)
    lines = []
    for core in shown:
        line = Line().add(right(str(core), digits), style(palette.text, bold=True)).add("  ")
        history = cores[core] if core < len(cores) else CoreHistory()
        if colourless:
            line.add(_marks(core, history, owners, views, newest, room))
        else:
            add_core(line, core, history, owners, colours, newest, room, palette)
        key = state.having.get(core)
        view = views.get(key) if key is not None else None
        if view is None:
            line.add(fit("  –", _NOW), style(palette.dim))
        else:
            mark = MARKS[view.slot] if view.slot is not None else ""
            line.add(fit(f"  {mark} {view.name}", _NOW), style(colours.get(view.key, palette.text), bold=True))
        lines.append(line.strip(width))
    return lines


def _marks(core: int, history: CoreHistory, owners: dict[int, Owners], views: dict[str, ThreadView], newest: int, room: int) -> str:
    """The strip of a core without colours: the mark of the thread that had it, + for a thread without one, · for other load."""
    text = ""
    for number in range(newest - room + 1, newest + 1):
        owned = owners[number].of(core) if number in owners else None
        if owned is not None:
            view = views.get(owned[0])
            text += MARKS[view.slot] if view is not None and view.slot is not None else "+"
        else:
            text += "·" if (history.at(number) or 0.0) > 0.05 else " "
    return text
