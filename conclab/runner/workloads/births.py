"""Start a worker that does nothing and wait for its end, many times over.

What is timed: making it, its start, its function (a builtin that does nothing), joining it. Imports of the parent are out; those
that a fresh interpreter does for a spawned child are in, because nobody gets such a child without them. The forkserver itself is
started before the clock is.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import threading
import time
from typing import Any, Callable, Dict, List

NOTHING = int
"""What the worker does: a builtin, so that a child need not import any module of ours to find it."""


async def _nothing_async() -> None:
    return


def _thread() -> None:
    thread = threading.Thread(target=NOTHING)
    thread.start()
    thread.join()


def _process(method: str) -> Callable[[], None]:
    context: Any = multiprocessing.get_context(method)

    def one() -> None:
        process = context.Process(target=NOTHING)
        process.start()
        process.join()
        if process.exitcode != 0:
            raise RuntimeError(f"a {method} process ended with {process.exitcode}")

    return one


async def _coroutines(count: int) -> int:
    began = time.perf_counter_ns()
    for _ in range(count):
        await asyncio.create_task(_nothing_async())
    return time.perf_counter_ns() - began


def _time(kind: str, count: int) -> int:
    """Nanoseconds for ``count`` births."""
    if kind == "coroutine":
        return asyncio.run(_coroutines(count))
    one = _thread if kind == "thread" else _process(kind)
    if kind == "forkserver":
        one()
    began = time.perf_counter_ns()
    for _ in range(count):
        one()
    return time.perf_counter_ns() - began


def prepare(_arguments: Dict[str, Any], _tools: Any) -> Dict[str, int]:
    return {}


def task(state: Dict[str, int], arguments: Dict[str, Any], _index: int) -> int:
    count, kind = arguments["size"], arguments["kind"]
    state["birth_ns"] = _time(kind, count) // count
    print(f"{kind}: {state['birth_ns'] / 1000:,.1f} µs each, over {count:,}")
    return int(count)


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: Dict[str, int], _arguments: Dict[str, Any]) -> Dict[str, Any]:
    return {"birth_ns": (state["birth_ns"], "ns")}
