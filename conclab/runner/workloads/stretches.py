"""Everyone keeps a core busy for a while and watches the clock: how many ran at the same instant, seen from inside.

Whoever runs looks at the clock every few microseconds; who is away from the core cannot look. So the looks of a worker come apart
into stretches in which it surely ran, and where the stretches of several workers overlap they ran at the same instant. This takes
no privilege and no sampling, and it can only see too few: whoever was disturbed for a moment is taken for away.
"""

from __future__ import annotations

import mmap
import time
from typing import Any, Dict, List, NamedTuple, Tuple

from together import most_at_once, primitives

AWAY_NS = 50_000
"""After no look for so long the worker was away. The kernel's shortest slices are more than ten times as long."""
MOST_STRETCHES = 10_000
"""Of each worker; of more nothing is noted."""
_AT_ONCE = "they have to live at the same time"
_ELSEWHERE = "the memory in which they note it is handed on by fork only"
NOT_ON = {
    "sequential": _AT_ONCE,
    "asyncio": "they would run one after another",
    "spawn": _ELSEWHERE,
    "forkserver": _ELSEWHERE,
}


class State(NamedTuple):
    """What the workers share."""

    start: Any
    noted: Any
    """Of each worker: CPU time of its stretch, how many stretches, and the ends of each, in memory that processes share."""


_EACH = 2 + 2 * MOST_STRETCHES


def prepare(arguments: Dict[str, Any], _tools: Any) -> State:
    workers = arguments["workers"]
    noted = memoryview(mmap.mmap(-1, 8 * _EACH * workers)).cast("q")
    return State(primitives(arguments["executor"]).Barrier(workers), noted)


def task(state: State, arguments: Dict[str, Any], index: int) -> int:
    """How many stretches it came to."""
    noted = state.noted[_EACH * index : _EACH * (index + 1)]
    state.start.wait()
    began = last = now = time.monotonic_ns()
    end = now + arguments["size"] * 1_000_000
    cpu_ns = time.thread_time_ns()
    stretches = 0
    while now < end:
        now = time.monotonic_ns()
        if now - last > AWAY_NS:
            if stretches < MOST_STRETCHES - 1:
                noted[2 + 2 * stretches], noted[3 + 2 * stretches] = began, last
                stretches += 1
            began = now
        last = now
    noted[2 + 2 * stretches], noted[3 + 2 * stretches] = began, last
    stretches += 1
    noted[0], noted[1] = time.thread_time_ns() - cpu_ns, stretches
    print(f"I ran in {stretches:,} stretches")
    return stretches


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: State, arguments: Dict[str, Any]) -> Dict[str, Any]:
    """``at_once``: the most that ran at the same instant; ``cores``: CPU time of all over the time from the first look to the last,
    so that what their making cost is not in it."""
    found: List[Tuple[int, int]] = []
    cpu_ns = 0
    for index in range(arguments["workers"]):
        noted = state.noted[_EACH * index : _EACH * (index + 1)]
        cpu_ns += noted[0]
        found += [(noted[2 + 2 * one], noted[3 + 2 * one]) for one in range(noted[1])]
    lasted_ns = max(until for _, until in found) - min(began for began, _ in found)
    most = most_at_once(found)
    print(f"{most:,} ran at the same instant, at most")
    return {"at_once": (most, "workers"), "cores": (cpu_ns / max(1, lasted_ns), "cores")}
