"""Several that compute side by side for a set time; how much of the core each has is counted.

Only the second half of the time counts. Whoever was just made or woken up may have to wait for its first turn on a busy core, and
that is made up for by nobody: seen on Linux 6.18, up to 60 ms, after which all had the same.
"""

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


def _compute_until(end_ns: int) -> int:
    """How many batches it came to."""
    batches = 0
    while time.monotonic_ns() < end_ns:
        total = 0
        for number in range(BATCH):
            total += number
        batches += 1
    return batches


def task(state: _Together, arguments: Dict[str, Any], _index: int) -> int:
    """Nanoseconds that it had of the core in the second half of the time."""
    state.barrier.wait()
    half_ns = arguments["size"] * 500_000
    batches = _compute_until(state.began_ns + half_ns)
    had_ns = time.thread_time_ns()
    batches += _compute_until(state.began_ns + 2 * half_ns)
    had_ns = time.thread_time_ns() - had_ns
    print(f"I did {batches:,} batches in {arguments['size']:,} ms")
    return had_ns


def combine(results: List[int]) -> int:
    return sum(results)
