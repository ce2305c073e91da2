"""What a filter can ask for: every column of the task table, and a few things that are no columns of their own.

A column answers to its key, to its title as it stands on the screen (``CPU%``, ``VCS/s``) and to the names that ps, top and htop
use.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from operator import attrgetter

from conclab.model.columns import NUMBER, POLICIES, SECONDS, TEXT, Column, Value
from conclab.model.table import TaskRow

EQUALITIES = ("=", "!=")
OPERATORS_OF_TEXT = ("=", "!=", "~", "!~")
OPERATORS_OF_NUMBERS = (">", "<", ">=", "<=", "=", "!=")

_SYNONYMS = {
    "pid": "tid process",
    "ppid": "parent",
    "tgid": "group",
    "user": "owner username uname euser",
    "pri": "prio priority",
    "ni": "nice",
    "policy": "sched class cls",
    "rtprio": "rtpri",
    "virt": "vsz vsize vmsize virtual",
    "res": "rss rsz rssize resident",
    "shr": "shared",
    "mem": "pmem memory",
    "state": "s st stat status",
    "cpu": "pcpu",
    "delay": "wants",
    "blocked": "block",
    "vcs": "nvcsw voluntary",
    "ics": "nivcsw involuntary",
    "switches": "cs csw ctxt",
    "mig": "migrations",
    "core": "processor psr lastcore",
    "affinity": "cpus",
    "threads": "thr nlwp nthreads thread",
    "read": "rd reads",
    "write": "wr writes",
    "minflt": "minf",
    "majflt": "majf faults",
    "time": "cputime",
    "start": "started stime lstart",
    "cgroup": "cg",
    "wait": "wchan waits waitsin",
    "name": "comm",
    "command": "cmd cmdline args",
    "age": "etime elapsed",
    "uid": "euid",
}

_STATES = {
    "R": ("running", "runs or could run"),
    "S": ("sleeping", "sleeps until something comes"),
    "D": ("disk", "waits for a device and cannot be interrupted"),
    "T": ("stopped", "stopped by a signal"),
    "t": ("traced", "stopped by a debugger"),
    "Z": ("zombie", "dead, its parent has not asked how it ended"),
    "I": ("idle", "a kernel thread with nothing to do"),
}
_STATE_WORDS = {word: letter for letter, (word, _meaning) in _STATES.items()}

_KINDS = {"process": "all threads of a program together", "thread": "one thread of a program", "kernel": "a thread of the kernel"}


@dataclass(frozen=True, slots=True)
class Term:
    """Something that can be compared: what it is called, its kind, and its value in a row."""

    key: str
    kind: str
    meaning: str
    value: Callable[[TaskRow], Value]
    title: str = ""
    needs: str | None = None
    known: Mapping[str, str] | None = None
    """All the values that there are, with their meaning; None: any."""
    spelled: Callable[[str], str] = str
    """A value as the kernel writes it, from how people do."""

    @property
    def operators(self) -> tuple[str, ...]:
        return OPERATORS_OF_TEXT if self.kind == TEXT else OPERATORS_OF_NUMBERS


def terms(columns: Mapping[str, Column], now_s: Callable[[], float] | None) -> dict[str, Term]:
    """Everything that can be asked for, by its key; how old a task is only with a clock (seconds since the epoch)."""
    found = {key: _of(column) for key, column in columns.items()}
    found["kind"] = Term("kind", TEXT, "what sort of task: process, thread or kernel", _kind, known=_KINDS)
    found["uid"] = Term("uid", NUMBER, "who it runs as, as a number", attrgetter("uid"))
    if now_s is not None:
        found["age"] = Term("age", SECONDS, "how long ago it was started: age<10m", _age(now_s))
    return found


def _of(column: Column) -> Term:
    term = Term(column.key, column.kind, column.meaning, column.value, column.title, column.needs)
    if column.key == "state":
        meanings = {letter: meaning for letter, (_word, meaning) in _STATES.items()}
        return Term("state", TEXT, column.meaning, column.value, column.title, known=meanings, spelled=_state)
    if column.key == "policy":
        return Term("policy", TEXT, column.meaning, column.value, column.title, known=_POLICY_MEANINGS, spelled=_policy)
    if column.key == "start":  # a text, as it stands on the screen: nobody types seconds since the epoch
        return Term("start", TEXT, "when it started, as month-day hour:minute", lambda row: row.started or None, column.title)
    return term


_POLICY_MEANINGS = {name: "real-time" if name in ("FIFO", "RR", "DEADLINE") else "shares the cores" for name in POLICIES.values()}


def _kind(row: TaskRow) -> str:
    return "kernel" if row.kernel else "thread" if row.id.tid else "process"


def _age(now_s: Callable[[], float]) -> Callable[[TaskRow], Value]:
    return lambda row: None if row.start_s is None else now_s() - row.start_s


def _state(text: str) -> str:
    return _STATE_WORDS.get(text.lower(), text)


def _policy(text: str) -> str:
    return text.upper().removeprefix("SCHED_")


def names(term: Term) -> tuple[str, ...]:
    """All that a term answers to, its key first."""
    return (term.key, *filter(None, (simple(term.title),)), *_SYNONYMS.get(term.key, "").split())


def simple(name: str) -> str:
    """A name without what titles have beside letters: CPU%, TIME+, VCS/s, WAITS IN."""
    return "".join(character for character in name.lower().removesuffix("/s") if character.isalnum())


def find(name: str, among: Mapping[str, Term]) -> Term | None:
    """The term that somebody means by a name."""
    wanted = simple(name)
    if wanted in among:
        return among[wanted]
    return next((term for term in among.values() if wanted and wanted in names(term)), None)


def nearest(name: str, among: Mapping[str, Term]) -> str | None:
    """The key of the term whose name looks most like it."""
    spelled = {name: term.key for term in among.values() for name in names(term)}
    close = get_close_matches(simple(name), spelled, 1, 0.7)
    return spelled[close[0]] if close else None
