"""What one does with the table, without any drawing: motion, marks, tags, folds."""

from __future__ import annotations

from conclab.model.columns import COLUMNS
from conclab.model.table import RowId, TaskRow
from conclab.tui.widgets.task_browser import ENDED, HELD, LIVE, MARKED_FOR, NEW, PAUSED, TaskBrowser
from tests.tui.helpers import process, table, thread


def browser(*rows: TaskRow) -> TaskBrowser:
    made = TaskBrowser()
    made.take(table(*rows))
    return made


def pids(made: TaskBrowser) -> list[int]:
    return [one.row.pid for one in made.shown]


def child(pid: int, parent: int, share: float = 0.0) -> TaskRow:
    return process(pid, share, parent=parent)


A, B, C = process(1, 0.9), process(2, 0.5), process(3, 0.1)
FAMILY = (child(1, 0), child(2, 1), child(3, 2), child(4, 1))


# Motion


def test_live_rows_move_with_their_figures() -> None:
    made = browser(A, B, C)
    assert made.take(table(process(1, 0.1), process(2, 0.5), process(3, 0.9)))
    assert pids(made) == [3, 2, 1]


def test_held_rows_stay_while_their_figures_go_on() -> None:
    made = browser(A, B, C)
    made.move(HELD, None)
    made.take(table(process(1, 0.1), process(2, 0.5), process(3, 0.9), process(4, 1.0), process(5, 2.0)))
    assert pids(made) == [1, 2, 3, 5, 4], "new ones come below, in order"
    assert made.shown[0].row.cpu_share == 0.1
    made.take(table(process(2, 0.5), process(3, 0.9), process(4, 1.0), process(5, 2.0)))
    assert pids(made) == [2, 3, 5, 4]
    latest = table(process(2, 0.5), process(3, 0.9), process(4, 1.0), process(5, 2.0))
    made.take(latest)
    made.move(LIVE, latest)
    assert pids(made) == [5, 4, 3, 2], "let go, they move at once"


def test_held_rows_stay_in_a_tree_too() -> None:
    made = browser(child(1, 0), child(2, 1, 0.5), child(3, 1, 0.1))
    made.change(tree=True)
    made.move(HELD, None)
    made.take(table(child(1, 0), child(2, 1, 0.1), child(3, 1, 0.9)))
    assert pids(made) == [1, 2, 3]


def test_held_rows_move_when_one_sorts_them_and_not_when_something_else_is_set() -> None:
    made = browser(A, B, C)
    made.move(HELD, None)
    made.take(table(process(1, 0.1), process(2, 0.5), process(3, 0.9)))
    made.change(sort=COLUMNS["cpu"], tree=False)
    assert pids(made) == [1, 2, 3], "that is how they are looked at already"
    made.change(sort=COLUMNS["pid"], inverted=True)
    assert pids(made) == [3, 2, 1]


def test_paused_nothing_changes_but_one_can_sort_and_filter_what_stands_there() -> None:
    made = browser(A, B, C)
    made.move(PAUSED, None)
    latest = table(process(1, 0.1), process(7, 0.9), born=[process(7).id], ended=[B])
    assert not made.take(latest)
    assert (pids(made), made.total) == ([1, 2, 3], 3)
    assert made.shown[0].row is A
    made.change(inverted=True)
    assert pids(made) == [3, 2, 1]
    made.change(matches=lambda row: row.pid != 2)
    assert pids(made) == [3, 1]
    assert not made.take(latest)
    made.move(LIVE, latest)
    assert (pids(made), made.total) == ([1, 7], 3), "back to now, ordered and filtered as chosen meanwhile; 2 has just ended"
    assert made.shown[0].row.cpu_share == 0.1


def test_from_paused_to_held_and_back() -> None:
    made = browser(A, B, C)
    made.move(PAUSED, None)
    made.move(HELD, table(process(1, 0.1), process(2, 0.5), process(3, 0.9)))
    assert pids(made) == [1, 2, 3]
    assert made.shown[0].row.cpu_share == 0.1, "the figures go on"
    made.move(PAUSED, made._table)
    made.take(table(process(1)))
    assert pids(made) == [1, 2, 3]


def test_the_same_table_once_more_is_no_news() -> None:
    made, again = TaskBrowser(), table(A, born=[A.id], ended=[B])
    assert made.take(again)
    before = made.shown
    assert not made.take(again)
    assert made.shown is before


# Marks


def test_who_is_new_or_has_ended_is_marked_for_two_tables() -> None:
    made = browser(A)
    made.take(table(A, C, born=[C.id], ended=[B]))
    assert MARKED_FOR == 2
    for _ in range(MARKED_FOR):
        assert (made.mark(A.id), made.mark(B.id), made.mark(C.id)) == ("", ENDED, NEW)
        assert pids(made) == [1, 2, 3], "who has ended still stands where it was"
        made.take(table(A, C))
    assert (made.mark(B.id), made.mark(C.id)) == ("", "")
    assert pids(made) == [1, 3]


def test_drawing_the_same_table_again_does_not_make_marks_last() -> None:
    made = browser(A)
    news = table(A, C, born=[C.id], ended=[B])
    made.take(news)
    for _ in range(10):
        made.take(news)
    made.take(table(A, C))
    made.move(HELD, made._table)
    made.move(LIVE, made._table)
    assert made.mark(C.id) == NEW
    made.take(table(A, C))
    assert (made.mark(B.id), made.mark(C.id)) == ("", "")


