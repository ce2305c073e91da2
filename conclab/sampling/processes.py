"""The process table of the monitor, by psutil.

psutil's context switches are the main thread's alone (giampaolo/psutil#1467), so those of a threaded process are added up here over
its tasks. That is the costliest column, so it is read only for the busiest rows, as many as are shown.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

import psutil

from conclab.model.processes import ProcessRow, ProcessTable, busiest_first
from conclab.model.text import harmless
from conclab.sampling import proc_text
from conclab.sampling.files import read

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
_ATTRIBUTES = ["name", "cpu_times", "memory_info", "status", "num_threads", "nice"]
_MOST_COMMAND = 4_096


@dataclass(slots=True)
class _Known:
    """What is remembered of a process between two looks."""

    start_s: float
    user: str | None
    name: str
    command: str
    at_ns: int = 0
    cpu_time_s: float | None = None
    switches: tuple[int, int] | None = None
    switches_at_ns: int = 0


def switches_of(pid: int) -> tuple[int, int] | None:
    """(voluntary, involuntary) switches of a process, over all its living threads; None when not readable."""
    try:
        tids = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return None
    texts = [read(f"/proc/{pid}/task/{tid}/status") for tid in tids]
    found = [counts for counts in (proc_text.switches(text) for text in texts if text) if counts is not None]
    if not found:
        return None
    return sum(voluntary for voluntary, _ in found), sum(involuntary for _, involuntary in found)


def _introduce(process: psutil.Process) -> _Known:
    """What of a process hardly ever changes is asked once."""
    with process.oneshot():
        start_s, name = process.create_time(), process.name()
        try:
            user = process.username()
        except (psutil.Error, KeyError):
            user = None
        try:
            command = " ".join(process.cmdline())[:_MOST_COMMAND]
        except psutil.Error:
            command = ""
    return _Known(start_s, harmless(user) if user else None, harmless(name), harmless(command) or f"[{harmless(name)}]")


class ProcessReader:
    """Reads the table again and again; rates are those since the last time."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, float], _Known] = {}

    def read(self, detailed: int | None = None) -> ProcessTable:
        """All processes; the switches of the ``detailed`` busiest only (None: of all)."""
        at_ns = time.monotonic_ns()
        seen: dict[tuple[int, float], _Known] = {}
        rows: list[ProcessRow] = []
        for process in psutil.process_iter():
            try:
                row, key, known = self._row(process)
            except (psutil.Error, OSError):  # it ended while we looked, or /proc does not tell when it began
                continue
            seen[key] = known
            rows.append(row)
        self._known = seen
        table = busiest_first(rows)
        limit = len(table) if detailed is None else detailed
        return ProcessTable(at_ns, tuple(self._with_switches(row) for row in table[:limit]) + table[limit:])

    def _row(self, process: psutil.Process) -> tuple[ProcessRow, tuple[int, float], _Known]:
        key = (process.pid, process.create_time())
        known = self._known.get(key) or _introduce(process)
        info = process.as_dict(_ATTRIBUTES, ad_value=None)
        # It may have begun another program since (execve(2)); in the middle of that its command line is empty for a moment.
        resident = info["memory_info"].rss if info["memory_info"] else 0
        unsaid = resident and known.command == f"[{known.name}]"
        if unsaid or (info["name"] is not None and harmless(info["name"]) != known.name):
            new = _introduce(process)
            known.user, known.name, known.command = new.user, new.name, new.command
        at_ns = time.monotonic_ns()
        times = info["cpu_times"]
        cpu_time_s = times.user + times.system if times else None
        share = None
        if known.cpu_time_s is not None and cpu_time_s is not None and at_ns > known.at_ns:
            share = max(0.0, (cpu_time_s - known.cpu_time_s) / ((at_ns - known.at_ns) / 1e9))
        known.at_ns, known.cpu_time_s = at_ns, cpu_time_s
        row = ProcessRow(
            pid=process.pid,
            start_s=known.start_s,
            user=known.user,
            nice=info["nice"],
            resident_bytes=resident if info["memory_info"] else None,
            state=_STATES.get(info["status"], "?"),
            cpu_share=share,
            voluntary_per_s=None,
            involuntary_per_s=None,
            threads=info["num_threads"],
            cpu_time_s=cpu_time_s,
            name=known.name,
            command=known.command,
        )
        return row, key, known

    def _with_switches(self, row: ProcessRow) -> ProcessRow:
        known = self._known[row.pid, row.start_s]
        before, before_ns = known.switches, known.switches_at_ns
        known.switches, known.switches_at_ns = switches_of(row.pid), time.monotonic_ns()
        if before is None or known.switches is None:
            return row
        seconds = (known.switches_at_ns - before_ns) / 1e9
        rates = [(new - old) / seconds for old, new in zip(before, known.switches, strict=True)]
        if min(rates) < 0:  # a thread has ended and taken its numbers along: the rate cannot be told
            return row
        return ProcessRow(
            row.pid,
            row.start_s,
            row.user,
            row.nice,
            row.resident_bytes,
            row.state,
            row.cpu_share,
            rates[0],
            rates[1],
            row.threads,
            row.cpu_time_s,
            row.name,
            row.command,
        )
