"""The last five minutes of one process as charts, drawn in blocks: CPU, delay, memory and switches, one above the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual.strip import Strip

from conclab.model import figures
from conclab.model.history import History
from conclab.tui.renderables.blocks import HEIGHTS, Line, fit, plain, right, style
from conclab.tui.theme import Palette

SPAN_NS = 300_000_000_000
_AXIS = 7
_LEAST_ROWS = 1
_MOST_ROWS = 8
_BLANK = "·"
"""Where nothing is known: the monitor was not looking."""


@dataclass(frozen=True, slots=True)
class _Chart:
    field: str
    title: str
    colour: Callable[[Palette], str]
    text: Callable[[float], str]
    least: float
    """The scale never ends below this, so that a breath does not look like a storm."""


_CHARTS = (
    _Chart("cpu_share", "CPU", lambda palette: palette.user, figures.percent, 0.1),
    _Chart("delay_share", "wanted a core", lambda palette: palette.wants, figures.percent, 0.1),
    _Chart("resident_bytes", "resident memory", lambda palette: palette.buffers, figures.size, 1024.0**2),
    _Chart("voluntary_per_s", "voluntary switches/s", lambda palette: palette.worker(0), lambda rate: figures.count(rate), 10.0),
    _Chart("involuntary_per_s", "involuntary switches/s", lambda palette: palette.system, lambda rate: figures.count(rate), 10.0),
)


def history_lines(history: History, now_ns: int, palette: Palette, width: int, height: int) -> list[Strip]:
    """All charts, as tall as fits into so many lines, over the five minutes before ``now_ns``."""
    dim = style(palette.dim)
    if not len(history):
        words = "Nothing yet: it has been asleep since the monitor began to look. The charts begin when it does something."
        return [plain(words, width, dim)]
    rows, spare = divmod(max(0, height - 1 - len(_CHARTS)), len(_CHARTS))
    room = width - _AXIS - 1
    lines: list[Strip] = []
    for number, chart in enumerate(_CHARTS):
        tall = max(_LEAST_ROWS, min(_MOST_ROWS, rows + (number < spare)))
        lines += _chart(chart, history, now_ns, palette, width, tall, room)
    left, middle = "-5 min", "-2.5 min"
    scale = fit(left, room // 2 - len(middle) // 2) + middle
    lines.append(plain(" " * (_AXIS + 1) + scale + right("now", room - len(scale)), width, dim))
    return lines


def _chart(chart: _Chart, history: History, now_ns: int, palette: Palette, width: int, rows: int, room: int) -> list[Strip]:
    values = history.series(chart.field, now_ns - SPAN_NS, now_ns, room)
    known = [value for value in values if value is not None]
    now, most = history.latest(chart.field), max(known, default=None)
    colour, dim = chart.colour(palette), style(palette.dim)
    head = Line().add(" " * (_AXIS + 1)).add(chart.title, style(colour, bold=True))
    if now is not None and most is not None:
        head.add(f"   {chart.text(now)} now, {chart.text(most)} at most", style(palette.text))
    else:
        head.add("   not known", dim)
    lines = [head.strip(width)]
    top = round_up(max(most or 0.0, chart.least), binary=chart.field == "resident_bytes")
    for row in range(rows):
        label = chart.text(top) if row == 0 else "0" if row == rows - 1 and rows > 1 else ""
        line = Line().add(right(label, _AXIS) + " ", dim)
        line.add(area_row(values, top, row, rows), style(colour, palette.trough))
        lines.append(line.strip(width))
    return lines


def area_row(values: Sequence[float | None], top: float, row: int, rows: int) -> str:
    """One line of a filled curve, the uppermost first: a character for each value, to an eighth of a line."""
    text = ""
    for value in values:
        if value is None:
            text += _BLANK if row == rows - 1 else " "
            continue
        eighths = round(value / top * rows * 8) if top else 0
        if value > 0:
            eighths = max(1, eighths)  # little is not nothing
        text += HEIGHTS[max(0, min(8, eighths - (rows - 1 - row) * 8))]
    return text


def round_up(value: float, binary: bool = False) -> float:
    """The end of a scale: a round number from ``value`` up; of bytes, a round number of KiB, MiB and so on."""
    unit = 1.0
    base = 1024.0 if binary else 10.0
    while unit * base <= value:
        unit *= base
    while not binary and unit > value:
        unit /= 10
    steps = (1, 1.5, 2, 3, 5, 8, 10) if not binary else (1, 2, 3, 5, 8, 16, 24, 32, 64, 96, 128, 256, 384, 512, 768, 1024)
    return next((unit * step for step in steps if unit * step >= value * 0.9999), unit * base)
