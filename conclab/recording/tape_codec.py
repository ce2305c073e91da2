"""Looks of the monitor as bytes, and back: the same looks, equal to what was live.

A tape is cut into *groups* of about a minute. A group begins with a *head*: all rows as they were before it, who of them has a
history, and where the machine's rates stood; folding can begin there. Then comes one *piece* an item: a machine sample, or what of
a table is not as in the one before. Numbers and text are MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md). The
pieces of a group are one zlib stream (RFC 1950) that is flushed after each of them (Z_SYNC_FLUSH): what one has in common with
those before it costs next to nothing, and each can be read as soon as it is written.

A piece of a table: its stamp; the positions, in the table before, of the rows that are gone; new rows with their positions; for the
other rows that are not the same objects their positions, which of their fields differ (a bit each), and those values; the positions
of who was born; those that have ended, by their positions in the table before, or as rows; and whether the reader kept account of
changes. Which fields a row has, and in which order, stands in the file: what another conclab has more or less of reads as blank.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import is_not
from typing import Any, get_args, get_type_hints

import msgspec

from conclab.model.machine import MachineRates, MachineSample
from conclab.model.machine_state import MachineState
from conclab.model.table import RowId, TaskRow, TaskTable
from conclab.model.table_state import TableState, is_worth_keeping
from conclab.model.text import harmless
from conclab.recording.tape import Look

Rows = tuple[TaskRow, ...]
FIELDS = TaskRow._fields
_SAMPLE, _TABLE = b"m", b"t"
_LEVEL = 6
_MOST_PIECE = 64 * 1024**2
"""Bytes of one piece when it is unpacked: a foreign file shall not fill the memory."""

_encode = msgspec.msgpack.Encoder().encode


class Rates(msgspec.Struct, array_like=True):
    """Where the machine's figures stood."""

    sample: MachineSample | None = None
    rates: MachineRates | None = None
    rates_from: MachineSample | None = None


class Head(msgspec.Struct, array_like=True):
    """What a group begins with."""

    at_ns: int | None
    """Of the table before it; None: there was none."""
    rows: list[list[Any]]
    known: list[int]
    """Positions of the rows that have a history."""
    machine: Rates


class Delta(msgspec.Struct, array_like=True):
    """What of a table is not as in the one before."""

    at_ns: int
    gone: list[int]
    new: list[tuple[int, list[Any]]]
    changed: list[int]
    masks: list[int]
    values: list[Any]
    born: list[int | RowId]
    ended: list[int | list[Any]]
    accounted: bool


class Encoder:
    """Turns looks into pieces. What was known before the first of them is given, so that histories go on as they do live."""

    def __init__(self, machine: MachineState, table: TableState) -> None:
        self._machine = machine
        self._known = set(table.known)
        self._rows: tuple[TaskRow, ...] = table.table.rows if table.table is not None else ()
        self._table_ns = table.table.at_ns if table.table is not None else None
        self._squeeze = zlib.compressobj(_LEVEL)

    def head(self) -> bytes:
        """Begin a group: its head."""
        self._squeeze = zlib.compressobj(_LEVEL)
        machine = Rates(self._machine.sample, self._machine.rates, self._machine.rates_from)
        places = [place for place, row in enumerate(self._rows) if row.id in self._known]
        self._known = {self._rows[place].id for place in places}
        rows: Any = self._rows
        return zlib.compress(_encode(Head(self._table_ns, rows, places, machine)), _LEVEL)

    def sample(self, sample: MachineSample, state: MachineState) -> bytes:
        """A machine sample, after which the state is this."""
        self._machine = state
        return self._piece(_SAMPLE + _encode(sample))

    def table(self, table: TaskTable) -> bytes:
        """A table."""
        delta = self._delta(table)
        self._rows, self._table_ns = table.rows, table.at_ns
        self._known.update(row.id for row in map(table.rows.__getitem__, delta.changed) if is_worth_keeping(row))
        self._known.update(table.rows[place].id for place, _row in delta.new if is_worth_keeping(table.rows[place]))
        return self._piece(_TABLE + _encode(delta))

    def _piece(self, raw: bytes) -> bytes:
        return self._squeeze.compress(raw) + self._squeeze.flush(zlib.Z_SYNC_FLUSH)

    def _delta(self, table: TaskTable) -> Delta:
        before, rows = self._rows, table.rows
        gone: list[int] = []
        new: list[tuple[int, Any]] = []
        pairs: Iterable[tuple[int, TaskRow, TaskRow]]
        moved = [place for place, other in enumerate(map(is_not, before, rows)) if other]
        if len(before) == len(rows) and all(before[place].id == rows[place].id for place in moved):
            pairs = [(place, before[place], rows[place]) for place in moved]
        else:
            places = {row.id: place for place, row in enumerate(rows)}
            gone = [place for place, row in enumerate(before) if row.id not in places]
            stayed = [row for row in before if row.id in places]
            if [places[row.id] for row in stayed] != sorted(places[row.id] for row in stayed):
                gone, stayed = list(range(len(before))), []  # in another order: all of it anew
            ids = {row.id for row in stayed}
            new = [(place, row) for place, row in enumerate(rows) if row.id not in ids]
            pairs = [(places[row.id], row, rows[places[row.id]]) for row in stayed if rows[places[row.id]] is not row]
        changed: list[int] = []
        masks: list[int] = []
        values: list[Any] = []
        for place, old, row in pairs:
            mask = 0
            for number, (was, value) in enumerate(zip(old, row, strict=True)):
                if was is not value and was != value:
                    mask |= 1 << number
                    values.append(value)
            changed.append(place)
            masks.append(mask)
        born, ended = self._born_and_ended(table)
        return Delta(table.at_ns, gone, new, changed, masks, values, born, ended, table.changed is not None)

    def _born_and_ended(self, table: TaskTable) -> tuple[list[Any], list[Any]]:
        born: list[Any] = []
        if table.born:
            found = {row.id: place for place, row in enumerate(table.rows) if row.id in table.born}
            born = sorted(found.values()) + sorted(table.born - found.keys())
        ended: list[Any] = []
        if table.ended:
            places = {id(row): place for place, row in enumerate(self._rows)}
            ended = [places.get(id(row), row) for row in table.ended]
        return born, ended


