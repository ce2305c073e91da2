"""The app: going from place to place, themes, the command palette, and leaving."""

from __future__ import annotations

from dataclasses import replace
from queue import SimpleQueue
from types import SimpleNamespace

import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot

from conclab.model.events import Line, Output, WorkerStarted
from conclab.model.verdicts import Evidence, Status, Verdict
from conclab.tui.app import ConclabApp
from conclab.tui.driver import MOST_WAITING
from conclab.tui.screens.lab import LabScreen
from conclab.tui.screens.monitor import MonitorScreen
from conclab.tui.theme import DARK, LIGHT, PALETTES, Palette
from conclab.tui.widgets.lines import LinesView
from conclab.tui.widgets.output_view import OutputView
from conclab.tui.widgets.task_table import TaskTable
from tests.tui.helpers import (
    PYTHONS,
    SECOND,
    HandFeed,
    colours,
    eventually,
    fed_by_hand,
    fill,
    key_bar,
    machine_sample,
    opened,
    pane_text,
    pass_time,
    plan,
    press,
    process,
    resize,
    run_finished,
    run_started,
    screen_lines,
    screen_text,
    settle,
    step_started,
    table,
    top_bar,
    until_phase,
)


async def test_g_goes_to_the_monitor_and_back_also_in_the_middle_of_a_run_and_nothing_is_lost() -> None:
    async with opened() as (app, feed, pilot):
        await fill(app, pilot, "repetitions", "2")
        await press(pilot, "f5")
        await pass_time(app, feed, pilot, 40)
        before = app.session.run_state.line_count
        await press(pilot, "g")
        assert isinstance(app.screen, MonitorScreen)
        await pass_time(app, feed, pilot, 40)
        assert "nginx" in screen_text(app)
        await press(pilot, "g")
        assert isinstance(app.screen, LabScreen)
        run = app.session.run_state
        assert run.line_count > before
        assert f"{run.line_count} lines" in pane_text(app, "#output"), "what came meanwhile is there at once"
        await press(pilot, "g")
        await until_phase(app, feed, pilot, "finished")
        await press(pilot, "g")
        assert "? threads or processes?" in pane_text(app, "#catalogue"), "a run that ended meanwhile left its mark"
        assert run.verdict is None or "UNDECIDED" in pane_text(app, "#verdict")


async def test_a_click_on_a_place_in_the_top_bar_goes_there() -> None:
    async with opened() as (app, _feed, pilot):
        bar = top_bar(app)
        await pilot.click(offset=(bar.index("Monitor") + 2, 0))
        await settle(pilot)
        assert isinstance(app.screen, MonitorScreen)
        await pilot.click(offset=(bar.index("Lab") + 1, 0))
        await settle(pilot)
        assert isinstance(app.screen, LabScreen)
        await pilot.click(offset=(bar.index("Lab") + 1, 0))
        await settle(pilot)
        assert isinstance(app.screen, LabScreen)


async def test_a_click_on_a_key_in_the_footer_does_what_the_key_does() -> None:
    async with opened((200, 60)) as (app, feed, pilot):
        await pilot.click(offset=(key_bar(app).index("Run") + 1, 59))
        await pass_time(app, feed, pilot, 10)
        assert app.session.run_state.live
        await pilot.click(offset=(key_bar(app).index("Stop") + 1, 59))
        await until_phase(app, feed, pilot, "finished")
        assert app.session.run_state.outcome == "stopped"
        await pilot.click(offset=(key_bar(app).index("Monitor") + 1, 59))
        await settle(pilot)
        assert isinstance(app.screen, MonitorScreen)
        await pilot.click(offset=(key_bar(app).index("Quit") + 1, 59))
        await settle(pilot)
        assert not app.is_running


async def test_it_opens_on_the_place_that_was_asked_for() -> None:
    async with opened(place="monitor") as (app, _feed, pilot):
        assert isinstance(app.screen, MonitorScreen)
        await press(pilot, "g")
        assert isinstance(app.screen, LabScreen)


async def test_it_opens_with_a_run_that_was_asked_for() -> None:
    feed = HandFeed()
    asked = plan("lost-update")
    app = ConclabApp(feed, PYTHONS, plan=asked, beat_s=None)
    async with app.run_test(size=(120, 40)) as pilot:
        assert await eventually(pilot, lambda: feed.launched == [asked])
        assert isinstance(app.screen, LabScreen)
        assert app.screen.experiment is asked.experiment


@pytest.mark.parametrize("key", ["f10", "ctrl+c"])
async def test_every_key_for_leaving_leaves_with_status_nought(key: str) -> None:
    async with fed_by_hand() as (app, _feed, pilot):
        await pilot.press(key)
        await settle(pilot)
        assert not app.is_running
        assert app.return_code == 0


