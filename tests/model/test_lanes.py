"""Time as rows of cells: aligned by the clock, without holes or shifts, bounded, and rates of the last second."""

from __future__ import annotations

import itertools

import pytest

from conclab.model.lanes import (
    CELL_NS,
    MOST_CELLS,
    CoreHistory,
    Lane,
    LaneCell,
    Owners,
    Track,
    add_owners,
    cell_of,
    extend_cores,
    follow,
)
from conclab.model.machine import MachineSample
from conclab.model.tasks import Split, TaskSample
from tests.model.builders import MS, SECOND, machine_sample, sample, times

LATE_NS = 3 * MS
"""Real samples come a little after the moment that they fall due."""


def _look(cell: int, *busy_s: float, after_ns: int = LATE_NS) -> MachineSample:
    """The machine at the beginning of a cell; of each core how long it had been busy by then."""
    elapsed_s = cell * CELL_NS / SECOND
    return machine_sample(cell * CELL_NS + after_ns, [times(user=busy, idle=elapsed_s - busy) for busy in busy_s])


def _history(*looks: MachineSample) -> tuple[CoreHistory, ...]:
    histories: tuple[CoreHistory, ...] = ()
    for before, after in itertools.pairwise(looks):
        histories = extend_cores(histories, (before, after))
    return histories


def test_a_cell_holds_the_time_from_its_beginning_to_the_next_ones() -> None:
    idle_core, busy_core = _history(_look(40, 0.0, 0.0), _look(41, 0.0, 0.25), _look(42, 0.0, 0.375))
    assert [idle_core.at(cell) for cell in range(39, 43)] == [None, 0.0, 0.0, None]
    assert [busy_core.at(cell) for cell in range(39, 43)] == [None, 1.0, 0.5, None]


def test_the_latest_load_is_kept_in_its_parts() -> None:
    (core,) = _history(_look(40, 0.0), _look(41, 0.25), _look(42, 0.25))
    assert core.load is not None
    assert (core.load.user, core.load.steal) == (0.0, 0.0)


def test_a_sample_that_spans_several_cells_fills_them_all_alike() -> None:
    (core,) = _history(_look(40, 0.0), _look(44, 0.5), _look(45, 0.75))
    assert [core.at(cell) for cell in range(39, 46)] == [None, 0.5, 0.5, 0.5, 0.5, 1.0, None]


def test_two_samples_in_one_cell_fill_no_cell_twice() -> None:
    (core,) = _history(_look(40, 0.0), _look(41, 0.25), _look(41, 0.25, after_ns=100 * MS), _look(42, 0.25))
    assert [core.at(cell) for cell in range(40, 43)] == [1.0, 0.0, None]


def test_after_a_gap_nothing_stands_in_the_wrong_place() -> None:
    before = _history(_look(40, 0.0), _look(41, 0.25))
    (core,) = extend_cores(before, (_look(50, 1.0), _look(51, 1.125)))
    assert core.at(50) == 0.5
    assert [core.at(cell) for cell in range(41, 50)] == [None] * 9
    assert core.at(40) in (1.0, None), "what was there may be forgotten, but not moved"


