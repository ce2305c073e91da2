"""The charts that take the kernel's own trace, or are better with it: slices, wake-ups, and switches over time. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence

from conclab.model import figures
from conclab.model.chart_data import Curves, Series, histogram, pythons_of
from conclab.model.experiments import Arm
from conclab.model.slices import PREEMPTED, UNENDED, TaskSlices, latencies, lengths
from conclab.model.switching import Switching
from conclab.model.timeline import Exact, Timeline

MOST_POINTS = 240
FINEST_NS = 1_000_000
"""Exact switches are counted over stretches of at least this: over less, a rate is noise."""
VOLUNTARY, INVOLUNTARY = "voluntary", "involuntary"


def exact_by_arm(timeline: Timeline, arms: Sequence[Arm]) -> dict[str, list[Exact]]:
    """The workers' exact stretches by the arm that they were in, in the experiment's order; control repetitions are left out."""
    several = len(pythons_of(arms)) > 1
    labels = [f"{arm.name} {arm.python.label}" if several and arm.python else arm.name for arm in arms]
    steps = {one.number: f"{one.arm} {one.python}" if several else one.arm for one in timeline.steps if not one.control}
    found: dict[str, list[Exact]] = {label: [] for label in labels}
    for row in timeline.rows.values():
        for exact in row.exact:
            if exact.repetition in steps:
                found.setdefault(steps[exact.repetition], []).append(exact)
    return {label: stretches for label, stretches in found.items() if stretches}


def _times(timeline: Timeline, arms: Sequence[Arm], query: Callable[[TaskSlices, int, int], list[int]]) -> dict[str, list[int]]:
    return {
        arm: [time for one in stretches for time in query(one.index.slices, one.start_ns, one.end_ns)]
        for arm, stretches in exact_by_arm(timeline, arms).items()
    }


def slice_lengths(timeline: Timeline, arms: Sequence[Arm]) -> Curves | None:
    """Histogram of how long the workers had a core in one go, by arm; None where nothing was traced."""
    return histogram("slice lengths, % of all slices", _times(timeline, arms, lengths))


def wake_up_latencies(timeline: Timeline, arms: Sequence[Arm]) -> Curves | None:
    """Histogram of the time from being woken up to being on a core, by arm; None where nothing was traced, or nobody woken."""
    return histogram("wake-up latency, % of all wake-ups", _times(timeline, arms, latencies))


def _rates(title: str, pairs: list[tuple[float, float]], width_ns: int, start_ns: int, run_start_ns: int, note: str) -> Curves:
    xs = tuple(max(0.0, start_ns - run_start_ns + (number + 0.5) * width_ns) / 1e9 for number in range(len(pairs)))
    per_s = 1e9 / width_ns
    series = tuple(
        Series(label, xs, tuple(pair[column] * per_s for pair in pairs)) for column, label in enumerate((VOLUNTARY, INVOLUNTARY))
    )
    return Curves(title, series, note=note)


def sampled_switches(switching: Switching, started_ns: int) -> Curves | None:
    """Switches a second of all workers together over the run's seconds, from samples; None before there are two points."""
    if len(switching.bins) < 3:
        return None
    # The last one is still being filled, or the run ended in its middle.
    pairs = [(float(one), float(two)) for one, two in switching.bins[:-1]]
    return _rates(
        "switches/s of all workers, by second of the run",
        pairs,
        switching.width_ns,
        switching.first * (switching.width_ns // switching.cells),
        started_ns,
        f"sampled; each point is {figures.duration(switching.width_ns)}",
    )


def exact_switches(timeline: Timeline, arms: Sequence[Arm]) -> Curves | None:
    """The same from the traced repetitions, every switch counted; None where nothing was traced."""
    stretches = [exact for some in exact_by_arm(timeline, arms).values() for exact in some]
    if not stretches:
        return None
    start, end = min(one.start_ns for one in stretches), max(one.end_ns for one in stretches)
    width = max(FINEST_NS, -(-(end - start) // MOST_POINTS))
    counted: Counter[tuple[int, bool]] = Counter()
    for one in stretches:
        ends, how = one.index.slices.end_ns, one.index.slices.ended
        for number in range(bisect_left(ends, one.start_ns), bisect_left(ends, one.end_ns)):
            if how[number] != UNENDED:
                counted[(ends[number] - start) // width, how[number] == PREEMPTED] += 1
    pairs = [(float(counted[number, False]), float(counted[number, True])) for number in range(-(-(end - start) // width))]
    note = f"exact; each point is {figures.duration(width)}"
    return _rates("switches/s of all workers, by second of the run", pairs, width, start, timeline.start_ns, note)
