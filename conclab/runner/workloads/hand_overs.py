"""Two of a kind that hand the turn to and fro, each waiting until the other has given it: threads, coroutines or greenlets.

Threads and coroutines do it by two events, each with those of its own module, so that both are the same program but for ``await``.
Greenlets need none: a switch names who goes on.
"""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any, Dict, List, Optional

import green

_WARM_UP = 50


def missing(arguments: Dict[str, Any]) -> Optional[str]:
    """Greenlets have to be brought along."""
    return green.missing() if arguments["kind"] == "greenlet" else None


def _threads(rounds: int) -> int:
    there, back = threading.Event(), threading.Event()

    def other() -> None:
        for _ in range(rounds + _WARM_UP):
            there.wait()
            there.clear()
            back.set()

    thread = threading.Thread(target=other)
    thread.start()
    began = 0
    for number in range(rounds + _WARM_UP):
        if number == _WARM_UP:
            began = time.perf_counter_ns()
        there.set()
        back.wait()
        back.clear()
    took = time.perf_counter_ns() - began
    thread.join()
    return took


async def _coroutines(rounds: int) -> int:
    there, back = asyncio.Event(), asyncio.Event()

    async def other() -> None:
        for _ in range(rounds + _WARM_UP):
            await there.wait()
            there.clear()
            back.set()

    partner = asyncio.create_task(other())
    began = 0
    for number in range(rounds + _WARM_UP):
        if number == _WARM_UP:
            began = time.perf_counter_ns()
        there.set()
        await back.wait()
        back.clear()
    took = time.perf_counter_ns() - began
    await partner
    return took


def _greenlets(rounds: int) -> int:
    module = green.module()
    main = module.getcurrent()

    def other() -> None:
        for _ in range(rounds + _WARM_UP):
            main.switch()

    partner = module.greenlet(other)
    began = 0
    for number in range(rounds + _WARM_UP):
        if number == _WARM_UP:
            began = time.perf_counter_ns()
        partner.switch()
    took = time.perf_counter_ns() - began
    partner.switch()
    return took


def prepare(_arguments: Dict[str, Any], _tools: Any) -> Dict[str, int]:
    return {}


def task(state: Dict[str, int], arguments: Dict[str, Any], _index: int) -> int:
    """How often the turn went to and fro."""
    kind, rounds = arguments["kind"], arguments["size"]
    if kind == "coroutine":
        took = asyncio.run(_coroutines(rounds))
    else:
        took = _greenlets(rounds) if kind == "greenlet" else _threads(rounds)
    state["hand_over_ns"] = took // (2 * rounds)
    print(f"{kind}: {state['hand_over_ns'] / 1000:,.2f} µs each way, over {2 * rounds:,}")
    return int(rounds)


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: Dict[str, int], _arguments: Dict[str, Any]) -> Dict[str, Any]:
    return {"hand_over_ns": (state["hand_over_ns"], "ns")}
