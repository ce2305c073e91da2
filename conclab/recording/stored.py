"""Reading recordings: what runs there are, and everything of one of them.

A file that is being written at this moment is read as of its last transaction and never touched. What a conclab has left behind
that was killed is merged into one file first. Files are opened by SQLite alone, never by open(2) beside it: to close such a
descriptor would take away the locks that this process has on the file (fcntl_locking(2)), and the lab writes in this process.
"""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from conclab.model.events import Event
from conclab.model.machine import Machine
from conclab.model.tasks import TaskId
from conclab.model.text import harmless
from conclab.recording import codec, rows
from conclab.recording.folder import TAPE_NAME, NoSuchRun, files_in, find, is_alive, runs_folder
from conclab.recording.store import APPLICATION, SCHEMA, TAPE_SCHEMA, Kept, merge

__all__ = ["NoSuchRun", "OtherKind", "StoredRun", "Summary", "Unreadable", "find", "open_run", "summaries"]


RUN, TAPE = "run", "tape"
"""What a file is: a run, or a recording of the monitor. Each has a table of that name, of one row."""


class Unreadable(Exception):
    """The file cannot be used. The message is one plain sentence that names it."""


class OtherKind(Unreadable):
    """It is a recording, and no run; or the other way round."""

    def __init__(self, path: Path, kind: str) -> None:
        what = {TAPE: "a recording of the monitor, not a run", RUN: "a run, not a recording of the monitor"}[kind]
        super().__init__(f"{named(path)} is {what}: `conclab replay {named(path)}` opens it")


