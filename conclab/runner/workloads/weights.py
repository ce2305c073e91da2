"""Everyone keeps a core busy for the same stretch of time; the second worker first makes itself less important (nice(2), sched(7)).

What is counted is each one's time on a core within that stretch, so how late the less important one gets to begin is part of it.
Nobody is made more important than before, which would take a privilege.
"""

from __future__ import annotations

import os
import time
from typing import Any, Dict, List, Optional

import standing
from job import Refused
from together import cells, milliseconds, primitives, turns_for, work

_WHY_PROCESSES = "a priority set for one process would be the priority of all its threads elsewhere than on Linux"
NOT_ON = {
    "sequential": "there is nobody to share the core with",
    "threads": _WHY_PROCESSES,
    "asyncio": "the kernel sees one task, and gives it one priority",
}
_GLANCE_US = 100
_AUTOGROUP = "/proc/sys/kernel/sched_autogroup_enabled"


def prepare(arguments: Dict[str, Any], tools: Any) -> Dict[str, Any]:
    if arguments["rival"] == "idle" and not standing.can_idle():
        raise Refused("SCHED_IDLE is a policy of Linux")
    state: Dict[str, Any] = cells(tools, "on_core", arguments["workers"])
    state["start"], state["end"] = primitives(arguments["executor"]).Barrier(arguments["workers"]), tools.cell()
    state["glance"] = turns_for(_GLANCE_US)
    return state


def _step_back(rival: str) -> str:
    """Lower the calling process's priority; how it is called afterwards."""
    if rival == "idle":
        standing.run_when_idle()
        return "SCHED_IDLE"
    return "nice %d" % os.nice(int(rival))


def task(state: Dict[str, Any], arguments: Dict[str, Any], index: int) -> int:
    name = "nice %d" % os.nice(0) if index == 0 else _step_back(arguments["rival"])
    if index == 0:
        state["end"].value = time.monotonic_ns() + arguments["size"] * 1_000_000
    state["start"].wait()
    end, glance = state["end"].value, state["glance"]
    before = time.process_time_ns()
    while time.monotonic_ns() < end:
        work(glance)
    state["on_core"][index].value = time.process_time_ns() - before
    print(f"{name}: {milliseconds(state['on_core'][index].value)} of {milliseconds(arguments['size'] * 1_000_000)} on a core")
    return int(arguments["size"])


def combine(results: List[int]) -> int:
    return sum(results)


def _autogroup() -> Optional[int]:
    """Whether nice only counts within a session here (sched(7), The autogroup feature); None where there is no such thing."""
    try:
        with open(_AUTOGROUP) as file:
            return int(file.read())
    except (OSError, ValueError):
        return None


def conclude(state: Dict[str, Any], _arguments: Dict[str, Any]) -> Dict[str, Any]:
    had = [int(cell.value) for cell in state["on_core"]]
    # Nobody has changed this process's own niceness: it is the one that the first worker kept.
    found = {"share": (had[0] / max(1, sum(had)), "of the time on a core"), "nice": (os.nice(0), "nice")}
    autogroup = _autogroup()
    if autogroup is not None:
        found["autogroup"] = (autogroup, "switched on")
    return found
