"""Coroutines on one asyncio event loop, all on the main thread."""

from __future__ import annotations

import asyncio
from typing import Any, List, Optional

import accounts
from executors.local import AsyncTools
from job import Job
from wire import Wire
from worker import live_async


def missing(_name: str) -> Optional[str]:
    return None


def tools(_name: str) -> AsyncTools:
    return AsyncTools()


async def _gather(wire: Wire, job: Job, state: Any) -> List[Any]:
    shares = await asyncio.gather(*(live_async(wire, job, number, state) for number in range(job.workers)))
    return [result for share in shares for result in share]


def run(wire: Wire, job: Job, state: Any) -> List[Any]:
    accounts.name_thread("loop")
    before = accounts.begin()
    results = asyncio.run(_gather(wire, job, state))
    account = accounts.between(before, accounts.close())
    wire.send("carrier_finished", carrier="loop", **account)
    return results
