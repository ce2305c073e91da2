"""One process as the task table knows it: when it has to be looked at again, and its row and those of its threads.

A process whose CPU clock stands where it stood has not run a single instruction, nor has any of its threads, so nothing that it
does itself can have changed and its rows are those of the table before. That one question costs 1 µs, or 13 µs where there are a
thousand threads (reading them would cost 4 ms). What *others* can change while it sleeps (its nice value, its parent, its memory)
is looked at again every ``TURN`` tables, each process in its turn. So a change of that kind may show up to ``TURN`` tables late,
and so may a sleeper that was woken and has not got a core since.
"""

from __future__ import annotations

import os
from collections.abc import Sequence, Set
from typing import NamedTuple

from conclab.model.table import IO, PSS, QUEUE, SCHED, STATUS, RowId, TaskRow
from conclab.model.text import harmless
from conclab.sampling import task_text
from conclab.sampling.files import Budget, KeptFile, read, read_start
from conclab.sampling.table_facts import Facts
from conclab.sampling.table_rows import Look, add_up, process_row, thread_row
from conclab.sampling.table_task import NO_LEVELS, Task, grown, read_levels
from conclab.sampling.task_text import Stat

TURN = 16
"""Tables after which a process that sleeps is looked at anyway; its threads, maybe thousands, are spread over as many turns."""
_MOST_COMMAND = 4_096
"""Bytes of a command line that are read; it can have megabytes."""
OF_THREADS = frozenset((QUEUE, STATUS, SCHED))
"""Readings that are made thread by thread."""
_MISSED_NS = 10_000_000
"""CPU time that no thread tells of, from which on there must have been one that came and went between two looks. Below, the clock
and the threads were only not read at the same moment."""


_Said = tuple[int | None, str]
"""Its user's number, and its command line."""


class Asked(NamedTuple):
    """What somebody wants to know of a process."""

    groups: Set[str]
    """Readings of the process, and of those of its threads that are visible."""
    visible: Set[RowId]
    """Its rows that are in view."""
    threads: bool
    """Rows for its threads, too."""
    of_threads: Set[str]
    """Readings of every thread, in view or not: the order or a filter depends on them."""

    def of(self, task: Task) -> Set[str]:
        """Readings of a thread."""
        return self.groups if task.id in self.visible else self.of_threads | (self.groups & OF_THREADS)


