"""What others took of the cores: only what was taken from the experiment counts."""

from __future__ import annotations

import pytest

from conclab.model.bystanders import Bystanders
from conclab.model.machine import CoreTimes, Witness
from conclab.sampling.scripted import scripted_machine


def _witness(at_s: float, *busy_s: float, self_s: float = 0.0, children_s: float = 0.0) -> Witness:
    cores = tuple(CoreTimes(busy, 0.0, 0.0, 0.0, 0.0, 0.0, at_s - busy) for busy in busy_s)
    return Witness(int(at_s * 1e9), cores, self_s, children_s)


def _taken(after: Witness, cores: int, pinned: bool = False, wanted: float | None = None) -> float:
    seen = Bystanders(scripted_machine(cores))
    seen.add(_witness(0.0, *[0.0] * len(after.cores)), after, pinned, wanted)
    share = seen.disturbance().foreign_share
    assert share is not None
    return share


def test_what_the_run_itself_took_is_not_foreign() -> None:
    assert _taken(_witness(1.0, 1.0, 0.5, self_s=0.1, children_s=1.0), 2) == pytest.approx(0.2)
    assert _taken(_witness(1.0, 1.0, 0.1, self_s=0.1, children_s=1.0), 2) == 0.0


def test_what_others_do_on_cores_that_are_left_free_takes_nothing_away() -> None:
    burning = _witness(1.0, 1.0, 1.0, 0.0, 0.0, children_s=1.0)
    assert _taken(burning, 4, wanted=1.0) == 0.0
    assert _taken(burning, 4, wanted=3.0) == pytest.approx(0.0)
    assert _taken(burning, 4, wanted=8.0) == pytest.approx(0.25), "one of the four that it could have used"


def test_of_a_pinned_arm_only_its_own_core_counts() -> None:
    many = [0.0] * 63
    assert _taken(_witness(1.0, 1.0, *many, children_s=0.5), 64, pinned=True, wanted=1.0) == pytest.approx(0.5)
    assert _taken(_witness(1.0, 0.5, 1.0, *many[1:], children_s=0.5), 64, pinned=True, wanted=1.0) == 0.0


def test_who_only_waits_is_hardly_disturbed() -> None:
    assert _taken(_witness(1.0, 0.9, 0.02, children_s=0.02), 2, wanted=0.02) == 0.0
    assert _taken(_witness(1.0, 1.0, 1.0, children_s=0.02), 2, wanted=0.02) < 0.05, "not even on a machine that is full"


def test_what_conclab_took_is_told_where_it_could_have_been_in_the_way() -> None:
    seen = Bystanders(scripted_machine(2))
    seen.add(_witness(0.0, 0.0, 0.0), _witness(1.0, 1.0, 1.0, self_s=0.1, children_s=1.9), False, 2.0)
    assert seen.disturbance().own_share == pytest.approx(0.05)
    pinned = Bystanders(scripted_machine(2))
    pinned.add(_witness(0.0, 0.0, 0.0), _witness(1.0, 1.0, 0.1, self_s=0.1, children_s=1.0), True, 1.0)
    assert pinned.disturbance().own_share == 0.0, "it ran on the other core"


def test_the_arm_that_suffered_most_tells_how_much() -> None:
    """Beside one busy stranger on two cores, one worker has all that it needs and two have not."""
    seen = Bystanders(scripted_machine(2))
    seen.add(_witness(0.0, 0.0, 0.0), _witness(4.0, 4.0, 4.0, children_s=4.0), False, 1.0, "one")
    assert seen.disturbance().foreign_share == 0.0
    seen.add(_witness(4.0, 4.0, 4.0), _witness(6.0, 6.0, 6.0, children_s=2.0), False, 2.0, "two")
    assert seen.disturbance().foreign_share == pytest.approx(0.5)


def test_of_an_arm_that_hardly_ran_the_share_is_that_of_all() -> None:
    seen = Bystanders(scripted_machine(2))
    seen.add(_witness(0.0, 0.0, 0.0), _witness(4.0, 4.0, 0.0, children_s=4.0), False, 1.0, "long")
    seen.add(_witness(4.0, 4.0, 0.0), _witness(4.1, 4.1, 0.1, children_s=0.1), False, 2.0, "short")
    share = seen.disturbance().foreign_share
    assert share is not None
    assert share < 0.05, "two hundredths of a second are two steps of the counter"