@dataclass(frozen=True, slots=True)
class Summary:
    """One run in a list."""

    path: Path
    id: str
    began_s: float
    """Seconds since 1970."""
    experiment: str
    title: str
    pythons: tuple[str, ...]
    """Labels."""
    outcome: str
    """``ok``, ``stopped`` or a sentence; empty while it is not known: it is live, or was cut off."""
    status: str
    """The verdict's: holds, fails, undecided; of an unfinished run as it stood. Empty: there was none."""
    statement: str
    ratio: float | None
    unit: str
    wall_ns: int
    """How long it took, or has taken so far."""
    repetitions: int
    traced: bool
    size_bytes: int
    complete: bool
    """False: it is being written, or conclab was killed while it ran, or could not write any more."""
    live: bool
    """It is being written by a living conclab now."""
    began_ns: int = 0
    """CLOCK_MONOTONIC at ``began_s``: what joins the stamps of items with the time of day."""
    kind: str = RUN
    """RUN, or TAPE: a recording of the monitor has no experiment, no verdict and no repetitions."""


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run that was kept."""

    summary: Summary
    machine: Machine
    document: dict[str, Any] | None
    """As ``conclab run --json`` prints it; None of a run that is not complete."""
    plan: dict[str, Any]
    """What was asked: experiment, title, question, proposition, values, arms, pythons, rounds, seed, …"""
    result: dict[str, Any]
    """What came of it beside its repetitions (``model.runs.Run``); empty of a run that is not complete."""
    left_out: dict[str, int]
    """What was not kept, and how much of it: lines, samples, events, traces."""

    def events(self, *kinds: type) -> list[Event]:
        """Events of these kinds alone, in the order in which they came; not Output and not Sliced. Raises Unreadable."""
        names = [kind.__name__ for kind in kinds]
        wanted = f"SELECT kind, body FROM events WHERE kind IN ({', '.join('?' * len(names))}) ORDER BY seq"
        with opened(self.summary.path) as base:
            return [cast(Event, codec.from_json(body, codec.KINDS[kind])) for kind, body in base.execute(wanted, names)]

    def counts(self) -> dict[str, int]:
        """How much of each there is: events, lines, samples (of one task each), slices. Raises Unreadable."""
        with opened(self.summary.path) as base:
            return {
                table: int(base.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
                for table in ("events", "lines", "samples", "machine", "slices")
            }

    def items(self) -> list[Kept]:
        """Events, task batches, machine samples and exact slices in the order of their stamps, equal to what was live.

        Raises Unreadable.
        """
        with opened(self.summary.path) as base:
            base.execute("BEGIN")  # all of it as of one moment, should it be written now
            tasks = {row["id"]: TaskId(row["pid"], row["tid"], row["start_ticks"]) for row in base.execute("SELECT * FROM tasks")}
            found: list[tuple[int, int, Kept]] = []
            for seq, item in (*rows.events(base, tasks), *rows.batches(base, tasks), *rows.machine(base)):
                found.append((item.at_ns, seq, item))
        found.sort(key=lambda entry: entry[:2])
        return [item for _at, _seq, item in found]


def summaries(folder: Path | None = None) -> tuple[list[Summary], list[str]]:
    """All runs there, newest first, and a line for each file that cannot be used."""
    found: list[Summary] = []
    problems: list[str] = []
    folder = folder or runs_folder()
    try:
        files = files_in(folder)
    except OSError as error:
        return [], [f"{harmless(str(folder))} cannot be read: {_reason(error)}"]
    for path in files:
        try:
            with opened(path) as base:
                kind = kind_of(base, path)
                found.append((_summary if kind == RUN else tape_summary)(path, row_of(base, path, kind)))
        except Unreadable as error:
            problems.append(str(error))
    found.sort(key=lambda one: one.began_s, reverse=True)
    return found, problems


def open_run(path: Path) -> StoredRun:
    """A run by its file. Raises Unreadable; OtherKind of a recording of the monitor."""
    with opened(path) as base:
        if kind_of(base, path) != RUN:
            raise OtherKind(path, TAPE)
        row = row_of(base, path)
        return StoredRun(
            summary=_summary(path, row),
            machine=codec.from_json(row["machine"], Machine),
            document=json.loads(row["document"]) if row["document"] else None,
            plan=json.loads(row["plan"]),
            result=json.loads(row["result"]) if row["result"] else {},
            left_out=json.loads(row["left_out"]) if row["left_out"] else {},
        )


def tidy(folder: Path) -> None:
    """Merge what killed writers left behind. What cannot be mended now is left for the next time."""
    try:
        left = [folder / entry.name.removesuffix("-wal") for entry in os.scandir(folder) if entry.name.endswith(".conclab-wal")]
    except OSError:
        return
    for path in left:
        try:
            with opened(path):
                pass
        except Unreadable:
            pass


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The file, for reading, known to be a recording that can be read. Raises Unreadable, from inside the block, too."""
    try:
        _merge_leftover(path)
        with closing(_connect(path)) as base:
            kind_of(base, path)
            yield base
    except OSError as error:
        raise Unreadable(f"{named(path)} cannot be read: {_reason(error)}") from None
    except sqlite3.OperationalError as error:
        reason = "it may not be read, or its folder not be written" if "unable to open" in str(error) else str(error)
        raise Unreadable(f"{named(path)} cannot be read: {reason}") from None
    except (sqlite3.Error, ValueError, TypeError, KeyError) as error:
        raise Unreadable(f"{named(path)} is damaged and cannot be read: {harmless(str(error))[:120]}") from None


def _connect(path: Path) -> sqlite3.Connection:
    if not stat.S_ISREG(path.stat().st_mode):  # what is wrong with the path is said better by the system
        raise Unreadable(f"{named(path)} is no file")  # a pipe of that name would be waited for forever
    base = sqlite3.connect(f"file:{quote(os.fsencode(path.absolute()))}?mode=ro", uri=True, isolation_level=None, timeout=1.0)
    base.row_factory = sqlite3.Row
    return base


