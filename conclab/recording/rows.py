"""Rows of a recording become items again: what ``store`` wrote, read in the order in which it came."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import fields
from typing import cast

from conclab.model.events import Event, Line, Output, Sliced
from conclab.model.machine import CoreTimes, MachineSample
from conclab.model.slices import TaskSlices
from conclab.model.surroundings import Surroundings
from conclab.model.tasks import TaskBatch, TaskId, TaskSample
from conclab.recording import codec


def events(base: sqlite3.Connection, tasks: dict[int, TaskId]) -> Iterator[tuple[int, Event]]:
    """All events with their numbers; lines and slices are in theirs again. Kinds that are not known are left out."""
    lines: dict[int, list[Line]] = defaultdict(list)
    for event, at_ns, worker, stream, text in base.execute("SELECT event, at_ns, worker, stream, text FROM lines ORDER BY rowid"):
        lines[event].append(Line(at_ns, worker, stream, text))
    packed = [name for name in codec.packed_columns() if name in _columns(base, "slices")]
    slices: dict[int, list[TaskSlices]] = defaultdict(list)
    for row in base.execute("SELECT * FROM slices ORDER BY rowid"):
        slices[row["event"]].append(codec.slices_of(tasks[row["task"]], row["name"], {name: row[name] for name in packed}))
    for seq, kind, body in base.execute("SELECT seq, kind, body FROM events ORDER BY seq"):
        known = codec.KINDS.get(kind)
        if known is Output:
            told = codec.from_json(body, Output)
            yield seq, Output(told.at_ns, tuple(lines[seq]), told.left_out)
        elif known is Sliced:
            yield seq, codec.sliced(body, slices[seq])
        elif known is not None:
            yield seq, cast(Event, codec.from_json(body, known))


def _columns(base: sqlite3.Connection, table: str) -> set[str]:
    return {row[0] for row in base.execute("SELECT name FROM pragma_table_info(?)", (table,))}


def _plain(base: sqlite3.Connection, table: str, kind: type) -> tuple[str, list[str], list[int]]:
    """Of a dataclass: what to select, the fields it fills, and which of them are true or false."""
    there = _columns(base, table)
    names = [name for name in codec.columns_of(kind) if name in there]
    flags = [index for index, name in enumerate(names) if name in codec.flags_of(kind)]
    return ", ".join(f'"{name}"' for name in names), names, flags


def batches(base: sqlite3.Connection, tasks: dict[int, TaskId]) -> Iterator[tuple[int, TaskBatch]]:
    """All batches of task samples with their numbers."""
    selected, names, flags = _plain(base, "samples", TaskSample)
    declared = [one.name for one in fields(TaskSample)]
    in_order = declared[: 1 + len(names)] == ["task", *names]  # by far the quickest, and there may be a million of them
    samples: dict[int, list[TaskSample]] = defaultdict(list)
    cursor = base.cursor()
    cursor.row_factory = None
    for batch, task, *values in cursor.execute(f"SELECT batch, task, {selected} FROM samples ORDER BY rowid"):
        for index in flags:
            values[index] = bool(values[index])
        if in_order:
            samples[batch].append(TaskSample(tasks[task], *values))
        else:
            samples[batch].append(TaskSample(task=tasks[task], **dict(zip(names, values, strict=True))))
    for seq, at_ns in base.execute("SELECT seq, at_ns FROM batches ORDER BY seq"):
        yield seq, TaskBatch(at_ns, tuple(samples[seq]))


def machine(base: sqlite3.Connection) -> Iterator[tuple[int, MachineSample]]:
    """All machine samples with their numbers."""
    bodies = base.execute("SELECT id, body FROM surroundings")
    around = {number: codec.from_json(body, Surroundings) for number, body in bodies}
    selected, names, _flags = _plain(base, "cores", CoreTimes)
    cores: dict[int, list[CoreTimes | None]] = defaultdict(list)
    for sample, *values in base.execute(f"SELECT machine, {selected} FROM cores ORDER BY rowid"):
        offline = all(value is None for value in values)
        cores[sample].append(None if offline else CoreTimes(**dict(zip(names, values, strict=True))))
    selected, names, _flags = _plain(base, "machine", MachineSample)
    for seq, load, surroundings, *values in base.execute(f"SELECT seq, load, around, {selected} FROM machine ORDER BY seq"):
        yield (
            seq,
            MachineSample(
                cores=tuple(cores[seq]),
                load=None if load is None else codec.from_json(load, tuple[float, float, float]),
                around=around.get(surroundings),
                **dict(zip(names, values, strict=True)),
            ),
        )
