"""Opening a tape: the looks of a file, read where one goes, a minute at a time.

What is small is read when it is opened: the stamps and figures of every look, and the marks. A group of looks is unpacked when one
goes there, and the latest few are kept. The file may be being written at this moment, by this process or another: ``refresh`` takes
in what has come since.
"""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from conclab.model.machine import Machine
from conclab.model.table import TaskTable
from conclab.model.text import harmless
from conclab.recording import codec
from conclab.recording.levels import Curves, Figures
from conclab.recording.past import Mark
from conclab.recording.stored import RUN, TAPE, OtherKind, Summary, Unreadable, kind_of, named, opened, row_of, tape_summary
from conclab.recording.tape import Look, Place, TapeSession
from conclab.recording.tape_codec import Decoder, Rows, damage
from conclab.recording.tape_file import MACHINE_COLUMNS, TASK_COLUMNS
from conclab.recording.tape_winding import Winder

DEPTH_NS = 300_000_000_000
"""How far back histories go (``history.MOST`` of one a second): folding begins as long before a moment, at least."""
_MARGIN_NS = 20_000_000_000
"""So much before a moment the histories are whole, too: one goes back from there."""
TAIL = 40
"""Looks that are left to be folded."""
_MOST_GROUPS = 12


def open_tape(path: Path) -> TapeSession:
    """A recording of the monitor, at its end. Raises Unreadable; OtherKind of a run."""
    return TapeSession(FileReel(path))


