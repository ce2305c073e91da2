"""One task of the scripted machine: what is known of it, and the row that shows it.

It is read as by the user ada, who may not see what others read and write, nor where they sleep.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from conclab.model.table import AFFINITY, CGROUP, IO, PSS, QUEUE, SCHED, SHARED, STATUS, WCHAN, WHOLE, RowId, TaskRow
from conclab.sampling.scripted_cast import UIDS, Habit, Player

_MEGABYTE = 1024**2
_MEMORY = 16 * 1024 * _MEGABYTE
UP_S = 273_060
"""How long the machine has been up when the script begins."""
BOOTED_S = 1_789_000_000 - UP_S
"""Seconds since the epoch."""
READER = "ada"
FIGURES = ("cpu", "delay", "voluntary", "involuntary", "migrations", "minor_faults", "read", "written")
"""Fields of a unit that are summed over the threads of a process."""


@dataclass(slots=True, eq=False)
class Unit:
    """A thread, or a process as a whole, with its figures of the last interval."""

    id: RowId
    player: Player
    habit: Habit
    name: str
    parent: int
    core: int
    state: str
    cpu_time_s: float
    threads: list[Unit] = field(default_factory=list)
    """Of a process that has several; it is then the sum of them."""
    ran: bool = False
    cpu: float | None = None
    delay: float | None = None
    voluntary: float | None = None
    involuntary: float | None = None
    migrations: float | None = None
    minor_faults: float | None = None
    read: float | None = None
    written: float | None = None
    ends_ns: int | None = None
    row: TaskRow | None = None
    """As it was shown last."""
    filled: frozenset[str] = frozenset()
    """The costly readings that are in ``row``."""


def row_of(unit: Unit, needs: frozenset[str], cores: int) -> TaskRow:
    """Its row, with these costly readings."""
    player = unit.player
    resident = int(player.megabytes * _MEGABYTE)
    start_s = BOOTED_S + unit.id.start / 100
    thread = unit.id.tid != WHOLE
    mine = player.user == READER
    command = unit.name if thread else f"[{player.comm}]" if player.state == "Z" else player.command
    idle = unit.cpu == 0.0  # who has not run has not done anything else either: that need not be read

    def told(value: float | None, group: str) -> float | None:
        return value if idle or group in needs else None

    return TaskRow(
        id=unit.id,
        parent=unit.parent,
        kernel=player.kernel,
        uid=UIDS[player.user],
        user=player.user,
        name=unit.name,
        command=command,
        state=unit.state,
        core=None if unit.threads else unit.core,
        priority=-1 - player.rt_priority if player.rt_priority else 20 + player.nice,
        nice=player.nice,
        policy=player.policy,
        rt_priority=player.rt_priority,
        threads=None if thread else len(player.threads) + 1,
        virtual_bytes=resident * 4 + 8 * _MEGABYTE if resident and not thread else None,
        resident_bytes=None if thread or player.kernel else resident,
        memory_share=None if thread or player.kernel else resident / _MEMORY,
        cpu_share=unit.cpu,
        delay_share=told(unit.delay, QUEUE),
        blocked_share=told(1.0 - unit.cpu - (unit.delay or 0.0), QUEUE) if thread and unit.cpu is not None else None,
        cpu_time_s=unit.cpu_time_s,
        start_s=start_s,
        started=time.strftime("%m-%d %H:%M", time.gmtime(start_s)),
        minor_faults_per_s=unit.minor_faults,
        major_faults_per_s=0.0 if unit.cpu is not None else None,
        voluntary_per_s=told(unit.voluntary, STATUS),
        involuntary_per_s=told(unit.involuntary, STATUS),
        affinity=(player.affinity or (f"0-{cores - 1}" if cores > 1 else "0")) if AFFINITY in needs else None,
        migrations_per_s=told(unit.migrations, SCHED),
        read_bytes_per_s=unit.read if IO in needs and mine else None,
        write_bytes_per_s=unit.written if IO in needs and mine else None,
        shared_bytes=int(resident * 0.3) if SHARED in needs else None,
        pss_bytes=int(resident * 0.8) if PSS in needs and mine else None,
        cgroup=player.cgroup if CGROUP in needs else None,
        waits_in=unit.habit.wait if WCHAN in needs and mine and unit.state in "SDI" else None,
    )
