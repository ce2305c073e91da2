"""``conclab replay``: what cannot be opened is told in a line, before there is a screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conclab.cli import lab, main
from conclab.recording.folder import VARIABLE
from conclab.recording.tape_recorder import TapeRecorder
from conclab.sampling.scripted import scripted_machine
from tests.recording.played import keep, played


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    return tmp_path


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the screens were opened with."""
    found: list[dict[str, Any]] = []

    def instead(**asked: Any) -> int:
        found.append(asked)
        return 0

    monkeypatch.setattr(lab, "open_lab", instead)
    return found


def test_a_run_and_a_tape_are_opened_in_runs(folder: Path, opened: list[dict[str, Any]]) -> None:
    run = keep(played(), folder)
    tape = TapeRecorder(None, scripted_machine(2), pytest.fail)
    tape.end()
    assert [main(["replay", name]) for name in ("last", "monitor", str(run))] == [0, 0, 0]
    assert opened == [{"mode": "runs", "replay": path} for path in (run, tape.path, run)]


@pytest.mark.parametrize(
    ("name", "why"), [("nothing", "no run"), ("odd.conclab", "no recording of conclab"), ("./none", "no file")]
)
def test_what_cannot_be_opened_is_told(
    folder: Path, opened: list[dict[str, Any]], capsys: pytest.CaptureFixture[str], name: str, why: str
) -> None:
    keep(played(), folder)
    (folder / "odd.conclab").write_text("x" * 5_000)
    assert main(["replay", str(folder / name) if name.endswith(".conclab") else name]) == 2
    error = capsys.readouterr().err
    assert why in error
    assert error.count("\n") == 1
    assert opened == []
