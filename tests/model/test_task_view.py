"""Which rows are shown and in which order: as the figures read, stable, and as a tree whatever the pids say."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from conclab.model.columns import COLUMNS, of_machine
from conclab.model.table import RowId, TaskRow
from conclab.model.task_view import Shown, View, arrange, descendants, foldable
from tests.tui.helpers import process, thread


def child(pid: int, parent: int, start: int | None = None, **more: object) -> TaskRow:
    row = process(pid, id=RowId(pid, 0, 100 + pid if start is None else start), parent=parent)
    return row._replace(**more)  # type: ignore[arg-type]


def pids(found: Sequence[Shown]) -> list[int]:
    return [one.row.pid for one in found]


def by(key: str, **more: object) -> View:
    return View(sort=COLUMNS[key], **more)  # type: ignore[arg-type]


def drawn(found: Sequence[Shown]) -> list[str]:
    return [f"{one.stem}{one.row.pid}" for one in found]


# Order


def test_what_is_counted_stands_with_the_largest_first_and_names_from_a_to_z() -> None:
    rows = [process(1, 0.1, "b"), process(2, 0.5, "C"), process(3, 0.3, "a")]
    assert pids(arrange(rows, by("cpu"))) == [2, 3, 1]
    assert pids(arrange(rows, by("cpu", inverted=True))) == [1, 3, 2]
    assert pids(arrange(rows, by("command"))) == [3, 1, 2], "capitals make no difference"
    assert pids(arrange(rows, by("command", inverted=True))) == [2, 1, 3]
    assert pids(arrange(rows, by("pid"))) == [1, 2, 3]
    assert pids(arrange(rows, by("pid", inverted=True))) == [3, 2, 1]


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("key", ["cpu", "state", "threads", "command", "user"])
def test_equals_stand_by_number_whichever_way_the_order_goes(key: str, inverted: bool) -> None:
    rows = [process(pid, 0.25, "same", user="ada") for pid in range(1, 30)]
    random.Random(3).shuffle(rows)
    assert pids(arrange(rows, by(key, inverted=inverted))) == list(range(1, 30))


def test_those_that_read_alike_are_equals() -> None:
    """12.2 % and 11.8 % both read 12: the noise behind the decimal point must not make rows jump."""
    rows = [process(1, 0.118), process(2, 0.122), process(3, 0.0312), process(4, 0.0308), process(5, 0.0321)]
    assert pids(arrange(rows, by("cpu"))) == [1, 2, 5, 3, 4]
    assert [COLUMNS["cpu"].text(one.row) for one in arrange(rows, by("cpu"))] == ["12", "12", "3.2", "3.1", "3.1"]
    rows = [process(1, voluntary_per_s=100.2), process(2, voluntary_per_s=100.4), process(3, voluntary_per_s=0.04)]
    assert pids(arrange(rows, by("vcs"))) == [1, 2, 3]
    nothing = [process(0, voluntary_per_s=0.0), process(9, voluntary_per_s=0.0)]
    assert pids(arrange([*rows, *nothing], by("vcs"))) == [1, 2, 0, 3, 9], "0.04 reads 0 as well"
    assert pids(arrange([*rows, *nothing], by("vcs", inverted=True))) == [0, 3, 9, 1, 2]


def test_what_is_below_nothing_stands_on_its_side_of_it() -> None:
    rows = [process(1, nice=0), process(2, nice=-5), process(3, nice=5), process(4, nice=0), process(5, nice=None)]
    assert pids(arrange(rows, by("ni"))) == [2, 1, 4, 3, 5]
    assert pids(arrange(rows, by("ni", inverted=True))) == [3, 1, 4, 2, 5]


@pytest.mark.parametrize("key", ["cpu", "delay", "vcs", "res", "time", "user", "cgroup", "core", "ni"])
@pytest.mark.parametrize("inverted", [False, True])
def test_what_cannot_be_had_stands_last_whichever_way_the_order_goes(key: str, inverted: bool) -> None:
    bare = TaskRow(RowId(1, 0, 1), 0, False)
    known = process(5, 0.0, cgroup="/x", core=0, delay_share=0.0, cpu_time_s=0.0)
    assert COLUMNS[key].text(bare) == "", "nothing is shown as 0 that was not measured"
    assert pids(arrange([bare._replace(id=RowId(2, 0, 1)), known, bare], by(key, inverted=inverted))) == [5, 1, 2]


def test_every_column_can_be_sorted_by_whatever_is_missing() -> None:
    rows = [process(1), thread(1, 7), TaskRow(RowId(3, 0, 1), 0, True)]
    for columns in (COLUMNS, of_machine(16)):
        for column in columns.values():
            for inverted in (False, True):
                found = arrange(rows, View(sort=column, inverted=inverted, threads=True, kernel=True))
                assert sorted(pids(found)) == [1, 3, 7]


def test_of_the_machine_the_order_is_that_of_the_shares_shthread() -> None:
    column = of_machine(100)["cpu"]
    rows = [process(1, 0.51), process(2, 0.53), process(3, 3.0)]
    found = arrange(rows, View(sort=column))
    assert [(one.row.pid, column.text(one.row)) for one in found] == [(3, "3.0"), (1, "0.5"), (2, "0.5")]


# Who is there


def test_threads_and_the_kernel_only_when_they_are_wanted() -> None:
    rows = [process(1), thread(1, 7), process(2, kernel=True), process(3, user="root")]
    assert pids(arrange(rows, by("pid"))) == [1, 3]
    assert pids(arrange(rows, by("pid", threads=True))) == [1, 3, 7]
    assert pids(arrange(rows, by("pid", kernel=True))) == [1, 2, 3]
    assert pids(arrange(rows, by("pid", user="root"))) == [3]
    assert pids(arrange(rows, by("pid", matches=lambda row: row.pid != 1))) == [3]


def test_a_thread_has_its_own_name_or_its_process_command() -> None:
    rows = [process(1, 0.0, "python3 primes.py"), thread(1, 7, name="w1"), thread(9, 10, name="orphan")]
    commands = {one.row.pid: one.row.command for one in arrange(rows, by("pid", threads=True))}
    assert commands == {1: "python3 primes.py", 7: "w1", 10: "orphan"}
    commands = {one.row.pid: one.row.command for one in arrange(rows, by("pid", threads=True, names=False))}
    assert commands == {1: "python3 primes.py", 7: "python3 primes.py", 10: "orphan"}


def test_rows_that_have_not_changed_are_the_same_objects() -> None:
    rows = [process(pid, pid / 100) for pid in range(1, 20)]
    for tree in (False, True):
        assert {id(one.row) for one in arrange(rows, by("cpu", tree=tree))} == {id(row) for row in rows}


# Held


def test_held_rows_keep_their_places_and_new_ones_come_last_in_order() -> None:
    held = {process(pid).id: place for place, pid in enumerate((3, 1, 2))}
    rows = [process(1, 0.9), process(2, 0.5), process(3, 0.1), process(8, 0.2), process(9, 0.8)]
    assert pids(arrange(rows, by("cpu"), held)) == [3, 1, 2, 9, 8]


def test_in_a_tree_siblings_are_held_too() -> None:
    rows = [child(1, 0), child(2, 1, cpu_share=0.1), child(3, 1, cpu_share=0.2), child(4, 2), child(5, 1, cpu_share=0.3)]
    before = arrange(rows[:4], by("cpu", tree=True))
    assert pids(before) == [1, 3, 2, 4]
    held = {one.row.id: place for place, one in enumerate(before)}
    rows[1] = rows[1]._replace(cpu_share=0.9)
    assert pids(arrange(rows, by("cpu", tree=True), held)) == [1, 3, 2, 4, 5]
    assert pids(arrange(rows, by("cpu", tree=True))) == [1, 2, 4, 5, 3], "without being held they move"


# The tree


def test_children_stand_below_their_parents_threads_first_siblings_in_order() -> None:
    rows = [
        child(1, 0),
        child(2, 1, cpu_share=0.1),
        child(3, 1, cpu_share=0.9),
        child(4, 2),
        thread(2, 20, share=0.0),
        thread(2, 21, share=0.5),
        child(5, 2, cpu_share=1.0),
    ]
    assert drawn(arrange(rows, by("cpu", tree=True, threads=True))) == [
        "1",
        "├─ 3",
        "└─ 2",
        "   ├─ 21",
        "   ├─ 20",
        "   ├─ 5",
        "   └─ 4",
    ]


def test_orphans_are_roots() -> None:
    rows = [child(10, 999), child(11, 10), thread(77, 78)]
    assert drawn(arrange(rows, by("pid", tree=True, threads=True))) == ["10", "└─ 11", "78"]


def test_a_parent_that_started_later_is_a_stranger_with_a_reused_pid() -> None:
    rows = [child(50, 60, start=1_000), child(60, 1, start=2_000)]
    assert drawn(arrange(rows, by("pid", tree=True))) == ["50", "60"]


@pytest.mark.parametrize(
    "rows",
    [
        [child(5, 6, start=100), child(6, 5, start=100)],
        [child(5, 6, start=100), child(6, 7, start=100), child(7, 5, start=100)],
        [child(5, 5, start=100)],
        [child(5, 6, start=300), child(6, 7, start=200), child(7, 5, start=100)],
    ],
)
def test_circles_of_reused_pids_hide_nobody(rows: list[TaskRow]) -> None:
    found = arrange(rows, by("pid", tree=True))
    assert sorted(pids(found)) == sorted(row.pid for row in rows)
    for row in rows:
        assert len(descendants(rows, row.id)) <= len(rows), "and it comes to an end"


def test_a_child_that_started_within_the_tick_of_its_parent_hangs_from_it() -> None:
    rows = [child(10, 1, start=100), child(11, 10, start=100), thread(11, 12)._replace(id=RowId(11, 12, 100))]
    assert drawn(arrange(rows, by("pid", tree=True, threads=True))) == ["10", "└─ 11", "   └─ 12"]


def test_a_pid_that_is_handed_out_again_takes_no_children_from_the_living() -> None:
    """One that has just ended is still shown beside the one that has its pid now."""
    old, new = child(10, 1, start=100), child(10, 1, start=500)
    kid = child(11, 10, start=600)
    for rows in ([new, kid, old], [old, new, kid]):
        found = arrange(rows, by("pid", tree=True))
        place = next(number for number, one in enumerate(found) if one.row.id == kid.id)
        assert found[place - 1].row.id == new.id
        assert len(found) == 3


def test_a_chain_of_thousands_is_drawn_and_its_stems_do_not_fill_the_memory() -> None:
    rows = [child(pid, pid - 1) for pid in range(1, 5_001)]
    found = arrange(rows, by("pid", tree=True))
    assert pids(found) == list(range(1, 5_001))
    assert sum(len(one.stem) for one in found) < 5_000 * 110
    assert len(descendants(rows, rows[0].id)) == 5_000
    folded = arrange(rows, by("pid", tree=True, folded={rows[10].id}))
    assert len(folded) == 11
    assert folded[-1].below == 4_989


def test_folded_rows_say_how_many_are_below() -> None:
    rows = [child(1, 0), child(2, 1), child(3, 2), thread(2, 20), child(4, 1)]
    found = arrange(rows, by("pid", tree=True, threads=True, folded={rows[1].id}))
    assert [(one.row.pid, one.below) for one in found] == [(1, 0), (2, 2), (4, 0)]
    found = arrange(rows, by("pid", tree=True, folded={rows[1].id}))
    assert [(one.row.pid, one.below) for one in found] == [(1, 0), (2, 1), (4, 0)], "threads that are not shown are not counted"
    found = arrange(rows, by("pid", tree=True, folded={rows[4].id}))
    assert all(one.below == 0 for one in found), "who has nothing below it is not folded"
    assert pids(arrange(rows, by("pid", folded={rows[0].id}))) == [1, 2, 3, 4], "in a flat list nothing is"


def test_what_a_filter_keeps_brings_those_above_it_along_as_context() -> None:
    rows = [child(1, 0), child(2, 1), child(3, 2), child(4, 1), thread(3, 30, name="w1")]
    found = arrange(rows, by("pid", tree=True, threads=True, matches=lambda row: row.name == "w1"))
    assert [(one.row.pid, one.context) for one in found] == [(1, True), (2, True), (3, True), (30, False)]
    found = arrange(rows, by("pid", tree=True, matches=lambda row: row.pid in (2, 3)))
    assert [(one.row.pid, one.context) for one in found] == [(1, True), (2, False), (3, False)]
    assert pids(arrange(rows, by("pid", matches=lambda row: row.pid == 3))) == [3], "a flat list needs none"


def test_the_kernel_is_no_context_while_it_is_not_shthread() -> None:
    rows = [child(2, 0, kernel=True), child(9, 2)]
    assert pids(arrange(rows, by("pid", tree=True))) == [9]
    assert drawn(arrange(rows, by("pid", tree=True, kernel=True))) == ["2", "└─ 9"]


def test_a_tree_is_all_processes_below_one_and_no_threads() -> None:
    rows = [child(1, 0), child(2, 1), child(3, 2), thread(2, 20), child(4, 1)]
    assert [id.pid for id in descendants(rows, rows[1].id)] == [2, 3]
    assert {id.pid for id in descendants(rows, rows[0].id)} == {1, 2, 3, 4}
    assert descendants(rows, RowId(99, 0, 1)) == [RowId(99, 0, 1)]


def test_only_those_with_something_below_can_be_folded() -> None:
    rows = [child(1, 0), child(2, 1), thread(2, 20), child(3, 1)]
    assert {id.pid for id in foldable(rows)} == {1, 2}