async def test_the_command_palette_opens_from_every_place() -> None:
    async with fed_by_hand() as (app, _feed, pilot):
        for _ in range(2):
            await press(pilot, "ctrl+p")
            assert isinstance(app.screen, CommandPalette)
            await press(pilot, "escape")
            assert not isinstance(app.screen, CommandPalette)
            await press(pilot, "g")


async def test_nothing_moves_without_a_beat_and_all_of_it_with_one() -> None:
    async with fed_by_hand() as (app, feed, pilot):
        feed.give(machine_sample(2, 5), machine_sample(2, 30))
        await settle(pilot)
        assert app.session.machine_state.sample is None
        app.beat()
        assert app.session.machine_state.rates is not None


@pytest.mark.parametrize("modal", ["f1", "ctrl+p"], ids=["help", "palette"])
async def test_what_happens_while_something_lies_over_a_place_is_there_when_it_is_gone(modal: str) -> None:
    """Not only when the run changes again: a run that is over never does."""
    async with opened() as (app, feed, pilot):
        await fill(app, pilot, "repetitions", "1")
        await press(pilot, "f5")
        await pass_time(app, feed, pilot, 20)
        await press(pilot, modal)
        while app.session.run_state.phase != "finished":
            feed.tick(5)
            app.beat()
        await press(pilot, "escape")
        await pass_time(app, feed, pilot, 10)
        assert "UNDECIDED" in pane_text(app, "#verdict")
        assert "finished" in pane_text(app, "#workers")
        await press(pilot, "f5")
        await pass_time(app, feed, pilot, 10)
        assert app.session.run_state.live, "and another one can begin"


async def test_what_was_not_drawn_because_the_terminal_lagged_is_drawn_when_it_has_caught_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with opened() as (app, feed, pilot):
        await fill(app, pilot, "repetitions", "1")
        await press(pilot, "f5")
        await pass_time(app, feed, pilot, 20)
        monkeypatch.setattr("conclab.tui.app.is_lagging", lambda _driver: True)
        while app.session.run_state.phase != "finished":
            feed.tick(5)
            app.beat()
        await settle(pilot)
        assert "UNDECIDED" not in pane_text(app, "#verdict")
        monkeypatch.setattr("conclab.tui.app.is_lagging", lambda _driver: False)
        await pass_time(app, feed, pilot, 10)
        assert "UNDECIDED" in pane_text(app, "#verdict")


async def test_a_place_that_was_left_takes_over_the_size_that_the_terminal_has_when_one_comes_back() -> None:
    async with opened((200, 60)) as (app, _feed, pilot):
        await press(pilot, "g")
        await resize(pilot, 80, 24)
        await press(pilot, "g")
        assert all(len(line) == 80 for line in screen_lines(app))
        assert app.screen.has_class("-narrow")
        await press(pilot, "g")
        await resize(pilot, 120, 40)
        await press(pilot, "g")
        assert not app.screen.has_class("-narrow")
        assert "None yet." in pane_text(app, "#verdict")


# Themes


STATEMENT = "So it is."
FINISHED = Verdict(Status.HOLDS, STATEMENT, evidence=(Evidence("threads", 2.0),))


def _drawn_in(app: ConclabApp, palette: Palette) -> dict[str, bool]:
    """Whether each drawn pane has the colours of a palette, by what stands in it."""
    verdict = app.screen.query_one("#verdict", LinesView)
    said = app.screen.query_one(OutputView)
    cores = app.screen.query_one("#cores", LinesView)
    mark = app.screen.query_one("#catalogue").render_line(1)
    return {
        "verdict": colours(verdict.render_line(0))[0] == palette.good,
        "cores": colours(cores.render_line(0))[0] == palette.text,
        "output": colours(said.render_line(0))[0] == palette.worker(0),
        "mark": palette.good.lower() in {(colour or "").lower() for colour in colours(mark)},
    }


async def _finish_a_run(app: ConclabApp, feed: HandFeed, pilot: Pilot[None]) -> None:
    asked = plan()
    feed.give(machine_sample(2, 5), machine_sample(2, 30))
    feed.give(run_started(asked), step_started(asked), WorkerStarted(SECOND, "w1", 9, 9, 1, False))
    feed.give(Output(SECOND, (Line(SECOND, "w1", "stdout", "said"),)))
    app.beat()
    feed.give(run_finished(verdict=FINISHED))
    app.beat()
    await press(pilot, "o")
    assert "said" in pane_text(app, "#output")


