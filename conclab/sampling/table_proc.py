"""The task table from /proc, made so that what sleeps costs next to nothing.

For every process one question is asked at each table: has its CPU clock moved (see ``table_process``)? Only those that have run are
read, only those in view are read in detail, and a sleeping one keeps its row, so that nobody above has to draw or sort it anew.

Who is who is decided by the start time in ``stat``: a pid that was handed out again is another process, and starts without a past.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set

from conclab.model.table import RowId, TaskRow, TaskTable, Wanted
from conclab.sampling.files import Budget
from conclab.sampling.table_facts import Facts, cpu_clock, cpu_clock_at
from conclab.sampling.table_process import OF_THREADS, Asked, Process

MOST_UNSEEN = 150
"""Processes outside the view that are read in detail at each table because they have run: whoever does something may be in view
next, and then its rates should be there at once. Beyond that it would cost too much."""


class _News:
    """What is not as in the table before. It is gathered process by process, so that nothing is asked about those that sleep."""

    def __init__(self, first: bool, threads: bool) -> None:
        """``first``: there was no table before. ``threads``: rows of threads were shown, and are; else they neither come nor go."""
        self._first = first
        self._threads = threads
        self.born: set[RowId] = set()
        self.ended: list[TaskRow] = []
        self.changed: list[TaskRow] = []

    def begins(self, row: TaskRow, threads: Sequence[TaskRow]) -> None:
        self.changed += [row, *threads]
        if not self._first:
            self.born.add(row.id)
            self.born.update(thread.id for thread in threads if self._threads)

    def ends(self, row: TaskRow, threads: Sequence[TaskRow]) -> None:
        self.ended += [row, *(threads if self._threads else ())]

    def goes_on(self, old: TaskRow | None, old_threads: Sequence[TaskRow], row: TaskRow, threads: Sequence[TaskRow]) -> None:
        if row is not old:
            self.changed.append(row)
        before = {thread.id: thread for thread in old_threads}
        self.changed += [thread for thread in threads if before.get(thread.id) is not thread]
        if self._threads:
            after = {thread.id for thread in threads}
            # A main thread has a row while there are others; it is as old as its process all the same.
            self.born |= {id for id in after - before.keys() if id.tid != id.pid}
            self.ended += [thread for id, thread in before.items() if id not in after and id.tid != id.pid]


class ProcTable:
    """Reads again and again. To be closed."""

    def __init__(self) -> None:
        self._budget = Budget()
        self._facts = Facts()
        self._known: dict[int, Process] = {}
        self._threads = False
        self._previous_ns: int | None = None
        self._turn = 0
        self._unseen = 0
        self._dead: Set[int] = frozenset()
        """Pids of those that have ended and are not reaped yet."""

    def read(self, wanted: Wanted) -> TaskTable:
        """All processes, and all threads when those are wanted. Rates are those since the last call."""
        at_ns = time.monotonic_ns()
        self._turn += 1
        visible = self._by_process(wanted)
        everywhere = wanted.needs_of_all | (wanted.needs if wanted.visible is None else frozenset())
        in_view = everywhere | wanted.needs
        of_threads = everywhere if wanted.threads else frozenset[str]()
        asked_of_most = Asked(everywhere, frozenset(), wanted.threads, of_threads)
        ahead = in_view & OF_THREADS
        self._unseen = MOST_UNSEEN
        before, self._known = self._known, {}
        for pid in before.keys() & wanted.acted_on:
            before[pid].touched = True
        rows: list[TaskRow] = []
        news = _News(self._previous_ns is None, wanted.threads and self._threads)
        for name in os.listdir("/proc"):
            if not "0" <= name[0] <= "9":
                continue
            pid = int(name)
            ids = visible.get(pid)
            asked = asked_of_most if ids is None else Asked(in_view, ids, wanted.threads, of_threads)
            known = before.get(pid)
            was = (known.row, known.thread_rows) if known is not None else (None, None)
            process = self._look(pid, known, asked, ahead)
            if process is None or process.row is None:
                continue
            self._known[pid] = process
            threads = (process.thread_rows or ()) if wanted.threads else ()
            rows.append(process.row)
            rows.extend(threads)
            if process is not known:
                news.begins(process.row, threads)
            elif process.row is not was[0] or process.thread_rows is not was[1]:
                news.goes_on(was[0], was[1] or (), process.row, threads)
        for pid, process in before.items():
            if self._known.get(pid) is not process:
                process.close()
                if process.row is not None:
                    news.ends(process.row, process.thread_rows or ())
        self._adopt(before)
        self._previous_ns, self._threads = at_ns, wanted.threads
        return TaskTable(at_ns, tuple(rows), frozenset(news.born), tuple(news.ended), tuple(news.changed))

    def _by_process(self, wanted: Wanted) -> dict[int, Set[RowId]]:
        """Pid to the rows of it that are in view."""
        found: defaultdict[int, set[RowId]] = defaultdict(set)
        for id in wanted.visible or ():
            found[id.pid].add(id)
        return dict(found)

    def _look(self, pid: int, process: Process | None, asked: Asked, ahead: Set[str]) -> Process | None:
        """The process of that pid as it is now; None when it has ended or may not be seen.

        ``ahead``: what will be wanted of it when it comes into view.
        """
        at_ns = time.monotonic_ns()  # before the clock: who has not moved now cannot have moved until then
        try:
            cpu_ns = cpu_clock(pid)
        except OSError:
            return None
        if process is not None and (
            cpu_ns == process.cpu_ns
            and process.resting
            and not process.touched
            and not process.in_turn(self._turn)
            and asked.groups <= process.have
            and (asked.visible <= process.shown or asked.groups <= OF_THREADS)
            and asked.of_threads <= process.have_of_threads
            and (process.thread_rows is not None or not asked.threads)
        ):
            process.at_ns = at_ns
            return process
        try:
            cpu_ns, at_ns = cpu_clock_at(pid)
        except OSError:
            return None
        if process is not None:
            if self._unseen > 0 and not ahead <= asked.groups:
                self._unseen -= 1
                asked = asked._replace(groups=asked.groups | ahead)
            if process.look(cpu_ns, at_ns, asked, self._turn):
                return process
        process = Process(pid, self._budget, self._facts)
        lives = self._previous_ns is None or process.begin(self._previous_ns)
        if lives and process.look(cpu_ns, at_ns, asked, self._turn):
            return process
        process.close()  # it has ended meanwhile, perhaps after a file of it had been opened
        return None

    def _adopt(self, before: Mapping[int, Process]) -> None:
        """Who has lost a parent has another one now, without having run: those are looked at again next time. A parent is lost
        when it ends, reaped or not."""
        dead = {pid for pid, process in self._known.items() if process.stat is not None and process.stat.state in "ZX"}
        lost = {pid for pid, process in before.items() if self._known.get(pid) is not process} | (dead - self._dead)
        self._dead = dead
        if lost:
            for process in self._known.values():
                if process.stat is not None and process.stat.parent in lost:
                    process.resting = False

    def close(self) -> None:
        """Give all descriptors back."""
        for process in self._known.values():
            process.close()
        self._known = {}
