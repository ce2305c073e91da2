"""What can be done to tasks, what came of it, and what should be asked about first.

An action is a value; ``sampling.actions`` performs it on rows and returns an ``Outcome`` for each. ``summary`` says in one line
what became of all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from conclab.model.columns import POLICIES
from conclab.model.core_lists import core_list
from conclab.model.signals import GOES_ON, NOTHING, STOPS, signal_info
from conclab.model.table import WHOLE, RowId, TaskRow
from conclab.model.text import harmless

LOWEST_NICE, HIGHEST_NICE = -20, 19
OTHER, FIFO, RR, BATCH, IDLE = 0, 1, 2, 3, 5
"""Scheduling policies that can be chosen, by the kernel's numbers: sched(7). SCHED_DEADLINE needs more than a priority."""
REAL_TIME = (FIFO, RR)
RT_PRIORITIES = range(1, 100)
IO_NONE, IO_REAL_TIME, IO_BEST_EFFORT, IO_IDLE = 0, 1, 2, 3
"""I/O classes: ioprio_set(2)."""
IO_NAMES = {IO_NONE: "none (as nice says)", IO_REAL_TIME: "real-time", IO_BEST_EFFORT: "best effort", IO_IDLE: "idle"}
IO_LEVELS = range(8)


@dataclass(frozen=True, slots=True)
class Signal:
    """Send a signal."""

    number: int


@dataclass(frozen=True, slots=True)
class Nice:
    """Set nice, -20 (gets more of a core) to 19."""

    value: int


@dataclass(frozen=True, slots=True)
class NiceBy:
    """Move nice up or down from where each task has it."""

    step: int


@dataclass(frozen=True, slots=True)
class IoPriority:
    """Set the I/O class, and in the real-time and best-effort classes the level: 0 is served first, 7 last."""

    klass: int
    level: int = 0


@dataclass(frozen=True, slots=True)
class Affinity:
    """Set the cores that it may use."""

    cores: frozenset[int]


@dataclass(frozen=True, slots=True)
class Policy:
    """Set the scheduling policy, and for FIFO and RR the real-time priority, 1 to 99."""

    policy: int
    rt_priority: int = 0


Action = Signal | Nice | NiceBy | IoPriority | Affinity | Policy


@dataclass(frozen=True, slots=True)
class Now:
    """How a task is scheduled now. None: cannot be read, or not the same for all that were asked about."""

    nice: int | None = None
    io_class: int | None = None
    io_level: int | None = None
    affinity: frozenset[int] | None = None
    allowed: frozenset[int] | None = None
    """The cores that its cpuset lets it choose from: cpuset(7)."""
    policy: int | None = None
    rt_priority: int | None = None


