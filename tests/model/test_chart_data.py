"""What charts show, as figures: checked against what was put in."""

from __future__ import annotations

import math

import pytest

from conclab.model.chart_data import (
    ALL,
    amdahl,
    by_arm,
    decades,
    has_speed_ups,
    histogram,
    repetition_curves,
    speed_up_curves,
    splits,
    wall_times,
)
from conclab.model.experiments import Arm, Interpreter
from conclab.model.results import Counters, Repetition, WorkerResult

ONE, OTHER = Interpreter("/a", "cpython", "3.13.1", False), Interpreter("/b", "cpython", "3.13.1", True)


def arm(name: str, workers: int = 2, tasks: int = 16, executor: str = "threads", python: Interpreter = ONE) -> Arm:
    return Arm(name, executor, "primes", workers, tasks, python=python)


def repetition(
    name: str, wall_s: float | None, number: int = 0, python: str = "/a", outcome: str = "ok", control: bool = False
) -> Repetition:
    return Repetition(name, python, number, control, outcome, None if wall_s is None else int(wall_s * 1e9))


def test_each_arm_is_a_series_in_the_order_that_the_experiment_has() -> None:
    found = [repetition(name, wall) for wall in (1.0, 1.1) for name in ("processes", "threads")]
    series = wall_times(found, (arm("threads"), arm("processes")))
    assert [(one.label, one.ys) for one in series] == [("threads", (1.0, 1.1)), ("processes", (1.0, 1.1))]


def test_what_failed_or_was_a_control_or_could_not_be_measured_is_left_out() -> None:
    found = [
        repetition("threads", 1.0),
        repetition("threads", 9.0, outcome="it died"),
        repetition("threads", 8.0, control=True),
        repetition("threads", None),
    ]
    assert [one.ys for one in wall_times(found, (arm("threads"),))] == [(1.0,)]
    assert repetition_curves(found, (arm("threads"),)) is None, "one repetition makes no line"


def test_several_pythons_have_series_of_their_own() -> None:
    found = [repetition("threads", 1.0), repetition("threads", 0.5, python="/b")]
    series = wall_times(found, (arm("threads"), arm("threads", python=OTHER)))
    assert [(one.label, one.ys) for one in series] == [("threads 3.13", (1.0,)), ("threads 3.13t", (0.5,))]


def life(worker: str, wall: int, on: int | None, wants: int, shares: bool = False) -> WorkerResult:
    return WorkerResult(worker, 1, 1, 0, wall, Counters(wall, on, wants), shares_task=shares)


def test_splits_add_up_over_repetitions() -> None:
    lives = (life("w1", 100, 20, 10), life("w2", 300, 30, 3))
    found = [Repetition("threads", "/a", number, False, "ok", 1, workers=lives) for number in (0, 1)]
    bars = splits(found, (arm("threads"),))
    assert [(bar.worker, bar.split.wall_ns, bar.split.on_core_ns, bar.split.wants_core_ns) for bar in bars] == [
        ("w1", 200, 40, 20),
        ("w2", 600, 60, 6),
    ]
    (whole,) = by_arm(bars)
    assert (whole.worker, whole.split.wall_ns, whole.split.blocked_ns) == ("two workers", 800, 674)


def test_workers_on_one_task_are_one_bar_and_what_was_not_counted_is_none() -> None:
    lives = (life("w1", 100, 20, 10, shares=True), life("w2", 100, 20, 10, shares=True))
    loop = Repetition("asyncio", "/a", 0, False, "ok", 1, counters=Counters(100, 20, 10), workers=lives)
    blank = Repetition("threads", "/a", 0, False, "ok", 1, workers=(life("w1", 100, None, 0),))
    assert [(bar.arm, bar.worker) for bar in splits([loop, blank], (arm("asyncio"), arm("threads")))] == [("asyncio", ALL)]


def test_a_histogram_counts_everything_once() -> None:
    values = [1, 9, 10, 11, 99, 100, 5_000, 5_000_000]
    curves = histogram("lengths", {"threads": values, "none": []})
    assert curves is not None
    (series,) = curves.series
    assert math.isclose(sum(series.ys), 100)
    assert series.ys[0] == series.ys[-1] == 0
    peak = max(range(len(series.ys)), key=series.ys.__getitem__)
    assert 10 <= series.xs[peak] < 20, "10 and 11 are in the bucket from 10 to 17.8"
    assert "8, median 55.0 ns, p99 5.00 ms" in series.label
    assert histogram("lengths", {"none": []}) is None


@pytest.mark.parametrize("value", [1, 10, 100, 1000, 10**6, 10**9])
def test_a_power_of_ten_lies_in_the_bucket_that_it_begins(value: int) -> None:
    curves = histogram("lengths", {"a": [value]})
    assert curves is not None
    (series,) = curves.series
    assert value < series.xs[series.ys.index(100)] < value * 1.8


def test_decades_have_units() -> None:
    assert [name for _at, name in decades(5e2, 2e9)] == ["1 µs", "10 µs", "100 µs", "1 ms", "10 ms", "100 ms", "1 s"]


def test_amdahl_is_found_again() -> None:
    points = [(workers, 1 / (0.1 + 0.9 / min(workers, 8))) for workers in (1, 2, 4, 8, 16)]
    part = amdahl(points, 8)
    assert part is not None
    assert math.isclose(part, 0.9)
    assert amdahl([(1, 1.0)], 8) is None
    assert amdahl([(2, 0.5)], 8) == 0, "slower with more is not less than nothing"


def test_speed_ups_have_intervals_and_bounds() -> None:
    arms = tuple(arm(f"{workers}x", workers) for workers in (1, 2, 4))
    walls = {"1x": (4.0, 4.4, 3.6), "2x": (2.0, 2.2, 1.8), "4x": (2.0, 2.2, 1.8)}
    found = [repetition(name, wall, number) for name, some in walls.items() for number, wall in enumerate(some)]
    curves = speed_up_curves(found, arms, 2)
    assert curves is not None
    measured, law, ideal = curves.series
    assert measured.xs == (1, 2, 4)
    assert measured.ys == pytest.approx((1, 2, 2))
    assert all(low <= y <= high for low, y, high in zip(measured.lows, measured.ys, measured.highs, strict=True))
    assert law.label == "Amdahl, 100 % parallel"
    assert law.computed
    assert ideal.ys == (1, 2, 2), "two cores can be used"


def test_more_work_counts_as_more() -> None:
    """Who does twice the work in the same time is twice as fast."""
    arms = tuple(arm(f"{workers}x", workers, tasks=workers) for workers in (1, 2, 4))
    curves = speed_up_curves([repetition(one.name, 1.0) for one in arms], arms, 4)
    assert curves is not None
    assert curves.series[0].ys == (1, 2, 4)


def test_arms_that_differ_in_more_than_workers_are_no_curve() -> None:
    assert not has_speed_ups((arm("a", 1), arm("b", 2, executor="fork"), arm("c", 4)))
    assert has_speed_ups((arm("a", 1), arm("b", 2), arm("c", 4)))
    assert speed_up_curves([], (arm("a", 1), arm("b", 2), arm("c", 4)), 2) is None
