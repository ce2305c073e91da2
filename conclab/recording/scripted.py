"""The scripted feed: runs that are played, not measured, on a machine that is played too. For tests, demos and pictures.

What a run brings is derived from simple rules (one thread at a time under a GIL, processes share the cores, waits overlap), and its
verdict is judged by the experiment's own rule. Time moves only by ``tick``; nothing depends on the wall clock or on this machine.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from conclab.model.actions import IO_NONE, Action, Now, Outcome
from conclab.model.details import Page
from conclab.model.events import (
    ChildStarted,
    Event,
    Line,
    Output,
    Probed,
    RoundFinished,
    RunFinished,
    RunStarted,
    Sliced,
    StepFinished,
    StepStarted,
    TaskFinished,
    WorkerFinished,
    WorkerStarted,
)
from conclab.model.experiments import Arm
from conclab.model.results import OK, Counters, Repetition, WorkerResult, add_up
from conclab.model.runs import Plan, Run
from conclab.model.slices import ExactTrace
from conclab.model.statistics import abba
from conclab.model.table import RowId, Wanted
from conclab.model.tasks import TaskId
from conclab.recording.feed import Item
from conclab.recording.scripted_slices import scripted_trace, ticks_of
from conclab.sampling.scripted import SHARING_GIL, SLEEPING, SLOT_NS, SPINNING, Actor, ScriptedSource
from conclab.sampling.scripted_details import scripted_details
from conclab.sampling.scripted_inspection import ScriptedInspector
from conclab.sampling.scripted_surroundings import scripted_machine
from conclab.sampling.scripted_trace import ScriptedTracer

EPOCH_S = 1_767_264_200.0
"""Seconds since 1970 when the script's clock was at zero: it plays on a morning in January 2026."""
TASK_NS = 250_000_000
"""How long one task takes by itself."""
_PAUSE_NS = 100_000_000
_WAITING = ("sleeping", "downloads", "greeting", "philosophers", "readers", "buffer")


@dataclass(frozen=True, slots=True)
class _Behaviour:
    """How the workers of an arm spend their time."""

    name: str
    wall_ns: int
    on_core: float
    wants: float
    together: bool
    """Whether they live at the same time."""


def _behaviour(arm: Arm, cores: int, jitter: float) -> _Behaviour:
    total = arm.tasks * TASK_NS
    cores = 1 if arm.one_core else cores
    waits = arm.workload in _WAITING
    if arm.executor == "sequential" or (arm.executor == "asyncio" and not waits):
        return _Behaviour(SLEEPING if waits else SPINNING, int(total * jitter), 0.0 if waits else 1.0, 0.0, False)
    if waits:
        return _Behaviour(SLEEPING, int(total / min(arm.workers, arm.tasks) * jitter), 0.01, 0.0, True)
    free = arm.python is not None and arm.python.free_threaded
    if arm.executor == "threads" and arm.workload != "hashing" and not free:
        return _Behaviour(SHARING_GIL, int(total * 1.02 * jitter), 0.98 / arm.workers, 0.05, True)
    parallel = min(arm.workers, cores)
    return _Behaviour(SPINNING, int(total / parallel * 1.04 * jitter), parallel / arm.workers, 1 - parallel / arm.workers, True)


