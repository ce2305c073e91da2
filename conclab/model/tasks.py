"""Kernel tasks: what the kernel counts of each thread, and how that becomes the three-way split.

Linux calls a process and a thread alike a *task*. Of each it keeps, readable by its owner:

* ``/proc/PID/task/TID/schedstat``: nanoseconds on a core, nanoseconds runnable but waiting on a run queue, and the number
  of time slices (Documentation/scheduler/sched-stats.rst);
* ``/proc/PID/task/TID/status``: voluntary and involuntary context switches (proc_pid_status(5));
* ``/proc/PID/task/TID/stat``: the state, the core it last ran on (field 39) and when it started (field 22) (proc_pid_stat(5)).

All times are nanoseconds; stamps are CLOCK_MONOTONIC.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TaskId:
    """Identity of a task. A pid alone is not one: the kernel hands pids out again."""

    pid: int
    tid: int
    start_ticks: int | None
    """Start time since boot in clock ticks, field 22 of stat; None where there is no /proc."""


@dataclass(frozen=True, slots=True)
class TaskSample:
    """What the kernel had counted for one task at one moment. Counters only grow; None is "cannot be had here"."""

    task: TaskId
    at_ns: int
    name: str
    state: str
    """R running or runnable, S asleep, D uninterruptible, T stopped, Z dead and unreaped; proc_pid_stat(5)."""
    core: int | None
    """The core it last ran on. Says where it *is* only while the state is R."""
    on_core_ns: int | None
    wants_core_ns: int | None
    slices: int | None
    voluntary: int | None
    """Switches so far; None also while what was read last is older than what the task has done since."""
    involuntary: int | None
    waits_in: str = ""
    """The system call that it sleeps in (futex, clock_nanosleep, read …), or the kernel's function where only that may be read.
    Empty: it is runnable, it was not asked, or that may not be known (proc_pid_syscall(5), proc_pid_wchan(5))."""
    crowded: bool = False
    """It waits in a futex(2) that belongs to a condition which is waited for with a time limit and signalled again and again: as
    one waits for a GIL (``sampling.waits`` says how that is seen, and what it was verified with)."""


@dataclass(frozen=True, slots=True)
class TaskBatch:
    """All tasks of an experiment, read one after the other at about ``at_ns``."""

    at_ns: int
    tasks: tuple[TaskSample, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """Where a stretch of wall time went. The three parts add up to ``wall_ns``."""

    wall_ns: int = 0
    on_core_ns: int = 0
    wants_core_ns: int = 0

    @property
    def blocked_ns(self) -> int:
        """What is left: asleep in the kernel, waiting for a lock, a timer, data."""
        return self.wall_ns - self.on_core_ns - self.wants_core_ns

    def __add__(self, other: Split) -> Split:
        return Split(
            self.wall_ns + other.wall_ns,
            self.on_core_ns + other.on_core_ns,
            self.wants_core_ns + other.wants_core_ns,
        )

    def shares(self) -> tuple[float, float, float] | None:
        """(on a core, wanting one, blocked), each 0 to 1; None when no time has passed."""
        if self.wall_ns <= 0:
            return None
        return (
            self.on_core_ns / self.wall_ns,
            self.wants_core_ns / self.wall_ns,
            self.blocked_ns / self.wall_ns,
        )


@dataclass(frozen=True, slots=True)
class Debt:
    """What a sampled split has handed out ahead of the kernel's books, or still has to hand out.

    The kernel adds run-queue delay only when the wait is over, and on-core time only at a scheduler tick (4 ms at 250 Hz) or
    a switch. Read 20 times a second, a counter may therefore stand still and then jump by more than the interval. Both
    errors are carried over to the next interval, so that over time the sums are the kernel's own.
    """

    on_core_ns: int = 0
    wants_core_ns: int = 0
    """Positive: booked by the kernel, not yet shown. Negative: shown as wanting a core before the kernel booked it."""


def split_between(before: TaskSample, after: TaskSample, debt: Debt) -> tuple[Split, Debt] | None:
    """The split of the time between two samples of one task, and what to carry over.

    None where this system does not count (no schedstat), or where no time has passed.
    """
    if before.on_core_ns is None or after.on_core_ns is None:
        return None
    if before.wants_core_ns is None or after.wants_core_ns is None:
        return None
    wall = after.at_ns - before.at_ns
    if wall <= 0:
        return None
    idle = after.on_core_ns == before.on_core_ns and after.slices == before.slices
    return share_out(
        wall,
        after.on_core_ns - before.on_core_ns,
        after.wants_core_ns - before.wants_core_ns,
        idle and before.state == after.state == "R",
        debt,
    )


def share_out(wall: int, booked_on: int, booked_wants: int, starved: bool, debt: Debt) -> tuple[Split, Debt]:
    """Share ``wall`` ns out among the three parts, from what the kernel has booked in it and what is still owed from before.

    ``starved``: it was runnable all along and never ran, so it is waiting on a run queue now, and the kernel will book that later.
    """
    on_due = booked_on + debt.on_core_ns
    wants_due = booked_wants + debt.wants_core_ns
    # Comparisons, for min and max are calls, and this is done for every sample of every task.
    on_core = 0 if on_due < 0 else wall if on_due > wall else on_due
    rest = wall - on_core
    wants = rest if starved or wants_due > rest else 0 if wants_due < 0 else wants_due
    on_debt, wants_debt = on_due - on_core, wants_due - wants
    return Split(wall, on_core, wants), Debt(on_debt, wants_debt) if on_debt or wants_debt else _NO_DEBT


_NO_DEBT = Debt()
