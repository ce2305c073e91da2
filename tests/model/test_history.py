"""History: what is stored, what is shown of it, and that a sleeping task costs nothing."""

from __future__ import annotations

from array import array
from math import nan

import pytest

from conclab.model.history import GAP_NS, MOST, History
from conclab.model.table import WHOLE, RowId, TaskRow

SECOND = 1_000_000_000


def row(cpu: float | None = 0.0, resident: int | None = 1024, **more: float | None) -> TaskRow:
    return TaskRow(RowId(7, WHOLE, 1), 1, False, cpu_share=cpu, resident_bytes=resident)._replace(**more)  # type: ignore[arg-type]


def looked(*shares: float | None) -> History:
    """One look a second, from second 1 on."""
    history = History()
    for number, share in enumerate(shares, start=1):
        history = history.extended(number * SECOND, row(share))
    return history


def test_a_value_holds_from_its_stamp_until_the_next() -> None:
    history = looked(0.25, 0.5, 0.75)
    assert history.series("cpu_share", SECOND, 3 * SECOND, 2) == [0.25, 0.5]
    assert history.latest("cpu_share") == 0.75


def test_a_part_is_the_mean_over_its_time() -> None:
    assert looked(0.0, 1.0, 0.5).series("cpu_share", SECOND, 3 * SECOND, 1) == [0.5]


def test_what_is_not_known_is_none_and_never_zero() -> None:
    history = looked(0.25, None, 0.75)
    assert history.series("cpu_share", 0, 3 * SECOND, 3) == [None, 0.25, None]
    assert history.series("cpu_share", 3 * SECOND, 5 * SECOND, 2) == [None, None]
    assert history.latest("delay_share") is None
    assert History().latest("cpu_share") is None
    assert History().series("cpu_share", 0, SECOND, 2) == [None, None]


def test_a_sleeping_task_is_stored_once_and_holds_up_to_the_last_look() -> None:
    history = looked(*[0.0] * 200)
    assert len(history) == 1
    assert history.until_ns == 200 * SECOND
    assert history.series("cpu_share", 100 * SECOND, 102 * SECOND, 2) == [0.0, 0.0]


def test_blank_again_and_again_is_stored_once_too() -> None:
    assert len(looked(*[None] * 20)) == 1


def test_five_minutes_are_kept_and_no_more() -> None:
    history = looked(*(number / 1000 for number in range(1000)))
    assert len(history) == MOST
    assert history.at_ns[0] == (1000 - MOST + 1) * SECOND
    assert history.latest("cpu_share") == pytest.approx(0.999)


def test_a_time_that_was_not_looked_at_stays_blank() -> None:
    history = looked(0.5).extended(SECOND + GAP_NS + 1, row(0.25))
    assert history.series("cpu_share", 2 * SECOND, 3 * SECOND, 1) == [None]
    assert history.latest("cpu_share") == 0.25
    slow = looked(0.5).extended(SECOND + GAP_NS, row(0.25))
    assert slow.series("cpu_share", 2 * SECOND, 3 * SECOND, 1) == [0.5]


def test_the_same_after_a_long_time_has_been_so_all_along() -> None:
    history = looked(0.0).extended(200 * SECOND, row(0.0)).extended(201 * SECOND, row(0.5))
    assert history.series("cpu_share", 100 * SECOND, 101 * SECOND, 1) == [0.0]


def test_an_older_history_is_not_touched_by_what_is_made_from_it() -> None:
    old = looked(0.25)
    one, other = old.extended(2 * SECOND, row(0.5)), old.extended(2 * SECOND, row(0.75))
    assert old.latest("cpu_share") == 0.25
    assert old.at_ns.tolist() == [SECOND]  # type: ignore[attr-defined]
    assert (one.latest("cpu_share"), other.latest("cpu_share")) == (0.5, 0.75)
    assert one.series("cpu_share", SECOND, 2 * SECOND, 1) == [0.25]


def test_all_fields_are_kept_apart() -> None:
    history = History().extended(SECOND, row(0.1, 4096, delay_share=0.2, voluntary_per_s=30.0, involuntary_per_s=4.0))
    found = [history.latest(field) for field in ("delay_share", "resident_bytes", "voluntary_per_s", "involuntary_per_s")]
    assert found == pytest.approx([0.2, 4096, 30.0, 4.0])


def test_what_was_before_is_made_when_somebody_asks_and_then_it_is_as_if_it_had_been_there() -> None:
    shares = [number % 7 / 10 for number in range(1, 401)]
    asked = []

    def before() -> History:
        asked.append(1)
        return looked(*shares[:40])

    last = looked(*shares[:40])
    late = History.after(before, array("q", [40 * SECOND]), array("f", [shares[39], nan, 1024, nan, nan]), last.until_ns)
    for number in range(41, 401):
        late = late.held((number - 1) * SECOND).extended(number * SECOND, row(shares[number - 1]))
        if number in (41, 100, 339, 340, 341, 399):
            whole, live = late.whole(), looked(*shares[:number])
            assert whole.at_ns == live.at_ns
            assert whole.series("cpu_share", 0, 400 * SECOND, 400) == live.series("cpu_share", 0, 400 * SECOND, 400)
    assert len(asked) == 3, "five minutes later it is no longer needed"
    assert last.whole() is last
    assert len(History.after(History, array("q", [SECOND]), array("f", [0.5] * 5), SECOND).whole()) == 1
