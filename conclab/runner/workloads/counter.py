"""Everyone adds to one counter: read it, pause, write it back. With a lock around the three, or without.

The pause gives the GIL and the core away at the worst moment, which the interpreter and the kernel may do by themselves, only
more rarely. The counter lies in memory that the workers really share (``tools.cell``).
"""

from __future__ import annotations

import contextlib
import time
from typing import Any, Dict, List, Tuple

NOT_ON = {"asyncio": "a coroutine is never interrupted between reading and writing, unless it awaits there"}


def prepare(arguments: Dict[str, Any], tools: Any) -> Tuple[Any, Any]:
    return tools.cell(), tools.lock() if arguments["locked"] else contextlib.nullcontext()


def task(state: Tuple[Any, Any], arguments: Dict[str, Any], _index: int) -> int:
    cell, guard = state
    for _ in range(arguments["size"]):
        with guard:
            seen = cell.value
            time.sleep(0)
            cell.value = seen + 1
    print(f"I added one {arguments['size']:,} times")
    return int(arguments["size"])


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: Tuple[Any, Any], _arguments: Dict[str, Any]) -> Dict[str, Any]:
    print(f"the counter stands at {state[0].value:,}")
    return {"kept": (state[0].value, "additions")}
