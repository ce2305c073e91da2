"""Two threads compute in each worker: has every process a GIL of its own, and an interpreter that was started anew?

Each thread reads its own counters, so that the time of both is known: under one GIL they get a core's worth between them, however
many cores there are. Whether the interpreter is the parent's, gone on with, shows in what the parent left in it before it made any
worker: a mark in this module, which is not handed to anybody.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import Any, Dict, List, Optional

import accounts
from together import primitives
from workloads.primes import count_below

THREADS = 2
NOT_ON = {
    "sequential": "the workers have to compute at the same time",
    "asyncio": "two threads would share one event loop's thread with all the others",
}
_mark: List[int] = []
"""Where the parent leaves its pid."""


def prepare(arguments: Dict[str, Any], _tools: Any) -> Any:
    _mark.append(os.getpid())
    return primitives(arguments["executor"]).Barrier(arguments["workers"])


def _executable() -> str:
    """The program that the kernel runs in this process; empty where it does not tell (macOS)."""
    try:
        return os.readlink("/proc/self/exe")
    except OSError:
        return ""


def _compute(limit: int, into: List[Optional[Dict[str, Any]]], number: int) -> None:
    before = accounts.begin()
    count_below(limit)
    into[number] = accounts.between(before, accounts.close())


def _summed(found: List[Optional[Dict[str, Any]]], name: str) -> Optional[int]:
    values = [account[name] if account else None for account in found]
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def task(state: Any, arguments: Dict[str, Any], _index: int) -> List[Dict[str, Any]]:
    found: List[Optional[Dict[str, Any]]] = [None] * THREADS
    other = threading.Thread(target=_compute, args=(arguments["size"], found, 1))
    state.wait()
    began_ns = time.monotonic_ns()
    other.start()
    _compute(arguments["size"], found, 0)
    other.join()
    account = {
        "pid": os.getpid(),
        "program": os.path.basename(_executable() or sys.executable),
        "inherited": bool(_mark),
        "began_ns": began_ns,
        "ended_ns": time.monotonic_ns(),
        "on_core_ns": _summed(found, "on_core_ns"),
        "wants_core_ns": _summed(found, "wants_core_ns"),
    }
    heir = "goes on with the parent's interpreter" if _mark else "has an interpreter that was started anew"
    print(f"process {account['pid']} runs {account['program']} and {heir}")
    return [account]


def combine(results: List[List[Dict[str, Any]]]) -> List[Dict[str, Any]]:
    """The accounts of all workers, by pid."""
    return sorted((account for result in results for account in result), key=lambda account: account["pid"])
