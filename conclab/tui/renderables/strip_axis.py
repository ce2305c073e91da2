"""The time axis of the strip: ticks at round times, stamps as exact as the cells are, and the repetitions above it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.cells import cell_len
from textual.strip import Strip

from conclab.model.timeline import Step, Timeline
from conclab.model.timeline_cells import Window
from conclab.tui.renderables.blocks import Line, fit, style
from conclab.tui.theme import Palette

_TICKS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_800, 3_600)
"""Seconds between ticks; below a second it goes on in ones, twos and fives."""


def stamp(at_ns: int, cell_ns: int) -> str:
    """A moment of the run as exact as it can be told apart: 1.20 s, 1.204512 s, 2:05.3."""
    decimals = min(9, max(0, 9 - int(math.log10(max(1, cell_ns)))))
    seconds, sign = abs(at_ns) / 1e9, "-" if at_ns < 0 else ""
    if seconds < 600:
        return f"{sign}{seconds:.{decimals}f} s"
    minutes, rest = divmod(seconds, 60)
    return f"{sign}{minutes:.0f}:{rest:0{3 + decimals if decimals else 2}.{decimals}f}"


def tick_ns(cell_ns: int, label: int) -> int:
    """A round distance of ticks that leaves room for a label of so many cells."""
    least = cell_ns * (label + 2)
    below = (step * size for size in (10**3, 10**4, 10**5, 10**6, 10**7, 10**8) for step in (1, 2, 5))
    return next(size for size in (*below, *(second * 10**9 for second in _TICKS), least) if size >= least)


def axis_line(window: Window, origin_ns: int, label: int, cursor: int, palette: Palette) -> Strip:
    """The line of ticks; the cursor's column is marked."""
    longest = len(stamp(window.end_ns - origin_ns, window.cell_ns))
    step = tick_ns(window.cell_ns, longest)
    text = [" "] * window.count
    at = origin_ns + -(-(window.start_ns - origin_ns) // step) * step
    while at < window.end_ns:
        column, shown = window.cell_of(at), "╵" + stamp(at - origin_ns, step)
        if at >= origin_ns and column + len(shown) <= window.count:
            text[column : column + len(shown)] = shown
        at += step
    dim = style(palette.dim)
    line = Line().add(" " * label)
    if not 0 <= cursor < window.count:
        return line.add("".join(text), dim).strip(label + window.count)
    line.add("".join(text[:cursor]), dim).add("▼", style(palette.title, bold=True)).add("".join(text[cursor + 1 :]), dim)
    return line.strip(label + window.count)


def named(step: Step, several: bool) -> str:
    """A repetition by its number and arm."""
    python = f" {step.python}" if several and step.python else ""
    return f"{step.number} {step.arm}{python}{' (control)' if step.control else ''}"


def steps_line(timeline: Timeline, window: Window, label: int, here: Step | None, palette: Palette) -> Strip:
    """Which repetition is where; the cursor's is bright."""
    several = len({step.python for step in timeline.steps}) > 1
    line = Line().add(fit("runs", label), style(palette.dim))
    column = 0
    for number, step in enumerate(_in_view(timeline.steps, window)):
        begin = max(0, window.cell_of(step.start_ns))
        end = window.count if step.end_ns is None else min(window.count, window.cell_of(step.end_ns) + 1)
        if begin < column or end <= begin:
            continue
        line.add(" " * (begin - column))
        look = (
            style(palette.title, palette.field, bold=True)
            if step is here
            else style(palette.text, palette.trough if number % 2 else palette.field)
        )
        text = ("▏" if step.start_ns >= window.start_ns else " ") + named(step, several)
        room = end - begin
        line.add(fit(text if cell_len(text) <= room or room > 4 else "▏", room), look)
        column = end
    return line.strip(label + window.count)


def _in_view(steps: Sequence[Step], window: Window) -> list[Step]:
    return [step for step in steps if step.start_ns < window.end_ns and (step.end_ns is None or step.end_ns > window.start_ns)]
