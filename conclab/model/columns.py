"""The columns that a task table can have, declared once: the screen, filters, the command line and the JSON use them all.

A column knows its key (what one types in a filter or a setting), its title (htop's word where htop has one), what it means, which
costly reading it needs, its value for sorting and filtering, and its text. Values are in base units: shares 0 to 1, bytes, seconds;
``unit`` says how people write them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import attrgetter
from typing import Any

from conclab.model import figures
from conclab.model.table import AFFINITY, CGROUP, IO, PSS, QUEUE, SCHED, SHARED, STATUS, WCHAN, TaskRow

Value = float | int | str | None

NUMBER, SHARE, BYTES, SECONDS, TEXT = "number", "share", "bytes", "seconds", "text"
"""What a value is. A share is written in per cent (``cpu>5`` is five per cent), bytes with K, M, G, seconds with s, m, h, d."""

POLICIES = {0: "OTHER", 1: "FIFO", 2: "RR", 3: "BATCH", 5: "IDLE", 6: "DEADLINE", 7: "EXT"}
"""sched(7); the numbers are those of field 41 of proc_pid_stat(5)."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    key: str
    title: str
    width: int
    """Cells, the gap before it included. 0: the rest of the line (only the command)."""
    kind: str
    meaning: str
    value: Callable[[TaskRow], Value]
    text: Callable[[TaskRow], str]
    needs: str | None = None
    """A costly reading of ``model.table``; None: it comes with every row."""
    json: str = ""
    """Its key in JSON; the field of TaskRow that it shows."""
    left: bool = False
    """Text begins at the left; figures stand at the right."""

    @property
    def falling(self) -> bool:
        """Whether one wants the largest first: so with what is counted, not with names and numbers of things."""
        return self.kind in (SHARE, BYTES, SECONDS) or (self.kind == NUMBER and self.key in _COUNTED)


_COUNTED = {"vcs", "ics", "mig", "threads", "minflt", "majflt", "switches"}


def _share(share: float | None) -> str:
    """Per cent with a decimal below ten: 0.4, 9.9, 31, 101. Nothing measured is blank, nothing done is 0."""
    if share is None:
        return ""
    value = share * 100
    if value < 0.05:
        return "0"
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}"


def _rate(number: float | None) -> str:
    """Per second: whole from ten on, one decimal below, so that a switch every few seconds does not read as none."""
    if number is None:
        return ""
    if number < 0.05:
        return "0"
    if number >= 999_999.5:
        return f"{number / 1e6:.1f}M"  # all its digits would not fit the column
    return f"{number:.1f}" if number < 9.95 else f"{number:,.0f}"


def _whole(number: float | None) -> str:
    return "" if number is None else f"{number:.0f}"


def _bytes_rate(number: float | None) -> str:
    return "" if number is None else "0" if number < 1 else figures.size(number)


def _priority(row: TaskRow) -> str:
    """As htop writes it: RT for the highest real-time priority (-100)."""
    return "RT" if row.priority is not None and row.priority <= -100 else _whole(row.priority)


def _switches(row: TaskRow) -> float | None:
    if row.voluntary_per_s is None or row.involuntary_per_s is None:
        return None
    return row.voluntary_per_s + row.involuntary_per_s


def _switches_text(row: TaskRow) -> str:
    return _rate(_switches(row))


def _io(row: TaskRow) -> float | None:
    if row.read_bytes_per_s is None or row.write_bytes_per_s is None:
        return None
    return row.read_bytes_per_s + row.write_bytes_per_s


def _policy(row: TaskRow) -> str:
    return "" if row.policy is None else POLICIES.get(row.policy, str(row.policy))


def _of(
    key: str,
    title: str,
    width: int,
    kind: str,
    field: str,
    text: Callable[[Any], str],
    meaning: str,
    needs: str | None = None,
    left: bool = False,
    json: str = "",
) -> Column:
    """A column that shows one field of the row."""
    ask: Callable[[TaskRow], Value] = attrgetter(field)
    return Column(key, title, width, kind, meaning, ask, lambda row: text(ask(row)), needs, json or field, left)


def _said(text: str | None) -> str:
    return text or ""


_VOLUNTARY = "voluntary context switches a second: it gave its core away, to wait for something"
_INVOLUNTARY = "involuntary context switches a second: the kernel took its core away"
_PRIORITY = "the kernel's priority: 20 + nice; below zero and RT: real-time"
_POLICY = "scheduling policy: OTHER, BATCH and IDLE share; FIFO and RR go before all others"
_STATES = "R runs or could, S sleeps, D waits for a device, T stopped, Z dead and not yet reaped, I idle"
_COMMAND = "command line; of a thread its name, of a kernel thread its name in brackets"

