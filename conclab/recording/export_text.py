"""A run as JSON and as CSV. Both are written piece by piece: what is in memory is the run itself and not its text."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any, TextIO

import msgspec

from conclab.model.events import Sliced
from conclab.model.machine import MachineSample
from conclab.model.slices import PREEMPTED, UNENDED, UNKNOWN, TaskSlices
from conclab.model.tasks import TaskBatch
from conclab.recording.export_steps import Life, Step, steps_of
from conclab.recording.feed import Item

SCHEMA = 1

COLUMNS = (
    "at_ns",
    "arm",
    "round",
    "worker",
    "pid",
    "tid",
    "core",
    "on_core_ns",
    "wants_core_ns",
    "blocked_ns",
    "blocked_on",
    "inferred",
    "voluntary",
    "involuntary",
    "control",
    "python",
    "sampled",
)
"""Of the samples. ``at_ns`` is the end of the interval; ``sampled`` is 0 where that is not one between two samples, but what the
worker's own account tells beyond them."""
SLICE_COLUMNS = (
    *("start_ns", "end_ns", "arm", "round", "worker", "pid", "tid", "core", "ended", "runnable_ns", "woken_ns", "waker_tid"),
    *("control", "python"),
)


def write_json(items: Sequence[Item], document: dict[str, Any] | None, out: TextIO) -> None:
    """One object; keys are only ever added:

    * ``schema``: 1;
    * ``document``: what ``conclab run --json`` prints; null when the run was cut off;
    * ``events``: in order, each with its kind as ``event`` and its fields (``model.events``), stamps in ``at_ns``;
    * ``samples``: the experiment's tasks, each look at one task an object (``model.tasks.TaskSample``);
    * ``machine``: the machine's counters at each look (``model.machine.MachineSample``);
    * ``slices``: what was traced, one object a repetition, with ``tasks``, each with its slices as columns (``model.slices``).

    All stamps are CLOCK_MONOTONIC, in nanoseconds. What is not known is null. Raises OSError when it cannot be written.
    """
    out.write(f'{{"schema": {SCHEMA},\n"document": {_text(document)}')
    parts: tuple[tuple[str, Iterator[Any]], ...] = (
        ("events", (_event(item) for item in items if not isinstance(item, TaskBatch | MachineSample | Sliced))),
        ("samples", (_sample(one) for item in items if isinstance(item, TaskBatch) for one in item.tasks)),
        ("machine", (item for item in items if isinstance(item, MachineSample))),
        ("slices", (_trace(item) for item in items if isinstance(item, Sliced))),
    )
    for name, found in parts:
        out.write(f',\n"{name}": [')
        for number, one in enumerate(found):
            out.write(",\n" if number else "\n")
            out.write(_text(one))
        out.write("]")
    out.write("}\n")


def _text(value: Any) -> str:
    """As strict JSON: there a number that is none (a workload's own result may be NaN) is null."""
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:  # half a surrogate pair, of a path that is not UTF-8
        return json.dumps(msgspec.to_builtins(value))


def _event(item: Item) -> dict[str, Any]:
    return {"event": type(item).__name__, **msgspec.to_builtins(item)}


def _sample(one: Any) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(one)
    return {**found.pop("task"), **found}


def _trace(item: Sliced) -> dict[str, Any]:
    trace = item.trace
    names = [one.name for one in fields(trace) if one.name != "tasks"]
    found: dict[str, Any] = {name: msgspec.to_builtins(getattr(trace, name)) for name in names}
    return {"at_ns": item.at_ns, **found, "tasks": [_columns(one) for one in trace.tasks]}


def _columns(one: TaskSlices) -> dict[str, Any]:
    plain = {part.name: list(getattr(one, part.name)) for part in fields(one) if part.name not in ("task", "name", "ended")}
    return {**msgspec.to_builtins(one.task), "name": one.name, **plain, "ended": [chr(how) for how in one.ended]}


def write_csv(items: Iterable[Item], out: TextIO) -> None:
    """One row for each worker and interval between two samples; see ``COLUMNS``. Raises OSError when it cannot be written."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for step in steps_of(items):
        rows = [(piece.end_ns, life, piece) for life in step.lives for piece in life.pieces]
        rows.sort(key=lambda row: row[0])
        for at_ns, life, piece in rows:
            writer.writerow(
                (
                    *(at_ns, step.arm.name, step.round, life.worker, life.task.pid, life.task.tid, piece.core),
                    *(piece.on_core_ns, piece.wants_core_ns, piece.blocked_ns, piece.blocked_on, int(piece.inferred)),
                    *(piece.voluntary, piece.involuntary, int(step.control), step.python, int(piece.sampled)),
                )
            )


def write_slices_csv(items: Iterable[Item], out: TextIO) -> None:
    """One row for each exact slice of each worker, cut to the worker's life; see ``SLICE_COLUMNS``. Only the header where nothing
    was traced. What is not known is blank; so is ``ended`` where the worker ended and its task went on."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(SLICE_COLUMNS)
    for step in steps_of(items):
        exact = {one.task: one for one in step.trace.tasks} if step.trace else {}
        for life in step.lives:
            if life.task in exact:
                writer.writerows(_slice_rows(step, life, exact[life.task]))


def _slice_rows(step: Step, life: Life, one: TaskSlices) -> Iterator[tuple[object, ...]]:
    """Of a slice that reaches beyond the worker's life, what lies within: one task may be several workers in turn."""
    for index, (start, end) in enumerate(zip(one.start_ns, one.end_ns, strict=True)):
        first, last = max(start, life.start_ns), end if life.end_ns is None else min(end, life.end_ns)
        if first < last:
            known = (one.runnable_ns[index], one.woken_ns[index], one.waker[index]) if first == start else (UNKNOWN,) * 3
            yield (
                *(first, last, step.arm.name, step.round, life.worker, life.task.pid, life.task.tid, one.core[index]),
                _end(one.ended[index]) if last == end else None,
                *(None if value == UNKNOWN else value for value in known),
                *(int(step.control), step.python),
            )


def _end(how: int) -> str | None:
    """Why a slice ended: preempted, or the letter of the state that the task fell into; None: that is not known."""
    return None if how == UNENDED else "preempted" if how == PREEMPTED else chr(how)
