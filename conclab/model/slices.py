"""Time slices as the kernel's scheduler reports them: exact, each with its core, why it ended and what it had waited for.

The source is the trace events sched_switch and sched_wakeup (Documentation/trace/events.rst). A slice begins when a task is
switched in and ends when it is switched out; before it the task was *runnable* for a while (it wanted a core), and before that
blocked. Stamps are CLOCK_MONOTONIC nanoseconds (``trace_clock`` mono), the clock of everything else.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from conclab.model.tasks import TaskId

PREEMPTED = ord("R")
"""It could have gone on (prev_state R or R+): the switch was involuntary."""
UNENDED = ord("-")
"""It still ran when the trace ended, or the switch away is not known (events were lost): ``end`` is then the last that is known."""
UNKNOWN = -1
"""Of a stamp or a tid: not known."""


@dataclass(frozen=True, slots=True)
class TaskSlices:
    """All slices of one task, in their order, as columns: a run may have hundreds of thousands. Not to be changed."""

    task: TaskId
    name: str
    """As the kernel called it last; made harmless."""
    start_ns: array[int]
    end_ns: array[int]
    core: array[int]
    ended: array[int]
    """Why: PREEMPTED, UNENDED, or the character of the state that it went into: S asleep, D uninterruptible, T stopped, X or Z
    ended."""
    runnable_ns: array[int]
    """When it began to want a core for this slice: it was woken, or preempted at the end of the slice before. UNKNOWN where
    events are missing."""
    woken_ns: array[int]
    """When it was woken up for this slice; UNKNOWN: it was not, it had been preempted."""
    waker: array[int]
    """Tid of who woke it up; 0: an interrupt or the idle task; UNKNOWN: nobody, or not known."""

    def __len__(self) -> int:
        return len(self.start_ns)


@dataclass(frozen=True, slots=True)
class Gap:
    """Events of one core that the kernel could not keep: nothing is known of that core between both stamps."""

    core: int
    start_ns: int
    end_ns: int
    lost: int
    """How many events; UNKNOWN where the kernel says only that there were some."""


@dataclass(frozen=True, slots=True)
class ExactTrace:
    """The trace of one repetition."""

    start_ns: int
    end_ns: int
    tasks: Sequence[TaskSlices]
    """Every task of the experiment's tree, helpers and main threads included. Which of them are workers, and when, is told by
    ``WorkerStarted`` and ``WorkerFinished``."""
    events: int = 0
    lost: int = 0
    """Events lost in all; those of gaps whose number is not known count as one each."""
    gaps: tuple[Gap, ...] = ()
    drain_cpu_ns: int = 0
    """CPU time that taking the events from the kernel cost while the repetition ran."""
    parse_ns: int = 0
    """Time that making slices of them took, after it was over."""
