"""Doing something to tasks: signals, nice, I/O priority, cores, policy. Never to a stranger who got the number of the one meant.

The kernel schedules threads, so nice, I/O priority, affinity and policy are each thread's own (setpriority(2), ioprio_set(2),
sched(7)): for the row of a process they are set for all its threads, as ``taskset -a`` does. A signal goes to the process itself.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence
from typing import TypeVar

import psutil

from conclab.model.actions import (
    HIGHEST_NICE,
    IO_BEST_EFFORT,
    IO_REAL_TIME,
    LOWEST_NICE,
    REAL_TIME,
    Action,
    Affinity,
    IoPriority,
    Nice,
    NiceBy,
    Now,
    Outcome,
    Policy,
    Signal,
    common,
)
from conclab.model.core_lists import core_list
from conclab.model.signals import signal_info
from conclab.model.table import WHOLE, RowId
from conclab.sampling.cpusets import allowed_cores
from conclab.sampling.holding import LINUX, EndedError, Held, who
from conclab.sampling.refusals import missing, why_no_signal, why_not_changed

_Answer = TypeVar("_Answer")
_Change = Callable[[int, bool], None]
"""Changes one thread, by its id; True: it was born while the others were changed. Raises OSError."""
_PASSES = 10
"""Looks for threads that were born meanwhile. Those inherit from the thread that made them, so a second look mostly finds none."""
_RESET_ON_FORK = getattr(os, "SCHED_RESET_ON_FORK", 0)

ENDED = "it has ended"
ENDED_MEANWHILE = "it ended while it was being changed"
OURSELVES = "this is conclab itself, and that was not confirmed"
INIT = "process 1 holds up all others, and that was not confirmed"


class RefusedError(Exception):
    """It was not done; the text is the reason, a fragment for ``Outcome``."""


def perform(action: Action, targets: Sequence[RowId], *, confirmed: bool = False) -> tuple[Outcome, ...]:
    """Do it to each, and tell what came of each; raises nothing. Takes microseconds for each thread.

    ``confirmed``: the user was asked. Without it no signal that harms goes to conclab itself or to process 1.
    """
    return tuple(_perform(action, target, confirmed) for target in targets)


def _perform(action: Action, target: RowId, confirmed: bool) -> Outcome:
    if target.pid <= 0 or target.tid < 0:  # to kill(2) those mean whole groups, or everybody
        return Outcome(target, False, action, who(target, ""), "that is no process")
    named = who(target, "")
    try:
        with Held(target) as held:
            named = held.who
            if isinstance(action, Signal):
                reason = _send(action.number, held, confirmed)
            else:
                reason = _change_threads(action, held)
                if not held.alive():
                    return Outcome(target, False, action, named, ENDED_MEANWHILE)
                if isinstance(action, Affinity):
                    reason = reason or _cores_left_out(action, target)
    except EndedError:
        return Outcome(target, False, action, named, ENDED)
    except RefusedError as refused:
        return Outcome(target, False, action, named, str(refused))
    return Outcome(target, True, action, named, reason)


# Signals


def _send(number: int, held: Held, confirmed: bool) -> str:
    """What else there is to say when it was sent."""
    info = signal_info(number)
    if info.harms and not confirmed:
        if held.target.pid == os.getpid():
            raise RefusedError(OURSELVES)
        if held.target.pid == 1:
            raise RefusedError(INIT)
    if held.zombie:
        raise RefusedError(f"it has ended already and waits to be collected by its parent, process {held.parent}")
    try:
        to_the_one_meant = held.signal(number)
    except ProcessLookupError:
        raise EndedError from None
    except OSError as error:
        raise RefusedError(why_no_signal(error, number, held)) from None
    if held.kernel:
        return "a thread of the kernel, which takes no notice of most signals"
    if not to_the_one_meant:
        return "it went to the whole process, because this system has no call for one thread"
    if held.state == "T" and info.name not in ("SIGKILL", "SIGCONT"):
        return "stopped, so it takes the signal when it goes on (SIGCONT)"
    if held.state == "D":
        return "in an uninterruptible wait (D), so it takes the signal when that is over"
    if held.target.tid != WHOLE and info.harms:
        return "what ends or stops a thread by a signal ends or stops its whole process"
    return ""


# What each thread has for itself


def _change_threads(action: Action, held: Held) -> str:
    """Change every thread of it. Returns what else there is to say; raises RefusedError when some or all were refused."""
    change = _changer(action)
    seen: set[int] = set()
    changed = 0
    refusals: dict[str, int] = {}
    for look in range(_PASSES):
        fresh = [tid for tid in held.threads() if tid not in seen]
        if not fresh:
            break
        for tid in fresh:
            seen.add(tid)
            start = held.start_of(tid)
            if start is None or (held.target.tid != WHOLE and start != held.target.start):
                continue
            try:
                change(tid, look > 0)
            except ProcessLookupError:
                continue
            except OSError as error:
                why = why_not_changed(error, action, held)
                refusals[why] = refusals.get(why, 0) + 1
                continue
            changed += 1
            if held.start_of(tid) != start and os.path.exists(f"/proc/{tid}"):
                refusals[f"thread {tid} ended, and the task that has its number now may have been changed instead"] = 1
    if refusals:
        why = max(refusals, key=lambda reason: refusals[reason])
        raise RefusedError(why if not changed else f"{changed} of its {len(seen)} threads changed; for the others {why}")
    if not changed:
        raise EndedError
    return ""


def _changer(action: Action) -> _Change:
    match action:
        case Nice(value):
            return lambda tid, late: os.setpriority(os.PRIO_PROCESS, tid, value)
        case NiceBy(step):
            return _nice_mover(step)
        case IoPriority(klass, level):
            return lambda tid, late: _set_io_priority(tid, klass, level)
        case Affinity(cores):
            if not hasattr(os, "sched_setaffinity"):
                raise RefusedError("this system has no call for it")
            if not cores:
                raise RefusedError("it needs at least one core")
            return lambda tid, late: os.sched_setaffinity(tid, cores)
        case Policy(policy, priority):
            if not hasattr(os, "sched_setscheduler"):
                raise RefusedError("this system has no call for it")
            return lambda tid, late: _set_policy(tid, policy, priority)
        case Signal():
            raise TypeError("a signal is sent, not set")


def _nice_mover(step: int) -> _Change:
    given: set[int] = set()

    def move(tid: int, late: bool) -> None:
        before = os.getpriority(os.PRIO_PROCESS, tid)
        if late and before in given:  # it has that from the thread that made it, which was moved already
            return
        value = max(LOWEST_NICE, min(HIGHEST_NICE, before + step))
        os.setpriority(os.PRIO_PROCESS, tid, value)
        given.add(value)

    return move


def _set_io_priority(tid: int, klass: int, level: int) -> None:
    if not hasattr(psutil.Process, "ionice"):
        raise RefusedError("this system has no call for it")
    try:
        psutil.Process(tid).ionice(klass, level if klass in (IO_REAL_TIME, IO_BEST_EFFORT) else 0)
    except psutil.NoSuchProcess:
        raise ProcessLookupError from None
    except psutil.AccessDenied:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM)) from None


def _set_policy(tid: int, policy: int, priority: int) -> None:
    """Keeps the flag by which children do not inherit a real-time policy: taking it away would need a permission of its own."""
    keep = os.sched_getscheduler(tid) & _RESET_ON_FORK
    os.sched_setscheduler(tid, policy | keep, os.sched_param(priority if policy in REAL_TIME else 0))


def _cores_left_out(action: Affinity, target: RowId) -> str:
    """The kernel gives what of the asked-for cores is there and in the cpuset, and says nothing (sched_setaffinity(2)): we do."""
    try:
        got = frozenset(os.sched_getaffinity(target.tid or target.pid))
    except OSError:
        return ""
    without = action.cores - got
    if not without:
        return ""
    return f"{missing(without)}, so it may use {core_list(got)}"


# How things are now


def current(target: RowId) -> Now:
    """How it is scheduled now: of a process what is the same for all its threads. What cannot be read is None; raises nothing."""
    if target.pid <= 0:
        return Now()
    try:
        with Held(target) as held:
            allowed = allowed_cores(target.pid) if LINUX else None
            now = common(_now(tid, allowed) for tid in held.threads() if held.start_of(tid) is not None)
            return now if held.alive() else Now()
    except EndedError:
        return Now()


def _now(tid: int, allowed: frozenset[int] | None) -> Now:
    policy = _asked(lambda: os.sched_getscheduler(tid)) if hasattr(os, "sched_getscheduler") else None
    affinity = _asked(lambda: os.sched_getaffinity(tid)) if hasattr(os, "sched_getaffinity") else None
    parameters = _asked(lambda: os.sched_getparam(tid)) if hasattr(os, "sched_getparam") else None
    io = _asked(lambda: psutil.Process(tid).ionice()) if hasattr(psutil.Process, "ionice") else None
    return Now(
        nice=_asked(lambda: os.getpriority(os.PRIO_PROCESS, tid)),
        io_class=None if io is None else int(io.ioclass),
        io_level=None if io is None else int(io.value),
        affinity=None if affinity is None else frozenset(affinity),
        allowed=allowed,
        policy=None if policy is None else policy & ~_RESET_ON_FORK,
        rt_priority=None if parameters is None else parameters.sched_priority,
    )


def _asked(ask: Callable[[], _Answer]) -> _Answer | None:
    try:
        return ask()
    except (OSError, psutil.Error):
        return None
