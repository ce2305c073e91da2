"""Two workers that hand one byte to and fro through pipes, so that always one sleeps until the other has written.

Between reading and writing each may go over some memory of its own (``touched`` KiB, a byte of every cache line), which the other
may have pushed out of the cache. What that costs while nobody interferes is measured before and taken off.

The time of a hand-over is that of the middle one of many batches: whoever else gets the core for a few milliseconds spoils one of
them, and not the figure.
"""

from __future__ import annotations

import os
import time
from typing import Any, Dict, List, NamedTuple

import latencies

CACHE_LINE = 64
WARM_UP = 100
BATCH = 50
"""Times to and fro between two looks at the clock."""
_ELSEWHERE = "the pipes are handed on by fork only"
_AT_ONCE = "both workers have to live at the same time"
NOT_ON = {
    "sequential": _AT_ONCE,
    "asyncio": "a pipe that is read would stop the event loop",
    "spawn": _ELSEWHERE,
    "forkserver": _ELSEWHERE,
}


class State(NamedTuple):
    """Two pipes, and where the first worker leaves how long one way takes."""

    there: "tuple[int, int]"
    back: "tuple[int, int]"
    one_way_ns: Any
    touch_ns: Any


def prepare(_arguments: Dict[str, Any], tools: Any) -> State:
    return State(os.pipe(), os.pipe(), tools.cell(), tools.cell())


def _touch_alone_ns(ballast: bytearray) -> int:
    """What going over the ballast costs when it is in the cache: the best of many."""
    best = 1 << 62
    for _ in range(200):
        began_ns = time.perf_counter_ns()
        ballast[::CACHE_LINE]
        best = min(best, time.perf_counter_ns() - began_ns)
    return best


def task(state: State, arguments: Dict[str, Any], index: int) -> int:
    """How many times the byte came by."""
    first = index == 0
    ballast = bytearray(arguments["touched"] * 1024)
    reading, writing = (state.back[0], state.there[1]) if first else (state.there[0], state.back[1])
    if first and ballast:
        state.touch_ns.value = _touch_alone_ns(ballast)
    rounds = arguments["size"]
    batch = min(BATCH, rounds)
    stamps: List[int] = []
    for number in range(rounds + WARM_UP):
        if first and number >= WARM_UP and (number - WARM_UP) % batch == 0:
            stamps.append(time.perf_counter_ns())
        if first:
            os.write(writing, b"!")
        os.read(reading, 1)
        if ballast:
            ballast[::CACHE_LINE]
        if not first:
            os.write(writing, b"!")
    if first:
        if rounds % batch == 0:
            stamps.append(time.perf_counter_ns())
        state.one_way_ns.value = latencies.middle_stretch(stamps) // (2 * batch)
    return int(rounds)


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: State, arguments: Dict[str, Any]) -> Dict[str, Any]:
    """``hand_over_ns``: one way, less what touching the memory costs by itself. ``hand_overs`` counts those of the warm-up too."""
    hand_over_ns = max(0, state.one_way_ns.value - state.touch_ns.value)
    print(f"{hand_over_ns / 1000:,.2f} µs each way, over {2 * arguments['size']:,}")
    return {
        "hand_over_ns": (hand_over_ns, "ns"),
        "touch_ns": (state.touch_ns.value, "ns"),
        "hand_overs": (2 * (arguments["size"] + WARM_UP), "hand-overs"),
    }
