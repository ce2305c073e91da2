"""One worker after another, on the main thread: what every other executor is compared with."""

from __future__ import annotations

from typing import Any, List, Optional

from executors.local import Tools
from job import Job
from wire import Wire
from worker import live


def missing(_name: str) -> Optional[str]:
    return None


def tools(_name: str) -> Tools:
    return Tools()


def run(wire: Wire, job: Job, state: Any) -> List[Any]:
    return [result for number in range(job.workers) for result in live(wire, job, number, state)]
