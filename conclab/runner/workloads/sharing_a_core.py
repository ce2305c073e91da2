"""Several that compute side by side for a set time, on as many cores as they are given; who had how much of them is counted."""

from __future__ import annotations

import threading
import time
from typing import Any, Dict, List

BATCH = 1_000
"""Additions between two looks at the clock: about a hundredth of a millisecond on a core of 2025."""
_APART = "those who share the core begin together, and only threads of one process can wait for one another here"
NOT_ON = dict.fromkeys(("sequential", "asyncio", "fork", "forkserver", "spawn"), _APART)


class _Together:
    """One beginning for all, when all are there."""

    def __init__(self, workers: int) -> None:
        self.barrier = threading.Barrier(workers, action=self._begin)
        self.began_ns = 0

    def _begin(self) -> None:
        self.began_ns = time.monotonic_ns()


def prepare(arguments: Dict[str, Any], _tools: Any) -> _Together:
    return _Together(arguments["workers"])


def task(state: _Together, arguments: Dict[str, Any], _index: int) -> int:
    """How many batches it came to until the time of all was over."""
    state.barrier.wait()
    end_ns = state.began_ns + arguments["size"] * 1_000_000
    batches = 0
    while time.monotonic_ns() < end_ns:
        total = 0
        for number in range(BATCH):
            total += number
        batches += 1
    print(f"I did {batches:,} batches in {arguments['size']:,} ms")
    return batches


def combine(results: List[int]) -> int:
    return sum(results)
