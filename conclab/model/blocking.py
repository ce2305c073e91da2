"""What a task that is blocked is blocked on, as one short word that everybody uses: lanes, sums, exports.

A cause is a plain string: ``GIL``, ``lock forks`` (announced by the worker itself), ``a lock`` (futex(2), nobody knows which),
``a timer``, ``data`` …, the name of a system call or kernel function where that is all there is, or ``UNKNOWN``. Announced and
unannounced causes never collide: an announced lock has ``lock`` and a blank before its name, whatever it is called.

The GIL is *inferred*, and has to be shown so (``marked``): the kernel tells only that a thread waits in a futex, and from the
pattern (``TaskSample.crowded``) and an interpreter that says its GIL is on, that is what it must be. Nothing is called GIL on a
free-threaded build, or where the interpreter cannot tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from conclab.model.tasks import TaskSample

GIL = "GIL"
UNKNOWN = ""
A_LOCK = "a lock"
INFERRED = frozenset({GIL})
"""Causes that are concluded from what was seen, not told by the kernel or the worker."""
_SAYS_UNKNOWN = "unknown"
_LOCK = "lock "
_FUTEX = ("futex", "futex_waitv")

_MEANINGS = {
    _FUTEX: A_LOCK,
    ("nanosleep", "clock_nanosleep"): "a timer",
    ("poll", "ppoll", "select", "pselect6", "epoll_wait", "epoll_pwait", "epoll_pwait2"): "events",
    ("wait4", "waitid"): "a child",
    ("read", "pread64", "recvfrom", "recvmsg", "msgrcv"): "data",
    ("accept", "accept4"): "a connection",
    ("connect",): "a connection",
    ("write", "pwrite64", "sendto", "sendmsg"): "room to write",
    ("pause", "rt_sigsuspend", "rt_sigtimedwait"): "a signal",
    ("flock", "fcntl"): "a file's lock",
    ("semop", "semtimedop"): "a semaphore",
    ("fsync", "io_getevents", "io_uring_enter"): "storage",
}
_BY_CALL = {call: words for calls, words in _MEANINGS.items() for call in calls}


def meaning(call: str) -> str:
    """What a task in this system call waits for; empty where the name alone does not tell."""
    return _BY_CALL.get(call, "")


def lock_cause(lock: str) -> str:
    """The cause of who waits for an announced lock."""
    return _LOCK + lock


def asleep(sample: TaskSample) -> bool:
    """Whether it was blocked at that moment: asleep (S), or uninterruptibly so (D)."""
    return sample.state in ("S", "D")


def cause_of(sample: TaskSample, gil: bool | None, lock: str | None = None) -> str:
    """Why this task sleeps. ``gil``: whether its interpreter has a GIL that is on (None: it cannot tell); ``lock``: the one that
    its worker has announced to wait for. ``UNKNOWN`` where it is not asleep, or that cannot be had.

    A worker that was woken up with its lock and now waits for the GIL is seen waiting for the GIL, which is what holds it up.
    """
    if not asleep(sample):
        return UNKNOWN
    if sample.crowded and gil:
        return GIL
    if lock is not None and sample.waits_in in (*_FUTEX, ""):
        return lock_cause(lock)
    return meaning(sample.waits_in) or sample.waits_in


def mostly(blocked_ns: int, waits: Mapping[str, int], cause: str) -> str:
    """What a sampled piece was blocked on: where announced ``waits`` (nanoseconds by cause) took more than half of its blocked time
    the longest of them, else ``cause``, what was seen at its end."""
    return max(waits, key=lambda one: waits[one]) if 2 * sum(waits.values()) > blocked_ns else cause


def marked(cause: str) -> str:
    """A cause as users see it: with an asterisk where it is inferred, in a word where it is not known."""
    return (cause or _SAYS_UNKNOWN) + ("*" if cause in INFERRED else "")


def leading(blocked: Mapping[str, int]) -> str | None:
    """The cause that most of the blocked time went to, by nanoseconds; what is unknown leads only where nothing else is known.
    None: nothing was blocked."""
    known = [(nanoseconds, cause) for cause, nanoseconds in blocked.items() if cause != UNKNOWN and nanoseconds > 0]
    if known:
        return max(known)[1]
    return UNKNOWN if blocked.get(UNKNOWN, 0) > 0 else None


def add_causes(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Blocked time by cause, of several stretches together."""
    total: dict[str, int] = {}
    for part in parts:
        for cause, nanoseconds in part.items():
            total[cause] = total.get(cause, 0) + nanoseconds
    return total


def to_sum(blocked: Mapping[str, int], wanted_ns: int, last: str) -> dict[str, int]:
    """Blocked time by cause that adds up to what the kernel has counted in the end. What was not sampled goes to the ``last``
    cause that was seen; what was sampled too much is taken from that first, and then from the largest."""
    settled = dict(blocked)
    missing = wanted_ns - sum(settled.values())
    if missing > 0:
        settled[last] = settled.get(last, 0) + missing
    for cause in (last, *sorted(settled, key=lambda cause: -settled[cause])):
        if missing >= 0:
            break
        less = min(settled.get(cause, 0), -missing)
        if less > 0:
            settled[cause] -= less
            missing += less
    return {cause: nanoseconds for cause, nanoseconds in settled.items() if nanoseconds}
