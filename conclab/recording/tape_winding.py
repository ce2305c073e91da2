"""Winding a tape on to a moment: the states there, histories included, without making the tables on the way.

To fold five minutes of tables would make a row of forty fields for whatever changed in each second, and a history for each of them,
only to let go of them again. Here rows are lists that are changed in place, and histories grow in place; what comes out is equal to
the folds of ``model.table_state`` and ``model.machine_state`` (a test compares them at every second).
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable
from typing import Any

from conclab.model.history import FIELDS as KEPT
from conclab.model.history import GAP_NS, History
from conclab.model.lanes import CELL_NS, MOST_CELLS
from conclab.model.machine import MachineSample
from conclab.model.machine_state import MachineState, fold_machine, fold_rates
from conclab.model.table import RowId, TaskTable
from conclab.model.table_state import FORGOTTEN_AFTER_NS, WORTH_KEEPING, TableState
from conclab.recording.tape import Place
from conclab.recording.tape_codec import Decoder, Delta, Head

_MACHINE_NS = (MOST_CELLS + 8) * CELL_NS
"""How far back the machine's histories go."""


class _Past:
    """A history that grows in place."""

    __slots__ = ("at", "last", "until", "values")

    def __init__(self) -> None:
        self.at = array("q")
        self.values = array("f")
        self.until = 0
        self.last = b""

    def look(self, at_ns: int, figures: array[float], gap_ns: int) -> None:
        """As ``History.extended``."""
        packed = figures.tobytes()
        if packed != self.last:
            if any(map(math.isinf, figures)):
                raise ValueError("a figure without end")
            if self.at and at_ns - self.until > gap_ns:
                self.at.append(self.until)
                self.values.extend((math.nan,) * len(KEPT))
            self.at.append(at_ns)
            self.values.extend(figures)
            self.last = packed
        self.until = at_ns


class Winder:
    """Begins where a group does. Raises ValueError (within ``tape_codec.damage``) when what it is given is no group."""

    def __init__(self, decoder: Decoder, head: Head, until_ns: int) -> None:
        """``until_ns``: the moment that it is wound to."""
        self._decoder = decoder
        self._rows = head.rows
        self._id, self._cpu = decoder.place_of("id"), decoder.place_of("cpu_share")
        self._kept = [decoder.place_of(name) for name in KEPT]
        self._machine = MachineState(head.machine.sample, head.machine.rates, head.machine.rates_from)
        self._machine_ns = until_ns - _MACHINE_NS
        self._at_ns = head.at_ns
        self._pace_ns = 0
        self._past: list[_Past | None] = [None] * len(self._rows)
        self._left: dict[tuple[int, ...], _Past] = {}
        """Of those that are not in the table."""
        if head.at_ns is not None:
            for place in head.known:
                one = self._past[place] = _Past()
                one.look(head.at_ns, self._figures(self._rows[place]), GAP_NS)
        self._threads = self._has_threads()

    def wind(self, items: Iterable[MachineSample | Delta]) -> None:
        """Take in what has come next."""
        for item in items:
            if isinstance(item, Delta):
                self._table(item)
            else:
                fold = fold_machine if item.at_ns >= self._machine_ns else fold_rates
                self._machine = fold(self._machine, item)

    def place(self, number: int, whole_from: int) -> Place:
        """The states now, before the item of that number."""
        if self._at_ns is None:
            return Place(number, self._machine, TableState(), whole_from)
        rows = tuple(map(self._decoder.row, self._rows))
        kept = {row.id: _history(one) for row, one in zip(rows, self._past, strict=True) if one is not None}
        for id, one in self._left.items():
            if self._at_ns - one.until <= FORGOTTEN_AFTER_NS:
                kept[RowId(*id)] = _history(one)
        return Place(number, self._machine, TableState(TaskTable(self._at_ns, rows), kept, self._pace_ns), whole_from)

    def _table(self, delta: Delta) -> None:
        rows, past, id = self._rows, self._past, self._id
        for place in reversed(delta.gone):
            one, row = past.pop(place), rows.pop(place)
            if one is not None:
                self._left[tuple(row[id])] = one
        for place, values in delta.new:
            rows.insert(place, values)
            past.insert(place, self._left.pop(tuple(values[id]), None))
        given, gap_ns = iter(delta.values), max(GAP_NS, 2 * self._pace_ns)
        for place, mask in zip(delta.changed, delta.masks, strict=True):
            row = rows[place]
            for field in self._decoder.bits(mask):
                row[field] = next(given)
            self._look(place, delta.at_ns, gap_ns)
        for place, _values in delta.new:
            self._look(place, delta.at_ns, gap_ns)
        if delta.gone or delta.new:
            self._threads = self._has_threads()
        self._pace_ns = 0 if self._at_ns is None else delta.at_ns - self._at_ns
        self._at_ns = delta.at_ns

    def _look(self, place: int, at_ns: int, gap_ns: int) -> None:
        row, one = self._rows[place], self._past[place]
        if one is None:
            if (row[self._cpu] or 0.0) < WORTH_KEEPING:
                return
            one = self._past[place] = _Past()
        elif self._at_ns is not None and (self._threads or not row[self._id][1]):
            one.until = self._at_ns
        one.look(at_ns, self._figures(row), gap_ns)

    def _figures(self, row: list[Any]) -> array[float]:
        return array("f", [math.nan if (value := row[place]) is None else value for place in self._kept])

    def _has_threads(self) -> bool:
        return any(row[self._id][1] for row in self._rows)


def _history(one: _Past) -> History:
    return History.of(one.at, one.values, one.until)
