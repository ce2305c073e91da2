"""What many latencies come to: quantiles by nearest rank, and a histogram whose counts add up."""

from __future__ import annotations

import random
import re

import pytest

from conclab.runner import latencies


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([7], 0.5, 7),
        ([7], 0.99, 7),
        ([1, 2], 0.5, 1),
        ([1, 2, 3], 0.5, 2),
        (list(range(1, 101)), 0.99, 99),
        (list(range(1, 102)), 0.99, 100),
        (list(range(1, 100)), 0.99, 99),
    ],
)
def test_a_quantile_is_the_least_value_that_so_many_do_not_exceed(values: list[int], share: float, expected: int) -> None:
    assert latencies.quantile(values, share) == expected
    assert sum(value <= expected for value in values) >= share * len(values)


def test_measures_are_in_order_whatever_order_the_latencies_come_in() -> None:
    draw = random.Random(3)
    values = [draw.randrange(1, 10**7) for _ in range(250)]
    found = latencies.measures(values)
    assert found == latencies.measures(sorted(values, reverse=True))
    assert found["median_ns"][0] < found["p99_ns"][0] < found["worst_ns"][0] == max(values)
    assert {unit for _value, unit in found.values()} == {"ns"}


def test_nothing_measured_is_nothing_reported() -> None:
    assert latencies.measures([]) == {}
    assert latencies.histogram([]) == []


def test_a_histogram_counts_everything_once_and_leaves_no_step_out() -> None:
    values = [0, 1, 4_096, 4_097, 8_192, 5_000_000]
    lines = latencies.histogram(values)
    counts = [int(re.split(r"\s+", line)[4]) for line in lines]
    assert sum(counts) == len(values)
    assert len(lines) == 1 + (5_000_000).bit_length(), "from the least to the greatest, empty ones too"
    assert [line for line in lines if line.split("█")[0].split() == ["up", "to", "8.19", "µs", "2"]], "4,097 and 8,192"
    assert max(line.count("█") for line in lines) == latencies.WIDEST_BAR
    assert all(line.count("█") >= 1 for line, count in zip(lines, counts, strict=True) if count)


@pytest.mark.parametrize(
    ("nanoseconds", "text"), [(0, "0 ns"), (999, "999 ns"), (4_096, "4.1 µs"), (2.5e6, "2.5 ms"), (3e9, "3 s")]
)
def test_a_time_has_the_unit_that_fits(nanoseconds: float, text: str) -> None:
    assert latencies.text_of(nanoseconds) == text


def test_one_long_interruption_does_not_change_the_middle_stretch() -> None:
    quiet = [number * 10_000 for number in range(6)]
    interrupted = [*quiet[:3], *(stamp + 4_000_000 for stamp in quiet[3:])]
    assert latencies.middle_stretch(quiet) == latencies.middle_stretch(interrupted) == 10_000
