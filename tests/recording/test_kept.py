"""The runs that are kept: read anew only when there may be something new, opened, forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from conclab.recording.folder import VARIABLE
from conclab.recording.kept import CannotForget, Kept, forget, read_kept, replayed, stamp_ns
from conclab.recording.recorder import Recorder
from conclab.recording.stored import Unreadable
from tests.helpers import until
from tests.recording.played import keep, plan_of, played


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "runs"))
    return tmp_path / "runs"


def test_without_a_folder_there_is_nothing(folder: Path) -> None:
    assert stamp_ns() is None
    assert read_kept() == Kept()


def test_a_new_run_and_one_that_is_forgotten_change_the_stamp(folder: Path) -> None:
    path = keep(played())
    one = read_kept()
    assert [run.path for run in one.runs] == [path]
    assert one.stamp_ns == stamp_ns()
    assert not one.lives
    forget(path)
    assert stamp_ns() != one.stamp_ns
    assert read_kept().runs == ()
    assert list(folder.iterdir()) == []


def test_a_kept_run_has_the_states_that_it_had_live(folder: Path) -> None:
    run, session = replayed(keep(played()))
    assert run.summary.repetitions == len(session.run_state.repetitions) > 0
    assert session.run_state.phase == "finished"
    assert session.replay.tasks_per_s == pytest.approx(20.0)


def test_what_is_no_recording_is_named_and_can_be_forgotten(folder: Path) -> None:
    folder.mkdir()
    path = folder / "notes.conclab"
    path.write_text("nothing of the kind " * 50)
    (problem,) = read_kept().problems
    assert "notes.conclab" in problem
    with pytest.raises(Unreadable):
        replayed(path)
    forget(path)
    assert not path.exists()


def test_a_run_that_is_being_written_cannot_be_forgotten(folder: Path) -> None:
    recorder = Recorder(plan_of(), lambda _text: None)
    try:
        assert until(lambda: read_kept().lives)
        assert recorder.path is not None
        with pytest.raises(CannotForget, match="being written"):
            forget(recorder.path)
    finally:
        recorder.finish(None, "stopped", None)
    assert recorder.path.exists()


def test_a_folder_that_does_not_let_go_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = keep(played())

    def refuse(_path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(CannotForget, match="permission denied"):
        forget(path)
