"""How a run is conducted: what is checked first, in which order arms run, and when it ends."""

from __future__ import annotations

import os
import resource
import sys
import threading
from dataclasses import replace
from functools import partial, reduce
from pathlib import Path

import pytest

from conclab.lab.conductor import Conductor
from conclab.lab.planning import make_plan
from conclab.lab.step import STOPPED
from conclab.model.events import Calibrated, Event, LeftOut, RoundFinished, RunFinished, RunStarted, StepFinished, StepStarted
from conclab.model.experiments import Arm, Experiment, Kind, Parameter, Values
from conclab.model.machine import Machine
from conclab.model.results import OK, Results
from conclab.model.run_state import RunState, fold
from conclab.model.runs import Run
from conclab.model.verdicts import Status, Verdict
from conclab.sampling.machine import observe, read_facts
from tests import helpers
from tests.helpers import deed, experiment_of, here, plan_for, work

conduct = partial(helpers.conduct, conductor=Conductor)
QUICK = work("sequential", "sleeping", 1, 1, size=0)
ALSO = work("threads", "sleeping", 1, 1, size=0)


def order_of(events: list[Event]) -> list[list[str]]:
    """Arm names by round; the control run has a star."""
    rounds: dict[int, list[str]] = {}
    for event in events:
        if isinstance(event, StepStarted):
            rounds.setdefault(event.round, []).append(event.arm.name + "*" * event.control)
    return list(rounds.values())


def test_arms_are_interleaved_forwards_and_backwards_with_the_control_run_twice() -> None:
    events: list[Event] = []
    plan = plan_for(experiment_of(QUICK, ALSO, control="sequential"), rounds=3)
    run = Conductor(plan, events.append, observe).run()
    rounds = order_of(events)
    assert len(rounds) == 3
    assert sorted(rounds[0]) == ["sequential", "sequential*", "threads"]
    assert rounds[1] == rounds[0][::-1]
    assert rounds[2] == rounds[0]
    results = run.results(here())
    assert len(results.arm("sequential").repetitions) == 3
    assert results.control is not None
    assert len(results.control.repetitions) == 3


def test_events_frame_the_run_and_its_steps() -> None:
    run, events = conduct(QUICK, ALSO, rounds=2)
    assert isinstance(events[0], RunStarted)
    assert isinstance(events[-1], RunFinished)
    assert sum(isinstance(event, StepFinished) for event in events) == 4
    assert [event.rounds_done for event in events if isinstance(event, RoundFinished)] == [1, 2]
    stamps = [event.at_ns for event in events if isinstance(event, StepStarted | StepFinished | RoundFinished)]
    assert stamps == sorted(stamps)
    assert run.cost_cpu_ns > 0
    assert run.wall_ns > 0


def test_several_pythons_share_every_round(tmp_path: Path) -> None:
    (tmp_path / "python").symlink_to(sys.executable)
    twin = replace(here(), path=str(tmp_path / "python"), version="3.99.0")  # the same one, under another label
    run, events = conduct(QUICK, pythons=(here(), twin), rounds=2)
    assert run.outcome == OK
    assert all(len(arms) == 2 for arms in order_of(events))
    assert len(run.verdicts) == 2
    finished = events[-1]
    assert isinstance(finished, RunFinished)
    assert [label for label, _ in finished.verdicts] == [here().label, "3.99"]
    assert len(run.results(twin).arm("sequential").repetitions) == 2


def test_what_cannot_be_done_is_told_before_anything_is_timed() -> None:
    run, events = conduct(QUICK, work("asyncio", "counter", 2, 2, size=5, locked=0))
    assert "asyncio: counter cannot run on asyncio" in run.outcome
    assert not run.repetitions
    assert not [event for event in events if isinstance(event, StepStarted)]


LACKING = """
def task(_state, _arguments, _index):
    return 1

def combine(results):
    return len(results)

def missing(arguments):
    return "there is no %s here; install it" % arguments["needs"] if arguments["needs"] else None
"""


