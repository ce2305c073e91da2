"""Every executor, for real: the same work gives the same result, and each worker is named and accounted for."""

from __future__ import annotations

import functools
import subprocess
import sys
from pathlib import Path

import pytest

from conclab.lab.child import RUNNER
from conclab.model.events import Event, Output, Probed, WorkerFinished, WorkerStarted
from conclab.model.experiments import Value
from conclab.model.results import OK, Repetition
from conclab.model.runs import Run
from conclab.runner.registry import EXECUTORS as EVERY
from tests.helpers import conduct, here, work

WORK: dict[str, dict[str, Value]] = {
    "primes": {"size": 2_000},
    "large-matrices": {"size": 12},
    "small-matrices": {"size": 3, "small": 1},
    "hashing": {"size": 1},
    "sleeping": {"size": 1},
    "downloads": {"size": 2, "latency": 1},
    "greeting": {"size": 1},
    "counting-lines": {"size": 1, "parts": 4, "path": __file__},
}
EXECUTORS = [name for name, executor in EVERY.items() if executor.module]
"""Those that a Python can do."""
PROCESSES = ("fork", "forkserver", "spawn")


@functools.cache
def run_of(workload: str) -> tuple[Run, tuple[Event, ...]]:
    """One repetition of the workload on each executor."""
    arms = [work(executor, workload, 2, 4, **WORK[workload]) for executor in EXECUTORS]
    run, events = conduct(*arms)
    return run, tuple(events)


def repetitions(workload: str) -> dict[str, Repetition]:
    run, _ = run_of(workload)
    assert run.outcome == OK
    return {repetition.arm: repetition for repetition in run.repetitions}


@pytest.mark.parametrize("workload", WORK)
def test_the_same_work_gives_the_same_result_on_every_executor(workload: str) -> None:
    results = {executor: repetition.result for executor, repetition in repetitions(workload).items()}
    assert set(results) == set(EXECUTORS)
    assert results["sequential"]
    assert all(result == results["sequential"] for result in results.values()), results


def test_known_results_are_right() -> None:
    assert repetitions("primes")["sequential"].result == 4 * 303  # π(2,000) = 303
    assert repetitions("downloads")["sequential"].result == 4 * 2 * 1024
    with open(__file__, "rb") as file:
        lines = sum(1 for _ in file)
    assert repetitions("counting-lines")["spawn"].result == lines


@pytest.mark.parametrize("executor", EXECUTORS)
def test_every_worker_is_named_with_its_pid_and_kernel_thread(executor: str) -> None:
    workers = repetitions("primes")[executor].workers
    assert [worker.worker for worker in workers] == ["w1", "w2"]
    pids, tids = {worker.pid for worker in workers}, {worker.tid for worker in workers}
    if executor in PROCESSES:
        assert len(pids) == 2
        assert all(worker.pid == worker.tid for worker in workers)
    elif executor == "threads":
        assert len(pids) == 1
        assert len(tids) == 2
        assert not pids & tids
    else:
        assert len(pids) == len(tids) == 1


@pytest.mark.parametrize("executor", [name for name in EXECUTORS if name != "asyncio"])
def test_a_workers_three_parts_add_up_to_its_life(executor: str) -> None:
    """Blocked is what is left, and it is not clamped: were on-core and run-queue time too large, it would be negative."""
    for worker in repetitions("primes")[executor].workers:
        counters = worker.counters
        assert counters.wall_ns == worker.ended_ns - worker.started_ns
        assert counters.on_core_ns is not None
        assert counters.wants_core_ns is not None
        assert counters.blocked_ns is not None
        assert counters.on_core_ns > 0
        assert counters.wants_core_ns >= 0
        assert counters.blocked_ns >= -0.01 * counters.wall_ns


def test_a_coroutine_has_no_kernel_counters_but_the_loop_that_carries_it_has() -> None:
    repetition = repetitions("primes")["asyncio"]
    assert all(worker.shares_task and worker.counters.on_core_ns is None for worker in repetition.workers)
    assert repetition.counters.on_core_ns
    assert repetition.effective_cores is not None


def test_sleeping_is_blocked_and_computing_is_not() -> None:
    asleep = repetitions("sleeping")["threads"].counters
    assert asleep.on_core_ns is not None
    assert asleep.wall_ns is not None
    assert asleep.on_core_ns < 0.9 * asleep.wall_ns
    assert asleep.voluntary_switches is not None
    assert asleep.voluntary_switches >= 4  # each of the four waits gave the core away


def test_every_worker_prints_under_its_own_name() -> None:
    _, events = run_of("primes")
    lines = [line for event in events if isinstance(event, Output) for line in event.lines]
    assert {line.worker for line in lines} == {"w1", "w2"}
    assert {line.text for line in lines} == {"303 primes below 2,000"}
    assert len(lines) == 4 * len(EXECUTORS)


def test_the_probe_comes_first_and_starts_precede_ends() -> None:
    _, events = run_of("primes")
    probes = [event for event in events if isinstance(event, Probed)]
    assert {event.version for event in probes} == {here().version}
    started: set[str] = set()
    seen_probe = False
    for event in events:
        if isinstance(event, Probed):
            seen_probe, started = True, set()
        elif isinstance(event, WorkerStarted):
            assert seen_probe
            started.add(event.worker)
        elif isinstance(event, WorkerFinished):
            assert event.result.worker in started


def test_workers_have_the_names_of_their_kernel_threads() -> None:
    """So that any other monitor can tell them apart, too."""
    run, events = run_of("sleeping")
    assert run.outcome == OK
    starts = [event for event in events if isinstance(event, WorkerStarted)]
    assert len(starts) == 2 * len(EXECUTORS)
    assert all(event.start_ticks is not None for event in starts)


CHILD_LOADS = """
import multiprocessing, sys
sys.path.insert(0, {runner!r})
import job
executor = job.load_executor({method!r})
if __name__ == "__main__":
    tools = executor.tools({method!r})
    context = multiprocessing.get_context({method!r})
    queue = context.SimpleQueue()
    process = context.Process(target=exec, args=("import sys; told.put('ctypes' in sys.modules)", {{"told": queue}}))
    process.start()
    print(queue.get())
    process.join()
"""


@pytest.mark.parametrize("method", ["fork", "forkserver"])
def test_what_our_safety_net_needs_is_loaded_before_the_clock_runs_not_in_every_child(method: str, tmp_path: Path) -> None:
    """Loading ctypes takes 4 to 6 ms: with 32 forked workers that once doubled what was timed."""
    script = tmp_path / "script.py"
    script.write_text(CHILD_LOADS.format(runner=str(RUNNER), method=method))
    answer = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=30, check=True)
    assert answer.stdout == "True\n"


def test_a_result_that_is_too_long_for_the_wire_is_left_out_and_the_workers_own_are_there() -> None:
    run, _events = conduct(work("threads", "numbering", 200, 200, size=1))
    assert run.outcome == OK
    (repetition,) = run.repetitions
    assert repetition.result is None
    own = [worker.result[0] for worker in repetition.workers if isinstance(worker.result, list)]
    assert sorted(number for number, _pid, _when in own) == list(range(1, 201))
