"""Readings that are wanted of every row: a filter or the order depends on them, so threads have them in view or not."""

from __future__ import annotations

from conclab.model.table import AFFINITY, CGROUP, IO, TaskRow, Wanted
from conclab.sampling.table_proc import ProcTable
from tests.sampling.builders import LINUX, THREADS, child
from tests.sampling.tables import process_row, read_until, thread_rows

pytestmark = LINUX


def test_what_is_wanted_of_every_row_is_there_of_threads_out_of_view() -> None:
    table = ProcTable()
    with child(THREADS) as one:
        plain = Wanted(threads=True)
        assert len(thread_rows(table.read(plain), one.pid)) == 4
        assert all(row.affinity is None for row in thread_rows(table.read(plain), one.pid).values())
        wanted = Wanted(threads=True, needs_of_all=frozenset((AFFINITY, CGROUP, IO)))
        whole = process_row(table.read(wanted), one.pid)

        def complete(rows: dict[int, TaskRow]) -> bool:
            return all(row.affinity == whole.affinity and row.write_bytes_per_s is not None for row in rows.values())

        assert whole.affinity
        assert read_until(table, wanted, lambda now: True if complete(thread_rows(now, one.pid)) else None)
    table.close()
