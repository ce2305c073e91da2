"""Threads that compute, and note whose turn it is: how often the GIL changes hands, seen from inside.

Each thread leaves its number behind every few microseconds. Whoever finds another's number there has just got its turn: that is
one hand-over. The kernel's counters cannot tell it: a thread that waits for the GIL gives up after each switch interval to ask
for it, and every such timeout counts as a voluntary switch although nothing changed hands.
"""

from __future__ import annotations

import sys
import threading
import time
from typing import Any, Dict, List

BATCH = 50
"""Additions between two looks: a few microseconds, much less than the shortest interval."""
_APART = "processes have no lock in common that they could hand over"
_ALONE = "there is no second thread to hand over to"
NOT_ON = {"sequential": _ALONE, "asyncio": _ALONE, "fork": _APART, "forkserver": _APART, "spawn": _APART}


class State:
    """What the threads share. ``owner`` is whose turn it was last."""

    def __init__(self, threads: int) -> None:
        self.together = threading.Barrier(threads, action=self._begin)
        self.began_ns = 0
        self.owner = -1
        self.turns = [0] * threads
        self.batches = [0] * threads
        self.last_turn_ns = [0] * threads
        """When the last turn of each began."""
        self.ended_ns = [0] * threads

    def _begin(self) -> None:
        """One beginning for all, although most have to wait for their first turn."""
        self.began_ns = time.monotonic_ns()


def prepare(arguments: Dict[str, Any], _tools: Any) -> State:
    setting = getattr(sys, "setswitchinterval", None)
    if setting is not None:
        setting(arguments["interval_us"] / 1e6)
    return State(arguments["threads"])


def task(state: State, arguments: Dict[str, Any], index: int) -> int:
    """How many turns the thread had."""
    state.together.wait()
    end_ns = state.began_ns + arguments["size"] * 1_000_000
    now_ns = time.monotonic_ns()
    turns = batches = 0
    while now_ns < end_ns:
        if state.owner != index:
            state.owner = index
            turns += 1
            state.last_turn_ns[index] = time.monotonic_ns()
        total = 0
        for number in range(BATCH):
            total += number
        batches += 1
        now_ns = time.monotonic_ns()
    state.turns[index], state.batches[index], state.ended_ns[index] = turns, batches, now_ns
    print(f"I had {turns:,} turns and did {batches:,} batches")
    return turns


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: State, _arguments: Dict[str, Any]) -> Dict[str, Any]:
    """``turn_ns``: how long one had the GIL before another did, on average; ``work``: batches a second, of all.

    The last turn, which the end cut short, is left out of the mean.
    """
    lasted_ns, turns = max(state.ended_ns) - state.began_ns, sum(state.turns)
    print(f"{turns:,} turns in {lasted_ns / 1e6:,.0f} ms")
    found: Dict[str, Any] = {"turns": (turns, "turns"), "work": (round(sum(state.batches) * 1e9 / lasted_ns), "batches/s")}
    if turns > 1:
        found["turn_ns"] = ((max(state.last_turn_ns) - state.began_ns) // (turns - 1), "ns")
    return found
