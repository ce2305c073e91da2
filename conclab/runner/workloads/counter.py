"""Everyone adds to one counter: read it, pause, write it back. With a lock around the three, or without.

The pause gives the GIL and the core away at the worst moment, which the interpreter and the kernel may do by themselves, only
more rarely. The counter lies in memory that the workers really share (``tools.cell``).
"""

from __future__ import annotations

import time
from typing import Any, Dict, List

from together import cells, total

NOT_ON = {"asyncio": "a coroutine is never interrupted between reading and writing, unless it awaits there"}


def prepare(arguments: Dict[str, Any], tools: Any) -> Dict[str, Any]:
    state: Dict[str, Any] = cells(tools, "waits waited", arguments["workers"])
    state["counter"], state["lock"] = tools.cell(), tools.lock() if arguments["locked"] else None
    return state


def _add(cell: Any) -> None:
    seen = cell.value
    time.sleep(0)
    cell.value = seen + 1


def task(state: Dict[str, Any], arguments: Dict[str, Any], index: int) -> int:
    cell, lock = state["counter"], state["lock"]
    waits = waited = 0
    for _ in range(arguments["size"]):
        if lock is None:
            _add(cell)
            continue
        if not lock.acquire(False):
            asked = time.perf_counter_ns()
            lock.acquire()
            waited += time.perf_counter_ns() - asked
            waits += 1
        _add(cell)
        lock.release()
    state["waits"][index].value, state["waited"][index].value = waits, waited
    print(f"I added one {arguments['size']:,} times" + (f" and found the lock taken {waits:,} times" if waits else ""))
    return int(arguments["size"])


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: Dict[str, Any], _arguments: Dict[str, Any]) -> Dict[str, Any]:
    counter = state["counter"].value
    print(f"the counter stands at {counter:,}")
    return {
        "kept": (counter, "additions"),
        "waits": (total(state["waits"]), "acquires"),
        "waited_ns": (total(state["waited"]), "ns"),
    }