@pytest.fixture
def lacking(tmp_path: Path) -> str:
    """A workload that takes something that is not here."""
    path = tmp_path / "lacking.py"
    path.write_text(LACKING)
    return str(path)


def test_an_optional_arm_that_cannot_be_had_is_left_out_under_its_python_and_the_run_goes_on(lacking: str) -> None:
    arms = (
        QUICK,
        Arm("impossible", "asyncio", "counter", 1, 1, {"size": 5, "locked": 0}, optional=True),
        Arm("unlucky", "threads", lacking, 1, 1, {"needs": "greenlet"}, optional=True),
        Arm("lucky", "threads", lacking, 1, 1, {"needs": ""}, optional=True),
    )
    run, events = conduct(*arms, rounds=2)
    assert run.outcome == OK
    results = run.results(here())
    assert [arm.name for arm in results.planned] == ["sequential", "lucky"]
    assert results.missing["unlucky"] == "there is no greenlet here; install it"
    assert "counter cannot run on asyncio" in results.missing["impossible"]
    assert all(sorted(arms) == ["lucky", "sequential"] for arms in order_of(events))
    told = [event for event in events if isinstance(event, LeftOut)]
    assert [(event.arm, event.python) for event in told] == [("impossible", here().path), ("unlucky", here().path)]
    state = reduce(fold, events, RunState())
    assert [arm.name for arm in state.arms] == ["sequential", "lucky"]
    assert state.steps_done == state.rounds_done * state.steps_per_round == 4


def test_what_only_an_optional_arm_lacks_ends_no_run_but_what_all_lack_does(lacking: str) -> None:
    arm = Arm("unlucky", "threads", lacking, 1, 1, {"needs": "greenlet"})
    run, _ = conduct(QUICK, arm)
    assert run.outcome == "unlucky: there is no greenlet here; install it"
    run, _ = conduct(replace(arm, optional=True))
    assert run.outcome == "there is no greenlet here; install it", "no arm is left"
    assert not run.repetitions


def test_a_failure_ends_the_run_at_once() -> None:
    run, _ = conduct(deed("raising", "threads"), QUICK, rounds=5)
    assert run.outcome != OK
    assert len(run.repetitions) <= 2
    assert run.verdicts == ()


def test_foreign_load_and_steal_are_observed_over_the_steps() -> None:
    run, _ = conduct(work("sequential", "sleeping", 1, 1, size=50), rounds=2)
    assert run.disturbance.foreign_share is not None
    assert 0 <= run.disturbance.foreign_share <= 1


def test_the_judge_sees_only_what_went_well() -> None:
    seen: list[Results] = []

    def judge(results: Results) -> Verdict:
        seen.append(results)
        return Verdict(Status.HOLDS, "")

    plan = plan_for(replace(experiment_of(QUICK), judge=judge), rounds=2)
    run: Run = Conductor(plan, lambda _event: None, observe).run()
    assert len(seen) == 2
    assert all(one.outcome == OK for one in seen[-1].arm("sequential").repetitions)
    assert run.verdicts[0].status is Status.HOLDS


def test_what_conclab_takes_itself_includes_its_keepers_and_not_what_was_measured() -> None:
    def children_s() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = children_s()
    run, _events = conduct(work("sequential", "primes", 1, 1, size=400_000), rounds=2)
    measured = sum(one.totals.cpu_ns for one in run.repetitions if one.totals)
    keepers = (children_s() - before) * 1e9 - measured
    assert keepers > 0
    assert 0.5 * keepers < run.cost_cpu_ns < keepers + measured / 2


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system cannot pin")
def test_one_core_is_one_that_may_be_used_and_not_always_the_first(tmp_path: Path) -> None:
    last = max(os.sched_getaffinity(0))
    if not last:
        pytest.skip("there is no core but the first")
    asks = tmp_path / "asks.py"
    asks.write_text(
        "import os\n\n"
        "def task(_state, _arguments, _index):\n    return sorted(os.sched_getaffinity(0))\n\n"
        "def combine(results):\n    return results\n"
    )
    plan = plan_for(experiment_of(Arm("pinned", "threads", str(asks), 1, 1, {}, one_core=True)))
    run = Conductor(replace(plan, machine=replace(plan.machine, affinity=(last,))), lambda _event: None, observe).run()
    assert run.outcome == OK
    assert run.repetitions[0].result == [[last]]


