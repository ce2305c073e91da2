"""One thread as the task table knows it: its kept files, what was counted at the last look, and what has been counted since.

Order matters: ``stat`` is read last. It says when the task started, so if that is as before, everything that was read just before
was of the same task, although the kernel may hand out its number again at any moment.
"""

from __future__ import annotations

import sys
from collections.abc import Set
from typing import NamedTuple

from conclab.model.table import AFFINITY, CGROUP, IO, SCHED, SHARED, STATUS, WCHAN, RowId, TaskRow
from conclab.model.tasks import Debt, share_out
from conclab.model.text import harmless
from conclab.sampling import proc_text, task_text
from conclab.sampling.files import Budget, KeptFile, read
from conclab.sampling.task_text import Stat

NOTHING_OWED = Debt()


class Levels(NamedTuple):
    """What costs to read and is no counter."""

    affinity: str | None = None
    cgroup: str | None = None
    waits_in: str | None = None
    shared_pages: int | None = None


NO_LEVELS = Levels()


def read_levels(folder: str, groups: Set[str]) -> Levels:
    """Those of the task in that folder that are wanted."""
    if groups.isdisjoint((AFFINITY, CGROUP, WCHAN, SHARED)):
        return NO_LEVELS
    status = read(f"{folder}/status") if AFFINITY in groups else None
    cgroup = read(f"{folder}/cgroup") if CGROUP in groups else None
    wchan = read(f"{folder}/wchan") if WCHAN in groups else None
    statm = read(f"{folder}/statm") if SHARED in groups else None
    path = task_text.cgroup_path(cgroup) if cgroup else None
    return Levels(
        task_text.allowed_cores(status) if status else None,
        None if path is None else harmless(path),
        task_text.waits_in(wchan) if wchan else None,
        task_text.shared_pages(statm) if statm else None,
    )


