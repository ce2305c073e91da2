"""What the charts of a run show, as figures: pure functions from a run's state and its timeline to series of points.

Nothing here draws. What cannot be had is left out, and what is computed rather than measured (a bound, a fitted law) says so.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from conclab.model import figures
from conclab.model.experiments import Arm
from conclab.model.results import OK, Repetition
from conclab.model.statistics import median, ratio_of_medians
from conclab.model.tasks import Split

BUCKETS_A_DECADE = 4
"""Histograms over times have buckets that grow by the fourth root of ten: 1, 1.8, 3.2, 5.6, 10 …"""
ALL = "all"
"""Stands for the workers of an arm that share one kernel task."""


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart: points from left to right."""

    label: str
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    lows: tuple[float, ...] = ()
    """The lower ends of the 95 % intervals, a value for each point, where there are any."""
    highs: tuple[float, ...] = ()
    computed: bool = False
    """A bound or a fitted law; not measured."""


@dataclass(frozen=True, slots=True)
class Curves:
    """A chart of lines."""

    title: str
    series: tuple[Series, ...]
    x_ticks: tuple[tuple[float, str], ...] = ()
    """Where the axis has a word; empty: wherever it suits."""
    logarithmic: bool = False
    """Whether the x axis is. The x values are plain in any case."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """Where one worker's time went, over all good repetitions of its arm."""

    arm: str
    worker: str
    split: Split


def pythons_of(arms: Sequence[Arm]) -> dict[str, str]:
    """Path to label of the interpreters that take part."""
    return {arm.python.path: arm.python.label for arm in arms if arm.python is not None}


def _good(repetitions: Iterable[Repetition], arms: Sequence[Arm]) -> list[tuple[str, Repetition]]:
    """The repetitions that count, each with its arm's label: arm by arm, in the order in which the experiment has them."""
    pythons = pythons_of(arms)
    order = {(arm.name, arm.python.path if arm.python else ""): number for number, arm in enumerate(arms)}
    good = [one for one in repetitions if one.outcome == OK and not one.control]
    good.sort(key=lambda one: order.get((one.arm, one.python), len(order)))
    return [(f"{one.arm} {pythons.get(one.python, '')}" if len(pythons) > 1 else one.arm, one) for one in good]


def wall_times(repetitions: Sequence[Repetition], arms: Sequence[Arm]) -> tuple[Series, ...]:
    """Wall seconds of every good repetition, by arm; with its Python where several take part."""
    found: dict[str, list[float]] = {}
    for label, one in _good(repetitions, arms):
        if one.wall_ns is not None:
            found.setdefault(label, []).append(one.wall_ns / 1e9)
    return tuple(Series(label, tuple(map(float, range(1, len(ys) + 1))), tuple(ys)) for label, ys in found.items())


def repetition_curves(repetitions: Sequence[Repetition], arms: Sequence[Arm]) -> Curves | None:
    """Wall time over the repetitions; None before an arm has two."""
    series = wall_times(repetitions, arms)
    longest = max((len(one.xs) for one in series), default=0)
    ticks = tuple((float(number), str(number)) for number in range(1, longest + 1))
    return Curves("wall time in s, by repetition", series, ticks) if longest > 1 else None


def splits(repetitions: Sequence[Repetition], arms: Sequence[Arm]) -> tuple[Bar, ...]:
    """The split of every worker by arm, from the workers' own accounts. Those that share a kernel task are one bar."""
    found: dict[tuple[str, str], Split] = {}
    for label, one in _good(repetitions, arms):
        own = [(told.worker, told.counters) for told in one.workers if not told.shares_task]
        for worker, counters in own or [(ALL, one.counters)]:
            if counters.wall_ns is None or counters.on_core_ns is None or counters.wants_core_ns is None:
                continue
            piece = Split(counters.wall_ns, counters.on_core_ns, counters.wants_core_ns)
            found[label, worker] = found.get((label, worker), Split()) + piece
    return tuple(Bar(arm, worker, split) for (arm, worker), split in found.items())


def by_arm(bars: Sequence[Bar]) -> tuple[Bar, ...]:
    """The bars of each arm as one: for where there is no room for every worker."""
    found: dict[str, list[Bar]] = {}
    for one in bars:
        found.setdefault(one.arm, []).append(one)
    return tuple(
        Bar(
            arm, figures.plural(len(some), "worker") if len(some) > 1 else some[0].worker, sum((one.split for one in some), Split())
        )
        for arm, some in found.items()
    )


def _bucket(nanoseconds: int) -> int:
    return math.floor(BUCKETS_A_DECADE * math.log10(max(1, nanoseconds)) + 1e-9)


def _edge(bucket: int) -> float:
    return float(10 ** (bucket / BUCKETS_A_DECADE))


def histogram(title: str, found: Mapping[str, Sequence[int]]) -> Curves | None:
    """How many of each arm's times (ns) are how long, in per cent, over buckets of a logarithmic axis; None without any.

    A point stands in the middle of its bucket, and each line begins and ends at nought.
    """
    kept = {label: sorted(values) for label, values in found.items() if values}
    if not kept:
        return None
    first = min(_bucket(values[0]) for values in kept.values()) - 1
    last = max(_bucket(values[-1]) for values in kept.values()) + 1
    edges = [_edge(bucket) for bucket in range(first, last + 2)]
    xs = tuple(_edge(bucket) * 10 ** (0.5 / BUCKETS_A_DECADE) for bucket in range(first, last + 1))
    series = []
    for label, values in kept.items():
        upto = [bisect_left(values, math.ceil(edge - 1e-6)) for edge in edges]
        upto[0], upto[-1] = 0, len(values)
        ys = tuple(100 * (after - before) / len(values) for before, after in pairwise(upto))
        worst = values[min(len(values) - 1, math.ceil(0.99 * len(values)) - 1)]
        about = f"{label}: {len(values):,}, median {figures.duration(median(values))}, p99 {figures.duration(worst)}"
        series.append(Series(about, xs, ys))
    return Curves(title, tuple(series), decades(xs[0], xs[-1]), logarithmic=True)


