"""Which run is meant, and whose file is being written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conclab.recording.folder import VARIABLE, NoSuchRun, experiment_of, files_in, find, is_alive, new_file, own_writer, runs_folder

NAMES = (
    "20260101-100000-lost-update",
    "20260101-100000-lost-update~2",
    "20260101-100000-lost-update~10",
    "20260305-090000-waiting-room",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in NAMES:
        (tmp_path / f"{name}.conclab").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("mine")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("last", NAMES[3]),
        ("lost-update", NAMES[2]),
        ("waiting-room", NAMES[3]),
        (NAMES[0], NAMES[0]),
        (f"{NAMES[1]}.conclab", NAMES[1]),
        ("202603", NAMES[3]),
    ],
)
def test_a_run_is_found_by_its_id_its_beginning_its_experiment_or_as_the_last(folder: Path, text: str, name: str) -> None:
    assert find(text, folder).stem == name


def test_a_path_is_found_wherever_it_is(folder: Path) -> None:
    path = folder / f"{NAMES[0]}.conclab"
    assert find(str(path), Path("/nowhere")) == path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("waiting-rom", "there is no run 'waiting-rom'; did you mean waiting-room"),
        ("zzz", "there is no run 'zzz'; `conclab runs` shows all"),
        ("", "there is no run ''; `conclab runs` shows all"),
        ("2026", "'2026' is the beginning of 4 runs: 20260305-090000-waiting-room, "),
        ("/no/such.conclab", "there is no file '/no/such.conclab'"),
        ("\x1b[2J", "there is no run '␛[2J'"),
    ],
)
def test_what_no_run_is_called_is_told_with_what_is_near(folder: Path, text: str, said: str) -> None:
    with pytest.raises(NoSuchRun) as raised:
        find(text, folder)
    assert str(raised.value).startswith(said)


def test_without_any_run_it_is_said_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NoSuchRun, match=r"no run has been kept yet in .*; `conclab run NAME` makes one"):
        find("last", tmp_path / "none")


def test_files_are_listed_newest_first_and_those_that_were_renamed_last(folder: Path) -> None:
    (folder / "from a friend.conclab").write_bytes(b"")
    assert [path.stem for path in files_in(folder)] == [NAMES[3], NAMES[2], NAMES[1], NAMES[0], "from a friend"]


def test_a_new_file_is_nobody_elses_and_its_name_is_safe(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "runs"
    first, second = (new_file(folder, "../../etc/\x1bpasswd", 1.7e9) for _ in range(2))
    assert first != second
    assert first.parent == second.parent == folder
    assert experiment_of(first) == experiment_of(second) == "etc-passwd"
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_writer_is_alive_while_its_process_is_and_no_other_is_taken_for_it() -> None:
    own = own_writer()
    assert is_alive(own)
    assert not is_alive({**own, "start": own["start"] + 1}), "the number was handed out again"
    assert not is_alive({**own, "boot": "another"})
    assert not is_alive({})
    code = "from conclab.recording.folder import own_writer; import json; print(json.dumps(own_writer()))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    assert not is_alive(json.loads(said))


def test_the_folder_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "~/else")
    assert runs_folder() == Path.home() / "else"
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert os.name != "posix" or sys.platform == "darwin" or runs_folder() == Path("/data/conclab/runs")
