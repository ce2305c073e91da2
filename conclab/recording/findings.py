"""What was found about the claims, and what somebody guessed before: one SQLite file beside the runs.

Findings belong to the machine, to the cores that could be used there, and to the Python: those of other conditions stay in the file
and are not shown. Each is one transaction, so ``kill -9`` costs nothing that was found, and several conclabs may write at once. A
file that cannot be used is told (``problem``) and left as it is; nothing is kept then.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from conclab.model.claims import Finding, Guess
from conclab.model.text import harmless
from conclab.recording import codec
from conclab.recording.folder import VARIABLE as RUNS
from conclab.recording.folder import runs_folder
from conclab.sampling.identity import machine_id

VARIABLE = "CONCLAB_FINDINGS"
"""Names another file than the usual one."""
NAME = "findings.sqlite3"
SCHEMA = 1
"""Raised whenever what is written could not be read by the conclab before; that one then refuses it."""
APPLICATION = 0x636E6C66
"""``PRAGMA application_id``: "cnlf"."""
MOST_OF_ONE = 10
"""So many findings of a claim are kept under the same conditions; of more the oldest are forgotten."""

_PATIENCE_S = 5.0
_TABLES = (
    "CREATE TABLE findings (id INTEGER PRIMARY KEY, machine TEXT NOT NULL, usable_cores REAL NOT NULL, python TEXT NOT NULL,"
    " version TEXT NOT NULL, number INTEGER NOT NULL, standing TEXT NOT NULL, began_s REAL NOT NULL, body TEXT NOT NULL)",
    "CREATE INDEX findings_by_claim ON findings (machine, usable_cores, number, python)",
    "CREATE TABLE guesses (machine TEXT NOT NULL, number INTEGER NOT NULL, guess TEXT NOT NULL, at_s REAL NOT NULL,"
    " PRIMARY KEY (machine, number))",
)
_NEWEST = (
    "SELECT body FROM findings WHERE id IN"
    " (SELECT max(id) FROM findings WHERE machine = ? AND usable_cores = ? GROUP BY number, python)"
)
_TOO_OLD = (
    "DELETE FROM findings WHERE machine = :m AND usable_cores = :c AND number = :n AND python = :p AND id NOT IN (SELECT id FROM"
    " findings WHERE machine = :m AND usable_cores = :c AND number = :n AND python = :p ORDER BY id DESC LIMIT :most)"
)
_Answer = TypeVar("_Answer")


def findings_file() -> Path:
    """``$CONCLAB_FINDINGS``; else in the folder that ``$CONCLAB_RUNS`` names, or the user's data folder (XDG)."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).expanduser()
    return (runs_folder() if os.environ.get(RUNS) else runs_folder().parent) / NAME


class _Refused(Exception):
    """The file is not ours to use. The message follows its name."""


class Findings:
    """Those of one machine with so many usable cores. From any thread."""

    def __init__(self, usable_cores: float, machine: str | None = None, file: Path | None = None) -> None:
        """``machine``: as ``sampling.identity`` calls it; None: this one."""
        self.machine = machine_id() if machine is None else machine
        self.file = file or findings_file()
        self._usable_cores = usable_cores
        self.problem = ""
        """Why the last one could not be kept or read, as one sentence; empty: it could."""

    def keep(self, finding: Finding) -> bool:
        """Write it down; whether that could be done."""
        where = finding.conditions

        def write(base: sqlite3.Connection) -> bool:
            base.execute(
                "INSERT INTO findings (machine, usable_cores, python, version, number, standing, began_s, body)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    where.machine,
                    where.usable_cores,
                    codec.writable(where.python),
                    where.version,
                    finding.number,
                    finding.standing.value,
                    finding.began_s,
                    codec.to_json(finding),
                ),
            )
            same = {"m": where.machine, "c": where.usable_cores, "n": finding.number, "p": codec.writable(where.python)}
            base.execute(_TOO_OLD, {**same, "most": MOST_OF_ONE})
            return True

        return self._ask(write, False, making=True)

    def latest(self) -> Mapping[int, tuple[Finding, ...]]:
        """By claim the newest finding for each Python, older Pythons first; on this machine, with as many usable cores as now."""

        def read(base: sqlite3.Connection) -> list[Finding]:
            rows = base.execute(_NEWEST, (self.machine, self._usable_cores)).fetchall()
            return [found for (body,) in rows if (found := _finding(body)) is not None]

        nothing: list[Finding] = []
        by_claim: dict[int, list[Finding]] = {}
        for finding in sorted(self._ask(read, nothing), key=_age_of_python):
            by_claim.setdefault(finding.number, []).append(finding)
        return {number: tuple(found) for number, found in sorted(by_claim.items())}

    def guesses(self) -> Mapping[int, Guess]:
        """What was guessed on this machine, by claim."""

        def read(base: sqlite3.Connection) -> dict[int, Guess]:
            rows = base.execute("SELECT number, guess FROM guesses WHERE machine = ?", (self.machine,))
            return {int(number): Guess(guess) for number, guess in rows if guess in set(Guess)}

        return self._ask(read, {})

    def keep_guess(self, number: int, guess: Guess) -> bool:
        """Write it down, instead of an earlier one; whether that could be done."""

        def write(base: sqlite3.Connection) -> bool:
            row = (self.machine, number, guess.value, time.time())
            base.execute("INSERT OR REPLACE INTO guesses VALUES (?, ?, ?, ?)", row)
            return True

        return self._ask(write, False, making=True)

    def _ask(self, question: Callable[[sqlite3.Connection], _Answer], nothing: _Answer, making: bool = False) -> _Answer:
        """The answer to a question, or ``nothing``, and then ``problem`` says why. ``making``: the file, when there is none."""
        self.problem = ""
        try:
            if not self.file.exists():
                if not making:
                    return nothing
                self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            elif not self.file.is_file():
                raise _Refused("is no file")
            with _opened(self.file, making) as base:
                return question(base)
        except (_Refused, sqlite3.Error, OSError) as error:
            name = harmless(str(self.file))
            if isinstance(error, _Refused):
                self.problem = f"{name} {error}; what is found is not kept"
            else:
                why = (error.strerror if isinstance(error, OSError) else None) or str(error)
                self.problem = f"what was found cannot be {'kept' if making else 'read'} in {name}: {harmless(why).lower()}"
            return nothing


@contextmanager
def _opened(file: Path, writing: bool) -> Iterator[sqlite3.Connection]:
    """The file in one transaction. Raises sqlite3.Error and _Refused."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=_PATIENCE_S)) as base:
        base.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
        (application,) = base.execute("PRAGMA application_id").fetchone()
        (schema,) = base.execute("PRAGMA user_version").fetchone()
        if application == 0 and not base.execute("SELECT 1 FROM sqlite_master").fetchone():
            base.execute(f"PRAGMA application_id = {APPLICATION}")
            base.execute(f"PRAGMA user_version = {SCHEMA}")
            for table in _TABLES:
                base.execute(table)
        elif application != APPLICATION:
            raise _Refused("is no file of conclab's findings")
        elif schema > SCHEMA:
            raise _Refused("was written by a newer conclab")
        with base:  # commits, or rolls back when something is raised
            yield base


def _finding(body: str) -> Finding | None:
    """None for one that cannot be read: the others still can."""
    try:
        found: Finding = codec.from_json(body, Finding)
    except ValueError:
        return None
    return found


def _age_of_python(finding: Finding) -> tuple[tuple[int, ...], str, str]:
    where = finding.conditions
    numbers = tuple(int(part) for part in where.version.split(".") if part.isdigit())
    return numbers[:2], where.label, where.python
