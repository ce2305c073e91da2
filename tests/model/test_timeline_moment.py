"""One moment of the timeline, and the way from event to event."""

from __future__ import annotations

from conclab.model.events import Acquired, Line, Output, TaskFinished, Waiting, WorkerFinished, WorkerStarted
from conclab.model.results import Counters, WorkerResult
from conclab.model.slices import UNKNOWN, Doing
from conclab.model.timeline import Mark, Timeline
from conclab.model.timeline_fold import fold_timeline
from conclab.model.timeline_moment import cause_at, having, mark_near, next_event, now
from tests.model.timelines import R, S, begun, finished, sample, sampled, sliced, stepped, traced

W1 = [
    (100, 200, 1, R, 90, 90, 102),  # woken by w2, preempted
    (250, 300, 0, S, 200, UNKNOWN, UNKNOWN),  # sleeps
    (500, 600, 1, S, 450, 450, 0),  # an interrupt wakes it
]
W2 = [(0, 95, 0, S, 0, UNKNOWN, UNKNOWN), (210, 240, 1, R, 205, 205, 9)]


def exact() -> Timeline:
    timeline = sampled(
        begun(2), [sample(1, 0, 0, 0)], [sample(1, 320, 150, 60, waits_in="futex")], [sample(1, 700, 250, 110, waits_in="read")]
    )
    return traced(stepped(finished(timeline, 1, 700), 700), 700, sliced(1, W1), sliced(2, W2))


def test_on_a_core_it_says_since_when_and_what_was_before_and_is_next() -> None:
    timeline = exact()
    found = now(timeline, timeline.rows["w1"], 150)
    assert found is not None
    assert (found.doing, found.core, found.since_ns, found.until_ns, found.ended) == (Doing.ON_CORE, 1, 100, 200, R)
    assert found.waker == "w2"
    assert found.before is not None
    assert found.after is not None
    assert (found.before.doing, found.before.length_ns) == (Doing.WANTS_CORE, 10)
    assert (found.after.doing, found.after.length_ns) == (Doing.WANTS_CORE, 50)


def test_blocked_it_says_on_what_by_the_samples_and_who_woke_it() -> None:
    timeline = exact()
    found = now(timeline, timeline.rows["w1"], 310)
    assert found is not None
    assert (found.doing, found.since_ns, found.until_ns, found.cause, found.waker) == (
        Doing.BLOCKED,
        300,
        450,
        "a lock",
        "an interrupt",
    )
    assert cause_at(timeline, timeline.rows["w1"], 400) == "data"


def test_between_two_samples_it_was_blocked_on_the_lock_that_it_said_to_wait_for() -> None:
    timeline = fold_timeline(begun(2), Waiting(310, "w1", "a"))
    assert [cause_at(timeline, timeline.rows["w1"], at) for at in (300, 310, 390)] == ["", "lock a", "lock a"]
    assert cause_at(timeline, timeline.rows["w2"], 390) == ""
    for more in (Acquired(400, "w1", "a", 90), WorkerFinished(400, WorkerResult("w1", 100, 101, 0, 400, Counters()))):
        later = fold_timeline(timeline, more)
        assert cause_at(later, later.rows["w1"], 410) == ""


def test_what_one_coroutine_waits_for_is_not_what_their_task_is_blocked_on() -> None:
    timeline = fold_timeline(begun(0), WorkerStarted(0, "w1", 100, 101, 1, True))
    timeline = fold_timeline(timeline, Waiting(310, "w1", "a"))
    assert cause_at(timeline, timeline.rows["loop"], 390) == ""


def test_a_sampled_moment_tells_how_the_time_around_it_was_divided() -> None:
    timeline = sampled(begun(1), [sample(1, 0, 0, 0)], [sample(1, 100, 60, 10, core=1)])
    found = now(timeline, timeline.rows["w1"], 40)
    assert found is not None
    assert found.doing is None
    assert found.piece is not None
    assert (found.piece.on_ns, found.piece.wants_ns, found.piece.blocked_ns, found.core) == (60, 10, 30, 1)
    assert now(timeline, timeline.rows["w1"], 100) is None  # not sampled yet


def test_who_has_each_core() -> None:
    timeline = exact()
    assert {core: one.name for core, one in having(timeline, 150).items()} == {1: "w1"}
    assert {core: one.name for core, one in having(timeline, 220).items()} == {1: "w2"}
    assert not having(timeline, 245)
    guessed = having(sampled(begun(1), [sample(1, 0, 0, 0)], [sample(1, 100, 60, 10, core=1)]), 50)
    assert (guessed[1].name, guessed[1].share, guessed[1].exact) == ("w1", 0.6, False)


def test_from_switch_to_switch_and_back() -> None:
    row = exact().rows["w1"]
    found, at = [], 1
    while (following := next_event(row, at, 1)) is not None:
        found.append(at := following)
    assert found == [100, 200, 250, 300, 500, 600, 700]  # the last is its end, a mark
    back = [at]
    while (before := next_event(row, at, -1)) is not None:
        back.append(at := before)
    assert back == [700, 600, 500, 300, 250, 200, 100, 0]


def test_without_a_trace_it_goes_from_mark_to_mark() -> None:
    timeline = fold_timeline(begun(1), TaskFinished(40, "w1", 0, 1))
    timeline = fold_timeline(timeline, Output(60, (Line(60, "w1", "stdout", "hello"),)))
    row = timeline.rows["w1"]
    assert (next_event(row, 0, 1), next_event(row, 40, 1), next_event(row, 60, 1)) == (40, 60, None)
    assert (next_event(row, 60, -1), next_event(row, 59, -1)) == (40, 40)
    marks = [mark_near(row, at_ns, -1) for at_ns in (60, 59)]
    assert [(mark.at_ns, mark.kind, mark.text) for mark in marks if mark] == [(60, Mark.LINE, "hello"), (40, Mark.TASK, "task 1")]
