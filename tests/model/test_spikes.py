"""What counts as a spike."""

from __future__ import annotations

from conclab.model.spikes import spikes

QUIET = [0.10, 0.11, 0.09, 0.10, 0.12, 0.10, 0.11, 0.10]


def test_a_stretch_above_the_usual_is_one_spike_at_its_highest_moment() -> None:
    assert spikes([*QUIET, 0.5, 0.9, 0.7, *QUIET, 0.6, *QUIET], 0.1) == [9, 19]
    assert spikes([*QUIET, 0.9, 0.9], 0.1) == [8], "of equal ones the first"


def test_what_ripples_or_rises_by_less_than_the_least_amount_is_none() -> None:
    assert spikes(QUIET, 0.01) == []
    assert spikes([*QUIET, 0.3], 0.1) == [8]
    assert spikes([*QUIET, 0.3], 0.25) == []
    assert spikes([0.0] * 20 + [0.05], 0.1) == []
    assert spikes([0.2, 0.8] * 10, 0.1) == [], "what is usual is no spike, however high"


def test_a_time_of_which_nothing_is_known_ends_a_stretch() -> None:
    assert spikes([*QUIET, 0.9, None, 0.8, *QUIET], 0.1) == [8, 10]
    assert spikes([None, None], 0.1) == spikes([], 0.1) == []
