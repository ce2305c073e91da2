"""What is seen of each repetition, live or from a file; and the run that is made of a file again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from conclab.model.events import Calibrated, Event, LeftOut, Probed, RunFinished, StepFinished, WorkerFinished
from conclab.model.runs import Run
from conclab.model.tasks import TaskBatch
from conclab.recording import witness
from conclab.recording.document import document
from conclab.recording.rebuilt import CUT_OFF, run_of, seen_in
from conclab.recording.recorder import Recorder
from conclab.recording.stored import open_run
from conclab.recording.witness import Key, Seen, Witness, key_of
from tests.recording.played import keep, plan_of, played, traced


def seen_of(items: tuple[object, ...]) -> dict[Key, Seen]:
    one = Witness()
    for item in items:
        if isinstance(item, Event | TaskBatch):
            one.take(item)
    return one.seen


def test_of_every_repetition_all_workers_are_accounted_for() -> None:
    seen = seen_of(played())
    steps = [item.repetition for item in played() if isinstance(item, StepFinished)]
    assert list(seen) == [key_of(repetition) for repetition in steps]
    for repetition in steps:
        found = seen[key_of(repetition)]
        for worker in repetition.workers:
            assert sum(found.blocked_on(worker.worker)["blocked_on"].values()) == worker.counters.blocked_ns
        assert found.exact is None
    assert Seen().blocked_on() == {"blocked_on": None, "blocked_on_inferred": []}


def test_long_repetitions_are_not_held_to_their_end_and_it_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = seen_of(played())
    monkeypatch.setattr(witness, "MOST_HELD", 5)
    assert seen_of(played()) == whole


def test_a_trace_is_told_with_its_repetition() -> None:
    (found,) = seen_of(traced()).values()
    assert found.exact is not None
    assert (found.exact["events"], found.exact["lost"], found.exact["slices"]) == (9, 2, 4)
    assert found.traced == {
        "w1": {"on_core_ns": 500, "wants_core_ns": 50, "blocked_ns": 10, "unknown_ns": 0},
        "w2": {"on_core_ns": 200, "wants_core_ns": 300, "blocked_ns": 0, "unknown_ns": 300},  # before its first slice
    }


def test_a_file_that_was_cut_off_makes_the_run_as_far_as_it_got(tmp_path: Path) -> None:
    items = played()
    cut = next(index for index, item in enumerate(items) if isinstance(item, StepFinished)) + 9
    stored = open_run(keep(items[:cut], tmp_path))
    stored = replace(stored, summary=replace(stored.summary, outcome="", complete=False))
    run = run_of(stored)
    asked = plan_of()
    assert (run.plan.arms, run.plan.values, run.plan.machine) == (asked.arms, asked.values, asked.machine)
    assert run.plan.experiment.question == asked.experiment.question
    assert run.repetitions == tuple(item.repetition for item in items[:cut] if isinstance(item, StepFinished))
    assert run.outcome == CUT_OFF
    probed = next(item for item in items if isinstance(item, Probed))
    assert run.gil_enabled == {asked.pythons[0].path: probed.gil_enabled}
    told = document(run, seen_in(stored), "id")
    assert json.loads(json.dumps(told, allow_nan=False))["kept_as"] == "id"
    assert sum(len(arm["repetitions"]) for arm in told["arms"]) == 1


def test_a_finished_one_makes_the_run_that_it_was(tmp_path: Path) -> None:
    items = played()
    steps = tuple(item.repetition for item in items if isinstance(item, StepFinished))
    (ended,) = (item for item in items if isinstance(item, RunFinished))
    assert ended.verdict is not None
    run = Run(plan_of(), steps, {"/python": True}, outcome="ok", verdicts=(ended.verdict,), cost_cpu_ns=5, wall_ns=7)
    recorder = Recorder(plan_of(), lambda _sentence: None, tmp_path)
    for item in items:
        if isinstance(item, Event):
            recorder.put(item)
    recorder.finish(run, "ok", document(run, seen_of(items), "x"))
    assert recorder.path is not None
    stored = open_run(recorder.path)
    found = run_of(stored)
    assert replace(found, plan=run.plan) == run
    assert stored.document == json.loads(json.dumps(document(found, seen_of(items), "x")))


def test_an_arm_that_was_left_out_is_left_out_of_the_run_that_is_made_again(tmp_path: Path) -> None:
    items = played()
    kept, left = plan_of().arms[0], plan_of().arms[-1]
    assert kept.python == left.python is not None
    told = LeftOut(items[0].at_ns, left.name, left.python.path, "there is no compiler here; install gcc")
    run = run_of(open_run(keep((items[0], told, *items[1:]), tmp_path)))
    assert run.missing == {(left.python.path, left.name): "there is no compiler here; install gcc"}
    results = run.results(left.python)
    assert left not in results.planned
    assert kept in results.planned
    found = document(run)
    assert found["missing"] == [{"arm": left.name, "python": left.python.path, "reason": "there is no compiler here; install gcc"}]
    assert left.name not in [arm["name"] for arm in found["arms"]]


def test_work_that_was_made_larger_is_so_in_the_run_that_is_made_again(tmp_path: Path) -> None:
    items, asked = played(), plan_of()
    larger = tuple(replace(arm, arguments={**arm.arguments, "size": 77}) for arm in asked.arms)
    told = Calibrated(items[0].at_ns, "size", 77, larger)
    found = document(run_of(open_run(keep((items[0], told, *items[1:]), tmp_path))))
    assert found["parameters"] == {**asked.values, "size": 77}
    assert {arm["arguments"]["size"] for arm in found["arms"]} == {77}


def test_what_an_experiment_reports_cannot_break_the_document() -> None:
    step = next(item.repetition for item in played() if isinstance(item, StepFinished))
    worker = next(item.result for item in played() if isinstance(item, WorkerFinished))
    hostile = replace(worker, result={"\ud800": [float("nan"), "\udfff", float("-inf"), 1 << 70]})
    odd = replace(step, workers=(hostile,), measures={"speed": float("inf")}, result=float("nan"))
    told = document(Run(plan_of(), (odd,)))
    text = json.dumps(told, allow_nan=False, ensure_ascii=False).encode()
    repetition = next(arm for arm in json.loads(text)["arms"] if arm["repetitions"])["repetitions"][0]
    assert repetition["measures"] == {"speed": None}
    assert repetition["result"] is None
    assert repetition["workers"][0]["result"] == {"?": [None, "?", None, 1 << 70]}
