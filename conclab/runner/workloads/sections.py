"""Critical sections: take a lock, work inside it, give it back, work outside. All share one lock, or each has its own.

With ``asleep`` every tenth section has a nap in it: while the lock is held, or right after it was given back.

What is measured as waiting is the time in ``acquire`` when the lock was found taken. For threads under a GIL that includes the
wait for the GIL afterwards: a program cannot tell both apart, the kernel's view (a futex either way) neither.
"""

from __future__ import annotations

import time
from typing import Any, Dict, List

from together import cells, largest, milliseconds, primitives, total, turns_for, work

NOT_ON = {
    "sequential": "they begin all at once, and nobody else would come",
    "asyncio": "a coroutine is never interrupted inside such a section, so nobody ever finds the lock taken",
}
NAP_EVERY = 10


def prepare(arguments: Dict[str, Any], tools: Any) -> Dict[str, Any]:
    many = arguments["workers"]
    locks = many if arguments["locks"] == "own" else 1
    state: Dict[str, Any] = cells(tools, "waited longest contended", many)
    state["locks"] = [tools.lock("shared" if locks == 1 else "own %d" % (number + 1)) for number in range(locks)]
    state["holders"] = [tools.cell() for _ in range(locks)]
    state["start"] = primitives(arguments["executor"]).Barrier(many)
    state["inside"], state["outside"] = turns_for(arguments["inside"]), turns_for(arguments["outside"])
    return state


def task(state: Dict[str, Any], arguments: Dict[str, Any], index: int) -> int:
    which = index % len(state["locks"])
    lock, holder = state["locks"][which], state["holders"][which]
    inside, outside, asleep, nap_s = state["inside"], state["outside"], arguments["asleep"], arguments["nap"] / 1000
    behind: Dict[int, int] = {}
    longest = contended = 0
    state["start"].wait()
    sections = len(range(index, arguments["size"], arguments["workers"]))
    for number in range(sections):
        if not lock.acquire(False):
            asked = time.perf_counter_ns()
            lock.acquire()
            waited = time.perf_counter_ns() - asked
            before_me = int(holder.value)  # who had it last
            behind[before_me] = behind.get(before_me, 0) + waited
            longest = max(longest, waited)
            contended += 1
        holder.value = index + 1
        work(inside)
        nap = number % NAP_EVERY == 0
        if nap and asleep == "holding":
            time.sleep(nap_s)
        lock.release()
        if nap and asleep == "letting":
            time.sleep(nap_s)
        work(outside)
    state["waited"][index].value = sum(behind.values())
    state["longest"][index].value = longest
    state["contended"][index].value = contended
    print(_said(sections, contended, behind))
    return sections


def _said(sections: int, contended: int, behind: Dict[int, int]) -> str:
    if not contended:
        return f"{sections:,} sections; the lock was always free"
    order = sorted(behind.items(), key=lambda one: -one[1])[:2]
    who = ", ".join(f"{milliseconds(waited)} behind w{number}" for number, waited in order)
    return f"{sections:,} sections; waited {contended:,}×: {who}{' …' if len(behind) > len(order) else ''}"


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: Dict[str, Any], _arguments: Dict[str, Any]) -> Dict[str, Any]:
    return {
        "waited_ns": (total(state["waited"]), "ns"),
        "longest_wait_ns": (largest(state["longest"]), "ns"),
        "contended": (total(state["contended"]), "acquires"),
    }
