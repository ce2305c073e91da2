"""The fold of the timeline: lives, pieces, marks, exact slices; and what it lets go."""

from __future__ import annotations

from array import array
from dataclasses import replace

import pytest

from conclab.model import timeline_trace
from conclab.model.column_log import TEXTS, ColumnLog
from conclab.model.events import (
    Acquired,
    Line,
    Output,
    Released,
    StepStarted,
    TaskFinished,
    Waiting,
    WorkerFinished,
    WorkerStarted,
)
from conclab.model.results import Counters, WorkerResult
from conclab.model.timeline import MARK_KIND, MARK_TEXT, MOST_MARKS, MOST_PIECES, PIECE_CAUSE, Mark, Timeline
from conclab.model.timeline_fold import fold_timeline
from tests.model.timelines import ARM, MS, begun, by_chance, finished, sample, sampled, sliced, stepped, traced


def pieces(timeline: Timeline, name: str) -> list[tuple[int, ...]]:
    """start, end, on, wants, core of each."""
    log = timeline.rows[name].pieces
    end, start, on, wants, core, _cause = (column[log.first : log.stop] for column in log.columns)
    return list(zip(start, end, on, wants, core, strict=True))


def test_a_log_keeps_what_it_showed_though_others_are_made_from_it() -> None:
    log = ColumnLog("q" + TEXTS, 3).appended(1, "a").appended(2, "b")
    one, other = log.appended(3, "c"), log.appended(4, "d")
    assert (len(log), list(one.columns[1][:3]), other.columns[1][2]) == (2, ["a", "b", "c"], "d")
    assert one.rows_upto(2) == one.rows_before(3) == 2


def test_a_log_forgets_its_beginning_and_counts_it() -> None:
    log = ColumnLog("q", 10)
    for number in range(1_000):
        log = log.appended(number)
    assert (len(log), log.dropped, log.columns[0][log.first], log.columns[0][log.stop - 1]) == (10, 990, 990, 999)
    assert len(log.columns[0]) < 40  # what is forgotten does not stay in memory either


def test_two_samples_make_a_piece() -> None:
    timeline = sampled(begun(1), [sample(1, 50 * MS, 10 * MS, 0)], [sample(1, 100 * MS, 40 * MS, 5 * MS, core=1)])
    assert pieces(timeline, "w1") == [(50 * MS, 100 * MS, 30 * MS, 5 * MS, 1)]
    assert timeline.interval_ns == 50 * MS


def test_a_piece_from_before_a_worker_took_up_its_work_counts_from_there_on() -> None:
    """The main thread was there before, and becomes the worker in between."""
    timeline = sampled(begun(0), [sample(1, 0, 0, 0)])
    timeline = fold_timeline(timeline, WorkerStarted(20 * MS, "w1", 100, 101, 1, False))
    timeline = sampled(timeline, [sample(1, 100 * MS, 50 * MS, 0)])
    assert pieces(timeline, "w1") == [(20 * MS, 100 * MS, 40 * MS, 0, 0)]


def test_the_end_that_no_sample_has_seen_comes_from_the_workers_own_account() -> None:
    timeline = sampled(begun(1), [sample(1, 0, 0, 0)], [sample(1, 50 * MS, 30 * MS, 10 * MS)])
    timeline = finished(timeline, 1, 80 * MS, 45 * MS, 20 * MS)
    assert pieces(timeline, "w1")[1:] == [(50 * MS, 80 * MS, 15 * MS, 10 * MS, 0)]
    assert sum(piece[2] for piece in pieces(timeline, "w1")) == 45 * MS
    assert sampled(timeline, [sample(1, 100 * MS, 45 * MS, 20 * MS)]).rows["w1"].pieces is timeline.rows["w1"].pieces


