"""Workers that are all there at once, each looking at how much memory its process has, and how much of that is its own."""

from __future__ import annotations

from typing import Any, Dict, List

import resident
from together import cells, primitives, total

_AT_ONCE = "all workers have to be there at once"
NOT_ON = {"sequential": _AT_ONCE, "asyncio": _AT_ONCE}
MEGABYTE = 1024 * 1024
NAMES = ("rss", "pss", "private")
_UNKNOWN = -1


def prepare(arguments: Dict[str, Any], tools: Any) -> Dict[str, Any]:
    state: Dict[str, Any] = cells(tools, " ".join(NAMES), arguments["workers"])
    meeting = primitives(arguments["executor"]).Barrier
    state["all_there"], state["all_done"] = meeting(arguments["workers"]), meeting(arguments["workers"])
    before = resident.memory()
    state["before"] = before.private if before else _UNKNOWN
    return state


def task(state: Dict[str, Any], _arguments: Dict[str, Any], index: int) -> int:
    state["all_there"].wait()
    found = resident.memory()
    for name in NAMES:
        state[name][index].value = getattr(found, name) if found else _UNKNOWN
    state["all_done"].wait()
    if found:
        print("%.1f MiB in RAM, %.1f MiB are mine alone" % (found.rss / MEGABYTE, found.private / MEGABYTE))
    return 1


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: Dict[str, Any], arguments: Dict[str, Any]) -> Dict[str, Any]:
    """Sums over all processes: threads have but one. ``added_bytes``: what each worker has added that nobody else uses."""
    many = arguments["workers"]
    if state["before"] < 0 or any(cell.value < 0 for cell in state["rss"]):
        return {}
    one_process = arguments["executor"] == "threads"
    sums = {name: state[name][0].value if one_process else total(state[name]) for name in NAMES}
    added = max(0, sums["private"] - state["before"]) if one_process else sums["private"]
    return {
        "rss_bytes": (sums["rss"], "bytes"),
        "pss_bytes": (sums["pss"], "bytes"),
        "added_bytes": (added / many, "bytes"),
    }