class ScriptedFeed:
    """Feeds from the script. ``tick`` moves its time on."""

    def __init__(self, cores: int = 2, seed: int = 7, tasks: int | None = None) -> None:
        self.machine = scripted_machine(cores)
        self.source = ScriptedSource(cores, seed, tasks=tasks)
        self.acted: list[tuple[Action, tuple[RowId, ...]]] = []
        """What was ordered to be done to tasks. The script knows of no refusal."""
        self._finished: Run | None = None
        self._inspector: ScriptedInspector | None = None
        self._tracer: ScriptedTracer | None = None
        self._random = random.Random(seed)
        self._items: list[Item] = []
        self._script: Iterator[Event] | None = None
        self._due: deque[Event] = deque()
        self._stopping = self._samples = False
        self._pid = 4_000

    # What a feed does

    def take(self) -> list[Item]:
        items, self._items = self._items, []
        items.sort(key=lambda item: item.at_ns)  # stable, as the live feed does
        return items

    def launch(self, plan: Plan) -> None:
        if self._script is not None:
            raise RuntimeError("a run is on already")
        self._stopping = False
        self._finished = None
        self._script = self._play(plan)

    def stop(self) -> None:
        self._stopping = True

    def finished(self) -> tuple[Run, str] | None:
        return None if self._finished is None else (self._finished, "")

    def list_tasks(self, wanted: Wanted | None) -> None:
        self.source.wanted = wanted

    def act(self, action: Action, targets: Sequence[RowId], confirmed: bool = False) -> tuple[Outcome, ...]:
        self.acted.append((action, tuple(targets)))
        return tuple(Outcome(target, True, action, str(target.tid or target.pid)) for target in targets)

    def standing(self, target: RowId) -> Now:
        every = frozenset(range(self.machine.cores))
        return Now(nice=0, io_class=IO_NONE, io_level=4, affinity=every, allowed=every, policy=0, rt_priority=0)

    def details(self, id: RowId, page: str) -> Page:
        return scripted_details(self.source, id, page)

    def inspect(self, id: RowId | None) -> None:
        self._inspector = None if id is None else ScriptedInspector(self.source, id)

    def trace(self, id: RowId | None) -> None:
        self._tracer = None if id is None else ScriptedTracer(self.source, id)

    def time_of_day(self, at_ns: int | None = None) -> float:
        return EPOCH_S + (self.source.at_ns if at_ns is None else at_ns) / 1e9

    def memory_available(self) -> int:
        return 11 * 1024**3

    def exact_lack(self) -> str:
        return ""

    @property
    def tasks_per_s(self) -> float:
        return 1e9 / SLOT_NS if self._samples else 0.0

    def close(self) -> None:
        self._script = None

    # How its time moves

    def tick(self, slots: int = 1) -> None:
        """Play so many slots of 50 ms, and the events that fall into them."""
        for _ in range(slots):
            self._items += self.source.advance()
            look = self._inspector.look() if self._inspector is not None else None
            if look is not None:
                self._items.append(look)
            traced = self._tracer.look() if self._tracer is not None else None
            if traced is not None:
                self._items.append(traced)
            while self._script is not None:
                if not self._due:
                    event = next(self._script, None)
                    if event is None:
                        self._script = None
                        break
                    self._due.append(event)
                if self._due[0].at_ns > self.source.at_ns:
                    break
                event = self._due.popleft()
                self._items.append(event)
                if isinstance(event, ChildStarted | StepFinished | RunFinished):
                    self._samples = isinstance(event, ChildStarted)
                if isinstance(event, RunFinished):
                    self._script = None

    def _play(self, plan: Plan) -> Iterator[Event]:
        now = self.source.at_ns
        steps = [(arm, False) for arm in plan.arms] + [(arm, True) for arm in plan.controls]
        title = plan.experiment.title
        yield RunStarted(
            now, plan.experiment.name, title, plan.values, plan.arms, plan.rounds, len(steps), plan.exact_rounds, plan.traced
        )
        run = Run(plan, gil_enabled={python.path: not python.free_threaded for python in plan.pythons})
        for number in range(plan.rounds):
            for index in abba(len(steps), number, plan.seed):
                arm, control = steps[index]
                now += _PAUSE_NS
                yield StepStarted(now, arm, number, control)
                repetition = None
                for event in self._step(arm, number, control, now):
                    now = event.at_ns
                    if isinstance(event, StepFinished):
                        repetition = event.repetition
                    yield event
                    if plan.traced and isinstance(event, StepFinished):
                        yield Sliced(now, self._trace_of(event.repetition, arm))
                    if self._stopping:
                        self.source.actors = ()
                        self._finished = replace(run, outcome="stopped")
                        yield RunFinished(self.source.at_ns, "stopped", None)
                        return
                assert repetition is not None
                run = replace(run, repetitions=(*run.repetitions, repetition))
            verdicts = tuple(plan.experiment.judge(run.results(python)) for python in plan.pythons)
            yield RoundFinished(now, number + 1, plan.rounds, verdicts[0])
        labels = [python.label for python in plan.pythons]
        several = tuple(zip(labels, verdicts, strict=True)) if len(labels) > 1 else ()
        self._finished = replace(run, verdicts=verdicts)
        yield RunFinished(now, OK, verdicts[0], several)

    def _step(self, arm: Arm, number: int, control: bool, start_ns: int) -> Iterator[Event]:
        way = _behaviour(arm, self.machine.cores, self._random.uniform(0.985, 1.015))
        self._pid += 10
        pid = self._pid
        yield ChildStarted(start_ns, pid)
        version = arm.python.version if arm.python else "3.13.0"
        yield Probed(start_ns, pid, "cpython", version, arm.python is None or not arm.python.free_threaded)
        begin = start_ns + SLOT_NS
        results: list[WorkerResult] = []
        timeline: list[tuple[int, int, Event | Actor | None]] = []
        for worker in range(arm.workers):
            own = arm.executor not in ("sequential", "threads", "asyncio")
            shares = arm.executor == "asyncio"
            tid = pid + worker + 1 if own or arm.executor == "threads" else pid
            task = TaskId(tid if own else pid, tid, ticks_of(tid))
            each = way.wall_ns // arm.workers
            lateness = worker * 4_000_000
            start = begin + lateness if way.together else begin + worker * each
            end = begin + way.wall_ns - (arm.workers - worker) * 3_000_000 if way.together else start + each
            result = self._result(f"w{worker + 1}", task, start, end, way, shares)
            results.append(result)
            actor = Actor(task, result.worker, way.name)
            timeline.append((start, 0, WorkerStarted(start, result.worker, task.pid, tid, task.start_ticks, shares)))
            timeline.append((start, 1, actor))
            for index in range(worker, arm.tasks, arm.workers):
                mine = len(range(worker, arm.tasks, arm.workers))
                at = start + (end - start) * (index // arm.workers + 1) // mine
                line = Line(at, result.worker, "stdout", _said(arm, index))
                timeline.append((at, 2, Output(at, (line,))))
                timeline.append((at, 3, TaskFinished(at, result.worker, index, (end - start) // mine)))
            timeline.append((end, 4, WorkerFinished(end, result)))
        for _at, _order, entry in sorted(timeline, key=lambda one: (one[0], one[1])):
            if isinstance(entry, Actor):
                self._enter(entry)
            elif entry is not None:
                yield entry
                if isinstance(entry, WorkerFinished):
                    self._leave(entry.result)
        done = begin + way.wall_ns
        yield StepFinished(done, _repetition(arm, number, control, way, results))

    def _trace_of(self, repetition: Repetition, arm: Arm) -> ExactTrace:
        way = _behaviour(arm, self.machine.cores, 1.0)
        cores = 1 if arm.one_core else self.machine.cores
        return scripted_trace(way.name, way.together, repetition.workers, cores, repetition.round)

    def _enter(self, actor: Actor) -> None:
        kept = [other for other in self.source.actors if other.task != actor.task]
        self.source.actors = (*kept, actor)

    def _leave(self, result: WorkerResult) -> None:
        self.source.actors = tuple(actor for actor in self.source.actors if actor.name != result.worker)

    def _result(self, name: str, task: TaskId, start: int, end: int, way: _Behaviour, shares: bool) -> WorkerResult:
        wall = end - start
        counters = Counters(
            wall_ns=wall,
            on_core_ns=None if shares else int(wall * way.on_core),
            wants_core_ns=None if shares else int(wall * way.wants),
            voluntary_switches=None if shares else (290 * wall // 10**9 if way.name == SHARING_GIL else 3),
            involuntary_switches=None if shares else 2,
            migrations=None if shares else 1,
            peak_rss_bytes=12 * 1024 * 1024,
        )
        return WorkerResult(name, task.pid, task.tid, start, end, counters, 22_044, shares)


def _said(arm: Arm, index: int) -> str:
    size = arm.arguments.get("size", 0)
    if arm.workload == "primes":
        return f"22,044 primes below {size:,}"
    if arm.workload in _WAITING:
        return f"visitor {index + 1} was called in after {size} ms"
    return f"task {index + 1} of {arm.workload} is done"


def _repetition(arm: Arm, number: int, control: bool, way: _Behaviour, results: list[WorkerResult]) -> Repetition:
    python = arm.python.path if arm.python else ""
    return Repetition(
        arm=arm.name,
        python=python,
        round=number,
        control=control,
        outcome=OK,
        wall_ns=way.wall_ns,
        starting_ns=10_000_000,
        counters=add_up([result.counters for result in results]),
        workers=tuple(results),
        result=sum(22_044 for _ in results),
    )
