"""Items of a run as rows of a recording, and back: the same items, equal to what was live.

What anybody may want to query has columns of its own: a dataclass of plain values becomes a row, field by field, in the order of
its declaration. So a field that is added to it is kept without a word here, and what an older file lacks reads as its default. The
rest is JSON by msgspec, which encodes dataclasses and decodes them by their types. Slices are packed columns: zlib over the bytes
of the array, little-endian, with its typecode before it.
"""

from __future__ import annotations

import json
import sys
import zlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Any, get_args

import msgspec

from conclab.model.events import Acquired, Event, Output, Released, Sliced, TaskFinished, Waiting
from conclab.model.slices import ExactTrace, Gap, TaskSlices
from conclab.model.tasks import TaskId

KINDS: Mapping[str, type] = {kind.__name__: kind for kind in get_args(Event)}
"""Every event by its name in the file."""

_MANY = (TaskFinished, Waiting, Acquired, Released, Output)
"""There may be thousands of these a second, so they are encoded the quickest way. It writes what is no finite number as null, but
they have only whole ones."""
_SQL = {"int": "INTEGER", "bool": "INTEGER", "float": "REAL", "str": "TEXT"}
_LIGHT = 1
"""zlib's quickest level: a third of the bytes for little time."""


def to_json(value: object) -> str:
    """Any dataclass as JSON; exact for everything that Python's JSON can have: NaN, and halves of surrogate pairs, too."""
    if isinstance(value, _MANY):
        try:
            return msgspec.json.encode(value).decode()
        except UnicodeEncodeError:
            pass
    return json.dumps(msgspec.to_builtins(value), separators=(",", ":"))


@cache
def _decoder(kind: type) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def from_json(text: str, kind: type) -> Any:
    """What ``to_json`` wrote. Raises ValueError when it is something else (msgspec's errors are such)."""
    try:
        return _decoder(kind).decode(text)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        return msgspec.convert(json.loads(text), kind)


def writable(text: str | None) -> str | None:
    """Text that a file in UTF-8 can have. It is harmless already; this holds for what nobody has thought of."""
    return text if text is None or text.isascii() else text.encode(errors="replace").decode()


@cache
def columns_of(kind: type) -> Mapping[str, str]:
    """The fields of a dataclass that are plain values, in their order, with the type of their columns."""
    found = {}
    for one in fields(kind):
        plain = _SQL.get(str(one.type).removesuffix(" | None"))
        if plain is not None:
            found[one.name] = plain
    return found


@cache
def flags_of(kind: type) -> frozenset[str]:
    """Those of them that are true or false; SQLite has only numbers."""
    return frozenset(one.name for one in fields(kind) if one.type == "bool")


def packed(column: array[int]) -> bytes:
    """A column of slices as bytes."""
    code: str = column.typecode
    if code in "lL" and column.itemsize == 8:
        code = {"l": "q", "L": "Q"}[code]  # the same here, and of one size everywhere
    if sys.byteorder == "big":
        column = array(column.typecode, column)
        column.byteswap()
    return code.encode() + zlib.compress(column, _LIGHT)


def unpacked(blob: bytes) -> array[int]:
    """What ``packed`` wrote. Raises ValueError when it is something else."""
    try:
        column: array[int] = array(blob[:1].decode())
        column.frombytes(zlib.decompress(blob[1:]))
    except (zlib.error, TypeError) as error:
        raise ValueError(f"slices: {error}") from None
    if sys.byteorder == "big":
        column.byteswap()
    return column


@cache
def packed_columns() -> tuple[str, ...]:
    """The columns of TaskSlices that are arrays."""
    return tuple(one.name for one in fields(TaskSlices) if one.name not in ("task", "name"))


def head_of(event: Sliced) -> str:
    """A trace without its tasks, as JSON; those have rows of their own."""
    trace = event.trace
    kept = {one.name: msgspec.to_builtins(getattr(trace, one.name)) for one in fields(trace) if one.name != "tasks"}
    return json.dumps({"at_ns": event.at_ns, "trace": kept}, separators=(",", ":"))


def sliced(head: str, tasks: Sequence[TaskSlices]) -> Sliced:
    """The event again. Raises ValueError when the head is none."""
    found = json.loads(head)
    try:
        known = {one.name for one in fields(ExactTrace)}
        kept = {name: value for name, value in found["trace"].items() if name in known}
        kept["gaps"] = msgspec.convert(kept.get("gaps", ()), tuple[Gap, ...])
        return Sliced(found["at_ns"], ExactTrace(tasks=tuple(tasks), **kept))
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"a trace: {error}") from None


def slices_row(one: TaskSlices) -> tuple[Any, ...]:
    """Its name and its packed columns."""
    return (writable(one.name), *(packed(getattr(one, name)) for name in packed_columns()))


def slices_of(task: TaskId, name: str, columns: Mapping[str, bytes]) -> TaskSlices:
    """The slices of a task again. Raises ValueError when the columns are none."""
    return TaskSlices(task=task, name=name, **{key: unpacked(blob) for key, blob in columns.items()})
