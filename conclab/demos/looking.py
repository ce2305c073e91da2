"""What is on the screen, as text: for the checks of demos, and for saying what was there instead."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from textual.app import App
from textual.geometry import Region

from conclab.tui.widgets.captions import Over

_SHOWN = 100


def screen_lines(app: App[None]) -> list[str]:
    """The lines of the screen in front. What lies over it (a caption) is left out, and so is what it hides."""
    lines = [strip.text for strip in app.screen._compositor.render_strips()]
    for piece in app.screen.query_children(Over):
        if piece.display:
            lines = [_without(line, row, piece.region) for row, line in enumerate(lines)]
    return lines


def _without(line: str, row: int, region: Region) -> str:
    if not region.y <= row < region.bottom:
        return line
    before, after = set_cell_size(line, region.x), ""
    if cell_len(line) > region.right:
        after = line[len(set_cell_size(line, region.right)) :]
    return before + " " * region.width + after


def _even(text: str) -> str:
    """With single spaces: how wide a pane is must not matter."""
    return " ".join(text.split())


def shows(lines: Sequence[str], text: str) -> bool:
    """Whether a text stands on one of the lines."""
    wanted = _even(text)
    return any(wanted in _even(line) for line in lines)


def nearest(lines: Sequence[str], text: str) -> str:
    """The piece of the screen that is most like a text, for a message; empty where nothing is like it."""
    pieces = [piece for line in lines for piece in (_even(part.strip("│─╭╮╰╯┌┐└┘ ")) for part in line.split("  ")) if piece]
    near = difflib.get_close_matches(_even(text), pieces, n=1, cutoff=0.5)
    return near[0][:_SHOWN] if near else ""