def common(every: Iterable[Now]) -> Now:
    """What is the same for all; None where they differ."""
    listed = list(every)
    if not listed:
        return Now()
    values = {field.name: {getattr(now, field.name) for now in listed} for field in fields(Now)}
    return Now(**{name: found.pop() if len(found) == 1 else None for name, found in values.items()})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an action on one row."""

    target: RowId
    ok: bool
    action: Action
    who: str
    """812 (nginx), or thread 813 (w1) of 812."""
    reason: str = ""
    """Why not; when it is ok, what else one should know. A fragment without a subject, so that it can be said of several."""

    @property
    def sentence(self) -> str:
        return summary((self,))


def _done(action: Action, ok: bool) -> str:
    """What was or was not done, up to the word before whom."""
    match action:
        case Signal(number):
            return f"{signal_info(number).name} {'sent' if ok else 'not sent'} to"
        case Nice(value):
            return f"Nice set to {value} for" if ok else "Nice not changed for"
        case NiceBy(step):
            return f"Nice {'raised' if step > 0 else 'lowered'} by {abs(step)} for" if ok else "Nice not changed for"
        case IoPriority(klass, level):
            return f"I/O priority set to {io_text(klass, level)} for" if ok else "I/O priority not changed for"
        case Affinity(cores):
            return f"Cores set to {core_list(cores)} for" if ok else "Cores not changed for"
        case Policy(policy, priority):
            return f"Policy set to {policy_text(policy, priority)} for" if ok else "Policy not changed for"


def io_text(klass: int, level: int) -> str:
    """best effort 4, idle."""
    name = IO_NAMES.get(klass, f"class {klass}")
    return f"{name} {level}" if klass in (IO_REAL_TIME, IO_BEST_EFFORT) else name


def policy_text(policy: int, rt_priority: int = 0) -> str:
    """FIFO 10, BATCH."""
    name = POLICIES.get(policy, f"policy {policy}")
    return f"{name} {rt_priority}" if policy in REAL_TIME else name


def counted(targets: Sequence[RowId]) -> str:
    """2 processes, 1 thread, 1 process and 3 threads."""
    threads = sum(target.tid != WHOLE for target in targets)
    parts = []
    if processes := len(targets) - threads:
        parts.append(f"{processes} process{'es' if processes > 1 else ''}")
    if threads:
        parts.append(f"{threads} thread{'s' if threads > 1 else ''}")
    return " and ".join(parts) or "nothing"


_GROUPS = 2
"""So many different reasons are told; a line is a line."""


def _who(outcomes: Sequence[Outcome]) -> str:
    first = outcomes[0].who
    return first if len(outcomes) == 1 else f"{first} and {len(outcomes) - 1} more"


def _reasons(outcomes: Sequence[Outcome]) -> list[tuple[str, list[Outcome]]]:
    """Those with something to say, by what it is, in the order in which it was first said."""
    found: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.reason:
            found.setdefault(outcome.reason, []).append(outcome)
    return list(found.items())


def summary(outcomes: Sequence[Outcome]) -> str:
    """One line for all: to whom it was done, to whom not and why."""
    if not outcomes:
        return "There was nothing to act on."
    good = [outcome for outcome in outcomes if outcome.ok]
    bad = [outcome for outcome in outcomes if not outcome.ok]
    action = outcomes[0].action
    parts = []
    if good:
        to_whom = good[0].who if len(good) == 1 else counted([one.target for one in good])
        parts.append(f"{_done(action, True)} {to_whom}")
        for reason, those in _reasons(good)[:_GROUPS]:
            if len(good) == 1:
                parts[0] += f": {reason}"
            else:
                parts.append(f"{_who(those)}: {reason}")
    failures = _reasons(bad)
    for reason, those in failures[:_GROUPS]:
        word = ("not to" if isinstance(action, Signal) else "not for") if parts else _done(action, False)
        parts.append(f"{word} {_who(those)}: {reason}")
    rest = sum(len(those) for _reason, those in failures[_GROUPS:])
    if rest:
        parts.append(f"{rest} more failed for other reasons")
    return "; ".join(parts) + "."


def warnings(action: Action, targets: Sequence[RowId], own_pid: int) -> tuple[str, ...]:
    """Why one should be asked before this is done, as sentences; empty when there is nothing to ask about.

    A single SIGTERM is not asked about: it was chosen from a menu, and the program may refuse.
    """
    found: list[str] = []
    if isinstance(action, Policy) and action.policy in REAL_TIME:
        found.append("A real-time task goes before everything else: one that never waits can freeze the machine, conclab included.")
    if not isinstance(action, Signal):
        return tuple(found)
    info = signal_info(action.number)
    if info.name == "SIGKILL":
        found.append("SIGKILL cannot be caught: what has not been saved is lost.")
    elif info.harms and len(targets) > 1:
        verb = "stops" if info.default == STOPS else "ends"
        found.append(f"{info.name} {verb} those that do not handle it.")
    if info.default not in (NOTHING, GOES_ON):
        pids = {target.pid for target in targets}
        if own_pid in pids:
            found.append("conclab itself is among them." if len(targets) > 1 else "This is conclab itself.")
        if 1 in pids:
            found.append("Process 1 holds up all others: when it ends, the machine or the container goes down.")
    return tuple(found)


def asked(action: Action, rows: Sequence[TaskRow]) -> str:
    """What is about to be done, as a question: Send SIGKILL to 3 processes?"""
    match action:
        case Signal(number):
            what = f"Send {signal_info(number).name} to"
        case Policy(policy, priority):
            what = f"Set policy {policy_text(policy, priority)} for"
        case Affinity(cores):
            what = f"Set cores {core_list(cores)} for"
        case IoPriority(klass, level):
            what = f"Set I/O priority {io_text(klass, level)} for"
        case Nice(value):
            what = f"Set nice {value} for"
        case NiceBy(step):
            what = f"{'Raise' if step > 0 else 'Lower'} nice by {abs(step)} for"
    return f"{what} {describe(rows[0]) if len(rows) == 1 else counted([row.id for row in rows])}?"


def describe(row: TaskRow) -> str:
    """A row in a few words for a dialog: 870 nginx, of www, 9 threads."""
    name = harmless(row.name) or row.command or "without a name"
    if row.is_thread:
        return f"thread {row.id.tid} {name}, of process {row.id.pid}"
    parts = [f"{row.id.pid} {name}"]
    if row.kernel:
        parts.append("a thread of the kernel")
    elif row.user:
        parts.append(f"of {harmless(row.user)}")
    if row.threads is not None and row.threads > 1:
        parts.append(f"{row.threads} threads")
    return ", ".join(parts)
