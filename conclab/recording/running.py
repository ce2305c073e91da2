"""One run with everyone who follows it: the conductor who carries it out, the sampler that looks at its tasks, the recorder that
keeps it. The lab's screens (``live.LiveFeed``) and ``conclab run`` both run experiments through this.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from conclab.lab.conductor import Conductor
from conclab.lab.step import STOPPED
from conclab.model.events import ChildStarted, Event, RunFinished, RunStarted, StepFinished
from conclab.model.machine import MachineSample
from conclab.model.runs import Plan, Run
from conclab.model.tasks import TaskBatch
from conclab.model.trouble import Trouble
from conclab.recording.document import document
from conclab.recording.recorder import Recorder
from conclab.recording.witness import Witness
from conclab.sampling.exact import ExactTracer
from conclab.sampling.machine import observe
from conclab.sampling.sampler import Sample, Sampler

LEAD_NS = 60_000_000_000
"""As much of the past as the widest pane of cores shows."""


class Lead:
    """What the machine did just before a run: its recording begins with that, or the cores would have had no past when it began."""

    def __init__(self) -> None:
        self.samples: deque[MachineSample] = deque()

    def put(self, sample: MachineSample) -> None:
        """One more; those that are too old go."""
        self.samples.append(sample)
        while self.samples[0].at_ns < sample.at_ns - LEAD_NS:
            self.samples.popleft()


class Running:
    """``post`` gets the events, and a Trouble when it cannot be kept. The sampler's samples are to be handed to ``sampled``."""

    def __init__(
        self,
        plan: Plan,
        sampler: Sampler,
        post: Callable[[Event | Trouble], None],
        *,
        keep: bool,
        lead: Iterable[MachineSample] = (),
    ) -> None:
        """``lead``: what the machine did just before."""
        self._plan = plan
        self._sampler = sampler
        self._post = post
        self._keep = keep
        self._lead = tuple(lead)
        self._recorder: Recorder | None = None
        self._witness = Witness()
        self._conductor = Conductor(plan, self._heard, observe, ExactTracer() if plan.traced else None)
        self.over = False
        """Nothing of it runs any more; writing the last of it down may still take a moment."""
        self.kept = ""
        """The id under which it was kept, once it is over; empty: it was not."""
        self.result: Run | None = None
        """The run, once it is over and kept."""
        self.document: dict[str, Any] = {}
        """The run as ``conclab run --json`` prints it, once it is over."""

    def run(self) -> Run:
        """Carry it out, on the thread that calls. What it started has ended when this returns, or raises."""
        recorder = Recorder(self._plan, self._trouble) if self._keep else None
        if recorder is not None:
            for sample in self._lead:
                recorder.put(sample)
        self._recorder = recorder
        run: Run | None = None
        outcome = STOPPED
        try:
            try:
                run = self._conductor.run()
            finally:
                self.over = True
            outcome = run.outcome
            kept_as = recorder.path.stem if recorder is not None and recorder.path is not None else None
            self.document = document(run, self._witness.seen, kept_as)
            return run
        except Exception as error:
            outcome = f"conclab itself failed: {error!r}"
            raise
        finally:
            if recorder is not None and run is not None and not run.repetitions:
                recorder.discard()
            elif recorder is not None:
                self.kept = recorder.finish(run, outcome, self.document)
            self.result = run

    def stop(self) -> None:
        """End it at once; from any thread, and more than once."""
        self._conductor.stop()

    def sampled(self, sample: Sample) -> None:
        """On the sampler's thread: what it has seen while this is on."""
        if self._recorder is not None and isinstance(sample, MachineSample | TaskBatch):
            self._recorder.put(sample)
        if isinstance(sample, TaskBatch):
            self._witness.take(sample)

    def _heard(self, event: Event) -> None:
        """On the conductor's thread: follow the run with the sampler, and pass the event on."""
        if isinstance(event, RunStarted):
            self._sampler.hurry(True)
        elif isinstance(event, ChildStarted):
            self._sampler.watch(event.pid)
        elif isinstance(event, StepFinished):
            self._sampler.watch(None)
        elif isinstance(event, RunFinished):
            self._sampler.watch(None)
            self._sampler.hurry(False)
        if self._recorder is not None:
            self._recorder.put(event)
        self._witness.take(event)
        self._post(event)

    def _trouble(self, sentence: str) -> None:
        self._post(Trouble(time.monotonic_ns(), sentence))


class Headless:
    """A run that nobody looks at: with a sampler of its own, on the thread that calls."""

    def __init__(self, plan: Plan, post: Callable[[Event | Trouble], None], *, keep: bool) -> None:
        self._sampler = Sampler(self._sampled)
        self.running = Running(plan, self._sampler, post, keep=keep)

    def run(self) -> Run:
        """Carry it out. What it started has ended when this returns, or raises."""
        self._sampler.start()
        try:
            return self.running.run()
        finally:
            self._sampler.close()

    def _sampled(self, sample: Sample) -> None:
        self.running.sampled(sample)
