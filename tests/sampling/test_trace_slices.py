"""Events becoming slices: why they ended, since when a core was wanted, who woke up whom; and nothing where events are missing."""

from __future__ import annotations

import pytest

from conclab.model.slice_index import SliceIndex
from conclab.model.slices import PREEMPTED, UNENDED, UNKNOWN, TaskSlices
from conclab.model.tasks import TaskId
from conclab.sampling.trace_pages import BORN, GAP_BEGIN, GAP_END, NEW, RUNTIME, SWITCH, WAKEUP, WAKING, Event, in_order, layout_of
from conclab.sampling.trace_slices import Folding
from tests.sampling.canned_trace import CALLER, FORMATS, HEADER, PAGES, ROOT

LAYOUT = layout_of(HEADER, FORMATS)
ASLEEP, GOES_ON, PREEMPTS, GONE = 1, 0, 0x100, 0x10
OTHER, IDLE, LAB = 99, 0, 50
THREAD = 0x10000
SLEPT, DEAD = ord("S"), ord("X")
Row = tuple[int, int, int, int, int, int, int]


def rows(slices: TaskSlices) -> list[Row]:
    columns = (slices.start_ns, slices.end_ns, slices.core, slices.ended, slices.runnable_ns, slices.woken_ns, slices.waker)
    return list(zip(*columns, strict=True))


def folded(*events: Event, known: tuple[TaskId, ...] = (), end_ns: int = 1_000) -> tuple[Folding, tuple[TaskSlices, ...]]:
    """The fold and its slices. The root is 10, born of the lab at 0."""
    folding = Folding(10, known, LAYOUT.states, {10: "py\x1bthon"})
    folding.feed([(0, 0, BORN, 10, LAB, 0x4100), (1, 0, NEW, 10, LAB, 0), *events])
    return folding, folding.slices(end_ns)


def tasks_of(*events: Event, known: tuple[TaskId, ...] = ()) -> dict[int, list[Row]]:
    return {one.task.tid: rows(one) for one in folded(*events, known=known)[1]}


def test_a_life_born_preempted_asleep_woken_and_ended() -> None:
    found = tasks_of(
        (5, 1, SWITCH, OTHER, GOES_ON, 10),
        (20, 1, SWITCH, 10, PREEMPTS, OTHER),
        (30, 0, SWITCH, IDLE, GOES_ON, 10),
        (40, 0, SWITCH, 10, ASLEEP, IDLE),
        (60, 1, WAKING, 10, OTHER, 0),
        (62, 1, WAKEUP, 10, 0, 0),
        (70, 1, SWITCH, OTHER, GOES_ON, 10),
        (80, 1, SWITCH, 10, GONE, OTHER),
    )
    assert found == {
        10: [
            (5, 20, 1, PREEMPTED, 1, 1, LAB),
            (30, 40, 0, SLEPT, 20, UNKNOWN, UNKNOWN),
            (70, 80, 1, DEAD, 62, 60, OTHER),
        ]
    }


def test_only_the_tree_of_the_root_is_kept_and_threads_belong_to_their_process() -> None:
    _, found = folded(
        (2, 0, BORN, 11, 10, THREAD | 0xF00),
        (3, 0, BORN, 12, 11, 0x1200011),
        (4, 0, BORN, 60, LAB, THREAD),
        *((10 * tid, 0, SWITCH, IDLE, GOES_ON, tid) for tid in (10, 11, 12, 60)),
        *((10 * tid + 5, 0, SWITCH, tid, ASLEEP, IDLE) for tid in (10, 11, 12, 60)),
    )
    assert [(one.task.pid, one.task.tid) for one in found] == [(10, 10), (10, 11), (12, 12)]
    assert found[0].name == "py␛thon"


def test_a_worker_that_told_who_it_is_is_taken_by_its_word() -> None:
    told = TaskId(10, 11, 1)
    _, found = folded((2, 0, BORN, 11, 10, THREAD), (10, 0, SWITCH, IDLE, GOES_ON, 11), known=(told,))
    assert found[0].task is told
    _, unborn = folded((10, 0, SWITCH, IDLE, GOES_ON, 11), (20, 0, SWITCH, 11, ASLEEP, IDLE), known=(told,))
    assert [rows(one) for one in unborn] == [[(10, 20, 0, SLEPT, UNKNOWN, UNKNOWN, UNKNOWN)]]