def test_who_ends_that_a_filter_hides_is_not_shown_for_it() -> None:
    made = browser(A, B)
    made.change(matches=lambda row: row.pid == 1)
    made.take(table(A, ended=[B]))
    assert pids(made) == [1]


def test_the_kernel_and_threads_that_end_are_hidden_like_others() -> None:
    made = browser(A)
    made.take(table(A, ended=[thread(1, 9), process(5, kernel=True)]))
    assert pids(made) == [1]


# Tags and what an action is about


def test_tags_survive_sorting_and_go_with_their_task() -> None:
    made = browser(A, B, C)
    made.toggle_tag(B.id)
    made.toggle_tag(C.id)
    made.change(sort=COLUMNS["pid"], inverted=True, tree=True)
    assert made.tags == {B.id, C.id}
    made.take(table(A, process(3, 0.9), ended=[B]))
    assert made.tags == {C.id}, "who has ended is not tagged any more"
    reused = C._replace(id=RowId(3, 0, 9_999))
    made.take(table(A, reused, ended=[C]))
    assert made.tags == set(), "another task with its pid is not tagged"
    made.toggle_tag(A.id)
    made.toggle_tag(A.id)
    assert made.tags == set()


def test_an_action_is_about_all_tagged_rows_or_else_about_the_one_under_the_cursor() -> None:
    made = browser(A, B, C)
    assert made.targets(None) == []
    assert made.targets(B.id) == [B.id]
    made.toggle_tag(C.id)
    made.toggle_tag(A.id)
    assert made.targets(B.id) == [A.id, C.id], "in their order on the screen"
    made.change(inverted=True)
    assert made.targets(B.id) == [C.id, A.id]
    made.change(matches=lambda row: row.pid != 1)
    assert set(made.targets(B.id)) == {A.id, C.id}, "a filter hides a row, it does not take its tag"
    made.change(matches=lambda row: row.pid == 2)
    assert set(made.targets(B.id)) == {A.id, C.id}, "and the cursor's row is never meant instead"
    assert [row.pid for row in made.known(made.targets(B.id))] == [1, 3]


def test_what_has_ended_is_not_acted_on() -> None:
    made = browser(A, B)
    made.take(table(A, ended=[B]))
    assert made.targets(B.id) == []
    made.toggle_tag(B.id)
    assert made.targets(A.id) == []
    family = browser(*FAMILY)
    family.take(table(FAMILY[0], FAMILY[1], FAMILY[3], ended=[FAMILY[2]]))
    assert [id.pid for id in family.tree_of(FAMILY[1].id)] == [2]
    family.take(table(FAMILY[0], FAMILY[3], ended=[FAMILY[1]]))
    assert family.tree_of(FAMILY[1].id) == []


def test_tagging_with_children() -> None:
    made = browser(*FAMILY, thread(2, 20))
    made.tag_tree(FAMILY[1].id)
    assert {id.pid for id in made.tags} == {2, 3}
    made.tags.clear()
    made.tag_tree(RowId(2, 20, 120))
    assert made.tags == {FAMILY[1].id, FAMILY[2].id}, "of a thread, its process"


# Folding


def test_folding_one_and_all() -> None:
    made = browser(*FAMILY)
    made.change(tree=True)
    made.fold(FAMILY[1].id, True)
    assert [(one.row.pid, one.below) for one in made.shown] == [(1, 0), (2, 1), (4, 0)]
    made.fold(FAMILY[1].id, False)
    assert pids(made) == [1, 2, 3, 4]
    made.fold_all()
    assert [(one.row.pid, one.below) for one in made.shown] == [(1, 3)]
    made.fold_all()
    assert pids(made) == [1, 2, 3, 4]


def test_where_nothing_is_below_nothing_is_folded() -> None:
    made = browser(*FAMILY)
    made.change(tree=True)
    made.fold(FAMILY[3].id, True)
    made.take(table(*FAMILY, child(9, 4)))
    assert 9 in pids(made), "a child that comes later is not hidden by it"


def test_folds_go_with_their_task() -> None:
    made = browser(*FAMILY)
    made.change(tree=True)
    made.fold(FAMILY[1].id, True)
    made.take(table(FAMILY[0], FAMILY[3], ended=[FAMILY[1], FAMILY[2]]))
    made.fold_all()
    assert (made.shown[0].row.pid, made.shown[0].below) == (1, 3), "nothing was folded any more, so everything is now"


# Where


def test_places_and_rows() -> None:
    made = browser(A, B, C)
    assert [made.place(row.id) for row in (A, B, C)] == [0, 1, 2]
    assert made.place(None) is None
    assert made.row(B.id) is B
    assert made.row(RowId(99, 0, 0)) is None
    made.change(matches=lambda row: row.pid == 3)
    assert (made.place(A.id), made.row(A.id)) == (None, None)
    assert TaskBrowser().total is None
    assert TaskBrowser().rows == ()


def test_what_is_shown_is_never_more_than_there_is() -> None:
    made = browser(A, B)
    made.take(table(A, ended=(B,)))
    assert (len(made.shown), made.total) == (2, 2)


def test_who_was_only_out_of_sight_for_a_moment_has_not_ended() -> None:
    made = browser(A, B)
    made.take(table(A, ended=(B,)))
    made.take(table(A, B, born=(B.id,)))
    assert pids(made) == [1, 2]
    assert made.mark(B.id) == NEW
