"""The kernel's trace: what is said when it cannot be had, and that an instance of ours never stays behind."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from conclab.sampling import capabilities, tracefs
from conclab.sampling.scripted import scripted_machine
from conclab.sampling.trace_pages import SOURCES
from conclab.sampling.tracefs import Instance, lack_of, mounted, remove_left_behind
from tests.sampling.tables import AS_ROOT, NOBODY, told

TRACED = pytest.mark.skipif(bool(tracefs.lack()), reason=tracefs.lack() or "nothing is missing")


def instances(pid: int = os.getpid()) -> set[str]:
    """Those of one process; others may be at work here, too."""
    root = mounted()
    assert root is not None
    return {name for name in os.listdir(root / "instances") if name.startswith(f"conclab-{pid}-")}


def made(folder: Path) -> Path:
    """What tracefs looks like."""
    folder.chmod(0o755)
    for source in SOURCES.values():
        (folder / "events" / source).mkdir(parents=True)
    (folder / "instances").mkdir()
    return folder


def test_where_all_is_there_nothing_is_missing(tmp_path: Path) -> None:
    assert lack_of(made(tmp_path)) == ""


def test_a_kernel_without_the_events_is_told(tmp_path: Path) -> None:
    tree = made(tmp_path)
    (tree / "events" / SOURCES[0]).rmdir()
    assert "built without" in lack_of(tree)


@AS_ROOT
def test_who_may_not_is_told_what_to_do_and_that_works() -> None:
    with tempfile.TemporaryDirectory() as name:  # those of pytest are closed to others
        tree = made(Path(name))
        (tree / "instances").chmod(0o750)
        ask = f"import os\nfrom conclab.sampling.tracefs import *\nos.setuid({NOBODY})\nprint(lack_of(Path({name!r})))"
        assert f"sudo chown $USER {tree}/instances" in told(ask)
        os.chown(tree / "instances", NOBODY, NOBODY)
        assert told(ask).strip() == ""


def test_other_systems_and_containers_are_told_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    assert tracefs._find_lack() == tracefs.NOT_LINUX
    assert remove_left_behind() == 0
    monkeypatch.undo()
    if sys.platform == "linux":
        monkeypatch.setattr(tracefs, "_INITIAL", {"pid": 1})
        assert "--pid=host" in tracefs._find_lack()


def test_the_doctor_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracefs, "lack", lambda: "It is not there. Do this.")
    monkeypatch.setattr(tracefs, "remove_left_behind", lambda: 0)
    (found,) = [one for one in capabilities.explore(scripted_machine(2)) if one.name == "exact trace of switches"]
    assert (found.available, found.found, found.remedy) == (False, "It is not there", "Do this.")
    monkeypatch.setattr(tracefs, "lack", lambda: "")
    monkeypatch.setattr(tracefs, "remove_left_behind", lambda: 2)
    (found,) = [one for one in capabilities.explore(scripted_machine(2)) if one.name == "exact trace of switches"]
    assert found.available
    assert "two instances" in found.found


@TRACED
def test_an_instance_is_removed_when_it_is_closed_and_when_it_cannot_be_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    before = instances()
    one = Instance(1_024)
    assert instances() - before == {one.path.name}
    one.close()
    one.close()
    assert instances() == before
    monkeypatch.setattr(tracefs, "layout_of", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        Instance(1_024)
    assert instances() == before


@TRACED
def test_what_a_killed_conclab_left_is_removed_and_a_living_ones_is_not() -> None:
    code = (
        "import sys\nfrom conclab.sampling.tracefs import Instance\nprint(Instance(1024).path.name, flush=True)\nsys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        name = other.stdout.readline().strip()
        remove_left_behind()
        assert instances(other.pid) == {name}
        other.kill()
        other.wait()
    remove_left_behind()
    assert not instances(other.pid)


@TRACED
def test_a_number_that_was_given_out_again_protects_nothing() -> None:
    root = mounted()
    assert root is not None
    stale = root / "instances" / f"conclab-{os.getpid()}-1"
    foreign = root / "instances" / f"somebody-{os.getpid()}-1"
    stale.mkdir()
    foreign.mkdir()
    try:
        remove_left_behind()
        assert not stale.exists()
        assert foreign.exists()
    finally:
        foreign.rmdir()


@TRACED
def test_nothing_else_of_the_trace_is_touched() -> None:
    root = mounted()
    assert root is not None

    def rest() -> list[str]:
        names = ("tracing_on", "trace_clock", "set_event", "set_event_pid", "buffer_size_kb", "options/event-fork")
        return [(root / name).read_text() for name in names]

    before = rest()
    one = Instance(1_024)
    try:
        one.follow_me()
        one.record(True)
        assert rest() == before
    finally:
        one.close()
    assert rest() == before
