"""A run that was recorded and is replayed reads, second by second, as it did live: the same folds, the same lines on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from conclab.model.events import Event, RunFinished, RunStarted
from conclab.model.machine import MachineSample
from conclab.model.machine_state import MachineState
from conclab.model.run_state import RunState
from conclab.model.tasks import TaskBatch
from conclab.recording.feed import Item
from conclab.recording.kept import replayed
from conclab.recording.recorder import Recorder
from conclab.recording.running import Lead
from conclab.recording.scripted import ScriptedFeed
from conclab.tui.app import ConclabApp
from conclab.tui.screens.run import RunScreen
from conclab.tui.widgets.scrubber import LINES as SCRUBBER_LINES
from tests.tui.helpers import PYTHONS, pane_lines, plan, resize, settle

PANES = ("#cores", "#workers", "#output", "#verdict")
SECOND = 20
"""Slots of the script."""
Seen = dict[int, tuple[MachineState, RunState, list[list[str]]]]
"""By the moment: the folds, and the lines of the panes."""


class Recorded(ScriptedFeed):
    """Keeps its run as the live feed does: what the machine did just before, and then all of it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(2)
        self._lead = Lead()
        self._recorder: Recorder | None = None
        self._folder = folder
        self.paths: list[Path] = []

    def take(self) -> list[Item]:
        items = super().take()
        for item in items:
            if isinstance(item, RunStarted):
                self._recorder = Recorder(plan(item.experiment), pytest.fail, self._folder)
                for sample in self._lead.samples:
                    self._recorder.put(sample)
            if self._recorder is not None and isinstance(item, Event | TaskBatch | MachineSample):
                self._recorder.put(item)
            if isinstance(item, MachineSample):
                self._lead.put(item)
        if self._recorder is not None and any(isinstance(item, RunFinished) for item in items):
            self._recorder.finish(None, "ok", None)
            assert self._recorder.path is not None
            self.paths.append(self._recorder.path)
            self._recorder = None
        return items


async def test_what_is_replayed_reads_as_it_did(tmp_path: Path) -> None:
    feed = Recorded(tmp_path)
    app = ConclabApp(feed, PYTHONS, beat_s=None)
    app.animation_level = "none"
    width, height = 80, 24  # where the lab has the whole width for its results, as the replay has
    async with app.run_test(size=(width, height)) as pilot:
        feed.tick(2 * SECOND)
        app.beat()
        for name in ("threads-or-processes", "lost-update"):
            await resize(pilot, width, height)
            seen: Seen = {}
            await app._lab.open_with(plan(name))
            await settle(pilot)
            while app.session.run_state.phase != "finished":
                feed.tick(SECOND)
                app.beat()
                await settle(pilot)
                seen[feed.source.at_ns] = (
                    app.session.machine_state,
                    app.session.run_state,
                    [pane_lines(app, pane) for pane in PANES],
                )
            assert len(seen) > 2
            await resize(pilot, width, height + SCRUBBER_LINES)
            stored, past = replayed(feed.paths[-1])
            screen = RunScreen(stored, past)
            app.push_screen(screen)
            await settle(pilot)
            assert len([at_ns for at_ns in seen if at_ns > past.end_ns]) <= 1, "the last second goes on after the run"
            for at_ns, (machine, run, lines) in seen.items():
                screen.seek(at_ns)
                await settle(pilot)
                if at_ns <= past.end_ns:
                    assert past.run_state == run
                    assert past.machine_state.cores == machine.cores
                    assert [pane_lines(app, pane) for pane in PANES] == lines
            screen.dismiss()
            await settle(pilot)
