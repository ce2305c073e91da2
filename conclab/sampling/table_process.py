"""One process as the task table knows it: when it has to be looked at again, and its row and those of its threads.

A process whose CPU clock stands where it stood has not run a single instruction, nor has any of its threads, so nothing that it
does itself can have changed and its rows are those of the table before. That one question costs 1 µs, or 13 µs where there are a
thousand threads (reading them would cost 4 ms). What *others* can change while it sleeps (its nice value, its parent, its memory)
is looked at again every ``TURN`` tables, each process in its turn. So a change of that kind may show up to ``TURN`` tables late,
and so may a sleeper that was woken and has not got a core since.
"""

from __future__ import annotations

import os
from collections.abc import Set

from conclab.model.table import IO, PSS, QUEUE, SCHED, STATUS, RowId, TaskRow
from conclab.model.text import harmless
from conclab.sampling import task_text
from conclab.sampling.files import Budget, KeptFile, read, read_start
from conclab.sampling.table_facts import Facts
from conclab.sampling.table_rows import Look, process_row, thread_row
from conclab.sampling.table_task import NO_LEVELS, Task, grown, read_levels
from conclab.sampling.task_text import Stat

TURN = 16
"""Tables after which a process that sleeps is looked at anyway; its threads, maybe thousands, are spread over as many turns."""
_MOST_COMMAND = 4_096
"""Bytes of a command line that are read; it can have megabytes."""
OF_THREADS = frozenset((QUEUE, STATUS, SCHED))
"""Readings that are made thread by thread."""


