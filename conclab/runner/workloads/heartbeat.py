"""A worker with a heartbeat, as a user interface has one, beside workers that compute: how late its beats are.

Task 0 wants to run every so many microseconds and to work a little each time; a beat is over when that is done. A beat that comes
too late leaves out those that it has missed, as an interface leaves out pictures. Every other task computes, after having made
itself less important by ``nice``, which on Linux holds for the calling thread alone (setpriority(2), "C library/kernel
differences"), and watches the clock, so that it knows for how long it was kept from it. Nobody computes before all are there, else
a crowd on one core would hold up its own making.
"""

from __future__ import annotations

import mmap
import os
import sys
import time
from typing import Any, Dict, List, NamedTuple

import latencies
from job import Refused
from spinning import GRACE_S
from together import turns_for, work

GLANCE_TURNS = 500
"""Of a loop, between two looks at the clock: a hundredth of a millisecond."""
_ELSEWHERE = "the pipes are handed on by fork only"
_AT_ONCE = "who beats and who computes have to live at the same time"
NOT_ON = {"sequential": _AT_ONCE, "asyncio": _AT_ONCE, "spawn": _ELSEWHERE, "forkserver": _ELSEWHERE}


class State(NamedTuple):
    """What the workers share."""

    here: "tuple[int, int]"
    """The pipe on which each of the others says that it is there."""
    gate: "tuple[int, int]"
    """The pipe that lets them begin, one byte each."""
    opened: Any
    """When it did."""
    stop: Any
    turns: int
    """Of a loop: the work of a beat."""
    took_ns: Any
    """From when each beat was due until it was over, in memory that processes share; 0 where there was none."""
    away_ns: Any
    """Of each of those that compute: its longest pause."""


def prepare(arguments: Dict[str, Any], tools: Any) -> State:
    if arguments["nice"] and not sys.platform.startswith("linux"):
        raise Refused("a nice of a single thread is a thing of Linux")
    most = arguments["size"] * 1_000 // arguments["every_us"] + 1
    took_ns = memoryview(mmap.mmap(-1, 8 * most)).cast("q")
    away_ns = memoryview(mmap.mmap(-1, 8 * (1 + arguments["spinners"]))).cast("q")
    turns = turns_for(arguments["work_us"]) if arguments["work_us"] else 0
    return State(os.pipe(), os.pipe(), tools.cell(), tools.cell(), turns, took_ns, away_ns)


def _beat(state: State, arguments: Dict[str, Any]) -> int:
    """How many beats there were."""
    for _ in range(arguments["spinners"]):
        os.read(state.here[0], 1)
    state.opened.value = time.monotonic_ns()
    os.write(state.gate[1], b"!" * arguments["spinners"])
    every_ns = arguments["every_us"] * 1_000
    began_ns = due_ns = time.monotonic_ns()
    end_ns = began_ns + arguments["size"] * 1_000_000
    beats = 0
    try:
        while due_ns < end_ns:
            time.sleep(max(0, due_ns - time.monotonic_ns()) / 1e9)
            work(state.turns)
            now_ns = time.monotonic_ns()
            state.took_ns[beats] = now_ns - due_ns
            beats += 1
            due_ns += max(1, -((due_ns - now_ns) // every_ns)) * every_ns
    finally:
        state.stop.value = 1
    print(f"{beats:,} beats")
    return beats


def _compute(stop: Any, opened_ns: int, planned_s: float) -> int:
    """Compute until ``stop.value`` is set; the longest time that passed from the beginning to the first look at the clock, or from
    one to the next, in nanoseconds."""
    longest, last_ns = 0, opened_ns
    give_up_ns = opened_ns + int((planned_s + GRACE_S) * 1e9)
    while True:
        now_ns = time.monotonic_ns()
        longest, last_ns = max(longest, now_ns - last_ns), now_ns
        if stop.value or now_ns >= give_up_ns:
            return longest
        work(GLANCE_TURNS)


def task(state: State, arguments: Dict[str, Any], index: int) -> int:
    """How many beats there were; nothing for the others."""
    if index == 0:
        return _beat(state, arguments)
    if arguments["nice"]:
        os.nice(arguments["nice"])
    os.write(state.here[1], b"!")
    os.read(state.gate[0], 1)
    state.away_ns[index] = _compute(state.stop, state.opened.value, arguments["size"] / 1_000)
    return 0


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: State, _arguments: Dict[str, Any]) -> Dict[str, Any]:
    took_ns = [one for one in state.took_ns if one]
    for line in latencies.histogram(took_ns):
        print(line)
    found = dict(latencies.measures(took_ns), beats=(len(took_ns), "beats"))
    away_ns = sorted(state.away_ns[1:])
    if away_ns:
        found["away_ns"] = (latencies.quantile(away_ns, 0.5), "ns")
    return found