def test_so_does_the_beginning_and_both_together_make_the_sums_of_the_account() -> None:
    timeline = sampled(begun(1), [sample(1, 10 * MS, 3 * MS, 0)], [sample(1, 50 * MS, 30 * MS, 10 * MS)])
    found = pieces(finished(timeline, 1, 80 * MS, 47 * MS, 14 * MS), "w1")
    assert [piece[:2] for piece in found] == [(0, 10 * MS), (10 * MS, 50 * MS), (50 * MS, 80 * MS)]
    assert [sum(piece[part] for piece in found) for part in (2, 3)] == [47 * MS, 14 * MS]
    assert found[0][2] * 3 == found[2][2]  # evenly over what was not sampled


def test_what_no_sample_has_seen_is_blocked_on_what_comes_next_or_came_before() -> None:
    looks = [[sample(1, at * MS, 1, 0, waits_in=call)] for at, call in ((10, ""), (30, "read"), (50, "futex"))]
    timeline = finished(sampled(begun(1), *looks), 1, 80 * MS, 2, 0)
    log = timeline.rows["w1"].pieces
    causes = [timeline.cause(number) for number in log.columns[PIECE_CAUSE][log.first : log.stop]]
    assert causes == ["data", "data", "a lock", "a lock"]


def test_a_worker_has_the_colour_of_its_number_whoever_begins_first() -> None:
    timeline = fold_timeline(begun(0), WorkerStarted(0, "w2", 100, 102, 1, False))
    timeline = fold_timeline(timeline, WorkerStarted(1, "w1", 100, 101, 1, False))
    assert {name: row.letter for name, row in timeline.rows.items()} == {"w2": "2", "w1": "1"}


def test_a_last_sample_that_is_later_than_the_end_is_cut_there() -> None:
    timeline = sampled(begun(1), [sample(1, 10 * MS, 3 * MS, 0)], [sample(1, 50 * MS, 30 * MS, 10 * MS)])
    found = pieces(finished(timeline, 1, 45 * MS, 31 * MS, 11 * MS), "w1")
    assert [piece[:2] for piece in found] == [(0, 10 * MS), (10 * MS, 45 * MS)]
    assert [sum(piece[part] for piece in found) for part in (2, 3)] == [31 * MS, 11 * MS]
    assert all(on >= 0 and wants >= 0 and on + wants <= end - start for start, end, on, wants, _core in found)


def test_what_the_samples_have_wrong_gives_way_to_the_account_which_begins_after_it_was_announced() -> None:
    """A wait for a core is in the kernel's books when it is over: a sample may be a whole wait off."""
    timeline = sampled(begun(1), [sample(1, 10 * MS, 0, 0)], [sample(1, 50 * MS, 30 * MS, 0)], [sample(1, 90 * MS, 60 * MS, 0)])
    result = WorkerResult("w1", 100, 101, 20 * MS, 95 * MS, Counters(wall_ns=75 * MS, on_core_ns=10 * MS, wants_core_ns=60 * MS))
    timeline = fold_timeline(timeline, WorkerFinished(96 * MS, result))
    found = pieces(timeline, "w1")
    assert [piece[:2] for piece in found] == [(20 * MS, 50 * MS), (50 * MS, 90 * MS), (90 * MS, 95 * MS)]
    assert [sum(piece[part] for piece in found) for part in (2, 3)] == [10 * MS, 60 * MS]
    assert all(on + wants <= end - start for start, end, on, wants, _core in found)
    assert timeline.rows["w1"].lives[-1].start_ns == 20 * MS


def test_a_life_whose_beginning_is_forgotten_stays_as_it_was_sampled() -> None:
    timeline = begun(1)
    for number in range(MOST_PIECES + 3):
        timeline = sampled(timeline, [sample(1, number * MS, number * 1_000, 0)])
    end_ns = (MOST_PIECES + 4) * MS
    assert finished(timeline, 1, end_ns, end_ns, 0).rows["w1"].pieces is timeline.rows["w1"].pieces


def test_a_worker_that_lived_between_two_samples_is_known_from_its_own_account() -> None:
    assert pieces(finished(begun(1), 1, 9 * MS, 5 * MS, 1 * MS), "w1") == [(0, 9 * MS, 5 * MS, 1 * MS, -1)]
    assert not pieces(finished(begun(1), 1, 9 * MS), "w1")  # and not at all where the system does not count


