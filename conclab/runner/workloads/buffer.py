"""Producers make items and put them into a buffer with a set number of places; consumers take them out and use them up.

The buffer is the classic one (Dijkstra, Cooperating sequential processes, 1965): one semaphore counts free places, another full
ones, a lock guards the ring. Making and using an item are waits, as for a device or another computer, so no core is short; each
lasts half to one and a half times its mean, drawn from the seed for each item, so that every arm has the same work.
"""

from __future__ import annotations

import random
import time
from typing import Any, Callable, Dict, List

from together import cells, milliseconds, primitives, total

NOT_ON = {
    "sequential": "the producer would wait for ever for somebody to make room",
    "asyncio": "its semaphores would stop the event loop",
}


def prepare(arguments: Dict[str, Any], tools: Any) -> Dict[str, Any]:
    many = arguments["producers"] + arguments["consumers"]
    makers = primitives(arguments["executor"])
    state: Dict[str, Any] = cells(tools, "handled stood", many)
    state["free"], state["full"] = makers.Semaphore(arguments["places"]), makers.Semaphore(0)
    state["ring"] = [tools.cell() for _ in range(arguments["places"])]
    state["guard"] = tools.lock()
    for name in ("begun", "put", "claimed", "got"):
        state[name] = tools.cell()
    return state


def _next(state: Dict[str, Any], counter: str, size: int) -> int:
    """The number of the next item to make or to use; ``size`` when there is none left."""
    with state["guard"]:
        number = int(state[counter].value)
        if number < size:
            state[counter].value = number + 1
        return number


def _put(state: Dict[str, Any], item: int) -> None:
    with state["guard"]:
        place = state["put"].value
        state["put"].value = place + 1
        state["ring"][place % len(state["ring"])].value = item


def _get(state: Dict[str, Any]) -> int:
    with state["guard"]:
        place = state["got"].value
        state["got"].value = place + 1
        return int(state["ring"][place % len(state["ring"])].value)


def _span_s(arguments: Dict[str, Any], what: str, item: int) -> float:
    """How long it takes to make or to use an item; what it takes to use it does not depend on what it took to make it."""
    draw = random.Random((arguments["seed"] * 1009 + item) * 2 + (what == "use"))
    return float(arguments[what]) / 1e6 * draw.uniform(0.5, 1.5)


def _timed(wait: Callable[[], Any]) -> int:
    began = time.perf_counter_ns()
    wait()
    return time.perf_counter_ns() - began


def task(state: Dict[str, Any], arguments: Dict[str, Any], index: int) -> int:
    produces, size = index < arguments["producers"], arguments["size"]
    handled = stood = added = 0
    while True:
        number = _next(state, "begun" if produces else "claimed", size)
        if number == size:
            break
        if produces:
            time.sleep(_span_s(arguments, "make", number))
            stood += _timed(state["free"].acquire)
            _put(state, number)
            state["full"].release()
        else:
            stood += _timed(state["full"].acquire)
            item = _get(state)
            state["free"].release()
            time.sleep(_span_s(arguments, "use", item))
            added += item + 1
        handled += 1
    state["handled"][index].value, state["stood"][index].value = handled, stood
    did, why = ("made", "room") if produces else ("used", "something to use")
    print(f"I {did} {handled:,} items and waited {milliseconds(stood)} for {why}")
    return added


def combine(results: List[int]) -> int:
    """The sum of the numbers of all items that came out, counted from one: each came out once, or it is another."""
    return sum(results)


def conclude(state: Dict[str, Any], arguments: Dict[str, Any]) -> Dict[str, Any]:
    producers = arguments["producers"]
    return {
        "blocked_full_ns": (total(state["stood"][:producers]), "ns"),
        "blocked_empty_ns": (total(state["stood"][producers:]), "ns"),
    }
