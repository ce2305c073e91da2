"""Hand an object to every worker as an argument, let each change it, and look afterwards at what the parent has.

The object counts how often it is pickled: ``__reduce__`` is called in the process that sends it (pickle, "Pickling Class
Instances"), and the class made anew from those parts is marked, so that a worker knows whether what it got came by pickling.
"""

from __future__ import annotations

import os
from typing import Any, Dict, List, Tuple


class Argument:
    """What the workers are handed."""

    def __init__(self, ballast: bytes, pickled: bool = False) -> None:
        self.ballast = ballast
        self.marks: List[int] = []
        self.picklings = 0
        self.pickled = pickled

    def __reduce__(self) -> Tuple[Any, Tuple[bytes, bool]]:
        self.picklings += 1
        return Argument, (self.ballast, True)


def prepare(arguments: Dict[str, Any], _tools: Any) -> Argument:
    return Argument(bytes(arguments["size"] * 1024))


def task(state: Argument, _arguments: Dict[str, Any], index: int) -> int:
    """1 where the argument came by pickling, else 0."""
    state.marks.append(index)
    way = "was pickled for me" if state.pickled else "is the object that was made before I was"
    print(f"process {os.getpid()}: my argument {way}; I leave my mark on it, and see {len(state.marks)}")
    return int(state.pickled)


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: Argument, _arguments: Dict[str, Any]) -> Dict[str, Any]:
    print(f"process {os.getpid()}, the parent: I pickled it {state.picklings} times and see {len(state.marks)} marks")
    return {"marks_seen": (len(state.marks), "marks"), "picklings": (state.picklings, "picklings")}
