"""The Monitor as a whole: its panes at every size, what its borders say, marks, pauses, names that do no harm."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from rich.cells import cell_len
from textual.widgets import Input

from conclab.model.columns import SETS
from conclab.model.settings import THEMES
from conclab.model.table import RowId, TaskRow, Wanted
from conclab.model.text import harmless
from conclab.model.trouble import Trouble
from conclab.sampling.table_proc import ProcTable
from conclab.tui.screens.monitor import MonitorScreen
from conclab.tui.widgets.prompt import Prompt
from conclab.tui.widgets.task_table import TaskTable
from tests.tui.helpers import (
    HOSTILE,
    eventually,
    fed_by_hand,
    inside,
    is_exactly,
    key_bar,
    machine_sample,
    opened,
    pane_text,
    pass_time,
    press,
    process,
    resize,
    screen_lines,
    screen_text,
    settle,
    table,
    top_bar,
    until_phase,
)
from tests.tui.screens.monitoring import ALL, CALC, KID, WEB, monitor

MANY = tuple(process(pid, 2.0 - pid / 100) for pid in range(1, 101))


# The whole, on the scripted source


async def test_meters_tasks_and_the_selected_one_fill_with_the_first_samples() -> None:
    async with opened(place="monitor") as (app, feed, pilot):
        await pass_time(app, feed, pilot, 60)
        text = screen_text(app)
        for part in ("Mem", "Swap", "load", "nginx: worker process", "VCS/s", "ICS/s", "DELAY%", "on a core", "wants one"):
            assert part in text, part
        assert inside(app, "#tasks")[0].split()[:2] == ["PID", "USER"]
        assert re.search(r"\d+ of \d+", pane_text(app, "#tasks"))


@pytest.mark.parametrize("cores", [1, 2, 16, 128, 512])
@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 40), (200, 60)])
async def test_at_every_size_and_number_of_cores_there_are_rows_and_nothing_overlaps(cores: int, size: tuple[int, int]) -> None:
    async with opened(size, cores=cores, place="monitor") as (app, feed, pilot):
        await pass_time(app, feed, pilot, 45)
        width, height = size
        panes = [app.screen.query_one(name) for name in ("TopBar", "#machine", "#tasks", "#selected", "KeyBar")]
        regions = [pane.region for pane in panes if pane.display]
        for above, below in itertools.pairwise(regions):
            assert above.bottom <= below.y
        assert regions[-1].bottom <= height
        view = app.screen.query_one(TaskTable)
        rows = [line for line in view.text()[1:] if line.strip()]
        assert len(rows) >= (3 if height < 24 else 5), (view.region, "rows")
        assert view.text()[0].split()[0] == "PID"
        assert {cell_len(line) for line in screen_lines(app)} == {width}


async def test_the_cursor_and_the_rows_survive_any_resize() -> None:
    async with monitor(*MANY, size=(200, 60)) as one:
        await one.press("down", "down")
        for width, height in ((80, 24), (40, 12), (120, 40), (20, 8), (200, 60)):
            await resize(one.pilot, width, height)
            assert one.selected == 3
            assert {cell_len(line) for line in screen_lines(one.app)} == {width}
        assert one.line(3).startswith("▸")
        assert len(one.pids()) > 20


@pytest.mark.parametrize("name", SETS)
async def test_figures_stand_under_their_titles_in_every_set(name: str) -> None:
    async with opened((160, 40), place="monitor") as (app, feed, pilot):
        app.change_settings(replace(app.settings, columns=name))
        await pass_time(app, feed, pilot, 60)
        lines = app.screen.query_one(TaskTable).text()
        head = lines[0].index("S ") if "S " in lines[0] else lines[0].index("CPU%")
        end = lines[0].index("CPU%▼") + 5
        for line in lines[1:]:
            if line.strip():
                assert line[end - 1].isdigit() or line[end - 6 : end].isspace(), line
                assert line[end] == " " or name in ("memory", "htop"), line
        assert head > 0


# What the borders say


async def test_the_borders_tell_what_is_shown_and_in_which_way() -> None:
    async with monitor() as one:
        assert (one.title, one.subtitle) == ("Tasks", "columns main · 4 of 7")
        await one.press("t", "H", "space", "F")
        assert one.subtitle == "1 tagged · following · tree · threads · columns main · 6 of 7"
        await one.press("d", "shift+tab", "tab")
        assert one.screen.query_one("#selected").border_subtitle == "Enter: all details"


async def test_a_column_that_is_sorted_by_but_not_shown_is_named() -> None:
    async with monitor() as one:
        await one.press("T", "tab")
        assert "TIME+" not in one.header
        assert "by TIME+▼" in one.subtitle
        await one.press("less_than_sign")
        assert one.app.settings.sort == one.table.shown_columns[-1].key, "to the left of none is the last"
        assert "by " not in one.subtitle


async def test_a_long_filter_does_not_push_the_count_out_of_the_border() -> None:
    async with monitor(size=(80, 24)) as one:
        await one.press("backslash")
        one.app.screen.query_one(Prompt).query_one(Input).value = "name=calc or " * 20 + "kid"
        await settle(one.pilot)
        await one.press("enter")
        assert "2 of 7" in pane_text(one.app, "#tasks")
        assert "filter name=calc or" in pane_text(one.app, "#tasks")


async def test_a_narrow_border_does_without_what_can_be_seen_anyway() -> None:
    async with monitor(*ALL, *MANY[30:], size=(60, 24)) as one:
        await one.press("t", "H", "space", "u", *"ada", "enter", "backslash", *"command", "enter")
        assert re.search(r"71 of 77 ─?", pane_text(one.app, "#tasks"))
        assert "columns" not in one.subtitle
        await resize(one.pilot, 160, 24)
        assert "tree · threads · columns main" in one.subtitle


async def test_where_a_selected_task_has_gone_to_out_of_view_is_said_and_how_to_follow_it() -> None:
    async with monitor(*MANY, size=(120, 24)) as one:
        await one.press("down", "I")
        assert "selected: below (F follows)" in one.subtitle
        await one.press("F")
        assert await eventually(one.pilot, lambda: 2 in one.pids())
        assert "selected:" not in one.subtitle


async def test_enter_ends_a_search_where_it_has_led_and_escape_where_it_began() -> None:
    async with monitor(process(1, 0.3), process(2, 0.2, "needle"), process(3, 0.1, "needle")) as one:
        await one.press("down", "down", "slash", *"needle", "f3", "enter")
        assert one.table.cursor is not None
        assert one.table.cursor.pid == 2, "round the end, from the third to the second"
        await one.press("f3", "f3")
        assert one.table.cursor.pid == 3, "what was searched for last stands there again"
        await one.press("escape")
        assert one.table.cursor.pid == 2


async def test_what_a_search_has_found_stays_in_view_while_one_searches() -> None:
    async with monitor(*MANY, size=(120, 24)) as one:
        await one.press("slash", *"command-3")
        assert one.selected == 3
        await one.give(*(row for row in MANY if row.pid != 3), process(3, 0.0))
        assert await eventually(one.pilot, lambda: 3 in one.pids())
        assert one.line(3).startswith("▸")


async def test_a_narrow_footer_keeps_kill_help_and_quit() -> None:
    async with monitor(size=(80, 24)) as one:
        said = " ".join(key_bar(one.app).split())
        assert said == "F2 Setup F3 Search F4 Filter F5 Tree F6 Sort F9 Kill F1 Help F10 Quit"


async def test_in_a_filtered_tree_the_cursor_stands_on_what_was_looked_for_and_not_on_its_ancestors() -> None:
    async with monitor() as one:
        await one.press("t", "backslash", *"name=kid", "enter")
        assert [line[:2] for line in one.lines()] == [" ·", " ·", "▸ "]
        assert one.selected == 21
        await one.press("up")
        assert one.selected == 20, "one can go there by hand"
        await one.press("home")
        assert one.selected == 21


# Coming and going, and standing still


async def test_who_comes_and_who_ends_is_marked_for_two_tables() -> None:
    async with monitor() as one:
        new = process(30, 0.3, "newcomer")
        rest = tuple(row for row in ALL if row is not KID)
        await one.give(*rest, new, born=(new.id,), ended=(KID,))
        for _ in range(2):
            assert one.line(30).startswith(" +")
            assert one.line(21).startswith(" ×")
            await one.give(*rest, new)
        assert one.line(30).startswith("  ")
        assert 21 not in one.pids()


async def test_a_resize_or_another_theme_makes_no_mark_last_longer() -> None:
    async with monitor() as one:
        rest = tuple(row for row in ALL if row is not KID)
        await one.give(*rest, ended=(KID,))
        await resize(one.pilot, 100, 40)
        await resize(one.pilot, 140, 46)
        await one.press("ctrl+t", "g", "g")
        await one.give(*rest)
        await one.give(*rest)
        assert 21 not in one.pids()


async def test_a_pause_holds_the_selected_one_too_and_ends_with_the_latest_table() -> None:
    async with monitor() as one:
        await one.give(*ALL)
        await one.press("Z")
        before = inside(one.app, "#selected")
        at = 5_000_000_000
        for share in (0.1, 0.2):
            one.feed.give(table(*(row._replace(cpu_share=share) for row in ALL if row is not WEB), at_ns=at))
            one.app.beat()
            at += 1_000_000_000
        await settle(one.pilot)
        assert inside(one.app, "#selected") == before
        await one.press("down", "up", "I", "I")
        assert inside(one.app, "#selected")[:4] == before[:4], "also when one comes back to it"
        await one.press("home", "u", *"www", "enter")
        assert one.pids() == [10], "who was there then can still be looked at"
        await one.press("Z")
        assert one.pids() == []
        await one.press("u", *"everybody", "enter")
        assert "20 %" in pane_text(one.app, "#selected")


async def test_a_paused_table_is_still_paused_after_a_visit_to_the_lab() -> None:
    async with monitor() as one:
        await one.press("Z", "g", "g")
        await one.give(CALC)
        assert one.pids() == [20, 10, 21, 1]
        assert "paused" in one.title


# Names that do no harm


async def test_names_that_look_like_markup_or_are_wide_are_shown_as_they_are() -> None:
    names = ("[bold red]sh[/]", "[/closing]", "[@click=app.quit]x[/]", *HOSTILE)
    rows = [process(number, 0.5, name, name=name[:40], user=name[:40]) for number, name in enumerate(names, 1)]
    async with monitor(*rows, size=(120, 50)) as one:
        text = pane_text(one.app, "#tasks")
        for name in names[:3]:
            assert name in text
        for number, name in enumerate(names):
            assert all(is_exactly(strip, 120) for strip in one.app.screen._compositor.render_strips()), name
            if number < 3:
                assert name in pane_text(one.app, "#selected")
            await one.press("down")
        await one.press("u")
        assert "[@click=app.quit]x[/]" in screen_text(one.app)


async def test_a_user_or_filter_with_a_hostile_name_does_no_harm_in_the_border() -> None:
    rows = [process(1, 0.5, user="[red]ada[/]"), process(2, 0.5, user="bob")]
    async with monitor(*rows) as one:
        one.browser.change(user="[red]ada[/]")
        one.screen.rows_changed()
        await settle(one.pilot)
        assert "user [red]ada[/]" in pane_text(one.app, "#tasks")
        await one.press("backslash", *"[red]", "enter")
        assert "filter [red]" in pane_text(one.app, "#tasks")


async def test_real_processes_with_hostile_names_are_harmless_on_the_screen() -> None:
    name = b"\x1b]0;owned\x07\x1b[2J\x1b[31m\xe2\x80\xaegnp.exe\r\n\xff\xfe"
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", name])
    reader = ProcTable()
    try:
        deadline = time.monotonic() + 20
        rows: list[TaskRow] = []
        while not rows or "owned" not in rows[0].command:
            rows = [row for row in reader.read(Wanted(visible=None)).rows if row.pid == child.pid]
            assert time.monotonic() < deadline, "the child was never seen"
        async with monitor(*rows, process(7), size=(200, 60)) as one:
            lines = screen_lines(one.app)
            assert any("]0;owned" in line for line in lines), "one still sees what it calls itself"
            assert [line for line in lines if line != harmless(line)] == []
            assert {cell_len(line) for line in lines} == {200}
    finally:
        reader.close()
        child.kill()
        child.wait()


# Without permission, without colour


async def test_what_may_not_be_read_is_blank_and_nothing_is_a_zero_for_it() -> None:
    bare = TaskRow(RowId(42, 0, 1), 0, False, name="theirs", command="[theirs]")
    async with monitor(bare) as one:
        for name in SETS:
            one.app.change_settings(replace(one.app.settings, columns=name))
            await settle(one.pilot)
            words = one.lines()[0].split()
            assert [word for word in words if word not in ("▸", "42", "0", "?", "[theirs]")] == [], name
        assert not re.search(r"\d %", pane_text(one.app, "#selected"))
        await one.press("t", "H", "u", "escape", "f6", "escape", "e", "escape")
        assert one.selected == 42


@pytest.mark.parametrize("theme", [*THEMES, "NO_COLOR"])
async def test_the_text_is_the_same_in_every_theme_and_without_colour(theme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if theme == "NO_COLOR":
        monkeypatch.setenv("NO_COLOR", "1")
    new = process(30, 0.3, "newcomer", state="D")
    async with monitor() as one:
        if theme in THEMES:
            one.app.change_settings(replace(one.app.settings, theme=theme))
        await one.press("H", "K", "down", "space")
        await one.give(*(row for row in ALL if row is not KID), new, born=(new.id,), ended=(KID,))
        assert one.app.no_color == (theme == "NO_COLOR")
        found = {int(line[2:].split()[0]): line[:2] for line in one.lines()}
        assert found[30] == " +"
        assert found[21] == " ×"
        assert [line[:2] for line in one.lines()].count(" ●") == 1
        assert [line[0] for line in one.lines()].count("▸") == 1
        assert "CPU%▼" in one.header
        assert "» w1" in one.line(11)
        assert "[kthreadd]" in one.line(2)
        strips = one.app.screen._compositor.render_strips()
        (cursor,) = [strip for strip in strips if "▸" in strip.text]
        others = [strip for strip in strips if "newcomer" in strip.text]
        if theme != "NO_COLOR":
            backs = {
                str(look.bgcolor) + str(look.reverse) for text, look, _ in list(cursor)[2:-2] if look is not None and text.strip()
            }
            plain = {
                str(look.bgcolor) + str(look.reverse)
                for text, look, _ in list(others[0])[2:-2]
                if look is not None and text.strip()
            }
            assert not backs & plain, "the row under the cursor stands out"


# The run in the lab, and what is promised


async def test_the_footer_has_only_keys_that_do_something_here() -> None:
    async with opened(place="monitor") as (app, _feed, _pilot):
        bar = key_bar(app)
        for word in ("Search", "Filter", "Tree", "Sort", "Kill", "Help", "Quit"):
            assert word in bar
        for word in ("Run", "Stop", "Compare", "Repeat", "Maximise"):
            assert word not in bar


async def test_no_key_is_promised_that_the_monitor_does_not_have() -> None:
    async with opened((80, 24), cores=512, place="monitor") as (app, feed, pilot):
        await pass_time(app, feed, pilot, 30)
        said = re.findall(r"\b(\w) shows", pane_text(app, "#machine"))
        assert all(key in app.screen.active_bindings for key in said)


async def test_a_run_in_the_lab_is_told_of_and_can_be_stopped_from_here() -> None:
    async with opened() as (app, feed, pilot):
        await press(pilot, "g")
        assert "Stop the run" not in key_bar(app)
        await press(pilot, "g", "f5")
        await until_phase(app, feed, pilot, "running")
        await press(pilot, "g")
        await pass_time(app, feed, pilot, 20)
        assert "▶" in top_bar(app)
        await press(pilot, "escape")
        await until_phase(app, feed, pilot, "finished")
        await pass_time(app, feed, pilot, 20)
        assert app.session.run_state.outcome == "stopped"
        assert "▶" not in top_bar(app)


async def test_figures_that_come_before_the_screen_is_there_wait_for_it() -> None:
    async with opened() as (app, feed, pilot):
        app.action_go("monitor")
        feed.tick(20)
        app.beat()
        await pass_time(app, feed, pilot, 20)
        assert "Mem" in screen_text(app)


async def test_before_anything_has_come_every_key_is_harmless() -> None:
    async with fed_by_hand(place="monitor") as (app, feed, pilot):
        for key in (
            "t",
            "space",
            "c",
            "U",
            "F",
            "plus",
            "minus",
            "asterisk",
            "k",
            "f8",
            "enter",
            "down",
            "Z",
            "z",
            "I",
            "1",
            "escape",
        ):
            await press(pilot, key)
        assert isinstance(app.screen, MonitorScreen)
        assert feed.acted == []
        feed.give(machine_sample(), table(*ALL))
        app.beat()
        await press(pilot, "z")
        assert "calc" in screen_text(app)


async def test_what_could_not_be_read_is_told() -> None:
    async with monitor() as seen:
        seen.feed.give(Trouble(1, "The tasks could not be read (KeyError: [bold]x[/]). conclab goes on and tries again."))
        seen.app.beat()
        await settle(seen.pilot)
        assert seen.notes() == ["The tasks could not be read (KeyError: [bold]x[/]). conclab goes on and tries again."]


async def test_while_one_searches_no_sign_that_is_typed_stands_in_the_footer() -> None:
    async with monitor(size=(120, 24)) as one:
        await one.press("slash")
        assert " / " not in key_bar(one.app)
        await one.press("slash")
        assert one.table.found == "/", "it was typed"