_ALL = (
    _of("pid", "PID", 9, NUMBER, "pid", str, "number of the process, or of the thread"),
    _of("ppid", "PPID", 9, NUMBER, "parent", str, "number of the parent process"),
    _of("tgid", "TGID", 9, NUMBER, "id.pid", str, "thread group: the process that a thread belongs to", json="tgid"),
    _of("user", "USER", 10, TEXT, "user", _said, "who it runs as", left=True),
    Column("pri", "PRI", 4, NUMBER, _PRIORITY, attrgetter("priority"), _priority, json="priority"),
    _of("ni", "NI", 4, NUMBER, "nice", _whole, "nice: from -20 (gets more of a core) to 19 (gets less)"),
    Column("policy", "POLICY", 9, TEXT, _POLICY, lambda row: _policy(row) or None, _policy, json="policy", left=True),
    _of("rtprio", "RTPRI", 6, NUMBER, "rt_priority", _whole, "priority among real-time tasks, 1 to 99"),
    _of("virt", "VIRT", 7, BYTES, "virtual_bytes", figures.size, "address space: what it could touch, mostly not in memory"),
    _of("res", "RES", 7, BYTES, "resident_bytes", figures.size, "resident memory: what of it is in RAM, shared pages included"),
    _of("shr", "SHR", 7, BYTES, "shared_bytes", figures.size, "shared part of its resident memory", SHARED),
    _of("pss", "PSS", 7, BYTES, "pss_bytes", figures.size, "its part of RAM: shared pages divided by how many share them", PSS),
    _of("mem", "MEM%", 6, SHARE, "memory_share", _share, "resident memory, of the machine's"),
    _of("state", "S", 3, TEXT, "state", _said, _STATES),
    _of("cpu", "CPU%", 7, SHARE, "cpu_share", _share, "time on a core; 100 is one core"),
    _of("delay", "DELAY%", 8, SHARE, "delay_share", _share, "time that it wanted a core and had to wait in the run queue", QUEUE),
    _of("blocked", "BLOCK%", 8, SHARE, "blocked_share", _share, "time that it slept or waited: a lock, data (threads only)", QUEUE),
    _of("vcs", "VCS/s", 8, NUMBER, "voluntary_per_s", _rate, _VOLUNTARY, STATUS, json="voluntary_switches_per_s"),
    _of("ics", "ICS/s", 8, NUMBER, "involuntary_per_s", _rate, _INVOLUNTARY, STATUS, json="involuntary_switches_per_s"),
    Column(
        "switches",
        "CS/s",
        8,
        NUMBER,
        "context switches a second, of both kinds",
        _switches,
        _switches_text,
        STATUS,
        "switches_per_s",
    ),
    _of("mig", "MIG/s", 7, NUMBER, "migrations_per_s", _rate, "migrations a second: it went on on another core", SCHED),
    _of("core", "CORE", 5, NUMBER, "core", _whole, "the core that it ran on last"),
    _of("affinity", "AFFINITY", 10, TEXT, "affinity", _said, "the cores that it may use", AFFINITY, left=True),
    _of("threads", "THR", 5, NUMBER, "threads", _whole, "how many threads it has"),
    _of("read", "READ/s", 8, BYTES, "read_bytes_per_s", _bytes_rate, "bytes a second that it had fetched from storage", IO),
    _of("write", "WRITE/s", 8, BYTES, "write_bytes_per_s", _bytes_rate, "bytes a second that it sent to storage", IO),
    Column(
        "io", "IO/s", 8, BYTES, "bytes a second to and from storage", _io, lambda row: _bytes_rate(_io(row)), IO, "io_bytes_per_s"
    ),
    _of("minflt", "MINF/s", 8, NUMBER, "minor_faults_per_s", _rate, "minor page faults a second: a page only had to be mapped"),
    _of("majflt", "MAJF/s", 8, NUMBER, "major_faults_per_s", _rate, "major page faults a second: a page was read from storage"),
    _of("time", "TIME+", 10, SECONDS, "cpu_time_s", figures.clock_time, "CPU time since it started"),
    Column("start", "START", 13, SECONDS, "when it started", attrgetter("start_s"), attrgetter("started"), json="start_s"),
    _of("cgroup", "CGROUP", 24, TEXT, "cgroup", _said, "control group: what limits it, and whose it is", CGROUP, left=True),
    _of("wait", "WAITS IN", 20, TEXT, "waits_in", _said, "the kernel function that it sleeps in", WCHAN, left=True),
    _of("name", "NAME", 17, TEXT, "name", _said, "what the kernel calls it; a thread can have a name of its own", left=True),
    _of("command", "Command", 0, TEXT, "command", _said, _COMMAND, left=True),
)

COLUMNS: Mapping[str, Column] = {column.key: column for column in _ALL}
"""Every column by its key, in the order in which they are offered."""

SETS: Mapping[str, tuple[str, ...]] = {
    "main": ("pid", "user", "ni", "res", "state", "cpu", "delay", "vcs", "ics", "core", "threads", "time", "command"),
    "scheduling": (
        "pid",
        "user",
        "pri",
        "ni",
        "policy",
        "state",
        "cpu",
        "delay",
        "blocked",
        "vcs",
        "ics",
        "mig",
        "core",
        "affinity",
        "command",
    ),
    "memory": ("pid", "user", "virt", "res", "shr", "pss", "mem", "minflt", "majflt", "state", "cpu", "command"),
    "storage": ("pid", "user", "state", "read", "write", "io", "majflt", "cpu", "wait", "command"),
    "groups": ("pid", "ppid", "user", "state", "cpu", "threads", "start", "cgroup", "command"),
    "htop": ("pid", "user", "pri", "ni", "virt", "res", "shr", "state", "cpu", "mem", "time", "command"),
}
"""Named sets of columns to turn through."""


@lru_cache(maxsize=4)  # the same columns each time, so that who compares them sees that nothing has changed
def of_machine(cores: int) -> Mapping[str, Column]:
    """The columns where CPU% and DELAY% are shares of the whole machine: 100 is all of its cores."""

    def scaled(column: Column, meaning: str) -> Column:
        ask = column.value

        def value(row: TaskRow) -> float | None:
            found = ask(row)
            return found / cores if isinstance(found, float | int) else None

        return replace(column, value=value, text=lambda row: _share(value(row)), meaning=meaning)

    return {
        **COLUMNS,
        "cpu": scaled(COLUMNS["cpu"], "time on a core; 100 is all cores of the machine"),
        "delay": scaled(COLUMNS["delay"], "time that it wanted a core and had to wait; 100 is one waiting for each core"),
    }
