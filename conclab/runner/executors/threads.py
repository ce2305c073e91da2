"""Threads of one process: bare ``threading.Thread``, one for each worker, no pool."""

from __future__ import annotations

import threading
from typing import Any, List, Optional

from executors.local import Tools
from job import Job, worker_name
from wire import Wire
from worker import live


def missing(_name: str) -> Optional[str]:
    return None


def tools(_name: str) -> Tools:
    return Tools()


def run(wire: Wire, job: Job, state: Any) -> List[Any]:
    results: List[List[Any]] = [[] for _ in range(job.workers)]
    errors: List[BaseException] = []

    def body(number: int) -> None:
        try:
            results[number] = live(wire, job, number, state)
        except BaseException as error:  # noqa: BLE001 it is raised again on the main thread
            errors.append(error)

    threads = [threading.Thread(target=body, args=(number,), name=worker_name(number)) for number in range(job.workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return [result for share in results for result in share]
