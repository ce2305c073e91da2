"""A traced run as the lab sees it: when it tells the tracer what, and that it goes on when tracing fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import TracebackType

import pytest

from conclab.lab.conductor import Conductor
from conclab.lab.step import STOPPED
from conclab.model.events import Event, Output, RunFinished, RunStarted, Sliced, StepFinished, WorkerStarted
from conclab.model.results import OK
from conclab.model.runs import Run
from conclab.model.slices import ExactTrace
from conclab.model.tasks import TaskId
from conclab.sampling.machine import observe
from tests.helpers import experiment_of, plan_for, work


class Note:
    """A tracer that notes what it is told, and fails at one point."""

    def __init__(self, fails_at: str = "", error: type[Exception] = OSError) -> None:
        self.told: list[str] = []
        self.roots: list[int | None] = []
        self.tasks: list[Sequence[TaskId]] = []
        self._fails_at = fails_at
        self._error = error

    def _note(self, what: str) -> None:
        self.told.append(what)
        if what == self._fails_at:
            raise self._error("no more \x1b[31mtape")

    def __enter__(self) -> Note:
        self._note("enter")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._note("exit")

    def begin(self) -> None:
        self._note("begin")

    def end(self) -> None:
        self._note("end")

    def trace(self, root: int | None, tasks: Sequence[TaskId]) -> ExactTrace:
        self._note("trace")
        self.roots.append(root)
        self.tasks.append(tasks)
        return ExactTrace(1, 2, ())


def conducted(note: Note, *, traced: bool = True, workload: str = "primes") -> tuple[Run, list[Event]]:
    events: list[Event] = []
    plan = replace(plan_for(experiment_of(work("threads", workload, 2, 2, size=100)), rounds=2), traced=traced)
    return Conductor(plan, events.append, observe, note).run(), events


def started(events: list[Event]) -> RunStarted:
    (found,) = [event for event in events if isinstance(event, RunStarted)]
    return found


def said(events: list[Event]) -> str:
    return "\n".join(line.text for event in events if isinstance(event, Output) for line in event.lines if line.worker is None)


def test_every_repetition_is_traced_from_before_its_child_to_after_its_end_and_told_right_after_it() -> None:
    note = Note()
    run, events = conducted(note)
    assert run.outcome == OK
    assert note.told == ["enter", *["begin", "end", "trace"] * 2, "exit"]
    assert started(events).traced
    order = [type(event) for event in events if isinstance(event, StepFinished | Sliced | RunFinished)]
    assert order == [StepFinished, Sliced, StepFinished, Sliced, RunFinished]
    workers = [TaskId(event.pid, event.tid, event.start_ticks) for event in events if isinstance(event, WorkerStarted)]
    assert [*note.tasks[0], *note.tasks[1]] == workers
    assert note.roots == [workers[0].pid, workers[2].pid]


def test_a_run_that_is_not_to_be_traced_is_not() -> None:
    note = Note()
    _, events = conducted(note, traced=False)
    assert note.told == []
    assert not started(events).traced


@pytest.mark.parametrize(
    ("fails_at", "error", "told"),
    [
        ("enter", OSError, ["enter"]),
        ("begin", OSError, ["enter", "begin", "exit"]),
        ("end", OSError, ["enter", "begin", "end", "exit"]),
        ("trace", ValueError, ["enter", "begin", "end", "trace", "exit"]),
        ("trace", IndexError, ["enter", "begin", "end", "trace", "exit"]),
    ],
)
def test_when_tracing_fails_the_run_goes_on_and_says_so_once(fails_at: str, error: type[Exception], told: list[str]) -> None:
    note = Note(fails_at, error)
    run, events = conducted(note)
    assert run.outcome == OK
    assert len(run.repetitions) == 2
    assert note.told == told
    assert not [event for event in events if isinstance(event, Sliced)]
    assert started(events).traced == (fails_at != "enter")
    assert said(events).count("conclab: ") == 1
    assert "no more ␛[31mtape" in said(events)


def test_who_stops_a_run_does_not_wait_for_its_slices() -> None:
    note = Note()
    events: list[Event] = []
    plan = replace(plan_for(experiment_of(work("threads", "sleeping", 2, 2, size=60_000))), traced=True)

    def post(event: Event) -> None:
        events.append(event)
        if isinstance(event, WorkerStarted):
            conductor.stop()

    conductor = Conductor(plan, post, observe, note)
    assert conductor.run().outcome == STOPPED
    assert note.told == ["enter", "begin", "end", "exit"]
