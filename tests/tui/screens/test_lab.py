"""The Lab by its keys, on the script: choosing, running, stopping, reading, at every size."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from conclab.lab.catalogue import by_chapter, catalogue, find
from conclab.model import figures
from conclab.model.events import Line, Output, WorkerStarted
from conclab.model.results import OK
from conclab.model.verdicts import Status, Verdict
from conclab.tui.app import ConclabApp
from conclab.tui.screens.compare import CompareDialog
from conclab.tui.widgets.catalogue import Catalogue
from conclab.tui.widgets.form import Form
from conclab.tui.widgets.lines import LinesView
from conclab.tui.widgets.output import AboutView, ChartView, OutputPane
from conclab.tui.widgets.output_view import OutputView
from tests.tui.helpers import (
    SECOND,
    fed_by_hand,
    field,
    fill,
    focused,
    inside,
    key_bar,
    lab,
    opened,
    pane_lines,
    pane_text,
    pass_time,
    plan,
    press,
    resize,
    run_finished,
    run_started,
    screen_lines,
    screen_text,
    settle,
    step_started,
    until_phase,
)

PANES = ("cores", "workers", "output", "verdict")


def enabled(form: Form) -> set[str]:
    """Which buttons can be pressed."""
    return {button.id or "" for button in form.query(Button) if not button.disabled}


# Choosing


async def test_moving_in_the_catalogue_turns_the_form_to_the_experiment_under_the_cursor() -> None:
    async with opened() as (app, _feed, pilot):
        order = [experiment for experiments in by_chapter().values() for experiment in experiments]
        for number, experiment in enumerate(order[:5]):
            if number:
                await pilot.press("down")
            assert lab(app).experiment is experiment
            form = app.screen.query_one(Form)
            assert form.experiment is experiment
            assert form.border_title == experiment.title
            fields = [(node.id or "").removeprefix("field-") for node in form.query(".field > *") if node.id]
            assert fields == [*[parameter.name for parameter in experiment.parameters], "python", "repetitions", "trace"]


async def test_before_the_first_run_the_output_explains_what_the_cursor_is_on() -> None:
    async with opened() as (app, _feed, pilot):
        await press(pilot, "down")
        assert lab(app).experiment.question in " ".join(inside(app, "#output"))


async def test_the_catalogue_shows_every_experiment_under_its_chapter() -> None:
    async with opened((200, 120)) as (app, _feed, _pilot):
        shown = [line for line in inside(app, "#catalogue") if line]
        wanted = [[chapter, *[one.title for one in experiments]] for chapter, experiments in by_chapter().items()]
        assert shown == [title for chapter in wanted for title in chapter]


# Values


async def test_a_wrong_value_is_marked_and_said_and_nothing_runs_until_it_is_right() -> None:
    async with opened() as (app, feed, pilot):
        form = app.screen.query_one(Form)
        assert enabled(form) == {"run", "compare"}
        await fill(app, pilot, "workers", "a dozen")
        assert enabled(form) == set()
        row = field(app, "workers").parent
        assert row is not None
        assert row.has_class("-wrong")
        assert "✗" in pane_text(app, "#form")
        assert "workers: 'a dozen' is not a whole number" in " ".join(inside(app, "#form"))
        await press(pilot, "f5")
        await pass_time(app, feed, pilot, 10)
        assert app.session.run_state.phase == "idle"
        await fill(app, pilot, "workers", "3")
        assert enabled(form) == {"run", "compare"}
        assert not row.has_class("-wrong")
        assert "✗" not in pane_text(app, "#form")


async def test_what_is_typed_is_what_runs() -> None:
    async with opened() as (app, feed, pilot):
        await fill(app, pilot, "workers", "3")
        await fill(app, pilot, "repetitions", "2")
        await press(pilot, "f5")
        await pass_time(app, feed, pilot, 5)
        run = app.session.run_state
        assert {arm.workers for arm in run.arms} == {3}
        assert run.rounds_expected == 2


# Running


async def test_a_run_from_f5_to_its_verdict() -> None:
    async with opened() as (app, feed, pilot):
        form = app.screen.query_one(Form)
        await fill(app, pilot, "repetitions", "3")
        await press(pilot, "f5")
        await until_phase(app, feed, pilot, "running")
        await pass_time(app, feed, pilot, 40)
        assert enabled(form) == {"stop"}
        assert "w1" in pane_text(app, "#workers")
        assert "primes below" in pane_text(app, "#output")
        assert re.search(r"repetition 1 of 3", pane_text(app, "#workers"))
        await until_phase(app, feed, pilot, "finished")
        assert enabled(form) == {"run", "compare"}
        run = app.session.run_state
        assert run.outcome == OK
        assert run.verdict is not None
        assert run.verdict.statement in " ".join(" ".join(inside(app, "#verdict")).split())
        assert "✗ threads or processes?" in pane_text(app, "#catalogue")
        assert f"1 of {len(catalogue())} run" in pane_text(app, "#catalogue")
        assert "finished" in pane_text(app, "#workers")


async def test_while_it_runs_nothing_else_can_be_begun_by_key_or_button_but_it_can_be_stopped() -> None:
    async with opened() as (app, feed, pilot):
        await press(pilot, "f5")
        await pass_time(app, feed, pilot, 20)
        began = app.session.run_state.started_ns
        for key in ("f5", "c", "r"):
            await press(pilot, key)
            assert not isinstance(app.screen, CompareDialog)
        await pilot.click("#run")
        await pass_time(app, feed, pilot, 20)
        assert app.session.run_state.started_ns == began
        await pilot.click("#stop")
        await until_phase(app, feed, pilot, "finished")
        assert app.session.run_state.outcome == "stopped"


async def test_escape_stops_a_run_and_the_screen_says_so() -> None:
    async with opened() as (app, feed, pilot):
        await press(pilot, "f5")
        await pass_time(app, feed, pilot, 30)
        await press(pilot, "escape")
        await until_phase(app, feed, pilot, "finished")
        assert "Stopped. Nothing of it is left running." in pane_text(app, "#verdict")
        assert enabled(app.screen.query_one(Form)) == {"run", "compare"}
        assert "✗" not in pane_text(app, "#catalogue"), "a run without verdict leaves no mark"


async def test_r_repeats_what_ran_last_whatever_the_form_says_now() -> None:
    async with opened() as (app, feed, pilot):
        await press(pilot, "r")
        await pass_time(app, feed, pilot, 10)
        assert app.session.run_state.phase == "idle", "there is nothing to repeat yet"
        await fill(app, pilot, "workers", "3")
        await fill(app, pilot, "repetitions", "1")
        await press(pilot, "f5")
        await until_phase(app, feed, pilot, "finished")
        first = app.session.run_state
        await press(pilot, "down")
        await press(pilot, "r")
        await until_phase(app, feed, pilot, "running")
        second = app.session.run_state
        assert second.started_ns > first.started_ns
        assert (second.experiment, second.arms, second.rounds_expected) == (first.experiment, first.arms, 1)


async def test_a_failed_run_says_why_even_when_the_reason_looks_like_markup() -> None:
    reason = "threads: worker w1 raised ValueError: [/nothing] opens [bold]"
    async with fed_by_hand() as (app, feed, pilot):
        await press(pilot, "f5")
        (launched,) = feed.launched
        feed.give(run_started(launched), step_started(launched))
        app.beat()
        feed.give(run_finished(reason))
        app.beat()
        await settle(pilot)
        assert reason in " ".join(" ".join(inside(app, "#verdict")).split())
        assert "[/nothing]" in pane_text(app, "#workers")
        assert any(reason in notification.message for notification in app._notifications)
        assert enabled(app.screen.query_one(Form)) == {"run", "compare"}


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_from_its_launch_on_a_run_can_be_stopped_and_no_other_can_begin(size: tuple[int, int]) -> None:
    """Its first event is an eighth of a second old when it comes."""
    async with fed_by_hand(size) as (app, feed, pilot):
        await press(pilot, "f5")
        app.beat()
        await settle(pilot)
        assert enabled(app.screen.query_one(Form)) == {"stop"}
        await press(pilot, "f5", "r")
        assert len(feed.launched) == 1
        await press(pilot, "escape")
        assert feed.stops == 1


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_an_old_failure_is_not_told_again_when_the_next_run_begins(size: tuple[int, int]) -> None:
    async with fed_by_hand(size) as (app, feed, pilot):
        await press(pilot, "f5")
        feed.give(run_started(feed.launched[0]))
        app.beat()
        feed.give(run_finished("it died"))
        app.beat()
        await settle(pilot)
        await press(pilot, "escape")
        assert len(app._notifications) == 1
        await press(pilot, "f5")
        assert len(feed.launched) == 2
        assert len(app._notifications) == 1


# The views of the output


async def test_o_turns_the_views_round_also_while_it_runs() -> None:
    async with opened() as (app, feed, pilot):
        await fill(app, pilot, "repetitions", "2")
        await press(pilot, "f5")
        await pass_time(app, feed, pilot, 60)
        pane = app.screen.query_one(OutputPane)
        assert pane.view == "merged"
        for view in ("by worker", "chart", "about", "merged", "by worker"):
            await press(pilot, "o")
            await pass_time(app, feed, pilot, 5)
            assert pane.view == view
            assert view in pane_lines(app, "#output")[-1], "the border names the view"
        assert app.session.run_state.live


async def test_by_worker_everyone_has_a_column_with_its_own_lines_only() -> None:
    async with fed_by_hand((200, 60)) as (app, feed, pilot):
        async_lines = [Line(SECOND + number, f"w{number % 3 + 1}", "stdout", f"said by {number % 3 + 1}") for number in range(30)]
        await press(pilot, "f5")
        feed.give(run_started(feed.launched[0]), step_started(feed.launched[0]), *_started("w1", "w2", "w3"))
        feed.give(Output(2 * SECOND, tuple(async_lines)))
        app.beat()
        await settle(pilot)
        await press(pilot, "o")
        views = list(app.screen.query(OutputView))
        assert [view.worker for view in views] == ["w1", "w2", "w3"]
        for number, view in enumerate(views):
            text = "\n".join(view.render_line(y).text for y in range(view.size.height))
            assert text.count(f"said by {number + 1}") == 10
            assert text.count("said by") == 10


async def test_workers_that_come_later_get_their_column_and_what_has_no_room_is_counted() -> None:
    async with fed_by_hand((100, 24)) as (app, feed, pilot):
        await press(pilot, "f5")
        feed.give(run_started(feed.launched[0]), step_started(feed.launched[0]), *_started("w1"))
        app.beat()
        await press(pilot, "o")
        assert len(app.screen.query(OutputView)) == 1
        names = [f"w{number}" for number in range(1, 10)]
        feed.give(*_started(*names))
        app.beat()
        await settle(pilot)
        shown = len(app.screen.query(OutputView))
        assert 1 < shown < 9
        assert f"{figures.plural(9 - shown, 'worker')} more do not fit" in pane_text(app, "#output")
        await resize(pilot, 200, 60)
        app.beat()
        await settle(pilot)
        assert [view.worker for view in app.screen.query(OutputView)] == names
        for name in names:
            assert f"─ {name} ─" in pane_text(app, "#output"), "each says whose it is"


async def test_the_chart_has_a_line_for_each_arm_once_there_are_repetitions() -> None:
    async with opened((200, 60)) as (app, feed, pilot):
        await fill(app, pilot, "repetitions", "2")
        await press(pilot, "f5", "o", "o")
        assert "Comes with the second repetition." in pane_text(app, "#output")
        await until_phase(app, feed, pilot, "finished")
        text = pane_text(app, "#output")
        for arm in ("sequential", "threads", "processes"):
            assert f"━━ {arm}" in text
        assert re.search("[\u2801-\u28ff]", text)
        for chart, seen in (
            ("split", "wants a core"),
            ("switches", "involuntary"),
            ("slices", "exact run"),
            ("wake-ups", "exact run"),
        ):
            assert f"h: {chart}" in pane_lines(app, "#output")[-1]
            await press(pilot, "h")
            assert seen in pane_text(app, "#output")
        await pilot.click(ChartView)
        assert "repetitions · h: split" in pane_lines(app, "#output")[-1]


async def test_where_a_chart_has_no_room_it_does_not_say_that_there_is_nothing_to_show() -> None:
    async with opened((80, 24)) as (app, feed, pilot):
        await fill(app, pilot, "repetitions", "1")
        await press(pilot, "f5")
        await until_phase(app, feed, pilot, "finished")
        await press(pilot, "o", "o")
        assert "chart" in pane_lines(app, "#output")[-1]
        assert "Comes with the second repetition." not in pane_text(app, "#output")


async def test_e_explains_over_the_whole_width_of_the_pane_and_goes_back_to_the_output() -> None:
    async with opened() as (app, feed, pilot):
        await fill(app, pilot, "repetitions", "1")
        await press(pilot, "f5")
        await until_phase(app, feed, pilot, "finished")
        await press(pilot, "e")
        assert app.screen.query(AboutView)
        lines = inside(app, "#output")
        assert find("threads-or-processes").question in " ".join(lines)
        assert max(len(line) for line in lines) > 60
        await press(pilot, "e")
        assert "primes below" in pane_text(app, "#output")


async def test_a_new_run_shows_its_output_even_when_the_chart_of_the_last_one_is_open() -> None:
    async with opened() as (app, feed, pilot):
        await fill(app, pilot, "repetitions", "1")
        await press(pilot, "f5")
        await until_phase(app, feed, pilot, "finished")
        await press(pilot, "o", "o", "r")
        await pass_time(app, feed, pilot, 60)
        assert "primes below" in pane_text(app, "#output")


def _started(*names: str) -> list[WorkerStarted]:
    return [WorkerStarted(SECOND + 1, name, 10, 10 + number, 1, False) for number, name in enumerate(names)]


# Maximise, focus, pages


async def test_z_gives_the_focused_pane_the_whole_screen_and_takes_it_back() -> None:
    async with opened() as (app, feed, pilot):
        await press(pilot, "f5")
        await pass_time(app, feed, pilot, 40)
        wrong = []
        for width, height in ((120, 40), (80, 24)):
            await resize(pilot, width, height)
            for pane in PANES:
                before = {name: app.screen.query_one(f"#{name}").region for name in PANES}
                await _focus(app, pilot, pane)
                await press(pilot, "z")
                whole = app.screen.query_one(f"#{pane}").region
                if (whole.x, whole.y, whole.width, whole.height) != (0, 1, width, height - 2):
                    wrong.append((pane, whole))
                await press(pilot, "z")
                assert {name: app.screen.query_one(f"#{name}").region for name in PANES} == before
                assert focused(app) == pane
        assert wrong == []


async def test_escape_gives_a_maximised_pane_back_too() -> None:
    async with opened() as (app, _feed, pilot):
        before = screen_lines(app)
        await press(pilot, "z")
        assert screen_lines(app) != before
        await press(pilot, "escape")
        assert not app.screen.has_class("-zoomed")
        assert "Experiments" in screen_text(app)


async def test_what_o_turns_can_be_seen_when_another_pane_is_maximised() -> None:
    async with opened() as (app, _feed, pilot):
        await press(pilot, "z")
        before = screen_lines(app)
        await press(pilot, "o")
        assert screen_lines(app) != before


async def test_maximised_cores_show_as_many_cores_as_fit() -> None:
    async with opened((80, 24), cores=512) as (app, feed, pilot):
        await press(pilot, "f5")
        await pass_time(app, feed, pilot, 10)
        assert "z shows them" in pane_text(app, "#cores")
        await _focus(app, pilot, "cores")
        await press(pilot, "z")
        assert "more" not in pane_text(app, "#cores")


async def _focus(app: ConclabApp, pilot: Pilot[None], pane: str) -> None:
    """Put the focus into a pane, as Tab would."""
    for widget in (app.screen.query_one(f"#{pane}"), *app.screen.query(f"#{pane} *")):
        if widget.can_focus:
            widget.focus()
            break
    await settle(pilot)
    assert focused(app) == pane


async def test_tab_walks_all_panes_and_comes_round_and_enter_goes_from_the_catalogue_to_the_form() -> None:
    async with opened() as (app, _feed, pilot):
        assert focused(app) == "catalogue"
        seen = []
        for _ in range(40):
            await pilot.press("tab")
            seen.append(focused(app))
            if seen[-1] == "catalogue":
                break
        assert seen[-1] == "catalogue"
        assert {*PANES, "run", "field-workers"} <= set(seen)
        assert len(seen) == len(set(seen))
        await press(pilot, "enter")
        assert focused(app) == "field-workers"


async def test_at_80_by_24_there_are_two_pages_f5_turns_to_the_results_and_escape_comes_back() -> None:
    async with opened((80, 24)) as (app, feed, pilot):
        assert "Experiments" in screen_text(app)
        assert "Verdict" not in screen_text(app)
        await fill(app, pilot, "repetitions", "1")
        await press(pilot, "f5")
        await until_phase(app, feed, pilot, "finished")
        text = screen_text(app)
        assert "Experiments" not in text
        for title in ("Cores", "Workers", "Output", "Verdict"):
            assert f"─ {title}" in text
        await press(pilot, "escape")
        assert "Experiments" in screen_text(app)
        assert focused(app) == "catalogue"


async def test_at_80_by_24_a_page_that_is_turned_to_is_drawn_whole_at_once() -> None:
    """Without waiting for a run that is over to change."""
    async with opened((80, 24)) as (app, feed, pilot):
        await fill(app, pilot, "repetitions", "1")
        await press(pilot, "f5")
        await until_phase(app, feed, pilot, "finished")
        await press(pilot, "o", "o", "o", "e")
        before = [inside(app, f"#{pane}") for pane in PANES]
        await press(pilot, "escape", "e", "e")
        assert [inside(app, f"#{pane}") for pane in PANES] == before


async def test_at_80_by_24_z_gives_back_the_page_that_it_took() -> None:
    async with opened((80, 24)) as (app, _feed, pilot):
        before = screen_lines(app)
        await press(pilot, "z")
        assert screen_lines(app) != before
        await press(pilot, "z")
        assert screen_lines(app) == before


async def test_at_80_by_24_tab_reaches_the_results_page() -> None:
    async with opened((80, 24)) as (app, _feed, pilot):
        seen = set()
        for _ in range(20):
            await pilot.press("tab")
            seen.add(focused(app))
        assert set(PANES) <= seen


async def test_at_80_by_24_o_turns_to_the_output_that_it_turns() -> None:
    async with opened((80, 24)) as (app, _feed, pilot):
        before = screen_lines(app)
        await press(pilot, "o")
        assert "─ Output" in screen_text(app)
        assert screen_lines(app) != before


async def test_at_60_by_15_every_pane_of_the_run_is_on_the_screen() -> None:
    async with opened((60, 15)) as (app, feed, pilot):
        await press(pilot, "f5")
        await pass_time(app, feed, pilot, 40)
        for pane in PANES:
            region = app.screen.query_one(f"#{pane}").region
            assert region.bottom <= 14, pane


# Sizes


async def test_resizing_in_the_middle_of_a_run_loses_nothing() -> None:
    async with opened((200, 60)) as (app, feed, pilot):
        await fill(app, pilot, "workers", "3")
        await fill(app, pilot, "repetitions", "2")
        await press(pilot, "f5")
        await pass_time(app, feed, pilot, 60)
        counted = app.session.run_state.line_count
        for width, height in ((80, 24), (120, 40)):
            await resize(pilot, width, height)
            await pass_time(app, feed, pilot, 30)
            lines = screen_lines(app)
            assert len(lines) == height
            assert {len(line) for line in lines} == {width}
            for pane in PANES:
                assert any(inside(app, f"#{pane}")), (width, pane)
            assert re.search(r"w3 .*%.*%.*%", pane_text(app, "#workers"))
        assert app.session.run_state.line_count > counted
        assert field(app, "workers").value == "3"
        await until_phase(app, feed, pilot, "finished")
        verdict = app.session.run_state.verdict
        assert verdict is not None
        assert verdict.statement in " ".join(" ".join(inside(app, "#verdict")).split())


async def test_after_a_resize_only_panes_that_hold_more_than_they_show_have_a_scroll_bar() -> None:
    async with opened() as (app, feed, pilot):
        await press(pilot, "f5")
        await pass_time(app, feed, pilot, 40)
        for width, height in ((80, 24), (120, 40), (100, 30)):
            await resize(pilot, width, height)
            await pass_time(app, feed, pilot, 5)
            for view in app.screen.query(LinesView):
                fits = view.virtual_size.height <= view.content_size.height
                assert view.show_vertical_scrollbar is not fits, (width, view.id)


@pytest.mark.parametrize("cores", [1, 512])
async def test_panes_fill_the_screen_one_below_the_other_whatever_the_size_and_the_number_of_cores(cores: int) -> None:
    async with opened((200, 60), cores) as (app, feed, pilot):
        await press(pilot, "f5")
        await pass_time(app, feed, pilot, 20)
        for width, height in ((200, 60), (120, 40), (80, 24)):
            await resize(pilot, width, height)
            top = 1
            for pane in PANES:
                region = app.screen.query_one(f"#{pane}").region
                assert region.y == top
                assert region.height >= 3
                top = region.bottom
            assert top == height - 1
            assert all(len(line) == width for line in screen_lines(app))
            assert key_bar(app).rstrip().endswith("? Help  q Quit")
            assert "F5 Run" in key_bar(app)


# Going back


async def test_values_that_were_typed_are_there_when_one_comes_back_to_an_experiment() -> None:
    async with opened() as (app, _feed, pilot):
        await fill(app, pilot, "workers", "7")
        await press(pilot, "down", "down")
        assert lab(app).experiment == catalogue()[2]
        await press(pilot, "up", "up")
        assert field(app, "workers").value == "7"
        assert app.screen.query_one(Form).given == {"workers": "7"}


async def test_a_wrong_value_of_one_experiment_does_not_keep_another_from_running() -> None:
    async with opened() as (app, _feed, pilot):
        await fill(app, pilot, "workers", "nonsense")
        await press(pilot, "down")
        assert enabled(app.screen.query_one(Form)) == {"run", "compare"}
        await press(pilot, "up")
        assert enabled(app.screen.query_one(Form)) == set()
        assert field(app, "workers").value == "nonsense"


# Comparing


async def test_compare_runs_the_chosen_pythons_interleaved_and_each_gets_its_verdict(tmp_path: Path) -> None:
    other = tmp_path / "python-other"
    other.symlink_to(sys.executable)
    async with opened((200, 60), pythons={"this": sys.executable, "other": str(other)}) as (app, feed, pilot):
        await fill(app, pilot, "repetitions", "3")
        await press(pilot, "c")
        assert isinstance(app.screen, CompareDialog)
        await press(pilot, "down", "space", "f5")
        assert not isinstance(app.screen, CompareDialog)
        await until_phase(app, feed, pilot, "running")
        run = app.session.run_state
        assert list(run.pythons) == [sys.executable, str(other)]
        await until_phase(app, feed, pilot, "finished")
        assert len(app.session.run_state.verdicts) == 2
        label, verdict = app.session.run_state.verdicts[0]
        summary = [line for line in inside(app, "#verdict") if line.startswith(f"{label}  ")]
        assert len(summary) == 2, "each has its line"
        assert all(verdict.status.value.upper() in line for line in summary)


async def test_a_python_that_is_none_is_named_and_nothing_runs(tmp_path: Path) -> None:
    async with opened(pythons={"gone": str(tmp_path / "gone")}) as (app, feed, pilot):
        await press(pilot, "f5")
        await pass_time(app, feed, pilot, 10)
        assert app.session.run_state.phase == "idle"
        assert any("gone" in notification.message for notification in app._notifications)


# The marks


async def test_each_experiment_keeps_the_mark_of_what_it_found_last() -> None:
    async with fed_by_hand() as (app, feed, pilot):
        for number, (status, glyph) in enumerate(((Status.HOLDS, "✓"), (Status.FAILS, "✗"), (Status.UNDECIDED, "?"))):
            asked = plan()
            at_ns = (number + 1) * 20 * SECOND
            feed.give(run_started(asked, at_ns), step_started(asked, at_ns))
            app.beat()
            feed.give(run_finished(verdict=Verdict(status, "so it is"), at_ns=at_ns + SECOND))
            app.beat()
            await settle(pilot)
            assert f"{glyph} threads or processes?" in pane_text(app, "#catalogue")
        assert app.screen.query_one(Catalogue).border_subtitle == f"1 of {len(catalogue())} run"


# Orders that come in quick succession


async def test_turns_of_the_output_come_one_after_the_other() -> None:
    """One that was cancelled in the middle ended the whole app."""
    async with opened() as (app, _feed, pilot):
        pane = lab(app).results.output
        for turns, view in ((0, "merged"), (1, "by worker"), (2, "chart"), (3, "about"), (5, "merged")):
            for _ in range(5):
                lab(app).action_output()
                for _ in range(turns):
                    await asyncio.sleep(0)
            await app.workers.wait_for_complete()
            await settle(pilot)
            assert app.is_running
            assert len(pane.children) == 1, "by worker, too: there is none yet"
            assert pane.view == pane.ordered == view, "five on from the last of four"


def slow_python(folder: Path, name: str = "python3.12") -> str:
    """An interpreter that takes a while to say what it is; it waits for a file."""
    script = folder / name
    script.write_text(f'#!/bin/sh\nwhile [ ! -e {folder}/go ]; do sleep 0.02; done\nexec {sys.executable} "$@"\n')
    script.chmod(0o755)
    return str(script)


async def test_what_was_ordered_runs_wherever_the_cursor_has_gone(tmp_path: Path) -> None:
    async with opened(pythons={"3.12": slow_python(tmp_path)}) as (app, _feed, pilot):
        await fill(app, pilot, "workers", "3")
        app.screen.query_one(Catalogue).focus()
        await press(pilot, "f5", "down")
        assert app.session.run_state.phase == "idle"
        (tmp_path / "go").touch()
        await app.workers.wait_for_complete()
        await settle(pilot)
        run = app.session.run_state
        assert run.experiment == "threads-or-processes"
        assert {arm.workers for arm in run.arms} == {3}


async def test_stop_while_an_interpreter_is_asked_is_obeyed(tmp_path: Path) -> None:
    async with opened(pythons={"3.12": slow_python(tmp_path)}) as (app, _feed, pilot):
        await press(pilot, "f5")
        assert "Stop" in key_bar(app)
        await press(pilot, "escape")
        (tmp_path / "go").touch()
        await app.workers.wait_for_complete()
        await settle(pilot)
        assert app.session.run_state.phase == "idle"
        await press(pilot, "f5")
        assert app.session.run_state.live, "and the next order is carried out"


# Small screens


async def test_on_a_small_screen_esc_leads_to_the_results_and_back_and_says_so() -> None:
    async with opened((80, 24)) as (app, feed, pilot):
        assert "Results" not in key_bar(app)
        await fill(app, pilot, "repetitions", "1")
        await press(pilot, "f5")
        await until_phase(app, feed, pilot, "finished")
        assert "Esc Back" in " ".join(key_bar(app).split())
        await press(pilot, "escape")
        assert "Experiments" in screen_text(app)
        assert "Esc Results" in " ".join(key_bar(app).split())
        await press(pilot, "escape")
        assert "─ Cores ─" in screen_text(app)
        assert re.search(r"0 .*\d %", pane_text(app, "#cores")), "drawn at once, not with the next figures"


async def test_a_chart_that_has_no_room_gets_it_by_z() -> None:
    async with opened((80, 24)) as (app, feed, pilot):
        await fill(app, pilot, "repetitions", "2")
        await press(pilot, "f5")
        await until_phase(app, feed, pilot, "finished")
        await press(pilot, "o", "o")
        assert "z makes some" in pane_text(app, "#output")
        await press(pilot, "z")
        app.beat()
        await settle(pilot)
        assert "━━ threads" in pane_text(app, "#output")


async def test_what_is_known_when_a_run_is_stopped_stays_on_the_screen() -> None:
    async with opened() as (app, feed, pilot):
        await press(pilot, "f5")
        while app.session.run_state.rounds_done < 3:
            await pass_time(app, feed, pilot, 40)
        await press(pilot, "escape")
        await until_phase(app, feed, pilot, "finished")
        text = pane_text(app, "#verdict")
        assert "Stopped. Nothing of it is left running." in text
        assert re.search(r"so far +\d\.\d\d×", text)
        assert "Verdict · threads or processes?" in text


async def test_how_many_repetitions_it_will_be_is_only_promised_where_it_is_known() -> None:
    async with opened() as (app, feed, pilot):
        await press(pilot, "f5")
        await until_phase(app, feed, pilot, "running")
        assert "repetition 1 of at least 5" in pane_text(app, "#workers")
        await press(pilot, "escape")
        await until_phase(app, feed, pilot, "finished")
        await fill(app, pilot, "repetitions", "2")
        await press(pilot, "f5")
        await until_phase(app, feed, pilot, "running")
        assert "repetition 1 of 2" in pane_text(app, "#workers")
        await until_phase(app, feed, pilot, "finished")
        assert "last: " in pane_text(app, "#workers")


async def test_what_compare_has_chosen_is_told_by_a_glyph() -> None:
    async with opened(pythons={"3.12": sys.executable, "3.13t": "/nowhere"}) as (app, _feed, pilot):
        await press(pilot, "c")
        assert "[x] 3.12" in screen_text(app)
        assert "[ ] 3.13t" in screen_text(app)
        await press(pilot, "down", "space")
        assert "[x] 3.13t" in screen_text(app)
