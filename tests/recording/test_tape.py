"""A recording of the monitor: what it showed at every second is what the file has, whoever was killed while it was written."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from conclab.model.history import FIELDS as KEPT
from conclab.model.table import RowId, TaskRow, TaskTable, Wanted
from conclab.model.table_state import TableState
from conclab.recording import tape_recorder
from conclab.recording.folder import find
from conclab.recording.levels import MACHINE, TASKS, machine_figures, task_figures
from conclab.recording.past import BEGAN, ENDED, Mark
from conclab.recording.scripted import ScriptedFeed
from conclab.recording.session import LiveSession
from conclab.recording.store import Store
from conclab.recording.stored import TAPE, OtherKind, Unreadable, open_run, summaries
from conclab.recording.tape import Look
from conclab.recording.tape_codec import FIELDS, Decoder, Encoder, damage
from conclab.recording.tape_file import Piece, TapeFile
from conclab.recording.tape_recorder import CannotRecord, TapeRecorder, tape_path
from conclab.recording.tape_reel import FileReel, open_tape
from conclab.sampling.scripted import scripted_machine
from tests.recording.test_recent import States, same

START_S = 1_700_000_000.0


def record(path: Path, seconds: int, before: int = 0, **wanted: object) -> States:
    """So many seconds of the script, the session being on ``before`` it is recorded; what it knew at the end of each second."""
    feed = ScriptedFeed(2)
    session = LiveSession(feed)
    session.list_tasks(Wanted(**{"threads": True, "visible": None, **wanted}))  # type: ignore[arg-type]
    known: States = {}
    recorder: TapeRecorder | None = None
    for second in range(before + seconds):
        if second == before:
            states = session.machine_state, session.table_state
            recorder = TapeRecorder(path, feed.machine, print, states, (START_S, feed.source.at_ns))
        feed.tick(20)
        for item in feed.take():
            session.take(item)
            if recorder is not None:
                recorder.put(item)  # type: ignore[arg-type]
        if recorder is not None:
            known[feed.source.at_ns] = session.machine_state, session.table_state
    assert recorder is not None
    assert "of the monitor" in recorder.end()
    return known


@pytest.fixture(scope="module")
def taped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, States]:
    path = tmp_path_factory.mktemp("tapes") / "one.conclab"
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setattr(tape_recorder, "GROUP_NS", 20_000_000_000)
    monkeypatch.setattr(tape_recorder, "MOST_WAITING", 10_000)
    try:
        return path, record(path, 380)
    finally:
        monkeypatch.undo()


@pytest.mark.parametrize("order", [range(0, 380, 3), (379, 0, 350, 349, 30, 378, 100), range(60, -1, -7)])
def test_at_every_second_the_states_are_those_of_the_live_session(taped: tuple[Path, States], order: range) -> None:
    tape = open_tape(taped[0])
    stamps = list(taped[1])
    for number in order:
        tape.seek(stamps[number])
        machine, table = taped[1][stamps[number]]
        assert tape.machine_state == machine
        assert tape.table_state.table == table.table
        if number % 35 == 0 or number > 377:
            assert same(tape, machine, table)


@pytest.mark.parametrize("order", [(379, 371, 372, 373, 360), (30, 5, 100, 101, 375), (345,)])
def test_the_past_of_each_row_is_what_it_was_live_however_one_came_there(taped: tuple[Path, States], order: Sequence[int]) -> None:
    tape = open_tape(taped[0])
    stamps = list(taped[1])
    for number in order:
        tape.seek(stamps[number])
        machine, table = taped[1][stamps[number]]
        assert tape.machine_state == machine
        assert tape.table_state.known & table.by_id.keys() == table.known & table.by_id.keys()
        assert pasts(tape.table_state, stamps[number]) == pasts(table, stamps[number])


def pasts(state: TableState, at_ns: int) -> dict[RowId, list[list[float | None]]]:
    """What the charts of each row show."""
    found = {}
    for id in state.by_id:
        history = state.history(id)
        found[id] = [history.series(field, at_ns - 300_000_000_000, at_ns, 30) for field in KEPT]
    return found


def test_where_the_file_is_damaged_rows_have_no_past(tmp_path: Path, taped: tuple[Path, States]) -> None:
    path = tmp_path / "one.conclab"
    shutil.copy(taped[0], path)
    tape = open_tape(path)
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("UPDATE pieces SET body = x'00' WHERE seq = 160")
    tape.seek(tape.end_ns - 40_000_000_000)
    busy = next(iter(tape.table_state.known & tape.table_state.by_id.keys()))
    assert len(tape.table_state.history(busy)) > 0, "what is since then is there"
    with pytest.raises(Unreadable):
        tape.seek(tape.start_ns + 90_000_000_000)


def test_one_that_was_begun_later_goes_on_with_what_was_known_then(tmp_path: Path) -> None:
    known = record(tmp_path / "late.conclab", 5, before=30, threads=False)
    tape = open_tape(tmp_path / "late.conclab")
    machine, table = list(known.values())[-1]
    assert tape.table_state.table == table.table
    assert tape.table_state.known & table.by_id.keys() == table.known & table.by_id.keys()
    assert tape.machine_state.rates == machine.rates
    assert tape.time_of_day(tape.end_ns) == pytest.approx(START_S + 5, abs=0.1)


def unpacked(fields: Sequence[str], head: bytes, pieces: Sequence[bytes]) -> list[Look]:
    """What a group is, to whoever reads it."""
    decoder = Decoder(fields)
    with damage():
        return list(decoder.looks(tuple(map(decoder.row, decoder.head(head).rows)), decoder.unpacked(pieces)))


def test_what_changes_about_rows_changes_in_the_tape(tmp_path: Path) -> None:
    """Threads come and go with a key, rows change their order, somebody ends who was not in the table."""
    row = TaskRow(RowId(5, 0, 1), 1, False, name="five", cpu_share=0.5)
    other, third = row._replace(id=RowId(6, 0, 1), name="six"), row._replace(id=RowId(7, 0, 2), name="seven")
    thread = row._replace(id=RowId(5, 5, 1), parent=5)
    tables = [
        TaskTable(1, (row, other)),
        TaskTable(2, (row, thread, other), changed=(thread,)),
        TaskTable(3, (other, row), frozenset({RowId(9, 0, 9)}), (third, thread)),
        TaskTable(4, ()),
        TaskTable(5, (row._replace(cpu_share=None), third), frozenset({third.id}), changed=()),
    ]
    feed = ScriptedFeed(2)
    encoder = Encoder(LiveSession(feed).machine_state, TableState())
    head = encoder.head()
    found = unpacked(FIELDS, head, [encoder.table(table) for table in tables])
    assert [table for table in found if isinstance(table, TaskTable) and table.changed is None] == [
        table for table in tables if table.changed is None
    ]
    assert [table.rows for table in found if isinstance(table, TaskTable)] == [table.rows for table in tables]
    assert isinstance(found[1], TaskTable)
    assert found[1].changed == (thread,)


def test_rows_of_another_conclab_are_read_by_the_names_of_their_fields() -> None:
    row = TaskRow(RowId(5, 0, 1), 1, False, name="five\x1b[31m", cpu_share=0.5)
    encoder = Encoder(LiveSession(ScriptedFeed(2)).machine_state, TableState())
    head = encoder.head()
    piece = encoder.table(TaskTable(1, (row,)))
    swapped = ["name" if name == "command" else "command" if name == "name" else name for name in FIELDS]
    (table,) = unpacked([name if name != "cpu_share" else "of_tomorrow" for name in swapped], head, [piece])
    assert isinstance(table, TaskTable)
    assert table.rows[0].command == "five␛[31m", "and text is harmless, whoever wrote it"
    assert table.rows[0].name == ""
    assert table.rows[0].cpu_share is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"cpu_share": "much"},
        {"cpu_share": float("nan")},
        {"name": 5},
        {"threads": 1.5},
        {"id": (1, 2)},
    ],
)
def test_figures_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    row = TaskRow(RowId(5, 0, 1), 1, False)._replace(**wrong)  # type: ignore[arg-type]
    encoder = Encoder(LiveSession(ScriptedFeed(2)).machine_state, TableState())
    head = encoder.head()
    encoder._rows = ()
    piece = encoder._piece(b"t" + msgspec.msgpack.encode([1, [], [(0, row)], [], [], [], [], [], False]))
    with pytest.raises(ValueError):
        unpacked(FIELDS, head, [piece])
    with pytest.raises(ValueError):
        unpacked(FIELDS, head, [b"\x00rubbish"])


def test_what_was_killed_is_read_up_to_the_last_transaction_and_can_be_followed(tmp_path: Path) -> None:
    path, copy = tmp_path / "one.conclab", tmp_path / "copy.conclab"
    feed = ScriptedFeed(2)
    session = LiveSession(feed)
    session.list_tasks(Wanted())
    encoder = Encoder(session.machine_state, session.table_state)
    row = {"conclab": "0", "began_s": START_S, "began_ns": 1, "machine": "", "writer": '{"pid": 1}', "last_ns": 1}
    file = TapeFile(path, {**row, "machine": msgspec.json.encode(scripted_machine(2)).decode()})
    number, reel = 0, None
    for _second in range(6):
        feed.tick(20)
        pieces = []
        for item in feed.take():
            session.take(item)
            head = encoder.head() if number % 5 == 0 else None
            if isinstance(item, TaskTable):
                pieces.append(Piece(number, item.at_ns, encoder.table(item), task_figures(item.rows), True, head))
            else:
                body = encoder.sample(item, session.machine_state)  # type: ignore[arg-type]
                pieces.append(Piece(number, item.at_ns, body, machine_figures(session.machine_state), False, head))
            number += 1
        file.write(pieces, [Mark(feed.source.at_ns, ENDED, "somebody\x1b ended")], {"last_ns": feed.source.at_ns})
        if reel is None:
            tape = open_tape(path)
            reel = tape
            assert not tape.refresh()
        else:
            assert tape.refresh()
            tape.seek(tape.end_ns)
            assert tape.machine_state == session.machine_state
            assert tape.table_state.table == session.table_state.table
    assert [mark.text for mark in tape.events()] == ["somebody␛ ended"] * 6
    for end in ("", "-wal"):
        shutil.copy(f"{path}{end}", f"{copy}{end}")  # as kill -9 leaves it
    file.close()
    left = open_tape(copy)
    assert left.end_ns == tape.end_ns
    assert left.table_state.table == session.table_state.table
    assert not Path(f"{copy}-wal").exists(), "it has become one file"


def test_runs_and_tapes_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taped: tuple[Path, States]) -> None:
    monkeypatch.setenv("CONCLAB_RUNS", str(tmp_path))
    shutil.copy(taped[0], tmp_path / "20260101-000000-monitor.conclab")
    (found,), problems = summaries(tmp_path)
    assert problems == []
    assert (found.kind, found.title, found.complete, found.live) == (TAPE, "Recording of the monitor", True, False)
    assert re.fullmatch(r"3\d\d looks at up to \d+ rows\.", found.statement)
    with pytest.raises(OtherKind, match=r"recording of the monitor, not a run.*conclab replay 20260101-000000-monitor"):
        open_run(found.path)
    assert find("monitor") == found.path
    run = tmp_path / "20250101-000000-one.conclab"
    Store(run).close()
    assert find("last") == run, "who records the monitor beside a run means the run"
    with pytest.raises(OtherKind, match="is a run, not a recording of the monitor"):
        open_tape(run)


def test_what_cannot_be_read_is_named(tmp_path: Path, taped: tuple[Path, States]) -> None:
    path = tmp_path / "one.conclab"

    def broken(*statements: str) -> str:
        shutil.copy(taped[0], path)
        with closing(sqlite3.connect(path)) as base, base:
            for statement in statements:
                base.execute(statement)
        with pytest.raises(Unreadable) as caught:
            open_tape(path).seek(0)
        return str(caught.value)

    assert "written by a newer conclab" in broken("PRAGMA user_version = 99")
    assert "one.conclab is damaged" in broken("DELETE FROM machine WHERE seq = 3", "DELETE FROM tasks WHERE seq = 3")
    assert "one.conclab is damaged" in broken("UPDATE pieces SET body = x'00' WHERE seq = 3")
    assert "one.conclab is damaged" in broken("UPDATE groups SET head = 'nonsense'")
    assert "one.conclab is damaged" in broken("UPDATE tape SET fields = '[]'")
    assert "one.conclab is damaged" in broken("UPDATE machine SET at_ns = 'soon'")
    assert "is empty" in broken("DELETE FROM machine", "DELETE FROM tasks")
    shutil.copy(taped[0], path)
    os.truncate(path, 300_000)
    with pytest.raises(Unreadable, match=r"one\.conclab"):
        open_tape(path).seek(0)


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "one.conclab").write_text("mine")
    for text in ("one", "one.conclab"):
        with pytest.raises(CannotRecord, match="is there already"):
            tape_path(str(tmp_path / text))
    with pytest.raises(CannotRecord, match="is there already"):
        TapeRecorder(tmp_path / "one.conclab", scripted_machine(2), print)
    with pytest.raises(CannotRecord, match="cannot be written: no such file or directory"):
        TapeRecorder(tmp_path / "nowhere" / "one.conclab", scripted_machine(2), print)
    assert (tmp_path / "one.conclab").read_text() == "mine"


def test_a_full_disk_ends_it_with_one_sentence_and_what_there_is_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    feed = ScriptedFeed(2)
    recorder = TapeRecorder(tmp_path / "one.conclab", feed.machine, told.append, now=(START_S, feed.source.at_ns))
    monkeypatch.setattr(tape_recorder, "LEAST_FREE_BYTES", 1 << 62)
    feed.tick(20)
    for item in feed.take():
        recorder.put(item)  # type: ignore[arg-type]
    sentence = recorder.end()
    assert "The recording has ended: less than" in sentence
    assert told == [sentence]
    assert not recorder.on
    with pytest.raises(CannotRecord, match="is not recorded: less than"):
        TapeRecorder(tmp_path / "two.conclab", feed.machine, told.append)
    assert not (tmp_path / "two.conclab").exists(), "nothing is left of what was not begun"


def test_what_could_not_be_written_is_left_out_and_the_rest_is_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    feed = ScriptedFeed(2)
    session = LiveSession(feed)
    session.list_tasks(Wanted())
    fails = iter([False, True, True, False])
    write = TapeFile.write

    def writes(self: TapeFile, *given: object) -> None:
        if next(fails, False):
            raise sqlite3.OperationalError("database or disk is full")
        write(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(TapeFile, "write", writes)
    recorder = TapeRecorder(tmp_path / "one.conclab", feed.machine, told.append, now=(START_S, feed.source.at_ns))
    recorder._ending = True  # its thread ends at once: what it does is done here
    recorder._thread.join()
    file = TapeFile.__new__(TapeFile)
    file._base = sqlite3.connect(tmp_path / "one.conclab", isolation_level=None)
    for _ in range(4):
        feed.tick(20)
        items = feed.take()
        for item in items:
            session.take(item)
        recorder._write(file, items, False)  # type: ignore[arg-type]
    file.close()
    assert len(told) == 1
    assert "Not all is recorded" in told[0]
    tape = open_tape(tmp_path / "one.conclab")
    assert tape.table_state.table == session.table_state.table


def test_processes_of_note_have_marks_and_their_figures_can_be_searched(taped: tuple[Path, States]) -> None:
    tape = open_tape(taped[0])
    marks = tape.events()
    assert {BEGAN, ENDED} >= {mark.kind for mark in marks}
    assert [mark.at_ns for mark in marks] == sorted(mark.at_ns for mark in marks)
    assert len(tape.overview(100)) == 100
    assert {"cpu", "tasks:cpu"} <= {one.key for one in tape.series_names()}
    assert len(MACHINE) + len(TASKS) >= len(tape.series_names())
    assert isinstance(tape._reel, FileReel)
