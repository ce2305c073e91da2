"""Known answers of Amdahl's law, and of the figure that turns it round."""

from __future__ import annotations

import pytest

from conclab.model.speed_up import amdahl, karp_flatt


@pytest.mark.parametrize(
    ("share", "workers", "bound"), [(0.0, 8, 1.0), (1.0, 8, 8.0), (0.5, 2, 4 / 3), (0.9, 10, 1 / 0.19), (0.95, 1e9, 20.0)]
)
def test_amdahl(share: float, workers: float, bound: float) -> None:
    assert amdahl(share, workers) == pytest.approx(bound, rel=1e-6)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 1.0])
def test_karp_and_flatt_find_the_serial_share_that_amdahl_was_given(share: float) -> None:
    assert karp_flatt(amdahl(share, 4), 4) == pytest.approx(1 - share)


def test_more_than_was_possible_has_a_share_below_nought_and_one_worker_none() -> None:
    assert karp_flatt(2.1, 2) == pytest.approx(1 / 2.1 * 2 - 1)
    assert karp_flatt(1.0, 1) is None
    assert karp_flatt(0.0, 2) is None
