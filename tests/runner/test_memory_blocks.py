"""The workloads that look at memory, at what is shared and at system calls: for real, and small."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from conclab.model.events import Output
from conclab.model.experiments import Arm, Value
from conclab.model.results import OK, Repetition
from conclab.runner import resident
from conclab.runner.workloads.making import call_in
from tests.helpers import conduct

ON_LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="there is no /proc")
MIB = 1024 * 1024


def only(on: str, workload: str, many: int = 1, /, **arguments: Value) -> Repetition:
    run, _ = conduct(Arm("it", on, workload, many, many, arguments))
    assert run.outcome == OK
    return run.repetitions[0]


@ON_LINUX
def test_memory_by_the_kernels_account() -> None:
    own = resident.memory()
    assert own is not None
    assert 0 < own.private <= own.pss <= own.rss
    assert resident.memory(2**22 + 1) is None, "no such process"
    files = resident.files(os.getpid())
    assert files is not None
    assert 0 < files.resident <= files.mapped
    assert any("python" in path for path in files.paths)
    assert (resident.faults("self") or 0) > 0


@ON_LINUX
def test_bytes_become_the_childs_own_when_they_are_written_and_not_before() -> None:
    seen = only("fork", "ballast", size=8, kind="bytes").measures
    assert seen["made_bytes"] >= 7 * MIB
    private = [seen[f"{step}_private_bytes"] for step in ("birth", "collected", "read", "written")]
    assert private[2] - private[1] < MIB, "reading copies nothing"
    assert private[3] - private[2] > 7 * MIB
    assert seen["birth_pss_bytes"] < seen["birth_rss_bytes"]


@ON_LINUX
@pytest.mark.skipif(sys.implementation.name != "cpython", reason="CPython counts references")
def test_objects_are_copied_by_a_collection_unless_they_are_frozen_and_by_reading() -> None:
    plain = only("fork", "ballast", size=8, kind="objects").measures
    frozen = only("fork", "ballast", size=8, kind="frozen").measures

    def came(seen: dict[str, float], step: str, since: str) -> float:
        return seen[f"{step}_private_bytes"] - seen[f"{since}_private_bytes"]

    assert came(dict(plain), "collected", "birth") > 2 * MIB
    assert came(dict(frozen), "collected", "birth") < MIB
    assert came(dict(frozen), "read", "collected") > 4 * MIB


@ON_LINUX
def test_processes_share_a_part_of_what_they_have() -> None:
    threads = only("threads", "footprints", 2, executor="threads", workers=2).measures
    assert threads["added_bytes"] < MIB
    for executor in ("fork", "spawn"):
        seen = only(executor, "footprints", 2, executor=executor, workers=2).measures
        assert 0 < seen["added_bytes"] * 2 <= seen["pss_bytes"] < seen["rss_bytes"]
        assert seen["rss_bytes"] > 1.5 * threads["rss_bytes"], "two processes, and not one counted twice"


@pytest.mark.parametrize(
    ("way", "executor", "seen"),
    [("object", "fork", 0), ("object", "threads", 50), ("mmap", "fork", 50), ("shared_memory", "fork", 50)],
)
def test_what_one_worker_writes_another_sees_only_where_they_share_it(way: str, executor: str, seen: int) -> None:
    assert only(executor, "shared-bytes", 2, size=50, way=way, executor=executor).measures["seen"] == seen


def test_a_shared_memory_found_by_its_name_is_taken_away_by_whom_it_belongs_to() -> None:
    arguments: dict[str, Value] = {"size": 50, "way": "shared_memory", "executor": "spawn"}
    run, events = conduct(Arm("it", "spawn", "shared-bytes", 2, 2, arguments))
    assert run.repetitions[0].measures["seen"] == 50
    said = [line.text for event in events if isinstance(event, Output) for line in event.lines]
    assert len(said) == 2, "multiprocessing, which takes away what was left behind, had nothing to complain about"


def test_a_thread_shares_all_but_its_tid_and_a_fork_the_position_of_open_files() -> None:
    thread, fork = (only(executor, "sharing", size=70).measures for executor in ("threads", "fork"))
    names = ("memory", "descriptors", "position", "folder", "pid", "tid")
    assert [thread[name] for name in names] == [1, 1, 1, 1, 1, 0]
    assert [fork[name] for name in names] == [0, 0, 1, 0, 0, 0]


@ON_LINUX
@pytest.mark.parametrize("kind", ["compiled", "script"])
def test_a_program_that_is_started_three_times_is_three_processes(kind: str) -> None:
    one = only("sequential", "instances", size=3, kind=kind)
    assert isinstance(one.result, dict)
    assert len(set(one.result["pids"])) == 3
    assert len(one.result["exes"]) == 1
    assert one.result["binary"] is True
    assert (one.result["exes"][0] == one.result["program"]) is (kind == "compiled")
    assert (one.measures["tasks"], one.measures["children"]) == ((1, 0) if kind == "compiled" else (2, 1))
    assert 0 < one.measures["resident"] <= one.measures["mapped"]


def may_trace() -> bool:
    strace = shutil.which("strace")
    return strace is not None and subprocess.run([strace, "-qq", "-o", os.devnull, "true"], capture_output=True).returncode == 0


@pytest.mark.skipif(not may_trace(), reason="strace is not here or may not trace")
@pytest.mark.parametrize(("kind", "flag"), [("thread", "CLONE_THREAD"), ("fork", "SIGCHLD")])
def test_strace_tells_by_which_call_a_task_is_made(kind: str, flag: str) -> None:
    call = only("sequential", "making", kind=kind).result
    assert isinstance(call, list)
    assert call[0] in ("clone", "clone3", "fork")
    assert flag in call or call == ["fork"]


def test_a_call_that_the_kernel_refused_is_not_the_one_that_made_the_task() -> None:
    refused = "clone3({flags=CLONE_VM|CLONE_THREAD, exit_signal=0}, 88) = -1 ENOSYS (Function not implemented)\n"
    assert call_in(refused) is None
    made = refused + "clone(child_stack=0x7f, flags=CLONE_VM|CLONE_THREAD, tls=0x7f) = 4712\n"
    assert call_in(made) == ["clone", "CLONE_VM", "CLONE_THREAD"]
    assert call_in("vfork()                                 = 17\n") == ["vfork"]
