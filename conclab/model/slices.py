"""Time slices as the kernel's scheduler reports them: exact, each with its core, why it ended and what it had waited for.

The source is the trace events sched_switch, sched_waking and sched_wakeup (Documentation/trace/events.rst). A slice begins when
a task is switched in and ends when it is switched out; before it the task was *runnable* for a while (it wanted a core), and
before that blocked. Stamps are CLOCK_MONOTONIC nanoseconds (``trace_clock`` mono), the clock of everything else. What is asked
of slices is answered here and in ``slice_index``.

Time that a hypervisor took (steal) is part of whatever was going on then, mostly of a slice; schedstat and CPU clocks leave it out,
so that on such a machine a task may have some milliseconds more on a core here than by its own account.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from conclab.model.tasks import TaskId

PREEMPTED = ord("R")
"""It could have gone on (prev_state R or R+): the switch was involuntary."""
UNENDED = ord("-")
"""It still ran when the trace ended, or the switch away is not known (events were lost): ``end`` is then the last that is known."""
GONE = (ord("X"), ord("Z"))
"""The task ended with it."""
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
    """When it began to want a core for this slice, by the kernel's books (schedstat's run-queue delay counts from there): it had
    been put on a run queue (sched_wakeup), or was preempted at the end of the slice before. UNKNOWN where events are missing."""
    woken_ns: array[int]
    """When somebody began to wake it up for this slice (sched_waking), at most a few microseconds before it was runnable, or as
    long as an idle core takes to hear of it; UNKNOWN: nobody did, it had been preempted, or that is not known."""
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
    """Events lost in all: those of gaps (at least one each where the number is not known), and switches and wake-ups that must have
    been because of what came after them and were not reported. Where the beginning of a slice cannot be told either
    (``sampling.trace_slices`` says when it can), it has no length and stands at its end; the time from the slice before until then
    is not known."""
    gaps: tuple[Gap, ...] = ()
    drain_cpu_ns: int = 0
    """CPU time that taking the events from the kernel cost while the repetition ran."""
    parse_ns: int = 0
    """Time that making slices of them took, after it was over."""


class Doing(StrEnum):
    """What a task does at a moment."""

    ON_CORE = "on a core"
    WANTS_CORE = "wants a core"
    BLOCKED = "blocked"
    NOT_THERE = "not there"
    """Before its first slice, or after it has ended."""
    UNKNOWN = "not known"
    """Events are missing."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A task at one moment."""

    doing: Doing
    number: int
    """The slice: the one it is in, else the one that follows (then ``len`` when none does)."""
    since_ns: int = UNKNOWN
    until_ns: int = UNKNOWN
    """UNKNOWN: it went on beyond the trace."""
    core: int = UNKNOWN
    """Where it is, or for which it waits: the core of the slice that follows."""
    waker: int = UNKNOWN
    """Who woke it up for this slice or for this wait; as in ``TaskSlices.waker``."""


def at(slices: TaskSlices, at_ns: int) -> Moment:
    """What the task does at that moment."""
    following = bisect_right(slices.start_ns, at_ns)
    number = following - 1
    if number >= 0 and at_ns < slices.end_ns[number]:
        return Moment(
            Doing.ON_CORE, number, slices.start_ns[number], slices.end_ns[number], slices.core[number], slices.waker[number]
        )
    ended = slices.ended[number] if number >= 0 else UNENDED
    left_ns = slices.end_ns[number] if number >= 0 else UNKNOWN
    if following == len(slices):
        if number < 0 or ended in GONE:
            return Moment(Doing.NOT_THERE, following, left_ns)
        doing = Doing.WANTS_CORE if ended == PREEMPTED else Doing.UNKNOWN if ended == UNENDED else Doing.BLOCKED
        return Moment(doing, following, left_ns)
    core, ready_ns = slices.core[following], slices.runnable_ns[following]
    if ready_ns != UNKNOWN and at_ns >= ready_ns:
        return Moment(Doing.WANTS_CORE, following, ready_ns, slices.start_ns[following], core, slices.waker[following])
    if number < 0:
        return Moment(Doing.NOT_THERE, following, UNKNOWN, ready_ns)
    if ready_ns == UNKNOWN or ended in (UNENDED, PREEMPTED):
        return Moment(Doing.UNKNOWN, following, left_ns, slices.start_ns[following])
    return Moment(Doing.BLOCKED, following, left_ns, ready_ns)


def within(slices: TaskSlices, start_ns: int, end_ns: int) -> range:
    """The numbers of the slices that began in that stretch, its end excluded."""
    return range(bisect_left(slices.start_ns, start_ns), bisect_left(slices.start_ns, end_ns))


def switches(slices: TaskSlices, start_ns: int, end_ns: int) -> tuple[int, int]:
    """How often it was switched away in that stretch: (voluntary, involuntary), as the kernel counts: whoever could have gone on
    was switched away against its will, a yield included (nonvoluntary_ctxt_switches of proc_pid_status(5))."""
    ended = slices.ended[bisect_left(slices.end_ns, start_ns) : bisect_left(slices.end_ns, end_ns)]
    involuntary = ended.count(PREEMPTED)
    return len(ended) - involuntary - ended.count(UNENDED), involuntary


def migrations(slices: TaskSlices, start_ns: int, end_ns: int) -> int:
    """How often it came back to another core than it had left. The kernel's count (nr_migrations) may be a little higher: a task
    that is moved twice while it waits ran nowhere in between."""
    here = within(slices, max(start_ns, slices.start_ns[0] + 1) if len(slices) else start_ns, end_ns)
    cores = slices.core[here.start - 1 : here.stop] if here else slices.core[:0]
    return sum(before != after for before, after in pairwise(cores))


def lengths(slices: TaskSlices, start_ns: int, end_ns: int) -> list[int]:
    """Nanoseconds of each slice that began in that stretch; not of one whose beginning or end is not known."""
    here = within(slices, start_ns, end_ns)
    columns = (column[here.start : here.stop] for column in (slices.start_ns, slices.end_ns, slices.ended))
    return [end - start for start, end, ended in zip(*columns, strict=True) if ended != UNENDED and start < end]


def latencies(slices: TaskSlices, start_ns: int, end_ns: int) -> list[int]:
    """Nanoseconds from being woken up to being on a core, of each slice in that stretch that it was woken up for."""
    here = within(slices, start_ns, end_ns)
    columns = (column[here.start : here.stop] for column in (slices.start_ns, slices.woken_ns))
    return [start - woken for start, woken in zip(*columns, strict=True) if woken != UNKNOWN]
