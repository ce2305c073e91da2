"""A run as a whole: what belongs to which arm, under which Python, and which repetitions a verdict may rest on."""

from __future__ import annotations

from conclab.model.experiments import Experiment, Interpreter
from conclab.model.results import Disturbance, Repetition
from conclab.model.runs import Plan, Run
from tests.model.builders import PYTHON, arm_of, experiment_of, machine_of, repetition_of

FREE = Interpreter("/opt/python3.13t", "cpython", "3.13.0", free_threaded=True)


def _plan(experiment: Experiment | None = None) -> Plan:
    arms = tuple(arm_of(name, python=python) for python in (PYTHON, FREE) for name in ("sequential", "threads"))
    return Plan(
        experiment=experiment or experiment_of(control="sequential"),
        values={"workers": 2},
        machine=machine_of(),
        arms=arms,
        pythons=(PYTHON, FREE),
        rounds=3,
        exact_rounds=False,
        cap_s=30.0,
        limit_s=60.0,
        seed=1,
    )


REPETITIONS = (
    repetition_of(0, 10, arm="sequential"),
    repetition_of(0, 11, arm="sequential", control=True),
    repetition_of(0, 20, arm="threads"),
    repetition_of(1, 99, arm="threads", outcome="it took longer than 60 s"),
    repetition_of(0, 5, arm="sequential", python=FREE.path),
    repetition_of(1, 12, arm="sequential"),
)


def _walls(repetitions: tuple[Repetition, ...]) -> list[int | None]:
    return [one.wall_ns for one in repetitions]


def test_the_control_arm_is_run_twice_under_every_python() -> None:
    assert [(arm.name, arm.python) for arm in _plan().controls] == [("sequential", PYTHON), ("sequential", FREE)]


def test_an_experiment_without_a_control_runs_nothing_twice() -> None:
    assert _plan(experiment_of(control=None)).controls == ()


def test_repetitions_of_an_arm_are_those_under_its_python_good_or_not() -> None:
    run = Run(_plan(), REPETITIONS)
    assert _walls(tuple(run.of(arm_of("threads")))) == [20, 99]
    assert _walls(tuple(run.of(arm_of("sequential", python=FREE)))) == [5]
    assert run.of(arm_of("threads", python=None)) == []


def test_a_verdict_rests_on_good_repetitions_under_one_python() -> None:
    results = Run(_plan(), REPETITIONS).results(PYTHON)
    assert _walls(results.arm("sequential").repetitions) == [10, 12]
    assert _walls(results.arm("threads").repetitions) == [20]
    assert results.control is not None
    assert _walls(results.control.repetitions) == [11]
    assert results.planned == (arm_of("sequential"), arm_of("threads"))


def test_an_arm_that_failed_every_time_has_no_repetitions() -> None:
    run = Run(_plan(), (repetition_of(0, arm="threads", outcome="failed"),))
    results = run.results(PYTHON)
    assert results.arm("threads").repetitions == ()
    assert results.control is None


def test_results_carry_what_is_known_of_their_python_and_of_the_run() -> None:
    disturbance = Disturbance(foreign_share=0.1)
    run = Run(_plan(), REPETITIONS, gil_enabled={FREE.path: False}, disturbance=disturbance)
    assert run.results(FREE).gil_enabled is False
    assert run.results(PYTHON).gil_enabled is None, "a child that never told is not guessed at"
    assert run.results(FREE).disturbance is disturbance
    assert run.results(FREE).values == {"workers": 2}
