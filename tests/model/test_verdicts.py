"""How certain a verdict is, in words that leave no doubt what they are of."""

from __future__ import annotations

import pytest

from conclab.model.statistics import Interval
from conclab.model.verdicts import Status, Verdict

INTERVAL = Interval(1.85, 1.52, 2.29)


@pytest.mark.parametrize(
    ("statement", "certainty"),
    [
        ("It took 1.85× as long.", "95 % 1.52–2.29"),
        ("It took 1.85× as long. Naps made it 2.82× as long.", "1.85×, 95 % 1.52–2.29"),
        ("The fair lock was taken 0.74× as often.", "1.85×, 95 % 1.52–2.29"),
        ("It cannot be told.", "1.85×, 95 % 1.52–2.29"),
    ],
)
def test_an_interval_is_not_taken_for_that_of_another_figure(statement: str, certainty: str) -> None:
    assert Verdict(Status.HOLDS, statement, INTERVAL).certainty() == certainty


def test_bounds_are_written_as_the_ratio_is() -> None:
    found = Verdict(Status.HOLDS, "It took 1,016× as long.", Interval(1_016.2, 457.96, 2_439.16)).certainty()
    assert found == "95 % 458.0–2,439"


def test_what_was_counted_and_what_has_no_interval_have_none() -> None:
    assert not Verdict(Status.HOLDS, "All were kept.", INTERVAL, unit=" kept").certainty()
    assert not Verdict(Status.HOLDS, "It holds.").certainty()
