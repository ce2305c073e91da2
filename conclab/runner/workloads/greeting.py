"""Say that you started, wait a little, say that you finished."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any, Dict, List


def _pause_s(arguments: Dict[str, Any], index: int) -> float:
    """Half to one and a half times the size, drawn from the seed: who finishes first is not who started first."""
    return float(arguments["size"]) / 1000 * random.Random(arguments["seed"] * 1009 + index).uniform(0.5, 1.5)


def task(_state: Any, arguments: Dict[str, Any], index: int) -> List[int]:
    print(f"worker {index + 1} started")
    time.sleep(_pause_s(arguments, index))
    print(f"worker {index + 1} finished")
    return [index + 1]


async def task_async(_state: Any, arguments: Dict[str, Any], index: int) -> List[int]:
    print(f"worker {index + 1} started")
    await asyncio.sleep(_pause_s(arguments, index))
    print(f"worker {index + 1} finished")
    return [index + 1]


def combine(results: List[List[int]]) -> List[int]:
    return sorted(number for result in results for number in result)
