"""One process watched closely: shares, owners of cores, colours that stay."""

from __future__ import annotations

import pytest

from conclab.model.inspection import COLOURS, Inspection, InspectionState, cores_of, fold_inspection, newest_cell
from conclab.model.lanes import CELL_NS
from conclab.model.table import WHOLE, RowId
from conclab.model.tasks import TaskBatch, TaskId, TaskSample

ME = RowId(7, WHOLE, 100)
STEP = CELL_NS // 2
BEGIN = 1_000 * CELL_NS


def sample(tid: int, at_ns: int, on_ns: int, wants_ns: int = 0, core: int = 0, state: str = "S") -> TaskSample:
    return TaskSample(TaskId(7, tid, 100 + tid), at_ns, f"t{tid}", state, core, on_ns, wants_ns, on_ns // 1000, 0, 0)


def look(step: int, *busy: tuple[int, float, int], id: RowId = ME, **more: object) -> Inspection:
    """At a step, the threads (tid, share of all the time on a core, core) as they would be counted by then."""
    at_ns = BEGIN + step * STEP
    samples = tuple(sample(tid, at_ns, int(share * step * STEP), core=core) for tid, share, core in busy)
    return Inspection(at_ns, id, TaskBatch(at_ns, samples), **more)  # type: ignore[arg-type]


def watched(steps: int, *busy: tuple[int, float, int]) -> InspectionState:
    state = InspectionState()
    for step in range(steps + 1):
        state = fold_inspection(state, look(step, *busy))
    return state


def test_a_thread_has_its_shares_and_its_core() -> None:
    state = watched(20, (7, 0.25, 1))
    view = state.threads[TaskId(7, 7, 107)]
    assert view.recent() == pytest.approx((0.25, 0.0, 0.75))
    assert (view.name, view.core, view.key) == ("t7", 1, "7")
    assert sum(cell.split.wall_ns for cell in view.lane.cells) == 20 * STEP


def test_who_had_a_core_is_added_up_over_the_looks_of_a_cell() -> None:
    state = watched(20, (7, 0.25, 1), (8, 0.5, 1), (9, 0.0, 0))
    cell = next(one for one in state.owners if one.cell == newest_cell(state))
    assert cell.shares == {(1, "7"): pytest.approx(CELL_NS * 0.25, rel=1e-6), (1, "8"): pytest.approx(CELL_NS * 0.5, rel=1e-6)}
    longest = cell.of(1)
    assert longest is not None
    assert longest[0] == "8"
    assert dict(state.having) == {1: "8"}


def test_the_busiest_comes_first_and_near_ties_keep_the_order_of_numbers() -> None:
    assert [view.task.tid for view in watched(20, (7, 0.0, 0), (8, 0.5, 0), (9, 0.51, 1)).busiest()] == [8, 9, 7]


def test_who_never_runs_has_no_colour() -> None:
    slots = {view.task.tid: view.slot for view in watched(20, (7, 0.0, 0), (8, 0.5, 0), (9, 0.2, 1)).threads.values()}
    assert slots[7] is None
    assert {slots[8], slots[9]} == {0, 1}


def test_a_colour_stays_with_its_thread_while_it_does_anything() -> None:
    many = tuple((tid, 0.05, 0) for tid in range(1, COLOURS + 1))
    state = watched(20, *many)
    before = {view.task.tid: view.slot for view in state.threads.values()}
    for step in range(21, 60):
        state = fold_inspection(state, look(step, *many, (99, 0.9, 1)))
    after = {view.task.tid: view.slot for view in state.threads.values()}
    assert after == {**before, 99: None}


def test_the_colour_of_who_has_fallen_asleep_is_given_on() -> None:
    many = tuple((tid, 0.05, 0) for tid in range(1, COLOURS + 1))
    state = watched(20, *many)
    for step in range(21, 300):
        asleep = [sample(1, BEGIN + step * STEP, int(0.05 * 20 * STEP))]
        at_ns = BEGIN + step * STEP
        others = [sample(tid, at_ns, int(0.05 * step * STEP)) for tid in range(2, COLOURS + 1)]
        newcomer = [sample(99, at_ns, int(0.9 * step * STEP), core=1)]
        state = fold_inspection(state, Inspection(at_ns, ME, TaskBatch(at_ns, (*asleep, *others, *newcomer))))
    slots = {view.task.tid: view.slot for view in state.threads.values()}
    assert slots[1] is None
    assert sorted(slot for slot in slots.values() if slot is not None) == list(range(COLOURS))


def test_who_has_ended_is_gone_and_what_it_had_stays_written() -> None:
    state = watched(20, (7, 0.5, 1), (8, 0.5, 0))
    state = fold_inspection(state, look(21, (7, 0.5, 1)))
    assert [view.task.tid for view in state.threads.values()] == [7]
    assert any((0, "8") in one.shares for one in state.owners)


def test_another_process_begins_anew_and_an_end_keeps_the_last_values() -> None:
    state = watched(20, (7, 0.5, 1))
    ended = fold_inspection(state, Inspection(BEGIN + 21 * STEP, ME, TaskBatch(0, ()), ended=True))
    assert ended.ended
    assert ended.threads == state.threads
    assert not ended.having
    other = fold_inspection(ended, look(22, (7, 0.5, 1), id=RowId(8, WHOLE, 1)))
    assert (other.id, other.ended, other.owners) == (RowId(8, WHOLE, 1), False, ())


def test_what_it_waits_in_stays_until_it_is_asked_again() -> None:
    state = fold_inspection(InspectionState(), look(1, (7, 0.1, 0), (8, 0.1, 0), waits={7: "futex: a lock"}))
    state = fold_inspection(state, look(2, (7, 0.1, 0), (8, 0.1, 0), waits={8: "poll: events"}))
    assert [view.waits for view in state.threads.values()] == ["futex: a lock", "poll: events"]
    state = fold_inspection(state, look(3, (7, 0.1, 0), (8, 0.1, 0), waits={7: ""}))
    assert [view.waits for view in state.threads.values()] == ["", "poll: events"]


def test_of_many_threads_less_of_the_past_is_kept() -> None:
    many = tuple((tid, 0.0, 0) for tid in range(1, 401))
    state = watched(200, *many)
    assert all(60 <= len(view.lane.cells) <= 75 for view in state.threads.values())


def test_of_many_cores_those_that_it_used_are_shown() -> None:
    state = watched(20, (7, 0.5, 200), (8, 0.2, 3), (9, 0.1, 90))
    assert list(cores_of(state, 4, 16)) == [0, 1, 2, 3]
    assert list(cores_of(state, 256, 2)) == [3, 200]
