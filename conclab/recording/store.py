"""The tables of a recording, and writing into them.

A recording is one SQLite file (https://sqlite.org/fileformat.html), so anybody can query it::

    sqlite3 RUN.conclab "select worker, count(*) from lines group by worker"
    sqlite3 RUN.conclab "select at_ns, name, state, core, on_core_ns, wants_core_ns from task_samples where tid = 4711"
    sqlite3 RUN.conclab "select body ->> 'worker', body ->> 'lock', at_ns from events where kind = 'Waiting'"

Stamps are CLOCK_MONOTONIC nanoseconds; ``run.began_s`` (seconds since 1970) and ``run.began_ns`` are the same moment. Counters are
the kernel's, so they only grow; null is "could not be had". ``seq`` is the order in which things arrived.

While it is written it is in WAL mode (https://sqlite.org/wal.html): whoever reads it sees it as of the last transaction, and after
kill -9 that is what is left. ``merge`` makes one file of it again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from conclab.model.events import Event, Line, Output, Sliced, WorkerFinished
from conclab.model.machine import CoreTimes, MachineSample
from conclab.model.tasks import TaskBatch, TaskId, TaskSample
from conclab.recording import codec

SCHEMA = 1
"""Raised whenever what is written could not be read by the conclab before; that one then refuses it."""
TAPE_SCHEMA = 1
"""The same of a recording of the monitor (``tape_file``)."""
APPLICATION = 0x636E6C62
"""``PRAGMA application_id``: "cnlb". Tells a recording from any other SQLite file."""
SUFFIX = ".conclab"

Kept = MachineSample | TaskBatch | Event
"""What of a run is kept."""

_RUN = """
CREATE TABLE run (
    id TEXT NOT NULL, conclab TEXT NOT NULL, began_s REAL NOT NULL, began_ns INTEGER NOT NULL,
    experiment TEXT NOT NULL, title TEXT NOT NULL, pythons TEXT NOT NULL, traced INTEGER NOT NULL,
    plan TEXT NOT NULL, machine TEXT NOT NULL, writer TEXT NOT NULL,
    last_ns INTEGER NOT NULL, repetitions INTEGER NOT NULL DEFAULT 0,
    outcome TEXT, wall_ns INTEGER, status TEXT, statement TEXT, ratio REAL, unit TEXT,
    result TEXT, document TEXT, left_out TEXT)
