"""Timelines made by hand, and by chance, for the tests of what is asked of them."""

from __future__ import annotations

import random
from array import array
from collections.abc import Sequence

from conclab.model.events import RunStarted, Sliced, StepFinished, StepStarted, WorkerFinished, WorkerStarted
from conclab.model.experiments import Arm
from conclab.model.results import Counters, Repetition, WorkerResult
from conclab.model.slices import UNKNOWN, ExactTrace, TaskSlices
from conclab.model.tasks import TaskBatch, TaskId, TaskSample
from conclab.model.timeline import Timeline
from conclab.model.timeline_fold import fold_timeline

MS = 1_000_000
S = ord("S")
R = ord("R")
ARM = Arm("threads", "threads", "primes", 2, 2, {})

Slice = tuple[int, int, int, int, int, int, int]
"""start, end, core, why it ended, runnable since, woken at, by whom."""


def task(number: int) -> TaskId:
    return TaskId(100, 100 + number, 1)


def sliced(number: int, slices: Sequence[Slice]) -> TaskSlices:
    columns: list[array[int]] = (
        [array("q", column) for column in zip(*slices, strict=True)] if slices else [array("q") for _ in range(7)]
    )
    start, end, core, ended, runnable, woken, waker = columns
    return TaskSlices(task(number), f"w{number}", start, end, core, ended, runnable, woken, waker)


def by_chance(seed: int, start_ns: int, end_ns: int, cores: int = 2, mean_ns: int = MS) -> list[Slice]:
    """Slices as a kernel might tell them: preempted ones go on wanting a core, sleepers are woken."""
    chance, at, ended = random.Random(seed), start_ns, S
    found: list[Slice] = []
    while True:
        ready = at if ended == R else at + chance.randrange(mean_ns)
        start = ready + chance.randrange(mean_ns // 2)
        end = start + 1 + chance.randrange(mean_ns)
        if end > end_ns:
            return found
        woken = UNKNOWN if ended == R else ready
        ended = chance.choice((R, S))
        found.append((start, end, chance.randrange(cores), ended, ready, woken, 0 if woken != UNKNOWN else UNKNOWN))
        at = end


def sample(number: int, at_ns: int, on_ns: int, wants_ns: int, core: int = 0, state: str = "S", waits_in: str = "") -> TaskSample:
    return TaskSample(task(number), at_ns, f"w{number}", state, core, on_ns, wants_ns, at_ns // MS, 0, 0, waits_in)


def begun(workers: int = 2, start_ns: int = 0) -> Timeline:
    """A run whose first repetition has begun, with so many workers."""
    timeline = fold_timeline(Timeline(), RunStarted(start_ns, "x", "x", {}, (ARM,), 1, 1, True))
    timeline = fold_timeline(timeline, StepStarted(start_ns, ARM, 0, False))
    for number in range(1, workers + 1):
        timeline = fold_timeline(timeline, WorkerStarted(start_ns, f"w{number}", 100, 100 + number, 1, False))
    return timeline


def finished(timeline: Timeline, number: int, end_ns: int, on_ns: int | None = None, wants_ns: int | None = None) -> Timeline:
    counters = Counters(wall_ns=end_ns, on_core_ns=on_ns, wants_core_ns=wants_ns)
    return fold_timeline(
        timeline, WorkerFinished(end_ns, WorkerResult(f"w{number}", 100, 100 + number, 0, end_ns, counters, 1, False))
    )


def stepped(timeline: Timeline, end_ns: int) -> Timeline:
    return fold_timeline(timeline, StepFinished(end_ns, Repetition("threads", "", 0, False, "ok", end_ns)))


def traced(timeline: Timeline, end_ns: int, *tasks: TaskSlices, lost: int = 0) -> Timeline:
    return fold_timeline(timeline, Sliced(end_ns, ExactTrace(0, end_ns, tasks, lost=lost)))


def sampled(timeline: Timeline, *batches: Sequence[TaskSample]) -> Timeline:
    for batch in batches:
        timeline = fold_timeline(timeline, TaskBatch(batch[-1].at_ns, tuple(batch)))
    return timeline
