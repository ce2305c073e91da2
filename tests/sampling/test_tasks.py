"""Reading every thread of a real process tree: who is there, what was counted, and that nothing stays open."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from conclab.model.tasks import TaskBatch, TaskId, TaskSample
from conclab.sampling import tasks
from conclab.sampling.files import Budget
from conclab.sampling.tasks import TaskReader
from tests.sampling.builders import LINUX, THREADS, Child, child, descriptors, tried

pytestmark = LINUX

SHORT = """
import json, sys, threading
def short(): sys.stdin.readline()
thread = threading.Thread(target=short)
thread.start()
print(json.dumps({"short": thread.native_id}), flush=True)
thread.join()
sys.stdin.read()
"""


@pytest.fixture
def threads() -> Iterator[Child]:
    """A process with threads that spin, nap and sleep, and a child of its own."""
    with child(THREADS) as one:
        yield one


@pytest.fixture
def reader(threads: Child) -> Iterator[TaskReader]:
    found = TaskReader(threads.pid)
    yield found
    found.close()


def _by_tid(batch: TaskBatch) -> dict[int, TaskSample]:
    found = {sample.task.tid: sample for sample in batch.tasks}
    assert len(found) == len(batch.tasks), "a task was read twice"
    return found


def test_every_thread_is_seen_with_its_own_identity(threads: Child, reader: TaskReader) -> None:
    samples = _by_tid(reader.read())
    told = {name: tid for name, tid in threads.said.items() if name != "grandchild"}
    assert {samples[tid].name: tid for tid in told.values()} == told
    for tid in (threads.pid, *told.values()):
        assert samples[tid].task.pid == threads.pid
        assert samples[tid].task.start_ticks is not None
        assert samples[tid].core in range(os.cpu_count() or 1)


def test_the_start_time_is_the_one_that_others_read(threads: Child, reader: TaskReader) -> None:
    main = _by_tid(reader.read())[threads.pid]
    assert main.task.start_ticks is not None
    started_s = psutil.boot_time() + main.task.start_ticks / os.sysconf("SC_CLK_TCK")
    assert started_s == pytest.approx(psutil.Process(threads.pid).create_time(), abs=1.5)


def test_identities_stay_the_same_from_one_reading_to_the_next(reader: TaskReader) -> None:
    def identities() -> set[TaskId]:
        return {sample.task for sample in reader.read().tasks}

    assert identities() == identities()


def test_the_tree_includes_the_child_of_a_thread(threads: Child, reader: TaskReader) -> None:
    grandchild = _by_tid(reader.read())[threads.said["grandchild"]]
    assert (grandchild.task.pid, grandchild.name) == (threads.said["grandchild"], "cat")


def test_nothing_outside_the_tree_is_read(threads: Child, reader: TaskReader) -> None:
    assert {sample.task.pid for sample in reader.read().tasks} == {threads.pid, threads.said["grandchild"]}
    below = TaskReader(threads.said["grandchild"])
    assert {sample.task.tid for sample in below.read().tasks} == {threads.said["grandchild"]}
    below.close()


def _not_decreased(before: TaskSample, after: TaskSample) -> None:
    for name in ("on_core_ns", "wants_core_ns", "slices", "voluntary", "involuntary"):
        old, new = getattr(before, name), getattr(after, name)
        assert None in (old, new) or new >= old, f"{name} of {after.name}"


def test_counters_never_decrease_and_grow_where_something_runs(threads: Child, reader: TaskReader) -> None:
    if not Path("/proc/self/schedstat").exists():
        pytest.skip("this kernel was built without schedstat")
    first = last = _by_tid(reader.read())

    def has_run() -> bool | None:
        nonlocal last
        now = _by_tid(reader.read())
        for tid, sample in now.items():
            assert sample.at_ns > last[tid].at_ns
            _not_decreased(last[tid], sample)
        last = now
        spun = [one[threads.said["spins) R 1"]].on_core_ns or 0 for one in (first, last)]
        return True if spun[1] - spun[0] > 50_000_000 and last[threads.said["sleeps"]].state == "S" else None

    assert tried(has_run)


def _switches(pid: int, tid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{tid}/status").read_text()
    return [int(number) for number in re.findall(r"voluntary_ctxt_switches:\s*(\d+)", text)]


def test_switches_are_those_of_the_thread_and_not_of_its_process(threads: Child, reader: TaskReader) -> None:
    tids = [tid for name, tid in threads.said.items() if name != "grandchild"]
    before = {tid: _switches(threads.pid, tid) for tid in tids}
    samples = _by_tid(reader.read())
    after = {tid: _switches(threads.pid, tid) for tid in tids}
    for tid in tids:
        voluntary, involuntary = samples[tid].voluntary, samples[tid].involuntary
        assert voluntary is not None
        assert involuntary is not None
        assert before[tid][0] <= voluntary <= after[tid][0]
        assert before[tid][1] <= involuntary <= after[tid][1]


def test_switches_of_a_thread_that_runs_are_read_again(threads: Child, reader: TaskReader) -> None:
    tid = threads.said["naps"]

    def voluntary() -> int | None:
        return _by_tid(reader.read())[tid].voluntary

    first = voluntary()
    assert first is not None
    assert tried(lambda: True if (voluntary() or 0) > first else None)


def test_switches_that_are_older_than_the_tasks_last_run_are_not_given_out_as_those_of_now(
    threads: Child, reader: TaskReader
) -> None:
    """Divided by the wrong time they made rates that swung between half and twice the truth."""
    tid = threads.said["naps"]
    known = 0
    for _ in range(300):
        true = _switches(threads.pid, tid)[0]
        found = _by_tid(reader.read())[tid].voluntary
        if found is not None:
            known += 1
            # The count goes up when a task leaves its core, the number of its slices when it gets one: one switch may be between.
            assert found >= true - 1
    assert 0 < known < 300


def test_files_are_kept_open_between_readings_and_closed_at_the_end(threads: Child) -> None:
    before = descriptors()
    reader = TaskReader(threads.pid)
    reader.read()
    kept = descriptors()
    assert kept > before
    reader.read()
    assert descriptors() == kept
    reader.close()
    assert descriptors() == before
    reader.close()


def test_a_tree_that_has_ended_is_empty_and_leaves_nothing_open() -> None:
    before = descriptors()
    with child(THREADS) as one:
        reader = TaskReader(one.pid)
        assert len(reader.read().tasks) == 5
        one.end()
        batch = reader.read()
        assert batch.tasks == ()
    assert descriptors() == before
    assert reader.read().at_ns > batch.at_ns
    reader.close()


def test_a_thread_that_has_ended_is_gone_from_the_next_reading_with_its_files() -> None:
    with child(SHORT) as one:
        reader = TaskReader(one.pid)
        assert set(_by_tid(reader.read())) == {one.pid, one.said["short"]}
        with_thread = descriptors()
        assert one.process.stdin is not None
        one.process.stdin.write("end\n")
        one.process.stdin.flush()

        def only_main() -> bool | None:
            return True if set(_by_tid(reader.read())) == {one.pid} else None

        assert tried(only_main)
        assert descriptors() < with_thread
        reader.close()


def test_a_thread_that_ends_between_listing_and_reading_is_left_out_and_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    with child(SHORT) as one:
        before = descriptors()
        reader = TaskReader(one.pid)
        reader.read()
        listed = [one.pid, one.said["short"]]
        one.end()
        monkeypatch.setattr(tasks, "tids_of", lambda pid: listed if pid == one.pid else [])
        assert reader.read().tasks == ()
        assert reader.read().tasks == ()
        assert descriptors() == before - 1, "all but the pipe that ended the child"
        reader.close()


def test_a_process_that_never_was_is_an_empty_tree() -> None:
    before = descriptors()
    reader = TaskReader(999_999_999)
    assert reader.read().tasks == ()
    assert descriptors() == before


def test_without_budget_the_same_is_read_by_opening(threads: Child, reader: TaskReader, monkeypatch: pytest.MonkeyPatch) -> None:
    def spent(budget: Budget) -> None:
        budget.left = 0

    monkeypatch.setattr(Budget, "__init__", spent)
    before = descriptors()
    poor = TaskReader(threads.pid)
    for _ in range(2):
        rich, by_poor, richer = _by_tid(reader.read()), _by_tid(poor.read()), _by_tid(reader.read())
        assert by_poor.keys() == rich.keys()
        for tid, sample in by_poor.items():
            assert (sample.task, sample.name) == (rich[tid].task, rich[tid].name)
            assert rich[tid].on_core_ns is None or sample.on_core_ns is not None
            if sample.on_core_ns is not None:
                assert (rich[tid].on_core_ns or 0) <= sample.on_core_ns <= (richer[tid].on_core_ns or 0)
    reader.close()
    assert descriptors() == before
    poor.close()
