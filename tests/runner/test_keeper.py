"""The keeper: nothing of a tree outlives it, whatever happens to whom."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest

from conclab.lab.child import RUNNER
from tests.helpers import alive_with, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="subreaper and parent-death signal are Linux's")

TREE = """
import os, subprocess, sys, time
if os.fork() == 0:                       # a child in the same session
    time.sleep(600)
if os.fork() == 0:                       # one that makes itself independent: new session, parent gone
    os.setsid()
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)
print("ready", flush=True)
{end}
"""


class Kept:
    """A keeper with a tree under it."""

    def __init__(self, tmp_path: Path, end: str) -> None:
        self.marker = f"CONCLAB_TEST={uuid.uuid4()}"
        self.folder = tmp_path / "private"
        self.folder.mkdir()
        spec = self.folder / "spec.json"
        spec.write_text("{}")
        self._report, write = os.pipe()
        key, value = self.marker.split("=")
        code = TREE.format(end=end)
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(RUNNER / "keeper.py"), str(write), str(spec), "--", sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=(write,),
            start_new_session=True,
            env={**os.environ, key: value},
        )
        os.close(write)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n"

    def report(self) -> dict[str, Any]:
        """Everything it reported, as one."""
        with os.fdopen(self._report) as file:
            lines = [ast.literal_eval(line) for line in file]
        self._report = -1
        merged: dict[str, Any] = {}
        for line in lines:
            merged.update(line)
        return merged

    def close(self) -> None:
        if self._report >= 0:
            os.close(self._report)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        self.process.kill()
        self.process.wait()


def test_what_a_child_leaves_behind_is_ended_counted_and_its_folder_removed(tmp_path: Path) -> None:
    kept = Kept(tmp_path, "sys.exit(3)")
    report = kept.report()
    assert report["exit_status"] == 3
    assert report["left_behind"] == 2
    assert not report["stopped"]
    assert not alive_with(kept.marker)
    assert not kept.folder.exists()
    kept.close()


def test_closing_the_leash_ends_the_whole_tree(tmp_path: Path) -> None:
    kept = Kept(tmp_path, "time.sleep(600)")
    assert until(lambda: len(alive_with(kept.marker)) == 4)  # keeper, child, its child, the independent one
    assert kept.process.stdin is not None
    kept.process.stdin.close()
    report = kept.report()
    assert report["stopped"]
    assert report["signal"] == signal.SIGKILL
    assert until(lambda: not alive_with(kept.marker))
    kept.close()


def test_a_stopped_tree_can_be_ended_too(tmp_path: Path) -> None:
    kept = Kept(tmp_path, "os.kill(os.getpid(), 19)")
    assert kept.process.stdin is not None
    kept.process.stdin.close()
    kept.report()
    assert not alive_with(kept.marker)
    kept.close()


def test_killing_the_keeper_itself_ends_its_child(tmp_path: Path) -> None:
    """Not the orphans of the test's tree, which ask nothing of the kernel; the runner's own workers do (see below)."""
    kept = Kept(tmp_path, "time.sleep(600)")
    kept.process.kill()
    kept.process.wait()
    child = kept.report()["pid"]
    assert until(lambda: child not in alive_with(kept.marker))
    for pid in alive_with(kept.marker):
        os.kill(pid, signal.SIGKILL)
    kept.close()


def test_a_command_that_cannot_be_executed_is_reported(tmp_path: Path) -> None:
    spec = tmp_path / "spec.json"
    spec.write_text("{}")
    read, write = os.pipe()
    command = [sys.executable, "-I", "-S", str(RUNNER / "keeper.py"), str(write), str(spec), "--", "/no/such/command"]
    answer = subprocess.run(command, stdin=subprocess.DEVNULL, pass_fds=(write,), check=False)
    os.close(write)
    with os.fdopen(read) as file:
        assert ast.literal_eval(file.readline()) == {"error": "No such file or directory"}
    assert answer.returncode == 1


@pytest.mark.parametrize("executor", ["threads", "fork", "forkserver", "spawn"])
def test_workers_die_when_the_keeper_is_killed(executor: str, tmp_path: Path) -> None:
    """The last line of defence: parent-death signals from the keeper's child down to the workers."""
    marker = f"CONCLAB_TEST={uuid.uuid4()}"
    key, value = marker.split("=")
    code = (
        "from conclab.lab.conductor import Conductor\n"
        "from conclab.sampling.machine import observe\n"
        "from tests.helpers import *\n"
        f"Conductor(plan_for(experiment_of(work({executor!r}, 'sleeping', 2, 2, size=60_000), limit_s=60)),"
        " lambda event: print(event, flush=True), observe).run()"
    )
    lab = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, env={**os.environ, key: value, "PYTHONPATH": "."}, text=True
    )
    assert lab.stdout is not None
    started = 0
    for line in lab.stdout:
        started += line.startswith("WorkerStarted")
        if started == 2:
            break
    keepers = [pid for pid in alive_with(marker) if b"keeper.py" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    assert len(keepers) == 1
    os.kill(lab.pid, signal.SIGSTOP)  # it must not be the lab that cleans up
    os.kill(keepers[0], signal.SIGKILL)
    assert until(lambda: alive_with(marker) == [lab.pid]), alive_with(marker)
    lab.kill()
    lab.communicate()
