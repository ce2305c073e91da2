"""Opening a tape: the looks of a file, read where one goes, a minute at a time.

What is small is read when it is opened: the stamps and figures of every look, and the marks. A group of looks is unpacked when one
goes there, and the latest few are kept. The file may be being written at this moment, by this process or another: ``refresh`` takes
in what has come since.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from conclab.model.history import History
from conclab.model.lanes import CELL_NS, MOST_CELLS
from conclab.model.machine import Machine, MachineSample
from conclab.model.machine_state import MachineState, fold_machines, fold_rates
from conclab.model.table import RowId, TaskTable
from conclab.model.table_state import FORGOTTEN_AFTER_NS, TableState
from conclab.model.text import harmless
from conclab.recording import codec
from conclab.recording.garbage import nothing_collected
from conclab.recording.levels import Curves, Figures
from conclab.recording.past import Mark
from conclab.recording.stored import RUN, TAPE, OtherKind, Summary, Unreadable, kind_of, named, opened, row_of, tape_summary
from conclab.recording.tape import Look, Place, TapeSession
from conclab.recording.tape_codec import Decoder, Delta, Head, Rows, damage
from conclab.recording.tape_file import MACHINE_COLUMNS, TASK_COLUMNS
from conclab.recording.tape_winding import Winder, history_of

DEPTH_NS = 300_000_000_000
"""How far back histories go, at least (``history.MOST`` of one a second)."""
_MACHINE_NS = (MOST_CELLS + 8) * CELL_NS
"""How far back those of the machine go."""
TAIL = 16
"""Looks that are left to be folded: from there on one goes back."""
_NEAR_NS = DEPTH_NS + 120_000_000_000
"""So far from where one is groups stay unpacked: whoever asks for the past of a row may ask for that of another."""
_MOST_GROUPS = 4


def open_tape(path: Path) -> TapeSession:
    """A recording of the monitor, at its end. Raises Unreadable; OtherKind of a run."""
    return TapeSession(FileReel(path))


@dataclass(slots=True)
class _Group:
    """Items of a group from one of them on; the rest is put together when somebody asks for it."""

    first: int
    items: list[Look]
    rest: Iterator[Look]


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
        self._deltas: dict[int, list[MachineSample | Delta]] = {}
        """Of the latest groups, by the numbers of their first items, what was unpacked."""
        self._groups: dict[int, _Group] = {}
        """The same put together."""
        self._table_numbers: list[int] = []
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
            self._deltas.pop(after, None)
            self._firsts += [row[0] for row in base.execute("SELECT first FROM groups WHERE first > ? ORDER BY first", (after,))]
            rows = base.execute("SELECT at_ns, kind, text FROM marks ORDER BY at_ns")
            self._marks = [Mark(int(row["at_ns"]), str(row["kind"]), harmless(str(row["text"]))) for row in rows]
        self._curves = None
        if self._firsts[:1] != [0] or any(after < before for before, after in pairwise(self.stamps)):
            raise Unreadable(f"{named(self.path)} is damaged: its looks are in disorder")
        return 0

    def place(self, stop: int) -> Place:
        """Shortly before: the last few looks, one table among them, are left to be folded."""
        tables = self._table_numbers
        upto = max(0, min(stop - TAIL, tables[max(0, bisect_left(tables, stop) - 1)] if tables else stop))
        with opened(self.path), damage():
            return Place(upto, self._machine_before(upto), self._table_before(upto))

    def _machine_before(self, upto: int) -> MachineState:
        """The state of the machine before an item."""
        group = self._group_before(upto, _MACHINE_NS)
        given = self._head(group).machine
        state = MachineState(given.sample, given.rates, given.rates_from)
        since_ns = self.stamps[max(0, upto - 1)] - _MACHINE_NS
        samples = [item for item in self._unpacked_items(group, upto) if isinstance(item, MachineSample)]
        early = bisect_left(samples, since_ns, key=lambda item: item.at_ns)
        return fold_machines(reduce(fold_rates, samples[:early], state), samples[early:])

    def _table_before(self, upto: int) -> TableState:
        """The state of the tasks before an item; the past of who has ended is kept as long as it is live."""
        group = self._group_before(upto, FORGOTTEN_AFTER_NS)
        winder = Winder(self._decoder, self._head(group))
        for item in self._unpacked_items(group, upto):
            if isinstance(item, Delta):
                winder.wind(item)
        return winder.state(lambda id: self._history(id, upto))

    def _history(self, id: RowId, upto: int) -> History:
        """The past of a row before an item; empty when the file is damaged there, which whoever goes there is told."""
        group = self._group_before(upto, DEPTH_NS)
        try:
            with nothing_collected(), opened(self.path), damage():
                return history_of(id, self._decoder, self._head(group), self._unpacked_items(group, upto))
        except Unreadable:
            return History()

    def _group_before(self, item: int, ns: int) -> int:
        """The number of the group with which one has to begin to know so long a time before an item, and the pace of the tables."""
        early = bisect_right(self.stamps, self.stamps[max(0, item - 1)] - ns)
        known = bisect_left(self._table_numbers, early)
        return max(0, bisect_right(self._firsts, self._table_numbers[max(0, known - 2)] if known else early) - 1)

    def items(self, first: int, stop: int, rows: Rows) -> Iterator[Look]:
        """Raises Unreadable when the file is damaged there."""
        number = max(0, bisect_right(self._firsts, first) - 1)
        while number < len(self._firsts) and self._firsts[number] < stop:
            begin, end = max(first, self._firsts[number]), min(stop, self._end(number))
            for item in self._looks(number, begin, end, rows):
                yield item
                rows = item.rows if isinstance(item, TaskTable) else rows
            number += 1

    def _looks(self, number: int, begin: int, end: int, rows: Rows) -> list[Look]:
        """Items of a group. What is put together is kept; it is no more than what was asked for."""
        key = self._firsts[number]
        found = self._groups.pop(key, None)
        if found is None or found.first > begin:
            found = _Group(begin, [], self._decoder.looks(rows, self._unpacked(number)[begin - key :]))
        missing = end - found.first - len(found.items)
        if missing > 0:
            with opened(self.path), damage():
                found.items += islice(found.rest, missing)
        self._groups[key] = found  # the latest is the last
        while len(self._groups) > _MOST_GROUPS:
            del self._groups[next(iter(self._groups))]
        return found.items[begin - found.first : end - found.first]

    def _unpacked_items(self, group: int, upto: int) -> Iterator[MachineSample | Delta]:
        """Those from the beginning of a group up to an item."""
        while group < len(self._firsts) and self._firsts[group] < upto:
            yield from self._unpacked(group)[: upto - self._firsts[group]]
            group += 1

    def _unpacked(self, number: int) -> list[MachineSample | Delta]:
        """The items of a group. Raises Unreadable."""
        begin, end = self._firsts[number], self._end(number)
        found = self._deltas.get(begin)
        if found is None:
            with opened(self.path) as base, damage():
                rows = base.execute("SELECT body FROM pieces WHERE seq >= ? AND seq < ? ORDER BY seq", (begin, end)).fetchall()
                found = list(self._decoder.unpacked(row[0] for row in rows))
                if [item.at_ns for item in found] != self.stamps[begin:end]:
                    raise ValueError("looks with other stamps")
            for other in [one for one in self._deltas if abs(self.stamps[one] - self.stamps[begin]) > _NEAR_NS]:
                del self._deltas[other]
            self._deltas[begin] = found
        return found

    def _end(self, number: int) -> int:
        return self._firsts[number + 1] if number + 1 < len(self._firsts) else len(self.stamps)

    def _head(self, number: int) -> Head:
        with opened(self.path) as base:
            row = base.execute("SELECT head FROM groups WHERE first = ?", (self._firsts[number],)).fetchone()
            return self._decoder.head(row[0])

    def marks(self) -> Sequence[Mark]:
        return self._marks

    def curves(self) -> Curves:
        if self._curves is None:
            self._curves = Curves(self._figures["machine"], lambda: self._figures["tasks"])
        return self._curves


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None
