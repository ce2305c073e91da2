"""The split of every worker as a stacked bar, by arm: blocks of our own, for each bar has its figures beside it.

Without colour the parts are told apart by their glyphs, as in the workers' lanes.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.strip import Strip

from conclab.model import figures
from conclab.model.chart_data import Bar, by_arm
from conclab.tui.renderables.blocks import Line, fit, plain, right, stacked, style
from conclab.tui.theme import Palette

GLYPHS = "█▒░"
_LONGEST_NAME = 28
_FIGURES = 18
"""Cells of `` 100 % 100 % 100 %``."""


def split_lines(bars: Sequence[Bar], slots: Sequence[str], width: int, height: int, palette: Palette) -> list[Strip]:
    """A line a worker under a line that says what is what; where they do not fit, a line an arm. ``slots``: the workers' names in
    the order of their colours."""
    shown = bars if len(bars) < height else by_arm(bars)
    more = max(0, len(shown) - (height - 1))
    if more:
        shown = shown[: height - 2]
        more = len(by_arm(bars)) - len(shown)
    worker_room = max((cell_len(one.worker) for one in shown), default=0)
    arm_room = max((cell_len(one.arm) for one in shown), default=0)
    worker_room = min(worker_room, width // 5)
    arm_room = max(0, min(arm_room, _LONGEST_NAME, width // 3 - worker_room))
    room = arm_room + 1 + worker_room
    wide = max(4, width - room - _FIGURES - 1)
    looks = (style(palette.text), style(palette.wants), style(palette.blocked))
    head = Line().add("share of each worker's life   ")
    for glyph, look, word in zip(GLYPHS, looks, ("on a core", "wants a core", "blocked"), strict=True):
        head.add(f"{glyph}{glyph}", look).add(f" {word}   ")
    lines = [head.strip(width)]
    before = ""
    for one in shown:
        shares = one.split.shares() or (0.0, 0.0, 0.0)
        arm, before = one.arm if one.arm != before else "", one.arm  # named once, where it begins
        colour = palette.worker(slots.index(one.worker)) if one.worker in slots else palette.text
        parts = list(zip(shares, (style(colour), *looks[1:]), strict=True))
        line = Line().add(f"{fit(arm, arm_room)} {fit(one.worker, worker_room)} ", style(palette.text))
        for text, look in stacked(parts, wide, style(), GLYPHS):
            line.add(text, look)
        line.add("".join(right(figures.percent(share), 6) for share in shares), style(palette.text))
        lines.append(line.strip(width))
    if more:
        lines.append(plain(f"{figures.plural(more, 'arm')} more {'does' if more == 1 else 'do'} not fit; z makes room", width))
    return lines
