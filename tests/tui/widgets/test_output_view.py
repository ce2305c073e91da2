"""The output pane's views: they follow their end, stay where one scrolled to, and say what they leave out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from textual.app import ComposeResult
from textual.events import MouseScrollDown, MouseScrollUp
from textual.pilot import Pilot

from conclab.model.events import Line, Output, WorkerStarted
from conclab.model.run_state import MOST_LINES, RunState, fold
from conclab.tui.widgets.output_view import OutputView
from tests.tui.helpers import SECOND, Themed, fed_by_hand, is_exactly, pane_lines, pane_text, plan, press, run_started, settle

HEIGHT = 10


class Host(Themed):
    """A view that fills the screen."""

    def __init__(self, worker: str | None) -> None:
        super().__init__()
        self.view = OutputView(worker)
        self.run_state = fold(RunState(), run_started(plan()))

    def compose(self) -> ComposeResult:
        yield self.view

    def say(self, *numbers: int, worker: str = "w1") -> None:
        """Let a worker say numbered lines."""
        lines = tuple(Line(SECOND + number, worker, "stdout", f"line {number}") for number in numbers)
        self.run_state = fold(self.run_state, Output(SECOND, lines))
        self.view.update_from(self.run_state)

    def shown(self) -> list[int]:
        """The numbers of the lines in view."""
        found = []
        for y in range(self.view.size.height):
            words = self.view.render_line(y).text.split()
            if "line" in words:
                found.append(int(words[words.index("line") + 1]))
        return found


@asynccontextmanager
async def hosted(worker: str | None = None, width: int = 60) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    app = Host(worker)
    async with app.run_test(size=(width, HEIGHT)) as pilot:
        await settle(pilot)
        app.view.focus()
        yield app, pilot


def end_of(count: int, height: int = HEIGHT) -> list[int]:
    return list(range(count - height, count))


async def test_lines_appear_in_their_order_from_the_top() -> None:
    async with hosted() as (app, pilot):
        app.say(0, 1, 2)
        await settle(pilot)
        assert app.shown() == [0, 1, 2]
        app.say(3)
        await settle(pilot)
        assert app.shown() == [0, 1, 2, 3]


async def test_it_follows_its_end() -> None:
    async with hosted() as (app, pilot):
        for start in range(0, 40, 4):
            app.say(*range(start, start + 4))
            await settle(pilot)
        assert app.shown() == end_of(40)


async def test_once_scrolled_up_it_stays_there_while_lines_come_and_follows_again_from_the_end_on() -> None:
    async with hosted() as (app, pilot):
        app.say(*range(40))
        await press(pilot, "pageup")
        there = app.shown()
        assert there == list(range(20, 30))
        for start in range(40, 80, 10):
            app.say(*range(start, start + 10))
            await settle(pilot)
            assert app.shown() == there
        await press(pilot, "end")
        assert app.shown() == end_of(80)
        app.say(80)
        await settle(pilot)
        assert app.shown() == end_of(81)


async def test_keys_move_it_and_stop_at_both_ends() -> None:
    async with hosted() as (app, pilot):
        app.say(*range(40))
        for key, first in (("home", 0), ("up", 0), ("down", 1), ("down", 2), ("pagedown", 12), ("end", 30), ("down", 30)):
            await press(pilot, key)
            assert app.shown()[0] == first, key


async def test_the_wheel_moves_it() -> None:
    async with hosted() as (app, pilot):
        app.say(*range(40))
        await settle(pilot)
        await pilot._post_mouse_events([MouseScrollUp], widget=app.view)
        await settle(pilot)
        assert app.shown()[0] < 30
        for _ in range(5):
            await pilot._post_mouse_events([MouseScrollDown], widget=app.view)
        await settle(pilot)
        assert app.shown() == end_of(40)


async def test_a_click_on_the_bar_goes_there() -> None:
    async with hosted() as (app, pilot):
        app.say(*range(100))
        await settle(pilot)
        await pilot.click(OutputView, offset=(59, 0))
        await settle(pilot)
        assert app.shown()[0] == 0
        await pilot.click(OutputView, offset=(59, HEIGHT - 1))
        await settle(pilot)
        assert app.shown() == end_of(100)


async def test_the_bar_is_there_only_when_there_is_more_and_its_thumb_is_where_one_is() -> None:
    async with hosted() as (app, pilot):
        app.say(*range(HEIGHT))
        await settle(pilot)
        assert "│" not in app.view.render_line(0).text
        app.say(*range(HEIGHT, 50))
        await settle(pilot)
        bar = [app.view.render_line(y).text[-1] for y in range(HEIGHT)]
        assert set(bar) == {"│", "▐"}
        assert bar[-1] == "▐"
        await press(pilot, "home")
        assert app.view.render_line(0).text[-1] == "▐"
        assert app.view.render_line(HEIGHT - 1).text[-1] == "│"


async def test_what_was_cut_off_at_the_right_can_be_moved_into_view_and_back() -> None:
    async with hosted() as (app, pilot):
        text = "".join(chr(ord("a") + number % 26) for number in range(200))
        app.run_state = fold(app.run_state, Output(SECOND, (Line(SECOND, "w1", "stdout", text),)))
        app.view.update_from(app.run_state)
        await settle(pilot)
        before = app.view.render_line(0).text
        await press(pilot, "right")
        assert text[8:40] in app.view.render_line(0).text
        await press(pilot, "left", "left")
        assert app.view.render_line(0).text == before


async def test_beyond_the_longest_line_there_is_nothing_to_move_to() -> None:
    async with hosted() as (app, pilot):
        app.say(0)
        await press(pilot, "right", "right", "right", "right", "left")
        assert app.shown() == [0]


async def test_a_column_has_its_workers_lines_only() -> None:
    async with hosted("w2") as (app, pilot):
        app.say(0, 2, 4, worker="w1")
        app.say(1, 3, worker="w2")
        app.say(9, worker="w3")
        await settle(pilot)
        assert app.shown() == [1, 3]


async def test_when_the_oldest_lines_are_dropped_it_stays_on_the_lines_that_one_reads() -> None:
    for worker in (None, "w1"):
        async with hosted(worker) as (app, pilot):
            app.say(*range(MOST_LINES))
            await press(pilot, "pageup", "pageup")
            there = app.shown()
            app.say(*range(MOST_LINES, MOST_LINES + 300))
            await settle(pilot)
            assert app.shown() == there, worker


async def test_when_the_lines_that_one_reads_are_dropped_it_shows_the_oldest_that_there_are() -> None:
    async with hosted() as (app, pilot):
        app.say(*range(MOST_LINES))
        await press(pilot, "home")
        app.say(*range(MOST_LINES, MOST_LINES + 300))
        await settle(pilot)
        assert app.shown() == list(range(300, 300 + HEIGHT))


async def test_a_flood_is_bounded() -> None:
    async with hosted() as (app, pilot):
        for start in range(0, 3 * MOST_LINES, 1_000):
            app.say(*range(start, start + 1_000))
        await settle(pilot)
        assert app.shown() == end_of(3 * MOST_LINES)
        await press(pilot, "home")
        assert app.shown()[0] == 2 * MOST_LINES


async def test_a_new_run_begins_at_its_top_and_follows_again() -> None:
    async with hosted() as (app, pilot):
        app.say(*range(40))
        await press(pilot, "home")
        app.run_state = fold(app.run_state, replace(run_started(plan()), at_ns=90 * SECOND))
        app.say(*range(100, 103))
        await settle(pilot)
        assert app.shown() == [100, 101, 102]
        app.say(*range(103, 140))
        await settle(pilot)
        assert app.shown() == end_of(140)


async def test_every_line_is_exactly_as_wide_as_the_view_at_every_size() -> None:
    async with hosted() as (app, pilot):
        app.say(*range(40))
        for width in (20, 33, 80, 200):
            await pilot.resize_terminal(width, HEIGHT)
            await settle(pilot)
            assert all(is_exactly(app.view.render_line(y), width) for y in range(HEIGHT))
            assert app.shown() == end_of(40) or width == 20


# In the lab


async def test_the_pane_says_how_many_lines_there_were_and_how_many_were_left_out() -> None:
    async with fed_by_hand() as (app, feed, pilot):
        await press(pilot, "f5")
        feed.give(run_started(feed.launched[0]), WorkerStarted(SECOND, "w1", 9, 9, 1, False))
        feed.give(Output(SECOND, tuple(Line(SECOND, "w1", "stdout", f"line {number}") for number in range(1_200)), left_out=34_567))
        app.beat()
        await settle(pilot)
        border = pane_lines(app, "#output")[-1]
        assert "1,200 lines" in border
        assert "34,567 left out" in border
        assert "line 1199" in pane_text(app, "#output")


async def test_one_line_is_one_line() -> None:
    async with fed_by_hand() as (app, feed, pilot):
        await press(pilot, "f5")
        feed.give(run_started(feed.launched[0]), Output(SECOND, (Line(SECOND, None, "stdout", "alone"),)))
        app.beat()
        await settle(pilot)
        assert "1 line ·" in pane_lines(app, "#output")[-1]


async def test_lines_that_are_no_longer_kept_are_not_passed_over_in_silence() -> None:
    """Only the last 5,000 can be scrolled to; the pane must not read as if all 12,000 were there."""
    async with fed_by_hand() as (app, feed, pilot):
        await press(pilot, "f5")
        feed.give(run_started(feed.launched[0]))
        for _ in range(12):
            feed.give(Output(SECOND, tuple(Line(SECOND, "w1", "stdout", "x") for _ in range(1_000))))
        app.beat()
        await settle(pilot)
        border = pane_lines(app, "#output")[-1]
        assert "12,000 lines" in border
        assert "7,000" in border or f"{MOST_LINES:,}" in border


async def test_what_an_experiment_prints_is_shown_and_not_obeyed() -> None:
    async with fed_by_hand() as (app, feed, pilot):
        await press(pilot, "f5")
        said = ("[bold red]markup[/]", "[/closing]", "漢字" * 80, "e\u0301" * 150)
        feed.give(run_started(feed.launched[0]), Output(SECOND, tuple(Line(SECOND, None, "stdout", text) for text in said)))
        app.beat()
        await settle(pilot)
        text = pane_text(app, "#output")
        assert "[bold red]markup[/]" in text
        assert "[/closing]" in text
        assert all(line[0] in "│┌└" and line[-1] in "│┐┘" for line in text.splitlines())
