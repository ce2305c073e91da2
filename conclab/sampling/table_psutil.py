"""The task table by psutil: for systems without Linux's /proc, and the reference that the tests compare the fast one with.

psutil's context switches are the main thread's alone (giampaolo/psutil#1467), so those of a threaded process are left
blank here. There are no rows of threads: psutil tells their times, but no state and no name.
"""

from __future__ import annotations

import time

import psutil

from conclab.model.table import IO, STATUS, RowId, TaskRow, TaskTable, Wanted
from conclab.model.text import harmless

_STATES = {
    psutil.STATUS_RUNNING: "R",
    psutil.STATUS_SLEEPING: "S",
    psutil.STATUS_DISK_SLEEP: "D",
    psutil.STATUS_STOPPED: "T",
    psutil.STATUS_TRACING_STOP: "t",
    psutil.STATUS_ZOMBIE: "Z",
    psutil.STATUS_DEAD: "X",
    psutil.STATUS_IDLE: "I",
    psutil.STATUS_PARKED: "P",
}
_ATTRIBUTES = ["ppid", "name", "cpu_times", "memory_info", "status", "num_threads", "nice"]
_MOST_COMMAND = 4_096


class _Known:
    """What is remembered of a process between two tables."""

    def __init__(self, process: psutil.Process, start_s: float) -> None:
        self.id = RowId(process.pid, 0, round(start_s * 100))
        self.start_s = start_s
        self.started = time.strftime("%m-%d %H:%M", time.localtime(start_s))
        self.at_ns = 0
        self.cpu_s: float | None = None
        self.switches: tuple[int, int] | None = None
        self.stored: tuple[int, int] | None = None
        self.row: TaskRow | None = None
        self.name = self.command = ""
        self.user: str | None = None
        self.introduce(process)

    def introduce(self, process: psutil.Process) -> None:
        """What of a process hardly ever changes."""
        with process.oneshot():
            self.name = harmless(process.name())
            try:
                self.user = harmless(process.username())
            except (psutil.Error, KeyError):
                self.user = None
            try:
                command = " ".join(process.cmdline())[:_MOST_COMMAND]
            except psutil.Error:
                command = ""
        self.command = harmless(command).strip() or f"[{self.name}]"


class PsutilTable:
    """Reads again and again."""

    def __init__(self) -> None:
        self._known: dict[RowId, _Known] = {}
        self._first = True
        self._memory = psutil.virtual_memory().total

    def read(self, wanted: Wanted) -> TaskTable:
        """All processes; rates are those since the last call."""
        at_ns = time.monotonic_ns()
        seen: dict[RowId, _Known] = {}
        rows: list[TaskRow] = []
        for process in psutil.process_iter():
            try:
                start_s = process.create_time()
                known = self._known.get(RowId(process.pid, 0, round(start_s * 100))) or _Known(process, start_s)
                groups = wanted.needs_of_all | (wanted.needs if self._in_view(known.id, wanted) else frozenset())
                row = self._row(process, known, groups)
            except (psutil.Error, OSError):  # it ended while we looked, or nobody tells when it began
                continue
            seen[known.id] = known
            rows.append(row)
        born = frozenset(seen.keys() - self._known.keys()) if not self._first else frozenset[RowId]()
        ended = tuple(known.row for id, known in self._known.items() if id not in seen and known.row is not None)
        self._known, self._first = seen, False
        return TaskTable(at_ns, tuple(rows), born, ended)

    def _in_view(self, id: RowId, wanted: Wanted) -> bool:
        return wanted.visible is None or id in wanted.visible

    def _row(self, process: psutil.Process, known: _Known, groups: frozenset[str]) -> TaskRow:
        info = process.as_dict(_ATTRIBUTES, ad_value=None)
        # It may have begun another program since (execve(2)); in the middle of that its command line is empty for a moment.
        unsaid = info["memory_info"] and info["memory_info"].rss and known.command == f"[{known.name}]"
        if unsaid or (info["name"] is not None and harmless(info["name"]) != known.name):
            known.introduce(process)
        at_ns = time.monotonic_ns()
        seconds = (at_ns - known.at_ns) / 1e9 if known.at_ns else None
        times, memory = info["cpu_times"], info["memory_info"]
        cpu_s = times.user + times.system if times else None
        busy = None if cpu_s is None or known.cpu_s is None else max(0.0, cpu_s - known.cpu_s)
        switches = _switches(process, info["num_threads"]) if STATUS in groups else None
        stored = _stored(process) if IO in groups else None
        voluntary, involuntary = _rates(known.switches, switches, seconds)
        read, written = _rates(known.stored, stored, seconds)
        row = TaskRow(
            id=known.id,
            parent=info["ppid"] or 0,
            kernel=False,
            user=known.user,
            name=known.name,
            command=known.command,
            state=_STATES.get(info["status"], "?"),
            nice=info["nice"],
            threads=info["num_threads"],
            virtual_bytes=memory.vms if memory else None,
            resident_bytes=memory.rss if memory else None,
            memory_share=memory.rss / self._memory if memory else None,
            cpu_share=None if busy is None or not seconds else busy / seconds,
            cpu_time_s=cpu_s,
            start_s=known.start_s,
            started=known.started,
            voluntary_per_s=voluntary,
            involuntary_per_s=involuntary,
            read_bytes_per_s=read,
            write_bytes_per_s=written,
        )
        known.at_ns, known.cpu_s, known.switches, known.stored = at_ns, cpu_s, switches, stored
        if row != known.row:
            known.row = row
        assert known.row is not None
        return known.row

    def close(self) -> None:
        """Nothing is held."""


def _switches(process: psutil.Process, threads: int | None) -> tuple[int, int] | None:
    if threads != 1:
        return None
    try:
        counts = process.num_ctx_switches()
    except psutil.Error:
        return None
    return counts.voluntary, counts.involuntary


def _stored(process: psutil.Process) -> tuple[int, int] | None:
    try:
        counters = process.io_counters()
    except (psutil.Error, AttributeError, NotImplementedError):  # macOS does not tell
        return None
    return counters.read_bytes, counters.write_bytes


def _rates(
    before: tuple[int, int] | None, after: tuple[int, int] | None, seconds: float | None
) -> tuple[float, float] | tuple[None, None]:
    if before is None or after is None or not seconds:
        return None, None
    return max(0, after[0] - before[0]) / seconds, max(0, after[1] - before[1]) / seconds
