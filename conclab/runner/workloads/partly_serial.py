"""Work of which only a share can be split: the first worker does the rest of it alone while the others wait, then all do theirs.

A unit is counting the primes below a small number. All units together are the same work, however they are shared out.
"""

from __future__ import annotations

from typing import Any, Dict, List

from together import primitives
from workloads.primes import count_below

NOT_ON = {"asyncio": "a coroutine that waits for the others would stop the event loop with all of them"}
UNIT = 3_000
"""The primes below this: about a third of a millisecond on a core of 2025."""


def shares(arguments: Dict[str, Any]) -> "tuple[int, int]":
    """How many units cannot be split, and how many can."""
    split = arguments["size"] * arguments["share"] // 100
    return arguments["size"] - split, split


def prepare(arguments: Dict[str, Any], _tools: Any) -> Any:
    if arguments["workers"] == 1:
        return None
    return primitives(arguments["executor"]).Barrier(arguments["workers"])


def task(state: Any, arguments: Dict[str, Any], index: int) -> int:
    alone, split = shares(arguments)
    done = 0
    if index == 0:
        done += sum(count_below(UNIT) for _ in range(alone))
        if alone:
            print(f"{alone:,} units that nobody else can help with")
    if state is not None:
        state.wait()
    mine = len(range(index, split, arguments["workers"]))
    done += sum(count_below(UNIT) for _ in range(mine))
    print(f"{mine:,} of {split:,} units that can be split")
    return done


def combine(results: List[int]) -> int:
    return sum(results)
