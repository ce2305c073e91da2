"""Charts of lines by plotext: the only file that imports it, and only when a chart is shown (its import takes 0.14 s).

plotext has one figure for the whole process. It is cleared before and after each use, and used on the UI's thread alone.

Every measured line carries its number at some of its points, and so does its name above the chart: colour is never needed to tell
which is which. What is computed has a letter and no line between its points but dots.
"""

from __future__ import annotations

import math

from rich.cells import cell_len
from textual.color import Color

from conclab.model.chart_data import Curves, Series
from conclab.tui.renderables.blocks import wrapped
from conclab.tui.theme import Palette

LEAST = (30, 6)
_PLAIN = "\x1b[0m"
MARKS = "123456789abcdefghijklmnopqrstuvwxyz"
"""Of the series in their order."""
_A_MARK_EVERY = 14
"""Cells: more marks would hide the line."""


def _pixel(colour: str) -> tuple[int, int, int] | int:
    """A palette's colour as plotext takes it: red, green, blue; or which of the terminal's sixteen."""
    parsed = Color.parse(colour)
    return parsed.rgb if parsed.ansi is None else parsed.ansi


def _escape(pixel: tuple[int, int, int] | int) -> str:
    return f"\x1b[38;5;{pixel}m" if isinstance(pixel, int) else "\x1b[38;2;{};{};{}m".format(*pixel)


def _mark(number: int) -> str:
    return MARKS[number % len(MARKS)]


def _look(number: int, one: Series, palette: Palette) -> tuple[int, int, int] | int:
    return _pixel(palette.dim if one.computed else palette.worker(number))


def head(curves: Curves, width: int, palette: Palette) -> list[str]:
    """What the chart is of and which line is whose, in as many lines as that takes, as ANSI text."""
    lines, used = [curves.title], cell_len(curves.title)
    for number, one in enumerate(curves.series):
        name = f"{_mark(number)}{'··' if one.computed else '━━'} {one.label}"
        short = (wrapped(name, width) or [""])[0]
        if used + 3 + cell_len(short) > width:
            lines, used = [*lines, ""], -3
        space = "   " if used >= 0 else ""
        lines[-1] += f"{space}{_escape(_look(number, one, palette))}{short}{_PLAIN}"
        used += 3 + cell_len(short)
    if curves.note and used + 3 + cell_len(curves.note) <= width:
        lines[-1] += f"   {_escape(_pixel(palette.dim))}{curves.note}{_PLAIN}"
    return lines


def _marked(amount: int, width: int, order: int) -> range:
    """The points of a line that carry its number; those of two lines seldom fall together."""
    step = max(1, -(-amount * _A_MARK_EVERY // max(1, width)))
    return range(order * step // 3 % step, amount, step)


def steps(low: float, high: float, most: int) -> list[tuple[float, str]]:
    """Round values between two, at most so many or so, each with its text: by 1, 2 or 5 and a power of ten."""
    least = (high - low) / max(2, most)
    if least <= 0:
        return [(low, f"{low:,.10g}")]
    decade = 10.0 ** math.floor(math.log10(least))
    step = next(decade * factor for factor in (1, 2, 5, 10) if decade * factor >= least * 0.999)
    digits = max(0, -math.floor(math.log10(step)))
    numbers = range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
    return [(number * step, f"{number * step:,.{digits}f}") for number in numbers]


def _columns(ticks: list[tuple[float, str]]) -> tuple[list[float], list[str]]:
    return [at for at, _name in ticks], [name for _at, name in ticks]


def curves_chart(curves: Curves, width: int, height: int, palette: Palette) -> str:
    """The chart with its head as ANSI text of at most that many lines; empty without room."""
    above = head(curves, width, palette)
    rows = height - len(above)
    if width < LEAST[0] or rows < LEAST[1] - 1 or not curves.series:
        return ""
    import plotext

    def along(value: float) -> float:
        return math.log10(value) if curves.logarithmic else value

    figure = plotext.figure
    plotext.terminal.limit(False, False)
    figure.clear()
    try:
        figure.plot_size(width, rows)
        figure.theme("colorless")
        for number, one in enumerate(curves.series):
            pixel = plotext.pixel(_look(number, one, palette))
            xs = [along(x) for x in one.xs]
            line = figure.signal(xs, list(one.ys), marker=plotext.marker("·" if one.computed else "braille", pixel))
            figure.draw(line.lines())
            for x, low, high in zip(xs, one.lows, one.highs, strict=bool(one.lows)):
                if high > low:
                    figure.draw(figure.segment((x, x), (low, high), marker=plotext.marker("│", pixel)))
        for number, one in enumerate(curves.series):  # above all lines
            some = range(len(one.xs)) if one.lows else _marked(len(one.xs), width, number)
            xs, ys = [along(one.xs[at]) for at in some], [one.ys[at] for at in some]
            if xs:
                figure.draw(figure.signal(xs, ys, marker=plotext.marker(_mark(number), plotext.pixel(_look(number, one, palette)))))
        most = max(max((*one.ys, *one.highs)) for one in curves.series) or 1
        figure.ruler("y").lim(0, most * 1.05)
        figure.ruler("y").ticks(*_columns(steps(0, most * 1.05, rows // 3)))
        left, right = min(one.xs[0] for one in curves.series), max(one.xs[-1] for one in curves.series)
        ticks = [(along(at), name) for at, name in curves.x_ticks] or steps(left, right, width // 12)
        figure.ruler("x").ticks(*_columns(ticks[:: max(1, -(-len(ticks) * 8 // max(8, width - 8)))]))
        if any(one.lows for one in curves.series):  # so that the outermost intervals are not in the frame
            margin = (along(right) - along(left)) / 30
            figure.ruler("x").lim(along(left) - margin, along(right) + margin)
        return "\n".join((*above, str(figure.build().string())))
    finally:
        figure.clear()
