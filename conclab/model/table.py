"""The task table: every process, and every thread of it, as the monitor shows them.

A row is immutable, and a task that has not run since the last table is the *same object* in the next one: whoever draws, sorts or
keeps histories tells by identity (``is``) what has changed, and does nothing for what has not. That is what lets a table of ten
thousand tasks be refreshed every second for next to nothing. Rows are named tuples rather than dataclasses because a table makes
thousands of them: a tuple of forty is made in a fraction of the time.

A rate is what was counted since the table before, divided by the time that really passed. None is "cannot be had": not readable for
this user, not counted by this system, or no second look yet. It is shown as blank and never as 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

WHOLE = 0
"""The ``tid`` of a row that stands for a whole process, all its threads taken together."""


class RowId(NamedTuple):
    """Identity of a row. Pids are handed out again, so when it started belongs to it."""

    pid: int
    tid: int
    """The thread's; WHOLE (0) for the process as a whole."""
    start: int
    """Clock ticks from boot to its start, field 22 of proc_pid_stat(5); elsewhere hundredths of a second since the epoch."""


class TaskRow(NamedTuple):
    """One process or one thread between two looks. The main thread of a process that shows its threads has a row of its own."""

    id: RowId
    parent: int
    """Pid of the parent process; of a thread, the process that it belongs to."""
    kernel: bool
    """A thread of the kernel itself: PF_KTHREAD in field 9 of proc_pid_stat(5)."""
    uid: int | None = None
    user: str | None = None
    name: str = ""
    """What the kernel calls it (comm): at most 15 bytes, and a thread can have its own."""
    command: str = ""
    """The command line, made harmless; of a kernel thread or where there is none, the name in brackets; of a thread its name."""
    state: str = "?"
    """R running or runnable, S asleep, D uninterruptible, T stopped, t traced, Z dead and unreaped, I idle; proc_pid_stat(5).
    Of a process: that of its main thread, or R when any of its threads is seen running."""
    core: int | None = None
    """The core it last ran on."""
    priority: int | None = None
    """The kernel's (field 18): 20 + nice, or below zero for a real-time policy."""
    nice: int | None = None
    policy: int | None = None
    """0 OTHER, 1 FIFO, 2 RR, 3 BATCH, 5 IDLE, 6 DEADLINE, 7 EXT: sched(7)."""
    rt_priority: int | None = None
    threads: int | None = None
    """How many threads the process has."""
    virtual_bytes: int | None = None
    resident_bytes: int | None = None
    shared_bytes: int | None = None
    memory_share: float | None = None
    """Resident memory as a share of the machine's, 0 to 1."""
    pss_bytes: int | None = None
    """Proportional set size: shared pages divided by how many share them (smaps_rollup)."""
    cpu_share: float | None = None
    """CPU time over elapsed time; 1.0 is one core. Of a process: the sum over its threads, those included that have ended."""
    delay_share: float | None = None
    """Run-queue delay over elapsed time: 1.0 is one thread that wanted a core all the time. Of a process: the sum over the threads
    that it has. What one did between the last table and its end is kept nowhere, neither this nor its switches."""
    blocked_share: float | None = None
    """What is left of a thread's time, 0 to 1. Of threads only: a process has as many as it has threads. None of one that has
    started since the table before: until then it was not blocked."""
    cpu_time_s: float | None = None
    """CPU time since it started; of a process with its threads that have ended."""
    start_s: float | None = None
    """When it started, seconds since the epoch."""
    started: str = ""
    """The same in local time, as month-day hour:minute."""
    voluntary_per_s: float | None = None
    involuntary_per_s: float | None = None
    """Context switches a second; of a process summed over its threads."""
    migrations_per_s: float | None = None
    minor_faults_per_s: float | None = None
    major_faults_per_s: float | None = None
    read_bytes_per_s: float | None = None
    """Bytes that it made the storage layer fetch; write likewise: proc_pid_io(5). Only its own user (and root) may read that."""
    write_bytes_per_s: float | None = None
    cgroup: str | None = None
    affinity: str | None = None
    """Cores that it may use, as the kernel lists them: 0-3,8."""
    waits_in: str | None = None
    """The kernel function that it sleeps in (wchan)."""

    @property
    def is_thread(self) -> bool:
        return self.id.tid != WHOLE

    @property
    def pid(self) -> int:
        """The number that the kernel and other tools call this row by: of a thread its tid."""
        return self.id.tid or self.id.pid


@dataclass(frozen=True, slots=True)
class TaskTable:
    """All rows at one moment, processes by pid and each one's threads after it. Order for the eye is made elsewhere."""

    at_ns: int
    rows: tuple[TaskRow, ...]
    born: frozenset[RowId] = frozenset()
    """Who is new since the table before; empty in the first."""
    ended: tuple[TaskRow, ...] = ()
    """Last rows of those that have ended since."""
    changed: tuple[TaskRow, ...] | None = None
    """Rows that are not the same object as in the table before, new ones included. None: nobody has kept account of it."""


# What costs extra to read, and is read only for rows that are shown, or for all when a filter or the order depends on it.
QUEUE, STATUS, SCHED, IO, SHARED = "queue", "status", "sched", "io", "shared"
PSS, CGROUP, WCHAN, AFFINITY = "pss", "cgroup", "wchan", "affinity"
"""QUEUE: the run-queue delay of every thread (schedstat). STATUS: its switches. SCHED: its migrations. The rest: as its column."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to see of the table; what they do not is not read."""

    threads: bool = False
    """Rows for the threads of processes that have several."""
    visible: frozenset[RowId] | None = frozenset()
    """The rows in view. None: all of them."""
    needs: frozenset[str] = frozenset()
    """Costly readings (STATUS, IO, …) for the rows in view."""
    needs_of_all: frozenset[str] = frozenset()
    """Costly readings for every row: the order or a filter depends on them."""
    every_s: float = 1.0
    """Seconds between two tables."""
    acted_on: frozenset[int] = frozenset()
    """Pids of processes that were just acted on: they are looked at anew even though they sleep."""
