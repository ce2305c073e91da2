"""Locks with a name: who has each and who waits for it, from what the workers announce, and whether that has become a deadlock.

Only what is announced is known: who takes a free lock says nothing, and whoever then finds it taken names the holder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from conclab.model.events import Acquired, Released, Waiting

MOST_LOCKS = 1_000
"""Of more than these nothing is known: anybody may announce."""
SETTLED_NS = 250_000_000
"""Announcements of one moment may overtake each other; a circle that has stood for so long is one."""


@dataclass(frozen=True, slots=True)
class LockView:
    """One lock at one moment."""

    name: str
    holder: str | None = None
    """The worker that has it; None: nobody, or nobody has said so. One that has ended may still be it: it never gave it back."""
    waiting: Mapping[str, int] = field(default_factory=dict)
    """Worker to when it began to wait (CLOCK_MONOTONIC, nanoseconds)."""


Locks = Mapping[str, LockView]


def fold_locks(locks: Locks, event: Waiting | Acquired | Released) -> Locks:
    """The locks after one more announcement."""
    view = locks.get(event.lock) or LockView(event.lock)
    if event.lock not in locks and len(locks) >= MOST_LOCKS:
        return locks
    waiting = {worker: since for worker, since in view.waiting.items() if worker != event.worker}
    if isinstance(event, Waiting):
        view = replace(view, holder=event.holder, waiting={**waiting, event.worker: event.at_ns})
    elif isinstance(event, Acquired):
        view = replace(view, holder=event.worker, waiting=waiting)
    else:
        view = replace(view, holder=None if view.holder == event.worker else view.holder, waiting=waiting)
    return {**locks, event.lock: view}


def without_waiter(locks: Locks, worker: str) -> Locks:
    """The locks once a worker has ended: it waits for none any more. One that it holds it still holds: nobody gives it back."""
    if not any(worker in view.waiting for view in locks.values()):
        return locks
    return {
        name: replace(view, waiting={who: since for who, since in view.waiting.items() if who != worker})
        for name, view in locks.items()
    }


def waits_for(locks: Locks) -> dict[str, LockView]:
    """Worker to the lock that it waits for."""
    return {worker: view for view in locks.values() for worker in view.waiting}


def deadlock(locks: Locks, now_ns: int) -> tuple[tuple[str, str], ...]:
    """Workers that wait for each other in a circle, each with the lock that it waits for and the next one has; empty: none do.

    Only a circle in which everybody has waited for ``SETTLED_NS`` is one. Workers that wait for it from outside are not in it.
    """
    waits = {worker: view for worker, view in waits_for(locks).items() if now_ns - view.waiting[worker] >= SETTLED_NS}
    seen: set[str] = set()
    for start in sorted(waits):
        path: list[str] = []
        worker: str | None = start
        while worker in waits and worker not in seen:
            seen.add(worker)
            path.append(worker)
            worker = waits[worker].holder
        if worker in path:
            return tuple((one, waits[one].name) for one in path[path.index(worker) :])
    return ()


def tell_deadlock(circle: tuple[tuple[str, str], ...]) -> str:
    """The circle as one sentence; empty for none."""
    if not circle:
        return ""
    if len(circle) == 1:
        worker, lock = circle[0]
        return f"deadlock: {worker} holds {lock} and waits for it itself"
    parts = []
    for number, (worker, lock) in enumerate(circle):
        held = circle[number - 1][1]  # what the one before waits for
        parts.append(f"{worker} holds {held} and waits for {lock}")
    return "deadlock: " + "; ".join(parts)
