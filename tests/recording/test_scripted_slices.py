"""The script's exact traces: they fit its workers, and each other."""

from __future__ import annotations

import sys
from itertools import pairwise

import pytest

from conclab.lab.catalogue import find
from conclab.lab.planning import make_plan
from conclab.model.events import Sliced, StepFinished, WorkerStarted
from conclab.model.experiments import Interpreter
from conclab.model.slices import UNKNOWN
from conclab.model.tasks import TaskId
from conclab.recording.scripted import ScriptedFeed

PYTHON = Interpreter(sys.executable, "cpython", "3.13.0", free_threaded=False)


@pytest.mark.parametrize("experiment", ["threads-or-processes", "waiting-room"])
def test_slices_lie_in_their_workers_lives_and_no_core_has_two_at_once(experiment: str) -> None:
    feed = ScriptedFeed(2)
    feed.launch(make_plan(find(experiment), {}, feed.machine, [PYTHON], rounds=1, traced=True))
    feed.tick(600)
    items = feed.take()
    traced = [(items[place - 1], item) for place, item in enumerate(items) if isinstance(item, Sliced)]
    assert traced
    told = {TaskId(item.pid, item.tid, item.start_ticks) for item in items if isinstance(item, WorkerStarted)}
    for before, item in traced:
        assert isinstance(before, StepFinished)
        lives = {worker.tid: (worker.started_ns, worker.ended_ns) for worker in before.repetition.workers}
        by_core: dict[int, list[tuple[int, int]]] = {}
        for task in item.trace.tasks:
            latest = 0
            for start, end, core, ready in zip(task.start_ns, task.end_ns, task.core, task.runnable_ns, strict=True):
                assert ready == UNKNOWN or latest <= ready <= start < end
                by_core.setdefault(core, []).append((start, end))
                latest = end
        if len(lives) == len(before.repetition.workers):
            for task in item.trace.tasks:
                assert task.task in told, "one identity, whoever tells of it"
                begin, over = lives[task.task.tid]
                assert begin <= task.start_ns[0]
                assert task.end_ns[-1] <= over
        if "threads" in before.repetition.arm and experiment == "threads-or-processes":
            whole = sorted(pair for pairs in by_core.values() for pair in pairs)
            assert all(one[1] <= other[0] for one, other in pairwise(whole))  # one at a time under a GIL
        for pairs in by_core.values() if experiment == "threads-or-processes" else ():
            pairs.sort()
            assert all(one[1] <= other[0] for one, other in pairwise(pairs))
