"""What a run brought: sums that are missing when a part is missing, shares over everything, one value a round."""

from __future__ import annotations

from dataclasses import fields

import pytest

from conclab.model.results import (
    ArmResult,
    Counters,
    Repetition,
    Results,
    add_up,
    cores_of,
    involuntary_of,
    measure_of,
)
from tests.model.builders import PYTHON, arm_of, machine_of, repetition_of


def _counters(wall: int | None = 100, on: int | None = 30, wants: int | None = 20) -> Counters:
    return Counters(wall_ns=wall, on_core_ns=on, wants_core_ns=wants)


def test_blocked_is_what_is_left_of_the_wall_time() -> None:
    assert _counters(100, 30, 20).blocked_ns == 50


def test_counters_that_contradict_the_clock_show_it() -> None:
    assert _counters(100, 90, 20).blocked_ns == -10


@pytest.mark.parametrize("counters", [_counters(wall=None), _counters(on=None), _counters(wants=None)])
def test_blocked_is_missing_where_a_part_is(counters: Counters) -> None:
    assert counters.blocked_ns is None


def test_counters_of_several_tasks_add_up_and_peak_memory_is_the_largest() -> None:
    one, two = Counters(1, 2, 3, 4, 5, 6, 700), Counters(10, 20, 30, 40, 50, 60, 70)
    assert add_up([one, two]) == Counters(11, 22, 33, 44, 55, 66, 700)


@pytest.mark.parametrize("missing", [field.name for field in fields(Counters) if field.name != "peak_rss_bytes"])
def test_a_part_that_one_task_lacks_is_missing_in_the_sum(missing: str) -> None:
    whole = Counters(1, 2, 3, 4, 5, 6, 7)
    values = {field.name: getattr(whole, field.name) for field in fields(Counters)}
    total = add_up([whole, Counters(**{**values, missing: None}), whole])
    for field in fields(Counters):
        assert (getattr(total, field.name) is None) == (field.name == missing)


def test_peak_memory_is_of_those_who_told() -> None:
    assert add_up([Counters(peak_rss_bytes=None), Counters(peak_rss_bytes=5)]).peak_rss_bytes == 5
    assert add_up([Counters()]).peak_rss_bytes is None


def test_nobody_adds_up_to_unknown_and_not_to_zero() -> None:
    assert add_up([]) == Counters()


def test_a_sum_of_zeros_is_zero_and_not_missing() -> None:
    assert add_up([Counters(voluntary_switches=0), Counters(voluntary_switches=0)]).voluntary_switches == 0


@pytest.mark.parametrize(
    ("wall", "on", "cores"), [(100, 150, 1.5), (100, 0, 0.0), (100, None, None), (None, 50, None), (0, 50, None)]
)
def test_effective_cores_are_on_core_time_over_wall_time(wall: int | None, on: int | None, cores: float | None) -> None:
    repetition = repetition_of(wall_ns=wall, counters=Counters(on_core_ns=on))
    assert repetition.effective_cores == cores
    assert cores_of(repetition) == cores


def test_involuntary_switches_as_a_metric() -> None:
    assert involuntary_of(repetition_of(counters=Counters(involuntary_switches=7))) == 7.0
    assert involuntary_of(repetition_of(counters=Counters(involuntary_switches=0))) == 0.0
    assert involuntary_of(repetition_of()) is None


def test_a_measure_of_the_workload_as_a_metric() -> None:
    repetition = Repetition("a", "p", 0, False, "ok", measures={"birth_ns": 12.5})
    assert measure_of("birth_ns")(repetition) == 12.5
    assert measure_of("death_ns")(repetition) is None


def test_values_are_by_round_and_rounds_without_one_are_left_out() -> None:
    arm = ArmResult(arm_of(), (repetition_of(0, 10), repetition_of(1, None), repetition_of(2, 30), repetition_of(3, 20)))
    metric = measure_of("x")
    assert arm.by_round(lambda repetition: repetition.wall_ns) == {0: 10, 2: 30, 3: 20}
    assert arm.median_of(lambda repetition: repetition.wall_ns) == 20
    assert arm.by_round(metric) == {}
    assert arm.median_of(metric) is None


def test_shares_are_over_all_repetitions_weighted_by_their_length() -> None:
    arm = ArmResult(
        arm_of(),
        (repetition_of(0, counters=_counters(100, 100, 0)), repetition_of(1, counters=_counters(300, 0, 100))),
    )
    assert arm.shares() == (0.25, 0.25, 0.5)


@pytest.mark.parametrize("odd", [_counters(wall=None), _counters(on=None), _counters(wants=None)])
def test_one_repetition_without_counters_leaves_the_shares_unknown(odd: Counters) -> None:
    arm = ArmResult(arm_of(), (repetition_of(0, counters=_counters()), repetition_of(1, counters=odd)))
    assert arm.shares() is None


def test_no_time_has_no_shares() -> None:
    assert ArmResult(arm_of(), ()).shares() is None
    assert ArmResult(arm_of(), (repetition_of(counters=_counters(0, 0, 0)),)).shares() is None


def _results() -> Results:
    threads, processes = arm_of("threads"), arm_of("processes")
    ran = ArmResult(threads, (repetition_of(0, 10), repetition_of(1, 20)))
    control = ArmResult(threads, (repetition_of(0, 11, control=True),))
    return Results({}, machine_of(), PYTHON, True, {"threads": ran}, control, (threads, processes))


def test_an_arm_that_never_ran_is_there_without_repetitions() -> None:
    results = _results()
    assert len(results.arm("threads").repetitions) == 2
    assert results.arm("processes") == ArmResult(arm_of("processes"), ())


def test_an_arm_that_nobody_planned_is_unknown() -> None:
    with pytest.raises(KeyError, match="greenlets"):
        _results().arm("greenlets")


def test_all_repetitions_are_those_of_the_control_too() -> None:
    assert [one.wall_ns for one in _results().all_repetitions()] == [10, 20, 11]
