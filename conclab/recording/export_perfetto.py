"""A run as a trace that https://ui.perfetto.dev opens: who had each core, what each worker did, and what was said meanwhile.

Groups of tracks: *repetitions* (one slice each, named by its arm), *cores* (slices named by the worker that ran there), *workers*
(their states), *events* (what the runner told, as instants), *output* (each line an instant), *machine* (counters). All repetitions
lie on one time axis, at CLOCK_MONOTONIC. Where a repetition was traced, its slices are the kernel's own: each with why it ended,
how long it had wanted a core before, and an arrow from who woke it up. Else they come from samples, and the group's name says so.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from conclab.model.blocking import INFERRED
from conclab.model.events import (
    Acquired,
    Failed,
    Measured,
    Output,
    Released,
    RoundFinished,
    RunFinished,
    RunStarted,
    TaskFinished,
    Waiting,
    WorkerFinished,
    WorkerStarted,
)
from conclab.model.machine import MachineSample, rates_between
from conclab.model.slices import PREEMPTED, UNENDED, UNKNOWN, TaskSlices
from conclab.model.worker_view import slot_for
from conclab.recording.export_states import BLOCKED, Span, exact_spans, sampled_spans
from conclab.recording.export_steps import Life, Step, steps_of
from conclab.recording.export_tracks import Args, TrackFile, comes_from, leads_to
from conclab.recording.export_waking import Names, flows
from conclab.recording.feed import Item

_ENDS = {PREEMPTED: "preempted", UNENDED: "not known", ord("S"): "slept", ord("D"): "slept, uninterruptible", ord("T"): "stopped"}
"""Why a slice ended; whatever else the kernel says is the end of the task."""


def write_perfetto(items: Sequence[Item], out: BinaryIO, tasks_per_s: float, epoch_ns: int | None = None) -> None:
    """``epoch_ns``: the wall clock's time at the first item. Raises OSError when it cannot be written, ValueError without items."""
    if not items:
        raise ValueError("there is nothing in it")
    _Trace(items, TrackFile(out, items[0].at_ns, epoch_ns), tasks_per_s).write()


class _Group:
    """Tracks of one kind, made when there is something for them, in the order of their names."""

    def __init__(self, file: TrackFile, name: str, rank: int, about: str = "") -> None:
        self._file = file
        self._number = file.track(name, rank=rank, about=about)
        self._tracks: dict[str, int] = {}

    def track(self, name: str, rank: int = 0, unit: str | None = None) -> int:
        found = self._tracks.get(name)
        if found is None:
            found = self._tracks[name] = self._file.track(name, self._number, rank, unit=unit)
        return found