def test_workers_that_share_a_task_have_one_lane() -> None:
    timeline = begun(0)
    for name in ("w1", "w2"):
        timeline = fold_timeline(timeline, WorkerStarted(0, name, 100, 101, 1, True))
    timeline = fold_timeline(timeline, TaskFinished(5 * MS, "w2", 0, 1))
    timeline = sampled(timeline, [sample(1, 0, 0, 0)], [sample(1, 50 * MS, 30 * MS, 0)])
    assert list(timeline.rows) == ["loop"]
    assert len(timeline.rows["loop"].lives) == 1
    assert Mark.TASK in timeline.rows["loop"].marks.columns[MARK_KIND]
    assert len(pieces(timeline, "loop")) == 1


def test_what_one_coroutine_waits_for_is_not_what_their_task_is_blocked_on() -> None:
    timeline = fold_timeline(begun(0), WorkerStarted(0, "w1", 100, 101, 1, True))
    looks = [[sample(1, at * MS, 1, 0, waits_in="epoll_wait")] for at in (0, 50, 100)]
    timeline = sampled(fold_timeline(timeline, Waiting(1, "w1", "a")), *looks[:2])
    timeline = sampled(fold_timeline(timeline, Acquired(90 * MS, "w1", "a", 89 * MS)), looks[2])
    log = timeline.rows["loop"].pieces
    assert [timeline.cause(number) for number in log.columns[5]] == ["events", "events"]


def test_events_of_the_runner_are_marks() -> None:
    timeline = begun(1)
    for event in (Waiting(1, "w1", "a"), Acquired(2, "w1", "a", 1), Released(3, "w1", "a"), TaskFinished(4, "w1", 0, 1)):
        timeline = fold_timeline(timeline, event)
    kinds = [Mark.STARTED, Mark.WAITING, Mark.ACQUIRED, Mark.RELEASED, Mark.TASK]
    assert list(timeline.rows["w1"].marks.columns[MARK_KIND]) == kinds


def test_hostile_text_in_a_mark_is_harmless_and_short() -> None:
    timeline = fold_timeline(begun(1), Waiting(1, "w1", "\x1b[31m" + "x" * 5_000))
    text = timeline.rows["w1"].marks.columns[MARK_TEXT][-1]
    assert "\x1b" not in text
    assert len(text) <= 64


def test_while_a_worker_waits_for_a_lock_that_is_what_it_is_blocked_on() -> None:
    def cause(timeline: Timeline) -> str:
        log = timeline.rows["w1"].pieces
        return timeline.cause(log.columns[5][log.stop - 1])

    waits = fold_timeline(begun(1), Waiting(1, "w1", "a"))
    waits = sampled(waits, [sample(1, 0, 0, 0)], [sample(1, 50 * MS, 1, 0, waits_in="futex")])
    assert cause(waits) == "lock a"
    has = fold_timeline(waits, Acquired(60 * MS, "w1", "a", 1))
    assert cause(sampled(has, [sample(1, 100 * MS, 1, 0, waits_in="clock_nanosleep")])) != "lock a"
    other = fold_timeline(waits, Released(60 * MS, "w1", "b"))  # somebody gave back in its name what it had
    assert cause(sampled(other, [sample(1, 100 * MS, 1, 0, waits_in="futex")])) == "lock a"
    gave_up = fold_timeline(waits, Released(60 * MS, "w1", "a"))
    assert cause(sampled(gave_up, [sample(1, 100 * MS, 1, 0, waits_in="futex")])) == "a lock"


