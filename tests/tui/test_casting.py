"""Recording the terminal: the key, the marks, the badge; a disk that is full and a folder that goes away end the cast only."""

from __future__ import annotations

import errno
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot

from conclab.model.run_state import RunState
from conclab.recording.cast import Cast, CastWriter, read_cast
from conclab.recording.scripted import ScriptedFeed
from conclab.tui.app import ConclabApp
from conclab.tui.casting import Casting, CastWish, HasTap
from conclab.tui.driver import SurvivingDriver
from tests.tui.helpers import PYTHONS, key_bar, pass_time, press, screen_text, settle, top_bar

SIZE = (80, 24)


class TappedDriver(HeadlessDriver):
    """Draws for nobody but the tap."""

    tap: Callable[[str], None] | None = None

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        if self.tap is not None:
            self.tap(data)


@asynccontextmanager
async def running(
    wish: CastWish | None = None, read_only: bool = False
) -> AsyncIterator[tuple[ConclabApp, ScriptedFeed, Pilot[None]]]:
    feed = ScriptedFeed(2)
    app = ConclabApp(feed, PYTHONS, beat_s=None, read_only=read_only)
    app.driver_class = TappedDriver
    if wish is not None:
        app.cast_wish = wish
    async with app.run_test(headless=False, size=SIZE, notifications=True) as pilot:
        await pass_time(app, feed, pilot, 20)
        yield app, feed, pilot


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where casts go."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CONCLAB_RUNS", str(tmp_path / "data" / "runs"))
    return folder


def only_cast(folder: Path) -> Cast:
    (path,) = folder.glob("conclab-*.cast")
    return read_cast(path)


def shown_by(cast: Cast) -> str:
    """The last picture, as text."""
    pyte = pytest.importorskip("pyte", reason="the extra pictures is not installed")
    screen = pyte.Screen(cast.width, cast.height)
    pyte.Stream(screen).feed("".join(event.data for event in cast.events if event.code == "o"))
    return "\n".join(screen.display)


def test_the_real_driver_has_a_tap() -> None:
    assert SurvivingDriver.tap is None
    assert "tap" in HasTap.__annotations__


async def test_a_key_begins_and_ends_a_cast_of_all_that_is_to_be_seen(here: Path) -> None:
    async with running() as (app, feed, pilot):
        await press(pilot, "ctrl+r")
        await pass_time(app, feed, pilot, 20)
        assert "● rec 0 s" in top_bar(app)
        app.action_go("monitor")
        await settle(pilot)
        await pass_time(app, feed, pilot, 20)
        before = screen_text(app)
        await press(pilot, "ctrl+r")
        assert "rec" not in top_bar(app)
        assert "asciinema play" in screen_text(app)
    cast = only_cast(here)
    assert (cast.width, cast.height, cast.version) == (*SIZE, 2)
    assert shown_by(cast) == before, "it began in the middle, with a whole picture"


async def test_a_cast_from_the_beginning_ends_with_the_app(here: Path) -> None:
    async with running(CastWish(here / "a.cast", 3)) as (app, feed, pilot):
        await pass_time(app, feed, pilot, 20)
        seen = screen_text(app).splitlines()[5:]
    cast = read_cast(here / "a.cast")
    assert cast.version == 3
    assert cast.events[-1].data.endswith("\x1b[?25h"), "it was ended and not cut off"
    assert shown_by(cast).splitlines()[5:] == seen


async def test_what_was_recorded_is_told_when_the_screen_has_gone(here: Path) -> None:
    async with running(CastWish(here / "mine.cast")) as (app, _feed, _pilot):
        app.session.record(here / "mine.conclab")
        assert not app.parting
    cast, tape = sorted(filter(None, app.parting))
    assert re.fullmatch(r"\S*mine\.cast: \d+ s of the terminal\.", cast)
    assert "mine.conclab: " in tape


async def test_read_only_screens_write_no_cast(here: Path) -> None:
    async with running(read_only=True) as (app, _feed, pilot):
        await press(pilot, "ctrl+r")
        assert "rec" not in top_bar(app) + key_bar(app)
    assert not list(here.iterdir())


async def test_where_nothing_can_be_written_it_goes_to_the_data_folder(here: Path, tmp_path: Path) -> None:
    async with running() as (_app, _feed, pilot):
        here.rmdir()
        await press(pilot, "ctrl+r")
        await press(pilot, "ctrl+r")
    assert only_cast(tmp_path / "data" / "casts").events


async def test_trouble_with_the_disk_ends_the_cast_with_a_sentence_and_nothing_else(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running() as (app, _feed, pilot):
        await press(pilot, "ctrl+r")

        def full(_writer: CastWriter, _at_s: float, _data: str) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(CastWriter, "output", full)
        app.screen.refresh()
        await settle(pilot)
        app._look_at_cast()
        await settle(pilot)
        assert ["no longer recorded: no space left" in told.message for told in app._notifications] == [True]
        assert "rec 0" not in top_bar(app)
        await press(pilot, "g")
        assert app.screen.is_current
    assert only_cast(here).width == SIZE[0]


async def test_a_file_that_has_gone_is_told(here: Path) -> None:
    async with running() as (app, _feed, pilot):
        await press(pilot, "ctrl+r")
        next(here.iterdir()).unlink()
        await press(pilot, "ctrl+r")
        assert ["has gone" in told.message for told in app._notifications] == [True]


def test_places_and_runs_and_their_ends_are_marked(here: Path) -> None:
    casting = Casting(CastWriter(here / "a.cast", *SIZE), clock=iter(range(1000)).__next__)
    for state, place in (
        (RunState(), "lab"),
        (RunState(phase="running", title="threads?"), "lab"),
        (RunState(phase="running", title="threads?"), "monitor"),
        (RunState(phase="running", title="threads?"), ""),
        (RunState(phase="failed"), "monitor"),
    ):
        casting.follow(state, place)
    casting.close()
    labels = [marker.data for marker in read_cast(here / "a.cast").markers]
    assert labels == ["lab", "run: threads?", "monitor", "the run was stopped"]
