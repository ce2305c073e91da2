"""The rule by which a run ends and its verdict is found: who says "it holds" or "it fails" 1,000 times may be wrong 50 times.

A longer simulation, with the numbers by kind of noise: ``python -m tests.bench.verdicts``.
"""

from __future__ import annotations

from collections import Counter

import pytest

from conclab.model.statistics import LEAST_TIMED_NS, MOST_SCALED, enough, expected_rounds, scaled_to
from conclab.model.verdicts import Status
from tests.model.simulated import NOISES, decided, resampled

THRESHOLD = 1.15


def _all(ratio: float, each: int, seed: int) -> Counter[Status]:
    found: Counter[Status] = Counter()
    with resampled(250):
        for noise in NOISES:
            found += decided(each, noise, ratio, THRESHOLD, seed)
    return found


def test_where_the_truth_lies_on_the_threshold_no_more_than_five_in_a_hundred_are_decided() -> None:
    found = _all(THRESHOLD, 200, seed=5)
    assert found.total() == 1_000
    assert found[Status.HOLDS] + found[Status.FAILS] <= 50


@pytest.mark.parametrize("noise", ["steady", "drift"])
def test_nor_where_it_is_looked_at_most_often_how_narrow_the_interval_is(noise: str) -> None:
    with resampled(250):
        found = decided(500, noise, THRESHOLD, THRESHOLD, 3, rounds_s=(0.27,))
    assert found[Status.HOLDS] + found[Status.FAILS] <= 25


@pytest.mark.parametrize(("times", "status"), [(1.6, Status.HOLDS), (1 / 1.6, Status.FAILS)])
def test_a_clear_effect_is_decided_rightly_at_least_ninety_five_times_in_a_hundred(times: float, status: Status) -> None:
    found = _all(THRESHOLD * times, 100, seed=7)
    assert found.total() == 500
    assert found[status] >= 475
    assert found[Status.UNDECIDED] == 500 - found[status], "wrong is worse than undecided"


@pytest.mark.parametrize(
    ("width", "done", "elapsed_s", "ends"),
    [
        (0.01, 4, 1.0, False),  # never before the least number of rounds …
        (0.01, 5, 1.0, False),  # … nor where forwards and backwards are not in balance …
        (0.01, 6, 1.0, True),
        (0.01, 7, 1.0, False),
        (0.05, 8, 1.0, True),
        (0.051, 8, 1.0, False),  # wide: go on …
        (0.50, 20, 29.0, False),
        (0.50, 20, 30.0, True),  # … until the cap
        (0.50, 4, 31.0, False),  # the least number even then …
        (0.50, 4, 45.0, True),  # … but not for ever, …
        (0.50, 2, 46.0, False),  # … only until there is an interval at all
        (0.50, 2, 60.0, True),
    ],
)
def test_a_run_ends_by_rounds_precision_or_time_and_never_by_what_it_found(
    width: float, done: int, elapsed_s: float, ends: bool
) -> None:
    assert enough(done, elapsed_s, [width], least=5, cap_s=30.0) is ends
    assert not ends or enough(done, elapsed_s, [width, 0.0], least=5, cap_s=30.0)
    assert not enough(6, 1.0, [0.01, 0.50], least=5, cap_s=30.0), "the widest of several Pythons counts"


def test_what_is_seen_and_not_timed_needs_no_more_rounds_than_it_says() -> None:
    assert not enough(2, 1.0, [], least=3, cap_s=30.0, timed=False)
    assert enough(3, 1.0, [0.50], least=3, cap_s=30.0, timed=False)


def test_whoever_says_how_many_rounds_gets_them_however_long_they_take() -> None:
    assert not enough(9, 1_000.0, [0.0], least=10, cap_s=30.0, exact=True)
    assert enough(10, 0.1, [9.0], least=10, cap_s=30.0, exact=True)
    assert expected_rounds(9, 1_000.0, least=10, cap_s=30.0, exact=True) == 10


def test_as_many_rounds_are_expected_as_fit_into_the_cap() -> None:
    assert expected_rounds(2, 2.0, least=5, cap_s=30.0) == 5
    assert expected_rounds(6, 6.0, least=5, cap_s=30.0) == 30
    assert expected_rounds(8, 40.0, least=5, cap_s=30.0) == 9


def test_work_that_takes_long_enough_stays_as_it_is() -> None:
    assert scaled_to(1_000, LEAST_TIMED_NS) == 1_000
    assert scaled_to(1_000, 10 * LEAST_TIMED_NS, most=500) == 1_000


def test_work_that_is_too_short_is_made_a_tenth_longer_than_it_has_to_be() -> None:
    assert scaled_to(1_000, LEAST_TIMED_NS / 2) == 2_200
    assert scaled_to(100, LEAST_TIMED_NS / 4, power=2.0) == 210, "with the square of the size: the root of 4.4"


@pytest.mark.parametrize("took_ns", [0.0, 1.0, LEAST_TIMED_NS / 1_000])
def test_no_more_than_eightfold_and_not_beyond_what_is_allowed(took_ns: float) -> None:
    assert scaled_to(100, took_ns) == 100 * MOST_SCALED
    assert scaled_to(100, took_ns, most=250) == 250
    assert scaled_to(100, took_ns, most=50) == 100, "and never less"
