"""Charts of a run: which kinds there are, and drawing one of them, as lines for a widget."""

from __future__ import annotations

from rich.text import Text
from textual.strip import Strip

from conclab.model.chart_data import Curves, has_speed_ups, repetition_curves, speed_up_curves, splits
from conclab.model.chart_exact import exact_switches, sampled_switches, slice_lengths, wake_up_latencies
from conclab.model.run_state import RunState
from conclab.model.timeline import Timeline
from conclab.tui.charts.bars import split_lines
from conclab.tui.charts.plots import LEAST, curves_chart
from conclab.tui.theme import Palette

REPETITIONS, SPEED_UP, SPLIT, SWITCHES, SLICES, WAKE_UPS = "repetitions", "speed-up", "split", "switches", "slices", "wake-ups"
NO_ROOM = "There is no room for a chart here; z makes some."
YET = {
    REPETITIONS: "Comes with the second repetition.",
    SPEED_UP: "Comes when two numbers of workers have been tried.",
    SPLIT: "Comes with the first repetition; it stays empty where the system does not count it.",
    SWITCHES: "Comes when workers have been sampled for a second.",
    SLICES: "Slice lengths need an exact run: turn its trace on in the form, or give --exact.",
    WAKE_UPS: "Wake-up latencies need an exact run: turn its trace on in the form, or give --exact.",
}
"""What is said while there is nothing to draw."""


def kinds_for(run: RunState) -> tuple[str, ...]:
    """The charts of a run, in their order."""
    some = (REPETITIONS, SPEED_UP) if has_speed_ups(run.arms) else (REPETITIONS,)
    return (*some, SPLIT, SWITCHES, SLICES, WAKE_UPS)


def version_of(kind: str, run: RunState, timeline: Timeline) -> tuple[int, ...]:
    """Changes with what the chart of that kind is made from, at most about once a second."""
    sampled = len(run.switching.bins) // 4 if kind == SWITCHES and not timeline.exact else 0
    return (run.started_ns, len(run.repetitions), len(timeline.traces), timeline.traces_dropped, sampled, run.phase == "finished")


def chart_text(
    kind: str, run: RunState, timeline: Timeline, usable_cores: float, width: int, height: int, palette: Palette
) -> Text:
    """The chart, or a sentence that says why there is none."""
    if width < LEAST[0] or height < LEAST[1]:
        return Text(NO_ROOM)
    if kind == SPLIT:
        bars = splits(run.repetitions, run.arms)
        names = [view.name for view in sorted(run.workers.values(), key=lambda view: view.slot)]
        return _text(split_lines(bars, names, width, height, palette)) if bars else Text(YET[kind])
    curves = _curves(kind, run, timeline, usable_cores)
    if curves is None:
        return Text(YET[kind])
    drawn = curves_chart(curves, width, height, palette)
    return Text.from_ansi(drawn) if drawn else Text(NO_ROOM)


def _curves(kind: str, run: RunState, timeline: Timeline, usable_cores: float) -> Curves | None:
    if kind == REPETITIONS:
        return repetition_curves(run.repetitions, run.arms)
    if kind == SPEED_UP:
        return speed_up_curves(run.repetitions, run.arms, usable_cores)
    if kind == SWITCHES:
        return exact_switches(timeline, run.arms) or sampled_switches(run.switching, run.started_ns)
    return (slice_lengths if kind == SLICES else wake_up_latencies)(timeline, run.arms)


def _text(lines: list[Strip]) -> Text:
    return Text("\n").join(Text.assemble(*((piece.text, piece.style or "") for piece in line)) for line in lines)
