"""What tests of the task table need: looking rows up, reading until something shows, and what the kernel says itself."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from conclab.model.table import AFFINITY, CGROUP, IO, PSS, QUEUE, SCHED, SHARED, STATUS, WCHAN, TaskRow, TaskTable, Wanted
from conclab.sampling.table_proc import ProcTable
from tests.sampling.builders import tried

ROOT = str(Path(__file__).parents[2])
COUNTED = frozenset((QUEUE, STATUS))
ALL = frozenset((QUEUE, STATUS, SCHED, IO, SHARED, PSS, CGROUP, WCHAN, AFFINITY))
PROCESSES = Wanted()
THREADS_TOO = Wanted(threads=True, visible=None, needs=COUNTED)
EVERYTHING = Wanted(threads=True, visible=None, needs=ALL)
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root may do that")
NOBODY = 65_534

Found = TypeVar("Found")


def process_row(table: TaskTable, pid: int) -> TaskRow:
    (found,) = [row for row in table.rows if row.id.pid == pid and not row.is_thread]
    return found


def thread_rows(table: TaskTable, pid: int) -> dict[int, TaskRow]:
    """Tid to row, of one process."""
    return {row.id.tid: row for row in table.rows if row.id.pid == pid and row.is_thread}


def read_until(table: ProcTable, wanted: Wanted, look: Callable[[TaskTable], Found | None]) -> Found:
    """Read tables until one shows it."""
    return tried(lambda: look(table.read(wanted)))


def at_rest(table: ProcTable, wanted: Wanted, pid: int) -> TaskRow:
    """The row of a process once it is the same object in two tables."""
    before: list[TaskRow] = []

    def settled(now: TaskTable) -> TaskRow | None:
        row = process_row(now, pid)
        before.append(row)
        return row if len(before) > 1 and before[-2] is row and table._known[pid].resting else None

    return read_until(table, wanted, settled)


class Reads:
    """Which kernel files are read, from now on. Descriptors that are kept from before are not known: begin early."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._paths: dict[int, str] = {}
        self._read: defaultdict[int, list[str]] = defaultdict(list)
        self._open, self._pread = os.open, os.pread
        monkeypatch.setattr(os, "open", self._opening)
        monkeypatch.setattr(os, "pread", self._reading)

    def of(self, pid: int) -> list[str]:
        """Paths of a process that were read, in order."""
        return self._read[pid]

    def _opening(self, path: str, flags: int) -> int:
        descriptor = self._open(path, flags)
        self._paths[descriptor] = path
        return descriptor

    def _reading(self, descriptor: int, count: int, offset: int) -> bytes:
        parts = self._paths.get(descriptor, "").split("/")
        if parts[1:2] == ["proc"] and parts[2].isdigit():
            self._read[int(parts[2])].append(self._paths[descriptor])
        return self._pread(descriptor, count, offset)


def start_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[19])


def schedstat_of(pid: int, tid: int) -> tuple[int, int, int]:
    on, wants, slices = Path(f"/proc/{pid}/task/{tid}/schedstat").read_text().split()
    return int(on), int(wants), int(slices)


@contextmanager
def sleeping(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that does nothing; ended and reaped afterwards."""
    with subprocess.Popen(command or ("sleep", "600"), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            # Popen returns in the middle of execve(2), when there is no command line yet.
            tried(lambda: True if Path(f"/proc/{process.pid}/cmdline").read_bytes() else None)
            yield process
        finally:
            process.kill()


# The other user may not be allowed to run this Python or to read its modules, so it gives its rights up once all are loaded.
# What setuid(2) takes away is given back with PR_SET_DUMPABLE (4): otherwise its own /proc files would belong to root.
BECOME = """
import ctypes, json, os
from conclab.model.table import *
from conclab.sampling.table_proc import ProcTable
ProcTable().read(Wanted(True, None, frozenset((QUEUE, STATUS, SCHED, IO, SHARED, PSS, CGROUP, WCHAN, AFFINITY))))
os.setgroups([]), os.setgid({user}), os.setuid({user})
ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
"""


def told(code: str, *arguments: str, before: Sequence[str] = (), user: int | None = None) -> str:
    """What a Python of its own prints, with conclab to import. ``before``: a command to run it under; ``user``: who it becomes."""
    become = "" if user is None else BECOME.format(user=user)
    command = [*before, sys.executable, "-c", f"import sys\nsys.path.insert(0, {ROOT!r})\n{become}{code}", *arguments]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd="/")
    assert answer.returncode == 0, answer.stderr
    return answer.stdout
