"""Items of a run: one that the script plays, and the exact slices of one that is made up."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from conclab.lab.catalogue import find
from conclab.lab.planning import make_plan
from conclab.model.events import Event, RunFinished, RunStarted, Sliced, StepFinished, StepStarted, WorkerFinished, WorkerStarted
from conclab.model.experiments import Arm, Interpreter
from conclab.model.machine import MachineSample
from conclab.model.results import OK, Counters, Repetition, WorkerResult
from conclab.model.runs import Plan
from conclab.model.slices import PREEMPTED, UNKNOWN, ExactTrace, Gap, TaskSlices
from conclab.model.tasks import TaskBatch, TaskId
from conclab.recording.feed import Item
from conclab.recording.recorder import Recorder
from conclab.recording.scripted import ScriptedFeed

GIL = Interpreter("/python", "cpython", "3.13.0", False)
S = ord("S")


@cache
def played(name: str = "threads-or-processes", rounds: int = 1) -> tuple[Item, ...]:
    """A whole run of the script, on two cores, with some of the machine's past before it."""
    feed = ScriptedFeed(2)
    feed.tick(5)
    feed.launch(plan_of(name, rounds))
    found: list[Item] = []
    for _ in range(4_000):
        feed.tick(5)
        found += feed.take()
        if any(isinstance(item, RunFinished) for item in found[-40:]):
            return tuple(sorted(found, key=lambda item: item.at_ns))
    raise AssertionError("the script does not end")


def plan_of(name: str = "threads-or-processes", rounds: int = 1) -> Plan:
    return make_plan(find(name), {}, ScriptedFeed(2).machine, [GIL], rounds=rounds)


def keep(items: Sequence[Item], folder: Path | None = None, name: str = "threads-or-processes", outcome: str = OK) -> Path:
    """A run in a file of its own, as the lab keeps it."""
    told: list[str] = []
    one = Recorder(plan_of(name), told.append, folder)
    for item in items:
        if isinstance(item, Event | TaskBatch | MachineSample):
            one.put(item)
    one.finish(None, outcome, None)
    assert told == []
    assert one.path is not None
    return one.path


def slices_of(tid: int, name: str, *rows: tuple[int, int, int, int, int, int, int]) -> TaskSlices:
    """Rows: start, end, core, how it ended, since when it wanted the core, when it was woken up, by whom."""
    columns = [array("q", column) for column in zip(*rows, strict=True)]
    start, end, core, ended, runnable, woken, waker = columns
    task = TaskId(10, tid, tid)
    return TaskSlices(task, name, start, end, array("h", core), array("b", ended), runnable, woken, waker)


def traced() -> tuple[Item, ...]:
    """Two workers that hand one core to each other: w1 wakes w2 up at 500, w2 is preempted at 700 and goes on at 900."""
    arm = Arm("threads", "threads", "primes", 2, 2, python=GIL)
    w1 = slices_of(11, "w1", (100, 600, 0, S, 50, UNKNOWN, UNKNOWN))
    w2 = slices_of(12, "w2", (600, 700, 0, PREEMPTED, 500, 500, 11), (900, 1000, 1, S, 700, UNKNOWN, UNKNOWN))
    helper = slices_of(10, "python", (700, 800, 0, S, UNKNOWN, 650, 0))
    trace = ExactTrace(40, 1100, (helper, w1, w2), events=9, lost=2, gaps=(Gap(1, 1020, 1040, UNKNOWN),))
    accounts = {
        11: Counters(wall_ns=560, on_core_ns=500, wants_core_ns=50),
        12: Counters(wall_ns=800, on_core_ns=200, wants_core_ns=300),
    }
    results = (
        WorkerResult("w1", 10, 11, 50, 610, accounts[11]),
        WorkerResult("w2", 10, 12, 200, 1000, accounts[12]),
    )
    return (
        RunStarted(10, "made-up", "made up", {}, (arm,), 1, 1, True, traced=True),
        StepStarted(20, arm, 0, False),
        WorkerStarted(50, "w1", 10, 11, 11, False),
        WorkerStarted(200, "w2", 10, 12, 12, False),
        WorkerFinished(610, results[0]),
        WorkerFinished(1000, results[1]),
        StepFinished(1100, Repetition("threads", "/python", 0, False, OK, 1000, workers=results)),
        Sliced(1110, trace),
        RunFinished(1200, OK, None),
    )
