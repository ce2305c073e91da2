"""A trace's fold: bounded, exact about what is missing, and a new one for each task."""

from __future__ import annotations

from conclab.model.table import RowId
from conclab.model.trace import KEPT, Traced, TraceLine, TraceState, fold_trace, holding, shortened

ID = RowId(7, 0, 70)
SECOND = 1_000_000_000


def lines(number: int) -> tuple[TraceLine, ...]:
    return tuple(TraceLine(f"read({one}) = 0", "10:00:00.000000") for one in range(number))


def traced(at_s: float, *said: TraceLine, calls: dict[str, int] | None = None, id: RowId = ID) -> Traced:
    return Traced(int(at_s * SECOND), id, said, calls or {}, attached=True)


def test_only_the_newest_lines_are_kept_and_all_calls_are_counted() -> None:
    state = TraceState(ID)
    for number in range(6):
        state = fold_trace(state, traced(100 + number, *lines(1_000), calls={"read": 1_000}))
    assert len(state.lines) == KEPT
    assert state.dropped == 1_000
    assert state.total == 6_000
    assert state.lines[-1].text == "read(999) = 0"


def test_what_was_left_out_is_added_up() -> None:
    state = fold_trace(TraceState(ID), traced(1, TraceLine("", left_out=30), *lines(2), calls={"read": 32}))
    state = fold_trace(state, traced(2, TraceLine("", left_out=12)))
    assert state.left_out == 42


def test_calls_a_second_are_those_of_the_last_two() -> None:
    state = fold_trace(TraceState(ID), traced(10, calls={"read": 500}))
    assert state.per_s is None, "there is no second look yet"
    state = fold_trace(state, traced(11, calls={"read": 100}))
    assert state.per_s == 100
    for second in range(12, 20):
        state = fold_trace(state, traced(second))
    assert state.per_s == 0
    assert state.total == 600


def test_the_busiest_calls_come_first_with_their_share() -> None:
    state = fold_trace(TraceState(ID), traced(1, calls={"read": 1, "futex": 6}))
    state = fold_trace(state, traced(2, calls={"read": 2, "write": 1}))
    assert state.busiest(2) == [("futex", 0.6), ("read", 0.3)]
    assert TraceState().busiest(3) == []


def test_another_task_begins_a_new_trace() -> None:
    state = fold_trace(TraceState(ID), traced(1, *lines(3), calls={"read": 3}))
    other = fold_trace(state, traced(2, *lines(1), calls={"read": 1}, id=RowId(8, 0, 80)))
    assert (len(other.lines), other.total) == (1, 1)


def test_over_before_it_was_attached_is_refused() -> None:
    assert fold_trace(TraceState(), Traced(1, ID, over="Why.")).refused
    assert not fold_trace(TraceState(), Traced(1, ID, attached=True, over="Why.")).refused
    assert not fold_trace(TraceState(), Traced(1, ID)).refused


def test_what_does_not_fit_becomes_one_line_that_counts_it() -> None:
    said = [TraceLine("", left_out=5), *lines(4)]
    short = shortened(said, 3)
    assert [line.left_out for line in short] == [7, 0, 0]
    assert short[1:] == said[3:]
    assert shortened(said, 5) is said


def test_lines_are_found_by_any_part_of_them_and_by_thread() -> None:
    said = [TraceLine("read(3) = 0"), TraceLine("futex(0x1, FUTEX_WAIT) = 0", tid=512)]
    assert holding(said, "futex_wait") == said[1:]
    assert holding(said, "512") == said[1:]
    assert holding(said, "") is said
