"""Waiting, and nothing else: what a program does while a server or a disk is at work for it."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Dict, List


def task(_state: Any, arguments: Dict[str, Any], index: int) -> int:
    time.sleep(arguments["size"] / 1000)
    print(f"visitor {index + 1} was called in after {arguments['size']} ms")
    return 1


async def task_async(_state: Any, arguments: Dict[str, Any], index: int) -> int:
    await asyncio.sleep(arguments["size"] / 1000)
    print(f"visitor {index + 1} was called in after {arguments['size']} ms")
    return 1


def combine(results: List[int]) -> int:
    return sum(results)