class Process:
    """A process and, when anybody wants to know, its threads."""

    def __init__(self, pid: int, budget: Budget, facts: Facts) -> None:
        self.pid = pid
        self._budget = budget
        self._facts = facts
        self._stat_file = KeptFile(f"/proc/{pid}/stat", budget)
        self.id = RowId(pid, 0, 0)
        self.stat: Stat | None = None
        self.uid: int | None = None
        self.user: str | None = None
        self.name = self.command = self.started = ""
        self.cpu_ns: int | None = None
        """Its CPU clock at the last look."""
        self.at_ns = 0
        """When that was true for the last time."""
        self.have: Set[str] = frozenset()
        self._tasks: dict[int, Task] = {}
        self._counted_ns: int | None = None
        """Its CPU clock when its threads were counted last."""
        self._introduced_ns: int | None = None
        """Its CPU clock when its command line and user were read: who sleeps changes neither."""
        self._io: tuple[int, int] | None = None
        self.pss_bytes: int | None = None
        self.levels = NO_LEVELS
        self._listed = False
        """Whether all its threads have been known at some look."""
        self.row: TaskRow | None = None
        self.thread_rows: tuple[TaskRow, ...] | None = None
        """None: nobody has asked for them yet."""
        self.resting = False
        """Its rows say that it does nothing."""

    def born(self, since_ns: int) -> None:
        """It has started since the last table, so whatever is counted of it is new."""
        self.cpu_ns = self._counted_ns = 0
        self.at_ns = since_ns
        self._io = (0, 0)
        self._task(self.pid).born()
        self._listed = True

    def in_turn(self, turn: int) -> bool:
        """Whether this is one of the tables at which it is looked at in any case."""
        return (self.pid + turn) % TURN == 0

    def _task(self, tid: int) -> Task:
        if tid not in self._tasks:
            self._tasks[tid] = Task(self.pid, tid, self._budget)
        return self._tasks[tid]

    def look(self, cpu_ns: int, at_ns: int, groups: Set[str], visible: Set[RowId], threads: bool, turn: int) -> bool:
        """Read what has changed and make its rows anew. False: it has ended, or its pid is another's now.

        ``groups`` are wanted of the process, and of those threads that are ``visible``; ``threads``: rows for them too.
        """
        again = self.in_turn(turn)
        wall_ns = at_ns - self.at_ns if self.cpu_ns is not None and at_ns > self.at_ns else None
        fresh = wall_ns if self._counted_ns == self.cpu_ns else None
        by_thread = threads or not groups.isdisjoint(OF_THREADS)
        if by_thread:
            self._task(self.pid).count(fresh, self._groups_of(self._task(self.pid), groups, visible))
        stored = self._read_costly(groups, wall_ns, again)
        before = self.stat
        text = self._stat_file.read()
        stat = task_text.stat(text) if text else None
        if stat is None or (before is not None and stat.start != self.id.start):
            return False
        self._take(stat, before, again, cpu_ns)
        rested = self.resting and cpu_ns == self.cpu_ns and groups <= self.have
        complete = by_thread and self._count_others(stat, fresh, groups, visible, turn if rested else None)
        if by_thread:
            self._counted_ns = cpu_ns
        booked = None if self.cpu_ns is None else cpu_ns - self.cpu_ns
        self.resting = booked == 0 and stat.state != "R" and not any(task.runnable for task in self._tasks.values())
        self.have = groups
        self.cpu_ns, self.at_ns = cpu_ns, at_ns
        tasks = list(self._tasks.values())
        look = Look(before, wall_ns, booked, tasks if by_thread and fresh else None, complete, stored)
        row = process_row(self, look, self._facts)
        if row != self.row:
            self.row = row
        self._make_thread_rows(tasks, fresh, threads)
        return True

    def _take(self, stat: Stat, before: Stat | None, again: bool, cpu_ns: int) -> None:
        """Take over its stat, and look again at what a new program or another user would change."""
        self.stat = stat
        self.id = RowId(self.pid, 0, stat.start)
        if before is None or stat.name != before.name:
            self.name = harmless(stat.name.decode("utf-8", errors="replace"))
        if before is None:
            self.started = self._facts.local_time(stat.start)
        new = before is None or stat.name != before.name or stat.arguments_at != before.arguments_at
        # While execve(2) is under way the command line is empty: such a one is read again until it is there.
        unsaid = self.command.startswith("[") and not stat.kernel and stat.state != "Z"
        if cpu_ns != self._introduced_ns and (new or again or unsaid):
            self._introduce(stat)
            self._introduced_ns = cpu_ns

    def _introduce(self, stat: Stat) -> None:
        status = read(f"/proc/{self.pid}/status")
        self.uid = task_text.effective_uid(status) if status else None
        self.user = self._facts.user(self.uid)
        text = None if stat.kernel else read_start(f"/proc/{self.pid}/cmdline", _MOST_COMMAND)
        command = harmless(task_text.command_line(text)) if text else ""
        self.command = command.strip() or f"[{self.name}]"

    def _groups_of(self, task: Task, groups: Set[str], visible: Set[RowId]) -> Set[str]:
        return groups if task.id in visible else groups & OF_THREADS

    def _read_costly(self, groups: Set[str], wall_ns: int | None, again: bool) -> tuple[int, int] | None:
        """Levels of the process as a whole, and the bytes that it has moved to and from storage since."""
        self.levels = read_levels(f"/proc/{self.pid}", groups)
        if PSS not in groups:
            self.pss_bytes = None
        elif self.pss_bytes is None or again:  # the kernel walks all its pages for this: not at every look
            text = read(f"/proc/{self.pid}/smaps_rollup")
            self.pss_bytes = task_text.pss_bytes(text) if text else None
        text = read(f"/proc/{self.pid}/io") if IO in groups else None
        stored = task_text.storage(text) if text else None
        before, self._io = self._io, stored
        return None if wall_ns is None else grown(before, stored)

    def _count_others(self, stat: Stat, fresh: int | None, groups: Set[str], visible: Set[RowId], rested: int | None) -> bool:
        """Every other thread that there is now. False: some have ended, and taken along what they did since the last look.

        The folder is listed only when the threads can be others than before. The main one has been counted before ``stat`` was
        read, and that is its own too. ``rested``: none has run, so this is only about those whose turn this is.
        """
        self._task(self.pid).take(stat)
        if stat.threads == len(self._tasks) == 1:
            return True
        known = fresh if self._listed else None
        gone = []
        for tid, task in self._tasks.items():
            again = rested is not None and (tid + rested // TURN) % TURN == 0
            if tid == self.pid or (rested is not None and not again):
                continue
            if not task.look(fresh, self._groups_of(task, groups, visible), again):
                gone.append(tid)
        for tid in gone:
            self._tasks.pop(tid).close()
        if len(self._tasks) != stat.threads:
            self._count_new(known, groups & OF_THREADS)
        return not gone

    def _count_new(self, known: int | None, groups: Set[str]) -> None:
        """Threads that have started since. ``known``: time since the last look, if all that there were then are known."""
        try:
            tids = [int(name) for name in os.listdir(f"/proc/{self.pid}/task")]
        except OSError:
            return
        for tid in tids:
            if tid not in self._tasks:
                task = Task(self.pid, tid, self._budget)
                if known is not None:
                    task.born()
                if task.look(known, groups):
                    self._tasks[tid] = task
        for tid in self._tasks.keys() - set(tids) - {self.pid}:
            self._tasks.pop(tid).close()
        self._listed = True

    def _make_thread_rows(self, tasks: list[Task], fresh: int | None, threads: bool) -> None:
        if not threads:
            self.thread_rows = None
            return
        if len(tasks) < 2:
            self.thread_rows = ()
            return
        for task in tasks:
            if not task.started and task.stat is not None:
                task.started = self._facts.local_time(task.stat.start)
            row = thread_row(self, task, fresh, self._facts)
            if row != task.row:
                task.row = row
        self.thread_rows = tuple(task.row for task in tasks if task.row is not None)

    def close(self) -> None:
        self._stat_file.close()
        for task in self._tasks.values():
            task.close()