class _Trace:
    def __init__(self, items: Sequence[Item], file: TrackFile, tasks_per_s: float) -> None:
        self._items, self._file = items, file
        exact = any(isinstance(item, RunStarted) and item.traced for item in items)
        how = "exact where traced" if exact else f"sampled {tasks_per_s:.0f}/s" if tasks_per_s else "not sampled"
        lengths = "Lengths are the kernel's counters. Where a piece lies between two samples is not known."
        self._repetitions = _Group(file, "repetitions", 0)
        self._cores = _Group(file, f"cores ({how})", 1, "Which worker had each core. " + lengths)
        self._workers = _Group(file, f"workers ({how})", 2, "On a core, wanting one, or blocked. * is inferred. " + lengths)
        self._events = _Group(file, "events", 3, "What the runner told.")
        self._output = _Group(file, "output", 4)
        self._machine = _Group(file, "machine", 5, "All that ran on this machine, the experiment and everything else.")
        self._slots: dict[str, int] = {}
        """Workers in the order of their colours in the lab."""
        self._flows = 0

    def write(self) -> None:
        for item in self._items:
            if isinstance(item, WorkerStarted):
                self._rank(item.worker)
        for step in steps_of(self._items):
            self._step(step)
        self._told()
        self._counters()
        self._file.close()

    def _rank(self, worker: str) -> int:
        if worker not in self._slots:
            self._slots[worker] = slot_for(worker, self._slots.values())
        return self._slots[worker]

    # A repetition

    def _step(self, step: Step) -> None:
        label = step.arm.python.label if step.arm.python else ""
        again = " (control)" if step.control else ""
        found = step.repetition
        args: Args = (
            ("arm", step.arm.name),
            ("round", step.round + 1),
            ("executor", step.arm.executor),
            ("workload", step.arm.workload),
            ("workers", step.arm.workers),
            ("python", label),
            ("outcome", found.outcome if found else "cut off"),
            ("wall_ns", found.wall_ns if found else None),
            ("events lost", step.trace.lost if step.trace else None),
        )
        track = self._repetitions.track("repetitions")
        self._file.slice(track, step.start_ns, step.end_ns, f"{step.arm.name}{again}", args)
        exact = {slices.task: slices for slices in step.trace.tasks} if step.trace else {}
        sampled = [life for life in step.lives if life.task not in exact]
        laid_out = sampled_spans(sampled)
        for life, spans in zip(sampled, laid_out, strict=True):
            self._states(life, spans, None)
        for life in step.lives:
            if life.task in exact and step.trace is not None:
                self._states(life, exact_spans(life, exact[life.task], step.trace.end_ns), exact[life.task])
        self._shared_cores(step, [(span, life) for life, spans in zip(sampled, laid_out, strict=True) for span in spans])
        if step.trace is not None:
            self._exact_cores(step, step.trace.tasks)
            for gap in step.trace.gaps:
                lost = self._cores.track(f"core {gap.core}: events lost", gap.core * 2 + 1)
                number = None if gap.lost == UNKNOWN else gap.lost
                self._file.slice(lost, gap.start_ns, gap.end_ns, "not known", (("events lost", number),))

    def _states(self, life: Life, spans: Iterable[Span], slices: TaskSlices | None) -> None:
        track = self._workers.track(life.worker, self._rank(life.worker))
        for span in spans:
            args: Args = (("sampled", True),) if span.sampled else ()
            if slices is not None and span.slice >= 0:
                args = (("ended", _ENDS.get(slices.ended[span.slice], "ended")),)
            elif span.state == BLOCKED and span.blocked_on:
                args = (*args, ("blocked on", span.blocked_on), ("inferred", span.blocked_on in INFERRED))
            self._file.slice(track, span.start_ns, span.end_ns, span.name, args)

    def _core(self, number: int) -> int:
        return self._cores.track(f"core {number}", number * 2)

    def _shared_cores(self, step: Step, spans: Sequence[tuple[Span, Life]]) -> None:
        """The cores by samples. Of two that seem to have had one at the same moment the later one begins when the other ends."""
        taken: dict[int, int] = {}
        for span, life in sorted(spans, key=lambda one: one[0].start_ns):
            if span.core is None:
                continue
            start = max(span.start_ns, taken.get(span.core, 0))
            if start < span.end_ns:
                taken[span.core] = span.end_ns
                args = (("arm", step.arm.name), ("sampled", True))
                self._file.slice(self._core(span.core), start, span.end_ns, life.worker, args)

    def _exact_cores(self, step: Step, tasks: Sequence[TaskSlices]) -> None:
        """The cores by the kernel's trace, the experiment's helpers included, with arrows from who woke up to who was woken."""
        names = Names(step.lives, tasks)
        begins, arrives = flows(tasks, self._flows)
        self._flows += len(arrives)
        taken: dict[int, int] = {}
        rows = [zip(one.start_ns, range(len(one)), [number] * len(one), strict=True) for number, one in enumerate(tasks)]
        for start, index, number in heapq.merge(*rows):
            one = tasks[number]
            core, end = one.core[index], one.end_ns[index]
            start = max(start, taken.get(core, 0))
            if end <= start:
                continue
            taken[core] = end
            runnable, woken, waker = one.runnable_ns[index], one.woken_ns[index], one.waker[index]
            args: Args = (
                ("arm", step.arm.name),
                ("ended", _ENDS.get(one.ended[index], "ended")),
                ("wanted a core ns", start - runnable if runnable != UNKNOWN else None),
                ("wake-up latency ns", start - woken if woken != UNKNOWN else None),
                ("woken by", names.of_tid(waker) if woken != UNKNOWN and waker != UNKNOWN else None),
            )
            flow = b"".join(map(leads_to, begins.get((number, index), ())))
            if (number, index) in arrives:
                flow += comes_from(arrives[number, index])
            self._file.slice(self._core(core), start, end, names.of(number, start, end), args, flow)

    # What the runner told

    def _told(self) -> None:
        file = self._file
        run = self._repetitions.track("run", 1)
        for item in self._items:
            if isinstance(item, Output):
                for line in item.lines:
                    track = self._output.track(line.worker or line.stream, self._rank(line.worker) if line.worker else 1_000)
                    file.instant(track, line.at_ns, line.text, (("stream", line.stream),), again=False)
                if item.left_out:
                    file.instant(self._output.track("left out", 1_001), item.at_ns, f"{item.left_out} lines left out")
            elif isinstance(item, RunStarted):
                file.instant(run, item.at_ns, f"{item.title}: run started", list(item.values.items()))
            elif isinstance(item, RoundFinished):
                statement = item.verdict.statement if item.verdict else None
                file.instant(run, item.at_ns, "round finished", (("round", item.rounds_done), ("so far", statement)))
            elif isinstance(item, RunFinished):
                verdict = item.verdict
                said: Args = (("verdict", verdict.status.value), ("statement", verdict.statement)) if verdict else ()
                file.instant(run, item.at_ns, f"run finished: {item.outcome}", said)
            else:
                told = _instant(item)
                if told is not None:
                    worker, name, args = told
                    track = self._events.track(worker or "run", self._rank(worker) if worker else 1_000)
                    file.instant(track, item.at_ns, name, args)

    def _counters(self) -> None:
        """A figure over the time between two looks stands from the first of them on; a level from its own look on."""
        before: MachineSample | None = None
        file, machine = self._file, self._machine
        for item in self._items:
            if not isinstance(item, MachineSample):
                continue
            rates = rates_between(before, item) if before is not None else None
            if before is not None and rates is not None:
                if rates.switches_per_s is not None:
                    file.counter(machine.track("context switches/s", 0, "/s"), before.at_ns, rates.switches_per_s)
                for number, load in enumerate(rates.cores):
                    if load is not None:
                        file.counter(machine.track(f"core {number} busy", 2 + number, "%"), before.at_ns, load.busy * 100)
            if item.running is not None:
                file.counter(machine.track("tasks on a core or wanting one", 1, "tasks"), item.at_ns, item.running)
            before = item


def _instant(item: Item) -> tuple[str | None, str, Args] | None:
    """Whose it is, its name and what else is known of it; None: it is no event of a worker."""
    match item:
        case WorkerStarted():
            return item.worker, "started", (("pid", item.pid), ("tid", item.tid))
        case WorkerFinished(result=result):
            counted = result.counters
            args = (
                ("on_core_ns", counted.on_core_ns),
                ("wants_core_ns", counted.wants_core_ns),
                ("blocked_ns", counted.blocked_ns),
                ("voluntary_switches", counted.voluntary_switches),
                ("involuntary_switches", counted.involuntary_switches),
                ("migrations", counted.migrations),
            )
            return result.worker, "finished", args
        case TaskFinished():
            return item.worker, "task finished", (("task", item.index + 1), ("elapsed_ns", item.elapsed_ns))
        case Waiting():
            return item.worker, f"waits for {item.lock}", ()
        case Acquired():
            return item.worker, f"has {item.lock}", (("waited_ns", item.waited_ns),)
        case Released():
            return item.worker, f"released {item.lock}", ()
        case Measured():
            return item.worker, item.name, (("value", item.value), ("unit", item.unit))
        case Failed():
            return item.worker, f"failed: {item.reason}", ()
    return None
