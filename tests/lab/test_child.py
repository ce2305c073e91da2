"""Experiments that crash, hang, flood, lie or are killed: it is said what happened, and nothing is left."""

from __future__ import annotations

import os
import signal
import sys
import threading
import uuid
from pathlib import Path

import pytest

from conclab.lab.child import Child
from conclab.lab.conductor import Conductor
from conclab.model.events import ChildStarted, Event, Output, RunFinished, RunStarted, WorkerStarted
from conclab.model.results import OK
from conclab.sampling.machine import observe
from tests.helpers import Trusting, alive_with, conduct, deed, experiment_of, plan_for, until, work

WORDS = 600


@pytest.fixture
def marker(monkeypatch: pytest.MonkeyPatch) -> str:
    """In the environment of everything that is started; what carries it afterwards was left behind."""
    value = str(uuid.uuid4())
    monkeypatch.setenv("CONCLAB_TEST", value)
    return f"CONCLAB_TEST={value}"


@pytest.mark.parametrize("executor", ["sequential", "threads", "fork", "forkserver", "spawn", "asyncio"])
@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("raising", "w{n}: ValueError: this worker does not feel ␛[31mlike it (workload.py, line"),
        ("exiting", "w{n}: SystemExit: enough"),
    ],
)
def test_an_exception_is_told_with_worker_and_place(executor: str, what: str, said: str, marker: str) -> None:
    run, _ = conduct(deed(what, executor))
    assert run.outcome.startswith((f"{what}: " + said.format(n=1), f"{what}: " + said.format(n=2)))
    assert not alive_with(marker)


@pytest.mark.parametrize(
    ("what", "executor", "said"),
    [
        ("segfault", "threads", "the experiment was killed by SIGSEGV"),
        ("segfault", "fork", "was killed by SIGSEGV"),
        ("suicide", "threads", "the experiment was killed by SIGKILL"),
        ("suicide", "spawn", "was killed by SIGKILL"),
        ("leaving", "threads", "the experiment ended with exit status 7"),
        ("leaving", "forkserver", "ended with exit status 7"),
    ],
)
def test_a_crash_is_told_with_its_signal_or_status(what: str, executor: str, said: str, marker: str) -> None:
    run, _ = conduct(deed(what, executor))
    assert said in run.outcome
    assert run.repetitions[0].wall_ns is None
    assert not alive_with(marker)


def test_a_crash_in_native_code_leaves_its_traceback_in_the_output() -> None:
    _, events = conduct(deed("segfault", "threads"))
    text = "\n".join(line.text for event in events if isinstance(event, Output) for line in event.lines)
    assert "Segmentation fault" in text
    assert "in segfault" in text


@pytest.mark.parametrize("executor", ["threads", "fork"])
def test_what_hangs_is_stopped_at_its_limit_even_if_it_ignores_sigterm(executor: str, marker: str) -> None:
    run, _ = conduct(deed("hanging", executor), limit_s=1)
    assert run.outcome == "hanging: took longer than 1 s and was stopped"
    assert not alive_with(marker)


@pytest.mark.parametrize(("what", "lines"), [("flooding", 200_000), ("flooding_raw", 200_000)])
def test_a_flood_is_bounded_and_every_line_is_kept_or_counted(what: str, lines: int) -> None:
    run, events = conduct(deed(what, "threads"))
    assert run.outcome == OK
    outputs = [event for event in events if isinstance(event, Output)]
    kept = sum(len(output.lines) for output in outputs)
    assert kept + sum(output.left_out for output in outputs) == lines
    assert 0 < kept < lines / 10


def test_a_line_without_an_end_comes_in_pieces() -> None:
    _, events = conduct(deed("endless_line", "threads", 1, 1))
    lines = [line for event in events if isinstance(event, Output) for line in event.lines]
    assert lines
    assert all(len(line.text) <= 4_096 for line in lines)


def test_hostile_output_reaches_nobody_as_it_was() -> None:
    _, events = conduct(deed("hostile", "fork", 1, 1))
    lines = {line.text for event in events if isinstance(event, Output) for line in event.lines}
    assert lines == {"␛]0;owned␇[red]title[/red] ·31m ·gnp.exe", "raw ␛[2J\ufffd\ufffd bytes"}


