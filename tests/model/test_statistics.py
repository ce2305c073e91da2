"""Medians, intervals, outliers and the order of arms: known answers, and intervals that keep their promise."""

from __future__ import annotations

import math
import random

import pytest

from conclab.model.statistics import (
    Interval,
    abba,
    disturbed_by,
    median,
    outliers,
    ratio_of_medians,
    smallest_effect,
    student,
    wilson,
)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([7.0], 7.0),
        ([1.0, 2.0], 1.5),
        ([3.0, 1.0, 2.0], 2.0),
        ([4.0, 1.0, 3.0, 2.0], 2.5),
        ([5.0, 5.0, 1.0], 5.0),
        ([-3.0, -1.0], -2.0),
    ],
)
def test_median_is_the_middle_value_or_the_mean_of_both(values: list[float], expected: float) -> None:
    given = list(values)
    assert median(values) == expected
    assert values == given, "the caller's list was sorted in place"


def test_no_values_have_no_median() -> None:
    with pytest.raises(ValueError, match="no values"):
        median([])


def test_the_ratio_of_known_medians() -> None:
    found = ratio_of_medians([30.0, 20.0, 40.0], [10.0, 15.0, 5.0])
    assert found is not None
    assert found.value == 3.0
    # Student's t of ln 3, ln 4/3 and ln 8, with two degrees of freedom.
    assert (round(found.low, 3), round(found.high, 2)) == (0.342, 29.50)


@pytest.mark.parametrize("rounds", [3, 4, 5, 6, 9])
def test_of_a_hundred_intervals_ninety_odd_enclose_the_true_ratio_however_few_rounds_there_were(rounds: int) -> None:
    draw = random.Random(rounds)

    def measured() -> list[float]:
        return [math.exp(draw.gauss(0, 0.03)) for _ in range(rounds)]

    found = [ratio_of_medians(measured(), measured(), seed) for seed in range(200)]
    assert sum(one is not None and one.low <= 1.0 <= one.high for one in found) >= 180


def test_shares_of_nothing_have_an_interval_too() -> None:
    found = ratio_of_medians([0.0, 1.0, 0.0], [1.0, 1.0, 1.0])
    assert found is not None
    assert found.low == 0.0 < found.high
    assert ratio_of_medians([0.0] * 3, [1.0] * 3) == Interval(0.0, 0.0, 0.0)


def test_what_slows_a_whole_round_down_cancels_out() -> None:
    below = [1.0, 9.0, 3.0, 27.0, 2.0, 14.0, 5.0]
    found = ratio_of_medians([2 * value for value in below], below)
    # Odd counts: the medians of a draw always come from the same round, whose ratio is 2.
    assert found == Interval(2.0, 2.0, 2.0)


@pytest.mark.parametrize("rounds", [0, 1, 2])
def test_fewer_than_three_rounds_have_no_interval(rounds: int) -> None:
    assert ratio_of_medians([1.0] * rounds, [2.0] * rounds) is None


def test_values_that_are_not_pairs_are_refused() -> None:
    with pytest.raises(ValueError, match="pairs"):
        ratio_of_medians([1.0, 2.0, 3.0], [1.0, 2.0])


@pytest.mark.parametrize("below", [[0.0, 0.0, 0.0], [0.0, 0.0, 5.0], [-1.0, -2.0, -3.0]])
def test_a_baseline_of_nothing_has_no_ratio(below: list[float]) -> None:
    assert ratio_of_medians([1.0, 2.0, 3.0], below) is None


def test_draws_whose_baseline_is_nothing_do_not_make_the_interval_infinite() -> None:
    found = ratio_of_medians([2.0, 2.0, 2.0, 2.0, 2.0], [0.0, 0.0, 1.0, 1.0, 1.0])
    assert found == Interval(2.0, 2.0, 2.0)


def test_the_same_measurements_always_give_the_same_interval() -> None:
    draw = random.Random(3)
    for _ in range(5):
        above, below = [draw.uniform(1, 2) for _ in range(20)], [draw.uniform(1, 2) for _ in range(20)]
        random.seed(1)
        first = ratio_of_medians(above, below)
        random.seed(2)
        assert ratio_of_medians(above, below) == first


def test_the_interval_holds_the_truth_about_ninety_five_times_in_a_hundred() -> None:
    draw, truth, experiments = random.Random(20_250), 1.5, 200
    held = 0
    for _ in range(experiments):
        # A round that is slow is slow for both; on top of that each has its own noise.
        rounds = [draw.lognormvariate(0, 0.05) for _ in range(10)]
        below = [slow * draw.lognormvariate(0, 0.1) for slow in rounds]
        above = [slow * truth * draw.lognormvariate(0, 0.1) for slow in rounds]
        found = ratio_of_medians(above, below)
        assert found is not None
        assert found.low <= found.value <= found.high
        held += found.low <= truth <= found.high
    assert 0.85 <= held / experiments <= 1.0


