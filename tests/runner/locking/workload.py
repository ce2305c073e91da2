"""Work at one named lock, loaded by its path: the second worker surely waits for it; or ("hold") all sleep while they have it."""

from __future__ import annotations

import asyncio
import time
from typing import Any


def prepare(arguments: dict[str, Any], tools: Any) -> Any:
    return tools.lock("forks"), tools.cell(), arguments["deed"]


def task(state: Any, _arguments: dict[str, Any], index: int) -> int:
    forks, cell, deed = state
    deadline = time.monotonic() + 20
    if deed == "hold":
        with forks:
            time.sleep(0.08)
        return index
    if index == 0:
        with forks:
            cell.value = 1
            while not (forks._books.anyone_waits() or time.monotonic() > deadline):
                time.sleep(0.001)
            while deed == "give up" and forks._books.anyone_waits() and time.monotonic() < deadline:
                time.sleep(0.001)
    else:
        while not (cell.value or time.monotonic() > deadline):
            time.sleep(0.001)
        if deed == "give up":
            assert not forks.acquire(timeout=0.01)
        else:
            with forks:
                pass
    return index


async def task_async(state: Any, _arguments: dict[str, Any], index: int) -> int:
    forks, cell, _deed = state
    if index == 0:
        async with forks:
            cell.value = 1
            while not forks._books.anyone_waits():
                await asyncio.sleep(0)
    else:
        while not cell.value:
            await asyncio.sleep(0)
        async with forks:
            pass
    return index


def combine(results: list[int]) -> int:
    return sum(results)
