"""Processes: bare ``multiprocessing`` processes by one of its start methods, no pool.

Results come back through a pipe of each worker, pickled, as they would in any program that uses processes.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from multiprocessing.connection import Connection, wait
from typing import Any, Dict, List, Optional

import accounts
import locks
import prints
from job import Job, worker_name
from wire import VARIABLE, Wire
from worker import WorkerFailed, WorkerLost, live


def missing(name: str) -> Optional[str]:
    if name not in multiprocessing.get_all_start_methods():
        return "this system has no %s" % name
    return None


class Tools:
    """A lock and a counter in memory that processes really share."""

    def __init__(self, name: str) -> None:
        self._context = multiprocessing.get_context(name)
        _prepare(self._context, name)

    def lock(self, name: str = "") -> Any:
        """A lock; with a name it announces who waits for it and who has it."""
        lock = self._context.Lock()
        return locks.NamedLock(name, lock, locks.SharedBooks(self._context)) if name else lock

    def cell(self) -> Any:
        return self._context.RawValue("q", 0)


def tools(name: str) -> Tools:
    return Tools(name)


def _prepare(context: Any, method: str) -> None:
    """Before the clock runs: load what our own safety net needs, which no program has to pay for in every child.

    A forked child inherits it; the forkserver loads it once and is given what multiprocessing gives it anyway besides. Only a
    spawned child has to import ctypes by itself: about 5 ms of its start (measured) are ours.
    """
    try:
        import ctypes  # noqa: F401
    except ImportError:
        return
    if method == "forkserver":
        context.set_forkserver_preload(["__main__", "ctypes"])


def _release_forkserver() -> None:
    """Close this worker's copy of the descriptor that keeps the forkserver alive.

    multiprocessing hands every child one, so that it could start children itself. With it open, the forkserver would outlive a
    parent that was killed, and so would the workers, whose parent it is.
    """
    module = sys.modules.get("multiprocessing.forkserver")
    server = getattr(module, "_forkserver", None)
    descriptor = getattr(server, "_forkserver_alive_fd", None)
    if isinstance(descriptor, int):
        os.close(descriptor)
        server._forkserver_alive_fd = None  # type: ignore[union-attr]


def child(spec: Dict[str, Any], number: int, state: Any, answer: Connection) -> None:
    """The main function of a worker process."""
    accounts.die_with_parent()
    if spec["executor"] == "forkserver":
        _release_forkserver()
    wire = Wire(os.environ[VARIABLE])
    prints.install(wire)
    locks.install(wire)
    try:
        results = live(wire, Job(spec), number, state)
    except WorkerFailed:  # announced already; a traceback would only repeat it
        sys.exit(1)
    answer.send(results)
    answer.close()


def _how_it_ended(code: Optional[int]) -> str:
    if code is not None and code < 0:
        try:
            return "was killed by %s" % signal.Signals(-code).name
        except ValueError:
            return "was killed by signal %d" % -code
    return "ended with exit status %s" % code


def run(wire: Wire, job: Job, state: Any) -> List[Any]:
    context: Any = multiprocessing.get_context(job.executor)
    workers = []
    for number in range(job.workers):
        receiving, sending = context.Pipe(duplex=False)
        process = context.Process(target=child, args=(job.spec, number, state, sending), name=worker_name(number))
        process.start()
        sending.close()
        workers.append((number, process, receiving))
    results: Dict[int, List[Any]] = {}
    waiting: Dict[Any, Any] = {receiving: (number, process) for number, process, receiving in workers}
    while waiting:
        ready: Any
        for ready in wait(list(waiting)):
            number, process = waiting.pop(ready)
            try:
                results[number] = ready.recv()
            except EOFError:
                process.join()
                for _number, other, _receiving in workers:
                    other.kill()
                if process.exitcode == 1:
                    raise WorkerFailed(worker_name(number)) from None
                raise WorkerLost(worker_name(number), _how_it_ended(process.exitcode)) from None
    for _number, process, receiving in workers:
        process.join()
        receiving.close()
    return [result for number in sorted(results) for result in results[number]]
