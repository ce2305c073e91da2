"""Recording the monitor by a key, finding it among the runs, and going through it."""

from __future__ import annotations

from pathlib import Path

import pytest

from conclab.recording.folder import VARIABLE, files_in
from conclab.recording.scripted import ScriptedFeed
from conclab.tui.app import ConclabApp
from conclab.tui.screens.past import PastScreen
from conclab.tui.screens.runs import RunsScreen
from tests.tui.helpers import PYTHONS, opened, pane_text, pass_time, press, screen_lines, settle, top_bar


async def test_a_key_records_the_monitor_and_runs_opens_it_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    async with opened(place="monitor") as (app, feed, pilot):
        await pass_time(app, feed, pilot, 40)
        await press(pilot, "r")
        await app.workers.wait_for_complete()
        await pass_time(app, feed, pilot, 100)
        assert "● tape" in top_bar(app)
        assert app.session.recording is not None
        await press(pilot, "g")
        await pass_time(app, feed, pilot, 20)
        assert "● tape" in top_bar(app), "it goes on elsewhere, and is told there"
        await press(pilot, "g", "r")
        await app.workers.wait_for_complete()
        await settle(pilot)
        assert "● tape" not in top_bar(app)
        (path,) = files_in(tmp_path)
        assert any(f"conclab replay {path.stem}" in note.message for note in app._notifications)
        await press(pilot, "R")
        await app.workers.wait_for_complete()
        await settle(pilot)
        assert "≡ monitor" in pane_text(app, "#runs")
        await press(pilot, "enter")
        await app.workers.wait_for_complete()
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, PastScreen)
        assert path.stem in screen_lines(app)[0]
        assert screen.past.position_ns == screen.past.start_ns
        await press(pilot, "ctrl+end")
        assert "four_threads.py" in pane_text(app, "#tasks")
        await press(pilot, "escape")
        assert isinstance(app.screen, RunsScreen)


async def test_a_recording_elsewhere_is_opened_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "runs"))
    async with opened(place="monitor") as (app, _feed, pilot):
        app.session.record(tmp_path / "my own.conclab")
        await press(pilot, "r")
        await app.workers.wait_for_complete()
        (note,) = app._notifications
        assert f"conclab replay '{tmp_path}/my own.conclab'" in note.message
        assert "Runs" not in note.message


async def test_what_cannot_be_recorded_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file"))
    async with opened(place="monitor") as (app, _feed, pilot):
        await press(pilot, "r")
        await app.workers.wait_for_complete()
        assert any("cannot be written" in note.message for note in app._notifications)
        assert "● tape" not in top_bar(app)


async def test_the_app_opens_a_recording_at_once_when_it_is_asked_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    feed = ScriptedFeed(2)
    app = ConclabApp(feed, PYTHONS, place="runs", beat_s=None)
    app.opens = tmp_path / "gone.conclab"
    async with app.run_test() as pilot:
        await settle(pilot)
        await app.workers.wait_for_complete()
        assert any("gone.conclab cannot be read" in note.message for note in app._notifications)
        assert app.opens is None
