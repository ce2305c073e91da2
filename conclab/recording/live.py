"""The live feed: the sampler's samples and the conductor's events on one clock.

Samples and events come from different threads, and an event is up to a turn of the lab old when it is posted. Everything is
therefore held for an eighth of a second and then handed on in the order of its stamp: a worker's first sample never comes before
its start. If nobody takes for long (a stalled terminal), lines are counted instead of kept and samples are dropped.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from conclab.model.actions import Action, Now, Outcome
from conclab.model.details import Page
from conclab.model.events import Output
from conclab.model.inspection import Inspection
from conclab.model.machine import Machine, MachineSample
from conclab.model.runs import Plan, Run
from conclab.model.table import RowId, TaskTable, Wanted
from conclab.model.tasks import TaskBatch
from conclab.recording.feed import Item
from conclab.recording.running import Lead, Running
from conclab.sampling import actions, tracefs
from conclab.sampling.details import read_details
from conclab.sampling.inspector import Inspector
from conclab.sampling.machine import memory_available, read_facts
from conclab.sampling.sampler import Sample, Sampler
from conclab.sampling.stacks import end_asking
from conclab.sampling.strace import Tracer

HOLD_NS = 125_000_000
MOST_HELD = 4_000
"""Items; beyond that only what the state of the run depends on is kept."""
MOST_TABLES = 30
"""Task tables, each of which may have ten thousands of rows."""


class LiveFeed:
    """Feeds from this machine. One run at a time; each is kept."""

    def __init__(self, clock: Callable[[], int] = time.monotonic_ns, tidies: bool = True) -> None:
        """``tidies``: what a conclab that was killed has left in the kernel's tracing is removed."""
        self.machine: Machine = read_facts()
        self._clock = clock
        self._lock = threading.Lock()
        self._held: list[Item] = []
        self._left_out = 0
        self._lead = Lead()
        self._sampler = Sampler(self._sampled)
        self._inspector = Inspector(self._post)
        self._tracer = Tracer()
        self._running: Running | None = None
        self._threads: list[threading.Thread] = []
        """Of the run that is on, and of those before that are still being written down."""
        if tidies:
            tracefs.remove_left_behind()
        self._sampler.start()

    def take(self) -> list[Item]:
        limit = self._clock() - HOLD_NS
        with self._lock:
            ripe = [item for item in self._held if item.at_ns <= limit]
            self._held = [item for item in self._held if item.at_ns > limit]
            if self._left_out:
                ripe.append(Output(limit, (), self._left_out))
                self._left_out = 0
        traced = self._tracer.take()
        if traced is not None:
            ripe.append(traced)
        ripe.sort(key=lambda item: item.at_ns)  # stable: what has one stamp stays in the order of its arrival
        return ripe

    def launch(self, plan: Plan) -> None:
        if self._running is not None and not self._running.over:
            raise RuntimeError("a run is on already")
        with self._lock:
            lead = tuple(self._lead.samples)
        self._running = Running(plan, self._sampler, self._post, keep=True, lead=lead)
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        self._threads.append(threading.Thread(target=self._running.run, name="conductor", daemon=True))
        self._threads[-1].start()

    def stop(self) -> None:
        if self._running is not None:
            self._running.stop()

    def finished(self) -> tuple[Run, str] | None:
        running = self._running
        return None if running is None or running.result is None else (running.result, running.kept)

    def list_tasks(self, wanted: Wanted | None) -> None:
        self._sampler.list_tasks(wanted)

    def act(self, action: Action, targets: Sequence[RowId], confirmed: bool = False) -> tuple[Outcome, ...]:
        return actions.perform(action, targets, confirmed=confirmed)

    def standing(self, target: RowId) -> Now:
        return actions.current(target)

    def details(self, id: RowId, page: str) -> Page:
        return read_details(id, page)

    def inspect(self, id: RowId | None) -> None:
        self._inspector.inspect(id)

    def trace(self, id: RowId | None) -> None:
        self._tracer.trace(id)

    def time_of_day(self, at_ns: int | None = None) -> float:
        return time.time() - (0.0 if at_ns is None else (self._clock() - at_ns) / 1e9)

    def memory_available(self) -> int | None:
        return memory_available()

    def exact_lack(self) -> str:
        return tracefs.lack()

    @property
    def tasks_per_s(self) -> float:
        return self._sampler.tasks_per_s

    def close(self) -> None:
        self.stop()
        for thread in self._threads:
            thread.join()
        self._sampler.close()
        self._inspector.close()
        self._tracer.close()
        end_asking()

    def _sampled(self, sample: Sample) -> None:
        """On the sampler's thread."""
        if self._running is not None:
            self._running.sampled(sample)
        if isinstance(sample, MachineSample):
            with self._lock:
                self._lead.put(sample)
        self._post(sample)

    def _post(self, item: Item) -> None:
        with self._lock:
            if len(self._held) > MOST_HELD:
                if isinstance(item, Output):
                    self._left_out += len(item.lines) + item.left_out
                    return
                if isinstance(item, MachineSample | TaskTable | TaskBatch | Inspection):
                    return
            if isinstance(item, TaskTable) and sum(isinstance(one, TaskTable) for one in self._held) >= MOST_TABLES:
                return
            self._held.append(item)
