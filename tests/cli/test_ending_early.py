"""Ctrl-C, SIGTERM, SIGHUP and kill -9 in the middle of a run: the right exit status, and nothing left running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import alive_with, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds processes by their environment in /proc")


@pytest.fixture
def marker() -> Iterator[str]:
    value = f"CONCLAB_TEST={uuid.uuid4()}"
    yield value
    for pid in alive_with(value):
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def folder() -> Iterator[Path]:
    """For temporary files; with a short path, as /tmp is, because a forkserver keeps a socket there."""
    with tempfile.TemporaryDirectory(prefix="t", dir="/tmp") as path:
        yield Path(path)


def begin(marker: str, executor: str, folder: Path) -> subprocess.Popen[str]:
    """A run in the middle of its work: two workers have said their names."""
    key, value = marker.split("=")
    command = [sys.executable, "-m", "conclab", "run", "one-core-only", "--output", "--json"]
    command += ["--set", f"start_method={executor}", "--set", "size=50000"]
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, key: value, "TMPDIR": str(folder)},
        start_new_session=True,
    )
    assert process.stderr is not None
    assert "│" in process.stderr.readline()
    assert until(lambda: len(alive_with(marker)) >= 3)
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_run_and_its_tree(number: signal.Signals, marker: str, folder: Path) -> None:
    process = begin(marker, "fork", folder)
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 128 + number
    assert err.splitlines()[-1] == "conclab: stopped; nothing is left running"
    assert "Traceback" not in err
    assert out == ""
    assert not alive_with(marker)
    assert list(folder.iterdir()) == []


def test_ctrl_c_reaches_the_whole_group_and_still_ends_well(marker: str, folder: Path) -> None:
    """The terminal sends it to every process of the group; ours is the only one that must act on it."""
    process = begin(marker, "spawn", folder)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert not alive_with(marker)


@pytest.mark.parametrize("executor", ["fork", "forkserver", "spawn"])
def test_kill_9_leaves_nothing_running(executor: str, marker: str, folder: Path) -> None:
    process = begin(marker, executor, folder)
    process.kill()
    process.communicate()
    assert until(lambda: not alive_with(marker))
    assert until(lambda: not list(folder.iterdir())), "the keeper removes the private folder"
