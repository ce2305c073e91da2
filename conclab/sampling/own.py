"""What conclab itself takes of the cores: all its threads, and the helpers that it has started.

Helpers are its own children: the keeper of an experiment, strace(1), py-spy. The experiment is never among them: the keeper is its
parent (``runner/keeper.py``). What a helper took is known up to the last time that it was looked at; the little that comes after is
missed, and so is one that lived between two looks.
"""

from __future__ import annotations

import os
import time

from conclab.sampling import proc_text
from conclab.sampling.files import read


def helpers() -> list[int]:
    """Pids of the children that live now (``children`` of each thread, proc_pid_task(5)); none where they are not listed."""
    found: list[int] = []
    try:
        threads = os.listdir("/proc/self/task")
    except OSError:
        return found
    for thread in threads:
        text = read(f"/proc/self/task/{thread}/children")
        found += [int(pid) for pid in text.split()] if text else []
    return found


class OwnCost:
    """CPU time by now, again and again; it never falls, also when a helper has ended."""

    def __init__(self) -> None:
        self._ended_ns = 0
        self._alive: dict[int, int] = {}

    def cpu_ns(self) -> int:
        """Of this process with all its threads and of its helpers."""
        now: dict[int, int] = {}
        for pid in helpers():
            text = read(f"/proc/{pid}/schedstat")
            counted = proc_text.schedstat(text) if text else None
            if counted is not None:
                now[pid] = counted[0]
        for pid, before in self._alive.items():
            if now.get(pid, -1) < before:  # it has ended; a number that has become smaller is of another one with its pid
                self._ended_ns += before
        self._alive = now
        return time.process_time_ns() + self._ended_ns + sum(now.values())
