"""Errands: a little work, then a wait for somebody else's answer, as most programs have it.

The work is time on a core and not time that passes: whoever waits for the core or for the GIL has not worked.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, Dict, List


def _work(microseconds: int) -> None:
    end_ns = time.thread_time_ns() + microseconds * 1_000
    while time.thread_time_ns() < end_ns:
        pass


def task(_state: Any, arguments: Dict[str, Any], _index: int) -> int:
    for _ in range(arguments["size"]):
        _work(arguments["work_us"])
        time.sleep(arguments["wait_us"] / 1e6)
    return int(arguments["size"])


async def task_async(_state: Any, arguments: Dict[str, Any], _index: int) -> int:
    for _ in range(arguments["size"]):
        _work(arguments["work_us"])
        await asyncio.sleep(arguments["wait_us"] / 1e6)
    return int(arguments["size"])


def combine(results: List[int]) -> int:
    return sum(results)
