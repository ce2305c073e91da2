"""The trace screen, on the scripted machine and fed by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.events import MouseScrollUp
from textual.pilot import Pilot

from conclab.model.table import TaskRow
from conclab.model.trace import Traced, TraceLine
from conclab.recording.scripted import ScriptedFeed
from conclab.tui.app import ConclabApp
from conclab.tui.screens.details import DetailsScreen
from conclab.tui.screens.monitor import MonitorScreen
from conclab.tui.screens.trace import TraceScreen
from conclab.tui.widgets.task_table import TaskTable
from conclab.tui.widgets.trace_view import TraceView
from tests.tui.helpers import (
    HOSTILE,
    SECOND,
    HandFeed,
    eventually,
    fed_by_hand,
    key_bar,
    opened,
    press,
    process,
    resize,
    screen_lines,
    screen_text,
    settle,
    table,
)

GIL, POSTGRES = 5100, 1291
WHOM = process(77, command="python3 x.py")


async def play(app: ConclabApp, feed: ScriptedFeed, pilot: Pilot[None], slots: int) -> None:
    for _ in range(0, slots, 5):
        feed.tick(5)
        app.beat()
    await settle(pilot)


@asynccontextmanager
async def tracing(pid: int, size: tuple[int, int] = (120, 40)) -> AsyncIterator[tuple[ConclabApp, ScriptedFeed, Pilot[None]]]:
    """The monitor, the row of this pid selected, and s pressed."""
    async with opened(size, place="monitor") as (app, feed, pilot):
        await play(app, feed, pilot, 40)
        rows = app.session.table_state.table
        assert rows is not None
        app.screen.query_one(TaskTable).select(next(row.id for row in rows.rows if row.pid == pid))
        await press(pilot, "s")
        await play(app, feed, pilot, 60)
        assert isinstance(app.screen, TraceScreen)
        yield app, feed, pilot


@asynccontextmanager
async def by_hand(row: TaskRow = WHOM) -> AsyncIterator[tuple[ConclabApp, HandFeed, Pilot[None]]]:
    async with fed_by_hand(place="monitor") as (app, feed, pilot):
        feed.give(table(row))
        app.beat()
        app.push_screen(TraceScreen(app.session, row))
        await settle(pilot)
        yield app, feed, pilot


def said(*texts: str, at_s: int = 1, row: TaskRow = WHOM, over: str = "") -> Traced:
    lines = tuple(TraceLine(text, "10:00:00.000000") for text in texts)
    return Traced(at_s * SECOND, row.id, lines, {"read": len(lines)} if lines else {}, attached=True, over=over)


async def give(app: ConclabApp, feed: HandFeed, pilot: Pilot[None], item: Traced) -> None:
    feed.give(item)
    app.beat()
    await settle(pilot)


async def test_s_traces_the_selected_row_and_esc_ends_it() -> None:
    async with tracing(GIL) as (app, feed, pilot):
        lines = screen_lines(app)
        assert "5100 python3 four_threads.py" in lines[0]
        assert "● tracing" in lines[0]
        assert "calls/s" in lines[1]
        assert "busiest: futex" in lines[1]
        assert "FUTEX_WAKE_PRIVATE" in screen_text(app)
        assert "it runs slower while it is traced" in screen_text(app)
        assert feed._tracer is not None
        await press(pilot, "escape")
        assert isinstance(app.screen, MonitorScreen)
        assert feed._tracer is None


async def test_it_follows_the_newest_line_until_space_is_pressed() -> None:
    async with by_hand() as (app, feed, pilot):
        await give(app, feed, pilot, said(*(f"read({number}) = 0" for number in range(100))))
        assert "read(99)" in screen_text(app)
        await press(pilot, "space")
        assert "Go on" in key_bar(app)
        await give(app, feed, pilot, said("write(1) = 1", "write(2) = 1", at_s=2))
        text = screen_text(app)
        assert "‖ paused" in text
        assert "write(1)" not in text
        assert "2 newer lines · Space goes on" in text
        await press(pilot, "space")
        assert "write(2)" in screen_text(app)
        assert "● tracing" in screen_text(app)


async def test_scrolling_up_pauses_and_end_goes_on() -> None:
    async with by_hand() as (app, feed, pilot):
        await give(app, feed, pilot, said(*(f"read({number}) = 0" for number in range(100))))
        await press(pilot, "pageup")
        assert await eventually(pilot, lambda: "‖ paused" in screen_text(app))
        await give(app, feed, pilot, said("write(1) = 1", at_s=2))
        assert "write(1)" not in screen_text(app)
        await press(pilot, "end")
        assert await eventually(pilot, lambda: "write(1)" in screen_text(app))
        assert app.screen.query_one(TraceView).following


async def test_the_mouse_wheel_pauses_too() -> None:
    async with by_hand() as (app, feed, pilot):
        await give(app, feed, pilot, said(*(f"read({number}) = 0" for number in range(100))))
        await pilot._post_mouse_events([MouseScrollUp], TraceView, button=0)
        assert await eventually(pilot, lambda: "‖ paused" in screen_text(app))


async def test_a_filter_shows_only_lines_that_hold_it_and_esc_shows_all_again() -> None:
    async with by_hand() as (app, feed, pilot):
        await give(app, feed, pilot, said("read(1) = 0", "openat(2) = 3"))
        await press(pilot, "slash", *"openat", "enter")
        text = screen_text(app)
        assert "read(1)" not in text
        assert "1 of 2 lines hold “openat”" in text
        await give(app, feed, pilot, said("read(2) = 0", "openat(9) = 3", at_s=2))
        assert "openat(9)" in screen_text(app)
        await press(pilot, "escape")
        assert "read(2)" in screen_text(app)
        assert isinstance(app.screen, TraceScreen)


async def test_what_may_not_be_traced_says_why_and_enter_opens_the_stacks() -> None:
    async with tracing(POSTGRES) as (app, _feed, pilot):
        text = screen_text(app)
        assert "■ not traced" in text
        assert "it belongs to postgres" in text
        assert "Enter shows where its threads are instead" in text
        await press(pilot, "enter")
        await app.workers.wait_for_complete()
        await settle(pilot)
        assert isinstance(app.screen, DetailsScreen)
        assert "In the kernel" in screen_text(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, MonitorScreen)


async def test_after_its_end_the_last_lines_stay_and_r_begins_anew() -> None:
    async with by_hand() as (app, feed, pilot):
        assert "Trace again" not in key_bar(app)
        await give(app, feed, pilot, said("exit_group(0) = ?", over="It has ended: these were its last calls."))
        text = screen_text(app)
        assert "■ over" in text
        assert "exit_group(0)" in text
        assert "It has ended: these were its last calls." in text
        await press(pilot, "r")
        assert feed.traced == [WHOM.id, WHOM.id]
        assert "exit_group" not in screen_text(app)


async def test_thousands_of_hostile_lines_are_shown_harmlessly() -> None:
    async with by_hand() as (app, feed, pilot):
        await give(app, feed, pilot, said(*HOSTILE * 500))
        for size in ((80, 24), (200, 60), (40, 10)):
            await resize(pilot, *size)
            assert len(screen_lines(app)) == size[1]
        await press(pilot, "right", "home")
        assert await eventually(pilot, lambda: "‖ paused" in screen_text(app))


async def test_leaving_by_quit_ends_the_trace() -> None:
    async with by_hand() as (_app, feed, pilot):
        await press(pilot, "f10")
    assert feed.traced == [WHOM.id, None]
