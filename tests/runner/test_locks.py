"""Locks with a name: who waits for one and who has it is told; a bare one says nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conclab.lab.child import RUNNER
from conclab.model.events import Acquired, Event, Released, Waiting
from conclab.model.experiments import Arm
from conclab.model.results import OK
from tests.helpers import conduct

WORKLOAD = str(Path(__file__).parent / "locking" / "workload.py")
LockEvent = Waiting | Acquired | Released


def locking(executor: str, deed: str = "wait") -> Arm:
    return Arm(executor, executor, WORKLOAD, 2, 2, {"deed": deed})


def told(events: list[Event]) -> list[LockEvent]:
    return [event for event in events if isinstance(event, Waiting | Acquired | Released)]


@pytest.mark.parametrize("executor", ["threads", "fork", "forkserver", "spawn", "asyncio"])
def test_who_waits_says_so_and_who_has_the_lock(executor: str) -> None:
    run, events = conduct(locking(executor))
    assert run.outcome == OK
    found = told(events)
    assert all(event.lock == "forks" for event in found)
    waiting = next(event for event in found if isinstance(event, Waiting))
    acquired = next(event for event in found if isinstance(event, Acquired))
    assert (waiting.worker, waiting.holder) == ("w2", "w1")
    assert acquired.worker == "w2"
    assert 0 < acquired.waited_ns <= acquired.at_ns - waiting.at_ns + 1_000_000
    assert sorted(event.worker for event in found if isinstance(event, Released)) == ["w1", "w2"]
    assert len(found) == 4, "taking a lock that is free is not told"


def test_giving_up_is_told_so_that_nobody_waits_forever() -> None:
    run, events = conduct(locking("threads", "give up"))
    assert run.outcome == OK
    assert [(type(event), event.worker) for event in told(events)][:2] == [(Waiting, "w2"), (Released, "w2")]


def in_the_runner(code: str, tmp_path: Path) -> str:
    """Run code where the runner's rooms can be imported."""
    path = tmp_path / "code.py"
    path.write_text(f"import sys; sys.path.insert(0, {str(RUNNER)!r})\n" + code)
    done = subprocess.run([sys.executable, "-I", path], capture_output=True, text=True, timeout=60, env=dict(os.environ))
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_rules_of_one_process(tmp_path: Path) -> None:
    """Nameless locks stay bare; a busy lock tells only so much; anyone may release; a plain with is refused to coroutines."""
    code = """
import asyncio, os, threading, time
import locks, prints
from executors.local import AsyncTools, Tools
from wire import Wire

assert type(Tools().lock()) is type(threading.Lock())
path = sys.argv[0] + ".fifo"
os.mkfifo(path)
reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
locks.install(Wire(path))
prints.worker.set("w7")

def told():
    try:
        return os.read(reading, 1 << 20).decode()
    except BlockingIOError:
        return ""

lock = Tools().lock("a")
with lock:
    assert not lock.acquire(False)
assert told() == "", "a free lock and one that is only tried are taken in silence"
waits = 0
with lock:
    for _ in range(locks.BURST_STORIES * 10):
        assert not lock.acquire(timeout=0)
        waits += told().count("waiting")
assert locks.BURST_STORIES <= waits < locks.BURST_STORIES * 10

class Silent:
    def take(self):  # asked once the lock was found taken
        threading.Timer(0.02, lock.release).start()
        return False

lock.acquire()
locks._Teller.taps["w7"] = Silent()
began = time.monotonic_ns()
assert lock.acquire(timeout=20)
took = time.monotonic_ns() - began
lock.release()
assert 0 < locks.untold_of("w7")["a"] <= took, "what is not told of a wait is kept for the next that is, or for the end"
assert locks.untold_of("w7") == {}

other = Tools().lock("b")
other.acquire()
threading.Thread(target=other.release).start()
assert other.acquire(timeout=20), "released by who never had it"

try:
    with AsyncTools().lock("c"):
        pass
except TypeError as error:
    assert "async with" in str(error)
else:
    raise AssertionError
"""
    in_the_runner(code, tmp_path)