class Process:
    """A process and, when anybody wants to know, its threads."""

    def __init__(self, pid: int, budget: Budget, facts: Facts) -> None:
        self.pid = pid
        self._budget = budget
        self._facts = facts
        self._stat_file = KeptFile(f"/proc/{pid}/stat", budget)
        self._start: int | None = None
        """When it started, as ``stat`` tells it; None before the first look."""
        self.id = RowId(pid, 0, 0)
        self.stat: Stat | None = None
        self.uid: int | None = None
        self.user: str | None = None
        self.name = self.command = self.started = ""
        self.cpu_ns: int | None = None
        """Its CPU clock at the last look."""
        self.at_ns = 0
        """When that was true for the last time."""
        self._unshown_ns = 0
        """Time by its CPU clock that has not been in any row yet, because no thread told of it."""
        self.shown: Set[RowId] = frozenset()
        """The rows in view at the last look."""
        self.have: Set[str] = frozenset()
        self.have_of_threads: Set[str] = frozenset()
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
        self.touched = False
        """It has been acted on since the last look."""

    def begin(self, since_ns: int) -> bool:
        """See who it is, before anything else of it is read. False: it has ended.

        If it has started after ``since_ns``, the time of the last table, then whatever is counted of it is new. Else it was not to
        be seen then, and has a past.
        """
        stat = self._read_stat(kept=False)
        if stat is None:
            return False
        self._start = stat.start
        if not self._facts.lived_at(stat.start, since_ns):
            self.cpu_ns = self._counted_ns = 0
            self.at_ns = since_ns
            self._io = (0, 0)
            self._task(self.pid).born()
            self._listed = True
        return True

    def in_turn(self, turn: int) -> bool:
        """Whether this is one of the tables at which it is looked at in any case."""
        return (self.pid + turn) % TURN == 0

    def _task(self, tid: int) -> Task:
        if tid not in self._tasks:
            self._tasks[tid] = Task(self.pid, tid, self._budget)
        return self._tasks[tid]

    def look(self, cpu_ns: int, at_ns: int, asked: Asked, turn: int) -> bool:
        """Read what has changed and make its rows anew. False: it has ended, or its pid is another's now."""
        groups, threads = asked.groups, asked.threads
        again, still, counted = self.touched or self.in_turn(turn), cpu_ns == self.cpu_ns, self._counted_ns == self.cpu_ns
        wall_ns = at_ns - self.at_ns if self.cpu_ns is not None and at_ns > self.at_ns else None
        fresh = wall_ns if counted or still else None
        by_thread = threads or not groups.isdisjoint(OF_THREADS)
        if by_thread:
            self._task(self.pid).count(fresh, asked.of(self._task(self.pid)), still and not counted)
        stored = self._read_costly(groups, wall_ns, again, still)
        said = self._ask(kernel=False) if self.stat is None else None
        before, stat = self.stat, self._read_stat(kept=self.stat is not None and not (self.resting and still))
        if stat is None or (self._start is not None and stat.start != self._start):
            return False
        told = self._take(stat, again, cpu_ns, said)
        known, complete = set(self._tasks), True
        if by_thread and still and not counted:
            self._meet_others(stat, fresh, asked)
        elif by_thread:
            rested = self.resting and still and groups <= self.have and asked.of_threads <= self.have_of_threads
            complete = self._count_others(stat, fresh, asked, rested, turn)
        if (told or not self._tasks.keys() <= known) and not self._lives():
            return False  # what was read after its stat may be another's
        tasks = list(self._tasks.values()) if by_thread else []
        booked = None if self.cpu_ns is None else cpu_ns - self.cpu_ns
        on_ns = self._on_core(booked, tasks) if by_thread and complete and fresh else booked
        running = stat.state == "R" or any(task.runnable for task in tasks)
        self.resting = booked == 0 and not running and (stored is not None or self._io is None)
        self.have, self.have_of_threads, self.shown, self.touched = groups, asked.of_threads, asked.visible, False
        self.cpu_ns, self.at_ns = cpu_ns, at_ns
        if by_thread:
            self._counted_ns = cpu_ns
        look = Look(before, wall_ns, on_ns, tasks if fresh and by_thread else None, running, stored)
        row = process_row(self, look, self._facts)
        if row != self.row:
            self.row = row
        self._make_thread_rows(tasks, fresh, threads)
        return True

    def _read_stat(self, kept: bool) -> Stat | None:
        """Descriptors are for those that run: most sleep, and there are not enough for all."""
        if not kept:
            self._stat_file.close()
        text = self._stat_file.read() if kept else read(f"/proc/{self.pid}/stat")
        return task_text.stat(text) if text else None

    def _lives(self) -> bool:
        """Whether the pid is still its own."""
        text = read(f"/proc/{self.pid}/stat")
        stat = task_text.stat(text) if text else None
        return stat is not None and stat.start == self._start

    def _on_core(self, booked: int | None, tasks: Sequence[Task]) -> int | None:
        """Time on a core: the sum over its threads, so that the rows add up, with what those took who came and went unseen."""
        by_threads = add_up([task.on_ns for task in tasks])
        if booked is None or by_threads is None:
            return booked
        self._unshown_ns += booked - by_threads
        if self._unshown_ns <= _MISSED_NS:
            return by_threads
        missed, self._unshown_ns = self._unshown_ns, 0
        return by_threads + missed

    def _take(self, stat: Stat, again: bool, cpu_ns: int, said: _Said | None) -> bool:
        """Take over its stat, and what it is called; whether that was asked just now, after the stat."""
        before, self.stat, self._start = self.stat, stat, stat.start
        self.id = RowId(self.pid, 0, stat.start)
        if before is None or stat.name != before.name:
            self.name = harmless(stat.name.decode("utf-8", errors="replace"))
        if before is None:
            self.started = self._facts.local_time(stat.start)
        moved = before is not None and stat.arguments_at != before.arguments_at
        new = moved or (before is not None and stat.name != before.name)
        if moved and before is not None and before.threads > 1:
            self._task(self.pid).replaced()
        # While execve(2) is under way the command line is empty: such a one is read again until it is there.
        unsaid = self.command.startswith("[") and not stat.kernel
        # Who has ended has no command line any more: it keeps the one that it had.
        ask = said is None and cpu_ns != self._introduced_ns and stat.state not in "ZX" and (new or again or unsaid)
        if ask:
            said = self._ask(stat.kernel)
        if said is not None:
            self.uid, command = said
            self.user = self._facts.user(self.uid)
            self.command = command or f"[{self.name}]"
            self._introduced_ns = cpu_ns
        return ask

    def _ask(self, kernel: bool) -> _Said:
        """Who it runs as, and its command line: what a new program or another user would change."""
        status = read(f"/proc/{self.pid}/status")
        text = None if kernel else read_start(f"/proc/{self.pid}/cmdline", _MOST_COMMAND)
        return (
            task_text.effective_uid(status) if status else None,
            harmless(task_text.command_line(text)).strip() if text else "",
        )

    def _read_costly(self, groups: Set[str], wall_ns: int | None, again: bool, still: bool) -> tuple[int, int] | None:
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
        if still and wall_ns is not None and stored is not None:
            return 0, 0  # it has not run, so it has not moved anything, even if nobody has looked before
        return None if wall_ns is None else grown(before, stored)

    def _count_others(self, stat: Stat, fresh: int | None, asked: Asked, rested: bool, turn: int) -> bool:
        """Every other thread that there is now. False: some have ended, and taken along what they did since the last look.

        The folder is listed only when the threads can be others than before. The main one has been counted before ``stat`` was
        read, and that is its own too. ``rested``: none has run, so this is only about those whose turn this is, and those of which
        more is wanted than before.
        """
        self._task(self.pid).take(stat)
        if stat.threads == len(self._tasks) == 1:
            self._listed = True
            return True
        known = fresh if self._listed else None
        gone = []
        for tid, task in self._tasks.items():
            wanted = asked.of(task)
            again = self.touched or ((rested or self.in_turn(turn)) and (tid + turn // TURN) % TURN == 0)
            if tid == self.pid or (rested and not again and wanted <= task.have):
                continue
            if not task.look(fresh, wanted, again):
                gone.append(tid)
        for tid in gone:
            self._tasks.pop(tid).close()
        if len(self._tasks) != stat.threads:
            self._count_new(known, asked)
        return not gone

    def _meet_others(self, stat: Stat, fresh: int | None, asked: Asked) -> None:
        """Every other thread, of a process that has not run since it was looked at, though its threads were not. So none of them
        has done anything since; who is known from before may have ended long ago."""
        self._task(self.pid).take(stat)
        known = {tid: task for tid, task in self._tasks.items() if tid != self.pid}
        for tid, task in known.items():
            if not task.look(fresh, asked.of(task), again=True, still=True):
                self._tasks.pop(tid).close()
        if len(self._tasks) != stat.threads:
            self._count_new(fresh, asked, still=True)
        self._listed = True

    def _count_new(self, known: int | None, asked: Asked, still: bool = False) -> None:
        """Threads that have started since. ``known``: time since the last look, if all that there were then are known; ``still``:
        they have not started since but were not looked at, and the process has not run."""
        try:
            tids = [int(name) for name in os.listdir(f"/proc/{self.pid}/task")]
        except OSError:
            return
        for tid in tids:
            if tid not in self._tasks:
                task = Task(self.pid, tid, self._budget)
                if known is not None and not still:
                    task.born()
                if task.look(known, asked.of(task), still=still):
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
