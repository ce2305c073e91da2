"""Exact mode with real tasks: the slices agree with the kernel's own books, what is lost is told, and nothing stays behind."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from bisect import bisect_left
from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from conclab.lab.conductor import Conductor
from conclab.model.events import Event, RunStarted, Sliced, StepFinished, WorkerStarted
from conclab.model.results import OK
from conclab.model.slice_index import SliceIndex
from conclab.model.slices import UNKNOWN, ExactTrace, TaskSlices, migrations, switches
from conclab.sampling.exact import ExactTracer, buffer_bytes
from conclab.sampling.machine import observe
from tests.helpers import experiment_of, plan_for, work
from tests.sampling.test_tracefs import TRACED, instances

pytestmark = TRACED

SPIN = "import sys, threading\nfrom time import sleep\nfor _ in range(int(sys.argv[1])): sleep(0)\n"


def traced(tracer: ExactTracer, code: str, *arguments: str) -> tuple[ExactTrace, int]:
    """One repetition; the trace and the pid of the Python that was traced."""
    tracer.begin()
    with subprocess.Popen([sys.executable, "-I", "-S", "-c", code, *arguments]) as one:
        one.wait()
    tracer.end()
    return tracer.trace(one.pid, ()), one.pid


def test_buffers_are_bounded_by_cores_and_memory() -> None:
    assert buffer_bytes(2, 64 << 30) == 16 << 20
    assert buffer_bytes(256, 64 << 30) == 1 << 20
    assert buffer_bytes(8, 1 << 30) == 8 << 20
    assert buffer_bytes(2, None) == 1 << 20


def slices_of(trace: ExactTrace, pid: int, tid: int) -> TaskSlices:
    (found,) = [one for one in trace.tasks if (one.task.pid, one.task.tid) == (pid, tid)]
    return found


@pytest.mark.parametrize("executor", ["threads", "fork"])
def test_slices_agree_with_the_workers_own_accounts(executor: str) -> None:
    events: list[Event] = []
    plan = replace(plan_for(experiment_of(work(executor, "primes", 3, 3, size=120_000))), traced=True)
    before = instances()
    run = Conductor(plan, events.append, observe, ExactTracer()).run()
    assert run.outcome == OK
    assert instances() == before
    (started,) = [event for event in events if isinstance(event, RunStarted)]
    assert started.traced
    order = [type(event) for event in events if isinstance(event, StepFinished | Sliced)]
    assert order == [StepFinished, Sliced]
    (sliced,) = [event for event in events if isinstance(event, Sliced)]
    trace = sliced.trace
    ticks = {event.tid: event.start_ticks for event in events if isinstance(event, WorkerStarted)}
    # What the kernel did not report at all (see trace_slices) is counted, and has to be granted here.
    granted = 5 + trace.lost
    for worker in run.repetitions[0].workers:
        slices = slices_of(trace, worker.pid, worker.tid)
        assert slices.name == worker.worker
        assert slices.task.start_ticks == ticks[worker.tid]
        told = worker.counters
        assert told.on_core_ns is not None
        assert told.wants_core_ns is not None
        assert told.migrations is not None
        index = SliceIndex(slices)
        before_it, after_it = index.sums(worker.started_ns), index.sums(worker.ended_ns)
        on_core, wants = after_it[0] - before_it[0], after_it[1] - before_it[1]
        # Between its stamps and its counters a worker reads files, lets the GIL go, and may be preempted: a little more is traced.
        assert on_core == pytest.approx(told.on_core_ns, rel=0.01 + trace.lost / 100, abs=25_000_000)
        assert -5_000_000 - told.wants_core_ns * (0.01 + trace.lost / 100) <= wants - told.wants_core_ns <= 300_000_000
        voluntary, involuntary = switches(slices, worker.started_ns, worker.ended_ns)
        assert told.voluntary_switches is not None
        assert told.involuntary_switches is not None
        assert -granted <= voluntary - told.voluntary_switches <= granted + 40
        assert -granted <= involuntary - told.involuntary_switches <= granted + 10
        assert migrations(slices, worker.started_ns, worker.ended_ns) <= told.migrations + granted


def test_of_one_task_no_slices_overlap_and_of_one_core_neither() -> None:
    with ExactTracer() as tracer:
        trace, pid = traced(
            tracer, "import _thread\nfor _ in range(3): _thread.start_new_thread(sum, (range(3000000),))\n" + SPIN, "2000"
        )
    assert len([one for one in trace.tasks if one.task.pid == pid]) == 4
    by_core: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for task in trace.tasks:
        stretches = list(zip(task.start_ns, task.end_ns, strict=True))
        assert all(before[1] <= after[0] for before, after in pairwise(stretches))
        ready = [(at, start) for at, start in zip(task.runnable_ns, task.start_ns, strict=True) if at != UNKNOWN]
        assert all(at <= start for at, start in ready)
        for core, stretch in zip(task.core, stretches, strict=True):
            by_core[core].append(stretch)
    for stretches in by_core.values():
        stretches.sort()
        assert all(before[1] <= after[0] for before, after in pairwise(stretches))
    assert all(trace.start_ns <= task.start_ns[0] and task.end_ns[-1] <= trace.end_ns for task in trace.tasks)


def test_the_waker_and_the_wait_of_a_thread_that_is_woken_up() -> None:
    code = (
        "import _thread, time\ngo, done = _thread.allocate_lock(), _thread.allocate_lock()\ngo.acquire(); done.acquire()\n"
        "def work():\n  for _ in range(50): go.acquire()\n  done.release()\n_thread.start_new_thread(work, ())\n"
        "for _ in range(50):\n  time.sleep(0.001)\n  go.release()\n  while not go.locked(): time.sleep(0.0002)\ndone.acquire()\n"
    )
    with ExactTracer() as tracer:
        trace, pid = traced(tracer, code)
    (thread,) = [one for one in trace.tasks if one.task.pid == pid and one.task.tid != pid]
    assert list(thread.waker).count(pid) >= 25
    assert sum(woken != UNKNOWN for woken in thread.woken_ns) >= 25


def test_events_that_are_lost_are_counted_and_placed() -> None:
    with ExactTracer(buffer=1 << 16) as tracer:
        assert tracer._instance is not None
        tracer.begin()
        drain = tracer._drain
        assert drain is not None
        drain._stopping.set()  # nobody empties the buffer while it runs
        drain.join()
        with subprocess.Popen([sys.executable, "-I", "-S", "-c", SPIN, "8000"]) as one:
            one.wait()
        tracer._instance.record(False)
        drain._take()
        trace = tracer.trace(one.pid, ())
    assert trace.gaps
    assert trace.lost >= sum(max(1, gap.lost) for gap in trace.gaps)
    for gap in trace.gaps:
        assert trace.start_ns <= gap.start_ns <= gap.end_ns
        for task in trace.tasks:
            columns = zip(task.core, task.start_ns, task.end_ns, strict=True)
            assert not [1 for core, start, end in columns if core == gap.core and start < gap.end_ns and end > gap.start_ns]


def test_what_is_kept_is_bounded_and_the_rest_is_told() -> None:
    with ExactTracer(most_bytes=30_000) as tracer:
        trace, _pid = traced(tracer, "import time\nend = time.monotonic() + 0.3\nwhile time.monotonic() < end: time.sleep(0)\n")
        assert trace.lost >= len(trace.gaps) > 0
        cut = min(gap.start_ns for gap in trace.gaps)
        assert all(task.end_ns[-1] <= cut for task in trace.tasks)
        again, _pid = traced(tracer, "pass")
        assert again.tasks
        assert not [gap for gap in again.gaps if gap.lost == UNKNOWN]


def test_a_trace_that_could_not_be_taken_is_told_at_its_end() -> None:
    with ExactTracer() as tracer:
        assert tracer._instance is not None
        tracer.begin()
        drain = tracer._drain
        assert drain is not None
        tracer._instance._pipes[-1] = -1
        drain.join()
        del tracer._instance._pipes[-1]
        with pytest.raises(OSError, match="Bad file descriptor"):
            tracer.end()
        assert (tracer._instance.path / "tracing_on").read_text() == "0\n"


def test_only_who_was_started_by_the_thread_that_traces_is_followed() -> None:
    stop = threading.Event()
    other = threading.Thread(target=lambda: [subprocess.run(["true"], check=True) for _ in iter(stop.is_set, True)])
    with ExactTracer() as tracer:
        other.start()
        try:
            trace, pid = traced(tracer, "import time\ntime.sleep(0.05)")
        finally:
            stop.set()
            other.join()
    assert {one.task.pid for one in trace.tasks} == {pid}


def test_after_an_exception_nothing_stays_behind() -> None:
    before = instances()

    def fails() -> None:
        with ExactTracer() as tracer:
            tracer.begin()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fails()
    assert instances() == before
    assert not [one for one in threading.enumerate() if one.name == "drain"]


PERF = shutil.which("perf") or "perf"


@pytest.mark.skipif(not shutil.which("perf"), reason="perf is not installed (Debian: apt install linux-perf)")
def test_slices_agree_with_perf_sched_timehist(tmp_path: Path) -> None:
    data = tmp_path / "perf.data"
    record = [PERF, "sched", "record", "-q", "-k", "CLOCK_MONOTONIC", "-o", str(data), "--"]
    with ExactTracer() as tracer:
        tracer.begin()
        command = [*record, sys.executable, "-I", "-S", "-c", SPIN, "300"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as one:
            if one.wait():
                pytest.skip("perf sched record is not permitted here")
        tracer.end()
        trace = tracer.trace(one.pid, ())
    answer = subprocess.run([PERF, "sched", "timehist", "-i", str(data)], capture_output=True, text=True, check=False)
    line = re.compile(r"^\s*([\d.]+) \[(\d+)\]\s+\S.*?\[(\d+)(?:/\d+)?\]\s+[\d.]+\s+[\d.]+\s+([\d.]+)\s*$")
    ours = max((task for task in trace.tasks if task.task.pid != one.pid), key=len)  # perf's child; its name may have been lost
    found = [match for match in map(line.match, answer.stdout.splitlines()) if match and int(match[3]) == ours.task.tid]
    assert len(found) > 200
    same = 0
    for match in found:
        end_ns, core, run_ns = round(float(match[1]) * 1e9), int(match[2]), float(match[4]) * 1e6
        number = bisect_left(ours.end_ns, end_ns - 50_000)  # both stamp the same event, one after the other
        same += number < len(ours) and (
            abs(ours.end_ns[number] - end_ns) < 50_000
            and ours.core[number] == core
            and abs(ours.end_ns[number] - ours.start_ns[number] - run_ns) < 50_000
        )
    assert same >= 0.9 * len(found) - trace.lost
