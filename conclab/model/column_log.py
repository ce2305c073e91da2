"""A log in columns that only grows at its end, forgets its beginning, and is cheap to append to.

Whoever has a log has it as it was: appending gives a new one. The columns behind both are shared, as with ``model.history``: the
older one ends where it ended. Only when two logs have been made from one are the columns copied.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import Any

TEXTS = "O"
"""The type of a column of strings, beside those of the array module."""


class ColumnLog:
    """Rows from ``first`` up to ``stop`` of ``columns`` count; the first column is sorted. Not to be changed from outside."""

    __slots__ = ("_most", "columns", "dropped", "first", "stop")

    def __init__(self, types: str, most: int) -> None:
        """``types``: one character a column, an array's type code or TEXTS. ``most``: rows that are kept."""
        self.columns: tuple[Any, ...] = tuple([] if kind == TEXTS else array(kind) for kind in types)
        self.first = self.stop = 0
        self.dropped = 0
        """Rows that are forgotten."""
        self._most = most

    def __len__(self) -> int:
        return self.stop - self.first

    def appended(self, *row: object) -> ColumnLog:
        """The log with one more row."""
        return self.extended((row,))

    def extended(self, rows: Iterable[Sequence[object]]) -> ColumnLog:
        """The log with more rows."""
        grown = ColumnLog.__new__(ColumnLog)
        columns, first, stop, most = self.columns, self.first, self.stop, self._most
        # Another log has been made from this one already, or what is forgotten takes too much room: go on in columns of its own.
        if len(columns[0]) != stop or first > most // 4 + 16:
            columns = tuple(column[first:stop] for column in columns)
            first, stop = 0, stop - first
        for row in rows:
            for column, value in zip(columns, row, strict=True):
                column.append(value)
            stop += 1
        grown.columns, grown.stop, grown._most = columns, stop, most
        grown.first = max(first, stop - most)
        grown.dropped = self.dropped + grown.first - first
        return grown

    def cut(self, stop: int) -> ColumnLog:
        """The log without its rows from number ``stop`` on."""
        shorter = ColumnLog.__new__(ColumnLog)
        shorter.columns, shorter.first, shorter._most, shorter.dropped = self.columns, self.first, self._most, self.dropped
        shorter.stop = max(self.first, min(self.stop, stop))
        return shorter

    def rows_upto(self, value: int) -> int:
        """The number of the first row whose first column is greater than that, between ``first`` and ``stop``."""
        return bisect_right(self.columns[0], value, self.first, self.stop)

    def rows_before(self, value: int) -> int:
        """The number of the first row whose first column is not less than that."""
        return bisect_left(self.columns[0], value, self.first, self.stop)
