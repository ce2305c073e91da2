"""Playing: where one is follows from the clock and the speed, however rarely somebody looks."""

from __future__ import annotations

from conclab.model.playback import SPEEDS, Playback

SECOND = 1_000_000_000


def test_time_passes_by_the_clock_times_the_speed() -> None:
    played = Playback().started(5 * SECOND, 100.0)
    assert played.playing
    assert [played.at(100.0), played.at(100.25), played.at(107.0)] == [5 * SECOND, 5 * SECOND + SECOND // 4, 12 * SECOND]


def test_another_speed_goes_on_from_where_it_is() -> None:
    faster = Playback().started(0, 100.0).turned(2, 103.0)
    assert faster.at(103.0) == 3 * SECOND
    assert faster.at(104.0) == 7 * SECOND
    assert faster.turned(0, 104.0).at(105.0) == 8 * SECOND


def test_what_is_paused_stands_and_keeps_its_speed() -> None:
    paused = Playback().turned(1, 1.0).started(7, 2.0).paused()
    assert not paused.playing
    assert paused.at(50.0) == 7
    assert not paused.turned(1, 3.0).playing
    assert paused.started(0, 10.0).at(11.0) == 2 * SECOND


def test_speeds_have_names_and_ends() -> None:
    assert Playback().turned(-99, 0.0).speed_name == "¼×"
    assert Playback().turned(-1, 0.0).speed_name == "½×"
    assert Playback().turned(4, 0.0).speed_name == "16×"
    assert Playback().turned(99, 0.0).speed == SPEEDS[-1]
