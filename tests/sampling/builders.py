"""Small real processes to look at: they say when they are ready, and end when their standard input is closed."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import pytest

PATIENCE_S = 20.0

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc, which only Linux has")

QUIET = """
import json, os, sys
print(json.dumps({}), flush=True)
sys.stdin.read()
"""

THREADS = """
import json, os, subprocess, sys, threading, time

tids = {}
named, never = threading.Semaphore(0), threading.Event()
grandchild = []

def live(name, work):
    tid = threading.get_native_id()
    with open(f"/proc/self/task/{tid}/comm", "w") as comm:
        comm.write(name)
    tids[name] = tid
    if name == "sleeps":
        # Started by a thread that is not the main one: the kernel lists it as that thread's child.
        grandchild.append(subprocess.Popen(["cat"], stdin=subprocess.PIPE))
    named.release()
    work()

def spin():
    while True:
        pass

def nap():
    while True:
        time.sleep(0.001)

for name, work in (("spins) R 1", spin), ("naps", nap), ("sleeps", never.wait)):
    threading.Thread(target=live, args=(name, work), daemon=True).start()
for _ in range(3):
    named.acquire()
print(json.dumps({**tids, "grandchild": grandchild[0].pid}), flush=True)
sys.stdin.read()
grandchild[0].stdin.close()
grandchild[0].wait()
os._exit(0)
"""


@dataclass(frozen=True)
class Child:
    """A process of ours that is ready."""

    process: subprocess.Popen[str]
    said: dict[str, int]

    @property
    def pid(self) -> int:
        return self.process.pid

    def end(self) -> None:
        """Returns when it is gone for good, reaped."""
        if self.process.stdin is not None and not self.process.stdin.closed:
            self.process.stdin.close()
        self.process.wait(PATIENCE_S)


@contextmanager
def child(code: str = QUIET, *arguments: str) -> Iterator[Child]:
    """Python running the code; it has said in one line of JSON that it is ready."""
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", code, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            ready = Child(process, json.loads(process.stdout.readline()))
            yield ready
            ready.end()
        finally:
            process.kill()


def descriptors() -> int:
    """How many files this process has open, the listing itself included."""
    return len(os.listdir("/proc/self/fd"))


Found = TypeVar("Found")


def tried(look: Callable[[], Found | None]) -> Found:
    """Look again and again until something is found."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
    raise AssertionError(f"nothing found within {PATIENCE_S} s")


Sample = TypeVar("Sample")


def next_of(samples: queue.Queue[object], kind: type[Sample]) -> Sample:
    """Take samples until one of that kind comes."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found = samples.get(timeout=PATIENCE_S)
        if isinstance(found, kind):
            return found
    raise AssertionError(f"no {kind.__name__} within {PATIENCE_S} s")
