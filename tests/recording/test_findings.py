"""What was found is kept under its conditions, exactly, and whatever happens to the file is told and not fatal."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from conclab.model.claims import Conditions, Finding, Guess, Standing
from conclab.recording import findings as room
from conclab.recording.findings import MOST_OF_ONE, Findings, findings_file
from conclab.recording.folder import VARIABLE as RUNS
from tests.recording.made_up import made_up

HERE = Conditions("m", 2.0, "/usr/bin/python3", "3.11", "3.11.2", True)


@pytest.fixture
def kept(tmp_path: Path) -> Findings:
    return Findings(2.0, "m", tmp_path / "deep" / "findings.sqlite3")


def found(number: int = 34, standing: Standing = Standing.FAILS, where: Conditions = HERE, began_s: float = 1.0) -> Finding:
    return Finding(number, standing, where, began_s=began_s)


def test_findings_come_back_exactly_as_they_were(kept: Findings) -> None:
    chance = random.Random(5)
    for number in range(25):
        one: Finding = replace(made_up(Finding, chance), number=number, conditions=HERE)
        assert kept.keep(one), kept.problem
        assert kept.latest()[number] == (one,)


def test_the_newest_of_each_python_is_told_older_pythons_first(kept: Findings) -> None:
    newer = replace(HERE, python="/opt/3.13/python", label="3.13", version="3.13.0")
    free = replace(HERE, python="/opt/3.13t/python", label="3.13t", version="3.13.0")
    for where in (free, newer, HERE):
        kept.keep(found(where=where))
    kept.keep(found(standing=Standing.HOLDS, where=free))
    kept.keep(found(1))
    latest = kept.latest()
    assert list(latest) == [1, 34]
    assert [(one.conditions.label, one.standing.value) for one in latest[34]] == [
        ("3.11", "fails"),
        ("3.13", "fails"),
        ("3.13t", "holds"),
    ]


def test_a_python_that_was_made_anew_replaces_the_one_that_was_there(kept: Findings) -> None:
    kept.keep(found())
    kept.keep(found(where=replace(HERE, version="3.11.9")))
    (one,) = kept.latest()[34]
    assert one.conditions.version == "3.11.9"


def test_findings_of_other_machines_and_of_fewer_cores_are_kept_apart(kept: Findings) -> None:
    kept.keep(found())
    kept.keep(found(where=replace(HERE, usable_cores=0.5), standing=Standing.UNDECIDED))
    assert [one.standing for one in kept.latest()[34]] == [Standing.FAILS]
    assert [one.standing for one in Findings(0.5, "m", kept.file).latest()[34]] == [Standing.UNDECIDED]
    assert Findings(2.0, "other", kept.file).latest() == {}


def test_a_guess_can_be_changed_and_is_this_machines(kept: Findings) -> None:
    assert kept.guesses() == {}
    kept.keep_guess(34, Guess.HOLDS)
    kept.keep_guess(34, Guess.DEPENDS)
    kept.keep_guess(1, Guess.FAILS)
    assert kept.guesses() == {34: Guess.DEPENDS, 1: Guess.FAILS}
    assert Findings(2.0, "other", kept.file).guesses() == {}


def test_only_the_last_ones_are_kept(kept: Findings) -> None:
    for number in range(MOST_OF_ONE + 3):
        kept.keep(found(began_s=number))
        kept.keep(found(35, began_s=number))
    with sqlite3.connect(kept.file) as base:
        rows = base.execute("SELECT began_s FROM findings WHERE number = 34 ORDER BY id").fetchall()
    base.close()
    assert [row[0] for row in rows] == list(range(3, MOST_OF_ONE + 3))


def test_to_read_makes_no_file(kept: Findings) -> None:
    assert (kept.latest(), kept.guesses(), kept.problem) == ({}, {}, "")
    assert not kept.file.parent.exists()


def _garbage(file: Path) -> None:
    file.write_bytes(b"this is no database at all" * 100)


def _newer(file: Path) -> None:
    with sqlite3.connect(file) as base:
        base.execute(f"PRAGMA application_id = {room.APPLICATION}")
        base.execute(f"PRAGMA user_version = {room.SCHEMA + 1}")
        base.execute("CREATE TABLE findings (x)")
    base.close()


def _anothers(file: Path) -> None:
    with sqlite3.connect(file) as base:
        base.execute("CREATE TABLE recipes (x)")
    base.close()


def _folder(file: Path) -> None:
    file.mkdir()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [(_garbage, "not a database"), (_newer, "a newer conclab"), (_anothers, "no file of conclab's"), (_folder, "is no file")],
)
def test_a_file_that_cannot_be_used_is_told_and_left_as_it_is(tmp_path: Path, spoil: Callable[[Path], None], said: str) -> None:
    file = tmp_path / "findings.sqlite3"
    spoil(file)
    before = None if file.is_dir() else file.read_bytes()
    kept = Findings(2.0, "m", file)
    assert kept.latest() == {}
    assert said in kept.problem
    assert kept.keep(found()) is False
    assert said in kept.problem
    assert str(file) in kept.problem
    assert before is None or file.read_bytes() == before


def test_a_line_that_cannot_be_read_costs_only_itself(kept: Findings) -> None:
    kept.keep(found(1))
    kept.keep(found(2))
    with sqlite3.connect(kept.file) as base:
        base.execute("UPDATE findings SET body = 'half of it' WHERE number = 1")
    base.close()
    assert list(kept.latest()) == [2]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept = Findings(2.0, "m", tmp_path / "file" / "findings.sqlite3")
    assert kept.keep(found()) is False
    assert "cannot be kept" in kept.problem


_WRITER = """
import sys, time
from pathlib import Path
from conclab.model.claims import *
from conclab.recording.findings import Findings
kept = Findings(2.0, "m", Path(sys.argv[1]))
first = int(sys.argv[2])
number = first
while True:
    number += 1
    where = Conditions("m", 2.0, f"/python{first}", "3.11", "3.11.2")
    print(number if kept.keep(Finding(number, Standing.HOLDS, where)) else kept.problem, flush=True)
    time.sleep(0.02)
