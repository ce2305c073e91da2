"""Result charts by plotext: the only file that imports it, and only when a chart is shown (its import takes 0.14 s).

plotext has one figure for the whole process. It is cleared before each use, and used on the UI's thread alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.color import Color

from conclab.model.results import OK, Repetition
from conclab.tui.theme import Palette

LEAST = (30, 6)


def _pixel(colour: str) -> tuple[int, int, int] | int:
    """A palette's colour as plotext takes it: red, green, blue; or which of the terminal's sixteen."""
    parsed = Color.parse(colour)
    return parsed.rgb if parsed.ansi is None else parsed.ansi


def _escape(pixel: tuple[int, int, int] | int) -> str:
    return f"\x1b[38;5;{pixel}m" if isinstance(pixel, int) else "\x1b[38;2;{};{};{}m".format(*pixel)


def series_of(repetitions: Sequence[Repetition], pythons: Mapping[str, str]) -> dict[str, list[float]]:
    """Wall seconds of every good repetition, by arm, in their order. ``pythons`` (path to label) is for when there are several."""
    found: dict[str, list[float]] = {}
    for repetition in repetitions:
        if repetition.outcome == OK and repetition.wall_ns is not None and not repetition.control:
            where = f" {pythons.get(repetition.python, '')}" if len(pythons) > 1 else ""
            found.setdefault(repetition.arm + where, []).append(repetition.wall_ns / 1e9)
    return found


def repetitions_chart(
    repetitions: Sequence[Repetition], pythons: Mapping[str, str], width: int, height: int, palette: Palette
) -> str:
    """Wall time over the repetitions, a line for each arm, as ANSI text; empty without room, or with one repetition."""
    series = series_of(repetitions, pythons)
    longest = max((len(values) for values in series.values()), default=0)
    if longest < 2 or width < LEAST[0] or height < LEAST[1]:
        return ""
    import plotext

    plotext.terminal.limit(False, False)
    figure = plotext.figure
    figure.clear()
    figure.plot_size(width, height - 1)
    figure.theme("colorless")
    legend = []
    for number, (arm, values) in enumerate(series.items()):
        colour = _pixel(palette.worker(number))
        figure.draw(figure.signal(values, marker=plotext.marker("braille", plotext.pixel(colour))).lines())
        legend.append(f"{_escape(colour)}━━ {arm}\x1b[0m")
    most = max(max(values) for values in series.values())
    step = max(1, -(-longest // max(2, width // 12)))
    ticks = list(range(1, longest + 1, step))
    figure.ruler("x").ticks(ticks, [str(tick) for tick in ticks])
    figure.ruler("y").lim(0, most * 1.05)
    return "wall time in s, by repetition   " + "   ".join(legend) + "\n" + str(figure.build().string())
