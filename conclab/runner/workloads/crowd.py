"""Keep many workers of one kind alive at the same time, and ask the kernel how many tasks it knows of meanwhile.

The kernel's answer is the number of entries in ``/proc/self/task`` (proc_pid_task(5)): one for each thread that it schedules. All
of the crowd wait for one event, so every one of them has begun and none has ended when the tasks are counted.
"""

from __future__ import annotations

import asyncio
import os
import threading
from typing import Any, Dict, List, Optional

import green

_TASKS = "/proc/self/task"


def missing(arguments: Dict[str, Any]) -> Optional[str]:
    """Greenlets have to be brought along."""
    return green.missing() if arguments["kind"] == "greenlet" else None


def kernel_tasks() -> Optional[int]:
    """How many tasks of this process the kernel knows; None where it does not tell."""
    try:
        return len(os.listdir(_TASKS))
    except OSError:
        return None


class _Crowd:
    """How many are alive, how many ended, and what the kernel said meanwhile."""

    def __init__(self) -> None:
        self.alive = 0
        self.ended = 0
        self.tasks: Optional[int] = None

    def look(self) -> None:
        """When everybody is there."""
        self.tasks = kernel_tasks()


async def _coroutines(count: int, crowd: _Crowd) -> None:
    gate = asyncio.Event()

    async def one() -> None:
        crowd.alive += 1
        await gate.wait()
        crowd.ended += 1

    tasks = [asyncio.create_task(one()) for _ in range(count)]
    while crowd.alive < count:
        await asyncio.sleep(0)
    crowd.look()
    gate.set()
    await asyncio.gather(*tasks)


def _greenlets(count: int, crowd: _Crowd) -> None:
    module = green.module()
    main = module.getcurrent()

    def one() -> None:
        crowd.alive += 1
        main.switch()
        crowd.ended += 1

    them = [module.greenlet(one) for _ in range(count)]
    for each in them:
        each.switch()
    crowd.look()
    for each in them:
        each.switch()


def _threads(count: int, crowd: _Crowd) -> None:
    gate, counting, all_there = threading.Event(), threading.Lock(), threading.Event()

    def one() -> None:
        with counting:
            crowd.alive += 1
            if crowd.alive == count:
                all_there.set()
        gate.wait()
        with counting:
            crowd.ended += 1

    them: List[threading.Thread] = []
    try:
        for _ in range(count):
            thread = threading.Thread(target=one)
            thread.start()
            them.append(thread)
        all_there.wait()
        crowd.look()
    finally:  # also where the system lets nobody make so many: those who wait must not wait for ever
        gate.set()
        for thread in them:
            thread.join()


def prepare(_arguments: Dict[str, Any], _tools: Any) -> Dict[str, Any]:
    return {}


def task(state: Dict[str, Any], arguments: Dict[str, Any], _index: int) -> int:
    """How many of the crowd came to their end."""
    kind, count, crowd = arguments["kind"], arguments["size"], _Crowd()
    before = kernel_tasks()
    if kind == "coroutine":
        asyncio.run(_coroutines(count, crowd))
    elif kind == "greenlet":
        _greenlets(count, crowd)
    else:
        _threads(count, crowd)
    state.update(before=before, crowd=crowd)
    told = "does not tell of its tasks" if crowd.tasks is None else "knows {:,} tasks, {:,} before".format(crowd.tasks, before or 0)
    print(f"{crowd.alive:,} alive at once ({kind}); the kernel {told}")
    return crowd.ended


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: Dict[str, Any], _arguments: Dict[str, Any]) -> Dict[str, Any]:
    """``alive`` at once, and the kernel's tasks ``tasks_before`` and ``tasks_during``, left out where it does not tell."""
    crowd = state["crowd"]
    found = {"alive": (crowd.alive, "workers")}
    if state["before"] is not None and crowd.tasks is not None:
        found.update(tasks_before=(state["before"], "tasks"), tasks_during=(crowd.tasks, "tasks"))
    return found