"""


def _declared(kind: type) -> str:
    return ", ".join(f"{name} {sql}" for name, sql in codec.columns_of(kind).items())


def _tables() -> list[str]:
    blobs = ", ".join(f"{name} BLOB" for name in codec.packed_columns())
    shown = ", ".join(f"samples.{name}" for name in codec.columns_of(TaskSample))
    return [
        _RUN,
        "CREATE TABLE events (seq INTEGER PRIMARY KEY, at_ns INTEGER NOT NULL, kind TEXT NOT NULL, worker TEXT, body TEXT)",
        "CREATE TABLE lines (event INTEGER NOT NULL, at_ns INTEGER NOT NULL, worker TEXT, stream TEXT, text TEXT NOT NULL)",
        "CREATE TABLE tasks (id INTEGER PRIMARY KEY, pid INTEGER NOT NULL, tid INTEGER NOT NULL, start_ticks INTEGER)",
        "CREATE TABLE batches (seq INTEGER PRIMARY KEY, at_ns INTEGER NOT NULL)",
        f"CREATE TABLE samples (batch INTEGER NOT NULL, task INTEGER NOT NULL, {_declared(TaskSample)})",
        f"CREATE VIEW task_samples AS SELECT pid, tid, {shown} FROM samples JOIN tasks ON tasks.id = samples.task",
        f"CREATE TABLE machine (seq INTEGER PRIMARY KEY, {_declared(MachineSample)}, load TEXT, around INTEGER)",
        f"CREATE TABLE cores (machine INTEGER NOT NULL, core INTEGER NOT NULL, {_declared(CoreTimes)})",
        "CREATE TABLE surroundings (id INTEGER PRIMARY KEY, body TEXT NOT NULL)",
        f"CREATE TABLE slices (event INTEGER NOT NULL, task INTEGER NOT NULL, name TEXT NOT NULL, {blobs})",
    ]


def _placed(table: str, columns: int) -> str:
    return f"INSERT INTO {table} VALUES ({', '.join('?' * columns)})"


def _values(item: object, kind: type) -> list[Any]:
    found = [getattr(item, name) for name in codec.columns_of(kind)]
    return [codec.writable(value) if isinstance(value, str) else value for value in found]


class Store:
    """A recording that is being written, by the thread that made this. Raises sqlite3.Error when that cannot be done."""

    def __init__(self, path: Path) -> None:
        self._base = sqlite3.connect(path, isolation_level=None, timeout=1.0)
        try:
            self._base.execute(f"PRAGMA application_id = {APPLICATION}")
            self._base.execute(f"PRAGMA user_version = {SCHEMA}")
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            self._base.close()
            raise
        self._tasks: dict[TaskId, int] = {}
        self._surroundings: tuple[object, int] | None = None
        self._seq = 0

    def begin(self, run: dict[str, Any]) -> None:
        """Make the tables and the row of the run, whose columns are ``run``; a reader sees all of it or nothing."""
        with self._transaction():
            for statement in _tables():
                self._base.execute(statement)
            names = ", ".join(run)
            self._base.execute(f"INSERT INTO run ({names}) VALUES ({', '.join('?' * len(run))})", list(run.values()))

    def write(self, items: Iterable[Kept | PackedTrace], run: dict[str, Any]) -> None:
        """One transaction: these items, and what of the run's row has changed."""
        before = self._seq, dict(self._tasks), self._surroundings
        try:
            with self._transaction():
                self._write(items)
                changes = ", ".join(f"{name} = ?" for name in run)
                self._base.execute(f"UPDATE run SET {changes}", list(run.values()))
        except BaseException:
            self._seq, self._tasks, self._surroundings = before
            raise

    @property
    def size_bytes(self) -> int:
        """What the file takes, or will once it is merged."""
        pages = self._base.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()
        return int(pages[0])

    def close(self) -> None:
        """Merge and close. Where somebody reads it now, it is merged when the last of them has gone."""
        try:
            one_file(self._base)
        finally:
            self._base.close()

    def abandon(self) -> None:
        """Close, whatever is in it."""
        self._base.close()

    def _transaction(self) -> sqlite3.Connection:
        self._base.execute("BEGIN IMMEDIATE")
        return self._base  # as a context it commits, or rolls back when something is raised

    def _write(self, items: Iterable[Kept | PackedTrace]) -> None:
        events: list[tuple[Any, ...]] = []
        lines: list[tuple[Any, ...]] = []
        for item in items:
            self._seq += 1
            if isinstance(item, TaskBatch):
                self._batch(item)
            elif isinstance(item, MachineSample):
                self._machine(item)
            elif isinstance(item, PackedTrace):
                events.append((self._seq, item.at_ns, Sliced.__name__, None, item.head))
                rows = [(self._seq, self._task(task), *row) for task, row in item.rows]
                self._base.executemany(_placed("slices", 3 + len(codec.packed_columns())), rows)
            elif isinstance(item, Output):
                events.append(self._event(item, Output(item.at_ns, (), item.left_out)))
                lines += [(self._seq, *_line(line)) for line in item.lines]
            else:
                events.append(self._event(item, item))
        self._base.executemany(_placed("events", 5), events)
        self._base.executemany(_placed("lines", 5), lines)

    def _event(self, item: Event, kept: Event) -> tuple[Any, ...]:
        worker = item.result.worker if isinstance(item, WorkerFinished) else getattr(item, "worker", None)
        return (self._seq, item.at_ns, type(item).__name__, codec.writable(worker), codec.to_json(kept))

    def _batch(self, batch: TaskBatch) -> None:
        self._base.execute(_placed("batches", 2), (self._seq, batch.at_ns))
        rows = [(self._seq, self._task(sample.task), *_values(sample, TaskSample)) for sample in batch.tasks]
        if rows:
            self._base.executemany(_placed("samples", len(rows[0])), rows)

    def _task(self, task: TaskId) -> int:
        number = self._tasks.get(task)
        if number is None:
            number = self._tasks[task] = len(self._tasks) + 1
            self._base.execute(_placed("tasks", 4), (number, task.pid, task.tid, task.start_ticks))
        return number

    def _machine(self, sample: MachineSample) -> None:
        around: int | None = None
        if sample.around is not None:
            if self._surroundings is None or self._surroundings[0] != sample.around:
                around = 1 + (self._surroundings[1] if self._surroundings else 0)
                self._surroundings = (sample.around, around)
                self._base.execute(_placed("surroundings", 2), (around, codec.to_json(sample.around)))
            around = self._surroundings[1]
        load = None if sample.load is None else codec.to_json(sample.load)
        row = (self._seq, *_values(sample, MachineSample), load, around)
        self._base.execute(_placed("machine", len(row)), row)
        offline = [None] * len(codec.columns_of(CoreTimes))
        cores = [
            (self._seq, number, *(offline if core is None else _values(core, CoreTimes)))
            for number, core in enumerate(sample.cores)
        ]
        if cores:
            self._base.executemany(_placed("cores", len(cores[0])), cores)


def _line(line: Line) -> tuple[Any, ...]:
    return line.at_ns, codec.writable(line.worker), line.stream, codec.writable(line.text)


class PackedTrace:
    """The slices of a repetition, packed: a tenth of their size, and made by whoever has the time for it."""

    def __init__(self, event: Sliced) -> None:
        self.at_ns = event.at_ns
        self.head = codec.head_of(event)
        self.rows: list[tuple[TaskId, tuple[Any, ...]]] = [(one.task, codec.slices_row(one)) for one in event.trace.tasks]


def one_file(base: sqlite3.Connection) -> None:
    """Merge what was written into the file itself; not while anybody else has it open. Raises sqlite3.Error."""
    try:
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        base.execute("PRAGMA journal_mode = DELETE")  # refused while anybody else has the file open
    except sqlite3.OperationalError as error:
        if "lock" not in str(error):
            raise


def merge(path: Path) -> None:
    """One file of what a writer left behind who was killed; nothing happens while anybody has it open. Raises sqlite3.Error."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0.0)) as base:
        one_file(base)
