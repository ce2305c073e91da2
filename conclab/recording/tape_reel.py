"""Opening a tape: the looks of a file, read where one goes, a minute at a time.

What is small is read when it is opened: the stamps and figures of every look, and the marks. A group of looks is unpacked when one
goes there, and the latest few are kept. The file may be being written at this moment, by this process or another: ``refresh`` takes
in what has come since.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from conclab.model.machine import Machine
from conclab.model.table import TaskRow, TaskTable
from conclab.model.text import harmless
from conclab.recording import codec
from conclab.recording.levels import Curves, Figures
from conclab.recording.past import Mark
from conclab.recording.stored import RUN, TAPE, OtherKind, Summary, Unreadable, kind_of, named, opened, row_of, tape_summary
from conclab.recording.tape import Look, Place, TapeSession
from conclab.recording.tape_codec import Decoder
from conclab.recording.tape_file import MACHINE_COLUMNS, TASK_COLUMNS

DEPTH_NS = 300_000_000_000
"""How far back histories go (``history.MOST`` of one a second): folding begins as long before a moment, at least."""
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
        self._groups: dict[int, list[Look]] = {}
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
        """The group that holds the look five minutes before, so that histories are as long as they were."""
        early = bisect_right(self.stamps, self.stamps[stop - 1] - DEPTH_NS)
        number = max(0, bisect_right(self._firsts, early) - 1)
        first = self._firsts[number]
        whole_from = bisect_right(self.stamps, self.stamps[first] + DEPTH_NS) if number else 0
        with opened(self.path) as base:
            head = base.execute("SELECT head FROM groups WHERE first = ?", (first,)).fetchone()[0]
            return self._decoder.place(first, head, whole_from)

    def items(self, first: int, stop: int) -> Iterator[Look]:
        """Raises Unreadable when the file is damaged there."""
        number = max(0, bisect_right(self._firsts, first) - 1)
        rows: tuple[TaskRow, ...] | None = None
        while number < len(self._firsts) and self._firsts[number] < stop:
            begin = self._firsts[number]
            group = self._group(number, rows)
            yield from group[max(0, first - begin) : stop - begin]
            rows = next((item.rows for item in reversed(group) if isinstance(item, TaskTable)), None)
            number += 1

    def _group(self, number: int, rows: tuple[TaskRow, ...] | None) -> list[Look]:
        begin = self._firsts[number]
        found = self._groups.pop(begin, None)
        if found is None:
            end = self._firsts[number + 1] if number + 1 < len(self._firsts) else len(self.stamps)
            with opened(self.path) as base:
                head = base.execute("SELECT head FROM groups WHERE first = ?", (begin,)).fetchone()[0]
                pieces = [
                    row[0] for row in base.execute("SELECT body FROM pieces WHERE seq >= ? AND seq < ? ORDER BY seq", (begin, end))
                ]
                found = list(self._decoder.group(head, pieces, rows))
                if [item.at_ns for item in found] != self.stamps[begin:end]:
                    raise ValueError("looks with other stamps")
        self._groups[begin] = found  # the latest is the last
        while len(self._groups) > _MOST_GROUPS:
            del self._groups[next(iter(self._groups))]
        return found

    def marks(self) -> Sequence[Mark]:
        return self._marks

    def curves(self) -> Curves:
        if self._curves is None:
            self._curves = Curves(self._figures["machine"], lambda: self._figures["tasks"])
        return self._curves


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None
