"""Read-only: whatever is pressed, clicked or commanded, nothing reaches a task, a file or the shell."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.binding import Binding
from textual.dom import DOMNode
from textual.pilot import Pilot
from textual.screen import Screen

from conclab.model.actions import Action, Outcome, Signal
from conclab.model.claims import Guess
from conclab.model.details import ENVIRONMENT, STACKS, Page
from conclab.model.runs import Plan
from conclab.model.settings import DEFAULT, Settings
from conclab.model.table import RowId
from conclab.model.trace import Traced
from conclab.recording.findings import Findings
from conclab.recording.folder import VARIABLE
from conclab.recording.read_only import WHY, OnlyRead, ReadOnly, ReadOnlyFeed
from conclab.recording.scripted import ScriptedFeed
from conclab.tui.app import ConclabApp
from conclab.tui.commands import commands
from conclab.tui.keymap import every_binding, our_classes
from conclab.tui.screens.details import DetailsScreen
from conclab.tui.screens.monitor import MonitorScreen
from conclab.tui.widgets.form import Form
from tests.recording.played import keep, played
from tests.tui.helpers import PYTHONS, key_bar, pass_time, plan, press, screen_text, settle, top_bar

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
ACTING = ("subprocess.Popen", "os.kill", "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.fork", "os.forkpty", "os.exec")
FOUND: list[str] | None = None
"""What was done to the machine since somebody has begun to look; None: nobody looks."""


def audit(event: str, args: tuple[object, ...]) -> None:
    if FOUND is None:
        return
    if event in ACTING or event.startswith(("os.posix_spawn", "signal.pthread_kill", "socket.connect", "socket.bind")):
        FOUND.append(f"{event}{args}")
    elif event == "open" and isinstance(args[2], int) and args[2] & WRITING and not str(args[0]).endswith((".pyc", "/dev/null")):
        if "__pycache__" not in str(args[0]):
            FOUND.append(f"{event}{args}")
    elif event == "sqlite3.connect" and "mode=ro" not in str(args[0]):
        FOUND.append(f"{event}{args}")


@contextmanager
def nothing_done() -> Iterator[None]:
    """Fails when anything is done to the machine meanwhile, in any thread. (Python keeps audit hooks for good: one is enough.)"""
    global FOUND
    if not getattr(sys, "_conclab_audits", False):
        sys.addaudithook(audit)
        setattr(sys, "_conclab_audits", True)  # noqa: B010 - no attribute that sys is known to have
    FOUND = []
    try:
        yield
        assert FOUND == []
    finally:
        FOUND = None


class Trap(ScriptedFeed):
    """The machine: to reach it fails the test."""

    def launch(self, plan: Plan) -> None:
        raise AssertionError("a run was begun")

    def stop(self) -> None:
        raise AssertionError("a run was stopped")

    def act(self, action: Action, targets: object, confirmed: bool = False) -> tuple[Outcome, ...]:
        raise AssertionError(f"{action} got through")

    def trace(self, id: RowId | None) -> None:
        raise AssertionError("somebody is traced")

    def details(self, id: RowId, page: str) -> Page:
        assert page not in (ENVIRONMENT, STACKS), "what is not to be seen was read"
        return super().details(id, page)


def never_kept(settings: Settings) -> str | None:
    raise AssertionError(f"{settings} were written")


def app_over(feed: ScriptedFeed, place: str = "monitor", read_only: bool = True) -> ConclabApp:
    return ConclabApp(
        feed, PYTHONS, place=place, beat_s=None, settings=DEFAULT, save=never_kept if read_only else None, read_only=read_only
    )


def actions_of(node: DOMNode) -> list[str]:
    """Whatever a key of this screen, or of all screens, can mean; but for leaving and for going elsewhere."""
    found = [
        binding.action
        for kind in type(node).__mro__
        if kind.__module__.startswith("conclab.")
        for binding in vars(kind).get("BINDINGS", ())
        if isinstance(binding, Binding)
    ]
    found += [binding.action for binding in ConclabApp.BINDINGS if isinstance(binding, Binding)]
    leaving = ("app.quit", "app.go", "back", "close", "dismiss", "app.command_palette")
    return [action for action in dict.fromkeys(found) if not action.startswith(leaving)]


async def closed(app: ConclabApp, pilot: Pilot[None], below: Screen[Any]) -> None:
    """Close whatever stands before a screen."""
    while app.screen is not below:
        app.screen.dismiss(None)
        await pilot.pause()


@pytest.mark.parametrize("place", ["lab", "monitor", "learn", "runs"])
async def test_no_action_of_any_screen_reaches_anything(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    kept = keep(played()) if place == "runs" else tmp_path
    feed = Trap()
    app = app_over(feed, place)
    async with app.run_test(size=(120, 40)) as pilot:
        await pass_time(app, feed, pilot, 30)
        await app.workers.wait_for_complete()
        home = app.screen
        assert " read-only " in top_bar(app)
        tried: list[str] = []
        seen: DetailsScreen | None = None
        with nothing_done():
            for action in actions_of(home):
                tried.append(action)
                await app.run_action(action, home)
                await pilot.pause()
                if isinstance(app.screen, DetailsScreen) and not seen:
                    details = seen = app.screen
                    for inner in actions_of(details):
                        await app.run_action(inner, details)
                        await pilot.pause()
                        await closed(app, pilot, details)
                await closed(app, pilot, home)
            await settle(pilot)
        assert len(tried) >= 12
        assert kept.exists()


async def test_what_acts_is_not_shown_and_whoever_presses_it_is_told() -> None:
    feed = Trap()
    app = app_over(feed)
    async with app.run_test(size=(160, 40)) as pilot:
        await pass_time(app, feed, pilot, 30)
        shown = {command.action for command in commands(app.screen)}
        assert "search" in shown
        assert not shown & {"kill", "nice_by(1)", "affinity", "trace", "app.suspend_process", "app.cast"}
        assert "Kill" not in key_bar(app)
        await press(pilot, "f9")
        assert isinstance(app.screen, MonitorScreen), "no dialog asks what cannot be done"
        assert WHY in {notification.message for notification in app._notifications}


@pytest.mark.parametrize("key", ["e", "S"])
async def test_pages_that_are_not_read_say_so(key: str) -> None:
    feed = Trap()
    app = app_over(feed)
    async with app.run_test(size=(160, 40)) as pilot:
        await pass_time(app, feed, pilot, 30)
        await press(pilot, key)
        await app.workers.wait_for_complete()
        await settle(pilot)
        assert isinstance(app.screen, DetailsScreen)
        assert "while conclab is read-only" in screen_text(app)


async def test_a_button_is_no_way_round() -> None:
    feed = Trap()
    app = app_over(feed, "lab")
    async with app.run_test(size=(120, 40)) as pilot:
        await pass_time(app, feed, pilot, 30)
        with nothing_done():
            app.screen.post_message(Form.Pressed("run"))
            await settle(pilot)
        assert WHY in {notification.message for notification in app._notifications}
        assert not app.session.run_state.live


def test_the_feed_is_the_last_door() -> None:
    trap, somebody = Trap(), RowId(812, 0, 1)
    feed = ReadOnlyFeed(trap)
    (outcome,) = feed.act(Signal(9), (somebody,))
    assert not outcome.ok
    assert "read-only" in outcome.sentence
    with pytest.raises(ReadOnly):
        feed.launch(plan())
    feed.stop()
    feed.trace(somebody)
    (refusal,) = feed.take()
    assert isinstance(refusal, Traced)
    assert "read-only" in refusal.over
    assert "read-only" in feed.details(somebody, ENVIRONMENT).sections[0].note


def test_guesses_are_kept_nowhere(tmp_path: Path) -> None:
    kept = Findings(2, "m", tmp_path / "findings")
    kept.keep_guess(34, Guess.HOLDS)
    reads = OnlyRead(kept)
    assert reads.keep_guess(34, Guess.FAILS)
    assert reads.guesses() == kept.guesses() == {34: Guess.HOLDS}


def test_every_action_that_is_declared_to_act_is_there() -> None:
    every_binding()  # imports every screen
    declared = {(kind, name) for kind in [ConclabApp, *our_classes()] for name in vars(kind).get("ACTS", ())}
    assert {name for _kind, name in declared} >= {"kill", "run", "forget", "report", "suspend_process", "cast"}
    assert not [(kind, name) for kind, name in declared if not callable(getattr(kind, f"action_{name}", None))]


async def test_otherwise_all_of_it_is_there() -> None:
    """The test above could not fail if nobody could act at all."""
    feed = ScriptedFeed()
    app = app_over(feed, read_only=False)
    async with app.run_test(size=(160, 40)) as pilot:
        await pass_time(app, feed, pilot, 30)
        assert "Kill" in key_bar(app)
        assert "read-only" not in top_bar(app)
        await press(pilot, "f8")
        await app.workers.wait_for_complete()
        assert len(feed.acted) == 1
