"""Parameters: what is typed becomes a value or one plain sentence, and defaults may depend on what came before."""

from __future__ import annotations

import pytest

from conclab.model.experiments import BadValue, Interpreter, Kind, Parameter, Value, Values, resolve, wall_of
from conclab.model.machine import Machine
from tests.model.builders import PYTHON, arm_of, machine_of, repetition_of

MACHINE = machine_of(cores=4)


def _cores(machine: Machine, _values: Values) -> int:
    return machine.whole_cores


def _twice_the_workers(_machine: Machine, values: Values) -> int:
    return 2 * int(values["workers"])


WORKERS = Parameter("workers", Kind.INTEGER, "how many", default=_cores, minimum=1, maximum=64)
TASKS = Parameter("tasks", Kind.INTEGER, "pieces", default=_twice_the_workers, minimum=1, maximum=_twice_the_workers, unit="pieces")
WORK = Parameter("work", Kind.CHOICE, "which", default="primes", choices=("primes", "hashing"))
FILE = Parameter("file", Kind.PATH, "where", default="")


def _parse(parameter: Parameter, text: str, values: Values | None = None) -> Value:
    return parameter.parse(text, MACHINE, values or {})


@pytest.mark.parametrize(
    ("text", "number"),
    [("4", 4), (" 4\n", 4), ("+4", 4), ("007", 7), ("1,204", 1_204), ("1_204", 1_204), ("1,000,000", 1_000_000), ("-3", -3)],
)
def test_whole_numbers_are_read_as_people_write_them(text: str, number: int) -> None:
    assert _parse(Parameter("n", Kind.INTEGER, "", default=1), text) == number


@pytest.mark.parametrize("text", ["", " ", "four", "1.5", "1e3", "0x10", "4 5", "--4", "-", ",", "_", "NaN", "4;", "9" * 5_000])
def test_what_is_no_whole_number_is_told_so(text: str) -> None:
    with pytest.raises(BadValue, match=r"^n: .* is not a whole number$"):
        _parse(Parameter("n", Kind.INTEGER, "", default=1), text)


@pytest.mark.parametrize("text", ["٤", "4४", "⁴", "４", "−4"])
def test_digits_of_other_scripts_are_refused(text: str) -> None:
    with pytest.raises(BadValue, match="whole number"):
        _parse(Parameter("n", Kind.INTEGER, "", default=1), text)


@pytest.mark.parametrize("text", ["1,5", "1,2,3", "12,34", "1,,000", ",5", "5,"])
def test_a_comma_that_separates_no_thousands_is_not_passed_over(text: str) -> None:
    # Half of the world writes one and a half as 1,5; taking it for 15 would run what nobody asked for.
    with pytest.raises(BadValue, match="whole number"):
        _parse(Parameter("n", Kind.INTEGER, "", default=1), text)


@pytest.mark.parametrize("text", ["1", "64"])
def test_the_ends_of_a_range_belong_to_it(text: str) -> None:
    assert _parse(WORKERS, text) == int(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0", "workers: 0 is too small; the least is 1"),
        ("-5", "workers: -5 is too small; the least is 1"),
        ("1000", "workers: 1,000 is too large; the most is 64"),
    ],
)
def test_a_value_out_of_range_is_told_with_the_range(text: str, message: str) -> None:
    with pytest.raises(BadValue) as caught:
        _parse(WORKERS, text)
    assert str(caught.value) == message


def test_a_range_may_depend_on_what_came_before_and_carries_its_unit() -> None:
    assert _parse(TASKS, "6", {"workers": 3}) == 6
    with pytest.raises(BadValue) as caught:
        _parse(TASKS, "7", {"workers": 3})
    assert str(caught.value) == "tasks: 7 is too large; the most is 6 pieces"


def test_a_range_may_be_open() -> None:
    parameter = Parameter("n", Kind.INTEGER, "", default=1, minimum=0)
    assert _parse(parameter, "1" + "0" * 30) == 10**30
    with pytest.raises(BadValue, match="too small"):
        _parse(parameter, "-1")


def test_a_choice_is_one_of_those_offered() -> None:
    assert _parse(WORK, " hashing ") == "hashing"
    with pytest.raises(BadValue) as caught:
        _parse(WORK, "Hashing")
    assert str(caught.value) == "work: 'Hashing' is not a choice; take one of primes, hashing"


def test_a_path_is_taken_as_it_is() -> None:
    assert _parse(FILE, "/tmp/a file, with 1,000 names") == "/tmp/a file, with 1,000 names"


def test_a_hostile_value_is_shown_escaped_in_the_message() -> None:
    with pytest.raises(BadValue) as caught:
        _parse(WORKERS, "\x1b]0;x\x07")
    assert "\x1b" not in str(caught.value)


def test_resolving_gives_every_value_in_declared_order() -> None:
    values = resolve((WORK, WORKERS, TASKS), {"tasks": "5", "work": "hashing"}, MACHINE)
    assert list(values.items()) == [("work", "hashing"), ("workers", 4), ("tasks", 5)]


def test_a_default_follows_the_value_that_was_given_before_it() -> None:
    assert resolve((WORKERS, TASKS), {"workers": "3"}, MACHINE) == {"workers": 3, "tasks": 6}
    assert resolve((WORKERS, TASKS), {}, machine_of(cores=16, usable=2.9)) == {"workers": 2, "tasks": 4}


def test_a_given_value_is_checked_against_the_values_before_it() -> None:
    with pytest.raises(BadValue, match="the most is 2"):
        resolve((WORKERS, TASKS), {"tasks": "3", "workers": "1"}, MACHINE)


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    with pytest.raises(BadValue) as caught:
        resolve((WORKERS, TASKS), {"worker": "2"}, MACHINE)
    assert str(caught.value) == "no parameter 'worker'; it has tasks, workers"
    with pytest.raises(BadValue) as caught:
        resolve((), {"worker": "2"}, MACHINE)
    assert str(caught.value) == "no parameter 'worker'; it has none"


@pytest.mark.parametrize(
    ("python", "label"),
    [
        (Interpreter("p", "cpython", "3.11.7", False), "3.11"),
        (Interpreter("p", "cpython", "3.13.0", True), "3.13t"),
        (Interpreter("p", "cpython", "3.15.0a2", False), "3.15"),
        (Interpreter("p", "pypy", "3.9.19", False), "PyPy 3.9"),
        (Interpreter("p", "graalpy", "3.11.7", False), "graalpy 3.11"),
    ],
)
def test_an_interpreter_has_a_short_name(python: Interpreter, label: str) -> None:
    assert python.label == label


def test_an_arm_under_another_python_is_the_same_work() -> None:
    arm = arm_of("threads", workers=3, python=None)
    moved = arm.under(PYTHON)
    assert moved.python == PYTHON
    assert (moved.name, moved.executor, moved.workload, moved.workers) == (arm.name, arm.executor, arm.workload, 3)
    assert arm.python is None


def test_the_wall_time_of_a_repetition_that_has_none_is_missing() -> None:
    assert wall_of(repetition_of(wall_ns=None)) is None
    assert wall_of(repetition_of(wall_ns=0)) == 0.0
