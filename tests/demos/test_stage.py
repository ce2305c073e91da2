"""The stage: all that the app draws comes out as ANSI, in colour whatever the environment says, and nobody is asked anything."""

from __future__ import annotations

import re

import pytest
from textual.pilot import Pilot

from conclab.demos.findings import Shown
from conclab.demos.pictures import INTERPRETERS, PYTHONS, play
from conclab.demos.stage import Colours, perform
from conclab.recording.scripted import ScriptedFeed
from conclab.tui.app import ConclabApp
from tests.tui.helpers import screen_lines


async def staged(size: tuple[int, int] = (80, 24), colours: Colours | None = "truecolor") -> tuple[str, list[str]]:
    """What came out of a short act, and the lines that stood there at its end."""
    feed = ScriptedFeed(2)
    app = ConclabApp(feed, PYTHONS, beat_s=None, findings=Shown(INTERPRETERS))
    written: list[str] = []
    shown: list[str] = []

    async def act(pilot: Pilot[None]) -> None:
        await play(app, feed, pilot, 20)
        app.action_go("monitor")
        await pilot.pause()
        await play(app, feed, pilot, 20)
        await pilot.press("down")
        await pilot.pause()
        shown.extend(screen_lines(app))

    await perform(app, size, act, written.append, colours)
    return "".join(written), shown


async def test_a_film_is_the_screen_in_colour_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    pyte = pytest.importorskip("pyte", reason="the extra pictures is not installed")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    written, shown = await staged()
    screen = pyte.Screen(80, 24)
    pyte.Stream(screen).feed(written)
    assert screen.display == shown
    assert any("PID" in line for line in shown)
    assert re.search(r"\x1b\[[0-9;]*38;2;\d+;\d+;\d+", written)
    assert not re.search(r"\x1b(\[[<-?]|\])", written), "nobody is asked anything, no mode is set"


async def test_without_colour_where_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    written, shown = await staged(colours=None)
    assert any("PID" in line for line in shown)
    assert not re.search(r"\x1b\[[0-9;]*[34]8;[25];", written)


async def test_a_crash_comes_out() -> None:
    async def act(pilot: Pilot[None]) -> None:
        raise KeyError("of the act")

    with pytest.raises(KeyError):
        await perform(ConclabApp(ScriptedFeed(2), PYTHONS, beat_s=None), (80, 24), act, lambda _data: None)
