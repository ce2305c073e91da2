"""The details screen on the scripted machine, and on one that is fed by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from conclab.model.details import ENVIRONMENT, FILES, HISTORY, KINDS, LIMITS, OVERVIEW, STACKS, THREADS, Fact, Page, Section
from conclab.model.inspection import Inspection
from conclab.model.table import TaskRow, TaskTable, Wanted
from conclab.model.tasks import TaskBatch
from conclab.recording.scripted import ScriptedFeed
from conclab.tui.app import ConclabApp
from conclab.tui.screens.details import DetailsScreen
from conclab.tui.screens.details_parts import Head, ThreadsView
from conclab.tui.widgets.lines import LinesView
from tests.tui.helpers import (
    HOSTILE,
    SECOND,
    HandFeed,
    fed_by_hand,
    key_bar,
    opened,
    press,
    process,
    screen_lines,
    screen_text,
    settle,
)

GIL = 5100
"""Four threads that share a GIL, of ada, who reads."""
OTHERS = 1291
"""A process of postgres."""


async def until_read(app: ConclabApp, pilot: Pilot[None]) -> None:
    await app.workers.wait_for_complete()
    app.beat()
    await settle(pilot)


@asynccontextmanager
async def details_of(
    pid: int, size: tuple[int, int] = (120, 40), page: str | None = None, cores: int = 2
) -> AsyncIterator[tuple[ConclabApp, ScriptedFeed, Pilot[None], DetailsScreen]]:
    async with opened(size, cores) as (app, feed, pilot):
        feed.list_tasks(Wanted(threads=True, needs_of_all=frozenset({"status", "queue"})))
        feed.tick(100)
        app.beat()
        table = app.session.table_state.table
        assert table is not None
        row = next(row for row in table.rows if row.pid == pid)
        screen = DetailsScreen(app.session, row, page)
        app.push_screen(screen)
        await settle(pilot)
        await until_read(app, pilot)
        yield app, feed, pilot, screen


async def play(app: ConclabApp, feed: ScriptedFeed, pilot: Pilot[None], slots: int) -> None:
    for _ in range(0, slots, 5):
        feed.tick(5)
        app.beat()
    await settle(pilot)


async def test_it_opens_on_the_overview_and_says_whose_it_is() -> None:
    async with details_of(GIL) as (app, _feed, _pilot, _screen):
        lines = screen_lines(app)
        assert "5100 python3 four_threads.py" in lines[0]
        assert "1 Overview" in lines[1]
        assert "8 Stacks" in lines[1]
        text = "\n".join(lines)
        assert "command line    python3 four_threads.py" in text
        assert "SCHED_OTHER" in text
        assert "Esc" in key_bar(app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_every_page_by_its_digit(size: tuple[int, int]) -> None:
    expected = {
        OVERVIEW: "command line",
        THREADS: "w1",
        HISTORY: "resident memory",
        ENVIRONMENT: "VIRTUAL_ENV",
        FILES: "/home/ada/shop/access.log",
        "memory": "proportional",
        LIMITS: "1,048,576",
        STACKS: "is_prime",
    }
    async with details_of(GIL, size) as (app, feed, pilot, screen):
        for number, kind in enumerate(KINDS, start=1):
            await press(pilot, str(number))
            await until_read(app, pilot)
            await play(app, feed, pilot, 10)
            assert screen.page_key == kind.key
            assert expected[kind.key] in screen_text(app), kind.key
            assert all(len(line) == size[0] or not line.isascii() for line in screen_lines(app))


async def test_tab_goes_round_and_esc_goes_back() -> None:
    async with details_of(GIL) as (app, _feed, pilot, screen):
        for _ in KINDS:
            await press(pilot, "tab")
        assert screen.page_key == OVERVIEW
        await press(pilot, "shift+tab")
        assert screen.page_key == STACKS
        await press(pilot, "escape")
        assert app.screen is not screen


async def test_a_click_on_a_page_opens_it() -> None:
    async with details_of(GIL) as (app, _feed, pilot, screen):
        at = screen_lines(app)[1].index("5 Files")
        await pilot.click(Head, offset=(at + 3, 1))
        await until_read(app, pilot)
        assert screen.page_key == FILES
        assert "access.log" in screen_text(app)


async def test_threads_have_their_split_their_lane_and_their_cores() -> None:
    async with details_of(GIL, (160, 40), THREADS) as (app, feed, pilot, _screen):
        await play(app, feed, pilot, 100)
        lines = screen_lines(app)
        header = next(line for line in lines if "on core" in line)
        w2 = next(line for line in lines if " w2 " in line and "%" in line)
        on_core, blocked = (int(w2[header.index(title) :].split("%")[0]) for title in ("on core", "blocked"))
        assert 10 <= on_core <= 35
        assert 60 <= blocked <= 90
        assert "futex: a lock" in w2
        assert "sampled 10 times a second" in screen_text(app)
        strip = app.screen.query_one("#strip", LinesView).text()
        assert strip[0].startswith(("0  ", " 0  "))
        assert any(name in "".join(strip) for name in ("w1", "w2", "w3", "w4"))


async def test_of_many_threads_the_busiest_come_first_and_the_rest_can_be_scrolled_to() -> None:
    async with details_of(2210, (100, 20), THREADS) as (app, feed, pilot, screen):
        await play(app, feed, pilot, 100)
        view = screen.query_one(ThreadsView)
        assert "23 threads" in screen_text(app)
        assert " 2210 " in view.text()[1]
        await press(pilot, "end")
        await play(app, feed, pilot, 5)
        assert view.scroll_offset.y > 5
        assert "blocked" in view.text()[-1]  # what the colours mean stands at the end


async def test_a_row_of_a_thread_opens_the_threads_of_its_process() -> None:
    async with details_of(GIL + 2) as (app, feed, pilot, screen):
        await play(app, feed, pilot, 10)
        assert screen.page_key == THREADS
        assert (screen.id_of_process.pid, screen.id_of_process.tid) == (GIL, 0)
        assert "5 threads" in screen_text(app)


async def test_it_is_watched_closely_only_while_its_threads_are_shown() -> None:
    async with fed_by_hand() as (app, feed, pilot):
        screen = await open_by_hand(app, feed, pilot)
        assert [id for id in feed.inspected if id] == []
        await press(pilot, "2")
        assert feed.inspected[-1] == screen.id_of_process
        await press(pilot, "3")
        assert feed.inspected[-1] is None
        await press(pilot, "2", "escape")
        assert feed.inspected[-1] is None


async def test_searching_shows_only_what_holds_the_text() -> None:
    async with details_of(GIL, page=ENVIRONMENT) as (app, _feed, pilot, screen):
        await press(pilot, "slash", *"tmux")
        assert "TMUX" in screen_text(app)
        assert "VIRTUAL_ENV" not in screen_text(app)
        await press(pilot, "enter")
        assert not screen.query_one("#search", Input).display
        assert "only what holds “tmux”" in screen_text(app)
        await press(pilot, "escape")
        assert "VIRTUAL_ENV" in screen_text(app)
        assert app.screen is screen


async def test_nothing_found_is_said() -> None:
    async with details_of(GIL, page=ENVIRONMENT) as (app, _feed, pilot, _screen):
        await press(pilot, "slash", *"nowhere")
        assert "nothing holds “nowhere”" in screen_text(app)


async def test_what_may_not_be_read_says_why() -> None:
    async with details_of(OTHERS) as (app, _feed, pilot, _screen):
        assert "belongs to postgres; conclab would have to run as root or postgres" in screen_text(app)
        for key in "4568":
            await press(pilot, key)
            await until_read(app, pilot)
            assert "postgres" in screen_text(app)


async def open_by_hand(app: ConclabApp, feed: HandFeed, pilot: Pilot[None], **pages: Page) -> DetailsScreen:
    feed.pages = pages
    row = process(900, 0.5, "python3 -m shop")
    feed.give(TaskTable(SECOND, (row,)))
    app.beat()
    screen = DetailsScreen(app.session, row)
    app.push_screen(screen)
    await settle(pilot)
    await until_read(app, pilot)
    return screen


def only(key: str, *facts: Fact, ended: bool = False) -> Page:
    return Page(key, SECOND, (Section("S", facts),) if facts else (), ended)


async def test_when_it_ends_the_last_values_stay_and_it_says_so() -> None:
    async with fed_by_hand() as (app, feed, pilot):
        screen = await open_by_hand(app, feed, pilot, overview=only(OVERVIEW, Fact("policy", "SCHED_IDLE")))
        assert "CPU 50 %" in screen_lines(app)[0]
        feed.give(TaskTable(2 * SECOND, (process(901),), ended=(process(900, 0.5, "python3 -m shop"),)))
        app.beat()
        await settle(pilot)
        assert "ended: these are its last values" in screen_lines(app)[0]
        assert "SCHED_IDLE" in screen_text(app)
        assert "as it was when it ended" in screen_text(app)
        await press(pilot, "4")
        assert "It had ended before this could be read." in screen_text(app)
        assert app.screen is screen


@pytest.mark.parametrize("by", ["page", "watch"])
async def test_its_end_is_also_seen_by_reading_it(by: str) -> None:
    async with fed_by_hand() as (app, feed, pilot):
        screen = await open_by_hand(app, feed, pilot, overview=only(OVERVIEW, Fact("policy", "SCHED_IDLE")))
        if by == "page":
            feed.pages = {OVERVIEW: only(OVERVIEW, ended=True)}
            await press(pilot, "r")
        else:
            await press(pilot, "2")
            feed.give(Inspection(2 * SECOND, screen.id_of_process, TaskBatch(2 * SECOND, ()), ended=True))
            feed.give(TaskTable(3 * SECOND, (process(901),)))
        await until_read(app, pilot)
        assert "ended: these are its last values" in screen_lines(app)[0]
        if by == "page":
            assert "SCHED_IDLE" in screen_text(app)


async def test_r_reads_it_again() -> None:
    async with fed_by_hand() as (app, feed, pilot):
        await open_by_hand(app, feed, pilot, limits=only(LIMITS, Fact("files", "64")))
        await press(pilot, "7")
        await until_read(app, pilot)
        assert "64" in screen_text(app)
        feed.pages = {LIMITS: only(LIMITS, Fact("files", "128"))}
        await press(pilot, "r")
        await until_read(app, pilot)
        assert "128" in screen_text(app)


async def test_a_stranger_with_its_number_is_not_taken_for_it() -> None:
    async with fed_by_hand() as (app, feed, pilot):
        await open_by_hand(app, feed, pilot)
        mine = process(900, 0.5, "python3 -m shop")
        stranger: TaskRow = mine._replace(id=mine.id._replace(start=mine.id.start + 1), command="a stranger")
        feed.give(TaskTable(2 * SECOND, (stranger,), ended=(mine,)))
        app.beat()
        await settle(pilot)
        assert "stranger" not in screen_text(app)
        assert "ended" in screen_lines(app)[0]


async def test_hostile_texts_stay_in_their_lines() -> None:
    async with fed_by_hand((80, 24)) as (app, feed, pilot):
        facts = tuple(Fact(text[:30], text) for text in HOSTILE)
        await open_by_hand(app, feed, pilot, overview=only(OVERVIEW, *facts))
        assert "漢字" in screen_text(app)
        await press(pilot, "end")
        assert len(screen_lines(app)) == 24


async def test_the_theme_may_change_while_it_is_open() -> None:
    async with details_of(GIL) as (_app, _feed, pilot, screen):
        before = screen.query_one("#page", LinesView).render_line(0)
        await press(pilot, "ctrl+t")
        assert screen.query_one("#page", LinesView).render_line(0) != before


@pytest.mark.parametrize("cores", [1, 16, 512])
async def test_the_core_strip_fits_any_machine(cores: int) -> None:
    async with details_of(GIL, (120, 40), THREADS, cores) as (app, feed, pilot, screen):
        await play(app, feed, pilot, 60)
        strip, threads = screen.query_one("#strip", LinesView), screen.query_one(ThreadsView)
        assert 3 <= strip.size.height + 2 <= 16
        assert threads.size.height > 15
        assert "w1" in screen_text(app)


async def test_a_page_that_fails_takes_nothing_else_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async with details_of(GIL) as (app, feed, pilot, screen):

        def broken(*_asked: object) -> Page:
            raise ZeroDivisionError("[/]")

        monkeypatch.setattr(feed, "details", broken)
        screen.action_page(LIMITS)
        await until_read(app, pilot)
        assert any("ZeroDivisionError: [/]" in note.message for note in app._notifications)
        monkeypatch.undo()
        await press(pilot, "r")
        await until_read(app, pilot)
        assert "Limits" in screen_text(app)
        assert "reading …" not in screen_text(app)
