"""strace as a child: what it writes is read, its end lets go of whom it traced, and it never outlives conclab."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conclab.model.table import RowId
from conclab.model.trace import TraceState, fold_trace
from conclab.sampling import strace
from conclab.sampling.details_access import start_ticks
from conclab.sampling.strace import Tracer
from tests.helpers import until

CALLS = "import os, sys, time\nwhile True:\n    os.getppid()\n    time.sleep(0.01)\n"
FLOOD = "import os\nwhile True:\n    os.getppid()\n"
THREADS = (
    "import os, threading, time\n"
    "def work():\n    while True:\n        os.getppid(); time.sleep(0.02)\n"
    "for _ in range(2): threading.Thread(target=work, daemon=True).start()\n"
    "work()\n"
)


def _may_trace() -> str:
    """Empty, or why strace cannot be used here."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    done = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False)
    return "" if done.returncode == 0 else "this user may not trace here"


pytestmark = pytest.mark.skipif(bool(_may_trace()), reason=_may_trace())


def status_of(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def is_free(pid: int) -> bool:
    """Whether nobody traces it and it goes on."""
    status = status_of(pid)
    return status["TracerPid"] == "0" and status["State"][0] in "RSD"


def id_of(pid: int, tid: int = 0) -> RowId:
    start = start_ticks(tid or pid)
    assert start is not None
    return RowId(pid, tid, start)


@pytest.fixture
def tracer() -> Iterator[Tracer]:
    one = Tracer()
    yield one
    one.close()


@pytest.fixture
def started() -> Iterator[Callable[[str], int]]:
    children: list[subprocess.Popen[bytes]] = []

    def start(program: str) -> int:
        child = subprocess.Popen([sys.executable, "-c", program])
        children.append(child)
        return child.pid

    yield start
    for child in children:
        child.kill()
        child.wait()


class Watched:
    """A trace, folded as the session folds it."""

    def __init__(self, tracer: Tracer) -> None:
        self.tracer = tracer
        self.state = TraceState()

    def look(self) -> TraceState:
        item = self.tracer.take()
        assert item is not None
        self.state = fold_trace(self.state, item)
        return self.state


def test_calls_of_a_process_come_with_their_time_and_it_is_let_go(tracer: Tracer, started: Callable[[str], int]) -> None:
    pid = started(CALLS)
    watched = Watched(tracer)
    tracer.trace(id_of(pid))
    assert until(lambda: watched.look().calls.get("getppid", 0) > 5)
    assert status_of(pid)["TracerPid"] != "0"
    line = next(line for line in watched.state.lines if line.text.startswith("getppid"))
    assert line.text.endswith(f"= {os.getpid()}")
    assert len(line.time) == len("00:00:00.000000")
    tracer.trace(None)
    assert until(lambda: is_free(pid))
    assert tracer.take() is None


def test_threads_are_told_apart_and_one_can_be_traced_alone(tracer: Tracer, started: Callable[[str], int]) -> None:
    pid = started(THREADS)
    assert until(lambda: len(os.listdir(f"/proc/{pid}/task")) == 3)
    tids = {int(tid) for tid in os.listdir(f"/proc/{pid}/task")}
    watched = Watched(tracer)
    tracer.trace(id_of(pid))
    assert until(lambda: {line.tid for line in watched.look().lines if line.tid} == tids)
    one = max(tids)
    tracer.trace(id_of(pid, one))
    alone = Watched(tracer)
    assert until(lambda: alone.look().total > 5)
    assert status_of(one)["TracerPid"] != "0"
    assert {line.tid for line in alone.state.lines} == {None}
    assert until(lambda: is_free(pid)), "the others are not traced any more"


def test_of_a_flood_the_newest_lines_are_kept_and_the_others_counted(tracer: Tracer, started: Callable[[str], int]) -> None:
    pid = started(FLOOD)
    watched = Watched(tracer)
    tracer.trace(id_of(pid))
    assert until(lambda: watched.look().left_out > 1_000)
    state = watched.state
    shown = state.dropped + len([line for line in state.lines if not line.left_out])
    assert state.total <= shown + state.left_out
    tracer.close()
    assert is_free(pid), "close returns when it has been let go"


def test_it_is_told_when_the_process_ends(tracer: Tracer, started: Callable[[str], int]) -> None:
    pid = started("import time; time.sleep(0.2); input()")
    watched = Watched(tracer)
    tracer.trace(id_of(pid))
    assert until(lambda: watched.look().attached)
    os.kill(pid, signal.SIGKILL)
    assert until(lambda: bool(watched.look().over))
    assert watched.state.over == "It has ended: these were its last calls."
    assert not watched.state.refused


def test_a_stranger_with_the_same_number_is_not_traced(tracer: Tracer, started: Callable[[str], int]) -> None:
    pid = started(CALLS)
    watched = Watched(tracer)
    tracer.trace(id_of(pid)._replace(start=1))
    assert until(lambda: bool(watched.look().over))
    assert watched.state.over == "It had ended before it could be traced."
    assert watched.state.refused
    assert status_of(pid)["TracerPid"] == "0"


def test_who_cannot_be_traced_is_told_why(tracer: Tracer, started: Callable[[str], int], monkeypatch: pytest.MonkeyPatch) -> None:
    pid = started(CALLS)

    def why(id: RowId) -> str:
        watched = Watched(tracer)
        tracer.trace(id)
        assert until(lambda: bool(watched.look().over))
        assert watched.state.refused
        return watched.state.over

    assert why(id_of(os.getpid())).startswith("This is conclab itself.")
    other = subprocess.Popen(["strace", "-o", "/dev/null", "-p", str(pid)], stderr=subprocess.DEVNULL)
    try:
        assert until(lambda: status_of(pid)["TracerPid"] == str(other.pid))
        assert why(id_of(pid)) == f"It is traced already, by {other.pid} (strace): a task can have one tracer only."
    finally:
        other.terminate()
        other.wait()
    monkeypatch.setattr(strace, "find_strace", lambda: None)
    assert "apt install strace" in why(id_of(pid))


LAB = """
import sys, time
from conclab.model.table import RowId
from conclab.sampling.details_access import start_ticks
from conclab.sampling.strace import Tracer
pid = int(sys.argv[1])
tracer = Tracer()
tracer.trace(RowId(pid, 0, start_ticks(pid)))
while not tracer.take().attached:
    time.sleep(0.02)
print("attached", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("program", [CALLS, FLOOD, "input()"], ids=["calls", "flood", "asleep"])
def test_when_conclab_is_killed_strace_ends_and_the_process_goes_on(program: str) -> None:
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE) as target:
        conclab = subprocess.Popen([sys.executable, "-c", LAB, str(target.pid)], stdout=subprocess.PIPE)
        assert conclab.stdout is not None
        assert conclab.stdout.readline() == b"attached\n"
        tracer_pid = int(status_of(target.pid)["TracerPid"])
        assert os.readlink(f"/proc/{tracer_pid}/exe").endswith("strace")
        conclab.kill()
        conclab.wait()
        conclab.stdout.close()
        assert until(lambda: is_free(target.pid))
        assert until(lambda: not Path(f"/proc/{tracer_pid}").exists() or status_of(tracer_pid)["State"][0] == "Z")
        target.kill()


def test_when_strace_is_killed_the_process_goes_on(tracer: Tracer, started: Callable[[str], int]) -> None:
    pid = started(FLOOD)
    watched = Watched(tracer)
    tracer.trace(id_of(pid))
    assert until(lambda: watched.look().attached)
    os.kill(int(status_of(pid)["TracerPid"]), signal.SIGKILL)
    assert until(lambda: bool(watched.look().over))
    assert until(lambda: is_free(pid))
    assert watched.state.over == "It is over: strace has ended."


def test_strace_has_a_session_of_its_own(tracer: Tracer, started: Callable[[str], int]) -> None:
    """A ^C in the terminal is not for it."""
    pid = started(CALLS)
    watched = Watched(tracer)
    tracer.trace(id_of(pid))
    assert until(lambda: watched.look().attached)
    child = int(status_of(pid)["TracerPid"])
    assert os.getsid(child) == child