"""
"""Who writes without a pause takes the lock again before SQLite, which looks for it up to 100 ms apart, gives it to another."""


def test_two_that_write_at_once_and_are_killed_lose_nothing_that_they_have_kept(tmp_path: Path) -> None:
    file = tmp_path / "findings.sqlite3"
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(file), str(first)], stdout=subprocess.PIPE, text=True)
        for first in (0, 1000)
    ]
    said: list[set[int]] = []
    try:
        for writer in writers:
            assert writer.stdout is not None
            said.append({int(writer.stdout.readline()) for _ in range(5)})
    finally:
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
        rests = [writer.communicate()[0] for writer in writers]
    told = set.union(*said, *({int(line) for line in rest.splitlines()} for rest in rests))
    kept = Findings(2.0, "m", file)
    assert set(kept.latest()) >= told
    assert kept.keep(found())


def test_the_file_lies_beside_the_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(room.VARIABLE, raising=False)
    monkeypatch.setenv(RUNS, str(tmp_path / "runs"))
    assert findings_file() == tmp_path / "runs" / room.NAME
    monkeypatch.delenv(RUNS)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert findings_file() == tmp_path / "conclab" / room.NAME
    monkeypatch.setenv(room.VARIABLE, "~/elsewhere")
    assert findings_file() == Path(os.path.expanduser("~/elsewhere"))


def test_a_machine_is_told_from_others_and_its_id_is_not() -> None:
    from conclab.sampling.identity import machine_id

    told = machine_id()
    assert told == machine_id()
    assert len(told) == 16
    etc = Path("/etc/machine-id")
    assert not etc.exists() or told not in etc.read_text()