def test_a_number_that_is_given_out_again_is_another_task() -> None:
    _, found = folded(
        (10, 0, SWITCH, IDLE, GOES_ON, 10),
        (20, 0, BORN, 11, 10, 0),
        (30, 1, SWITCH, IDLE, GOES_ON, 11),
        (40, 1, SWITCH, 11, GONE, IDLE),
        (5 * 10**9, 0, BORN, 11, 10, 0),
        (5 * 10**9 + 10, 1, SWITCH, IDLE, GOES_ON, 11),
    )
    assert [(one.task.tid, one.task.start_ticks, len(one)) for one in found] == [(10, 0, 1), (11, 0, 1), (11, 500, 1)]


ON_CORE: tuple[Event, ...] = ((5, 1, SWITCH, IDLE, GOES_ON, 10),)


def test_woken_up_on_the_way_to_sleep() -> None:
    found = tasks_of(
        *ON_CORE,
        (18, 0, WAKING, 10, OTHER, 0),
        (20, 1, SWITCH, 10, ASLEEP, IDLE),
        (25, 1, WAKEUP, 10, 0, 0),
        (30, 1, SWITCH, IDLE, GOES_ON, 10),
    )
    assert found[10][1][4:] == (25, 20, OTHER)
    without = tasks_of(
        *ON_CORE, (18, 0, WAKING, 10, OTHER, 0), (20, 1, SWITCH, 10, ASLEEP, IDLE), (30, 1, SWITCH, IDLE, GOES_ON, 10)
    )
    assert without[10][1][4:] == (20, 20, OTHER)


def test_waking_up_who_is_awake_changes_nothing() -> None:
    found = tasks_of(
        *ON_CORE,
        (8, 0, WAKING, 10, OTHER, 0),
        (9, 0, WAKEUP, 10, 0, 0),
        (20, 1, SWITCH, 10, PREEMPTS, OTHER),
        (25, 0, WAKING, 10, OTHER, 0),
        (26, 0, WAKEUP, 10, 0, 0),
        (30, 1, SWITCH, OTHER, GOES_ON, 10),
    )
    assert found[10][1] == (30, 1_000, 1, UNENDED, 20, UNKNOWN, UNKNOWN)


def test_the_first_who_wakes_it_up_is_the_waker() -> None:
    found = tasks_of(
        *ON_CORE,
        (20, 1, SWITCH, 10, ASLEEP, IDLE),
        (25, 0, WAKING, 10, OTHER, 0),
        (26, 0, WAKING, 10, LAB, 0),
        (30, 1, SWITCH, IDLE, GOES_ON, 10),
    )
    assert found[10][1][4:] == (25, 25, OTHER)


def test_across_a_gap_no_slice_and_no_wait_is_invented() -> None:
    folding, slices = folded(
        (2, 0, BORN, 11, 10, THREAD),
        *ON_CORE,
        (6, 0, SWITCH, IDLE, GOES_ON, 11),
        (7, 0, SWITCH, 11, PREEMPTS, OTHER),
        (10, 1, GAP_BEGIN, 0, 0, 0),
        (15, 0, SWITCH, OTHER, GOES_ON, 11),
        (18, 0, SWITCH, 11, PREEMPTS, OTHER),
        (30, 1, GAP_END, 12, 0, 0),
        (40, 1, SWITCH, 10, ASLEEP, OTHER),
        (45, 0, SWITCH, OTHER, GOES_ON, 11),
        (50, 1, WAKING, 10, OTHER, 0),
        (60, 1, SWITCH, OTHER, GOES_ON, 10),
        (70, 1, SWITCH, 10, ASLEEP, OTHER),
    )
    found = {one.task.tid: rows(one) for one in slices}
    assert found[10] == [
        (5, 10, 1, UNENDED, 1, 1, LAB),
        (40, 40, 1, SLEPT, UNKNOWN, UNKNOWN, UNKNOWN),
        (60, 70, 1, SLEPT, 50, 50, OTHER),
    ]
    assert [row[4] for row in found[11]] == [UNKNOWN, UNKNOWN, UNKNOWN]
    assert [(gap.core, gap.start_ns, gap.end_ns, gap.lost) for gap in folding.gaps] == [(1, 10, 30, 12)]
    assert folding.unseen == 0


