"""What exact slices tell: who is where at a moment, switches, migrations, lengths and latencies."""

from __future__ import annotations

from array import array

import pytest

from conclab.model.slices import (
    PREEMPTED,
    UNENDED,
    UNKNOWN,
    Doing,
    TaskSlices,
    at,
    latencies,
    lengths,
    migrations,
    switches,
)
from conclab.model.tasks import TaskId

SLEPT, DEAD = ord("S"), ord("X")
Row = tuple[int, int, int, int, int, int, int]


def slices(*rows: Row) -> TaskSlices:
    """Each row: start, end, core, why it ended, runnable, woken, waker."""
    start, end, core, ended, runnable, woken, waker = zip(*rows, strict=True) if rows else ((),) * 7
    columns = (array("q", start), array("q", end), array("h", core), array("B", ended))
    return TaskSlices(TaskId(7, 8, 0), "w1", *columns, array("q", runnable), array("q", woken), array("i", waker))


LIFE = slices(
    (100, 150, 0, PREEMPTED, 90, 90, 5),
    (170, 200, 1, SLEPT, 150, UNKNOWN, UNKNOWN),
    (330, 400, 1, UNENDED, 310, 300, 0),
    (500, 520, 0, DEAD, UNKNOWN, UNKNOWN, UNKNOWN),
)


@pytest.mark.parametrize(
    ("moment", "doing", "since", "until", "core", "waker"),
    [
        (89, Doing.NOT_THERE, UNKNOWN, 90, UNKNOWN, UNKNOWN),
        (90, Doing.WANTS_CORE, 90, 100, 0, 5),
        (100, Doing.ON_CORE, 100, 150, 0, 5),
        (149, Doing.ON_CORE, 100, 150, 0, 5),
        (150, Doing.WANTS_CORE, 150, 170, 1, UNKNOWN),
        (200, Doing.BLOCKED, 200, 310, UNKNOWN, UNKNOWN),
        (309, Doing.BLOCKED, 200, 310, UNKNOWN, UNKNOWN),
        (310, Doing.WANTS_CORE, 310, 330, 1, 0),
        (400, Doing.UNKNOWN, 400, 500, UNKNOWN, UNKNOWN),
        (520, Doing.NOT_THERE, 520, UNKNOWN, UNKNOWN, UNKNOWN),
    ],
)
def test_a_moment(moment: int, doing: Doing, since: int, until: int, core: int, waker: int) -> None:
    found = at(LIFE, moment)
    assert (found.doing, found.since_ns, found.until_ns, found.core, found.waker) == (doing, since, until, core, waker)


def test_after_its_last_slice_a_task_does_what_that_ended_with() -> None:
    for ended, doing in ((PREEMPTED, Doing.WANTS_CORE), (SLEPT, Doing.BLOCKED), (UNENDED, Doing.UNKNOWN), (DEAD, Doing.NOT_THERE)):
        assert at(slices((1, 5, 0, ended, 1, 1, 1)), 6).doing is doing
    assert at(slices(), 6).doing is Doing.NOT_THERE


def test_where_the_wait_of_a_preempted_task_is_not_known_nothing_is_invented() -> None:
    found = at(slices((1, 5, 0, PREEMPTED, 1, 1, 1), (9, 12, 0, SLEPT, UNKNOWN, UNKNOWN, UNKNOWN)), 7)
    assert found.doing is Doing.UNKNOWN


def test_switches_are_counted_as_the_kernel_counts_them() -> None:
    assert switches(LIFE, 0, 1_000) == (2, 1)
    assert switches(LIFE, 150, 200) == (0, 1)
    assert switches(LIFE, 151, 201) == (1, 0)
    assert switches(slices(), 0, 10) == (0, 0)


def test_migrations_are_between_a_slice_and_the_one_before_it() -> None:
    assert migrations(LIFE, 0, 1_000) == 2
    assert migrations(LIFE, 171, 1_000) == 1
    assert migrations(LIFE, 170, 171) == 1
    assert migrations(LIFE, 0, 101) == 0
    assert migrations(slices(), 0, 10) == 0


def test_only_what_is_known_is_measured() -> None:
    assert lengths(LIFE, 0, 1_000) == [50, 30, 20]
    assert latencies(LIFE, 0, 1_000) == [10, 30]
    assert lengths(LIFE, 170, 500) == [30]
    assert lengths(slices((50, 50, 0, SLEPT, UNKNOWN, UNKNOWN, UNKNOWN)), 0, 1_000) == []
