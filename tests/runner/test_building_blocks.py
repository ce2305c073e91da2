"""The workloads that are building blocks of single experiments."""

from __future__ import annotations

import pytest

from conclab.lab.conductor import Conductor
from conclab.model.experiments import Arm
from conclab.model.results import OK, Repetition
from tests.helpers import conduct, work


def only(arm: Arm) -> Repetition:
    run, _ = conduct(arm)
    assert run.outcome == OK
    return run.repetitions[0]


@pytest.mark.parametrize(("executor", "seen"), [("threads", 30), ("asyncio", 30), ("sequential", 30), ("fork", 0), ("spawn", 0)])
def test_a_list_is_shared_by_threads_and_not_by_processes(executor: str, seen: int) -> None:
    repetition = only(work(executor, "shared-list", 3, 3, size=10))
    assert repetition.result == 30
    assert repetition.measures["seen_by_parent"] == seen


def adding(executor: str, workers: int, size: int, locked: int) -> Arm:
    return Arm(executor, executor, "counter", workers, workers, {"size": size, "locked": locked, "workers": workers})


@pytest.mark.parametrize("executor", ["threads", "fork", "forkserver", "spawn", "sequential"])
def test_a_lock_keeps_every_addition(executor: str) -> None:
    repetition = only(adding(executor, 3, 100, locked=1))
    assert repetition.measures["kept"] == repetition.result == 300
    assert (repetition.measures["waits"] > 0) == (repetition.measures["waited_ns"] > 0)
    assert executor != "sequential" or repetition.measures["waits"] == 0


def test_the_counter_of_processes_lies_in_memory_that_they_share() -> None:
    """Without a lock any number may be lost, but not all: had each a counter of its own, the parent's would stand at nought."""
    repetition = only(adding("fork", 2, 2_000, locked=0))
    assert 2 <= repetition.measures["kept"] <= 4_000


def test_a_workload_that_an_executor_cannot_carry_says_why() -> None:
    run, _ = conduct(adding("asyncio", 2, 10, locked=0), conductor=Conductor)
    assert "counter cannot run on asyncio: a coroutine is never interrupted" in run.outcome
    assert not run.repetitions


@pytest.mark.parametrize("kind", ["thread", "coroutine", "fork", "forkserver", "spawn"])
def test_a_birth_takes_time_whatever_is_born(kind: str) -> None:
    repetition = only(Arm(kind, "sequential", "births", 1, 1, {"kind": kind, "size": 2}))
    assert repetition.measures["birth_ns"] > 0


def test_each_process_says_its_own_number() -> None:
    repetition = only(work("spawn", "numbering", 3, 3, size=1))
    assert isinstance(repetition.result, list)
    assert [number for number, _pid, _when in repetition.result] == [1, 2, 3]
    assert [pid for _number, pid, _when in repetition.result] == [worker.pid for worker in repetition.workers]


def test_shares_differ_by_one_task_at_most_and_more_workers_than_tasks_are_no_trouble() -> None:
    repetition = only(work("threads", "sleeping", 3, 7, size=0))
    assert sorted(int(str(worker.result)) for worker in repetition.workers) == [2, 2, 3]
    assert only(work("threads", "sleeping", 3, 2, size=0)).result == 2


def test_fewer_hand_overs_than_are_timed_at_once_are_timed_all_the_same() -> None:
    assert only(work("threads", "pingpong", 2, 2, size=10, touched=0)).measures["hand_over_ns"] > 0
