"""Winding a tape on to a moment: the table there, histories included, without making the tables on the way.

To fold five minutes of tables would make a row of forty fields for whatever changed in each second, and a history for each of them,
only to let go of them again. Here rows are lists that are changed in place, from less than two minutes before on; and the history
of a row is made when somebody asks for it, for screens show that of one row. What comes out is equal to the folds of
``model.table_state`` (a test compares them at every second).
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any

from conclab.model.history import FIELDS as KEPT
from conclab.model.history import GAP_NS, History
from conclab.model.table import RowId, TaskTable
from conclab.model.table_state import FORGOTTEN_AFTER_NS, WORTH_KEEPING, TableState
from conclab.recording.tape_codec import Decoder, Delta, Head

Ids = tuple[int, ...]


class Winder:
    """Begins where a group does. Raises ValueError (within ``tape_codec.damage``) when what it is given is no group."""

    def __init__(self, decoder: Decoder, head: Head) -> None:
        self._decoder = decoder
        self._rows = head.rows
        self._id, self._cpu = decoder.place_of("id"), decoder.place_of("cpu_share")
        self._at_ns = head.at_ns
        self._pace_ns = 0
        self._looked: list[int | None] = [None] * len(self._rows)
        """When each row was looked at last, if it has a history: it had changed then, or this is where we began."""
        for place in head.known:
            self._looked[place] = head.at_ns
        self._left: dict[Ids, tuple[int, list[Any]]] = {}
        """Those that have a history and are not in the table: the same of them, and their rows."""

    def wind(self, delta: Delta) -> None:
        """Take in the table that has come next."""
        rows, looked, id, cpu, bits = self._rows, self._looked, self._id, self._cpu, self._decoder.bits
        for place in reversed(delta.gone):
            at_ns, row = looked.pop(place), rows.pop(place)
            if at_ns is not None:
                self._left[tuple(row[id])] = at_ns, row
        for place, values in delta.new:
            known = self._left.pop(tuple(values[id]), None)
            rows.insert(place, list(values))
            looked.insert(place, delta.at_ns if known or (values[cpu] or 0.0) >= WORTH_KEEPING else None)
        given, at_ns = iter(delta.values), delta.at_ns
        for place, mask in zip(delta.changed, delta.masks, strict=True):
            row = rows[place]
            for field in bits(mask):
                row[field] = next(given)
            if looked[place] is not None or (row[cpu] or 0.0) >= WORTH_KEEPING:
                looked[place] = at_ns
        self._pace_ns = 0 if self._at_ns is None else at_ns - self._at_ns
        self._at_ns = at_ns

    def state(self, past: Callable[[RowId], History]) -> TableState:
        """The state now. ``past`` gives the history of a row up to now."""
        now_ns = self._at_ns
        if now_ns is None:
            return TableState()
        figures, kept = _Figures(self._decoder), {}
        rows = tuple(map(self._decoder.row, self._rows))
        there = [(row.id, at_ns, values) for row, at_ns, values in zip(rows, self._looked, self._rows, strict=True)]
        left = [(RowId(*id), at_ns, values) for id, (at_ns, values) in self._left.items() if now_ns - at_ns <= FORGOTTEN_AFTER_NS]
        for id, until_ns, values in (*there, *left):
            if until_ns is not None:
                kept[id] = History.after(cache(partial(past, id)), array("q", (now_ns,)), figures.of(values), until_ns)
        return TableState(TaskTable(now_ns, rows), kept, self._pace_ns)


class _Figures:
    """What a history keeps of a row in this file."""

    def __init__(self, decoder: Decoder) -> None:
        self.places = [decoder.place_of(name) for name in KEPT]

    def of(self, row: list[Any]) -> array[float]:
        """Raises ValueError when a figure is none."""
        found = array("f", [math.nan if (value := row[place]) is None else value for place in self.places])
        if any(map(math.isinf, found)):
            raise ValueError("a figure without end")
        return found


class _Past:
    """A history that grows in place."""

    def __init__(self) -> None:
        self.at = array("q")
        self.values = array("f")
        self.until_ns = 0
        self._last = b""

    def look(self, at_ns: int, figures: array[float], gap_ns: int) -> None:
        """As ``History.extended``."""
        packed = figures.tobytes()
        if packed != self._last:
            if self.at and at_ns - self.until_ns > gap_ns:
                self.at.append(self.until_ns)
                self.values.extend((math.nan,) * len(KEPT))
            self.at.append(at_ns)
            self.values.extend(figures)
            self._last = packed
        self.until_ns = at_ns


def history_of(id: RowId, decoder: Decoder, head: Head, items: Iterable[object]) -> History:
    """The past of one row from a head on. Of the other rows no more is looked at than where they are, which is where it is, and
    how many values they take. Raises ValueError (within ``tape_codec.damage``) when what it is given is no group."""
    figures, id_place, cpu = _Figures(decoder), decoder.place_of("id"), decoder.place_of("cpu_share")
    ids: list[Ids] = [tuple(row[id_place]) for row in head.rows]
    place = ids.index(id) if id in ids else None
    row: list[Any] = head.rows[place] if place is not None else []
    past, before_ns, pace_ns = _Past(), head.at_ns, 0
    if place is not None and place in head.known and before_ns is not None:
        past.look(before_ns, figures.of(row), GAP_NS)
    for delta in items:
        if not isinstance(delta, Delta):
            continue
        looked = False
        with_threads = place is not None
        if delta.gone or delta.new:
            with_threads = with_threads or any(tid for _pid, tid, _start in ids)
            for gone in reversed(delta.gone):
                del ids[gone]
            for at, values in delta.new:
                ids.insert(at, tuple(values[id_place]))
                if ids[at] == id:
                    row, looked = list(values), True
            place = ids.index(id) if id in ids else None
        if place is not None and place in delta.changed:
            number = delta.changed.index(place)
            value = sum(map(int.bit_count, delta.masks[:number]))
            for field in decoder.bits(delta.masks[number]):
                row[field] = delta.values[value]
                value += 1
            looked = True
        if looked and (past.at or (row[cpu] or 0.0) >= WORTH_KEEPING):
            if past.at and before_ns is not None and (with_threads or not id.tid):
                past.until_ns = before_ns
            past.look(delta.at_ns, figures.of(row), max(GAP_NS, 2 * pace_ns))
        pace_ns = 0 if before_ns is None else delta.at_ns - before_ns
        before_ns = delta.at_ns
    return History.of(past.at, past.values, past.until_ns)
