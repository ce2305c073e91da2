"""Numbers as people read them: every kind of figure, and the edges where one unit gives way to the next."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conclab.model import figures


@pytest.mark.parametrize(
    "write",
    [figures.times, figures.percent, figures.duration, figures.count, figures.size, figures.clock_time, figures.cores],
)
def test_what_could_not_be_measured_is_blank(write: Callable[[float | None], str]) -> None:
    assert write(None) == ""
    assert write(0.0) != "", "nought is a figure"


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(0.0, "0.00×"), (0.00001, "0.00×"), (0.0048, "0.0048×"), (0.01, "0.01×"),
     (0.5, "0.50×"), (1.0, "1.00×"), (1.024, "1.02×"), (9.99, "9.99×"), (10.0, "10.0×"), (12.42, "12.4×"),
     (999.9, "999.9×"), (1000.0, "1,000×"), (2310.4, "2,310×")],
)  # fmt: skip
def test_ratios(ratio: float, text: str) -> None:
    assert figures.times(ratio) == text


@pytest.mark.parametrize(("ratio", "text"), [(9.996, "10.0×"), (999.96, "1,000×")])
def test_a_ratio_that_is_rounded_up_is_written_like_what_it_became(ratio: float, text: str) -> None:
    assert figures.times(ratio) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0 %"), (0.543, "54 %"), (0.996, "100 %"), (1.0, "100 %"), (2.5, "250 %"), (-0.02, "-2 %")]
)
def test_shares(share: float, text: str) -> None:
    assert figures.percent(share) == text


def test_a_share_that_rounds_to_nothing_has_no_sign() -> None:
    # Blocked time is what is left over and not clamped: -0.1 % happens.
    assert figures.percent(-0.001) == "0 %"


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0 ns"),
        (1, "1.00 ns"),
        (412, "412 ns"),
        (999.4, "999 ns"),
        (999.6, "1.00 µs"),
        (1_000, "1.00 µs"),
        (34_100, "34.1 µs"),
        (999_400, "999 µs"),
        (999_600, "1.00 ms"),
        (2_500_000, "2.50 ms"),
        (9_994_000, "9.99 ms"),
        (9_996_000, "10.0 ms"),
        (99_940_000, "99.9 ms"),
        (99_960_000, "100 ms"),
        (999_600_000, "1.00 s"),
        (1_234_000_000, "1.23 s"),
        (60_000_000_000, "60.0 s"),
        (99_940_000_000, "99.9 s"),
        (99_960_000_000, "1 min 40 s"),
        (125_000_000_000, "2 min 5 s"),
        (119_600_000_000, "2 min 0 s"),
        (3_599_400_000_000, "59 min 59 s"),
        (3_599_600_000_000, "1 h 0 min"),
        (7_500_000_000_000, "2 h 5 min"),
        (-2_500_000, "-2.50 ms"),
    ],
)
def test_durations(nanoseconds: float, text: str) -> None:
    assert figures.duration(nanoseconds) == text


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (999, "999"), (1_204, "1,204"), (1_203.6, "1,204"), (10**9, "1,000,000,000")]
)
def test_counts(number: float, text: str) -> None:
    assert figures.count(number) == text


K = 1024


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0B"),
        (1023, "1023B"),
        (K, "1.0K"),
        (940 * K, "940K"),
        (999 * K, "999K"),
        (1000 * K, "1.0M"),
        (9.94 * K**2, "9.9M"),
        (9.96 * K**2, "10M"),
        (12 * K**2, "12M"),
        (1.5 * K**3, "1.5G"),
        (64 * K**4, "64T"),
        (3 * K**5, "3.0P"),
    ],
)
def test_sizes(number: float, text: str) -> None:
    assert figures.size(number) == text


def test_a_size_beyond_petabytes_is_in_exabytes() -> None:
    assert figures.size(K**6) == "1.0E"


def test_a_size_is_at_most_five_characters_wide() -> None:
    number = 1
    while number < 500 * K**6:
        assert len(figures.size(number)) <= 5, number
        number = number * 11 // 10 + 1


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0:00.00"),
        (41.2, "0:41.20"),
        (59.994, "0:59.99"),
        (59.996, "1:00.00"),
        (3_599.99, "59:59.99"),
        (3_599.996, "1h00:00"),
        (3 * 3600 + 4 * 60 + 11.9, "3h04:11"),
        (100 * 3600, "100h00:00"),
        (1000 * 3600 - 1, "999h59:59"),
        (1599 * 3600, "66d15h"),
    ],
)
def test_cpu_times_as_htop_writes_them(seconds: float, text: str) -> None:
    assert figures.clock_time(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.9, "00:00:00"),
        (4 * 3600 + 11 * 60 + 9, "04:11:09"),
        (86_399, "23:59:59"),
        (86_400, "1 day, 00:00"),
        (3 * 86_400 + 4 * 3600 + 11 * 60 + 59, "3 days, 04:11"),
    ],
)
def test_uptimes(seconds: float, text: str) -> None:
    assert figures.uptime(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (1, "1"), (2.0, "2"), (10.0, "10"), (1.014, "1.01"), (0.5, "0.5"), (100.25, "100.25")]
)
def test_numbers_of_cores(number: float, text: str) -> None:
    assert figures.cores(number) == text


@pytest.mark.parametrize(("number", "text"), [(1.999, "2"), (0.001, "0"), (10.004, "10")])
def test_a_number_of_cores_never_ends_in_a_point(number: float, text: str) -> None:
    assert figures.cores(number) == text


@pytest.mark.parametrize(("number", "text"), [(0, "no"), (4, "four"), (12, "twelve"), (13, "13"), (1_204, "1,204"), (-1, "-1")])
def test_small_numbers_are_words(number: int, text: str) -> None:
    assert figures.in_words(number) == text


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [
        (1, "thread", "one thread"),
        (4, "thread", "four threads"),
        (0, "wait", "no waits"),
        (4, "process", "four processes"),
        (13, "core", "13 cores"),
    ],
)
def test_plurals(number: int, noun: str, text: str) -> None:
    assert figures.plural(number, noun) == text


@pytest.mark.parametrize(("text", "expected"), [("four threads", "Four threads"), ("CPU time", "CPU time"), ("", "")])
def test_a_sentence_begins_with_a_capital_and_keeps_the_rest(text: str, expected: str) -> None:
    assert figures.sentence(text) == expected
