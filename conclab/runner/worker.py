"""A worker's life, the same on every executor: announce, work through the share, give account.

What is timed lies between the two accounts; naming the thread, announcing and reporting lie outside.
"""

from __future__ import annotations

import os
import threading
import time
import traceback
from typing import Any, Dict, List

import accounts
import locks
import prints
from job import Job, worker_name
from wire import Wire


class WorkerFailed(Exception):
    """A worker raised an exception; it has been announced on the wire already."""


class WorkerLost(Exception):
    """A worker ended without giving account."""

    def __init__(self, worker: str, how: str) -> None:
        super().__init__("%s %s" % (worker, how))
        self.worker = worker
        self.how = how


def _announce(wire: Wire, name: str, shares_task: bool) -> None:
    wire.send(
        "worker_started",
        worker=name,
        pid=os.getpid(),
        tid=threading.get_native_id(),
        start_ticks=accounts.start_ticks(),
        shares_task=shares_task,
    )


def _give_account(wire: Wire, name: str, account: Dict[str, Any], result: Any, shares_task: bool) -> None:
    prints.finish()
    wire.settle()
    untold = locks.untold_of(name)
    if untold:
        account = dict(account, untold_waits=untold)
    common = {"worker": name, "pid": os.getpid(), "tid": threading.get_native_id(), "shares_task": shares_task}
    try:
        wire.send("worker_finished", result=result, **common, **account)
    except ValueError:  # longer than the wire takes
        wire.send("worker_finished", result=None, **common, **account)


def explain(error: BaseException) -> str:
    """An exception as one sentence with the place where it happened; never longer than the wire takes."""
    where = traceback.extract_tb(error.__traceback__)
    text = "%s: %s" % (type(error).__name__, error) if str(error) else type(error).__name__
    place = " (%s, line %s)" % (os.path.basename(where[-1].filename), where[-1].lineno) if where else ""
    return text.replace("\n", " ")[:500] + place


def live(wire: Wire, job: Job, number: int, state: Any) -> List[Any]:
    """Run the share of worker ``number`` on the calling thread. Returns the results. Raises WorkerFailed."""
    name = worker_name(number)
    accounts.name_thread(name)
    prints.worker.set(name)
    _announce(wire, name, shares_task=False)
    results: List[Any] = []
    before = accounts.begin()
    try:
        for index in job.share(number):
            began = time.monotonic_ns()
            results.append(job.work.task(state, job.arguments, index))
            wire.offer("task_finished", worker=name, index=index, elapsed_ns=time.monotonic_ns() - began)
    except BaseException as error:
        prints.finish()
        wire.send("failed", worker=name, reason=explain(error))
        raise WorkerFailed(name) from error
    account = accounts.between(before, accounts.close())
    _give_account(wire, name, account, job.combine(results), shares_task=False)
    return results


async def live_async(wire: Wire, job: Job, number: int, state: Any) -> List[Any]:
    """The same as a coroutine. All workers share one kernel task, so the kernel cannot tell their time apart: of a
    coroutine only its stamps are known, and the executor gives account of the task that carries them all."""
    import asyncio

    name = worker_name(number)
    prints.worker.set(name)
    _announce(wire, name, shares_task=True)
    results: List[Any] = []
    task_async = getattr(job.work, "task_async", None)
    started_ns = time.monotonic_ns()
    try:
        for index in job.share(number):
            began = time.monotonic_ns()
            if task_async is not None:
                results.append(await task_async(state, job.arguments, index))
            else:
                results.append(job.work.task(state, job.arguments, index))
                await asyncio.sleep(0)  # work that never awaits still lets the others in between its tasks
            wire.offer("task_finished", worker=name, index=index, elapsed_ns=time.monotonic_ns() - began)
    except BaseException as error:
        prints.finish()
        wire.send("failed", worker=name, reason=explain(error))
        raise WorkerFailed(name) from error
    account = dict.fromkeys(
        ("on_core_ns", "wants_core_ns", "voluntary_switches", "involuntary_switches", "migrations", "peak_rss_bytes")
    )
    account.update(started_ns=started_ns, ended_ns=time.monotonic_ns())
    _give_account(wire, name, account, job.combine(results), shares_task=True)
    return results