def test_the_interval_says_something() -> None:
    draw = random.Random(5)
    below = [draw.lognormvariate(0, 0.05) for _ in range(10)]
    above = [2 * draw.lognormvariate(0, 0.05) for _ in range(10)]
    found = ratio_of_medians(above, below)
    assert found is not None
    assert 0 < found.relative_width < 0.25


def test_more_rounds_narrow_the_interval() -> None:
    def width(rounds: int) -> float:
        draw = random.Random(6)
        values = [draw.lognormvariate(0, 0.2) for _ in range(2 * rounds)]
        found = ratio_of_medians(values[:rounds], values[rounds:])
        assert found is not None
        return found.relative_width

    assert width(80) < width(10) / 1.5


def test_a_widened_interval_grows_both_ways_and_keeps_its_value() -> None:
    assert Interval(1.0, 0.8, 1.2).widened(2.0) == Interval(1.0, 0.4, 2.4)
    assert Interval(1.0, 0.8, 1.2).widened(1.0) == Interval(1.0, 0.8, 1.2)


def test_relative_width() -> None:
    assert Interval(1.0, 0.8, 1.2).relative_width == pytest.approx(0.5)
    assert Interval(1.0, 1.0, 1.0).relative_width == 0
    assert Interval(1.0, 0.0, 1.2).relative_width == math.inf


def test_the_bounds_of_wilson_are_where_the_share_is_just_not_surprising() -> None:
    # The definition (JASA 22, 1927): at either bound the share seen lies 1.96 standard errors of that bound away.
    for successes, trials in [(5, 10), (8, 10), (1, 30), (299, 300)]:
        found = wilson(successes, trials)
        assert found is not None
        assert found.value == successes / trials
        for bound in (found.low, found.high):
            standard_error = math.sqrt(bound * (1 - bound) / trials)
            assert abs(found.value - bound) / standard_error == pytest.approx(1.96, abs=1e-4)


def test_ten_of_ten_is_no_certainty() -> None:
    # With no failure the bound has a closed form: n / (n + z squared).
    found = wilson(10, 10)
    assert found is not None
    assert found.low == pytest.approx(10 / (10 + 1.96**2), abs=1e-4)
    assert found.high == 1.0


def test_wilson_stays_between_nothing_and_everything_and_holds_the_share() -> None:
    for trials in range(1, 40):
        for successes in range(trials + 1):
            found = wilson(successes, trials)
            assert found is not None
            assert 0.0 <= found.low <= found.value <= found.high <= 1.0
            assert found.low < found.high, "a handful of trials is never certain"


@pytest.mark.parametrize("trials", [0, -1])
def test_without_trials_there_is_no_share(trials: int) -> None:
    assert wilson(0, trials) is None


def test_outliers_are_found_on_both_sides_by_their_index() -> None:
    assert outliers([10.0, 11.0, 10.0, 50.0, 9.0, 10.5, -40.0]) == [3, 6]


def test_ordinary_scatter_has_no_outliers() -> None:
    draw = random.Random(1)
    assert outliers([draw.gauss(100, 5) for _ in range(50)]) == []


def test_one_wild_value_does_not_hide_another() -> None:
    # A rule of standard deviations would be blinded by the larger one.
    assert outliers([10.0, 10.1, 9.9, 10.05, 9.95, 13.0, 10_000.0]) == [5, 6]


def test_five_scaled_deviations_are_the_limit() -> None:
    # The median is 2 and the median deviation 1: the limit is 5 * 1.4826 = 7.413 away.
    assert outliers([0.0, 1.0, 2.0, 3.0, 9.40]) == []
    assert outliers([0.0, 1.0, 2.0, 3.0, 9.42]) == [4]


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 1.1, 1.2, 99.0]])
def test_too_few_values_to_tell_an_outlier(values: list[float]) -> None:
    assert outliers(values) == []


def test_equal_values_have_no_outliers() -> None:
    assert outliers([3.0] * 9) == []


@pytest.mark.parametrize("count", range(9))
def test_every_arm_runs_once_a_round(count: int) -> None:
    for number in range(4):
        assert sorted(abba(count, number, seed=count)) == list(range(count))


