"""Lines of output: who said it, when in the run, and what."""

from __future__ import annotations

from rich.segment import Segment
from textual.strip import Strip

from conclab.model.events import Line as Said
from conclab.tui.renderables.blocks import Line, fit, right, style
from conclab.tui.theme import Palette

_NAME, _TIME, _MARK = 5, 10, 3
_NARROW_TIME, _NARROW_MARK = 9, 2
"""Where a worker has a view of its own, which is not wide."""


def said_line(
    said: Said, started_ns: int, width: int, palette: Palette, colours: dict[str, str], with_name: bool = True, shift: int = 0
) -> Strip:
    """One line: worker, seconds since the run began, text. ``shift`` is how many cells of the text are
    scrolled out to the left. What went to standard error has a mark."""
    line = Line()
    if with_name:
        name = said.worker or ("err" if said.stream == "stderr" else "out")
        colour = colours.get(said.worker or "", palette.dim)
        line.add(fit(name, _NAME), style(colour, bold=True))
    seconds = max(0, said.at_ns - started_ns) / 1e9
    errors = said.stream == "stderr"
    time, mark = (_TIME, _MARK) if with_name else (_NARROW_TIME, _NARROW_MARK)
    line.add(right(f"{seconds:.3f} s", time), style(palette.dim)).add(right("! " if errors else "", mark), style(palette.blocked))
    text = Strip([Segment(said.text)]).crop(shift, shift + width).text if shift else said.text
    room = width - _NAME * with_name - time - mark
    return line.add(fit(text, room), style(palette.blocked if errors else palette.text)).strip(width)
