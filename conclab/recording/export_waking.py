"""Of an exact trace: whose a slice is, and which slice led to which, because one task woke another up."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from conclab.model.slices import UNKNOWN, TaskSlices
from conclab.model.tasks import TaskId
from conclab.recording.export_steps import Life


class Names:
    """What a task is called at a moment: as the worker that lived on it then, else as the kernel calls it."""

    def __init__(self, lives: Sequence[Life], tasks: Sequence[TaskSlices]) -> None:
        by_task: dict[TaskId, list[Life]] = {}
        for life in sorted(lives, key=lambda one: one.start_ns):
            by_task.setdefault(life.task, []).append(life)
        self._lives = [by_task.get(one.task, []) for one in tasks]
        self._starts = [[life.start_ns for life in mine] for mine in self._lives]
        self._helpers = [f"{one.name} (no worker)" for one in tasks]
        self._tids: dict[int, str] = {0: "an interrupt"}
        for mine, one, helper in zip(self._lives, tasks, self._helpers, strict=True):
            self._tids[one.task.tid] = mine[0].worker if len(mine) == 1 else helper.removesuffix(" (no worker)")

    def of(self, number: int, start_ns: int, end_ns: int) -> str:
        """Whoever lived in the middle of it, or at its end (a worker says that it has begun within its first slice)."""
        lives = self._lives[number]
        for at_ns in ((start_ns + end_ns) // 2, end_ns):
            found = bisect_right(self._starts[number], at_ns) - 1
            if found >= 0:
                until = lives[found].end_ns
                if until is None or start_ns <= until:
                    return lives[found].worker
        return self._helpers[number]

    def of_tid(self, tid: int) -> str:
        """Who wakes others up; a tid that is not of the experiment is told as it is."""
        return self._tids.get(tid) or f"tid {tid}"


Place = tuple[int, int]
"""A slice: number of its task, number among that task's."""


def flows(tasks: Sequence[TaskSlices], first: int) -> tuple[dict[Place, list[int]], dict[Place, int]]:
    """The arrows that begin in a slice, and the one that ends in it: from who woke a task up to what it then did."""
    by_tid = {one.task.tid: number for number, one in enumerate(tasks)}
    begins: dict[Place, list[int]] = {}
    ends: dict[Place, int] = {}
    for number, one in enumerate(tasks):
        for index, (woken, waker) in enumerate(_woken(one)):
            source = by_tid.get(waker)
            if source is None or woken == UNKNOWN:
                continue
            place = bisect_right(tasks[source].start_ns, woken) - 1
            if place >= 0 and woken <= tasks[source].end_ns[place]:
                first += 1
                begins.setdefault((source, place), []).append(first)
                ends[number, index] = first
    return begins, ends


def _woken(one: TaskSlices) -> Iterator[tuple[int, int]]:
    return zip(one.woken_ns, one.waker, strict=True)
