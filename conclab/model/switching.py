"""How often the workers of a run switched over time: a fold over its events and samples, pure, of bounded size.

What a worker did before its first sample and after its last one is in its own account, which comes with its end: the difference is
counted then, so that the sums are the kernel's. Switches between two samples are shared out evenly over the time between them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from conclab.model.events import RunStarted, StepFinished, WorkerFinished, WorkerStarted
from conclab.model.lanes import CELL_NS, cell_of, over_cells
from conclab.model.tasks import TaskBatch, TaskId

MOST_BINS = 480
"""When there would be more, two become one."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What is known of one worker's task in this repetition."""

    at_ns: int
    """Of the last sample that had its counters; before there is one, of its start."""
    last: tuple[int, int] | None = None
    """The kernel's counters then: voluntary, involuntary."""
    seen: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Switching:
    """Voluntary and involuntary switches of all workers together, by stretches of time."""

    first: int = 0
    """The cell (``lanes.CELL_NS``) with which the first bin begins: that of the run's start; 0 before it."""
    cells: int = 1
    """How many cells a bin has."""
    bins: tuple[tuple[int, int], ...] = ()
    tasks: Mapping[TaskId, Counted] = field(default_factory=dict)

    @property
    def width_ns(self) -> int:
        return self.cells * CELL_NS

    def with_switches(self, start_ns: int, end_ns: int, voluntary: int, involuntary: int) -> Switching:
        """With so many more between two moments."""
        if voluntary <= 0 and involuntary <= 0:
            return self
        start_ns = min(start_ns, end_ns - 1)
        pieces = list(zip(over_cells(start_ns, end_ns, voluntary), over_cells(start_ns, end_ns, involuntary), strict=True))
        first = self.first or pieces[0][0][0]
        cells, bins = self.cells, self.bins
        while (pieces[-1][0][0] - first) // cells >= MOST_BINS:
            padded = (*bins, (0, 0))
            bins = tuple((one[0] + two[0], one[1] + two[1]) for one, two in zip(padded[::2], padded[1::2], strict=False))
            cells *= 2
        grown = list(bins)
        for (cell, more), (_cell, forced) in pieces:
            number = max(0, cell - first) // cells
            grown += [(0, 0)] * (number + 1 - len(grown))
            grown[number] = (grown[number][0] + more, grown[number][1] + forced)
        return Switching(first, cells, tuple(grown), self.tasks)


def _run_started(_state: Switching, event: RunStarted) -> Switching:
    return Switching(first=cell_of(event.at_ns))


def _worker_started(state: Switching, event: WorkerStarted) -> Switching:
    task = TaskId(event.pid, event.tid, event.start_ticks)
    if event.shares_task and task in state.tasks:
        return state
    return replace(state, tasks={**state.tasks, task: Counted(event.at_ns)})


def _worker_finished(state: Switching, event: WorkerFinished) -> Switching:
    told = event.result
    task = next((one for one in state.tasks if (one.pid, one.tid) == (told.pid, told.tid)), None)
    if task is None or told.shares_task:
        return state
    known = state.tasks[task]
    state = replace(state, tasks={one: counted for one, counted in state.tasks.items() if one != task})
    voluntary = max(0, (told.counters.voluntary_switches or 0) - known.seen[0])
    involuntary = max(0, (told.counters.involuntary_switches or 0) - known.seen[1])
    return state.with_switches(known.at_ns, max(known.at_ns + 1, told.ended_ns), voluntary, involuntary)


def _step_finished(state: Switching, _event: StepFinished) -> Switching:
    return replace(state, tasks={}) if state.tasks else state


def _sampled(state: Switching, batch: TaskBatch) -> Switching:
    tasks = dict(state.tasks)
    voluntary = involuntary = 0
    since = batch.at_ns
    for sample in batch.tasks:
        known = tasks.get(sample.task)
        if known is None or sample.voluntary is None or sample.involuntary is None:
            continue
        now = (sample.voluntary, sample.involuntary)
        if known.last is None:
            tasks[sample.task] = Counted(sample.at_ns, now)
            continue
        more = (max(0, now[0] - known.last[0]), max(0, now[1] - known.last[1]))
        voluntary, involuntary, since = voluntary + more[0], involuntary + more[1], min(since, known.at_ns)
        tasks[sample.task] = Counted(sample.at_ns, now, (known.seen[0] + more[0], known.seen[1] + more[1]))
    return Switching(state.first, state.cells, state.bins, tasks).with_switches(since, batch.at_ns, voluntary, involuntary)


_FOLDS: dict[type, Callable[[Switching, Any], Switching]] = {
    RunStarted: _run_started,
    WorkerStarted: _worker_started,
    WorkerFinished: _worker_finished,
    StepFinished: _step_finished,
    TaskBatch: _sampled,
}


def fold_switching(state: Switching, item: object) -> Switching:
    """The state after one more event or batch; what is none of its concern changes nothing."""
    step = _FOLDS.get(type(item))
    return step(state, item) if step is not None else state
