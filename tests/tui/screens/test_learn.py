"""Learn: choosing, guessing, running, reading; on wide and narrow screens, with keys and with the mouse."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Input

from conclab.model.claims import Claim, Finding, Guess, Part, Trial
from conclab.model.verdicts import Status, Verdict
from conclab.recording.scripted import ScriptedFeed
from conclab.tui.app import ConclabApp
from conclab.tui.screens import learn
from conclab.tui.screens.choose import ChooseDialog
from conclab.tui.screens.compare import PythonsDialog
from conclab.tui.screens.glossary import GlossaryScreen
from conclab.tui.screens.lab import LabScreen
from conclab.tui.screens.learn import LearnScreen
from conclab.tui.screens.monitor import MonitorScreen
from conclab.tui.screens.yes_no import YesNoDialog
from conclab.tui.setup.dialogs import NameDialog
from conclab.tui.widgets.claim_list import ClaimList
from tests.recording.surveyed import FINDINGS, OLD, SPREAD, WORDS
from tests.tui.helpers import (
    eventually,
    inside,
    key_bar,
    pane_text,
    plan,
    press,
    resize,
    screen_text,
    settle,
    top_bar,
)

FIRST = replace(SPREAD, number=1, title="several cores at once", chapter="CPU and cores", trials=(Trial("waiting-room", rounds=1),))
PAIR = (Trial("waiting-room", rounds=1), Trial("lost-update", rounds=1))
SECOND = replace(SPREAD, number=2, title="no speed-up on one core", chapter="CPU and cores", trials=PAIR)
LAST = replace(SPREAD, number=40, title="parallel hardware", chapter="Parallelism", trials=(Trial("downloads", rounds=1),))
HOLDS = Part(Verdict(Status.HOLDS, "So it is."))
CLAIMS = tuple(
    claim if claim.convention else replace(claim, judge=lambda _found: (HOLDS,)) for claim in (FIRST, SECOND, WORDS, SPREAD, LAST)
)


@asynccontextmanager
async def learning(
    size: tuple[int, int] = (120, 40), findings: Sequence[Finding] = (), claims: Sequence[Claim] = CLAIMS
) -> AsyncIterator[tuple[ConclabApp, ScriptedFeed, Pilot[None], LearnScreen]]:
    feed = ScriptedFeed(2)
    app = ConclabApp(feed, {"this": sys.executable, "3.13t": "/nowhere/python3.13t"}, place="learn", beat_s=None)
    app.animation_level = "none"
    app.learning.__dict__["claims"] = tuple(claims)
    for finding in findings:
        app.learning._found.setdefault(finding.number, {})[finding.conditions.python] = finding
    async with app.run_test(size=size) as pilot:
        await app.workers.wait_for_complete()
        feed.tick(30)
        app.beat()
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, LearnScreen)
        yield app, feed, pilot, screen


async def run_out(app: ConclabApp, feed: ScriptedFeed, pilot: Pilot[None]) -> None:
    """Until nothing is run any more."""
    for _ in range(3_000):
        if not app.learning.on:
            break
        feed.tick(5)
        app.beat()
    else:
        raise AssertionError("it never ended")
    app.beat()
    await settle(pilot)


async def beat(app: ConclabApp, feed: ScriptedFeed, pilot: Pilot[None], slots: int = 5) -> None:
    feed.tick(slots)
    app.beat()
    await settle(pilot)


def number(screen: LearnScreen) -> int:
    assert screen.claim is not None
    return screen.claim.number


async def click_on(app: ConclabApp, pilot: Pilot[None], words: str) -> None:
    """Click where these words stand."""
    for y, line in enumerate(screen_text(app).split("\n")):
        if words in line:
            await pilot.click(offset=(line.index(words) + 1, y))
            await settle(pilot)
            return
    raise AssertionError(f"{words!r} does not stand on the screen")


async def test_a_claim_is_guessed_run_watched_and_read() -> None:
    async with learning() as (app, feed, pilot, _screen):
        assert "Learn" in top_bar(app)
        assert "1 With several cores" in pane_text(app, "#page")
        assert "What do you think?" in pane_text(app, "#page")
        assert "none checked here yet" in pane_text(app, "#claims")
        await press(pilot, "g", "g")
        assert app.learning.guess_of(CLAIMS[0]) is Guess.FAILS
        assert "● fails" in pane_text(app, "#page")
        await click_on(app, pilot, "○ holds")
        assert app.learning.guess_of(CLAIMS[0]) is Guess.HOLDS
        await press(pilot, "enter")
        await beat(app, feed, pilot, 40)
        assert "Workers · the waiting room" in screen_text(app), "what runs is in the page's place"
        assert "▶ 1 several cores at once" in screen_text(app)
        assert "▶  1" in pane_text(app, "#claims")
        await press(pilot, "down")
        assert "Workers" not in screen_text(app), "another claim's page can be read meanwhile"
        assert "2 With several cores" in pane_text(app, "#page")
        await press(pilot, "up")
        assert "Workers" in screen_text(app)
        await run_out(app, feed, pilot)
        assert "✓ HOLDS here  So it is." in pane_text(app, "#page")
        assert "You guessed right." in pane_text(app, "#page")
        assert "1 of 2" in inside(app, "#claims")[0]
        assert "Run again" in key_bar(app)
        assert "▶ 1 several" not in screen_text(app)


async def test_all_are_run_while_one_goes_elsewhere_and_the_cursor_follows_until_it_is_moved() -> None:
    async with learning() as (app, feed, pilot, screen):
        await press(pilot, "down", "down", "a")
        await beat(app, feed, pilot, 20)
        assert number(screen) == 1, "the cursor goes to what is run"
        assert "run 1 of 4" in screen_text(app)
        await press(pilot, "m")
        assert isinstance(app.screen, MonitorScreen)
        for _ in range(600):
            if app.learning.now is CLAIMS[3]:
                break
            feed.tick(5)
            app.beat()
        await press(pilot, "L")
        assert isinstance(app.screen, LearnScreen)
        assert number(screen) == 34
        await press(pilot, "home")
        await run_out(app, feed, pilot)
        assert number(screen) == 1
        assert "4 of 4 checked here · 4 ✓" in pane_text(app, "#claims")
        await press(pilot, "a")
        assert isinstance(app.screen, YesNoDialog), "all of them have been run"
        await press(pilot, "enter")
        assert not app.learning.on
        await press(pilot, "a", "y")
        assert app.learning.on
        await press(pilot, "escape")
        await beat(app, feed, pilot)
        assert not app.learning.on
        assert app.screen is screen


async def test_a_run_in_the_lab_is_waited_for_and_stop_is_one_click() -> None:
    async with learning() as (app, feed, pilot, _screen):
        app.session.launch(plan("lost-update"))
        await press(pilot, "enter")
        await beat(app, feed, pilot)
        assert "waits for the run in the Lab" in screen_text(app)
        assert "It begins as soon as" in pane_text(app, "#page")
        assert "Workers" not in screen_text(app)
        await click_on(app, pilot, "■ Stop")
        assert not app.learning.on
        assert app.session.run_state.live, "that one goes on"
        assert "stopped before anything was decided" in pane_text(app, "#page")


async def test_watching_goes_to_the_lab_with_the_run_and_esc_there_stops_it_all() -> None:
    async with learning() as (app, feed, pilot, screen):
        await press(pilot, "down", "w")
        await beat(app, feed, pilot, 20)
        assert isinstance(app.screen, LabScreen)
        assert app.session.run_state.experiment == app.screen.experiment.name == "waiting-room"
        await press(pilot, "escape")
        await beat(app, feed, pilot)
        assert not app.learning.on
        await press(pilot, "L")
        assert number(screen) == 2
        assert "stopped before anything was decided" in pane_text(app, "#page")


async def test_finding_narrows_the_list_as_one_types_and_esc_widens_it() -> None:
    async with learning() as (app, _feed, pilot, screen):
        await press(pilot, "end", "slash", *"speed")
        assert [line for line in inside(app, "#claims") if line] == [
            "CPU and cores" + inside(app, "#claims")[0][13:],
            "▸   2 no speed-up on one core",
        ]
        assert number(screen) == 2
        await press(pilot, *"xyz")
        assert screen.claim is None
        assert "No claim holds “speedxyz”" in " ".join(inside(app, "#claims"))
        await press(pilot, "escape")
        assert screen.focused is screen.query_one(ClaimList)
        assert len([line for line in inside(app, "#claims") if line]) == 5 + 4
        await press(pilot, "slash", *"40", "enter", "n")
        assert number(screen) == 40, "the last one has no next"
        await press(pilot, "escape", "home", "n", "n", "n")
        assert number(screen) == 34
        await press(pilot, "up")
        assert number(screen) == 21
        assert "Not for measuring" in pane_text(app, "#page")
        await press(pilot, "g", "enter", "w")
        assert app.screen is screen, "a convention cannot be guessed nor run"
        assert not app.learning.on
        await click_on(app, pilot, "several cores at once")
        assert number(screen) == 1


async def test_kept_findings_lead_to_glossary_report_and_other_pythons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = [replace(one, runs=("a", "b")) for one in FINDINGS if (one.number, one.conditions) == (34, OLD)]
    async with learning(findings=found) as (app, _feed, pilot, _screen):
        await press(pilot, "down", "down", "down", "t")
        assert isinstance(app.screen, GlossaryScreen)
        assert "in this claim" in screen_text(app)
        await press(pilot, "escape")
        await click_on(app, pilot, "free-threaded build")
        assert isinstance(app.screen, GlossaryScreen)
        assert app.screen.term == "free-threaded build"
        await press(pilot, "escape", "o")
        assert isinstance(app.screen, ChooseDialog)
        await press(pilot, "escape", "r")
        assert isinstance(app.screen, NameDialog)
        app.screen.query_one(Input).value = str(tmp_path / "x.txt")
        await press(pilot, "enter")
        assert isinstance(app.screen, NameDialog), "no report is called so"
        app.screen.query_one(Input).value = str(tmp_path / "found.md")
        await press(pilot, "enter")
        await app.workers.wait_for_complete()
        assert "threads are spread over all cores" in (tmp_path / "found.md").read_text()
        await press(pilot, "p")
        assert isinstance(app.screen, PythonsDialog)
        await press(pilot, "down", "space", "f5")
        assert "Claims · this, 3.13t" in pane_text(app, "#claims")
        await press(pilot, "enter")
        await app.workers.wait_for_complete()
        await settle(pilot)
        assert app.learning.on, "one of them cannot be executed, the other goes on"
        assert {order.investigation.python.path for order in app.learning._orders} == {sys.executable}


async def test_on_a_small_screen_the_list_and_the_page_are_two_pages() -> None:
    async with learning((80, 24)) as (app, feed, pilot, screen):
        assert not screen.query_one("#page").is_on_screen
        assert "Open" in key_bar(app)
        await press(pilot, "g")
        assert "● holds" in pane_text(app, "#page"), "a guess is made where it can be seen"
        await press(pilot, "escape")
        await press(pilot, "down", "enter")
        assert "2 With several cores" in pane_text(app, "#page")
        assert not app.learning.on
        await press(pilot, "enter")
        await beat(app, feed, pilot, 20)
        assert "Workers" in screen_text(app)
        assert "▶ 2 no speed-up on one core · trial 1 of 2" in screen_text(app)
        assert "s left" in screen_text(app).split("\n")[1]
        await resize(pilot, 24, 24)
        await beat(app, feed, pilot)
        assert screen_text(app).split("\n")[1].startswith(" ▶ 2 no speed"), "however narrow, it says which one"
        await resize(pilot, 200, 60)
        app.beat()
        assert screen.query_one("#claims").is_on_screen
        assert "Workers" in screen_text(app)
        await resize(pilot, 80, 24)
        await run_out(app, feed, pilot)
        assert "✓ HOLDS here" in pane_text(app, "#page")
        await press(pilot, "escape")
        assert screen.query_one("#claims").is_on_screen
        assert not screen.query_one("#page").is_on_screen
        await press(pilot, "tab")
        assert screen.query_one("#page").has_focus
        await press(pilot, "space")
        assert await eventually(pilot, lambda: screen.query_one("#page").scroll_offset.y > 0)
        await press(pilot, "escape")
        await click_on(app, pilot, "parallel hardware")
        assert "40 With several cores" in pane_text(app, "#page"), "a click opens, too"


async def test_nothing_is_drawn_when_nothing_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    async with learning() as (app, _feed, pilot, screen):
        app.beat()
        await settle(pilot)
        drawn: list[str] = []

        def page_lines(*_args: object) -> list[Strip]:
            drawn.append("the page's lines")
            return []

        monkeypatch.setattr(learn, "page_lines", page_lines)
        for pane in ("#claims", "#page"):
            view = screen.query_one(pane)
            monkeypatch.setattr(view, "refresh", lambda *_args, name=pane, **_more: drawn.append(name))
        for _ in range(3):
            app.beat()
            await settle(pilot)
        assert drawn == []
