"""The tables of a tape, and writing into them.

A recording of the monitor is a SQLite file as a run's is (``store``), with the same application id and another table: ``tape``
instead of ``run``. What happened can be queried by anybody; the looks themselves are packed (``tape_codec``)::

    sqlite3 FILE.conclab "select datetime(began_s + (at_ns - began_ns) / 1e9, 'unixepoch'), cpu, switches from machine, tape"
    sqlite3 FILE.conclab "select at_ns, kind, text from marks"

It is in WAL mode while it is written, one transaction for what has come since the last: after kill -9 that is what is left. Pages
are small, for a look takes a few kilobytes, and what does not fill its last page is lost.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conclab.recording import codec
from conclab.recording.levels import MACHINE, TASKS, TASKS_PREFIX, Figures
from conclab.recording.past import Mark
from conclab.recording.store import APPLICATION, TAPE_SCHEMA, one_file
from conclab.recording.tape_codec import FIELDS

_PAGE_BYTES = 1024

MACHINE_COLUMNS = tuple(one.key for one in MACHINE)
TASK_COLUMNS = tuple(one.key.removeprefix(TASKS_PREFIX) for one in TASKS)


def _figures(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}" REAL' for name in names)


_TABLES = (
    """CREATE TABLE tape (
        conclab TEXT NOT NULL, began_s REAL NOT NULL, began_ns INTEGER NOT NULL, machine TEXT NOT NULL, writer TEXT NOT NULL,
        fields TEXT NOT NULL, last_ns INTEGER NOT NULL, looks INTEGER NOT NULL DEFAULT 0, most_tasks INTEGER NOT NULL DEFAULT 0,
        ended INTEGER NOT NULL DEFAULT 0)""",
    "CREATE TABLE groups (first INTEGER PRIMARY KEY, head BLOB NOT NULL)",
    "CREATE TABLE pieces (seq INTEGER PRIMARY KEY, body BLOB NOT NULL)",
    f"CREATE TABLE machine (seq INTEGER PRIMARY KEY, at_ns INTEGER NOT NULL, {_figures(MACHINE_COLUMNS)})",
    f"CREATE TABLE tasks (seq INTEGER PRIMARY KEY, at_ns INTEGER NOT NULL, {_figures(TASK_COLUMNS)})",
    "CREATE TABLE marks (at_ns INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL)",
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One item, packed."""

    seq: int
    at_ns: int
    body: bytes
    figures: Figures
    is_table: bool
    head: bytes | None = None
    """Of the group that it begins."""


class TapeFile:
    """A tape that is being written, by the thread that made this. Raises sqlite3.Error when that cannot be done."""

    def __init__(self, path: Path, begin: dict[str, Any]) -> None:
        """``path``: an empty file. ``begin``: the columns of its row, but for those that the pieces fill."""
        self._base = sqlite3.connect(path, isolation_level=None, timeout=1.0)
        try:
            self._base.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
            self._base.execute(f"PRAGMA application_id = {APPLICATION}")
            self._base.execute(f"PRAGMA user_version = {TAPE_SCHEMA}")
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("PRAGMA synchronous = NORMAL")
            self._base.execute("BEGIN IMMEDIATE")
            with self._base:
                for statement in _TABLES:
                    self._base.execute(statement)
                row = {**begin, "fields": json.dumps(FIELDS)}
                self._base.execute(f"INSERT INTO tape ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
        except BaseException:
            self._base.close()
            raise

    def write(self, pieces: Iterable[Piece], marks: Iterable[Mark], row: dict[str, Any]) -> None:
        """One transaction: these, and what of the tape's row has changed."""
        self._base.execute("BEGIN IMMEDIATE")
        with self._base:
            for piece in pieces:
                if piece.head is not None:
                    self._base.execute("INSERT INTO groups VALUES (?, ?)", (piece.seq, piece.head))
                self._base.execute("INSERT INTO pieces VALUES (?, ?)", (piece.seq, piece.body))
                table = "tasks" if piece.is_table else "machine"
                values = (piece.seq, piece.at_ns, *piece.figures)
                self._base.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})", values)
            found = [(mark.at_ns, mark.kind, codec.writable(mark.text)) for mark in marks]
            self._base.executemany("INSERT INTO marks VALUES (?, ?, ?)", found)
            changes = ", ".join(f"{name} = ?" for name in row)
            self._base.execute(f"UPDATE tape SET {changes}", list(row.values()))

    @property
    def size_bytes(self) -> int:
        """What the file takes, or will once it is merged."""
        pages = self._base.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()
        return int(pages[0])

    def close(self, *, merged: bool = True) -> None:
        """Close it, as one file unless somebody reads it now."""
        try:
            if merged:
                one_file(self._base)
        finally:
            self._base.close()
