"""Exact traces for the scripted feed: slices that the scripted workers could have had, by the same simple rules as their samples.

Under a GIL one runs at a time and is relieved after the switch interval; who spins runs until it is another's turn; who sleeps is
woken for a moment now and then. From a seed comes the unevenness. Nothing of it was measured.
"""

from __future__ import annotations

import random
from array import array
from collections.abc import Sequence

from conclab.model.results import WorkerResult
from conclab.model.slices import PREEMPTED, UNKNOWN, ExactTrace, TaskSlices
from conclab.model.tasks import TaskId
from conclab.sampling.scripted import SHARING_GIL, SLEEPING

_INTERVAL_NS = 5_000_000
"""sys.getswitchinterval()."""
_TURN_NS = 4_000_000
_NAP_NS = 20_000_000
_SLEEPS = ord("S")
_INTERRUPT = 0


def ticks_of(tid: int) -> int:
    """When a scripted task began, in clock ticks since boot."""
    return 4_711 + tid


class _Making:
    """The columns of one task, under construction."""

    def __init__(self, results: Sequence[WorkerResult]) -> None:
        """``results``: those who were on the task."""
        self.name, self.pid, self.tid = results[0].worker, results[0].pid, results[0].tid
        self.start_ns, self.end_ns = results[0].started_ns, max(result.ended_ns for result in results)
        self.columns = tuple(array("q") for _ in range(7))

    def add(self, start: int, end: int, core: int, ended: int, ready: int, waker: int) -> None:
        woken = UNKNOWN if waker == UNKNOWN else ready
        for column, value in zip(self.columns, (start, end, core, ended, ready, woken, waker), strict=True):
            column.append(value)

    def made(self) -> TaskSlices:
        return TaskSlices(TaskId(self.pid, self.tid, ticks_of(self.tid)), self.name, *self.columns)


def scripted_trace(behaviour: str, together: bool, results: Sequence[WorkerResult], cores: int, seed: int) -> ExactTrace:
    """The trace of a repetition whose workers were these."""
    chance = random.Random(seed)
    on_task: dict[int, list[WorkerResult]] = {}
    for result in results:
        on_task.setdefault(result.tid, []).append(result)
    by_task = {tid: _Making(those) for tid, those in on_task.items()}
    workers = list(by_task.values())
    if not together:  # one after the other, perhaps all on one task
        for result in results:
            _alone(by_task[result.tid], result.started_ns, result.ended_ns, chance)
    elif behaviour == SHARING_GIL:
        _sharing(workers, cores, chance)
    elif behaviour == SLEEPING:
        for number, worker in enumerate(workers):
            _sleeping(worker, number % cores, chance)
    else:
        for core in range(cores):
            _in_turns(workers[core::cores], core, chance)
    start, end = min(one.started_ns for one in results), max(one.ended_ns for one in results)
    tasks = tuple(one.made() for one in by_task.values())
    return ExactTrace(start, end, tasks, events=sum(2 * len(task) for task in tasks))


def _alone(worker: _Making, at: int, end: int, chance: random.Random) -> None:
    """On a core all the time, but for moments in which the kernel has something to do there."""
    ready, waker = at, _INTERRUPT
    while at < end:
        stop = min(end, at + chance.randrange(40_000_000, 160_000_000))
        worker.add(at, stop, 0, PREEMPTED if stop < end else _SLEEPS, ready, waker)
        ready, waker, at = stop, UNKNOWN, stop + chance.randrange(20_000, 400_000)


def _sharing(workers: Sequence[_Making], cores: int, chance: random.Random) -> None:
    at, last, core = min(one.start_ns for one in workers), None, 0
    while True:
        alive = [one for one in workers if one.start_ns <= at < one.end_ns]
        if not alive:
            return
        holder = chance.choice([one for one in alive if one is not last] or alive)
        ready, at = at, at + chance.randrange(8_000, 90_000)
        stop = min(holder.end_ns, at + _INTERVAL_NS + chance.randrange(300_000))
        if stop <= at:
            at = ready + 100_000
            continue
        core = chance.randrange(cores) if chance.random() < 0.3 else core
        holder.add(at, stop, core, _SLEEPS, ready, last.tid if last is not None else _INTERRUPT)
        last, at = holder, stop


def _in_turns(workers: Sequence[_Making], core: int, chance: random.Random) -> None:
    """Those who share one core, in turns."""
    if not workers:
        return
    at = workers[0].start_ns
    ready = {one.tid: (one.start_ns, _INTERRUPT) for one in workers}
    while True:
        alive = [one for one in workers if at < one.end_ns]
        if not alive:
            return
        one = min(alive, key=lambda worker: ready[worker.tid][0])
        since, waker = ready[one.tid]
        at = max(at, since)
        stop = min(one.end_ns, at + (_TURN_NS + chance.randrange(1_000_000)) * (1 if len(alive) > 1 else 12))
        if stop > at:
            one.add(at, stop, core, PREEMPTED, since, waker)
        ready[one.tid] = (stop, UNKNOWN)
        at = max(stop, at) + chance.randrange(2_000, 6_000)


def _sleeping(worker: _Making, core: int, chance: random.Random) -> None:
    at, end = worker.start_ns, worker.end_ns
    while at < end:
        start = at + chance.randrange(5_000, 60_000)
        stop = start + chance.randrange(40_000, 300_000)
        if stop > end:
            return
        worker.add(start, stop, core, _SLEEPS, at, _INTERRUPT)
        at = stop + chance.randrange(_NAP_NS // 2, _NAP_NS)