class Task:
    """A thread. ``on_ns``, ``wants_ns``, ``switched`` and ``migrated`` are what it did between the last two looks."""

    __slots__ = (
        "_budget",
        "_counted",
        "_folder",
        "_io",
        "_migrations",
        "_owed",
        "_schedstat",
        "_seen",
        "_stat",
        "_switches",
        "have",
        "id",
        "levels",
        "migrated",
        "name",
        "new",
        "on_core_s",
        "on_ns",
        "row",
        "started",
        "stat",
        "stored",
        "switched",
        "wants_ns",
    )

    def __init__(self, pid: int, tid: int, budget: Budget) -> None:
        self._folder = f"/proc/{pid}/task/{tid}"
        self._budget = budget
        self._schedstat: KeptFile | None = None
        self._stat: KeptFile | None = None
        """Both are made when they are read for the second time: most are never, and there may be ten thousand."""
        self.id = RowId(pid, tid, 0)
        self.stat: Stat | None = None
        self.name = self.started = ""
        self.row: TaskRow | None = None
        self.have: Set[str] = frozenset()
        """Costly readings that have been made of it."""
        self.new = False
        """It has started since the look before the last, so it was not there for all of the time in between."""
        self._seen = False
        """Whether it has been read before. Descriptors are kept from the second time on: most are never read again."""
        self._counted: bytes | None = None
        """``schedstat`` as it read at the last look."""
        self._owed = NOTHING_OWED
        self._switches: tuple[int, int] | None = None
        self._migrations: int | None = None
        self._io: tuple[int, int] | None = None
        self.on_core_s: float | None = None
        """Seconds on a core since it started."""
        self.on_ns: int | None = None
        self.wants_ns: int | None = None
        self.switched: tuple[int, int] | None = None
        self.migrated: int | None = None
        self.stored: tuple[int, int] | None = None
        self.levels = NO_LEVELS

    @property
    def runnable(self) -> bool:
        return self.stat is not None and self.stat.state == "R"

    def born(self) -> None:
        """It has started since the last look, so whatever is counted of it is new."""
        self.new = True
        self._counted = b"0 0 0\n"
        self._switches = self._io = (0, 0)
        self._migrations = 0

    def look(self, wall_ns: int | None, groups: Set[str], again: bool = False, still: bool = False) -> bool:
        """Count, and then make sure of whom. False: it has ended, or its number is another task's now.

        ``wall_ns`` is the time since what was counted last was true; None: nothing to compare with. ``again``: read its stat even
        though it has not run, for what others can change (its nice value, its state). ``still``: see ``count``.
        """
        ran = self.count(wall_ns, groups, still)
        if not ran and self.stat is not None:
            if not again:
                return True
            self.close()  # it sleeps: others need the descriptors more
        text = read(f"{self._folder}/stat") if self.stat is None or not ran else self._read_stat()
        stat = task_text.stat(text) if text else None
        return stat is not None and self.take(stat)

    def take(self, stat: Stat) -> bool:
        """Take over its ``stat``, read after everything else; False when that is another task's."""
        if self.stat is not None and stat.start != self.id.start:
            return False
        if self.stat is None:
            self.id = RowId(self.id.pid, self.id.tid, stat.start)
            # Most threads are looked at once and then sleep: what is the process's own need not be kept for each of ten thousand.
            stat = stat._replace(minor_faults=0, major_faults=0, virtual_bytes=0, resident_pages=0, arguments_at=b"0")
        if self.stat is None or stat.name != self.stat.name:
            self.name = sys.intern(harmless(stat.name.decode("utf-8", errors="replace")))
        if self.stat is None and stat.state == "R" and self.on_ns == 0:
            self.wants_ns = None  # it wants a core, and nobody knows since when
        self.stat = stat
        return True

    def count(self, wall_ns: int | None, groups: Set[str], still: bool = False) -> bool:
        """Read its counters as far as they can have changed; whether it has run, or may be running.

        ``still``: it is known not to have run for ``wall_ns``, though its counters have not been read then.
        """
        self.new = self.new and not self._seen
        text = self._read_schedstat() if self._seen else read(f"{self._folder}/schedstat")
        self._seen = True
        if still:
            self._split(self._counted, text, None, True)
            self._counted = text
        ran = text is None or text != self._counted
        before, self._counted = self._counted, text
        if not ran and not self.runnable:
            self._rest(wall_ns)
        else:
            self._split(before, text, wall_ns, ran)
        if ran or not groups <= self.have:
            self._read_costly(groups, wall_ns, ran)
        return ran or self.runnable

    def _read_stat(self) -> bytes | None:
        if self._stat is None:
            self._stat = KeptFile(f"{self._folder}/stat", self._budget)
        return self._stat.read()

    def _read_schedstat(self) -> bytes | None:
        if self._schedstat is None:
            self._schedstat = KeptFile(f"{self._folder}/schedstat", self._budget)
        return self._schedstat.read()

    def _rest(self, wall_ns: int | None) -> None:
        """It has not run, so it has done nothing at all."""
        done = None if wall_ns is None else 0
        self.on_ns = self.wants_ns = self.migrated = done
        self.switched = None if wall_ns is None else (0, 0)
        self.stored = None if wall_ns is None or self._io is None else (0, 0)
        self._owed = NOTHING_OWED

    def _split(self, before: bytes | None, after: bytes | None, wall_ns: int | None, ran: bool) -> None:
        """Time on a core and run-queue delay between two texts of schedstat."""
        then = proc_text.schedstat(before) if before else None
        now = proc_text.schedstat(after) if after else None
        self.on_core_s = now[0] / 1e9 if now else None
        if wall_ns is None or now is None or then is None or wall_ns <= 0:
            self.on_ns = self.wants_ns = None
        else:
            split, self._owed = share_out(wall_ns, now[0] - then[0], now[1] - then[1], not ran, self._owed)
            self.on_ns, self.wants_ns = split.on_core_ns, split.wants_core_ns
        self.switched, self.migrated = (None, None) if ran or wall_ns is None else ((0, 0), 0)

    def replaced(self) -> None:
        """Another thread may have become the main one (execve(2) from a thread that was not), with counters of its own: what they
        have grown by is not known, and nothing is owed."""
        self.on_ns = self.wants_ns = self.switched = self.migrated = self.stored = None
        self._owed = NOTHING_OWED

    def _read_costly(self, groups: Set[str], wall_ns: int | None, ran: bool) -> None:
        """What costs 10 to 30 µs each. A counter that is not read now cannot be compared with next time."""
        text = read(f"{self._folder}/status") if STATUS in groups else None
        switches = proc_text.switches(text) if text else None
        text = read(f"{self._folder}/sched") if SCHED in groups else None
        migrations = task_text.migrations(text) if text else None
        text = read(f"{self._folder}/io") if IO in groups else None
        stored = task_text.storage(text) if text else None
        if not ran:
            self.stored = None if wall_ns is None or stored is None else (0, 0)  # the others are nothing already
        elif wall_ns is not None:
            self.switched = grown(self._switches, switches)
            self.migrated = None
            if migrations is not None and self._migrations is not None:
                self.migrated = max(0, migrations - self._migrations)
            self.stored = grown(self._io, stored)
        self._switches, self._migrations, self._io = switches, migrations, stored
        self.levels = read_levels(self._folder, groups)
        self.have = groups

    def close(self) -> None:
        for file in (self._schedstat, self._stat):
            if file is not None:
                file.close()
        self._schedstat = self._stat = None


def grown(before: tuple[int, int] | None, after: tuple[int, int] | None) -> tuple[int, int] | None:
    """What two counters have grown by; None when one side is not known."""
    if before is None or after is None:
        return None
    return max(0, after[0] - before[0]), max(0, after[1] - before[1])
