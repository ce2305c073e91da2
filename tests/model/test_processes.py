"""The order of the process table: busiest first, and rows that do not jump about for less than a per cent."""

from __future__ import annotations

import random

from conclab.model.processes import ProcessRow, busiest_first


def _row(pid: int, share: float | None) -> ProcessRow:
    return ProcessRow(pid, 0.0, "ada", 0, 1, "S", share, None, None, 1, 0.0, "name", "command")


def _order(*rows: ProcessRow) -> list[int]:
    return [row.pid for row in busiest_first(list(rows))]


def test_the_busiest_comes_first() -> None:
    assert _order(_row(1, 0.02), _row(2, 3.0), _row(3, 0.99)) == [2, 3, 1]


def test_what_looks_equally_busy_is_ordered_by_pid() -> None:
    # 10.4 % and 9.6 % are both shown as 10 %.
    assert _order(_row(30, 0.104), _row(20, 0.096), _row(10, 0.1)) == [10, 20, 30]


def test_an_unknown_share_comes_last_but_by_pid_among_the_idle() -> None:
    assert _order(_row(5, None), _row(9, 0.5), _row(7, 0.0)) == [9, 5, 7]


def test_the_order_does_not_depend_on_the_order_of_reading() -> None:
    rows = [_row(pid, (pid % 7) / 10) for pid in range(40)]
    shuffled = rows[:]
    random.Random(2).shuffle(shuffled)
    assert busiest_first(shuffled) == busiest_first(rows)