def test_a_gap_that_never_closes_lasts_to_the_end() -> None:
    folding, _ = folded(*ON_CORE, (10, 1, GAP_BEGIN, 0, 0, 0))
    assert [(gap.start_ns, gap.end_ns, gap.lost) for gap in folding.gaps] == [(10, 1_000, UNKNOWN)]


def test_a_switch_that_the_kernel_did_not_report_is_counted_and_inferred_only_on_an_idle_core() -> None:
    woken: tuple[Event, ...] = ((30, 0, WAKING, 10, OTHER, 0), (32, 0, WAKEUP, 10, 0, 0))
    idle, found = folded(*ON_CORE, (20, 1, SWITCH, 10, ASLEEP, IDLE), *woken, (50, 1, SWITCH, 10, ASLEEP, IDLE))
    assert rows(found[0])[1:] == [(32, 50, 1, SLEPT, 32, 30, OTHER)]
    _, found = folded(*ON_CORE, (20, 1, SWITCH, 10, ASLEEP, IDLE), woken[0], (50, 1, SWITCH, 10, ASLEEP, IDLE))
    assert rows(found[0])[1:] == [(30, 50, 1, SLEPT, 30, 30, OTHER)]
    busy, found = folded(*ON_CORE, (20, 1, SWITCH, 10, ASLEEP, OTHER), *woken, (50, 1, SWITCH, 10, ASLEEP, IDLE))
    assert rows(found[0])[1:] == [(50, 50, 1, SLEPT, UNKNOWN, UNKNOWN, UNKNOWN)]
    assert SliceIndex(found[0]).sums(60)[2] == 1 + 30  # the time before its birth, and from 20 to 50
    left, found = folded(*ON_CORE, (20, 1, SWITCH, OTHER, ASLEEP, IDLE))
    assert rows(found[0]) == [(5, 5, 1, UNENDED, 1, 1, LAB)]
    elsewhere, found = folded(*ON_CORE, (20, 0, SWITCH, 10, ASLEEP, IDLE))
    assert rows(found[0]) == [(5, 5, 1, UNENDED, 1, 1, LAB), (20, 20, 0, SLEPT, UNKNOWN, UNKNOWN, UNKNOWN)]
    assert (idle.unseen, busy.unseen, left.unseen, elsewhere.unseen) == (1, 1, 1, 1)


def test_who_slept_before_a_gap_and_ran_in_it_is_not_known_to_have_slept_on() -> None:
    folding, (found,) = folded(
        *ON_CORE,
        (8, 1, SWITCH, 10, ASLEEP, IDLE),
        (10, 1, GAP_BEGIN, 0, 0, 0),
        (30, 1, GAP_END, 12, 0, 0),
        (40, 1, SWITCH, 10, ASLEEP, OTHER),
        (50, 1, WAKING, 10, OTHER, 0),
        (60, 1, SWITCH, OTHER, GOES_ON, 10),
    )
    assert SliceIndex(found).account(1, 60) == (3, 4 + 10, 10, 40 - 8)
    assert folding.unseen == 0


def test_who_was_not_seen_after_a_gap_or_a_cut_is_not_known_to_have_slept_on() -> None:
    slept: tuple[Event, ...] = (*ON_CORE, (8, 1, SWITCH, 10, ASLEEP, IDLE))
    gap: tuple[Event, ...] = ((10, 1, GAP_BEGIN, 0, 0, 0), (30, 1, GAP_END, 12, 0, 0))
    _, (found,) = folded(*slept, *gap, end_ns=50)
    assert SliceIndex(found).account(8, 60) == (0, 0, 0, 52)
    _, (whole,) = folded(*slept, end_ns=50)
    assert SliceIndex(whole).account(8, 60) == (0, 0, 52, 0)
    folding = Folding(10, (), LAYOUT.states, {})
    folding.feed([(0, 0, BORN, 10, LAB, 0x4100), (1, 0, NEW, 10, LAB, 0), *slept])
    assert SliceIndex(folding.slices(50, cut=True)[0]).account(50, 60)[3] == 10


