"""One worker wakes another up, again and again; how long it takes until the woken one runs. Others keep the cores busy meanwhile.

Task 0 wakes, task 1 sleeps, the rest add numbers. Whoever wakes takes a stamp at once before it writes to the pipe (or releases the
lock), whoever wakes up takes one at once after; the clock (CLOCK_MONOTONIC) is the same for all. The sleeper then says that it is
through, so that it sleeps again whenever it is woken.
"""

from __future__ import annotations

import mmap
import os
import random
import struct
import time
from typing import Any, Dict, List, NamedTuple

import latencies
import standing
from job import Refused
from spinning import spin

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.0003, 0.0015
"""Between two wake-ups: long enough to fall asleep, and never in step with the kernel's tick."""
MILLISECONDS_EACH = 6
"""A wake-up with its pause takes less even on a busy machine: what the spinners are told to last for."""

_ELSEWHERE = "the pipes are handed on by fork only"
_AT_ONCE = "who wakes and who sleeps have to live at the same time"
NOT_ON = {"sequential": _AT_ONCE, "asyncio": _AT_ONCE, "spawn": _ELSEWHERE, "forkserver": _ELSEWHERE}


class State(NamedTuple):
    """What the workers share."""

    alarm: "tuple[int, int]"
    """The pipe that wakes."""
    through: "tuple[int, int]"
    """The pipe on which the sleeper says that it has noted the time."""
    busy: "tuple[int, int]"
    """The pipe on which each of the others says that it has begun."""
    lock: Any
    stamp: Any
    """When the lock was released."""
    stop: Any
    took_ns: Any
    """All latencies, in memory that processes share."""


def prepare(arguments: Dict[str, Any], tools: Any) -> State:
    if arguments["manner"] == "idle" and not standing.can_idle():
        raise Refused("SCHED_IDLE is a policy of Linux")
    took_ns = memoryview(mmap.mmap(-1, 8 * arguments["size"])).cast("q")
    lock = tools.lock()
    lock.acquire()
    return State(os.pipe(), os.pipe(), os.pipe(), lock, tools.cell(), tools.cell(), took_ns)


def _stand_back(manner: str) -> None:
    """Let the others go first: by a nice of 10, or by a policy that runs only when nobody else wants the core (sched(7)).

    On Linux both hold for the calling thread alone.
    """
    print("I keep a core busy%s" % {"nice": " with a nice of 10", "idle": " under SCHED_IDLE"}.get(manner, ""))
    if manner == "nice":
        os.nice(10)
    elif manner == "idle":
        standing.run_when_idle()


def _wake(state: State, arguments: Dict[str, Any]) -> int:
    draw = random.Random(arguments["seed"])
    by_lock = arguments["by"] == "lock"
    for _ in range(arguments["spinners"]):
        os.read(state.busy[0], 1)
    for _ in range(arguments["size"]):
        os.read(state.through[0], 1)
        time.sleep(draw.uniform(SHORTEST_PAUSE_S, LONGEST_PAUSE_S))
        if by_lock:
            state.stamp.value = time.monotonic_ns()
            state.lock.release()
        else:
            os.write(state.alarm[1], struct.pack("q", time.monotonic_ns()))
    return 0


def _sleep(state: State, arguments: Dict[str, Any]) -> int:
    by_lock = arguments["by"] == "lock"
    try:
        for number in range(arguments["size"]):
            os.write(state.through[1], b"!")
            if by_lock:
                state.lock.acquire()
                state.took_ns[number] = time.monotonic_ns() - state.stamp.value
            else:
                alarm = os.read(state.alarm[0], 8)
                state.took_ns[number] = time.monotonic_ns() - struct.unpack("q", alarm)[0]
    finally:
        state.stop.value = 1
    print(f"I was woken up {arguments['size']:,} times")
    return int(arguments["size"])


def task(state: State, arguments: Dict[str, Any], index: int) -> int:
    """How often it was woken up; nothing for the others."""
    if index == 0:
        return _wake(state, arguments)
    if index == 1:
        return _sleep(state, arguments)
    _stand_back(arguments["manner"])
    os.write(state.busy[1], b"!")
    spin(state.stop, arguments["size"] * MILLISECONDS_EACH / 1000)
    return 0


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: State, _arguments: Dict[str, Any]) -> Dict[str, Any]:
    took_ns = list(state.took_ns)
    for line in latencies.histogram(took_ns):
        print(line)
    return latencies.measures(took_ns)
