"""The pane about the selected row: where its time went lately, which core it had, and what holds it up now."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from conclab.model import figures
from conclab.model.columns import POLICIES
from conclab.model.history import History
from conclab.model.table import TaskRow
from conclab.tui.renderables.blocks import Line, fit, height_of, plain, right, style
from conclab.tui.theme import Palette

LINES = 6
"""Lines of the pane."""
_LABEL = 12
_FIGURE = 31
MOST_SEEN = 300
"""Looks at the core that are kept."""


def selected_lines(
    row: TaskRow | None, history: History, seen: Sequence[int | None], ended: bool, palette: Palette, width: int
) -> list[Strip]:
    """All lines. ``seen``: the core that it had at each of the last tables; None when it was not running."""
    dim = style(palette.dim)
    if row is None:
        return [plain("no task is selected", width, dim)] + [plain("", width)] * (LINES - 1)
    lines = [_who(row, ended, palette, width)]
    room = max(1, min(240, width - _LABEL - _FIGURE))
    many = (row.threads or 1) > 1
    parts = [("on a core", "cpu_share", row.cpu_share, palette.good), ("wants one", "delay_share", row.delay_share, palette.wants)]
    for label, name, share, colour in parts:
        lines.append(_strip(label, _series(history, name, room), share, colour, many, palette, width, room))
    blocked = [None if many or on is None or wants is None else max(0.0, 1 - on - wants) for on, wants in _pairs(history, room)]
    share = None if many or row.cpu_share is None or row.delay_share is None else max(0.0, 1 - row.cpu_share - row.delay_share)
    lines.append(_strip("blocked", blocked, share, palette.blocked, many, palette, width, room))
    lines.append(_cores(row, seen, palette, width, room))
    lines.append(plain(_facts(row), width, dim))
    return lines


def _who(row: TaskRow, ended: bool, palette: Palette, width: int) -> Strip:
    line = Line().add(f"{row.pid} {row.name}", style(palette.title, bold=True))
    what = f"thread of {row.id.pid}" if row.id.tid else "kernel thread" if row.kernel else row.command
    what = what[:width]
    line.add("   ").add(fit(what, min(max(1, width // 2), cell_len(what))), style(palette.text))
    if ended:
        line.add("   it has ended", style(palette.ended, bold=True))
    elif row.waits_in:
        line.add(f"   waits in {row.waits_in}", style(palette.blocked))
    return line.strip(width)


def _series(history: History, name: str, points: int) -> list[float | None]:
    """One point a second up to the last table."""
    end = history.until_ns
    return history.series(name, end - points * 1_000_000_000, end, points) if end else [None] * points


def _pairs(history: History, points: int) -> list[tuple[float | None, float | None]]:
    return list(zip(_series(history, "cpu_share", points), _series(history, "delay_share", points), strict=True))


def _strip(
    label: str, series: list[float | None], share: float | None, colour: str, many: bool, palette: Palette, width: int, room: int
) -> Strip:
    """A label, a block for each second, and the figure of now. What many threads did together may be more than the whole."""
    top = max([1.0, *(value for value in series if value is not None)])
    look, back = style(colour), style(palette.trough)
    line = Line().add(fit(label, _LABEL), look)
    if many and label == "blocked":
        return line.add("each thread by itself: Enter, then Threads", style(palette.dim)).strip(width)
    for value in series:
        line.add("·" if value is None else height_of(value / top), back if value is None else look)
    figure = figures.percent(share)
    return (
        line.add(right(figure, 8), look).add(f"  of {figures.percent(top)}" if top > 1.005 else "", style(palette.dim)).strip(width)
    )


def _cores(row: TaskRow, seen: Sequence[int | None], palette: Palette, width: int, room: int) -> Strip:
    line = Line().add(fit("core", _LABEL), style(palette.text))
    last = list(seen)[-room:]
    look: Style = style(palette.title)
    line.add(" " * (room - len(last)))
    for core in last:
        line.add("·" if core is None else _digit(core), style(palette.dim) if core is None else look)
    now = "" if row.core is None else f"core {row.core}"
    moved = "" if row.migrations_per_s is None else f"  {row.migrations_per_s:.1f} migrations/s"
    return line.add(f"   {now}{moved}", style(palette.dim)).strip(width)


def _digit(core: int) -> str:
    """One character for a core: 0 to 9, then a to z, then again."""
    return "0123456789abcdefghijklmnopqrstuvwxyz"[core % 36]


def _facts(row: TaskRow) -> str:
    policy = "" if row.policy is None else POLICIES.get(row.policy, str(row.policy))
    switches = (
        ""
        if row.voluntary_per_s is None or row.involuntary_per_s is None
        else (f"{figures.count(row.voluntary_per_s)} voluntary and {figures.count(row.involuntary_per_s)} involuntary switches/s")
    )
    parts = [
        f"user {row.user}" if row.user else "",
        "" if row.nice is None else f"nice {row.nice}",
        f"policy {policy}" if policy else "",
        f"cores {row.affinity}" if row.affinity else "",
        switches,
        "" if not row.threads else figures.plural(row.threads, "thread"),
        f"started {row.started}" if row.started else "",
    ]
    return " · ".join(part for part in parts if part)
