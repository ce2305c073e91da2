"""The monitor's past: every pane as it was, keys that go through the time, and nothing that could be done to what is over."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets._toast import ToastRack

from conclab.recording.scripted import ScriptedFeed
from conclab.recording.session import LiveSession
from conclab.tui.app import ConclabApp
from conclab.tui.screens.going_back import BACK_NS
from conclab.tui.screens.monitor import MonitorScreen
from conclab.tui.screens.past import PastScreen
from conclab.tui.screens.run_recent import RecentRunScreen
from conclab.tui.widgets.scrubber import LINES as SCRUBBER_LINES
from conclab.tui.widgets.task_table import TaskTable
from tests.tui.helpers import (
    key_bar,
    opened,
    pane_lines,
    pane_text,
    pass_time,
    press,
    resize,
    screen_lines,
    screen_text,
    settle,
    top_bar,
)

SECOND = 1_000_000_000


@dataclass
class Gone:
    """The monitor, gone back in time."""

    app: ConclabApp
    feed: ScriptedFeed
    pilot: Pilot[None]

    @property
    def screen(self) -> PastScreen:
        screen = self.app.screen
        assert isinstance(screen, PastScreen)
        return screen

    async def press(self, *keys: str) -> None:
        await press(self.pilot, *keys)

    def notes(self) -> list[str]:
        return [note.message for note in self.app._notifications]

    def rows(self) -> list[str]:
        return [line for line in self.app.screen.query_one(TaskTable).text()[1:] if line.strip()]


@asynccontextmanager
async def gone_back(size: tuple[int, int] = (120, 40), slots: int = 600) -> AsyncIterator[Gone]:
    """After half a minute of the script."""
    async with opened(size, place="monitor") as (app, feed, pilot):
        await pass_time(app, feed, pilot, slots)
        await press(pilot, "b")
        yield Gone(app, feed, pilot)


async def test_one_goes_back_and_returns_to_now_while_the_session_goes_on() -> None:
    async with gone_back() as gone:
        screen, app = gone.screen, gone.app
        assert "10 s ago · Esc: back to now" in screen_lines(app)[0]
        at_ns, end_ns = screen.past.position_ns, screen.past.end_ns
        rows = gone.rows()
        await pass_time(app, gone.feed, gone.pilot, 100)
        assert "15 s ago" in screen_lines(app)[0]
        assert screen.past.position_ns == at_ns
        assert screen.past.end_ns == end_ns + 5 * SECOND
        assert gone.rows() == rows, "the rows are of that moment"
        await gone.press("escape")
        assert isinstance(app.screen, MonitorScreen)
        assert not isinstance(app.screen, PastScreen)
        await pass_time(app, gone.feed, gone.pilot, 20)
        assert "Monitor" in top_bar(app)


def known(lines: list[str]) -> list[str]:
    """Without the cores that the selected row was seen on: those are of the looks before, and one has come from elsewhere. And
    without the scroll bar, which Textual draws a turn later."""
    return [line[:-2] for line in lines if not line.startswith("│ core ")]


async def test_every_pane_reads_as_it_did_at_that_moment() -> None:
    """Live, second by second, against the same seconds of the past."""
    panes = ("#machine", "#tasks", "#selected")
    async with opened(place="monitor") as (app, feed, pilot):
        await pass_time(app, feed, pilot, 200)
        was: dict[int, list[list[str]]] = {}
        for _ in range(12):
            await pass_time(app, feed, pilot, 20)
            assert isinstance(app.session, LiveSession)
            table = app.session.table_state.table
            assert table is not None
            was[feed.source.at_ns] = [known(pane_lines(app, pane)) for pane in panes]
        await press(pilot, "b")
        await resize(pilot, 120, 40 + SCRUBBER_LINES)
        screen = app.screen
        assert isinstance(screen, PastScreen)
        for at_ns, wanted in reversed(was.items()):
            screen.seek(at_ns)
            await settle(pilot)
            assert [known(pane_lines(app, pane)) for pane in panes] == wanted


async def test_keys_go_through_the_time() -> None:
    async with gone_back() as gone:
        past = gone.screen.past

        async def at_after(*keys: str) -> int:
            await gone.press(*keys)
            await gone.app.workers.wait_for_complete()
            await settle(gone.pilot)
            return past.position_ns

        here = past.position_ns
        assert await at_after("shift+left") == here - SECOND
        assert await at_after("comma") == here - 2 * SECOND
        assert await at_after("full_stop") == here - SECOND
        assert await at_after("ctrl+left") == here - 11 * SECOND
        assert await at_after("ctrl+home") == past.start_ns
        assert await at_after("j", *"5.5", "enter") == past.start_ns + 5_500_000_000
        assert await at_after("ctrl+end") == past.end_ns
        await gone.press("ctrl+home", "space")
        assert gone.screen.playing
        assert "Pause" in key_bar(gone.app)
        await gone.press("space")
        assert not gone.screen.playing


async def test_sorting_filtering_and_tags_are_as_of_that_moment() -> None:
    async with gone_back() as gone:
        await gone.press("N")
        pids = [int(row[2:].split()[0]) for row in gone.rows()]
        assert pids == sorted(pids)
        await gone.press("backslash", *"nginx", "enter")
        assert gone.rows()
        assert all("nginx" in row for row in gone.rows())
        await gone.press("m", "ctrl+home")
        assert "1 tagged" in pane_text(gone.app, "#tasks")
        await gone.press("ctrl+end")
        assert any(row.startswith(("● ", "▸●")) or "●" in row[:2] for row in gone.rows())


async def test_nothing_can_be_done_to_what_is_over() -> None:
    async with gone_back() as gone:
        for key in ("k", "f7", "n", "a", "i", "y", "ctrl+k", "s"):
            gone.screen.say("")
            await gone.press(key)
            await gone.app.workers.wait_for_complete()
            assert isinstance(gone.app.screen, PastScreen), key
            assert re.search(r"as they were|how it was", screen_lines(gone.app)[-2]), key
        assert gone.feed.acted == []
        assert "Kill" not in key_bar(gone.app), "it is not offered"


async def test_details_are_of_that_moment_and_say_what_a_recording_has_not() -> None:
    async with gone_back() as gone:
        row = gone.screen.query_one(TaskTable).row
        assert row is not None
        await gone.press("enter")
        text = screen_text(gone.app)
        assert "As of that moment" in text
        assert "Read again" not in key_bar(gone.app), "a moment that is over reads the same however often"
        assert text.count("was not recorded") == 1, "it is said once, before the figures"
        assert str(row.id.pid) in text
        await gone.press("5")
        assert "living process" in screen_text(gone.app)
        await gone.press("3")
        assert "CPU" in screen_text(gone.app)
        await gone.press("escape")
        assert isinstance(gone.app.screen, PastScreen)


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_there_are_rows_and_a_line_to_go_through_time_at_every_size(size: tuple[int, int]) -> None:
    async with gone_back(size) as gone:
        lines = screen_lines(gone.app)
        assert {cell_len(line) for line in lines} == {size[0]}
        assert "●" in lines[-3]
        assert "paused" in lines[-2]
        assert len(gone.rows()) >= 4
        assert "go('" not in str(gone.screen.active_bindings), "one goes back before one goes elsewhere"


async def test_before_anything_has_come_there_is_nothing_to_go_back_to() -> None:
    feed = ScriptedFeed(2)
    app = ConclabApp(feed, {}, place="monitor", beat_s=None)
    async with app.run_test(size=(100, 30)) as pilot:
        await press(pilot, "b")
        assert type(app.screen) is MonitorScreen
        assert any("Nothing has come" in note.message for note in app._notifications)


async def test_in_the_lab_one_goes_back_over_the_run_that_is_on() -> None:
    async with opened() as (app, feed, pilot):
        await press(pilot, "b")
        assert any("No run was begun" in note.message for note in app._notifications)
        await press(pilot, "f5")
        await app.workers.wait_for_complete()
        await pass_time(app, feed, pilot, 300)
        assert app.session.run_state.live
        await press(pilot, "b")
        screen = app.screen
        assert isinstance(screen, RecentRunScreen)
        first = re.search(r" (\d) s ago · Esc: back to now", screen_lines(app)[0])
        assert first
        await pass_time(app, feed, pilot, 40)
        assert f" {int(first[1]) + 2} s ago" in screen_lines(app)[0]
        assert app.session.run_state.now_ns > screen.past.end_ns, "the run goes on meanwhile"
        await press(pilot, "escape")
        assert app.screen is app._lab


async def test_of_a_short_past_one_goes_back_to_where_something_is_to_be_seen() -> None:
    async with gone_back(slots=80) as gone:
        past = gone.screen.past
        assert past.end_ns - past.start_ns < BACK_NS
        assert past.start_ns < past.position_ns < past.end_ns
        assert gone.rows()


async def test_an_answer_stands_where_one_looks_until_one_moves() -> None:
    async with gone_back() as gone:
        await gone.press("ctrl+home", "V")
        assert "Nothing happened before this." in screen_lines(gone.app)[-2]
        assert not gone.notes(), "a toast would lie over the line"
        rack = ToastRack()  # Textual's tests have none
        await gone.screen.mount(rack)
        assert rack.styles.margin.bottom == 1 + SCRUBBER_LINES, "toasts from elsewhere lie above the line"
        await gone.press("full_stop")
        assert "Nothing happened" not in screen_text(gone.app)