def _kinds(hint: Any) -> frozenset[type]:
    return frozenset({*(get_args(hint) or (hint,)), *((int,) if float in (get_args(hint) or (hint,)) else ())})


_TYPES = {name: _kinds(hint) for name, hint in get_type_hints(TaskRow).items()}
_TEXTS = frozenset(name for name, kinds in _TYPES.items() if str in kinds)
_DEFAULTS = [TaskRow._field_defaults.get(name) for name in FIELDS]


class Decoder:
    """Turns a group into its items. Raises ValueError (msgspec's and zlib's errors are turned into it) when it is no group."""

    def __init__(self, fields: Sequence[str]) -> None:
        """``fields``: those of a row in this file, in their order."""
        ours = {name: number for number, name in enumerate(FIELDS)}
        if not {"id", "parent", "kernel"} <= set(fields):
            raise ValueError("rows without an identity")
        self._number = [ours.get(name) for name in fields]
        """Of each field in the file its number here; None: not known here."""
        self._bits: dict[int, tuple[int, ...]] = {}
        self._texts: dict[str, str] = {}
        self._head = msgspec.msgpack.Decoder(Head)
        self._sample = msgspec.msgpack.Decoder(MachineSample)
        self._delta = msgspec.msgpack.Decoder(Delta)

    def head(self, head: bytes) -> Head:
        """What a group begins with."""
        found: Head = self._head.decode(_unsqueezed(zlib.decompressobj(), head))
        return found

    def unpacked(self, pieces: Iterable[bytes]) -> Iterator[MachineSample | Delta]:
        """All pieces of a group from its beginning on, unpacked and not yet put together."""
        unsqueeze = zlib.decompressobj()
        for piece in pieces:
            raw = memoryview(_unsqueezed(unsqueeze, piece))
            yield self._sample.decode(raw[1:]) if raw[:1] == _SAMPLE else self._delta.decode(raw[1:])

    def looks(self, rows: Rows, items: Iterable[MachineSample | Delta]) -> Iterator[Look]:
        """What was unpacked, put together. ``rows`` are those before it."""
        for item in items:
            if isinstance(item, Delta):
                table = self._table(rows, item)
                rows = table.rows
                yield table
            else:
                yield item

    def place_of(self, name: str) -> int:
        """Which field of a row in this file that is. Raises ValueError when there is none."""
        return self._number.index(FIELDS.index(name))

    def _table(self, before: tuple[TaskRow, ...], delta: Delta) -> TaskTable:
        rows = list(before)
        for place in reversed(delta.gone):
            del rows[place]
        fresh = [self.row(values) for _place, values in delta.new]
        for (place, _values), row in zip(delta.new, fresh, strict=True):
            rows.insert(place, row)
        values = iter(delta.values)
        for place, mask in zip(delta.changed, delta.masks, strict=True):
            old: list[Any] = list(rows[place])
            for field in self.bits(mask):
                number, value = self._number[field], next(values)
                if number is not None:
                    old[number] = self._checked(FIELDS[number], value)
            row = TaskRow._make(old)
            rows[place] = row
            fresh.append(row)
        born = frozenset(rows[one].id if isinstance(one, int) else one for one in delta.born)
        ended = tuple(before[one] if isinstance(one, int) else self.row(one) for one in delta.ended)
        return TaskTable(delta.at_ns, tuple(rows), born, ended, tuple(fresh) if delta.accounted else None)

    def bits(self, mask: int) -> tuple[int, ...]:
        """The fields that a mask names."""
        found = self._bits.get(mask)
        if found is None:
            if not 0 <= mask < 1 << len(self._number):
                raise ValueError("fields that a row has not")
            found = self._bits[mask] = tuple(number for number in range(len(self._number)) if mask >> number & 1)
        return found

    def row(self, values: list[Any]) -> TaskRow:
        """A row of this file."""
        row = list(_DEFAULTS)
        for number, value in zip(self._number, values, strict=True):
            if number is not None:
                row[number] = self._checked(FIELDS[number], value)
        return TaskRow._make(row)

    def _checked(self, name: str, value: Any) -> Any:
        """The value, if the field can have it; text made harmless, for a file may come from anywhere."""
        if name == "id":
            return msgspec.convert(value, RowId)
        kind = type(value)
        if kind not in _TYPES[name]:
            raise ValueError(f"{name} is a {kind.__name__}")
        if kind is str:
            known = self._texts.get(value)
            if known is None:
                known = self._texts[value] = harmless(value)
            return known
        if kind is float and not math.isfinite(value):
            raise ValueError(f"{name} is no number")
        return value


@contextmanager
def damage() -> Iterator[None]:
    """Whatever goes wrong with the bytes of a file is one kind of error: ValueError."""
    try:
        yield
    except (zlib.error, IndexError, TypeError, OverflowError, StopIteration, RecursionError) as error:
        raise ValueError(f"a look: {error}") from None


def _unsqueezed(unsqueeze: Any, piece: bytes) -> bytes:
    raw: bytes = unsqueeze.decompress(piece, _MOST_PIECE)
    if unsqueeze.unconsumed_tail or not raw:
        raise ValueError("a look that is too large, or empty")
    return raw
