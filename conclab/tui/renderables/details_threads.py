"""The threads of one process: each one's recent past as a lane with its figures, and which of them had which core."""

from __future__ import annotations

from textual.strip import Strip

from conclab.model import figures
from conclab.model.inspection import InspectionState, ThreadView, newest_cell
from conclab.model.lanes import CELL_NS, CoreHistory, Lane, LaneCell, Owners
from conclab.tui.renderables.blocks import Line, fit, height_of, right, style
from conclab.tui.renderables.lanes import GLYPHS, add_lane
from conclab.tui.theme import Palette

_MARK, _STATE = 2, 2
_FIGURES = (("on core", 8), ("wants", 7), ("blocked", 9), ("VCS/s", 8), ("ICS/s", 7), ("core", 6))
_NARROW_FIGURES = (("on core", 8), ("wants", 6), ("blocked", 8), ("VCS/s", 7), ("ICS/s", 6))
_NAME = 17
"""A name has at most 15 bytes."""
_BRIEF_FROM, _BRIEF, _WHOLE_FROM, _WHOLE = 110, 15, 140, 24
"""From the first width on there is room for what a thread waits for in words, from the second on with the call that it is in."""
_NOW = 17
"""Who has the core now, at the end of its line."""
MARKS = "abcdefgh"
"""What stands for a thread where its colour does not: one for each colour."""


def _figures(width: int) -> tuple[tuple[str, int], ...]:
    return _FIGURES if width >= 90 else _NARROW_FIGURES


def _tid_width(width: int) -> int:
    return 9 if width >= 90 else 8


def _waits_width(width: int) -> int:
    return _WHOLE if width >= _WHOLE_FROM else _BRIEF if width >= _BRIEF_FROM else 0


def _waits(view: ThreadView, width: int) -> str:
    return view.waits if width >= _WHOLE_FROM else view.waits.rpartition(": ")[2]


def lane_width(width: int) -> int:
    """Cells of a thread's lane in a pane of that width."""
    taken = _MARK + _NAME + _tid_width(width) + _STATE + sum(size for _title, size in _figures(width))
    return max(4, width - taken - (_waits_width(width) or 1))


def header_line(width: int, palette: Palette, colourless: bool) -> Strip:
    """The columns' titles; without colours each part of the split has the glyph that stands for it in the lanes."""
    glyphs = {"on core": GLYPHS["on"], "wants": GLYPHS["wants"], "blocked": GLYPHS["blocked"]} if colourless else {}
    line = Line().add(
        " " * _MARK + fit("thread", _NAME) + right("TID", _tid_width(width) - 1) + " " + fit("S", _STATE), style(palette.dim)
    )
    line.add(" " * lane_width(width))
    for title, size in _figures(width):
        line.add(right(glyphs.get(title, "") + title, size), style(palette.dim))
    if _waits_width(width):
        line.add("  waits in" if width >= _WHOLE_FROM else "  waits for", style(palette.dim))
    return line.strip(width)


def thread_line(view: ThreadView, newest: int, width: int, palette: Palette, colourless: bool) -> Strip:
    """One thread."""
    colour = palette.other if view.slot is None else palette.worker(view.slot)
    mark = "  " if view.slot is None else f"{MARKS[view.slot]} "
    quiet = style(palette.dim)
    line = Line().add(mark, style(colour, bold=True))
    line.add(
        fit(view.name, _NAME - 1) + " ",
        style(palette.text if view.slot is None else colour, bold=view.slot is not None),
    )
    line.add(right(str(view.task.tid), _tid_width(width) - 1) + " ", quiet)
    line.add(
        fit(view.state, _STATE), style(palette.good) if view.state == "R" else style(palette.bad) if view.state in "DZ" else quiet
    )
    room = lane_width(width)
    add_lane(
        line,
        Lane.of([cell for cell in view.lane.last(room + 2) if _stirred(cell)]),
        colour,
        newest,
        room,
        palette,
        colourless,
    )
    on_core, wants, blocked = view.recent() or (None, None, None)
    texts = {
        "on core": (figures.percent(on_core), style(colour if view.slot is not None else palette.text)),
        "wants": (figures.percent(wants), style(palette.wants)),
        "blocked": (figures.percent(blocked), style(palette.blocked)),
        "VCS/s": (figures.count(view.voluntary_per_s), quiet),
        "ICS/s": (figures.count(view.involuntary_per_s), quiet),
        "core": ("" if view.core is None else str(view.core), quiet),
    }
    for title, size in _figures(width):
        text, look = texts[title]
        line.add(right(text, size), look)
    if _waits_width(width):
        line.add("  " + fit(_waits(view, width), _waits_width(width) - 2), quiet)
    return line.strip(width)


def _stirred(cell: LaneCell) -> bool:
    """Whether the thread did anything to speak of in a cell. Where it slept the lane stays dark, or most of the page were red."""
    return cell.split.on_core_ns * 100 > cell.split.wall_ns or cell.split.wants_core_ns * 20 > cell.split.wall_ns


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
            _blocks(line, core, history, owners, colours, newest, room, palette)
        key = state.having.get(core)
        view = views.get(key) if key is not None else None
        if view is None:
            line.add(fit("  –", _NOW), style(palette.dim))
        else:
            mark = MARKS[view.slot] if view.slot is not None else ""
            line.add(fit(f"  {mark} {view.name}", _NOW), style(colours.get(view.key, palette.text), bold=True))
        lines.append(line.strip(width))
    return lines


def _blocks(
    line: Line,
    core: int,
    history: CoreHistory,
    owners: dict[int, Owners],
    colours: dict[str, str],
    newest: int,
    room: int,
    palette: Palette,
) -> None:
    """The strip of a core: the colour is the thread that had it for longest, the height the core's load, by its threads at least.

    The machine may be looked at more rarely than the process, so its load of the last cells may not be known yet.
    """
    for number in range(newest - room + 1, newest + 1):
        one = owners.get(number)
        owned = one.of(core) if one is not None else None
        share = history.at(number) or 0.0
        if one is not None and owned is not None:
            share = max(share, sum(taken for (had, _key), taken in one.shares.items() if had == core) / CELL_NS)
        # Of a thread that has no colour it is at least seen that it was one of these.
        colour = colours.get(owned[0], palette.text) if owned is not None else palette.other
        line.add(height_of(min(1.0, share)), style(colour, palette.trough))


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
