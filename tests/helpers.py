"""What tests of several layers need: small real runs, and finding out what is alive."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from conclab.lab.conductor import Conductor
from conclab.lab.interpreters import ask
from conclab.lab.planning import make_plan
from conclab.lab.step import Step
from conclab.model.events import Event
from conclab.model.experiments import Arm, Experiment, Interpreter, Value, Values
from conclab.model.machine import Machine
from conclab.model.results import OK, Repetition, Results
from conclab.model.runs import Plan, Run
from conclab.model.verdicts import Status, Verdict
from conclab.sampling.machine import observe, read_facts

MISBEHAVIOUR = str(Path(__file__).parent / "misbehaviour" / "workload.py")
PATIENCE_S = 20.0


def until(condition: Callable[[], bool], patience_s: float = PATIENCE_S) -> bool:
    """Wait for something to become true; returns whether it did in time."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def here() -> Interpreter:
    return ask(sys.executable)


def _no_verdict(_results: Results) -> Verdict:
    return Verdict(Status.UNDECIDED, "nothing was asked")


def experiment_of(*arms: Arm, limit_s: float = 30.0, control: str | None = None) -> Experiment:
    """An experiment that is only its arms."""

    def given(_values: Values, _machine: Machine) -> tuple[Arm, ...]:
        return arms

    return Experiment(
        name="under-test",
        title="under test",
        chapter="Parallelism",
        question="?",
        proposition="!",
        explanation="",
        claims=(),
        parameters=(),
        arms=given,
        judge=_no_verdict,
        control=control,
        limit_s=limit_s,
    )


def deed(name: str, executor: str = "threads", workers: int = 2, tasks: int = 2) -> Arm:
    """An arm whose workers do what they must not."""
    return Arm(name, executor, MISBEHAVIOUR, workers, tasks, {"deed": name})


def work(executor: str, workload: str = "primes", workers: int = 2, tasks: int = 4, **arguments: Value) -> Arm:
    """An arm with little real work."""
    return Arm(executor, executor, workload, workers, tasks, arguments or {"size": 2_000})


def plan_for(experiment: Experiment, rounds: int = 1, pythons: tuple[Interpreter, ...] = ()) -> Plan:
    return make_plan(experiment, {}, read_facts(), pythons or (here(),), rounds=rounds)


class Trusting(Conductor):
    """Carries out what a test is about. Of what comes before, the most of what a small run costs, only this is left: each Python
    is asked once whether it has a GIL, and optional arms whether they can be had. `lab/test_conductor.py` tests all of it."""

    _asked: ClassVar[dict[str, tuple[Step, Repetition]]] = {}

    def _step(
        self, arm: Arm, number: int, control: bool, *, check_only: bool = False, unseen: bool = False
    ) -> tuple[Step, Repetition]:
        assert arm.python is not None
        if check_only and not arm.optional and arm.python.path in self._asked:
            return self._asked[arm.python.path]
        found = super()._step(arm, number, control, check_only=check_only, unseen=unseen)
        if check_only and found[1].outcome == OK:
            self._asked[arm.python.path] = found
        return found

    def _warm_up(self, run: Run) -> Run:
        return run


def conduct(
    *arms: Arm,
    limit_s: float = 30.0,
    rounds: int = 1,
    pythons: tuple[Interpreter, ...] = (),
    conductor: type[Conductor] = Trusting,
) -> tuple[Run, list[Event]]:
    """Run some arms for real; returns the run and everything that was posted."""
    events: list[Event] = []
    plan = plan_for(experiment_of(*arms, limit_s=limit_s), rounds, pythons)
    return conductor(plan, events.append, observe).run(), events


def alive_with(marker: str) -> list[int]:
    """Pids of living processes (zombies do not count) that have the marker in their environment."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            environment = Path(f"/proc/{name}/environ").read_bytes()
            state = Path(f"/proc/{name}/stat").read_text(errors="replace").rpartition(")")[2].split()[0]
        except (OSError, IndexError):
            continue
        if marker.encode() in environment and state != "Z":
            found.append(int(name))
    return found