def test_what_a_worker_has_said_to_have_waited_for_counts_where_it_was_most_of_the_time() -> None:
    looks = [[sample(1, at * MS, 1, 0, waits_in="clock_nanosleep")] for at in (0, 50, 100, 150)]
    timeline = sampled(begun(1), *looks[:2])
    for event in (
        Acquired(60 * MS, "w1", "a", 55 * MS),
        Acquired(90 * MS, "w1", "b", 0, 18 * MS),
        Acquired(95 * MS, "w1", "a", 0, 5 * MS),
    ):
        timeline = fold_timeline(timeline, event)
    timeline = sampled(timeline, *looks[2:])
    result = WorkerResult("w1", 100, 101, 0, 170 * MS, Counters(wall_ns=170 * MS, on_core_ns=1, wants_core_ns=0))
    log = fold_timeline(timeline, WorkerFinished(170 * MS, result)).rows["w1"].pieces
    causes = [timeline.cause(number) for number in log.columns[5][log.first : log.stop]]
    # Of the first wait only what came after the sample before; b was waited for longest. The end is as it was seen last.
    assert causes == ["a timer", "lock b", "a timer", "a timer"]


def test_the_last_pieces_and_marks_are_kept_and_the_others_counted() -> None:
    timeline = begun(1)
    for number in range(MOST_PIECES + 101):
        timeline = sampled(timeline, [sample(1, number * MS, number * 1_000, 0)])
    assert (len(timeline.rows["w1"].pieces), timeline.rows["w1"].pieces.dropped) == (MOST_PIECES, 100)
    lines = tuple(Line(number, "w1", "stdout", "x") for number in range(MOST_MARKS * 3))
    assert len(fold_timeline(timeline, Output(9, lines)).rows["w1"].marks) == MOST_MARKS


def test_an_older_timeline_is_as_it_was_after_going_on_from_it_twice() -> None:
    """Whoever goes back to a moment folds on from a state that others have gone on from, too."""
    start = sampled(begun(1), [sample(1, 0, 0, 0)], [sample(1, 50 * MS, 10 * MS, 0)])
    busy = sampled(start, [sample(1, 100 * MS, 60 * MS, 0)])
    idle = sampled(start, [sample(1, 100 * MS, 10 * MS, 0)])
    assert [pieces(one, "w1")[-1][2] for one in (start, busy, idle)] == [10 * MS, 50 * MS, 0]


def test_exact_slices_belong_to_the_worker_that_lived_on_the_task() -> None:
    timeline = stepped(finished(begun(2), 1, 90 * MS, 1, 1), 100 * MS)
    timeline = traced(timeline, 100 * MS, *(sliced(number, by_chance(number, 0, 95 * MS)) for number in (1, 2, 3)), lost=4)
    rows = timeline.rows
    assert [(one.start_ns, one.end_ns) for one in rows["w1"].exact] == [(0, 90 * MS)]
    assert rows["w2"].exact[0].index.slices.task.tid == 102
    assert [helper.name for helper in timeline.helpers] == ["w3"]  # nobody's: it has cores, too
    assert (timeline.exact, timeline.lost) == (True, 4)


def test_a_number_that_was_handed_out_again_is_another_task() -> None:
    first = sliced(1, [(10, 20, 0, 83, 10, 10, 0)])
    again = replace(first, task=replace(first.task, start_ticks=2), name="late", start_ns=array("q", [60]), end_ns=array("q", [70]))
    timeline = traced(stepped(begun(1), 100), 100, first, again)
    assert [one.index.slices for one in timeline.rows["w1"].exact] == [first]
    assert [(helper.name, helper.exact.index.slices) for helper in timeline.helpers] == [("late", again)]


def test_of_too_many_slices_the_oldest_repetition_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    slices = sliced(1, by_chance(1, 0, 95 * MS))
    monkeypatch.setattr(timeline_trace, "MOST_SLICES", len(slices) * 2)
    timeline = begun(1)
    for number in range(4):
        timeline = traced(stepped(timeline, 100 * MS), 100 * MS, slices)
        if number < 3:
            timeline = fold_timeline(timeline, StepStarted(100 * MS, ARM, number, False))
            timeline = fold_timeline(timeline, WorkerStarted(0, "w1", 100, 101, 1, False))
    assert [trace.repetition for trace in timeline.traces] == [3, 4]
    assert [one.repetition for one in timeline.rows["w1"].exact] == [3, 4]
    assert timeline.traces_dropped == 2
