"""The same jobs one after another and in a pool, for jobs of several lengths: what handing a job out costs shows in the short ones.

A job computes for a set time (so many turns of a loop, ``together``). A pool is made once, before the clock, and what that costs is
reported apart; then it is given one job at a time, as ``Executor.map`` does where nothing else is asked for.
"""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import time
from typing import Any, Dict, Iterable, List, Optional, Tuple

import together

_BUDGET_US = 30_000
_MOST_JOBS = 200
_BATCHES = 5
"""Of jobs that are many and short: the median batch is one that nobody has interrupted."""
_ELSEWHERE = "the pool is made by the worker itself"
NOT_ON = {"threads": _ELSEWHERE, "asyncio": _ELSEWHERE, "fork": _ELSEWHERE, "forkserver": _ELSEWHERE, "spawn": _ELSEWHERE}


def missing(arguments: Dict[str, Any]) -> Optional[str]:
    """A pool of processes takes semaphores that processes share, which a few systems lack."""
    if arguments["way"] != "processes":
        return None
    try:
        multiprocessing.get_context("fork").Lock()
    except (ImportError, OSError, ValueError) as error:
        return "a pool of processes cannot be made here: %s" % error
    return None


def _job(turns: int) -> int:
    together.work(turns)
    return 1


def batches_of(length_us: int, workers: int) -> Tuple[int, int]:
    """How many batches of how many jobs of that length: as many for each worker, and not for longer than it takes to measure."""
    rounds = max(1, min(_MOST_JOBS, _BUDGET_US // length_us) // workers)
    batches = _BATCHES if rounds >= _BATCHES else 1
    return batches, rounds // batches * workers


def _pool(way: str, workers: int) -> Any:
    if way == "threads":
        return concurrent.futures.ThreadPoolExecutor(workers)
    return concurrent.futures.ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("fork"))


def prepare(_arguments: Dict[str, Any], _tools: Any) -> Dict[str, int]:
    return {}


def _go_through(state: Dict[str, int], arguments: Dict[str, Any], carry_out: Any) -> int:
    done = 0
    for length_us in map(int, arguments["lengths_us"].split()):
        turns, (batches, count) = together.turns_for(length_us), batches_of(length_us, arguments["workers"])
        took = []
        for _ in range(batches):
            began = time.perf_counter_ns()
            results: Iterable[int] = carry_out(_job, [turns] * count)
            done += sum(results)
            took.append(time.perf_counter_ns() - began)
        each_ns = sorted(took)[batches // 2] // count
        state["each_%d_us_ns" % length_us] = each_ns
        print(f"{batches * count:,} jobs of {length_us:,} µs: {each_ns / 1000:,.1f} µs each")
    return done


def task(state: Dict[str, int], arguments: Dict[str, Any], _index: int) -> int:
    """How many jobs were done."""
    if arguments["way"] == "serial":
        return _go_through(state, arguments, map)
    began = time.perf_counter_ns()
    with _pool(arguments["way"], arguments["workers"]) as pool:
        for _ in pool.map(_job, [1] * arguments["workers"]):
            pass
        state["start_ns"] = time.perf_counter_ns() - began
        return _go_through(state, arguments, pool.map)


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: Dict[str, int], _arguments: Dict[str, Any]) -> Dict[str, Any]:
    """``each_N_us_ns``: wall time for each of the jobs of N µs; ``start_ns``: until the pool had done a job for each worker."""
    return {name: (value, "ns") for name, value in state.items()}
