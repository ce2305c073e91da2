"""The scripted task table keeps the promises of ``model.table``, as the real reader does, at any size."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import pytest

from conclab.model.columns import COLUMNS
from conclab.model.table import (
    AFFINITY,
    CGROUP,
    IO,
    PSS,
    QUEUE,
    SCHED,
    SHARED,
    STATUS,
    WCHAN,
    WHOLE,
    RowId,
    TaskRow,
    TaskTable,
    Wanted,
)
from conclab.sampling.scripted_cast import cast
from conclab.sampling.scripted_tasks import ScriptedTasks

EVERYTHING = frozenset({STATUS, AFFINITY, QUEUE, IO, PSS, CGROUP, SCHED, WCHAN, SHARED})
THREADS = Wanted(threads=True)
FULL = Wanted(threads=True, visible=None, needs=EVERYTHING)


def play(source: ScriptedTasks, looks: int, wanted: Wanted, at_ns: int = 10**12) -> list[TaskTable]:
    return [source.table(at_ns + number * 10**9, 1.0, wanted) for number in range(looks)]


def by_id(table: TaskTable) -> dict[RowId, TaskRow]:
    return {row.id: row for row in table.rows}


def of(table: TaskTable, command: str) -> TaskRow:
    return next(row for row in table.rows if row.command.startswith(command) and not row.is_thread)


def threads_of(table: TaskTable, pid: int) -> list[TaskRow]:
    return [row for row in table.rows if row.id.pid == pid and row.is_thread]


def test_the_same_seed_and_calls_give_the_same_tables() -> None:
    one, same, other = (play(ScriptedTasks(seed=seed), 8, FULL) for seed in (3, 3, 4))
    assert one == same
    assert one != other


@pytest.mark.parametrize("cores", [1, 2, 16, 512])
def test_nobody_is_there_twice_and_all_are_in_order(cores: int) -> None:
    for table in play(ScriptedTasks(cores), 20, THREADS):
        keys = [(row.id.pid, row.id.tid) for row in table.rows]
        assert keys == sorted(set(keys))
        tids = [row.pid for row in table.rows if row.is_thread or row.threads == 1]
        assert len(tids) == len(set(tids)), "a thread's number is nobody else's"
        assert all(row.core in range(cores) for row in table.rows if row.is_thread or row.threads == 1)
        assert all(row.core is None for row in table.rows if (row.threads or 1) > 1), "many threads are on many cores"
        assert sum(row.cpu_share or 0.0 for row in table.rows if not row.is_thread) <= cores * 1.25


def test_parents_are_there_and_kernel_threads_are_children_of_kthreadd() -> None:
    table = play(ScriptedTasks(), 1, Wanted())[0]
    pids = {row.id.pid for row in table.rows} | {0}
    assert all(row.parent in pids for row in table.rows)
    kernel = [row for row in table.rows if row.kernel]
    assert all(row.parent in (0, 2) and row.command.startswith("[") and row.resident_bytes is None for row in kernel)
    assert {"rcu_preempt", "migration/1", "kworker/0:0-even"[:15]} <= {row.name for row in kernel}


def test_what_has_not_run_is_the_same_object_and_what_has_run_is_not() -> None:
    tables = play(ScriptedTasks(), 30, THREADS)
    kept = total = 0
    for before, after in itertools.pairwise(tables[1:]):
        old = by_id(before)
        for row in after.rows:
            if row.id not in old:
                continue
            total += 1
            kept += row is old[row.id]
            if row is old[row.id]:
                assert not row.cpu_share
            else:
                assert row != old[row.id]
    assert 0.6 < kept / total < 0.9


def test_the_first_look_has_no_rates_and_the_second_has_all() -> None:
    first, second = play(ScriptedTasks(), 2, FULL)
    assert {row.cpu_share for row in first.rows} == {None}
    assert {row.voluntary_per_s for row in first.rows} == {None}
    assert first.born == frozenset()
    assert all(row.cpu_share is not None and row.voluntary_per_s is not None for row in second.rows)


def test_with_no_time_nothing_moves() -> None:
    source = ScriptedTasks()
    before = play(source, 3, THREADS)[-1]
    after = source.table(before.at_ns, 0.0, THREADS)
    assert all(one is other for one, other in zip(before.rows, after.rows, strict=True))


def test_a_process_is_the_sum_of_its_threads() -> None:
    for table in play(ScriptedTasks(), 10, FULL)[1:]:
        for whole in table.rows:
            threads = threads_of(table, whole.id.pid)
            if whole.is_thread or not threads:
                continue
            assert len(threads) == whole.threads
            for field in ("cpu_share", "delay_share", "voluntary_per_s", "involuntary_per_s", "cpu_time_s"):
                assert getattr(whole, field) == pytest.approx(sum(getattr(thread, field) for thread in threads))
            assert whole.blocked_share is None
            for thread in threads:
                parts = (thread.cpu_share, thread.delay_share, thread.blocked_share)
                assert sum(part or 0.0 for part in parts) == pytest.approx(1.0)
                assert thread.parent == whole.id.pid


def test_four_threads_share_the_gil() -> None:
    table = play(ScriptedTasks(), 5, FULL)[-1]
    whole = of(table, "python3 four_threads.py")
    workers = [row for row in threads_of(table, whole.id.pid) if row.name.startswith("w")]
    assert [row.name for row in workers] == ["w1", "w2", "w3", "w4"]
    assert all(0.15 < (row.cpu_share or 0) < 0.3 and 200 < (row.voluntary_per_s or 0) < 400 for row in workers)
    assert 0.7 < (whole.cpu_share or 0) < 1.05
    gzip = of(table, "gzip")
    assert (gzip.involuntary_per_s or 0) > 100
    assert gzip.nice == 10
    assert {"D", "Z", "T", "R", "S", "I"} == {row.state for row in table.rows}


def test_threads_are_shown_only_when_they_are_wanted() -> None:
    source = ScriptedTasks()
    table = source.table(1, 1.0, Wanted())
    assert not any(row.is_thread for row in table.rows)
    shown = source.table(2, 1.0, THREADS)
    node = of(shown, "node")
    assert len(threads_of(shown, node.id.pid)) == node.threads == 23
    assert not any(id.tid for id in shown.born), "they were there before"
    hidden = source.table(3, 1.0, Wanted())
    assert not any(row.is_thread for row in (*hidden.rows, *hidden.ended))


def costly(row: TaskRow) -> list[object]:
    return [column.value(row) for column in COLUMNS.values() if column.needs]


def test_costly_figures_are_there_only_where_they_are_wanted() -> None:
    source = ScriptedTasks()
    play(source, 2, Wanted())
    plain = source.table(10**13, 1.0, Wanted(needs=EVERYTHING))
    assert all(set(costly(row)) <= {None, 0.0} for row in plain.rows)
    assert all(set(costly(row)) == {None} for row in plain.rows if row.cpu_share)
    visible = {of(plain, "node").id, of(plain, "vi notes").id}
    near = source.table(10**13, 1.0, Wanted(visible=frozenset(visible), needs=EVERYTHING))
    for row in near.rows:
        assert bool(set(costly(row)) - {None, 0.0}) == (row.id in visible)
    again = source.table(10**13, 1.0, Wanted())
    assert set(costly(of(again, "vi notes"))) <= {None, 0.0}
    everywhere = source.table(10**13, 1.0, Wanted(needs_of_all=frozenset({STATUS})))
    assert all(row.voluntary_per_s is not None and not row.migrations_per_s for row in everywhere.rows)


def test_what_the_kernel_does_not_tell_ada_is_blank() -> None:
    table = play(ScriptedTasks(), 2, FULL)[-1]
    foreign = of(table, "postgres: 16/main: checkpointer")
    assert (foreign.read_bytes_per_s, foreign.pss_bytes, foreign.waits_in) == (None, None, None)
    own = of(table, "gzip")
    assert own.read_bytes_per_s
    assert own.pss_bytes


def test_some_come_and_some_go() -> None:
    tables = play(ScriptedTasks(), 60, Wanted())
    born = [id for table in tables for id in table.born]
    ended = [row for table in tables for row in table.ended]
    assert len(born) > 10
    assert len(ended) > 10
    for before, after in itertools.pairwise(tables):
        old, new = set(by_id(before)), set(by_id(after))
        assert after.born == new - old
        assert {row.id for row in after.ended} == old - new
    assert all((row.start_s or 0) > 0 for row in ended)


def test_others_rows_are_put_in_their_place_and_come_and_go_like_all() -> None:
    source = ScriptedTasks()
    rows = [
        TaskRow(RowId(4_001, WHOLE, 9), 1, False, cpu_share=1.9),
        TaskRow(RowId(4_001, 4_002, 9), 4_001, False),
        TaskRow(RowId(4_003, WHOLE, 9), 1, False),
    ]
    before = play(source, 2, THREADS)[-1]
    with_them = source.table(2 * 10**12, 1.0, THREADS, rows)
    assert set(rows) <= set(with_them.rows)
    assert {row.id for row in rows} <= with_them.born
    assert [row.id for row in with_them.rows] == sorted(row.id for row in with_them.rows)
    assert (of(with_them, "gzip").cpu_share or 0) < (of(before, "gzip").cpu_share or 0), "the run takes its part of the cores"
    without = source.table(2 * 10**12 + 10**9, 1.0, Wanted())
    assert [row.id.pid for row in without.ended if row.id.pid < 5_000] == [4_001, 4_003]


def test_cores_are_as_busy_as_the_table_says() -> None:
    source = ScriptedTasks(4)
    table = play(source, 5, Wanted())[-1]
    shares = source.core_shares()
    assert len(shares) == 4
    assert all(0 <= share <= 1 for share in shares)
    assert sum(shares) == pytest.approx(sum(row.cpu_share or 0.0 for row in table.rows))


@pytest.mark.parametrize("tasks", [80, 600, 10_000])
def test_a_crowd_of_sleepers_is_left_alone(tasks: int) -> None:
    source = ScriptedTasks(cores=8, tasks=tasks)
    tables = play(source, 6, THREADS)
    counted = sum(row.is_thread or row.threads == 1 for row in tables[0].rows)
    assert counted >= tasks
    old = {id(row) for row in tables[-2].rows}
    made = sum(id(row) not in old for row in tables[-1].rows)
    assert made < 150, "however large the crowd, what is made anew does not grow with it"


def test_the_cast_has_names_as_the_kernel_keeps_them() -> None:
    players: Sequence[TaskRow] = play(ScriptedTasks(), 1, THREADS)[0].rows
    assert all(row.name and len(row.name) <= 15 for row in players)
    assert {"bash", "tmux: server", "firefox", "Compositor", "fetch.sh"} <= {row.name for row in players}
    assert [player.pid for player in cast(2)] == sorted({player.pid for player in cast(2)})


def test_a_wild_sequence_of_wishes_breaks_no_promise() -> None:
    dice, source = random.Random(1), ScriptedTasks()
    known = [row.id for row in source.table(0, 1.0, THREADS).rows]
    for step in range(1, 120):
        needs = [frozenset(one for one in EVERYTHING if dice.random() < 0.3) for _ in range(2)]
        visible = None if dice.random() < 0.1 else frozenset(dice.sample(known, 20))
        wanted = Wanted(dice.random() < 0.5, visible, needs[0], needs[1])
        for row in source.table(step * 10**9, dice.choice((0.0, 0.5, 1.0)), wanted).rows:
            near = visible is None or row.id in visible
            assert (row.cgroup is not None) == (CGROUP in needs[1] or (near and CGROUP in needs[0]))
