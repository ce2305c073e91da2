"""Every experiment, for real but small: it runs, its structure is right, and its verdict says so."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping
from dataclasses import replace

import pytest

from conclab.lab.catalogue import catalogue, find
from conclab.lab.planning import make_plan
from conclab.model.events import Event
from conclab.model.results import OK, ArmResult, Repetition, Results, cores_of, measure_of
from conclab.model.runs import Run
from conclab.model.verdicts import Status, Verdict
from conclab.sampling.machine import observe, read_facts
from tests.helpers import Trusting, here

SMALL: dict[str, dict[str, str]] = {
    "threads-or-processes": {"size": "60000"},
    "hashing-against-primes": {"workers": "2", "mebibytes": "30", "limit": "30000"},
    "too-many-workers": {"size": "20000", "factor": "3"},
    "same-loop-elsewhere": {"size": "20000"},
    "native-or-green": {"size": "10000", "workers": "2"},
    "splitting-one-core": {"size": "40"},
    "unawaited": {"size": "5", "several": "2"},
    "goroutines": {"size": "200", "threads": "10"},
    "waiting-room": {"workers": "3", "size": "30"},
    "downloads": {"workers": "3", "files": "3", "size": "4", "latency": "30"},
    "counting-lines": {"size": "2", "workers": "2", "path": __file__},
    "five-workers-awaited": {"size": "5"},
    "one-core-only": {"size": "10000"},
    "cost-of-birth": {"births": "1", "ballast": "8"},
    "is-memory-shared": {"size": "10"},
    "five-processes": {"size": "2"},
    "lost-update": {"size": "300"},
    "context-switch": {"size": "50"},
    "wake-up-latency": {"size": "10", "busy": "2"},
    "gil-hand-over": {"size": "60", "threads": "2", "interval": "100"},
    "gil-convoy": {"size": "30", "threads": "2"},
    "lock-contention": {"size": "20", "workers": "2", "nap": "1"},
    "lock-fairness": {"size": "20", "workers": "2"},
    "deadlock": {"size": "1", "workers": "3", "patience": "5", "standstill": "200"},
    "starvation": {"size": "30", "readers": "3", "read": "2"},
    "producer-consumer": {"size": "12", "make": "500", "use": "1000"},
    "priority-and-affinity": {"size": "50"},
    "two-at-once": {"size": "20", "workers": "2"},
    "whole-core": {"size": "40"},
    "time-slices": {"size": "40", "crowd": "3"},
    "responsive": {"size": "40"},
    "utilisation": {"errands": "4", "workers": "2", "work": "500", "wait": "1000"},
    "loaded-program": {},
    "what-a-task-shares": {},
    "copy-on-write": {"size": "2"},
    "full-copies": {"workers": "2"},
    "shared-memory": {"size": "10"},
    "green-threads": {"size": "50", "threads": "3"},
    "green-against-native": {"size": "40"},
    "blocking-call": {"size": "40", "beat": "2"},
    "argument-copies": {"size": "1"},
    "message-ladder": {"size": "1"},
    "granularity": {"size": "10", "workers": "2"},
    "amdahl": {"size": "20"},
    "parallel-hardware": {"size": "10000", "rows": "64"},
    "own-interpreter": {"size": "20000"},
    "results-pickled": {"size": "3000"},
}
ROUNDS = 3
IN_FULL = ("cost-of-birth",)
"""It has its three rounds, because times are compared. The others have one, and their verdict is on that told thrice."""


@functools.cache
def run_of(name: str) -> Run:
    events: list[Event] = []
    plan = make_plan(find(name), SMALL[name], read_facts(), [here()], rounds=rounds_of(name))
    return Trusting(plan, events.append, observe).run()


def rounds_of(name: str) -> int:
    return ROUNDS if name in IN_FULL else 1


def thrice(arm: ArmResult) -> ArmResult:
    return replace(arm, repetitions=tuple(replace(one, round=number) for one in arm.repetitions for number in range(ROUNDS)))


@functools.cache
def results_of(name: str) -> Results:
    found = run_of(name).results(here())
    if name in IN_FULL:
        return found
    arms = {key: thrice(arm) for key, arm in found.arms.items()}
    return replace(found, arms=arms, control=thrice(found.control) if found.control else None)


@functools.cache
def verdict_of(name: str) -> Verdict:
    return run_of(name).verdicts[0] if name in IN_FULL else find(name).judge(results_of(name))


def measured(name: str) -> Mapping[str, float | None]:
    return {arm: result.median_of(cores_of) for arm, result in results_of(name).arms.items()}


@pytest.mark.parametrize("name", [experiment.name for experiment in catalogue()])
def test_it_runs_and_comes_to_a_verdict(name: str) -> None:
    run = run_of(name)
    assert run.outcome == OK
    for arm in run.plan.arms:
        if not run.has(arm):
            assert arm.optional
            continue
        repetitions = run.of(arm)
        assert len(repetitions) == rounds_of(name) * (2 if arm.name == run.plan.experiment.control else 1)
        for repetition in repetitions:
            assert repetition.wall_ns is not None
            assert len(repetition.workers) == arm.workers
            assert all(worker.pid > 0 and worker.tid > 0 for worker in repetition.workers)
            assert repetition.totals is not None
            assert repetition.totals.cpu_ns > 0
    early = run.verdicts[0]
    assert early.statement
    assert early.rounds == rounds_of(name)
    verdict = verdict_of(name)
    assert verdict.statement
    assert verdict.interval is not None
    assert verdict.interval.low <= verdict.interval.value <= verdict.interval.high
    assert verdict.rounds == ROUNDS
    assert (verdict.control is None) == (run.plan.experiment.control is None)


def cores_asked_for(repetition: Repetition) -> float | None:
    """Cores that the workers used or would have used had they been free: other load on the machine does not change it."""
    counters = repetition.counters
    if counters.on_core_ns is None or counters.wants_core_ns is None or not repetition.wall_ns:
        return None
    return (counters.on_core_ns + counters.wants_core_ns) / repetition.wall_ns


def test_threads_share_one_core_and_processes_ask_for_as_many_as_there_are() -> None:
    """The structural half of what the experiment shows; how much faster is for the user's machine to say."""
    results = results_of("threads-or-processes")
    if results.gil_enabled is not True:
        pytest.skip("this Python has no GIL")
    used = measured("threads-or-processes")
    assert used["sequential"] is not None
    assert used["sequential"] <= 1.01
    assert used["threads"] is not None
    assert used["threads"] <= 1.05, "the GIL lets one at a time run"
    asked = results.arm("processes").median_of(cores_asked_for)
    assert asked is not None
    assert asked > 1.3, "more than a core, even where their start takes most of the time"
    threads, processes = results.arm("threads").shares(), results.arm("processes").shares()
    assert threads is not None
    assert processes is not None
    assert threads[2] > processes[2], "threads are blocked by the lock; by how much depends on who else wants the cores"
    assert processes[2] < 0.15, "processes are on a core or want one"


