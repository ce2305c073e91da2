"""What commands print and pass on: called within this process, with made-up findings instead of this machine's."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from conclab.cli import main
from conclab.cli.lab import open_lab
from conclab.cli.output import print_json, run_lines
from conclab.cli.request import plan_of
from conclab.model.runs import Plan, Run
from conclab.model.verdicts import Status, Verdict
from conclab.sampling.capabilities import Capability
from conclab.sampling.scripted import scripted_machine
from tests.helpers import deed, experiment_of, plan_for


def test_a_run_that_fails_midway_is_json_all_the_same_and_exits_with_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = plan_for(experiment_of(deed("raising", workers=1, tasks=1)))
    monkeypatch.setattr("conclab.cli.run.plan_of", lambda *_asked: failing)
    assert main(["run", "waiting-room", "--json"]) == 1
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert found["outcome"] != "ok"
    assert "ValueError" in found["outcome"]
    assert said.err.startswith("conclab: under-test: raising: w1: ValueError")


def test_of_a_run_that_was_stopped_nothing_is_decided_and_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    plan = plan_for(experiment_of(deed("counting")))
    whole = Run(plan, verdicts=(Verdict(Status.FAILS, "It does not help."),))
    assert any("FAILS" in line for line in run_lines(whole))
    stopped = run_lines(replace(whole, outcome="stopped"))
    assert "– SO FAR" in stopped
    assert not any("FAILS" in line for line in stopped)


def test_what_was_asked_for_goes_on_to_the_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Plan] = []

    def lab(mode: str = "lab", plan: Plan | None = None, **_options: object) -> int:
        assert plan is not None
        opened.append(plan)
        return 0

    monkeypatch.setattr("conclab.cli.lab.open_lab", lab)
    assert main(["run", "waiting-room", "--tui", "--set", "workers=3", "--repeat", "7", "--seed", "5"]) == 0
    (plan,) = opened
    assert plan.experiment.name == "waiting-room"
    assert (plan.values["workers"], plan.rounds, plan.exact_rounds, plan.seed) == (3, 7, True, 5)


def test_a_plan_knows_the_load_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (0.5, 1.5, 2.5))
    assert plan_of("waiting-room", [], [], None, 0).load_before == (0.5, 1.5, 2.5)


def test_the_doctor_prints_how_to_get_what_is_missing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    missing = Capability("perf", False, "not installed", "apt install linux-perf")
    monkeypatch.setattr("conclab.cli.doctor.explore", lambda _machine: [Capability("cores", True, "2 cores"), missing])
    monkeypatch.setattr("conclab.cli.doctor.discover", list)
    assert main(["doctor"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[1:4] == [
        ["✓", "cores", "2", "cores"],
        ["–", "perf", "not", "installed"],
        ["→", "apt", "install", "linux-perf"],
    ]


class _Feed:
    """Remembers whether it was closed."""

    machine = scripted_machine(2)

    def __init__(self, closed: list[str]) -> None:
        self._closed = closed

    def close(self) -> None:
        self._closed.append("closed")


class _App:
    """Ends as it is told."""

    def __init__(self, ends: Callable[[], int | None]) -> None:
        self._ends = ends
        self.return_code: int | None = None
        self.parting: tuple[str, ...] = ()

    def run(self) -> None:
        self.return_code = self._ends()


def _opened(monkeypatch: pytest.MonkeyPatch, ends: Callable[[], int | None]) -> list[str]:
    """Let the lab open in a terminal that is none; returns what will be told of its feed."""
    closed: list[str] = []
    for stream in (sys.stdin, sys.stdout):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setattr("conclab.recording.live.LiveFeed", lambda **_options: _Feed(closed))
    monkeypatch.setattr("conclab.tui.app.ConclabApp", lambda _feed, _pythons, **_options: _App(ends))
    return closed


def test_the_lab_closes_its_feed_also_when_the_screen_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks() -> int:
        raise RuntimeError("no such screen")

    closed = _opened(monkeypatch, breaks)
    with pytest.raises(RuntimeError, match="no such screen"):
        open_lab()
    assert closed == ["closed"]


@pytest.mark.parametrize(("code", "status"), [(None, 0), (0, 0), (143, 143)])
def test_the_lab_exits_with_the_status_of_its_screen(code: int | None, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = _opened(monkeypatch, lambda: code)
    assert open_lab() == status
    assert closed == ["closed"]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_is_whole_in_every_encoding(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding))
    print_json({"command": "\u240a é 漢"})
    sys.stdout.flush()
    assert json.loads(written.getvalue().decode(encoding)) == {"command": "\u240a é 漢"}
