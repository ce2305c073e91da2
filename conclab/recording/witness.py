"""What was seen of each repetition beside what its workers told: what they were blocked on, by samples, and what was traced.

Folded when a repetition is over, for then nothing is timed; the same for a run that is live and for one that is read from its file.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from conclab.model.blocking import INFERRED, UNKNOWN, add_causes
from conclab.model.events import Event, Output, Sliced, StepFinished
from conclab.model.lives import Life
from conclab.model.results import Repetition, WorkerResult
from conclab.model.run_state import RunState, fold
from conclab.model.slice_index import SliceIndex
from conclab.model.slices import ExactTrace
from conclab.model.tasks import TaskBatch

MOST_HELD = 20_000
"""Items of a repetition; more of them are not left for its end."""
_UNKNOWN = "unknown"
_PARTS = ("on_core_ns", "wants_core_ns", "blocked_ns", "unknown_ns")


@dataclass(frozen=True, slots=True)
class Seen:
    """Of one repetition."""

    lives: tuple[Life, ...] = ()
    exact: Mapping[str, int] | None = None
    """What the trace has and what it cost; None: it was not traced."""
    traced: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By worker how its time was divided, by the trace: to be compared with its own account."""

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
        self._workers: Sequence[WorkerResult] = ()

    def take(self, item: Event | TaskBatch) -> None:
        if isinstance(item, Output):
            return
        if isinstance(item, Sliced):
            if self._latest is not None:
                self.seen[self._latest] = _with_trace(self.seen[self._latest], self._workers, item.trace)
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
            self._workers = item.repetition.workers
            # What is no longer needed must not grow with the run.
            self._state = replace(self._state, lives=(), owners=(), repetitions=(), lines=())


def _with_trace(seen: Seen, workers: Sequence[WorkerResult], trace: ExactTrace) -> Seen:
    exact = {
        "events": trace.events,
        "lost": trace.lost,
        "drain_cpu_ns": trace.drain_cpu_ns,
        "parse_ns": trace.parse_ns,
        "slices": sum(len(one) for one in trace.tasks),
    }
    traced: dict[str, Mapping[str, int]] = {}
    for worker in workers:
        start_ns, end_ns = max(worker.started_ns, trace.start_ns), min(worker.ended_ns, trace.end_ns)
        # Of several that had the number one after the other the worker is the last that was there by then.
        mine = [
            one for one in trace.tasks if (one.task.pid, one.task.tid) == (worker.pid, worker.tid) and one.start_ns[0] <= end_ns
        ]
        if mine and start_ns <= end_ns:
            traced[worker.worker] = dict(zip(_PARTS, SliceIndex(mine[-1]).account(start_ns, end_ns), strict=True))
    return replace(seen, exact=exact, traced=traced)
