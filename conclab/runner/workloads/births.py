"""Start a worker that does nothing and wait for its end, many times over.

What is timed: making it, its start, its function (a builtin that does nothing), joining it. Imports of the parent are out; those
that a fresh interpreter does for a spawned child are in, because nobody gets such a child without them. The forkserver itself is
started before the clock is.

With ``ballast`` so many MiB lie in the parent's memory meanwhile, every page of them written: a fork has to copy the tables that
say where they are.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import threading
import time
from typing import Any, Callable, Dict, List, Optional

import green
import latencies

NOTHING = int
"""What the worker does: a builtin, so that a child need not import any module of ours to find it."""

MEGABYTE = 1024 * 1024
PAGE = 4096
BATCHES = 50
"""At most so many stretches are timed; what one birth costs is that of the middle one."""


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


def missing(arguments: Dict[str, Any]) -> Optional[str]:
    """Greenlets have to be brought along."""
    return green.missing() if arguments["kind"] == "greenlet" else None


def _greenlet() -> Callable[[], None]:
    make = green.module().greenlet

    def one() -> None:
        make(NOTHING).switch()

    return one


async def _coroutines(count: int, batch: int) -> List[int]:
    stamps = [time.perf_counter_ns()]
    for number in range(count):
        await asyncio.create_task(_nothing_async())
        if (number + 1) % batch == 0:
            stamps.append(time.perf_counter_ns())
    return stamps


def _stamps(kind: str, count: int, batch: int) -> List[int]:
    """When each batch of so many births was over, and before them when the first began; nanoseconds."""
    if kind == "coroutine":
        return asyncio.run(_coroutines(count, batch))
    one = _thread if kind == "thread" else _greenlet() if kind == "greenlet" else _process(kind)
    if kind == "forkserver":
        one()
    stamps = [time.perf_counter_ns()]
    for number in range(count):
        one()
        if (number + 1) % batch == 0:
            stamps.append(time.perf_counter_ns())
    return stamps


def prepare(arguments: Dict[str, Any], _tools: Any) -> Dict[str, Any]:
    ballast = bytearray(arguments.get("ballast", 0) * MEGABYTE)
    ballast[::PAGE] = b"!" * len(range(0, len(ballast), PAGE))  # a page that nobody has written to is not there
    return {"ballast": ballast}


def task(state: Dict[str, Any], arguments: Dict[str, Any], _index: int) -> int:
    count, kind = arguments["size"], arguments["kind"]
    batch = max(1, count // BATCHES)
    state["birth_ns"] = latencies.middle_stretch(_stamps(kind, count, batch)) // batch
    print(f"{kind}: {state['birth_ns'] / 1000:,.1f} µs each, over {count:,}")
    return int(count)


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: Dict[str, Any], _arguments: Dict[str, Any]) -> Dict[str, Any]:
    return {"birth_ns": (state["birth_ns"], "ns")}
