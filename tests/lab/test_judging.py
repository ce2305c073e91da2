"""The verdict rule: when it holds, fails, or cannot be told, and how disturbances count."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conclab.lab.judging import compare, control_of, disturbances, observed, settle
from conclab.model.experiments import Arm, Interpreter
from conclab.model.results import OK, ArmResult, Counters, Disturbance, Repetition, Results
from conclab.model.statistics import Interval
from conclab.model.verdicts import Status
from conclab.sampling.scripted import scripted_machine

STATEMENTS = {Status.HOLDS: "yes", Status.FAILS: "no", Status.UNDECIDED: "who knows"}


def arm_result(name: str, walls: list[int]) -> ArmResult:
    repetitions = [
        Repetition(name, "/python", number, False, OK, wall_ns=wall, counters=Counters(wall, wall, 0))
        for number, wall in enumerate(walls)
    ]
    return ArmResult(Arm(name, "threads", "primes", 2, 2), tuple(repetitions))


def results(slow: list[int], fast: list[int], control: list[int] | None = None) -> Results:
    arms = {"slow": arm_result("slow", slow), "fast": arm_result("fast", fast)}
    return Results(
        values={},
        machine=scripted_machine(2),
        python=Interpreter("/python", "cpython", "3.13.0", False),
        gil_enabled=True,
        arms=arms,
        control=arm_result("slow", control) if control else None,
        planned=tuple(arm.arm for arm in arms.values()),
    )


def verdict(found: Results, threshold: float = 1.15, floor: float | None = None) -> Status:
    return settle(found, compare(found, "slow", "fast"), threshold=threshold, statements=STATEMENTS, floor=floor).status


SLOW = [200, 202, 198, 201, 199]
FAST = [100, 101, 99, 100, 100]


def test_it_holds_when_the_whole_interval_lies_above() -> None:
    assert verdict(results(SLOW, FAST)) is Status.HOLDS


def test_it_fails_when_the_whole_interval_lies_below() -> None:
    assert verdict(results(FAST, SLOW)) is Status.FAILS


def test_it_is_undecided_when_the_interval_reaches_across_and_says_what_would_help() -> None:
    found = results([100, 140, 100, 140, 100], [100, 100, 100, 100, 100])
    assert verdict(found) is Status.UNDECIDED
    told = settle(found, compare(found, "slow", "fast"), threshold=1.15, statements=STATEMENTS)
    assert told.statement == "who knows"
    assert any("more repetitions" in reason for reason in told.reasons)
    assert told.smallest_effect is not None
    assert any(reason.endswith(f"could be seen here: {told.smallest_effect:.2f}×.") for reason in told.reasons)


def test_two_repetitions_are_too_few() -> None:
    found = results(SLOW[:2], FAST[:2])
    assert compare(found, "slow", "fast") is None
    assert verdict(found) is Status.UNDECIDED


def test_only_rounds_that_both_arms_finished_count() -> None:
    found = results([200, 200, 200, 999], [100, 100, 100])
    interval = compare(found, "slow", "fast")
    assert interval is not None
    assert interval.value == pytest.approx(2.0)


def test_between_a_floor_and_a_ceiling() -> None:
    assert verdict(results(SLOW, SLOW), 1.05, floor=0.9) is Status.HOLDS
    assert verdict(results(SLOW, FAST), 1.05, floor=0.9) is Status.FAILS
    assert verdict(results(FAST, SLOW), 1.05, floor=0.9) is Status.FAILS
    assert verdict(results([200, 186, 200, 186, 200], [200] * 5), 0.95, floor=0.9) is Status.UNDECIDED


def test_a_quiet_control_changes_nothing() -> None:
    found = results(SLOW, FAST, control=[199, 201, 200, 200, 200])
    assert control_of(found) == pytest.approx(1.0, abs=0.01)
    assert disturbances(found) == (1.0, ())


def test_a_control_that_is_off_widens_the_interval_and_is_told() -> None:
    off = [int(value * 1.2) for value in SLOW]
    factor, reasons = disturbances(results(SLOW, FAST, control=off))
    assert factor == pytest.approx(1.2, rel=0.02)
    assert "control was off" in reasons[0]


def test_a_clear_effect_survives_a_disturbance_that_cannot_explain_it() -> None:
    off = [int(value * 1.06) for value in SLOW]
    assert verdict(results(SLOW, FAST, control=off)) is Status.HOLDS


def test_a_small_effect_does_not_survive_it() -> None:
    slow = [125, 126, 124, 125, 125]
    assert verdict(results(slow, FAST)) is Status.HOLDS
    found = results(slow, FAST, control=[int(value * 1.12) for value in slow])
    assert verdict(found) is Status.UNDECIDED
    told = settle(found, compare(found, "slow", "fast"), threshold=1.15, statements=STATEMENTS)
    assert any("quiet machine" in reason for reason in told.reasons)
    quiet = settle(results(slow, FAST), compare(results(slow, FAST), "slow", "fast"), threshold=1.15, statements=STATEMENTS)
    assert told.smallest_effect is not None
    assert quiet.smallest_effect is not None
    assert told.smallest_effect > 1.1 * quiet.smallest_effect


@pytest.mark.parametrize(
    ("disturbance", "word"),
    [(Disturbance(foreign_share=0.5), "Other processes"), (Disturbance(steal_share=0.4), "hypervisor")],
)
def test_foreign_load_and_stolen_time_can_undo_a_verdict(disturbance: Disturbance, word: str) -> None:
    found = replace(results([130] * 5, [100] * 5), disturbance=disturbance)
    told = settle(found, compare(found, "slow", "fast"), threshold=1.15, statements=STATEMENTS)
    assert told.status is Status.UNDECIDED
    assert any(word in reason for reason in told.reasons)


@pytest.mark.parametrize("disturbance", [Disturbance(foreign_share=0.04, steal_share=0.009), Disturbance()])
def test_a_little_of_both_is_normal(disturbance: Disturbance) -> None:
    assert disturbances(replace(results(SLOW, FAST), disturbance=disturbance)) == (1.0, ())


def test_what_a_machine_lacks_makes_it_undecided_whatever_was_measured() -> None:
    found = replace(results(SLOW, FAST), lacks="This takes two cores, and 1 can be used here.")
    told = settle(found, compare(found, "slow", "fast"), threshold=1.15, statements=STATEMENTS)
    assert told.status is Status.UNDECIDED
    assert told.reasons[0].startswith("This takes two cores")


def test_outliers_are_flagged_and_counted_all_the_same() -> None:
    slow = [*SLOW, 200, 5_000]
    found = results(slow, [*FAST, 100, 100])
    told = settle(found, compare(found, "slow", "fast"), threshold=1.15, statements=STATEMENTS)
    assert any("unusually" in reason for reason in told.reasons)
    assert told.rounds == 7


def test_what_was_left_out_is_told_whatever_was_found() -> None:
    found = replace(results(SLOW, FAST), missing={"in C": "there is no C compiler here; install gcc"})
    sentence = "Left out: in C: there is no C compiler here; install gcc."
    assert settle(found, compare(found, "slow", "fast"), threshold=1.15, statements=STATEMENTS).reasons[-1] == sentence
    told = observed(found, Status.HOLDS, None, statements=STATEMENTS, unit="", about="")
    assert told.reasons == (sentence,)


def test_widening_keeps_the_value() -> None:
    wide = Interval(2.0, 1.9, 2.1).widened(1.1)
    assert (wide.value, wide.low, wide.high) == pytest.approx((2.0, 1.9 / 1.1, 2.31))


@pytest.mark.parametrize(
    ("disturbance", "told"),
    [
        (Disturbance(steal_share=0.0099), False),
        (Disturbance(steal_share=0.0101), True),
        (Disturbance(foreign_share=0.0499), False),
        (Disturbance(foreign_share=0.0501), True),
    ],
)
def test_stolen_time_counts_above_one_percent_and_foreign_above_five(disturbance: Disturbance, told: bool) -> None:
    factor, reasons = disturbances(replace(results(SLOW, FAST), disturbance=disturbance))
    assert (factor > 1, len(reasons)) == (told, int(told))


@pytest.mark.parametrize(("again", "told"), [(1_029, False), (1_031, True), (972, False), (970, True)])
def test_a_control_counts_when_it_is_off_by_more_than_three_percent_either_way(again: int, told: bool) -> None:
    factor, reasons = disturbances(results([1_000] * 5, [500] * 5, control=[again] * 5))
    assert (factor > 1, len(reasons)) == (told, int(told))
