"""``conclab monitor --record``: without a screen, beside a stream, and what is not done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conclab.cli import main
from conclab.recording.tape_reel import open_tape


def test_it_records_for_so_long_without_a_screen(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["monitor", "--record", str(tmp_path / "one"), "--for", "1", "--every", "0.4"]) == 0
    out, err = capfd.readouterr()
    assert out == ""
    assert "one.conclab: " in err
    tape = open_tape(tmp_path / "one.conclab")
    table = tape.table_state.table
    assert table is not None
    assert any(row.cpu_share for row in table.rows)
    assert any(row.delay_share is not None for row in table.rows)
    assert main(["show", str(tmp_path / "one.conclab")]) == 0
    assert "Recording of the monitor: " in capfd.readouterr().out
    assert main(["show", str(tmp_path / "one.conclab"), "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["kind"] == "tape"
    assert main(["export", str(tmp_path / "one.conclab"), "--format", "csv"]) == 2
    assert "a recording of the monitor, not a run" in capfd.readouterr().err


def test_what_a_stream_prints_is_recorded_with_it(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    arguments = ["monitor", "--json", "--count", "2", "--every", "0.2", "--record", str(tmp_path / "two.conclab")]
    assert main(arguments) == 0
    printed = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    tape = open_tape(tmp_path / "two.conclab")
    assert tape.machine_state.sample is not None
    assert tape.machine_state.sample.at_ns == printed[-1]["at_ns"]
    assert tape.table_state.table is not None
    assert {row.id.pid for row in tape.table_state.table.rows} == {row["pid"] for row in printed[-1]["processes"]}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--quiet"], "--quiet prints nothing: it needs --record FILE"),
        (["--for", "5"], "--for needs --record FILE, or --json"),
        (["--record", "x", "--for", "0"], "--for 0 is out of range; from 1 second to 2,592,000 (30 days)"),
        (["--record", "x", "--quiet", "--json"], "--quiet prints nothing; leave it out"),
        (["--record", "x", "--quiet", "--filter", "cpu>5"], "--filter is for what is shown: a recording has all rows"),
        (["--record", "/tmp", "--for", "1"], "/tmp is a folder; name a file"),
        (["--record", "nowhere/x", "--for", "1"], "nowhere/x.conclab cannot be written: no such file or directory"),
    ],
)
def test_what_does_not_fit_together_is_said(
    arguments: list[str], said: str, capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["monitor", *arguments]) == 2
    assert said in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == []
