"""The runner under every other Python on this machine, from 3.9 on: the same work, the same result."""

from __future__ import annotations

import functools
from dataclasses import replace

import pytest

from conclab.lab.interpreters import NoInterpreter, ask, candidates, own
from conclab.model.experiments import Interpreter
from conclab.model.results import OK
from conclab.model.runs import Run
from conclab.runner.registry import EXECUTORS
from tests.helpers import conduct, work

OTHERS = {label: path for label, path in candidates().items() if label != own().label}


@pytest.fixture(params=sorted(OTHERS) or ["none"])
def python(request: pytest.FixtureRequest) -> Interpreter:
    if request.param not in OTHERS:
        pytest.skip("there is no other Python on this machine")
    try:
        return ask(OTHERS[request.param])
    except NoInterpreter as error:
        pytest.skip(str(error))


@functools.cache
def run_under(python: Interpreter) -> Run:
    """Every executor once, the first pinned to a core, and a look at the bytecode that it makes."""
    first, *arms = [work(executor, "primes", 2, 2, size=2_000) for executor, one in EXECUTORS.items() if one.module]
    pinned = replace(first, name="pinned", one_core=True)
    bytecode = replace(work("sequential", "bytecode", 1, 1, size=1), name="bytecode")
    run, _ = conduct(pinned, *arms, bytecode, pythons=(python,))
    return run


def test_every_executor_works_under_it(python: Interpreter) -> None:
    run = run_under(python)
    assert run.outcome == OK
    counted = [repetition for repetition in run.repetitions if repetition.arm != "bytecode"]
    assert {str(repetition.result) for repetition in counted} == {"606"}
    for repetition in counted:
        assert [worker.worker for worker in repetition.workers] == ["w1", "w2"]


def test_the_probe_tells_whether_the_gil_is_off(python: Interpreter) -> None:
    assert run_under(python).gil_enabled[python.path] is (not python.free_threaded)


def test_every_python_compiles_to_bytecode(python: Interpreter) -> None:
    (repetition,) = (one for one in run_under(python).repetitions if one.arm == "bytecode")
    assert repetition.result == repetition.measures["bytecode_bytes"]
    assert 40 < repetition.measures["bytecode_bytes"] < 1_000, "a loop of nine lines"
