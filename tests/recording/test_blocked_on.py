"""Real workers, watched as the lab watches them: what they are blocked on, and that their time adds up to the kernel's account."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from conclab.lab.interpreters import NoInterpreter, ask, candidates
from conclab.model.blocking import GIL, add_causes, leading
from conclab.model.experiments import Arm, Interpreter
from conclab.model.results import OK
from conclab.model.run_state import RunState
from conclab.recording.feed import Session
from conclab.recording.live import LiveFeed
from tests.helpers import experiment_of, here, plan_for
from tests.sampling.builders import LINUX

pytestmark = LINUX
LOCKING = str(Path(__file__).parents[1] / "runner" / "locking" / "workload.py")
COMPUTE = Arm("compute", "threads", "primes", 4, 4, {"size": 150_000})
SLEEP = Arm("sleep", "threads", "sleeping", 2, 2, {"size": 200})
LOCK = Arm("lock", "threads", LOCKING, 3, 6, {"deed": "hold"})


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    one = Session(LiveFeed())
    yield one
    one.feed.close()


def watched(session: Session, python: Interpreter, *arms: Arm) -> RunState:
    """The run at its end. In its second round it is known from the first one how a wait for this GIL looks."""
    session.launch(plan_for(experiment_of(*arms), 2, (python,)))
    while session.run_state.phase != "finished":
        time.sleep(0.05)
        session.advance()
    assert session.run_state.outcome == OK
    return session.run_state


def causes(run: RunState, arm: str) -> dict[str, int]:
    return add_causes(life.blocked for life in run.lives if life.arm == arm and life.round == 1)


def test_threads_that_compute_sleep_or_share_a_lock(session: Session) -> None:
    run = watched(session, here(), COMPUTE, SLEEP, LOCK)
    assert leading(causes(run, "sleep")) == "a timer"
    assert {"a timer", "lock forks"} <= set(causes(run, "lock"))
    if run.gil_enabled:
        assert leading(causes(run, "compute")) == GIL
    assert all(life.exact for life in run.lives)
    for repetition in run.repetitions:
        for worker in repetition.workers:
            life = next(
                one for one in run.lives if (one.arm, one.round, one.worker) == (repetition.arm, repetition.round, worker.worker)
            )
            told = worker.counters
            assert (life.split.wall_ns, life.split.on_core_ns, life.split.wants_core_ns) == (
                told.wall_ns,
                told.on_core_ns,
                told.wants_core_ns,
            )
            assert sum(life.blocked.values()) == life.split.blocked_ns


def test_without_a_gil_nothing_is_called_that(session: Session) -> None:
    free = [path for label, path in candidates().items() if label.endswith("t")]
    if not free:
        pytest.skip("there is no free-threaded Python on this machine")
    try:
        python = ask(free[0])
    except NoInterpreter as error:
        pytest.skip(str(error))
    run = watched(session, python, COMPUTE)
    assert run.gil_enabled is False
    assert not any(GIL in life.blocked for life in run.lives)