def test_without_enough_cores_nothing_is_claimed() -> None:
    results = replace(results_of("threads-or-processes"), lacks="This takes two cores, and 1 can be used here.")
    assert find("threads-or-processes").judge(results).status is Status.UNDECIDED


def overlaps(repetition: Repetition) -> bool:
    """Whether some worker began before the one that had begun before it had ended."""
    lives = sorted((worker.started_ns, worker.ended_ns) for worker in repetition.workers)
    return any(later[0] < earlier[1] for earlier, later in itertools.pairwise(lives))


@pytest.mark.parametrize("name", ["waiting-room", "downloads"])
def test_waits_overlap(name: str) -> None:
    """By the stamps of the workers, whatever else keeps the machine busy; how much faster is for the user's machine to say."""
    results = results_of(name)
    assert not any(overlaps(one) for one in results.arm("sequential").repetitions)
    assert any(overlaps(one) for one in results.arm("threads").repetitions)
    assert any(overlaps(one) for one in results.arm("asyncio").repetitions)


def test_pinned_workers_stay_on_one_core() -> None:
    used = measured("one-core-only")
    assert used["many, one core"] is not None
    assert used["many, one core"] <= 1.05
    for repetition in results_of("one-core-only").arm("many, one core").repetitions:
        assert repetition.counters.migrations in (0, None)
        first, second = repetition.workers
        assert first.started_ns < second.ended_ns
        assert second.started_ns < first.ended_ns, "their lives overlap all the same"


