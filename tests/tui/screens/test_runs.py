"""The Runs place, and a run opened at any moment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from conclab.recording.folder import VARIABLE
from conclab.recording.stored import summaries
from conclab.tui.app import ConclabApp
from conclab.tui.screens.run import RunScreen
from conclab.tui.screens.runs import LOOK_EVERY_S, RunsScreen
from conclab.tui.widgets.runs_table import RunsTable
from conclab.tui.widgets.scrubber import Scrubber
from tests.recording.played import keep, played
from tests.tui.helpers import fed_by_hand, inside, key_bar, pane_text, press, resize, screen_lines, screen_text, settle, top_bar

SECOND = 1_000_000_000


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "runs"))
    return tmp_path / "runs"


async def read(app: ConclabApp, pilot: Pilot[None]) -> None:
    """Until all that is read beside the screen has been read and drawn."""
    await app.workers.wait_for_complete()
    await settle(pilot)


@asynccontextmanager
async def runs_shown(size: tuple[int, int] = (120, 40)) -> AsyncIterator[tuple[ConclabApp, Pilot[None], Clock]]:
    async with fed_by_hand(size) as (app, _feed, pilot):
        clock = Clock()
        place = app._places["runs"]
        assert isinstance(place, RunsScreen)
        place._clock = clock
        await press(pilot, "R")
        await read(app, pilot)
        yield app, pilot, clock


@asynccontextmanager
async def run_shown(size: tuple[int, int] = (120, 40)) -> AsyncIterator[tuple[ConclabApp, Pilot[None], RunScreen]]:
    async with runs_shown(size) as (app, pilot, _clock):
        await press(pilot, "enter")
        await read(app, pilot)
        screen = app.screen
        assert isinstance(screen, RunScreen)
        yield app, pilot, screen


async def test_without_runs_it_says_how_to_make_one(folder: Path) -> None:
    async with runs_shown() as (app, pilot, _clock):
        assert "conclab run NAME" in pane_text(app, "#runs")
        assert "Runs" in top_bar(app)
        await press(pilot, "enter", "d", "down", "end")
        assert isinstance(app.screen, RunsScreen)


async def test_runs_are_listed_newest_first_and_new_ones_appear(folder: Path) -> None:
    keep(played())
    async with runs_shown() as (app, pilot, clock):
        assert "threads or processes?" in inside(app, "#runs")[1]
        keep(played("waiting-room"), name="waiting-room")
        app.beat()
        await read(app, pilot)
        assert "waiting room" not in pane_text(app, "#runs"), "the folder is not asked at every beat"
        clock.now_s += LOOK_EVERY_S
        app.beat()
        await read(app, pilot)
        assert [("waiting" in line, "threads" in line) for line in inside(app, "#runs")[1:3]] == [(True, False), (False, True)]
        run = app.screen.query_one(RunsTable).run
        assert run is not None
        assert run.experiment == "threads-or-processes", "the cursor stays with its run"


async def test_the_cursor_goes_everywhere_and_the_view_comes_along(folder: Path) -> None:
    summary = summaries(keep(played()).parent)[0][0]
    many = [replace(summary, path=folder / str(number), title=f"run {number:02}.") for number in range(60)]
    async with runs_shown() as (app, pilot, _clock):
        table = app.screen.query_one(RunsTable)
        table.update_runs(many, "when", False, "")

        async def at_after(*keys: str) -> int:
            await press(pilot, *keys)
            assert table.run is not None
            shown = [line for line in inside(app, "#runs") if table.run.title in line]
            assert [line.lstrip().startswith("▸") for line in shown] == [True]
            return many.index(table.run)

        assert await at_after("up") == 0
        assert await at_after("down", "down") == 2
        assert await at_after("up") == 1
        assert await at_after("pagedown") == 1 + table.visible_rows
        assert await at_after("end") == await at_after("down") == 59
        assert await at_after("pageup") == 59 - table.visible_rows
        top = table.scroll_offset.y
        await pilot.click(RunsTable, offset=(20, 4))  # below the border and the header
        assert await at_after() == top + 2
        await pilot.double_click(RunsTable, offset=(20, 1))
        assert await at_after() == top + 2, "the header is no run"
        assert await at_after("home") == 0


async def test_typing_filters_and_a_column_sorts(folder: Path) -> None:
    keep(played())
    keep(played("waiting-room"), name="waiting-room")
    async with runs_shown() as (app, pilot, _clock):
        await press(pilot, "slash", *"threads")
        assert "waiting" not in pane_text(app, "#runs")
        await press(pilot, "escape")
        assert "waiting" in pane_text(app, "#runs")
        await press(pilot, "f6")
        assert "experiment▲" in inside(app, "#runs")[0]
        assert "waiting" in inside(app, "#runs")[1]
        await press(pilot, "I")
        assert "threads" in inside(app, "#runs")[1]
        line = screen_lines(app)[2]
        await pilot.click(offset=(line.index("verdict"), 2))
        await settle(pilot)
        assert "verdict▲" in inside(app, "#runs")[0]


async def test_a_run_is_forgotten_only_after_a_yes(folder: Path) -> None:
    path = keep(played())
    async with runs_shown() as (app, pilot, _clock):
        await press(pilot, "d")
        assert "Forget this run?" in screen_text(app)
        await press(pilot, "enter")
        await read(app, pilot)
        assert path.exists()
        await press(pilot, "delete", "y")
        await read(app, pilot)
        assert not path.exists()
        assert "conclab run NAME" in pane_text(app, "#runs")


async def test_files_that_cannot_be_used_are_named(folder: Path) -> None:
    keep(played())
    (folder / "broken.conclab").write_text("no recording " * 100)
    async with runs_shown((80, 24)) as (app, _pilot, _clock):
        assert any("broken.conclab" in line for line in screen_lines(app))
        assert "threads" in pane_text(app, "#runs")


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_a_run_opens_at_its_end_with_its_verdict(folder: Path, size: tuple[int, int]) -> None:
    keep(played())
    async with run_shown(size) as (app, pilot, screen):
        lines = screen_lines(app)
        assert "threads or processes?" in lines[0]
        assert "3.13" in lines[0]
        assert screen.session.run_state.verdict is not None
        assert "processes" in pane_text(app, "#verdict")
        assert lines[-3].rstrip().endswith("●")
        assert f"after the last of {len(screen.session.replay.spans)} repetitions" in lines[-2]
        await press(pilot, "escape")
        assert isinstance(app.screen, RunsScreen)


async def test_one_goes_through_a_run_by_keys(folder: Path) -> None:
    keep(played())
    async with run_shown() as (app, pilot, screen):
        replay = screen.session.replay

        async def at_after(*keys: str) -> int:
            await press(pilot, *keys)
            return screen.session.position_ns

        assert await at_after("home") == replay.start_ns
        assert screen.session.run_state.phase == "checking"
        assert await at_after("right_square_bracket") == replay.spans[0].start_ns
        assert await at_after("right_square_bracket") == replay.spans[1].start_ns
        assert replay.spans[1].arm.name in screen_lines(app)[-2]
        assert await at_after("right") == replay.spans[1].start_ns + 250_000_000
        assert await at_after("left") == replay.spans[1].start_ns
        assert await at_after("shift+right") == replay.spans[1].start_ns + SECOND
        assert await at_after("ctrl+left") == replay.start_ns
        for on, back in (("n", "N"), ("v", "V")):
            assert await at_after(on) == replay.next_event(replay.start_ns)
            assert await at_after(back) == replay.start_ns
        assert await at_after("ctrl+end") == replay.end_ns
        assert await at_after("comma") == replay.end_ns - 250_000_000
        assert await at_after("ctrl+home", "full_stop") == replay.start_ns + 250_000_000
        assert await at_after("end") == replay.end_ns
        assert await at_after("left_square_bracket") == replay.spans[-1].start_ns
        assert "repetition 1" in pane_text(app, "#workers")


async def test_what_is_said_later_is_not_on_the_screen_any_more_when_one_goes_back(folder: Path) -> None:
    keep(played())
    async with run_shown() as (app, pilot, screen):
        await press(pilot, "home", "right_square_bracket", "right_square_bracket")
        lines = screen.session.run_state.lines
        assert lines
        assert [line for line in inside(app, "#output") if " s " in line][-1].endswith(lines[-1].text)
        assert len([line for line in inside(app, "#output") if " s " in line]) == len(lines)
        await press(pilot, "home")
        assert not any(inside(app, "#output"))


async def test_a_click_on_the_scrubber_goes_there(folder: Path) -> None:
    keep(played())
    async with run_shown() as (app, pilot, screen):
        await pilot.click(Scrubber, offset=(1, 1))
        await settle(pilot)
        assert screen.session.position_ns == screen.session.replay.start_ns
        await pilot.click(Scrubber, offset=(60, 1))
        await settle(pilot)
        assert screen_lines(app)[-3][60] == "●"


async def test_it_plays_at_the_pace_that_it_had_and_pauses(folder: Path) -> None:
    keep(played())
    async with run_shown() as (app, pilot, screen):
        clock = Clock()
        screen.clock = clock
        await press(pilot, "space")  # at the end: from the beginning
        assert "Pause" in key_bar(app)
        clock.now_s += 1.5
        screen.play_on()
        assert screen.session.position_ns == screen.session.replay.start_ns + 1_500_000_000
        await press(pilot, "space")
        clock.now_s += 1.0
        screen.play_on()
        assert screen.session.position_ns == screen.session.replay.start_ns + 1_500_000_000
        assert "paused" in screen_lines(app)[-2]
        await press(pilot, "right_curly_bracket", "right_curly_bracket", "space")
        assert "playing 4×" in screen_lines(app)[-2]
        clock.now_s += 0.25
        screen.play_on()
        assert screen.session.position_ns == screen.session.replay.start_ns + 2_500_000_000
        await press(pilot, "equals_sign")
        assert "playing 1×" in screen_lines(app)[-2]
        clock.now_s += 1_000
        screen.play_on()
        await settle(pilot)
        assert screen.session.position_ns == screen.session.replay.end_ns
        assert "paused" in screen_lines(app)[-2]


async def test_one_jumps_to_a_moment_that_one_types(folder: Path) -> None:
    keep(played())
    async with run_shown() as (app, pilot, screen):
        replay = screen.session.replay
        await press(pilot, "j", *"9:99")
        assert "59" in screen_text(app), "what is wrong is said while it is typed"
        await press(pilot, "enter", "backspace", "backspace", "backspace", "backspace", *"1.5", "enter")
        assert screen.session.position_ns == replay.start_ns + 1_500_000_000
        assert app.screen.focused is screen.scrubber
        await press(pilot, "j", *"-1", "enter")
        assert screen.session.position_ns == replay.start_ns + 500_000_000


async def test_one_goes_from_spike_to_spike_of_a_figure_that_one_chooses(folder: Path) -> None:
    keep(played())
    async with run_shown() as (app, pilot, screen):
        past = screen.session
        await press(pilot, "home", "x")
        await read(app, pilot)
        first = past.next_spike("cpu", past.start_ns)
        assert first is not None
        assert past.position_ns == first
        assert "spike of load of all cores" in screen_lines(app)[-2]
        await press(pilot, "X")
        await read(app, pilot)
        assert past.position_ns == first
        assert "No spike of load of all cores before" in screen_lines(app)[-2]
        await press(pilot, "Y", *"memory", "enter")
        await read(app, pilot)
        assert screen.series is not None
        assert screen.series.key == "memory"


async def test_where_the_mouse_points_is_told_and_no_more_when_it_has_gone(folder: Path) -> None:
    keep(played())
    async with run_shown() as (app, pilot, _screen):
        await pilot.hover(Scrubber, offset=(1, 1))
        await settle(pilot)
        assert screen_lines(app)[-2].rstrip().endswith("the run begins")
        await pilot.hover("#output")
        await settle(pilot)
        assert "the run begins" not in screen_lines(app)[-2]


async def test_a_pane_can_have_it_all_and_the_output_turns(folder: Path) -> None:
    keep(played())
    async with run_shown() as (app, pilot, screen):
        await press(pilot, "z")
        assert screen.results.zoomed
        await press(pilot, "escape")
        assert not screen.results.zoomed
        await press(pilot, "o")
        await read(app, pilot)
        assert "by worker" in pane_text(app, "#output")
        await resize(pilot, 80, 24)
        assert "paused" in screen_lines(app)[-2]


async def test_t_opens_the_timeline_of_the_whole_run(folder: Path) -> None:
    keep(played())
    async with run_shown() as (app, pilot, screen):
        await press(pilot, "home", "right_square_bracket", "t")
        await read(app, pilot)
        assert app.screen is not screen
        assert "Timeline" in screen_lines(app)[0]
        await press(pilot, "escape")
        assert app.screen is screen


async def test_one_stays_at_the_runs_place_while_one_is_elsewhere(folder: Path) -> None:
    async with runs_shown() as (app, pilot, _clock):
        await press(pilot, "g")
        assert app.screen is app._lab
        await press(pilot, "ctrl+y")
        assert isinstance(app.screen, RunsScreen)
