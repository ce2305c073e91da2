"""The table as screens have it: who is there now, and the past of whoever does something, kept for next to nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from conclab.model.history import History
from conclab.model.table import RowId, TaskRow, TaskTable
from conclab.model.table_state import TableState, fold_table

SECOND = 1_000_000_000
START = 100 * SECOND


def _row(pid: int, cpu: float | None = 0.0, tid: int = 0) -> TaskRow:
    return TaskRow(RowId(pid, tid, 7), 1, False, cpu_share=cpu, resident_bytes=4_096)


class Told:
    """Tables one second apart, told of what has changed or not."""

    def __init__(self, accounts: bool) -> None:
        self.accounts = accounts
        self.state = TableState()
        self.second = -1

    def add(self, *rows: TaskRow, seconds: int = 1) -> TableState:
        self.second += seconds
        before = {id(row) for row in self.state.table.rows} if self.state.table else set()
        old = self.state.table.rows if self.state.table else ()
        now = {row.id for row in rows}
        table = TaskTable(START + self.second * SECOND, rows, ended=tuple(row for row in old if row.id not in now))
        if self.accounts:
            table = replace(table, changed=tuple(row for row in rows if id(row) not in before))
        self.state = fold_table(self.state, table)
        return self.state

    def cpu(self, id: RowId, last: int = 10) -> Sequence[float | None]:
        """The share in each of the last seconds, up to the latest table."""
        now = START + self.second * SECOND
        return self.state.history(id).series("cpu_share", now - last * SECOND, now, last)


@pytest.fixture(params=[True, False], ids=["changes told", "changes found"])
def told(request: pytest.FixtureRequest) -> Told:
    return Told(request.param)


def test_rows_are_found_by_who_they_are(told: Told) -> None:
    one, two = _row(1), _row(2)
    state = told.add(one, two)
    assert state.by_id == {one.id: one, two.id: two}
    assert told.add(two).by_id == {two.id: two}
    assert TableState().by_id == {}


def test_who_has_never_done_anything_has_no_past_but_the_present(told: Told) -> None:
    sleeper = _row(1)
    for _ in range(5):
        state = told.add(sleeper)
    assert state._kept == {}
    assert len(state.history(sleeper.id)) == 1
    assert len(state.history(RowId(9, 0, 9))) == 0


def test_the_past_of_one_that_works_is_what_it_did_in_each_second(told: Told) -> None:
    first = _row(1, None)
    told.add(first)
    for share in (0.5, 0.25, 0.75):
        told.add(_row(1, share))
    assert told.cpu(first.id, 3) == [None, 0.5, 0.25], "a figure holds from its table until the next one"
    assert told.state.history(first.id).latest("cpu_share") == 0.75


def test_one_that_sleeps_for_long_was_idle_all_that_time_and_nothing_is_written_down_for_it(told: Told) -> None:
    busy, idle = _row(1, 0.5), _row(1, 0.0)
    told.add(busy)
    told.add(idle)
    entries = len(told.state._kept[busy.id])
    for _ in range(60):
        told.add(idle)
    assert len(told.state._kept[busy.id]) == entries
    told.add(_row(1, 0.9))
    assert told.cpu(busy.id, 50)[:-1] == [0.0] * 49, "no gap: it was there and slept"
    assert told.state.history(busy.id).latest("cpu_share") == pytest.approx(0.9)


def test_sleepers_are_neither_looked_at_nor_copied(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [_row(pid, 0.5) for pid in range(1, 50)]
    told.add(*rows)
    touched = []
    extended = History.extended

    def watched(history: History, at_ns: int, row: TaskRow, *gap_ns: int) -> History:
        touched.append(row.id.pid)
        return extended(history, at_ns, row, *gap_ns)

    monkeypatch.setattr(History, "extended", watched)
    before = dict(told.state._kept)
    told.add(*rows[:10], _row(11, 0.7), *rows[11:])
    assert set(touched) == {11}
    same = [id for id, history in told.state._kept.items() if before[id] is history]
    assert len(same) == 48


def test_states_share_their_past_without_changing_each_other_s(told: Told) -> None:
    told.add(_row(1, 0.5))
    older = told.add(_row(1, 0.6))
    length = len(older.history(RowId(1, 0, 7)))
    for share in (0.7, 0.8, 0.9):
        told.add(_row(1, share))
    assert len(older.history(RowId(1, 0, 7))) == length
    assert older.history(RowId(1, 0, 7)).latest("cpu_share") == pytest.approx(0.6)


def test_a_pid_that_is_handed_out_again_has_a_past_of_its_own(told: Told) -> None:
    old, new = _row(1, 0.9), _row(1, 0.2)._replace(id=RowId(1, 0, 8))
    told.add(old)
    told.add(_row(1, 0.8))
    state = told.add(new)
    assert state.history(new.id).latest("cpu_share") == pytest.approx(0.2)
    assert len(state.history(new.id)) == 1
    assert state.history(old.id).latest("cpu_share") == pytest.approx(0.8)


def test_the_past_of_those_that_have_ended_is_kept_for_a_while_and_let_go_some_time(told: Told) -> None:
    told.add(_row(1, 0.5), _row(2))
    state = told.add(_row(2))
    assert state.history(RowId(1, 0, 7)).latest("cpu_share") == pytest.approx(0.5)
    state = told.add(_row(2), seconds=20)
    assert len(state.history(RowId(1, 0, 7))) == 1
    for number in range(3, 40):  # the kept ones are counted against those that live
        state = told.add(_row(number, 0.5))
    assert len(state._kept) <= 35
    assert len(state.history(RowId(1, 0, 7))) == 0


def test_what_a_thread_did_while_none_was_shown_is_not_known(told: Told) -> None:
    process = _row(1, 0.5)
    told.add(process, _row(1, 0.5, 11))
    told.add(process, _row(1, 0.6, 11))
    for _ in range(30):
        told.add(process)  # threads are not shown
    told.add(process, _row(1, 0.1, 11))
    told.add(process, _row(1, 0.2, 11))
    shares = told.cpu(RowId(1, 11, 7), 20)
    assert shares[:15] == [None] * 15
    assert shares[-1] is not None


def test_another_place_was_shown_for_a_minute_and_whoever_has_changed_since_has_a_gap(told: Told) -> None:
    told.add(_row(1, 0.5))
    told.add(_row(1, 0.6))
    told.add(_row(1, 0.1), seconds=60)
    shares = told.cpu(RowId(1, 0, 7), 61)
    assert shares[30] is None


def test_where_a_table_comes_once_a_minute_that_is_no_gap(told: Told) -> None:
    for share in (0.5, 0.6, 0.7, 0.8, 0.9):
        told.add(_row(1, share), seconds=60)
    assert told.cpu(RowId(1, 0, 7), 120) == pytest.approx([0.7] * 60 + [0.8] * 60)
