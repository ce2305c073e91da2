"""Recordings: what goes in comes out, whoever writes and whoever was killed; what cannot be used is said in a sentence."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conclab.model.events import Line, Output, RunStarted, Sliced, WorkerFinished
from conclab.model.machine import MachineSample
from conclab.model.tasks import TaskBatch
from conclab.recording import codec, store, stored
from conclab.recording.folder import own_writer
from conclab.recording.store import Kept, PackedTrace, Store
from conclab.recording.stored import Unreadable, open_run, summaries
from conclab.sampling.scripted import scripted_machine
from tests.recording.made_up import made_up

DEAD = {"pid": 1, "start": -1, "boot": "another"}
EACH = 8


def head(**given: Any) -> dict[str, Any]:
    return {
        "id": "one",
        "conclab": "0",
        "began_s": 1.5e9,
        "began_ns": 10,
        "experiment": "under-test",
        "title": "under test",
        "pythons": '["3.11"]',
        "traced": False,
        "plan": "{}",
        "machine": codec.to_json(scripted_machine(2)),
        "writer": json.dumps(own_writer()),
        "last_ns": 10,
        **given,
    }


def write(to: Store, items: list[Any], **row: Any) -> None:
    to.write([PackedTrace(item) if isinstance(item, Sliced) else item for item in items], {"last_ns": 99, **row})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "one.conclab"


@pytest.fixture
def writing(path: Path) -> Iterator[Store]:
    """A recording that is being written."""
    one = Store(path)
    one.begin(head())
    yield one
    one.close()


def finished(path: Path, *items: Kept, **given: Any) -> Path:
    one = Store(path)
    one.begin(head(**given))
    write(one, list(items), outcome="ok")
    one.close()
    return path


def left_behind(path: Path, to: Path) -> Path:
    """What is there when the writer of ``path`` is killed now."""
    to.parent.mkdir(exist_ok=True)
    for end in ("", "-wal"):
        shutil.copy(f"{path}{end}", f"{to}{end}")
    return to


def said(at_ns: int) -> Output:
    return Output(at_ns, (Line(at_ns, "w1", "stdout", "x"),))


def test_everything_that_can_be_said_of_a_run_comes_out_as_it_went_in(path: Path, writing: Store) -> None:
    chance = random.Random(4)
    kinds = [*codec.KINDS.values(), TaskBatch, MachineSample]
    items = [made_up(kind, chance) for kind in kinds for _ in range(EACH)]
    chance.shuffle(items)
    write(writing, items[:100])
    write(writing, items[100:])
    kept = open_run(path).items()
    expected = sorted(items, key=lambda item: item.at_ns)
    for found, item in zip(kept, expected, strict=True):
        assert found == item
        assert type(found) is type(item)


def test_paths_and_results_that_are_not_utf_8_come_out_as_they_went_in(path: Path, writing: Store) -> None:
    chance = random.Random(1)
    started = replace(made_up(RunStarted, chance), at_ns=1, values={"path": "/tmp/\udcff"})
    ended = made_up(WorkerFinished, chance)
    ended = replace(ended, at_ns=2, result=replace(ended.result, result="\ud800", worker="half \ud800"))
    line = Output(3, (Line(3, "w1", "stdout", "\ud800"),))
    write(writing, [started, ended, line])
    assert open_run(path).items() == [started, ended, Output(3, (Line(3, "w1", "stdout", "?"),))]


def test_what_is_not_a_number_is_one_of_those_that_come_out(path: Path, writing: Store) -> None:
    measured = codec.KINDS["Measured"](1, None, "ratio", float("nan"), "")
    write(writing, [measured])
    (found,) = open_run(path).items()
    assert repr(found) == repr(measured)


def test_anybody_can_query_it(path: Path) -> None:
    chance = random.Random(2)
    batch = made_up(TaskBatch, chance)
    while not batch.tasks:
        batch = made_up(TaskBatch, chance)
    ended = made_up(WorkerFinished, chance)
    finished(path, batch, said(5), said(6), ended)
    with closing(sqlite3.connect(path)) as base:
        assert base.execute("select worker, count(*) from lines group by worker").fetchall() == [("w1", 2)]
        (who,) = base.execute("select worker from events where kind = 'WorkerFinished'").fetchone()
        found = base.execute("select pid, tid, name, on_core_ns, crowded from task_samples").fetchall()
    assert found == [(one.task.pid, one.task.tid, one.name, one.on_core_ns, one.crowded) for one in batch.tasks]
    assert who == ended.result.worker


def test_while_it_is_written_it_reads_as_of_the_last_transaction_and_is_live(path: Path, writing: Store) -> None:
    write(writing, [said(1)], repetitions=3)
    (summary,), problems = summaries(path.parent)
    assert (summary.live, summary.complete, summary.outcome, summary.repetitions) == (True, False, "", 3)
    assert not problems
    assert Path(f"{path}-wal").exists(), "what somebody writes is not touched"
    write(writing, [said(2)])
    assert len(open_run(path).items()) == 2
    write(writing, [], outcome="ok", wall_ns=7)
    (summary,), _ = summaries(path.parent)
    assert (summary.live, summary.complete, summary.outcome, summary.wall_ns) == (False, True, "ok", 7)


def test_what_a_killed_writer_leaves_is_whole_and_becomes_one_file(path: Path, writing: Store) -> None:
    write(writing, [said(1), said(2)], repetitions=1)
    write(writing, [said(3)], writer=json.dumps(DEAD))
    found = left_behind(path, path.parent / "left" / "two.conclab")
    (summary,), problems = summaries(found.parent)
    assert (summary.live, summary.complete, problems) == (False, False, [])
    assert open_run(found).items() == [said(1), said(2), said(3)]
    assert [entry.name for entry in found.parent.iterdir()] == ["two.conclab"]


def test_one_that_was_being_read_when_it_was_closed_becomes_one_file_later(path: Path) -> None:
    one = Store(path)
    one.begin(head())
    write(one, [said(1)], outcome="ok")
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as reader:
        reader.execute("begin")
        reader.execute("select * from run").fetchone()
        one.close()
    assert open_run(path).items() == [said(1)]
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_transaction_that_was_cut_off_is_not_there(path: Path, writing: Store) -> None:
    write(writing, [said(1)], writer=json.dumps(DEAD))
    whole = Path(f"{path}-wal").stat().st_size
    write(writing, [said(2)])
    found = left_behind(path, path.parent / "left" / "two.conclab")
    with open(f"{found}-wal", "r+b") as log:
        log.truncate(whole + 700)
    assert open_run(found).items() == [said(1)]


def test_a_transaction_that_fails_leaves_nothing_and_the_next_goes_on(path: Path, writing: Store) -> None:
    chance = random.Random(3)
    batches = [made_up(TaskBatch, chance) for _ in range(20)]
    with pytest.raises(sqlite3.Error):
        write(writing, batches, no_such_column=1)
    write(writing, batches)
    assert open_run(path).items() == sorted(batches, key=lambda batch: batch.at_ns)


def test_what_an_older_schema_lacks_reads_as_its_default(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(5)
    batch = made_up(TaskBatch, chance)
    while not batch.tasks:
        batch = made_up(TaskBatch, chance)
    finished(path, batch)
    with closing(sqlite3.connect(path)) as base:
        base.execute("drop view task_samples")
        for column in ("waits_in", "crowded"):
            base.execute(f"alter table samples drop column {column}")
        base.execute("alter table run drop column left_out")
        base.commit()
    monkeypatch.setattr(stored, "SCHEMA", store.SCHEMA + 1)
    (found,) = open_run(path).items()
    assert found == replace(batch, tasks=tuple(replace(one, waits_in="", crowded=False) for one in batch.tasks))
    assert open_run(path).left_out == {}


def _newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as base:
        base.execute(f"pragma user_version = {store.SCHEMA + 1}")
        base.commit()


def _foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as base:
        base.execute("create table bookmarks (id)")
        base.commit()


def _torn(path: Path) -> None:
    text = bytearray(path.read_bytes())
    text[4_096:] = b"\xff" * (len(text) - 4_096)
    path.write_bytes(text)


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


DAMAGES: list[tuple[Callable[[Path], object], str]] = [
    (_newer, r"was written by a newer conclab \(its schema is \d+, this one reads up to \d+\); update conclab to read it"),
    (_foreign, "is no recording of conclab"),
    (
        lambda path: path.write_text("a shopping list, long enough to be a header of a hundred bytes" * 3),
        "is no recording of conclab",
    ),
    (lambda path: path.write_bytes(b""), "is empty"),
    (_pipe, "is no file"),
    (_torn, "is damaged and cannot be read"),
    (lambda path: path.write_bytes(path.read_bytes()[:9_000]), "is damaged and cannot be read"),
]


@pytest.mark.parametrize(("damage", "sentence"), DAMAGES)
def test_a_file_that_cannot_be_used_is_named_and_the_others_are_listed(
    tmp_path: Path, damage: Callable[[Path], object], sentence: str
) -> None:
    good = finished(tmp_path / "good.conclab", id="good")
    bad = finished(tmp_path / "ba\x1bd.conclab", said(1))
    damage(bad)
    with pytest.raises(Unreadable, match=f"^ba␛d.conclab {sentence}"):
        open_run(bad).items()
    found, problems = summaries(tmp_path)
    assert [one.path for one in found] == [good]
    assert len(problems) == 1
    assert problems[0].startswith("ba␛d.conclab ")


def test_a_name_that_is_not_utf_8_is_one_like_any_other(tmp_path: Path) -> None:
    path = finished(tmp_path / os.fsdecode(b"b\xffd.conclab"), id="good")
    assert open_run(path).summary.path == path


def test_a_recording_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"^gone.conclab cannot be read: no such file"):
        open_run(tmp_path / "gone.conclab")
    assert summaries(tmp_path / "nowhere") == ([], [])