LASTS = """
import time

def task(_state, arguments, _index):
    with open(arguments["log"], "a") as log:
        log.write("%s\\n" % arguments["size"])
    time.sleep(arguments["size"] / 1000)

def combine(results):
    return len(results)
"""


@pytest.fixture
def lasting(tmp_path: Path) -> Experiment:
    """An experiment whose work lasts ``size`` milliseconds, 5 if nothing else is said; what is done is noted in a file."""
    (tmp_path / "lasts.py").write_text(LASTS)

    def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
        arguments = {"size": values["size"], "log": str(tmp_path / "log")}
        arm = Arm("control", "sequential", str(tmp_path / "lasts.py"), 1, 1, arguments)
        return arm, replace(arm, name="other"), replace(arm, name="nobody's", executor="no-such-thing", optional=True)

    size = Parameter("size", Kind.INTEGER, "how long it lasts", 5, minimum=1, maximum=35, unit="ms")
    return replace(experiment_of(control="control"), parameters=(size,), arms=arms, scaled="size")


def done(tmp_path: Path) -> list[str]:
    return (tmp_path / "log").read_text().split()


def test_work_that_is_too_short_is_made_larger_after_a_warm_up_that_nobody_sees(lasting: Experiment, tmp_path: Path) -> None:
    events: list[Event] = []
    run = Conductor(plan_for(lasting, rounds=1), events.append, observe).run()
    assert run.outcome == OK
    assert done(tmp_path) == ["5", "35", "35", "35"], "eightfold would be 40; 35 is the most that it takes"
    assert run.plan.values == run.results(here()).values == {"size": 35}
    assert [arm.name for arm in run.results(here()).planned] == ["control", "other"]
    state = reduce(fold, events, RunState())
    assert [(arm.name, arm.arguments["size"]) for arm in state.arms] == [("control", 35), ("other", 35)]
    assert len(state.repetitions) == state.steps_done == state.steps_per_round == 3
    (told,) = [event for event in events if isinstance(event, Calibrated)]
    assert (told.parameter, told.value) == ("size", 35)
    assert any("size is 35 now" in line.text for line in state.lines)


def test_what_the_user_has_said_is_done_and_warmed_up_all_the_same(lasting: Experiment, tmp_path: Path) -> None:
    plan = make_plan(lasting, {"size": "5"}, read_facts(), [here()], rounds=1)
    events: list[Event] = []
    run = Conductor(plan, events.append, observe).run()
    assert run.outcome == OK
    assert done(tmp_path) == ["5"] * 4
    assert not [event for event in events if isinstance(event, Calibrated)]


def test_without_a_control_nothing_is_warmed_up(lasting: Experiment, tmp_path: Path) -> None:
    conductor = Conductor(plan_for(replace(lasting, control=None), rounds=1), lambda _event: None, observe)
    assert conductor.run().outcome == OK
    assert done(tmp_path) == ["5", "5"]


def test_a_run_stopped_in_its_warm_up_is_stopped() -> None:
    arm = work("sequential", "sleeping", 1, 1, size=60_000)
    conductor = Conductor(plan_for(experiment_of(arm, control="sequential"), rounds=1), lambda _event: None, observe)
    threading.Timer(0.5, conductor.stop).start()
    run = conductor.run()
    assert (run.outcome, run.repetitions) == (STOPPED, ())
