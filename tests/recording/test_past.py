"""The past of a run: its marks, its load over the whole, where it spiked."""

from __future__ import annotations

import pytest

from conclab.recording.levels import MACHINE, Curves
from conclab.recording.past import REPETITION, RUN, VERDICT, Past, highest, neighbour
from conclab.recording.replay import Replay, ReplaySession
from conclab.sampling.scripted import scripted_machine
from tests.recording.played import played


@pytest.fixture(scope="module")
def past() -> Past:
    return ReplaySession(Replay(played(), scripted_machine(2), epoch_s=1_700_000_000.0))


def test_marks_tell_where_a_run_stood(past: Past) -> None:
    kinds = [mark.kind for mark in past.events()]
    assert kinds[0] == RUN
    assert kinds[-1] == VERDICT
    assert set(kinds[1:-1]) == {REPETITION}
    assert [mark.at_ns for mark in past.events()] == sorted(mark.at_ns for mark in past.events())
    assert past.time_of_day(past.start_ns) == 1_700_000_000.0 + past.start_ns / 1e9


def test_the_overview_has_the_load_of_each_part(past: Past) -> None:
    parts = past.overview(40)
    assert len(parts) == 40
    assert all(part is not None and 0 <= part <= 1 for part in parts[1:])
    assert max(part or 0.0 for part in parts) > 0.9, "processes had both cores"
    assert min(1.0 if part is None else part for part in parts) < 0.7, "threads had one"


def test_a_series_that_nobody_knows_is_not_offered_and_not_searched(past: Past) -> None:
    names = {one.key for one in past.series_names()}
    assert {"cpu", "memory", "switches", "pressure", "disk", "received"} <= names
    assert not any(key.startswith("tasks:") for key in names)
    with pytest.raises(KeyError):
        past.next_spike("blue moons", past.start_ns)


def test_from_spike_to_spike_and_back() -> None:
    load = [0.1] * 10 + [0.9] + [0.1] * 10 + [0.5, 0.8] + [0.1] * 10
    rest = (None,) * (len(MACHINE) - 1)
    curves = Curves([(second * 10, (value, *rest)) for second, value in enumerate(load)])
    assert curves.next_spike("cpu", 0, 1) == 100
    assert curves.next_spike("cpu", 100, 1) == 220
    assert curves.next_spike("cpu", 220, 1) is None
    assert curves.next_spike("cpu", 220, -1) == 100
    assert curves.next_spike("memory", 0, 1) is None
    assert [one.key for one in curves.names()] == ["cpu"]


def test_the_next_and_the_last_before() -> None:
    assert neighbour([10, 20, 30], 20, 1) == 30
    assert neighbour([10, 20, 30], 20, -1) == 10
    assert neighbour([], 20, 1) is None


def test_a_part_without_a_value_takes_the_next_unless_that_is_far() -> None:
    second = 1_000_000_000
    assert highest([second, 2 * second], [0.5, None], 0, 4 * second, 8) == [0.5, 0.5, None, None, None, None, None, None]
    assert highest([30 * second], [0.5], 0, 30 * second, 3) == [None, 0.5, 0.5]
