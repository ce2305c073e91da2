"""Every run is kept: as it happens, whatever becomes of conclab, and to be listed and shown afterwards."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from conclab.cli import main
from conclab.cli.runs import table_lines
from conclab.model import figures
from conclab.model.events import Event, RunFinished, StepFinished
from conclab.model.tasks import TaskBatch
from conclab.recording.folder import VARIABLE
from conclab.recording.live import LiveFeed
from conclab.recording.stored import Summary, open_run, summaries
from tests.helpers import experiment_of, plan_for, until, work
from tests.recording.played import keep, played, traced


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "runs"))
    return tmp_path / "runs"


Said = pytest.CaptureFixture[str]


def told(capsys: Said, *arguments: str) -> Any:
    capsys.readouterr()
    assert main([*arguments, "--json"]) == 0
    answer = capsys.readouterr()
    assert answer.err == ""
    return json.loads(answer.out)


def test_a_run_is_kept_listed_and_shown_as_it_was_printed(folder: Path, capsys: Said) -> None:
    run = ["run", "waiting-room", "--repeat", "1", "--set", "workers=2", "--set", "size=20"]
    assert main(run) == 0
    printed = capsys.readouterr()
    (found,) = told(capsys, "runs")["runs"]
    assert printed.err == f"kept as {found['id']}; conclab show last\n"
    assert (found["experiment"], found["outcome"], found["complete"], found["live"]) == ("waiting-room", "ok", True, False)
    assert main(["show", found["id"][:-2]]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(printed.out.rstrip())
    assert "█ on a core  ▒ wants a core  ░ blocked" in shown
    assert str(folder / f"{found['id']}.conclab") in shown
    document = told(capsys, "show", "waiting-room")
    assert document["kept_as"] == found["id"]
    assert document["verdict"]["statement"] == found["verdict"]["statement"]
    assert document["verdict"]["ratio"] == found["verdict"]["ratio"]
    threads = next(arm for arm in document["arms"] if arm["executor"] == "threads")
    for repetition in threads["repetitions"]:
        assert repetition["exact"] is None
        for worker in repetition["workers"]:
            assert sum(worker["blocked_on"].values()) == worker["blocked_ns"]
            assert worker["blocked_on_inferred"] == []
        assert sum(repetition["blocked_on"].values()) == repetition["blocked_ns"]
    assert told(capsys, "run", "lost-update", "--repeat", "1", "--set", "size=1", "--no-keep")["kept_as"] is None
    assert len(told(capsys, "runs")["runs"]) == 1


def test_what_is_kept_is_what_the_screens_were_given(folder: Path) -> None:
    feed = LiveFeed()
    live: list[Any] = []
    try:
        feed.launch(plan_for(experiment_of(work("threads", "primes", 2, 2, size=100_000)), rounds=2))

        def over() -> bool:
            live.extend(feed.take())
            return any(isinstance(item, RunFinished) for item in live)

        assert until(over)
        assert until(lambda: summaries(folder)[0][0].complete)
    finally:
        feed.close()
    (summary,), problems = summaries(folder)
    kept = open_run(summary.path).items()
    assert not problems
    for kind in (Event, TaskBatch):
        assert [item for item in kept if isinstance(item, kind)] == [item for item in live if isinstance(item, kind)]
    assert sum(isinstance(item, TaskBatch) for item in kept) > 0
    assert summary.repetitions == 2


@pytest.mark.skipif(sys.platform != "linux", reason="a writer is known by its start in /proc")
def test_a_run_that_is_killed_is_there_as_far_as_it_got(folder: Path, capsys: Said) -> None:
    command = [sys.executable, "-m", "conclab", "run", "threads-or-processes", "--repeat", "200", "--set", "size=20000"]
    seen: list[Any] = []

    def well_under_way() -> bool:
        (runs, _problems) = summaries(folder)
        if not runs:
            return False
        assert runs[0].live
        assert not runs[0].complete
        seen[:] = open_run(runs[0].path).items()
        return sum(isinstance(item, StepFinished) for item in seen) > 1 and any(isinstance(item, TaskBatch) for item in seen)

    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ)) as process:
        assert until(well_under_way)
        process.send_signal(signal.SIGKILL)
    (run,), problems = summaries(folder)
    assert (run.live, run.complete, problems) == (False, False, [])
    assert [path.name for path in folder.iterdir()] == [run.path.name], "one file"
    items = open_run(run.path).items()
    assert all(item in items for item in seen), "nothing that had been seen is lost"
    assert main(["show", "last"]) == 0
    shown = capsys.readouterr().out
    assert "It was cut off: conclab was killed while it ran" in shown
    assert "wants a core" in shown
    assert told(capsys, "show", "last")["outcome"].startswith("it was cut off")
    assert main(["runs"]) == 0
    assert "cut off" in capsys.readouterr().out


def test_a_run_that_cannot_be_kept_goes_on_and_says_so(tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv(VARIABLE, str(blocked))
    assert main(["run", "lost-update", "--repeat", "1", "--set", "size=1"]) == 0
    answer = capsys.readouterr()
    assert answer.out.startswith("The lost update")
    assert answer.err.startswith(f"conclab: This run is not kept: {blocked}: it is no folder. ")
    assert answer.err.count("\n") == 1


def test_what_cannot_be_traced_is_refused_with_the_reason(folder: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conclab.sampling.tracefs.lack", lambda: "Only root may trace here.")
    assert main(["run", "waiting-room", "--exact"]) == 2
    assert capsys.readouterr().err == "conclab: --exact: Only root may trace here.\n"
    assert not folder.exists()


def test_of_an_exact_run_it_is_told_what_was_traced_and_lost(folder: Path, capsys: Said) -> None:
    keep(traced())
    assert main(["show", "last"]) == 0
    answer = capsys.readouterr().out
    assert "exact: 4 slices from 9 events of the kernel, 2 lost" in answer
    assert "events are missing: least is known of w2 in repetition 1 of threads, 62 % of its time" in answer


def test_of_all_repetitions_it_is_told_how_many_were_the_controls(folder: Path, capsys: Said) -> None:
    keep(played(rounds=2))
    assert main(["show", "last"]) == 0
    answer = capsys.readouterr().out
    assert "two repetitions of every arm" in answer
    repetitions = [one for item in told(capsys, "show", "last")["arms"] for one in item["repetitions"]]
    assert len(repetitions) > sum(one["control"] for one in repetitions) == 2
    assert f"{figures.plural(len(repetitions), 'repetition')} in all, two of them for the control · " in answer


def test_without_any_run_it_is_said_how_to_make_one(folder: Path, capsys: Said) -> None:
    assert main(["runs"]) == 0
    assert "`conclab run NAME` makes one" in capsys.readouterr().out
    assert main(["show", "last"]) == 2
    assert capsys.readouterr().err.endswith("`conclab run NAME` makes one\n")
    assert told(capsys, "runs")["runs"] == []


def test_a_file_that_cannot_be_used_does_not_hide_the_others(folder: Path, capsys: Said) -> None:
    good = keep(played())
    (folder / "a\x1b[31mb.conclab").write_text("nothing")
    assert main(["runs"]) == 0
    answer = capsys.readouterr()
    assert good.stem in answer.out
    assert answer.err == "conclab: a␛[31mb.conclab is no recording of conclab\n"
    assert main(["show", "a\x1b[31mb.conclab"]) == 2
    assert "\x1b" not in capsys.readouterr().err
    assert main(["show", str(good)]) == 0


def test_runs_are_completed_as_they_are_when_one_asks(folder: Path) -> None:
    kept = keep(played())
    lines = ["eval \"$('{0}' -m conclab completion bash)\"", "_conclab_runs 20", "echo /", "_conclab_runs la"]
    script = "\n".join(lines).format(sys.executable)
    answer = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, cwd=folder)
    assert answer.stdout.split() == [kept.stem, kept.name, "/", "last"]


def summary_of(**given: Any) -> Summary:
    usual: dict[str, Any] = {
        "path": Path("x"),
        "id": "20260101-100000-lost-update",
        "began_s": 1.7e9,
        "experiment": "lost-update",
        "title": "",
        "pythons": ("3.11", "3.13t"),
        "outcome": "ok",
        "status": "holds",
        "statement": "",
        "ratio": 1.5,
        "unit": "×",
        "wall_ns": 1_500_000_000,
        "repetitions": 3,
        "traced": False,
        "size_bytes": 2_048,
        "complete": True,
        "live": False,
    }
    return Summary(**{**usual, **given})


def test_the_columns_of_the_table_of_runs_stand_below_each_other_whatever_a_file_is_called() -> None:
    names = ["plain", "競合状態", "e\u0301tude", "\u05e8\u05d9\u05e6\u05d4", "\U0001f9f5"]
    lines = table_lines([summary_of(id=name) for name in names], None)
    places = [cell_len(line[: line.index("lost-update")]) for line in lines[1:]]
    assert places == [cell_len(lines[0][: lines[0].index("EXPERIMENT")])] * len(names)
    assert all(cell_len(line) <= 41 for line in table_lines([summary_of(id="競" * 40)], 41))


def test_the_table_of_runs_has_what_there_is_room_for() -> None:
    runs = [summary_of(), summary_of(status="", ratio=None, outcome="", complete=False, live=True, traced=True)]
    head, first, second = table_lines(runs, None)
    assert head.split() == ["RUN", "WHEN", "EXPERIMENT", "VERDICT", "PYTHON", "TOOK", "SIZE"]
    assert first.split()[-8:] == ["lost-update", "✓", "1.50×", "3.11,", "3.13t", "1.50", "s", "2.0K"]
    assert second.endswith("exact · running now")
    for width in (100, 80, 60):
        lines = table_lines(runs, width)
        assert all(len(line) <= width for line in lines)
        assert all("20260101-100000-lost-update" in line for line in lines[1:])
    assert "EXPERIMENT" not in table_lines(runs, 80)[0]
    assert "✓ 1.50×" in table_lines(runs, 80)[1]
    # Who was stopped has come to no verdict, whatever stood so far.
    runs[0] = replace(runs[0], outcome="stopped")
    assert "1.50×" not in table_lines(runs, 80)[1]