def test_a_history_is_bounded_and_keeps_the_newest() -> None:
    looks = [_look(cell, cell % 2 * 0.125 + cell // 2 * 0.125) for cell in range(MOST_CELLS + 100)]
    (core,) = _history(*looks)
    newest = MOST_CELLS + 98
    assert len(core.busy) == MOST_CELLS
    assert core.at(newest) is not None
    assert core.at(newest - MOST_CELLS + 1) is not None
    assert core.at(newest - MOST_CELLS) is None
    # Even cells were half busy and odd ones not at all; cutting must not shift them.
    assert {core.at(cell) for cell in range(newest - MOST_CELLS + 1, newest + 1) if cell % 2} == {0.0}


def test_a_pause_longer_than_the_history_leaves_the_newest_cells_filled() -> None:
    stop = MOST_CELLS * 2
    (core,) = _history(_look(0, 0.0), _look(stop, stop * 0.125))
    assert len(core.busy) <= MOST_CELLS
    assert core.at(stop - 1) == 0.5
    assert core.at(stop - MOST_CELLS) == 0.5
    assert core.at(stop) is None


def test_cores_that_come_online_begin_a_history_of_their_own() -> None:
    histories = _history(_look(40, 0.0), _look(41, 0.25))
    histories = extend_cores(histories, (_look(41, 0.25), _look(42, 0.25, 0.25)))
    histories = extend_cores(histories, (_look(42, 0.25, 0.0), _look(43, 0.25, 0.25)))
    assert [core.at(42) for core in histories] == [0.0, 1.0]


def _cell(cell: int, on: int = 0, wall: int = 50, core: int | None = None) -> LaneCell:
    return LaneCell(cell, Split(wall, on, 0), core)


def _lane(*cells: LaneCell) -> Lane:
    lane = Lane()
    for cell in cells:
        lane = lane.with_split(cell.cell, cell.split, cell.core)
    return lane


def test_splits_of_one_cell_add_up_and_the_last_core_counts() -> None:
    lane = _lane(_cell(7, on=10, core=0), _cell(7, on=20, core=1), _cell(7, on=0, core=None), _cell(8, on=5, core=0))
    assert lane.cells == (LaneCell(7, Split(150, 30, 0), 1), LaneCell(8, Split(50, 5, 0), 0))


def test_a_worker_that_did_not_live_for_a_while_has_no_cells_there() -> None:
    assert [cell.cell for cell in _lane(_cell(3), _cell(9)).cells] == [3, 9]


def test_a_lane_is_bounded_and_keeps_the_newest() -> None:
    lane = _lane(*(_cell(number) for number in range(MOST_CELLS + 7)))
    assert len(lane.cells) == MOST_CELLS
    assert (lane.cells[0].cell, lane.cells[-1].cell) == (7, MOST_CELLS + 6)


def test_recent_is_of_the_last_cells_alone() -> None:
    lane = _lane(_cell(1, on=50), _cell(2, on=20), _cell(3, on=10))
    assert lane.recent(2) == Split(100, 30, 0)
    assert lane.recent(99) == Split(150, 80, 0)
    assert Lane().recent(4) == Split()
    assert lane.recent(99, since=lane.cells[-1].cell) == lane.cells[-1].split


def test_a_core_belongs_to_whoever_had_it_for_longest() -> None:
    owners = Owners(5, {(0, "w1"): 30, (0, "w2"): 70, (1, "w1"): 90})
    assert owners.of(0) == ("w2", 70)
    assert owners.of(1) == ("w1", 90)
    assert owners.of(2) is None


def test_equal_owners_do_not_flicker() -> None:
    assert Owners(5, {(0, "w1"): 50, (0, "w2"): 50}).of(0) == Owners(5, {(0, "w2"): 50, (0, "w1"): 50}).of(0)


def test_ownership_adds_up_within_a_cell_and_begins_anew_in_the_next() -> None:
    owners = add_owners((), {5: {(0, "w1"): 30}})
    earlier = owners
    owners = add_owners(owners, {6: {(0, "w2"): 4}, 5: {(0, "w1"): 30, (0, "w2"): 10}})
    owners = add_owners(owners, {5: {(0, "w2"): 40}})
    owners = add_owners(owners, {6: {(0, "w2"): 6}})
    assert add_owners(owners, {}) is owners
    assert [(one.cell, one.of(0)) for one in owners] == [(5, ("w1", 60)), (6, ("w2", 10))]
    assert earlier == (Owners(5, {(0, "w1"): 30}),), "what a screen holds must not change under it"


def test_ownership_is_bounded_and_keeps_the_newest() -> None:
    owners: tuple[Owners, ...] = ()
    for cell in range(MOST_CELLS + 5):
        owners = add_owners(owners, {cell: {(0, "w1"): 1}})
    assert len(owners) == MOST_CELLS
    assert (owners[0].cell, owners[-1].cell) == (5, MOST_CELLS + 4)


def _followed(*samples: TaskSample) -> tuple[Track, list[Split | None]]:
    track, splits = None, []
    for one in samples:
        track, split = follow(track, one)
        splits.append(split)
    assert track is not None
    return track, splits


def test_the_first_sample_of_a_task_has_no_split() -> None:
    track, splits = _followed(sample(1_000, on=500))
    assert splits == [None]
    assert track.last == sample(1_000, on=500)


def test_what_one_interval_cannot_hold_goes_to_the_next() -> None:
    track, splits = _followed(sample(0), sample(100, on=150, slices=1), sample(200, on=150, slices=1))
    assert splits == [None, Split(100, 100, 0), Split(100, 50, 0)]
    assert track.debt.on_core_ns == 0


def test_a_reading_without_counters_has_no_split_and_forgets_no_debt() -> None:
    blind = sample(200, on=None, wants=None)
    track, splits = _followed(sample(0), sample(100, on=150), blind)
    assert splits[-1] is None
    assert track.debt.on_core_ns == 50


def _switching(at_ns: int, voluntary: int | None, involuntary: int | None = 0) -> TaskSample:
    return sample(at_ns, voluntary=voluntary, involuntary=involuntary)


def test_a_new_task_has_rates_after_a_quarter_of_a_second_and_not_before() -> None:
    track, _splits = _followed(_switching(0, 10, 4), _switching(200 * MS, 30, 4))
    assert track.voluntary_per_s is None
    track, _splits = _followed(_switching(0, 10, 4), _switching(200 * MS, 30, 4), _switching(250 * MS, 35, 6))
    assert (track.voluntary_per_s, track.involuntary_per_s) == (100.0, 8.0)


def test_rates_are_of_the_last_second_and_not_of_a_whole_life() -> None:
    busy = [_switching(number * 50 * MS, number * 50) for number in range(21)]
    quiet = [_switching(SECOND + number * 50 * MS, 1_000) for number in range(1, 41)]
    track, _splits = _followed(*busy)
    assert track.voluntary_per_s == 1_000.0
    track, _splits = _followed(*busy, *quiet)
    assert track.voluntary_per_s == 0.0


def test_switches_that_are_not_counted_have_no_rate() -> None:
    track, splits = _followed(*(_switching(number * 500 * MS, None, None) for number in range(4)))
    assert (track.voluntary_per_s, track.involuntary_per_s) == (None, None)
    assert splits[-1] == Split(500 * MS, 0, 0)


@pytest.mark.parametrize("blind", [(None, None), (40, None), (None, 0)])
def test_switches_that_cannot_be_read_for_a_moment_make_no_wrong_rate(blind: tuple[int | None, int | None]) -> None:
    samples = [_switching(0, 0), _switching(500 * MS, 50), _switching(700 * MS, *blind), _switching(SECOND, 100)]
    track, _splits = _followed(*samples)
    assert track.voluntary_per_s == 100.0
    first_unreadable = [_switching(0, *blind), _switching(SECOND, 1_000), _switching(2 * SECOND, 1_100)]
    track, _splits = _followed(*first_unreadable)
    assert track.voluntary_per_s == 100.0


def test_a_cell_is_a_stretch_of_the_clock() -> None:
    assert [cell_of(0), cell_of(CELL_NS - 1), cell_of(CELL_NS), cell_of(7 * CELL_NS)] == [0, 0, 1, 7]