def decades(low_ns: float, high_ns: float) -> tuple[tuple[float, str], ...]:
    """Ticks at the powers of ten between two times (ns), with their units: 10 µs, 100 µs, 1 ms."""
    names = []
    for power in range(math.ceil(math.log10(low_ns) - 1e-9), math.floor(math.log10(high_ns) + 1e-9) + 1):
        unit, name = min(max(power, 0) // 3, 3), ("ns", "µs", "ms", "s")
        names.append((float(10**power), f"{10 ** (power - 3 * unit):,} {name[unit]}"))
    return tuple(names)


def _kind_of(arm: Arm) -> tuple[object, ...]:
    """What arms that differ in nothing but how many workers they have, have in common."""
    python = arm.python.path if arm.python else ""
    return arm.executor, arm.workload, python, arm.one_core, tuple(sorted(arm.arguments.items()))


def _scaling(arms: Sequence[Arm]) -> list[list[Arm]]:
    """The arms that can be compared by their number of workers: at least three such numbers of one kind, fewest first."""
    found: dict[tuple[object, ...], dict[int, Arm]] = {}
    for arm in arms:
        found.setdefault(_kind_of(arm), {}).setdefault(arm.workers, arm)
    return [[some[number] for number in sorted(some)] for some in found.values() if len(some) >= 3]


def has_speed_ups(arms: Sequence[Arm]) -> bool:
    """Whether a run with these arms has a curve of speed-ups."""
    return bool(_scaling(arms))


def amdahl(points: Sequence[tuple[int, float]], cores: float) -> float | None:
    """The parallel part p of Amdahl's law, S = 1 / (1 - p + p / m) with m = min(workers, cores), that fits best.

    Least squares in 1 / S, which is linear in p; 0 to 1. None without a point of more than one worker. (G. Amdahl, AFIPS 1967.)
    """
    above = below = 0.0
    for workers, speed_up in points:
        gain = 1 - 1 / min(workers, cores)
        if gain > 0 and speed_up > 0:
            above += (1 - 1 / speed_up) * gain
            below += gain * gain
    return min(1.0, max(0.0, above / below)) if below else None


def speed_up_curves(repetitions: Sequence[Repetition], arms: Sequence[Arm], usable_cores: float) -> Curves | None:
    """Work per time over the number of workers, against the fewest workers, with 95 % intervals from three repetitions on.

    With it two bounds that are computed: as many times as there are workers or usable cores; and, where one worker is the
    baseline, Amdahl's law with the parallel part that fits what was measured. None before there are two points.
    """
    series: list[Series] = []
    ticks: dict[int, str] = {}
    groups = _scaling(arms)
    pythons = pythons_of(arms)
    for group in groups:
        walls = [_walls(repetitions, arm) for arm in group]
        if not walls[0]:
            continue
        points: list[tuple[int, float, float, float]] = []
        for arm, wall in zip(group, walls, strict=True):
            both = sorted(wall.keys() & walls[0].keys())
            if not both:
                continue
            first, own = [walls[0][one] for one in both], [wall[one] for one in both]
            work = arm.tasks / group[0].tasks if group[0].tasks else 1.0
            interval = ratio_of_medians(first, own)
            value = work * median(first) / median(own)
            low, high = (work * interval.low, work * interval.high) if interval else (value, value)
            points.append((arm.workers, value, low, high))
        if len(points) < 2:
            continue
        ticks.update({workers: f"{workers:,}" for workers, *_rest in points})
        xs, ys, lows, highs = (tuple(map(float, column)) for column in zip(*points, strict=True))
        label = group[0].executor + (f" {group[0].python.label}" if len(pythons) > 1 and group[0].python else "")
        series.append(Series(label, xs, ys, lows, highs))
        part = amdahl([(workers, value) for workers, value, *_rest in points], usable_cores) if group[0].workers == 1 else None
        if part is not None:
            law = tuple(1 / (1 - part + part / min(workers, usable_cores)) for workers in map(int, xs))
            series.append(Series(f"Amdahl, {figures.percent(part)} parallel", xs, law, computed=True))
    if not series:
        return None
    counts = sorted(ticks)
    least = min(counts[0], usable_cores)
    bound = tuple(min(count, usable_cores) / least for count in counts)
    series.append(Series("ideal", tuple(map(float, counts)), bound, computed=True))
    title = f"speed-up by number of workers, against {counts[0]:,}"
    return Curves(title, tuple(series), tuple((float(one), ticks[one]) for one in counts), logarithmic=counts[-1] >= 8 * counts[0])


def _walls(repetitions: Sequence[Repetition], arm: Arm) -> dict[int, float]:
    """Wall times of an arm by round."""
    path = arm.python.path if arm.python else None
    return {
        one.round: float(one.wall_ns)
        for _label, one in _good(repetitions, (arm,))
        if one.wall_ns and one.arm == arm.name and path in (None, one.python)
    }