@pytest.mark.parametrize("count", range(1, 9))
@pytest.mark.parametrize("first_round", [0, 2, 6])
def test_over_two_rounds_every_arm_has_the_same_mean_position(count: int, first_round: int) -> None:
    one, two = abba(count, first_round, seed=9), abba(count, first_round + 1, seed=9)
    assert {one.index(arm) + two.index(arm) for arm in range(count)} == {count - 1}


def test_the_order_comes_from_the_seed_alone() -> None:
    random.seed(1)
    first = abba(6, 0, seed=4)
    random.seed(2)
    assert abba(6, 0, seed=4) == first
    assert len({tuple(abba(6, 0, seed)) for seed in range(20)}) > 10


@pytest.mark.parametrize(
    ("count", "expected"),
    # Student's t at 97.5 %, as tables have it for 1, 2, 4, 5, 9, 29 and 120 degrees of freedom.
    [(2, 12.706), (3, 4.303), (5, 2.776), (6, 2.571), (10, 2.262), (30, 2.045), (121, 1.980)],
)
def test_students_t_is_that_of_the_tables(count: int, expected: float) -> None:
    assert student(count) == pytest.approx(expected, rel=2e-3)


def test_from_six_rounds_on_an_interval_is_a_little_wider_than_the_outer_twentieth_of_what_can_be_drawn() -> None:
    count = 201

    def at_most(value: float) -> float:
        """How likely the median of so many draws from 1, 2, … is no greater: more than half of them must be none either."""
        share = min(1.0, value / count)
        return sum(math.comb(count, n) * share**n * (1 - share) ** (count - n) for n in range((count + 1) // 2, count + 1))

    found = ratio_of_medians([float(value) for value in range(1, count + 1)], [1.0] * count)
    assert found is not None
    assert at_most(found.low) == pytest.approx(0.025, abs=0.012)
    assert at_most(found.high) == pytest.approx(0.975, abs=0.012)
    fewer = ratio_of_medians([float(value) for value in range(50, 152, 17)], [1.0] * 6)
    assert fewer is not None
    # 95 of 100 draws of six have their median between 67 and 135, within what was measured; six are too few to go by that alone.
    assert fewer.low < 60 < 140 < fewer.high


def test_the_order_of_the_rounds_is_of_no_account() -> None:
    draw = random.Random(8)
    pairs = [(draw.uniform(1, 2), draw.uniform(1, 2)) for _ in range(9)]
    one = ratio_of_medians([pair[0] for pair in pairs], [pair[1] for pair in pairs])
    draw.shuffle(pairs)
    assert ratio_of_medians([pair[0] for pair in pairs], [pair[1] for pair in pairs]) == one


@pytest.mark.parametrize(
    ("control", "stolen", "foreign", "factor"),
    [
        (None, None, None, 1.0),
        (1.029, 0.01, 0.05, 1.0),
        (1.25, 0.0, 0.0, 1.25),
        (0.8, 0.0, 0.0, 1.25),
        (1.0, 0.2, 0.0, 1.25),
        (1.0, 0.0, 0.5, 2.0),
        (1.25, 0.2, 0.5, 3.125),
        (1.0, 0.0, 1.0, 10.0),
    ],
)
def test_what_was_seen_of_a_disturbance_is_the_most_that_it_can_have_changed(
    control: float | None, stolen: float | None, foreign: float | None, factor: float
) -> None:
    assert disturbed_by(control, stolen, foreign) == pytest.approx(factor)


def test_the_smallest_effect_is_what_would_be_seen_four_times_in_five() -> None:
    # Of a normal estimate with the standard error s, on the scale of logarithms, whose interval is 1.96 s either way, and the truth
    # 2.80 s off: the estimate falls short of the 1.96 s by chance with the probability of -0.84 s, which is one in five.
    s = 0.03
    found = smallest_effect(Interval(1.5, 1.5 * math.exp(-1.959964 * s), 1.5 * math.exp(1.959964 * s)))
    assert found == pytest.approx(math.exp((1.959964 + 0.841621) * s))
    assert found is not None
    draw, seen = random.Random(4), 0
    for _ in range(2_000):
        estimate = math.log(found) + draw.gauss(0, s)
        seen += estimate - 1.959964 * s > 0
    assert 0.77 <= seen / 2_000 <= 0.83


def test_the_smallest_effect_grows_with_what_disturbed_it_and_is_unknown_where_the_interval_has_no_end() -> None:
    assert smallest_effect(Interval(2.0, 2.0, 2.0)) == 1.0
    assert smallest_effect(Interval(2.0, 2.0, 2.0), 1.2) == 1.2
    assert smallest_effect(Interval(0.5, 0.0, 1.0)) is None
    assert smallest_effect(Interval(0.5, 0.1, math.inf)) is None
