"""Rows of the task table, from what has been read of a process or a thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from conclab.model.table import TaskRow
from conclab.sampling.table_facts import PAGE_BYTES, TICKS_PER_S, Facts
from conclab.sampling.table_task import Task
from conclab.sampling.task_text import Stat

if TYPE_CHECKING:
    from conclab.sampling.table_process import Process


class Look(NamedTuple):
    """What a look at a process has found, beside what the process keeps."""

    before: Stat | None
    """Its stat at the look before."""
    wall_ns: int | None
    """Time since then; None: nothing to compare with."""
    on_ns: int | None
    """Time on a core, of its threads and of those that have ended in between."""
    tasks: Sequence[Task] | None
    """Its threads, where they were counted both times."""
    running: bool
    """One of its threads is seen running."""
    stored: tuple[int, int] | None
    """Bytes read from and written to storage."""


def _per_s(number: int | None, wall_ns: int | None) -> float | None:
    return None if number is None or not wall_ns else number * 1e9 / wall_ns


def _share(time_ns: int | None, wall_ns: int | None) -> float | None:
    return None if time_ns is None or not wall_ns else time_ns / wall_ns


def add_up(numbers: Sequence[int | None]) -> int | None:
    """All together; None when one is missing, for the rest would pass for the whole."""
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None


def process_row(process: Process, look: Look, facts: Facts) -> TaskRow:
    """The row of a process: what its threads did is added up."""
    stat, wall_ns, tasks = process.stat, look.wall_ns, look.tasks
    assert stat is not None
    wants_ns = voluntary = involuntary = migrations = None
    if tasks is not None:
        wants_ns = add_up([task.wants_ns for task in tasks])
        switched = [task.switched for task in tasks]
        voluntary = add_up([None if pair is None else pair[0] for pair in switched])
        involuntary = add_up([None if pair is None else pair[1] for pair in switched])
        migrations = add_up([task.migrated for task in tasks])
    elif look.on_ns == 0 and wall_ns:
        voluntary = involuntary = migrations = 0  # who has not run has not done anything
        wants_ns = None if look.running else 0
    faults = look.before
    return TaskRow(
        process.id,
        stat.parent,
        stat.kernel,
        process.uid,
        process.user,
        process.name,
        process.command,
        "R" if look.running else stat.state,
        stat.core if stat.threads < 2 else None,
        stat.priority,
        stat.nice,
        stat.policy,
        stat.rt_priority or None,
        stat.threads,
        None if stat.kernel else stat.virtual_bytes,
        None if stat.kernel else stat.resident_pages * PAGE_BYTES,
        None if process.levels.shared_pages is None else process.levels.shared_pages * PAGE_BYTES,
        None if stat.kernel else stat.resident_pages * PAGE_BYTES / facts.memory_bytes,
        process.pss_bytes,
        _share(look.on_ns, wall_ns),
        _share(wants_ns, wall_ns),
        None,
        (process.cpu_ns or 0) / 1e9,
        facts.start_s(stat.start),
        process.started,
        _per_s(voluntary, wall_ns),
        _per_s(involuntary, wall_ns),
        _per_s(migrations, wall_ns),
        _per_s(max(0, stat.minor_faults - faults.minor_faults) if faults else None, wall_ns),
        _per_s(max(0, stat.major_faults - faults.major_faults) if faults else None, wall_ns),
        _per_s(look.stored[0] if look.stored else None, wall_ns),
        _per_s(look.stored[1] if look.stored else None, wall_ns),
        process.levels.cgroup,
        process.levels.affinity,
        process.levels.waits_in,
    )


def thread_row(process: Process, task: Task, wall_ns: int | None, facts: Facts) -> TaskRow | None:
    """The row of a thread; what belongs to the process as a whole (its memory) is blank."""
    stat = task.stat
    if stat is None:
        return None
    on, wants = _share(task.on_ns, wall_ns), _share(task.wants_ns, wall_ns)
    switched, stored, levels = task.switched, task.stored, task.levels
    return TaskRow(
        id=task.id,
        parent=process.pid,
        kernel=stat.kernel,
        uid=process.uid,
        user=process.user,
        name=task.name,
        command=task.name,
        state=stat.state,
        core=stat.core,
        priority=stat.priority,
        nice=stat.nice,
        policy=stat.policy,
        rt_priority=stat.rt_priority or None,
        cpu_share=on,
        delay_share=wants,
        blocked_share=None if on is None or wants is None or task.new else max(0.0, 1.0 - on - wants),
        cpu_time_s=task.on_core_s if task.on_core_s is not None else stat.ticks / TICKS_PER_S,
        start_s=facts.start_s(stat.start),
        started=task.started,
        voluntary_per_s=_per_s(switched[0] if switched else None, wall_ns),
        involuntary_per_s=_per_s(switched[1] if switched else None, wall_ns),
        migrations_per_s=_per_s(task.migrated, wall_ns),
        read_bytes_per_s=_per_s(stored[0] if stored else None, wall_ns),
        write_bytes_per_s=_per_s(stored[1] if stored else None, wall_ns),
        cgroup=levels.cgroup,
        affinity=levels.affinity,
        waits_in=levels.waits_in,
    )