def kind_of(base: sqlite3.Connection, path: Path) -> str:
    """What it is: RUN or TAPE. Raises Unreadable when it is no recording, empty, or newer than this conclab."""
    try:
        application = base.execute("PRAGMA application_id").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if "not a database" not in str(error):
            raise
        raise Unreadable(f"{named(path)} is no recording of conclab") from None
    tables = {name for (name,) in base.execute("SELECT name FROM sqlite_schema WHERE name IN (?, ?)", (RUN, TAPE))}
    if application != APPLICATION:
        empty = not base.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        raise Unreadable(f"{named(path)} is {'empty' if empty else 'no recording of conclab'}")
    kind = TAPE if tables == {TAPE} else RUN
    schema, known = base.execute("PRAGMA user_version").fetchone()[0], {RUN: SCHEMA, TAPE: TAPE_SCHEMA}[kind]
    if schema > known:
        reads = f"its schema is {schema}, this one reads up to {known}"
        raise Unreadable(f"{named(path)} was written by a newer conclab ({reads}); update conclab to read it")
    return kind


def _merge_leftover(path: Path) -> None:
    if not Path(f"{path}-wal").exists():
        return
    try:
        with closing(_connect(path)) as base:
            kind = kind_of(base, path)
            over = {RUN: "outcome IS NOT NULL", TAPE: "ended"}[kind]
            writer, ended = base.execute(f"SELECT writer, {over} FROM {kind}").fetchone()
        if ended or not is_alive(json.loads(writer)):
            merge(path)
    except (sqlite3.Error, TypeError, ValueError):
        pass  # it is read as it is, as far as it can be


def row_of(base: sqlite3.Connection, path: Path, kind: str = RUN) -> dict[str, Any]:
    """The row that says what it is; a column that it lacks is None. Raises Unreadable when there is none."""
    try:
        row = base.execute(f"SELECT * FROM {kind}").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        row = None
    if row is None:
        raise Unreadable(f"{named(path)} is empty: conclab was killed before the run began")
    return defaultdict(lambda: None, dict(row))


def tape_summary(path: Path, row: dict[str, Any]) -> Summary:
    """A recording of the monitor in a list of runs."""
    complete = bool(row["ended"])
    looks, most = int(row["looks"]), int(row["most_tasks"])
    return Summary(
        path=path,
        id=harmless(path.stem),
        began_s=row["began_s"],
        experiment=TAPE_NAME,
        title="Recording of the monitor",
        pythons=(),
        outcome="ok" if complete else "",
        status="",
        statement=f"{looks:,} looks at up to {most:,} rows." if looks else "",
        ratio=None,
        unit="",
        wall_ns=max(0, row["last_ns"] - row["began_ns"]),
        repetitions=0,
        traced=False,
        size_bytes=_size_of(path),
        complete=complete,
        live=not complete and is_alive(json.loads(row["writer"])),
        began_ns=row["began_ns"],
        kind=TAPE,
    )


def _summary(path: Path, row: dict[str, Any]) -> Summary:
    complete = row["outcome"] is not None
    return Summary(
        path=path,
        id=harmless(path.stem),
        began_s=row["began_s"],
        experiment=row["experiment"],
        title=row["title"],
        pythons=tuple(json.loads(row["pythons"])),
        outcome=row["outcome"] or "",
        status=row["status"] or "",
        statement=row["statement"] or "",
        ratio=row["ratio"],
        unit=row["unit"] or "",
        wall_ns=row["wall_ns"] if row["wall_ns"] is not None else max(0, row["last_ns"] - row["began_ns"]),
        repetitions=row["repetitions"],
        traced=bool(row["traced"]),
        size_bytes=_size_of(path),
        complete=complete,
        live=not complete and is_alive(json.loads(row["writer"])),
        began_ns=row["began_ns"],
    )


def _size_of(path: Path) -> int:
    """Bytes, with what has not been merged yet."""
    found = 0
    for one in (path, Path(f"{path}-wal")):
        try:
            found += one.stat().st_size
        except OSError:
            pass
    return found


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def named(path: Path) -> str:
    """A file as it is called in a sentence."""
    return harmless(path.name)