class FileReel:
    """The looks of a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with opened(path) as base:
            if kind_of(base, path) != TAPE:
                raise OtherKind(path, RUN)
            row = row_of(base, path, TAPE)
            self.summary: Summary = tape_summary(path, row)
            self.machine: Machine = codec.from_json(row["machine"], Machine)
            self.epoch_s: float = row["began_s"] - row["began_ns"] / 1e9
            self._decoder = Decoder(json.loads(row["fields"]))
        self.stamps: list[int] = []
        self._firsts: list[int] = []
        """Numbers of the first items of the groups, ascending."""
        self._figures: dict[str, list[tuple[int, Figures]]] = {"machine": [], "tasks": []}
        self._marks: list[Mark] = []
        self._curves: Curves | None = None
        self._groups: dict[int, tuple[int, list[Look]]] = {}
        """By the number of its first item: from which of its items on it is unpacked, and those."""
        self._table_numbers: list[int] = []
        self._wound: tuple[int, Rows] = (-1, ())
        """To which item it was wound last, and the rows before that."""
        if self.refresh() is None:
            raise Unreadable(f"{named(path)} is empty: conclab was killed before anything of it was recorded")

    def refresh(self) -> int | None:
        """Take in what was written since. Raises Unreadable."""
        with opened(self.path) as base:
            base.execute("BEGIN")
            seen = len(self.stamps)
            looks: list[tuple[int, int]] = []
            for table, columns in (("machine", MACHINE_COLUMNS), ("tasks", TASK_COLUMNS)):
                there = {row[0] for row in base.execute("SELECT name FROM pragma_table_info(?)", (table,))}
                chosen = ", ".join(f'"{name}"' if name in there else "NULL" for name in columns)
                for seq, at_ns, *values in map(
                    tuple, base.execute(f"SELECT seq, at_ns, {chosen} FROM {table} WHERE seq >= ? ORDER BY seq", (seen,))
                ):
                    looks.append((int(seq), int(at_ns)))
                    if table == "tasks":
                        self._table_numbers.append(int(seq))
                    self._figures[table].append((int(at_ns), tuple(_number(value) for value in values)))
            if not looks:
                return None
            looks.sort()
            if [seq for seq, _at in looks] != list(range(seen, seen + len(looks))):
                raise Unreadable(f"{named(self.path)} is damaged: looks are missing in it")
            self.stamps += [at_ns for _seq, at_ns in looks]
            after = self._firsts[-1] if self._firsts else -1
            self._groups.pop(after, None)
            self._firsts += [row[0] for row in base.execute("SELECT first FROM groups WHERE first > ? ORDER BY first", (after,))]
            rows = base.execute("SELECT at_ns, kind, text FROM marks ORDER BY at_ns")
            self._marks = [Mark(int(row["at_ns"]), str(row["kind"]), harmless(str(row["text"]))) for row in rows]
        self._curves = None
        if self._firsts[:1] != [0] or any(after < before for before, after in pairwise(self.stamps)):
            raise Unreadable(f"{named(self.path)} is damaged: its looks are in disorder")
        return 0

    def place(self, stop: int) -> Place:
        """Shortly before: wound on from the group that holds the look five minutes before, so that histories are as long as they
        were. The last few looks, one table among them, are left to be folded."""
        early = bisect_right(self.stamps, self.stamps[stop - 1] - DEPTH_NS - _MARGIN_NS)
        group = max(0, bisect_right(self._firsts, early) - 1)
        tables = self._table_numbers
        upto = max(self._firsts[group], min(stop - TAIL, tables[max(0, bisect_left(tables, stop) - 1)] if tables else stop))
        with opened(self.path) as base, damage():
            winder: Winder | None = None
            for number in range(group, len(self._firsts)):
                begin = self._firsts[number]
                if winder is None:
                    winder = Winder(self._decoder, self._decoder.head(self._head(base, begin)), self.stamps[stop - 1])
                if begin >= upto:
                    break
                winder.wind(self._decoder.deltas(self._pieces(base, begin, min(upto, self._end(number)))))
            assert winder is not None
            whole_from = bisect_right(self.stamps, self.stamps[self._firsts[group]] + DEPTH_NS) if group else 0
            place = winder.place(upto, whole_from)
        self._wound = upto, place.table.table.rows if place.table.table is not None else ()
        return place

    def items(self, first: int, stop: int) -> Iterator[Look]:
        """Raises Unreadable when the file is damaged there."""
        rows: Rows | None = self._wound[1] if self._wound[0] == first else None
        number = max(0, bisect_right(self._firsts, first) - 1)
        while number < len(self._firsts) and self._firsts[number] < stop:
            begin = self._firsts[number]
            offset, group = self._group(number, max(0, first - begin), rows)
            yield from group[max(0, first - begin - offset) : stop - begin - offset]
            rows = next((item.rows for item in reversed(group) if isinstance(item, TaskTable)), None)
            number += 1

    def _group(self, number: int, skip: int, rows: Rows | None) -> tuple[int, list[Look]]:
        """A group from its item ``skip`` on, or from one before; that one's number in it, and the items. ``rows`` are those before
        ``skip``, if they are at hand."""
        begin, end = self._firsts[number], self._end(number)
        found = self._groups.pop(begin, None)
        if found is None or found[0] > skip:
            skip = skip if rows is not None else 0
            with opened(self.path) as base:
                items = list(self._decoder.group(self._head(base, begin), self._pieces(base, begin, end), rows, skip))
                if [item.at_ns for item in items] != self.stamps[begin + skip : end]:
                    raise ValueError("looks with other stamps")
            found = skip, items
        self._groups[begin] = found  # the latest is the last
        while len(self._groups) > _MOST_GROUPS:
            del self._groups[next(iter(self._groups))]
        return found

    def _end(self, number: int) -> int:
        return self._firsts[number + 1] if number + 1 < len(self._firsts) else len(self.stamps)

    def _head(self, base: sqlite3.Connection, begin: int) -> bytes:
        found: bytes = base.execute("SELECT head FROM groups WHERE first = ?", (begin,)).fetchone()[0]
        return found

    def _pieces(self, base: sqlite3.Connection, begin: int, end: int) -> list[bytes]:
        return [row[0] for row in base.execute("SELECT body FROM pieces WHERE seq >= ? AND seq < ? ORDER BY seq", (begin, end))]

    def marks(self) -> Sequence[Mark]:
        return self._marks

    def curves(self) -> Curves:
        if self._curves is None:
            self._curves = Curves(self._figures["machine"], lambda: self._figures["tasks"])
        return self._curves


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None
