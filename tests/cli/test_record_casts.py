"""``conclab record FILE.cast``: a recording of the terminal becomes a film or a picture; and where ``--cast`` has no meaning."""

from __future__ import annotations

from pathlib import Path

import pytest

from conclab.cli import main
from conclab.recording.cast import CastWriter


@pytest.fixture
def cast(tmp_path: Path) -> Path:
    writer = CastWriter(tmp_path / "a.cast", 20, 5)
    writer.output(1, "hello")
    writer.marker(1, "run: one")
    writer.close(2)
    return writer.path


@pytest.mark.parametrize("ending", ["svg", "png", "gif"])
def test_a_cast_becomes_what_its_name_says(cast: Path, ending: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pyte", reason="the extra pictures is not installed")
    out = cast.with_suffix(f".{ending}")
    assert main(["record", str(cast), "-o", str(out)]) == 0
    assert out.stat().st_size > 100
    assert main(["record", str(cast), "-o", str(out)]) == 1, "a file that is there stays"
    assert "--force" in capsys.readouterr().err


def test_what_is_no_cast_is_told(cast: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pyte", reason="the extra pictures is not installed")
    assert main(["record", str(tmp_path / "none.cast"), "-o", str(tmp_path / "x.svg")]) == 2
    assert main(["record", str(cast), "-o", str(tmp_path / "x.cast")]) == 2
    assert main(["record", str(cast), "-o", str(tmp_path / "x.svg"), "--at", "two"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert [word in line for word, line in zip(("no such file", "a cast already", "'run: one'"), said, strict=True)] == [True] * 3
    assert not (tmp_path / "x.svg").exists()


@pytest.mark.parametrize(
    "order", [["--cast", "x.cast", "list"], ["monitor", "--once", "--cast", "x.cast"], ["run", "gil", "--cast", "x"]]
)
def test_a_cast_is_of_screens_only(order: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(order) == 2
    assert "--cast records" in capsys.readouterr().err
