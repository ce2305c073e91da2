"""Why something could not be done to a task, in plain words: what the kernel's error means here, and what it would take.

All reasons are fragments for ``model.actions.Outcome``. Who may do what: kill(2), setpriority(2), ioprio_set(2), sched(7),
sched_setaffinity(2), capabilities(7).
"""

from __future__ import annotations

import errno
import os

from conclab.model.actions import IO_REAL_TIME, REAL_TIME, Action, Affinity, IoPriority, Nice, NiceBy, Policy
from conclab.model.core_lists import core_list
from conclab.sampling.cpusets import online_cores
from conclab.sampling.holding import Held, user_name


def why_no_signal(error: OSError, number: int, held: Held) -> str:
    """Of a signal."""
    if error.errno in (errno.EPERM, errno.EACCES):
        although = "conclab runs as root" if os.geteuid() == 0 else "it is yours"
        return (
            _not_ours(held) or f"the system forbids it although {although}: a container, a security module, or it has other rights"
        )
    if error.errno == errno.EINVAL:
        return f"there is no signal {number} here"
    return _plain(error)


def missing(cores: frozenset[int]) -> str:
    """Of cores that a task cannot have: whether they are there at all."""
    gone = cores - online_cores()
    noun, verb = ("core", "is") if len(cores) == 1 else ("cores", "are")
    reason = "not there" if gone == cores else "not in its cpuset" if not gone else "not there, or not in its cpuset"
    return f"{noun} {core_list(cores)} {verb} {reason}"


def why_not_changed(error: OSError, action: Action, held: Held) -> str:
    """Of everything that is set for each thread."""
    if error.errno in (errno.EPERM, errno.EACCES):
        return _not_ours(held) or _needs(action)
    if error.errno == errno.EINVAL:
        if isinstance(action, Affinity):
            return "the kernel has bound it to its core" if held.kernel else missing(action.cores)
        return "the kernel does not take that for it"
    return _plain(error)


def _needs(action: Action) -> str:
    """What it would take to do this to what is one's own."""
    match action:
        case Nice() | NiceBy():
            need = "nice can only be lowered with CAP_SYS_NICE or a higher RLIMIT_NICE"
        case Policy(policy, priority) if policy in REAL_TIME:
            need = f"real-time priority {priority} needs CAP_SYS_NICE, or RLIMIT_RTPRIO of at least {priority}"
        case Policy():
            need = "leaving its policy needs CAP_SYS_NICE"
        case IoPriority(klass, _level) if klass == IO_REAL_TIME:
            need = "the real-time I/O class needs CAP_SYS_NICE or CAP_SYS_ADMIN"
        case _:
            need = "the kernel refused; it needs CAP_SYS_NICE"
    if os.geteuid() == 0:
        return f"{need}, which root does not have here (a container?), or its cgroup forbids it"
    return f"{need}: run conclab as root for that"


def _not_ours(held: Held) -> str:
    """The reason where it is another user's and we are not root; else empty."""
    owner = held.owner()
    if owner is None or owner == os.geteuid() or os.geteuid() == 0:
        return ""
    return f"no permission, it belongs to {user_name(owner)}: run conclab as root for that"


def _plain(error: OSError) -> str:
    return f"the kernel refused it ({os.strerror(error.errno or 0)})"