def test_how_long_it_had_run_tells_when_it_came_to_a_core_unseen() -> None:
    told = (40, 0, RUNTIME, 10, 13, 0)  # by another core, and again later: the first one counts
    again = (48, 1, RUNTIME, 10, 8, 0)
    slept, found = folded(*ON_CORE, (20, 1, SWITCH, 10, ASLEEP, IDLE), told, again, (50, 1, SWITCH, 10, ASLEEP, IDLE))
    assert rows(found[0])[1:] == [(27, 50, 1, SLEPT, 27, UNKNOWN, UNKNOWN)]
    preempted, found = folded(*ON_CORE, (20, 1, SWITCH, 10, PREEMPTS, OTHER), told, (50, 1, SWITCH, 10, ASLEEP, IDLE))
    assert rows(found[0])[1:] == [(27, 50, 1, SLEPT, 20, UNKNOWN, UNKNOWN)]
    busy, found = folded(*ON_CORE, (20, 1, SWITCH, 10, ASLEEP, OTHER), told, (50, 1, SWITCH, 10, ASLEEP, IDLE))
    assert rows(found[0])[1:] == [(27, 50, 1, SLEPT, UNKNOWN, UNKNOWN, UNKNOWN)]
    too_much = (40, 1, RUNTIME, 10, 39, 0)
    _, found = folded(*ON_CORE, (20, 1, SWITCH, 10, ASLEEP, IDLE), too_much, (50, 1, SWITCH, 10, ASLEEP, IDLE))
    assert rows(found[0])[1:] == [(20, 50, 1, SLEPT, 20, UNKNOWN, UNKNOWN)]
    assert (slept.unseen, preempted.unseen, busy.unseen) == (2, 1, 2)


def test_who_slept_and_came_to_an_idle_core_did_not_wait_although_nobody_was_seen_to_wake_it_up() -> None:
    idle, found = folded(*ON_CORE, (20, 1, SWITCH, 10, ASLEEP, IDLE), (50, 0, SWITCH, IDLE, GOES_ON, 10))
    assert rows(found[0])[1][4:] == (50, UNKNOWN, UNKNOWN)
    assert SliceIndex(found[0]).sums(60)[2] == 1  # only the time before its birth
    busy, found = folded(*ON_CORE, (20, 1, SWITCH, 10, ASLEEP, IDLE), (50, 0, SWITCH, OTHER, GOES_ON, 10))
    assert rows(found[0])[1][4:] == (UNKNOWN, UNKNOWN, UNKNOWN)
    assert SliceIndex(found[0]).sums(60)[2] == 1 + 30
    assert (idle.unseen, busy.unseen) == (1, 1)


@pytest.mark.parametrize(
    ("state", "letter"), [(0, "R"), (0x100, "R"), (1, "S"), (2, "D"), (4, "T"), (8, "T"), (0x10, "X"), (0x20, "Z")]
)
def test_why_a_slice_ended(state: int, letter: str) -> None:
    assert chr(tasks_of(*ON_CORE, (20, 1, SWITCH, 10, state, IDLE))[10][0][3]) == letter


def test_a_real_trace() -> None:
    folding = Folding(ROOT, (), LAYOUT.states, {})
    for batch in in_order(PAGES, LAYOUT, {}, 0):
        folding.feed(batch)
    main, thread = folding.slices(10**15)
    assert (main.task.pid, main.task.tid, thread.task.pid, thread.task.tid) == (ROOT, ROOT, ROOT, ROOT + 1)
    assert "".join(map(chr, main.ended)) == "RRRRSSSZ"
    assert "".join(map(chr, thread.ended)) == "SX"
    assert list(main.waker) == [CALLER, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, ROOT + 1, ROOT + 1, 0]
    assert list(thread.waker) == [ROOT, 0]
    assert set(main.core) == {0, 1}
    assert folding.unseen == 0
    assert all(ready <= start < end for ready, start, end in zip(main.runnable_ns, main.start_ns, main.end_ns, strict=True))