def test_all_workers_are_awaited() -> None:
    assert verdict_of("five-workers-awaited").status is Status.HOLDS


def test_memory_is_shared_by_threads_only() -> None:
    assert verdict_of("is-memory-shared").status is Status.HOLDS


def test_a_lock_loses_nothing() -> None:
    assert verdict_of("lost-update").status is Status.HOLDS


def test_a_deadlock_that_is_forced_happens_and_its_cures_keep_it_away() -> None:
    assert verdict_of("deadlock").status is Status.HOLDS


def test_five_processes_have_five_pids() -> None:
    assert "pid of its own" in verdict_of("five-processes").statement
    assert verdict_of("five-processes").status in (Status.FAILS, Status.UNDECIDED)


def test_more_workers_than_cores_want_to_run_at_once() -> None:
    results = results_of("too-many-workers")
    cores = results.machine.whole_cores
    assert [arm.workers for arm in results.planned] == [cores, 2 * cores, 3 * cores]
    few, many = (results.arm(name).median_of(cores_asked_for) for name in ("1x", "3x"))
    assert few is not None
    assert many is not None
    assert many > few, "how long each waits depends on who else wants the cores, how many want one does not"


def test_births_are_ranked_as_everybody_would_expect() -> None:
    bars = {bar.label: bar.value for bar in verdict_of("cost-of-birth").evidence}
    assert bars["thread"] == 1.0
    assert bars["coroutine"] is not None
    assert bars["spawn"] is not None
    assert bars["fork"] is not None
    assert bars["coroutine"] < 1 < bars["fork"] < bars["spawn"]


def test_the_same_results_come_from_every_arm() -> None:
    for name in ("threads-or-processes", "too-many-workers", "counting-lines", "waiting-room", "downloads", "one-core-only"):
        found = {str(one.result) for one in run_of(name).repetitions}
        assert len(found) == 1, (name, found)


def worker_results(repetition: Repetition) -> list[int]:
    return [int(str(worker.result)) for worker in repetition.workers]


def test_every_call_is_answered_by_the_first_worker() -> None:
    """What the caller, a process of its own, has counted, against what the echo has: both count each call once."""
    for arm in results_of("gil-convoy").arms.values():
        for repetition in arm.repetitions:
            assert worker_results(repetition)[0] == repetition.measures["calls"] > 0
            assert repetition.measures["median_ns"] <= repetition.measures["p99_ns"] <= repetition.measures["worst_ns"]


def test_the_gil_changes_hands_more_often_the_shorter_the_switch_interval() -> None:
    results = results_of("gil-hand-over")
    for arm in results.arms.values():
        for repetition in arm.repetitions:
            assert sum(worker_results(repetition)) == repetition.measures["turns"] > 0
    if results.gil_enabled:
        shortest, longest = (results.arm(name).median_of(measure_of("turns")) for name in ("0.1 ms", "50 ms"))
        assert shortest is not None
        assert longest is not None
        assert shortest > longest


def test_every_hand_over_on_one_core_is_a_switch() -> None:
    results = results_of("context-switch")
    for name in ("threads, one core", "processes, one core"):
        for repetition in results.arm(name).repetitions:
            counters = repetition.counters
            if counters.voluntary_switches is None or counters.involuntary_switches is None:
                pytest.skip("this system does not count switches")
            switches = counters.voluntary_switches + counters.involuntary_switches
            at_the_ends = 4  # the first byte may lie there already, and the last switch is after the account
            assert switches >= repetition.measures["hand_overs"] - at_the_ends > 0
            assert counters.migrations in (0, None)
            assert len({worker.pid for worker in repetition.workers}) == (1 if name.startswith("threads") else 2)


def test_the_sleeper_is_woken_up_as_often_as_was_asked_for() -> None:
    for arm in results_of("wake-up-latency").arms.values():
        for repetition in arm.repetitions:
            assert worker_results(repetition)[:2] == [0, int(SMALL["wake-up-latency"]["size"])]
            assert 0 < repetition.measures["median_ns"] <= repetition.measures["p99_ns"] <= repetition.measures["worst_ns"]
