"""Everyone takes the same lock, works a little, gives it back and asks again at once, for a set time: who gets it how often?

The lock is the one of the standard library, which promises no order, or a fair one that serves in order of arrival.
"""

from __future__ import annotations

import time
from typing import Any, Dict, List

from together import cells, largest, milliseconds, primitives, total, turns_for, work

NOT_ON = {
    "sequential": "there is nobody else to have the lock",
    "asyncio": "a coroutine that never awaits is never interrupted",
}


class Ticketed:
    """A fair lock: whoever comes draws a number, and the numbers are served in turn.

    Reed and Kanodia, Synchronization with eventcounts and sequencers (CACM 22, 1979). Nobody spins: each number in hand has a
    semaphore to sleep on. Every worker draws one number at a time, so as many semaphores as workers are enough.
    """

    def __init__(self, tools: Any, makers: Any, workers: int) -> None:
        self._guard = tools.lock()
        self._drawn = tools.cell()
        self._served = tools.cell()
        self._calls = [makers.Semaphore(0) for _ in range(workers)]

    def acquire(self) -> None:
        with self._guard:
            number = self._drawn.value
            self._drawn.value = number + 1
            mine = number == self._served.value
        if not mine:
            self._calls[number % len(self._calls)].acquire()

    def release(self) -> None:
        with self._guard:
            number = self._served.value + 1
            self._served.value = number
            somebody = number < self._drawn.value
        if somebody:
            self._calls[number % len(self._calls)].release()


def prepare(arguments: Dict[str, Any], tools: Any) -> Dict[str, Any]:
    many = arguments["workers"]
    makers = primitives(arguments["executor"])
    state: Dict[str, Any] = cells(tools, "taken changed longest", many)
    state["lock"] = Ticketed(tools, makers, many) if arguments["fair"] else tools.lock()
    state["last"], state["start"] = tools.cell(), makers.Barrier(many)
    state["inside"] = turns_for(arguments["inside"])
    return state


def task(state: Dict[str, Any], arguments: Dict[str, Any], index: int) -> int:
    lock, last, inside = state["lock"], state["last"], state["inside"]
    taken = changed = longest = 0
    state["start"].wait()
    asked = time.perf_counter_ns()
    end = asked + arguments["size"] * 1_000_000
    while asked < end:
        lock.acquire()
        longest = max(longest, time.perf_counter_ns() - asked)
        taken += 1
        if last.value != index + 1:
            changed += 1
            last.value = index + 1
        work(inside)
        lock.release()
        asked = time.perf_counter_ns()
    for name, value in (("taken", taken), ("changed", changed), ("longest", longest)):
        state[name][index].value = value
    print(f"I had the lock {taken:,} times; the longest wait was {milliseconds(longest)}")
    return taken


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: Dict[str, Any], _arguments: Dict[str, Any]) -> Dict[str, Any]:
    taken = [int(cell.value) for cell in state["taken"]]
    return {
        "taken": (sum(taken), "times"),
        "in_a_row": (sum(taken) / max(1, total(state["changed"])), "times"),
        "least_share": (min(taken) / max(1, sum(taken)), "of the times"),
        "largest_share": (max(taken) / max(1, sum(taken)), "of the times"),
        "longest_wait_ns": (largest(state["longest"]), "ns"),
    }
