"""What was seen of each repetition beside what its workers told: what they were blocked on, by samples, and what was traced.

Folded when a repetition is over, for then nothing is timed; the same for a run that is live and for one that is read from its file.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from conclab.model.blocking import INFERRED, UNKNOWN, add_causes
from conclab.model.events import Event, Output, Sliced, StepFinished
from conclab.model.lives import Life
from conclab.model.results import Repetition
from conclab.model.run_state import RunState, fold
from conclab.model.tasks import TaskBatch

MOST_HELD = 20_000
"""Items of a repetition; more of them are not left for its end."""
_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Seen:
    """Of one repetition."""

    lives: tuple[Life, ...] = ()
    exact: Mapping[str, int] | None = None
    """What the trace has and what it cost; None: it was not traced."""

    def blocked_on(self, worker: str | None = None) -> dict[str, Any]:
        """Nanoseconds by cause, of one worker or of all, and which causes are inferred; null where nothing was seen."""
        mine = [life.blocked for life in self.lives if worker is None or life.worker == worker]
        if not mine:
            return {"blocked_on": None, "blocked_on_inferred": []}
        causes = add_causes(mine)
        told = {_UNKNOWN if cause == UNKNOWN else cause: ns for cause, ns in causes.items() if ns}
        return {"blocked_on": told, "blocked_on_inferred": sorted(INFERRED & told.keys())}


Key = tuple[str, str, int, bool]
NOTHING = Seen()


def key_of(repetition: Repetition) -> Key:
    """Arm, Python, round, and whether it is the second run of the control."""
    return repetition.arm, repetition.python, repetition.round, repetition.control


class Witness:
    """Takes events and batches of a run, from any thread, in about the order of their stamps."""

    def __init__(self) -> None:
        self.seen: dict[Key, Seen] = {}
        """By repetition, once it is over."""
        self._lock = threading.Lock()
        self._held: list[Event | TaskBatch] = []
        self._state = RunState()
        self._latest: Key | None = None

    def take(self, item: Event | TaskBatch) -> None:
        if isinstance(item, Output):
            return
        if isinstance(item, Sliced):
            if self._latest is not None:
                self.seen[self._latest] = replace(self.seen[self._latest], exact=_facts(item))
            return
        with self._lock:
            self._held.append(item)
            ripe = isinstance(item, StepFinished) or (len(self._held) >= MOST_HELD and not isinstance(item, TaskBatch))
            held = self._held if ripe else []
            if ripe:
                self._held = []
        for one in sorted(held, key=lambda one: one.at_ns):
            self._state = fold(self._state, one)
        if isinstance(item, StepFinished):
            self._latest = key_of(item.repetition)
            self.seen[self._latest] = Seen(self._state.lives)
            # What is no longer needed must not grow with the run.
            self._state = replace(self._state, lives=(), owners=(), repetitions=(), lines=())


def _facts(event: Sliced) -> dict[str, int]:
    trace = event.trace
    return {
        "events": trace.events,
        "lost": trace.lost,
        "drain_cpu_ns": trace.drain_cpu_ns,
        "parse_ns": trace.parse_ns,
        "slices": sum(len(one) for one in trace.tasks),
    }
