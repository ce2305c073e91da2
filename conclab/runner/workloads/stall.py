"""A heart that wants to beat every few milliseconds, and beside it one call that takes long, made in one of several ways.

Worker 1 is the heart: it sleeps ``beat_ms``, notes when it came back, and sleeps again, until worker 2 is done. The longest time
between two of its beats tells whether the call stopped it. As coroutines both live on one event loop, on threads each has its own.
"""

from __future__ import annotations

import asyncio
import functools
import time
from typing import Any, Dict, List, NamedTuple

_AT_ONCE = "the heart has to beat while the call goes on"
NOT_ON = {"sequential": _AT_ONCE, "fork": _AT_ONCE, "forkserver": _AT_ONCE, "spawn": _AT_ONCE}
_BEFORE_BEATS = 6
"""So many beats pass before the call, and again after it, so that the heart is seen beating."""


class State(NamedTuple):
    """What the heart and the caller share: both live in one process."""

    over: Any
    gap_ns: Any
    call_ns: Any
    beats: Any


def prepare(_arguments: Dict[str, Any], tools: Any) -> State:
    return State(tools.cell(), tools.cell(), tools.cell(), tools.cell())


def _beat(state: State, last_ns: int) -> int:
    now_ns = time.monotonic_ns()
    state.gap_ns.value = max(state.gap_ns.value, now_ns - last_ns)
    state.beats.value += 1
    return now_ns


def task(state: State, arguments: Dict[str, Any], index: int) -> int:
    """How many beats there were, or nought from the one who called."""
    beat_s = arguments["beat_ms"] / 1000
    if index == 0:
        last_ns = time.monotonic_ns()
        while not state.over.value:
            time.sleep(beat_s)
            last_ns = _beat(state, last_ns)
        return _say(state)
    time.sleep(beat_s * _BEFORE_BEATS)
    began_ns = time.monotonic_ns()
    time.sleep(arguments["size"] / 1000)
    state.call_ns.value = time.monotonic_ns() - began_ns
    time.sleep(beat_s * _BEFORE_BEATS)
    state.over.value = 1
    return 0


async def task_async(state: State, arguments: Dict[str, Any], index: int) -> int:
    """The same on an event loop; ``way`` is how the long call is made there."""
    beat_s, long_s = arguments["beat_ms"] / 1000, arguments["size"] / 1000
    if index == 0:
        last_ns = time.monotonic_ns()
        while not state.over.value:
            await asyncio.sleep(beat_s)
            last_ns = _beat(state, last_ns)
        return _say(state)
    await asyncio.sleep(beat_s * _BEFORE_BEATS)
    began_ns = time.monotonic_ns()
    if arguments["way"] == "blocking":
        time.sleep(long_s)  # what must not be done there
    elif arguments["way"] == "to_thread":
        await asyncio.to_thread(functools.partial(time.sleep, long_s))
    else:
        await asyncio.sleep(long_s)
    state.call_ns.value = time.monotonic_ns() - began_ns
    await asyncio.sleep(beat_s * _BEFORE_BEATS)
    state.over.value = 1
    return 0


def _say(state: State) -> int:
    print(f"{state.beats.value} beats; the longest pause was {state.gap_ns.value / 1e6:,.1f} ms")
    return int(state.beats.value)


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: State, _arguments: Dict[str, Any]) -> Dict[str, Any]:
    """``gap_ns``: the longest time between two beats; ``call_ns``: how long the call took."""
    return {"gap_ns": (state.gap_ns.value, "ns"), "call_ns": (state.call_ns.value, "ns"), "beats": (state.beats.value, "beats")}
