"""The workloads about cores, slices, beats and errands, for real but small: what they count and how it hangs together."""

from __future__ import annotations

import pytest

from conclab.model.experiments import Arm, Value
from conclab.model.results import OK, Repetition
from conclab.runner.together import most_at_once
from tests.helpers import conduct


def only(on: str, workload: str, many: int, one_core: bool = False, /, **arguments: Value) -> Repetition:
    run, _ = conduct(Arm("it", on, workload, many, many, arguments, one_core=one_core))
    assert run.outcome == OK
    return run.repetitions[0]


@pytest.mark.parametrize(
    ("stretches", "most"),
    [
        ([], 0),
        ([(0, 10)], 1),
        ([(0, 10), (10, 20)], 1),
        ([(0, 10), (9, 20)], 2),
        ([(0, 10), (1, 4), (5, 8), (6, 7)], 3),
        ([(3, 3), (0, 10)], 1),
    ],
)
def test_how_many_overlap_at_most(stretches: list[tuple[int, int]], most: int) -> None:
    assert most_at_once(stretches) == most
    assert most_at_once(reversed(stretches)) == most


@pytest.mark.parametrize("executor", ["fork", "threads"])
def test_pinned_to_one_core_no_two_ever_run_at_the_same_instant(executor: str) -> None:
    found = only(executor, "stretches", 3, True, size=30, workers=3, executor=executor)
    assert found.measures["at_once"] == 1
    assert 0 < found.measures["cores"] <= 1.05
    stretches = sum(int(str(worker.result)) for worker in found.workers)
    assert stretches == found.result
    assert stretches >= 3, "each had a stretch at least"


def test_one_worker_never_overlaps_itself() -> None:
    found = only("fork", "stretches", 1, size=10, workers=1, executor="fork")
    assert found.measures["at_once"] == 1


@pytest.mark.parametrize("share", [0, 40, 100])
def test_who_wants_a_share_of_a_core_has_no_more_of_it(share: int) -> None:
    found = only("sequential", "occupant", 1, size=60, share=share)
    assert found.result == share
    on_core, wall = found.counters.on_core_ns, found.counters.wall_ns
    if on_core is None or wall is None:
        pytest.skip("this system does not count time on a core")
    assert on_core <= wall * 1.01
    if share < 100:
        assert found.counters.voluntary_switches != 0, "it waits in between"
    if share == 40:
        assert on_core >= 3 * 8_000_000, "8 ms in each of three periods, however late they came"


@pytest.mark.parametrize("executor", ["threads", "fork", "asyncio"])
def test_every_errand_is_done_and_on_one_loop_all_are_under_way(executor: str) -> None:
    run, _ = conduct(Arm("errands", executor, "errands", 3, 6, {"size": 2, "work_us": 200, "wait_us": 5_000}))
    found = run.repetitions[0]
    assert run.outcome == OK
    assert found.result == 12
    if executor == "asyncio":
        assert max(worker.started_ns for worker in found.workers) < min(worker.ended_ns for worker in found.workers)
    if found.counters.on_core_ns is not None:
        assert found.counters.on_core_ns >= 12 * 200_000, "work is time on a core"


@pytest.mark.parametrize("executor", ["threads", "fork"])
def test_a_heart_beats_beside_those_that_compute(executor: str) -> None:
    found = only(executor, "heartbeat", 3, size=40, every_us=5_000, work_us=200, spinners=2, nice=1)
    beats, figures = found.measures["beats"], found.measures
    assert 1 <= beats <= 9
    assert beats == found.result == int(str(found.workers[0].result)), "nobody else beats"
    assert 0 < figures["median_ns"] <= figures["p99_ns"] <= figures["worst_ns"]
    assert figures["away_ns"] > 0


def test_a_heart_that_is_alone_waits_for_nobody() -> None:
    found = only("threads", "heartbeat", 1, size=20, every_us=5_000, work_us=0, spinners=0, nice=0)
    assert "away_ns" not in found.measures
    assert found.measures["beats"] >= 1


@pytest.mark.parametrize(
    ("workload", "arguments"),
    [
        ("stretches", {"size": 10, "workers": 2, "executor": "spawn"}),
        ("heartbeat", {"size": 20, "every_us": 5_000, "work_us": 0, "spinners": 1, "nice": 0}),
    ],
)
def test_what_only_fork_hands_on_is_refused_elsewhere(workload: str, arguments: dict[str, Value]) -> None:
    run, _ = conduct(Arm(workload, "spawn", workload, 2, 2, arguments))
    assert "handed on by fork only" in run.outcome
