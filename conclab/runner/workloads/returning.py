"""Return many numbers: what it takes to bring them to whoever asked.

Between processes a result is pickled, sent through a pipe and unpickled; ``pickle`` asks the result itself how
(``object.__reduce__``), and there the time is taken. Between threads nobody asks.
"""

from __future__ import annotations

import pickle
import time
from typing import Any, Dict, List, Tuple

NOT_ON = {"asyncio": "coroutines of one thread return their results to one another as threads do"}
_arrived: "List[Tuple[int, int, int, int]]" = []
"""Of each result that was unpickled in this process: bytes, and nanoseconds of pickling, of the way, of unpickling."""


class Numbers:
    """A result that notes how it is brought from one process to another."""

    def __init__(self, numbers: List[int]) -> None:
        self.numbers = numbers

    def __reduce__(self) -> Any:
        began_ns = time.monotonic_ns()
        data = pickle.dumps(self.numbers, pickle.HIGHEST_PROTOCOL)
        ended_ns = time.monotonic_ns()
        return unpickled, (data, ended_ns - began_ns, ended_ns)


def unpickled(data: bytes, pickling_ns: int, sent_ns: int) -> Numbers:
    """The result again; called by ``pickle`` in the process that receives it."""
    began_ns = time.monotonic_ns()
    found = Numbers(pickle.loads(data))
    _arrived.append((len(data), pickling_ns, began_ns - sent_ns, time.monotonic_ns() - began_ns))
    return found


def task(_state: Any, arguments: Dict[str, Any], index: int) -> Numbers:
    count = arguments["size"]
    numbers = [number * number % 1_000_003 + index for number in range(count)]
    print(f"I return {count:,} numbers")
    return Numbers(numbers)


def combine(results: List[Numbers]) -> int:
    """How many numbers there are."""
    return sum(len(result.numbers) for result in results)


def conclude(_state: Any, _arguments: Dict[str, Any]) -> Dict[str, Any]:
    columns = [sum(column) for column in zip(*_arrived)] or [0, 0, 0, 0]
    print(f"{len(_arrived)} results came pickled, {columns[0]:,} bytes in all")
    return {
        "pickled": (len(_arrived), "results"),
        "pickled_bytes": (columns[0], "bytes"),
        "pickling_ns": (columns[1], "ns"),
        "way_ns": (columns[2], "ns"),
        "unpickling_ns": (columns[3], "ns"),
    }