async def test_ctrl_t_turns_the_theme_and_everything_that_stands_on_the_screen_with_it() -> None:
    async with fed_by_hand() as (app, feed, pilot):
        await _finish_a_run(app, feed, pilot)
        assert _drawn_in(app, DARK) == dict.fromkeys(("verdict", "cores", "output", "mark"), True)
        await press(pilot, "ctrl+t")
        assert app.theme == "conclab-light"
        assert _drawn_in(app, LIGHT) == dict.fromkeys(("verdict", "cores", "output", "mark"), True)
        await press(pilot, *["ctrl+t"] * (len(PALETTES) - 1))
        assert app.theme == "conclab-dark"
        assert _drawn_in(app, DARK) == dict.fromkeys(("verdict", "cores", "output", "mark"), True)


async def test_a_theme_that_is_chosen_in_the_palette_is_drawn_at_once_too() -> None:
    """Textual's own command changes the theme without telling anybody else."""
    async with fed_by_hand() as (app, feed, pilot):
        await _finish_a_run(app, feed, pilot)
        await settle(pilot)
        app.theme = "conclab-light"
        await settle(pilot)
        found = _drawn_in(app, LIGHT)
        assert (found["verdict"], found["cores"]) == (True, True)


async def test_the_quiet_border_of_the_verdict_follows_the_theme() -> None:
    async with fed_by_hand() as (app, feed, pilot):
        await _finish_a_run(app, feed, pilot)
        await settle(pilot)
        asked = plan()
        feed.give(run_started(asked, 20 * SECOND))
        app.beat()
        await press(pilot, "ctrl+t")
        assert app.screen.query_one("#verdict").styles.border_top == app.screen.query_one("#cores").styles.border_top


async def test_the_monitor_turns_its_theme_too() -> None:
    async with fed_by_hand(place="monitor") as (app, feed, pilot):
        feed.give(machine_sample(2, 5), machine_sample(2, 30), table(process(1)))
        app.beat()
        await press(pilot, "ctrl+t")
        machine = app.screen.query_one("#machine", LinesView)
        assert colours(machine.render_line(0))[0] == LIGHT.text
        rows = app.screen.query_one(TaskTable)
        assert LIGHT.text in colours(rows.render_line(1))


async def test_without_colour_states_have_glyphs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened() as (app, feed, pilot):
        await fill(app, pilot, "repetitions", "1")
        await press(pilot, "f5")
        await until_phase(app, feed, pilot, "finished")
        text = pane_text(app, "#workers")
        assert "█ on a core   ▒ wants a core   ░ blocked" in text
        lanes = "".join(line[6:-50] for line in text.splitlines()[2:-2])
        assert set(lanes) & set("█░") == set("█░")


async def test_while_the_terminal_lags_behind_nothing_is_drawn_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    async with fed_by_hand(place="monitor") as (app, feed, pilot):
        frames: SimpleQueue[str] = SimpleQueue()
        with monkeypatch.context() as behind:
            behind.setattr(app._driver, "_writer_thread", SimpleNamespace(_queue=frames), raising=False)
            for _ in range(MOST_WAITING + 1):
                frames.put("a frame")
            feed.give(machine_sample(), table(process(1)))
            app.beat()
            await settle(pilot)
            assert app.session.table_state.table is not None
            assert "command-1" not in screen_text(app)
            frames.get()
            app.beat()
            await settle(pilot)
            assert "command-1" in screen_text(app), "also what came while it lagged"


async def test_a_run_that_leaves_no_core_free_is_drawn_as_often_as_is_cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[float] = []
    spent, cost = 0.0, 0.0

    def beat() -> None:
        nonlocal spent
        spent += cost
        drawn.append(cost)

    async with opened(cores=2) as (app, _feed, _pilot):
        monkeypatch.setattr(app, "beat", beat)
        monkeypatch.setattr("conclab.tui.app.time.thread_time", lambda: spent)
        for used, each, beats in ((None, 0.02, 4), (0.9, 0.001, 4), (1.9, 0.001, 4), (1.9, 0.009, 2), (1.9, 0.9, 1)):
            monkeypatch.setattr(type(app.session.run_state), "cores_used", lambda _run, used=used: used)
            app.session.run_state = replace(app.session.run_state, phase="running")
            cost = each
            drawn.clear()
            for _ in range(4):
                app.live_beat()
            assert len(drawn) == beats


async def test_nobody_goes_elsewhere_past_what_stands_before_a_place() -> None:
    async with opened(place="monitor") as (app, _feed, pilot):
        await press(pilot, "question_mark")
        before = list(app.screen_stack)
        app.action_go("lab")
        await settle(pilot)
        assert app.screen_stack == before
        await press(pilot, "escape", "ctrl+g")
        assert len(app.screen_stack) == len(before) - 1
