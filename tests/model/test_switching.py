"""Switches over time: whatever was sampled when, the sums are the workers' own accounts, and the bins stay few."""

from __future__ import annotations

from random import Random

from conclab.model.events import Event, RunStarted, StepFinished, WorkerFinished, WorkerStarted
from conclab.model.lanes import CELL_NS
from conclab.model.results import Counters, Repetition, WorkerResult
from conclab.model.switching import MOST_BINS, Switching, fold_switching
from conclab.model.tasks import TaskBatch, TaskId, TaskSample

MS = 1_000_000


def sample(tid: int, at_ns: int, voluntary: int | None, involuntary: int | None) -> TaskSample:
    return TaskSample(TaskId(1, tid, 7), at_ns, "w", "R", 0, 0, 0, 0, voluntary, involuntary)


def started(tid: int, at_ns: int) -> WorkerStarted:
    return WorkerStarted(at_ns, f"w{tid}", 1, tid, 7, False)


def finished(tid: int, start_ns: int, end_ns: int, voluntary: int, involuntary: int) -> WorkerFinished:
    counters = Counters(end_ns - start_ns, voluntary_switches=voluntary, involuntary_switches=involuntary)
    return WorkerFinished(end_ns + 3 * MS, WorkerResult(f"w{tid}", 1, tid, start_ns, end_ns, counters))


def folded(items: list[Event | TaskBatch]) -> Switching:
    state = fold_switching(Switching(), RunStarted(CELL_NS, "x", "X", {}, (), 3, 1, True))
    for item in items:
        state = fold_switching(state, item)
    return state


def total(state: Switching) -> tuple[int, int]:
    return sum(one for one, _two in state.bins), sum(two for _one, two in state.bins)


def test_sums_are_the_accounts_whatever_was_sampled() -> None:
    """Random lives, samples at random times, some without counters: what no sample has seen is counted at the end."""
    draw = Random(4)
    items: list[Event | TaskBatch] = []
    expected = [0, 0]
    for tid in range(1, 30):
        start, own = draw.randrange(10**9), (draw.randrange(900), draw.randrange(90))
        end, before = start + draw.randrange(1, 3 * 10**9), draw.randrange(50)
        items.append(started(tid, start))
        for part in sorted(draw.random() for _ in range(draw.randrange(6))):
            at = start + int(part * (end - start))
            known = draw.random() > 0.2
            counted = [before + int(part * count) if known else None for count in own]
            items.append(TaskBatch(at, (sample(tid, at, *counted), sample(tid + 1000, at, 5, 5))))
        items.append(finished(tid, start, end, *own))
        expected = [expected[0] + own[0], expected[1] + own[1]]
    items.sort(key=lambda item: item.at_ns)
    assert total(folded(items)) == tuple(expected)


def test_switches_stand_where_they_were_sampled() -> None:
    batches = [TaskBatch(at * CELL_NS, (sample(1, at * CELL_NS, at * 10, at),)) for at in range(2, 6)]
    state = folded([started(1, CELL_NS), *batches])
    assert state.bins == ((0, 0), (10, 1), (10, 1), (10, 1))


def test_a_task_that_is_no_workers_is_not_counted() -> None:
    batches = [TaskBatch(at * CELL_NS, (sample(9, at * CELL_NS, at * 10, at),)) for at in range(1, 5)]
    assert folded([started(1, 0), *batches]).bins == ()


def test_a_new_repetition_on_the_same_tid_counts_from_anew() -> None:
    step = StepFinished(2 * CELL_NS, Repetition("a", "/p", 0, False, "ok"))
    first: list[Event | TaskBatch] = [TaskBatch(CELL_NS, (sample(1, CELL_NS, 500, 5),)), finished(1, 0, CELL_NS, 500, 5), step]
    again: list[Event | TaskBatch] = [
        started(1, 2 * CELL_NS),
        TaskBatch(3 * CELL_NS, (sample(1, 3 * CELL_NS, 3, 0),)),
        finished(1, 2 * CELL_NS, 4 * CELL_NS, 9, 1),
    ]
    assert total(folded([started(1, 0), *first, *again])) == (509, 6)


def test_a_long_run_has_no_more_bins_and_loses_nothing() -> None:
    cells = 5 * MOST_BINS
    batches = [TaskBatch(at * CELL_NS, (sample(1, at * CELL_NS, at, 0),)) for at in range(cells)]
    state = folded([started(1, 0), *batches])
    assert len(state.bins) <= MOST_BINS
    assert total(state) == (cells - 1, 0)
    assert state.width_ns * len(state.bins) >= (cells - 1) * CELL_NS
