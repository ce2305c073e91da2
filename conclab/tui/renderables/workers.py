"""The workers pane: each worker's recent past as a lane, and where its time goes, in figures: on what it is blocked, too."""

from __future__ import annotations

from collections.abc import Mapping

from rich.cells import cell_len
from textual.strip import Strip

from conclab.model import figures
from conclab.model.blocking import INFERRED, lock_cause, marked
from conclab.model.locks import LockView, waits_for
from conclab.model.run_state import RunState
from conclab.model.worker_view import WorkerView
from conclab.tui.renderables.blocks import Line, fit, plain, right, style
from conclab.tui.renderables.lanes import GLYPHS, add_lane, end_of_lanes
from conclab.tui.theme import Palette

_NAME = 5
_MARGIN = 1
_LEAST_LANE = 4
_FIGURES = (("on core", 8), ("wants", 7), ("blocked", 9))
_SWITCHES = (("vol/s", 8), ("inv/s", 7))
_CORE = (("core", 6),)
_CAUSE = "on"
"""The title of the column behind "blocked": together they read as one."""
_INFERRED = "* inferred"


def _cause_width(width: int, locks: bool) -> int:
    """Cells for what it is blocked on, a blank before it included; more where there are locks with names, and holders."""
    if width < 72:
        return 6
    return 16 if locks and width < 96 else 9 if width < 96 else 20 if width < 150 else 28


def _columns(width: int, locks: bool) -> tuple[tuple[str, int], ...]:
    """Titles and widths of the columns behind the lane. On the smallest screens involuntary switches give their place up."""
    switches = _SWITCHES if width >= 60 else _SWITCHES[:1]
    return *_FIGURES, (_CAUSE, _cause_width(width, locks)), *switches, *_CORE


def lane_width(width: int, locks: bool = False) -> int:
    """How many cells a lane has in a pane of that width; ``locks``: whether locks with names are shown beside it."""
    return max(_LEAST_LANE, width - _NAME - sum(size for _title, size in _columns(width, locks)) - _MARGIN)


def header_line(width: int, palette: Palette, colourless: bool = False, inferred: bool = False, locks: bool = False) -> Strip:
    """The columns' titles; without colours each part of the split has the glyph that stands for it in the lanes before it.
    ``inferred``: something with an asterisk is shown, so it is said what that means."""
    line = Line().add(" " * _NAME)
    line.add(fit(_INFERRED if inferred else "", lane_width(width, locks)), style(palette.dim))
    glyphs = dict(zip(("on core", "wants", "blocked"), (GLYPHS["on"], GLYPHS["wants"], GLYPHS["blocked"]), strict=True))
    for title, size in _columns(width, locks):
        text = glyphs[title] + title if colourless and title in glyphs else title
        line.add(fit(" " + text, size) if title == _CAUSE else right(text, size), style(palette.dim))
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


def worker_line(
    view: WorkerView,
    newest: int,
    width: int,
    palette: Palette,
    colourless: bool,
    locks: bool = False,
    lock: LockView | None = None,
    ended: bool = False,
) -> Strip:
    """One worker. ``lock``: what it waits for now, if it has announced that; ``ended``: whether who holds it has ended."""
    colour = palette.worker(view.slot)
    line = Line().add(fit(view.name, _NAME), style(colour, bold=True))
    add_lane(line, view.lane, colour, newest, lane_width(width, locks), palette, colourless)
    on_core, wants, blocked = view.recent() or (None, None, None)
    quiet = style(palette.dim)
    line.add(right(figures.percent(on_core), 8), style(colour))
    line.add(right(figures.percent(wants), 7), style(palette.wants))
    line.add(right(figures.percent(blocked), 9), style(palette.blocked))
    room = _cause_width(width, locks)
    line.add(fit(" " + _cause(view, room - 2, lock, ended), room), style(palette.blocked, bold=True))
    rates = {"vol/s": view.voluntary_per_s, "inv/s": view.involuntary_per_s}
    for title, size in _columns(width, locks):
        if title in rates:
            line.add(right(figures.count(rates[title]), size), quiet)
    line.add(right("" if view.core is None else str(view.core), 6), quiet)
    return line.strip(width)


def _cause(view: WorkerView, room: int, lock: LockView | None, ended: bool) -> str:
    """What it is mostly blocked on; of a lock that it waits for now also who has it, as far as there is room. Blank: not known."""
    cause = view.recent_cause()
    if not cause:
        return ""
    if lock is None or cause != lock_cause(lock.name) or lock.holder is None:
        return marked(cause)
    holder = f" ← {lock.holder}"
    candidates = [cause + holder + " (ended)"] if ended else []
    candidates += [cause + holder, lock.name + holder]
    return next((text for text in candidates if cell_len(text) <= room), lock.name)


def worker_lines(run: RunState, palette: Palette, width: int, colourless: bool = False) -> list[Strip]:
    """Header and one line for each worker, in the order of their names."""
    if not run.workers:
        text = "starting …" if run.live else "each worker gets a line here: on a core, wanting one, or blocked"
        return [plain(text, width, style(palette.dim))]
    newest = end_of_lanes(run)
    views = sorted(run.workers.values(), key=lambda view: (len(view.name), view.name))
    waits: Mapping[str, LockView] = waits_for(run.locks)
    inferred = any(view.recent_cause() in INFERRED for view in views)
    locks = bool(run.locks)
    lines = [header_line(width, palette, colourless, inferred, locks)]
    for view in views:
        lock = waits.get(view.name)
        holder = run.workers.get(lock.holder) if lock is not None and lock.holder is not None else None
        ended = holder is not None and holder.ended_ns is not None
        lines.append(worker_line(view, newest, width, palette, colourless, locks, lock, ended))
    return lines
