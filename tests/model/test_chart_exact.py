"""Charts from the kernel's own trace: against slices that were written by hand, folded as a live run is."""

from __future__ import annotations

from array import array

from conclab.model.chart_exact import (
    INVOLUNTARY,
    VOLUNTARY,
    exact_by_arm,
    exact_switches,
    sampled_switches,
    slice_lengths,
    wake_up_latencies,
)
from conclab.model.events import RunStarted, Sliced, StepFinished, StepStarted, WorkerFinished, WorkerStarted
from conclab.model.experiments import Arm
from conclab.model.lanes import CELL_NS
from conclab.model.results import Counters, Repetition, WorkerResult
from conclab.model.slices import PREEMPTED, UNENDED, UNKNOWN, ExactTrace, TaskSlices
from conclab.model.switching import Switching
from conclab.model.tasks import TaskId
from conclab.model.timeline import Timeline
from conclab.model.timeline_fold import fold_timeline

MS = 1_000_000
ARMS = (Arm("threads", "threads", "primes", 1, 1),)
ASLEEP = ord("S")


def slices(tid: int, rows: list[tuple[int, int, int, int]]) -> TaskSlices:
    """Rows of (start, end, why it ended, woken), times in ms."""
    starts, ends, why, woken = (array("q", column) for column in zip(*rows, strict=True))
    times = [array("q", (one if one == UNKNOWN else one * MS for one in column)) for column in (starts, ends, woken)]
    unknown = array("q", (UNKNOWN for _ in rows))
    return TaskSlices(TaskId(1, tid, 7), "w", times[0], times[1], array("q", (0 for _ in rows)), why, times[2], times[2], unknown)


def traced(rows: list[tuple[int, int, int, int]], control: bool = False) -> Timeline:
    """A run of one worker, traced from 1,000 to 2,000 ms; another task of the tree is traced, too."""
    (arm,) = ARMS
    told = WorkerResult("w1", 1, 5, 1000 * MS, 2000 * MS, Counters())
    helper = slices(6, [(1000, 1900, ASLEEP, 999)])
    timeline = Timeline()
    for item in (
        RunStarted(900 * MS, "x", "X", {}, (arm,), 3, 1, True, traced=True),
        StepStarted(950 * MS, arm, 0, control),
        WorkerStarted(1000 * MS, "w1", 1, 5, 7, False),
        WorkerFinished(2000 * MS, told),
        StepFinished(2001 * MS, Repetition("threads", "/p", 0, control, "ok")),
        Sliced(2001 * MS, ExactTrace(1000 * MS, 2001 * MS, (slices(5, rows), helper))),
    ):
        timeline = fold_timeline(timeline, item)
    return timeline


ROWS = [
    (1000, 1005, PREEMPTED, UNKNOWN),
    (1010, 1015, PREEMPTED, UNKNOWN),
    (1020, 1021, ASLEEP, UNKNOWN),
    (1400, 1450, ASLEEP, 1390),
    (1990, 1999, UNENDED, 1985),
]


def test_slices_whose_end_is_not_known_have_no_length() -> None:
    curves = slice_lengths(traced(ROWS), ARMS)
    assert curves is not None
    (series,) = curves.series
    assert series.label.startswith("threads: 4, median 5.00 ms")


def test_only_who_was_woken_has_a_latency() -> None:
    curves = wake_up_latencies(traced(ROWS), ARMS)
    assert curves is not None
    (series,) = curves.series
    assert series.label.startswith("threads: 2, median 7.50 ms, p99 10.0 ms")


def test_a_control_repetition_and_a_run_without_a_trace_have_none() -> None:
    assert slice_lengths(traced(ROWS, control=True), ARMS) is None
    assert wake_up_latencies(Timeline(), ARMS) is None
    assert exact_switches(Timeline(), ARMS) is None


def test_every_exact_switch_is_counted_by_its_reason() -> None:
    curves = exact_switches(traced(ROWS), ARMS)
    assert curves is not None
    width_s = 2 * (curves.series[0].xs[0] - 0.1)  # the trace began 100 ms after the run
    totals = {series.label: round(sum(series.ys) * width_s) for series in curves.series}
    assert totals == {VOLUNTARY: 2, INVOLUNTARY: 2}
    assert "exact" in curves.note


def test_sampled_switches_are_rates_and_the_last_point_is_left_out() -> None:
    curves = sampled_switches(Switching(4, 1, ((5, 1), (10, 2), (3, 3))), 4 * CELL_NS)
    assert curves is not None
    voluntary, involuntary = curves.series
    assert (voluntary.ys, involuntary.ys) == ((20, 40), (4, 8))
    assert voluntary.xs == (0.125, 0.375)
    assert sampled_switches(Switching(4, 1, ((5, 1),)), 0) is None


def test_arms_that_were_not_traced_are_left_out() -> None:
    timeline = traced(ROWS)
    assert list(exact_by_arm(timeline, (Arm("other", "fork", "primes", 1, 1), *ARMS))) == ["threads"]
    assert len(exact_by_arm(timeline, ARMS)["threads"]) == 1
