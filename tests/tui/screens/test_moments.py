"""A moment as people write it."""

from __future__ import annotations

import time

import pytest

from conclab.tui.screens.moments import NoMoment, Stretch, parse_moment

SECOND = 1_000_000_000
NOON_S = time.mktime((2026, 11, 23, 14, 2, 0, 0, 0, -1))
HERE = Stretch(1_000 * SECOND, 1_300 * SECOND, 1_100 * SECOND, NOON_S)
"""Five minutes from 14:02:00 on; one is at 14:03:40."""
LATE = Stretch(0, 600 * SECOND, 0, time.mktime((2026, 11, 23, 23, 55, 0, 0, 0, -1)))


def after(text: str, stretch: Stretch = HERE) -> float:
    return (parse_moment(text, stretch) - stretch.start_ns) / SECOND


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("12.5", 12.5),
        (" 12.5 s ", 12.5),
        ("1:30", 90.0),
        ("1:30.25", 90.25),
        ("5:00", 300.0),
        ("+10", 110.0),
        ("-10", 90.0),
        ("-1:00", 40.0),
        ("+ 0.5", 100.5),
        ("+9999", 300.0),
        ("-9999", 0.0),
        ("14:03:20", 80.0),
        ("14:03:20.5", 80.5),
        ("14:03", 60.0),
        ("14:07:00", 300.0),
        ("start", 0.0),
        ("End", 300.0),
        ("50%", 150.0),
    ],
)
def test_what_is_meant(text: str, seconds: float) -> None:
    assert after(text) == seconds


def test_a_time_of_day_after_midnight_is_the_next_days() -> None:
    assert after("0:01:00", LATE) == 360.0
    assert after("23:59:59", LATE) == 299.0


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no moment"),
        ("soon", "12.5, 1:30, +10"),
        ("1:2:3:4", "no moment"),
        ("1:75", "at most 59"),
        ("25:00:00", "23 hours"),
        ("13:00:00", "from 14:02:00 to 14:07:00"),
        ("301", "5:00 long"),
        ("6:00", "5:00 long"),
        ("120%", "0% to 100%"),
        ("nan", "no moment"),
        ("nan%", "0% to 100%"),
        ("9" * 40, "no moment"),
        ("\u0665", "no moment"),
    ],
)
def test_what_is_no_moment_is_told_kindly(text: str, why: str) -> None:
    with pytest.raises(NoMoment) as raised:
        parse_moment(text, HERE)
    assert why in str(raised.value)
    assert str(raised.value).endswith(".")
