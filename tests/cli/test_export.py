"""``conclab export``: never over what is there, whole or not at all, one clear line for each mistake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conclab.cli.ending import Trouble
from conclab.cli.export import command
from conclab.cli.parser import parse
from conclab.model.events import StepStarted
from conclab.recording.folder import VARIABLE
from tests.recording.played import keep, played, traced


def export(*arguments: str) -> int:
    return command(parse(["export", *arguments]))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "runs"))
    monkeypatch.chdir(tmp_path)
    return keep(played())


@pytest.mark.parametrize(("form", "ending"), [("perfetto", ".perfetto-trace"), ("json", ".json"), ("csv", ".csv")])
def test_it_writes_a_file_named_after_the_run_into_this_folder(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str, ending: str
) -> None:
    assert export("last", "--format", form) == 0
    written = tmp_path / (run.stem + ending)
    assert written.stat().st_size > 1_000
    told = capsys.readouterr()
    assert written.name in told.err
    assert told.out == ""
    assert ("ui.perfetto.dev" in told.err) == (form == "perfetto")


def test_it_never_writes_over_a_file_unasked(run: Path, tmp_path: Path) -> None:
    there = tmp_path / "mine.csv"
    there.write_text("mine")
    with pytest.raises(Trouble, match=r"mine\.csv is there already"):
        export("last", "--format", "csv", "-o", "mine.csv")
    assert there.read_text() == "mine"
    assert export("last", "--format", "csv", "-o", "mine.csv", "--force") == 0
    assert there.read_text().startswith("at_ns,arm")


def test_what_cannot_be_finished_leaves_nothing_behind(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("conclab.recording.export_text.write_csv", fail)
    with pytest.raises(Trouble, match="no space left"):
        export("last", "--format", "csv", "-o", "mine.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]


def test_to_standard_output_it_writes_the_format_and_nothing_else(run: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert export("last", "--format", "json", "-o", "-") == 0
    written = capfdbinary.readouterr()
    assert json.loads(written.out)["events"]
    assert written.err == b""


def test_it_says_what_is_wrong(run: Path) -> None:
    with pytest.raises(Trouble, match="there is no run 'nothing'"):
        export("nothing", "--format", "csv")
    with pytest.raises(Trouble, match="cannot be written: no such file or directory"):
        export("last", "--format", "csv", "-o", "no/such/folder.csv")
    with pytest.raises(Trouble, match="was not traced"):
        export("last", "--format", "csv", "--what", "slices")
    with pytest.raises(Trouble, match="for --format csv"):
        export("last", "--format", "json", "--what", "slices")


def test_a_run_that_was_cut_off_is_exported_as_far_as_it_got(run: Path, tmp_path: Path) -> None:
    begun = [number for number, item in enumerate(played()) if isinstance(item, StepStarted)]
    keep(played()[: begun[1] + 5])
    assert export("last", "--format", "csv", "-o", "part.csv") == 0
    assert len((tmp_path / "part.csv").read_text().splitlines()) > 3


def test_exact_slices_as_rows(run: Path, tmp_path: Path) -> None:
    path = keep(traced())
    assert export(path.stem, "--format", "csv", "--what", "slices", "-o", "slices.csv") == 0
    assert len((tmp_path / "slices.csv").read_text().splitlines()) == 4
