"""Wanting a core for a set share of the time: all of it, a part of it, or none because what one waits for never comes."""

from __future__ import annotations

import os
import select
import time
from typing import Any, Dict, List

PERIOD_NS = 20_000_000
"""Whoever wants a part computes at the beginning of each period, and sleeps for the rest."""


def _until(end_ns: int) -> None:
    while time.monotonic_ns() < end_ns:
        pass


def _for(cpu_ns: int) -> None:
    """Compute until so much time on a core was had: whoever has to wait for it has not computed."""
    end_ns = time.thread_time_ns() + cpu_ns
    while time.thread_time_ns() < end_ns:
        pass


def _read_in_vain(seconds: float) -> None:
    """Wait for data on a pipe into which nobody writes."""
    reading, writing = os.pipe()
    try:
        select.select([reading], [], [], seconds)
    finally:
        os.close(reading)
        os.close(writing)


def task(_state: Any, arguments: Dict[str, Any], _index: int) -> int:
    """``share``: per cent of a core that is wanted."""
    share, lasts_ns = arguments["share"], arguments["size"] * 1_000_000
    now_ns = time.monotonic_ns()
    end_ns = now_ns + lasts_ns
    if share == 0:
        _read_in_vain(lasts_ns / 1e9)
    elif share == 100:
        _until(end_ns)
    else:
        while now_ns < end_ns:
            _for(PERIOD_NS * share // 100)
            now_ns += PERIOD_NS
            time.sleep(max(0, min(now_ns, end_ns) - time.monotonic_ns()) / 1e9)
    print(f"I wanted {share} % of a core")
    return int(share)


def combine(results: List[int]) -> int:
    return sum(results)
