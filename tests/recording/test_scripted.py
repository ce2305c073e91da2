"""The scripted feed plays the same run every time, judged by the experiment's own rule."""

from __future__ import annotations

import pytest

from conclab.lab.catalogue import find
from conclab.lab.planning import make_plan
from conclab.model.experiments import Interpreter
from conclab.model.results import OK
from conclab.model.run_state import RunState
from conclab.model.verdicts import Status
from conclab.recording.feed import Session
from conclab.recording.scripted import ScriptedFeed

GIL = Interpreter("/python", "cpython", "3.13.0", False)
FREE = Interpreter("/python3.13t", "cpython", "3.13.0", True)


def played(name: str, pythons: tuple[Interpreter, ...] = (GIL,), cores: int = 2, seed: int = 7) -> RunState:
    feed = ScriptedFeed(cores, seed)
    session = Session(feed)
    feed.launch(make_plan(find(name), {}, feed.machine, pythons, rounds=5))
    for _ in range(4_000):
        feed.tick(5)
        session.advance()
        if session.run_state.phase == "finished":
            return session.run_state
    raise AssertionError("the script does not end")


def test_the_same_seed_plays_the_same_run() -> None:
    assert played("threads-or-processes") == played("threads-or-processes")
    assert played("threads-or-processes") != played("threads-or-processes", seed=8)


def test_the_gil_decides_the_verdict_on_threads() -> None:
    assert played("threads-or-processes").verdict is not None
    state = played("threads-or-processes", (GIL, FREE))
    assert [verdict.status for _label, verdict in state.verdicts] == [Status.FAILS, Status.HOLDS]


def test_waits_overlap_in_the_script_too() -> None:
    state = played("waiting-room")
    assert state.verdict is not None
    assert state.verdict.status is Status.HOLDS


@pytest.mark.parametrize("cores", [1, 2, 64])
def test_lanes_and_accounts_agree(cores: int) -> None:
    state = played("threads-or-processes", cores=cores)
    assert state.outcome == OK
    assert len(state.workers) >= 4
    assert all(view.lane.cells for view in state.workers.values())
    assert state.owners


def test_a_stopped_script_ends() -> None:
    feed = ScriptedFeed()
    session = Session(feed)
    feed.launch(make_plan(find("threads-or-processes"), {}, feed.machine, [GIL], rounds=5))
    feed.tick(40)
    feed.stop()
    feed.tick(40)
    session.advance()
    assert session.run_state.outcome == "stopped"
    assert not feed.source.actors