def test_garbage_on_the_wire_is_no_event_and_does_no_harm() -> None:
    run, events = conduct(deed("garbage", "threads", 1, 1))
    assert run.outcome == OK
    assert [event.worker for event in events if isinstance(event, WorkerStarted)] == ["w1"]


@pytest.mark.skipif(sys.platform != "linux", reason="only a subreaper finds what has made itself independent")
def test_what_makes_itself_independent_is_ended_and_told(marker: str) -> None:
    run, events = conduct(deed("daemons", "threads", 1, 1))
    assert run.outcome == OK
    lines = [line.text for event in events if isinstance(event, Output) for line in event.lines]
    assert "conclab: one process left running by the experiment: ended" in lines
    assert not alive_with(marker)


@pytest.mark.parametrize("executor", ["threads", "fork", "forkserver", "spawn", "asyncio"])
def test_stop_ends_the_whole_tree(executor: str, marker: str) -> None:
    events: list[Event] = []
    started = threading.Event()

    def post(event: Event) -> None:
        events.append(event)
        if isinstance(event, WorkerStarted) and event.worker == "w2":
            started.set()

    conductor = Trusting(plan_for(experiment_of(work(executor, "sleeping", 2, 2, size=60_000))), post, observe)
    thread = threading.Thread(target=conductor.run)
    thread.start()
    assert started.wait(20)
    conductor.stop()
    conductor.stop()
    thread.join(10)
    assert not thread.is_alive()
    assert isinstance(events[0], RunStarted)
    assert isinstance(events[-1], RunFinished)
    assert events[-1].outcome == "stopped"
    assert not alive_with(marker)
    conductor.stop()  # afterwards it does nothing


def test_an_experiment_killed_from_outside_is_told(marker: str) -> None:
    roots: list[int] = []

    def post(event: Event) -> None:
        if isinstance(event, ChildStarted):
            roots.append(event.pid)
        elif isinstance(event, WorkerStarted) and event.worker == "w2":
            os.kill(roots[-1], signal.SIGKILL)

    run = Trusting(plan_for(experiment_of(work("fork", "sleeping", 2, 2, size=60_000))), post, observe).run()
    assert run.outcome == "fork: the experiment was killed by SIGKILL"
    assert not alive_with(marker)


def test_a_single_worker_killed_from_outside_is_named(marker: str) -> None:
    def post(event: Event) -> None:
        if isinstance(event, WorkerStarted) and event.worker == "w2":
            os.kill(event.pid, signal.SIGKILL)

    run = Trusting(plan_for(experiment_of(work("spawn", "sleeping", 2, 2, size=60_000))), post, observe).run()
    assert run.outcome == "spawn: w2: was killed by SIGKILL"
    assert not alive_with(marker)


def test_a_run_leaves_no_descriptor_and_no_folder_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    conduct(deed("nothing", "threads"), conductor=Conductor)
    before = len(os.listdir("/proc/self/fd"))
    conduct(deed("nothing", "fork"), deed("raising", "threads"), conductor=Conductor)
    assert len(os.listdir("/proc/self/fd")) == before
    assert until(lambda: not list(tmp_path.iterdir()))


def test_the_child_cannot_reach_the_terminal() -> None:
    """Own session, no terminal among its descriptors, and the environment is not the interpreter's."""
    run, events = conduct(deed("nothing", "threads", 1, 1))
    assert run.outcome == OK
    assert not [event for event in events if isinstance(event, Output)]


def test_the_last_words_of_a_child_that_floods_and_exits_are_all_heard() -> None:
    """More than several turns take from the wire and from the pipes, all of it said at once before the end."""
    code = f"""
import json, os
wire = open(os.environ["CONCLAB_EVENTS"], "wb", buffering=0)
for index in range({WORDS}):
    wire.write(json.dumps({{"event": "task_finished", "at": index, "text": "x" * 900}}).encode() + b"\\n")
wire.write(b'{{"event": "worker_finished", "at": 1}}\\n')
os.write(1, b"x" * 600_000 + b"\\nthe end")
"""
    events, lines = [], []
    wake, wake_write = os.pipe()
    try:
        with Child([sys.executable, "-I", "-S", "-c", code], {}, wake) as child:
            for turn in child.turns():
                events += turn.events
                lines += turn.lines
    finally:
        os.close(wake)
        os.close(wake_write)
    assert [event["at"] for event in events[:-1]] == list(range(WORDS))
    assert events[-1]["event"] == "worker_finished"
    assert lines[-1].text == "the end"
