"""The Monitor: a cursor that stays on its process, keys that move it, the switches, names that do no harm."""

from __future__ import annotations

import re
import subprocess
import sys
import time

from conclab.model.processes import ProcessTable
from conclab.model.text import harmless
from conclab.sampling.processes import ProcessReader
from conclab.tui.screens.monitor import ProcessView
from tests.tui.helpers import (
    fed_by_hand,
    inside,
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

MANY = tuple(process(pid, 1.0 - pid / 1000) for pid in range(1, 101))


def under_cursor(view: ProcessView) -> str:
    """The command of the line that is drawn as the cursor's; blank when it is out of view."""
    for y in range(1, view.size.height):
        strip = view.render_line(y)
        if any(look is not None and look.bgcolor is not None and look.bgcolor.name == "#213449" for _text, look, _ in strip):
            return strip.text.split()[-1]
    return ""


def drawn(view: ProcessView) -> list[str]:
    """The commands in view."""
    lines = [view.render_line(y).text.split() for y in range(1, view.scrollable_content_region.height)]
    return [words[-1] for words in lines if words]


async def test_meters_and_processes_fill_with_the_first_samples() -> None:
    async with opened(place="monitor") as (app, feed, pilot):
        await pass_time(app, feed, pilot, 40)
        text = screen_text(app)
        for part in ("Mem", "Swp", "load", "switches", "7 processes", "nginx: worker process", "VCS/s", "ICS/s"):
            assert part in text, part
        assert inside(app, "#processes")[0].split()[:2] == ["PID", "USER"]


async def test_the_cursor_stays_on_its_process_when_the_rows_are_sorted_anew() -> None:
    async with fed_by_hand(place="monitor") as (app, feed, pilot):
        feed.give(machine_sample(), table(process(1, 0.9), process(2, 0.5), process(3, 0.1)))
        app.beat()
        await settle(pilot)
        view = app.screen.query_one(ProcessView)
        assert under_cursor(view) == "command-1"
        await press(pilot, "down")
        assert under_cursor(view) == "command-2"
        feed.give(table(process(3, 0.99), process(4, 0.98), process(1, 0.9), process(2, 0.5)))
        app.beat()
        await settle(pilot)
        assert under_cursor(view) == "command-2"
        assert drawn(view) == ["command-3", "command-4", "command-1", "command-2"]
        await press(pilot, "up")
        assert under_cursor(view) == "command-1"


async def test_a_cursor_whose_process_has_ended_is_still_somewhere() -> None:
    async with fed_by_hand(place="monitor") as (app, feed, pilot):
        feed.give(machine_sample(), table(process(1), process(2), process(3)))
        app.beat()
        await settle(pilot)
        await press(pilot, "down", "down")
        feed.give(table(process(1), process(2)))
        app.beat()
        await settle(pilot)
        view = app.screen.query_one(ProcessView)
        assert under_cursor(view) in ("command-1", "command-2")


async def test_a_pid_that_was_handed_out_again_is_another_process() -> None:
    async with fed_by_hand(place="monitor") as (app, feed, pilot):
        feed.give(machine_sample(), table(process(1), process(2)))
        app.beat()
        await settle(pilot)
        await press(pilot, "down")
        feed.give(table(process(2, command="impostor", start_s=9e9), process(3), process(4)))
        app.beat()
        await settle(pilot)
        assert under_cursor(app.screen.query_one(ProcessView)) != "impostor"


async def test_keys_move_the_cursor_and_the_table_follows_it() -> None:
    async with fed_by_hand(place="monitor") as (app, feed, pilot):
        feed.give(machine_sample(), table(*MANY))
        app.beat()
        await settle(pilot)
        view = app.screen.query_one(ProcessView)
        page = view.visible_rows
        wanted = (
            ("up", 1), ("down", 2), ("j", 3), ("k", 2), ("pagedown", 2 + page), ("end", 100), ("down", 100),
            ("pageup", 100 - page), ("home", 1), ("pageup", 1),
        )  # fmt: skip
        for key, pid in wanted:
            await press(pilot, key)
            assert under_cursor(view) == f"command-{pid}", key
            assert f"command-{pid}" in drawn(view)


async def test_the_header_stays_while_the_table_scrolls_to_its_very_end() -> None:
    async with fed_by_hand((80, 24), place="monitor") as (app, feed, pilot):
        feed.give(machine_sample(), table(*MANY))
        app.beat()
        await settle(pilot)
        await press(pilot, "end")
        assert inside(app, "#processes")[0].split()[0] == "PID"
        assert inside(app, "#processes")[-1].endswith("command-100")
        view = app.screen.query_one(ProcessView)
        assert len(drawn(view)) == view.visible_rows, "no blank line follows the last row"


async def test_rows_that_have_gone_leave_no_trace() -> None:
    async with fed_by_hand(place="monitor") as (app, feed, pilot):
        feed.give(machine_sample(), table(*MANY))
        app.beat()
        await settle(pilot)
        await press(pilot, "end")
        feed.give(table(*MANY[:3]))
        app.beat()
        await settle(pilot)
        assert drawn(app.screen.query_one(ProcessView)) == ["command-1", "command-2", "command-3"]
        assert pane_text(app, "#processes").count("command-") == 3
        assert "3 processes" in pane_text(app, "#processes")


async def test_what_is_on_the_screen_is_the_latest_table() -> None:
    """Only lines that have changed are drawn anew, so one that was missed would stay."""
    async with fed_by_hand(place="monitor") as (app, feed, pilot):
        feed.give(machine_sample(), table(*[process(pid, 0.5) for pid in range(1, 31)]))
        app.beat()
        await settle(pilot)
        for turn in range(1, 4):
            rows = [process(pid, 0.5, voluntary_per_s=float(pid * turn)) for pid in range(1 + turn, 31)]
            feed.give(table(*rows))
            app.beat()
            await settle(pilot)
            found = [(words[0], words[6]) for line in inside(app, "#processes")[1:] if (words := line.replace("▸", " ").split())]
            assert found == [(str(row.pid), f"{row.voluntary_per_s:.0f}") for row in rows][: len(found)]
            assert len(found) >= 20


async def test_names_that_look_like_markup_or_are_wide_are_shown_as_they_are() -> None:
    names = ("[bold red]sh[/]", "[/closing]", "[@click=app.quit]x[/]", "漢字" * 60, "e\u0301" * 90)
    async with fed_by_hand(place="monitor") as (app, feed, pilot):
        rows = [process(number, 0.5, command=name, user=name) for number, name in enumerate(names, 1)]
        feed.give(machine_sample(), table(*rows))
        app.beat()
        await settle(pilot)
        text = pane_text(app, "#processes")
        for name in names[:3]:
            assert name in text
        assert all(line.endswith(("│", "┐", "┘")) for line in pane_text(app, "#processes").splitlines())


async def test_a_real_process_with_a_hostile_name_is_harmless_on_the_screen() -> None:
    name = "\x1b]0;owned\x07\x1b[2J\x1b[31m\u202egnp.exe\r\n"
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", name])
    try:
        reader, deadline = ProcessReader(), time.monotonic() + 20
        while True:
            rows = [row for row in reader.read().rows if row.pid == child.pid]
            if rows and "owned" in rows[0].command:
                break
            assert time.monotonic() < deadline, "the child was never seen"
        async with fed_by_hand((200, 60), place="monitor") as (app, feed, pilot):
            feed.give(machine_sample(), ProcessTable(1, (*rows, process(7))))
            app.beat()
            await settle(pilot)
            lines = screen_lines(app)
            assert any("]0;owned" in line for line in lines), "one still sees what it calls itself"
            assert [line for line in lines if line != harmless(line)] == []
    finally:
        child.kill()
        child.wait()


async def test_processes_are_listed_only_while_the_monitor_is_shown() -> None:
    async with fed_by_hand() as (_app, feed, pilot):
        assert [wanted for wanted in feed.listing if wanted is not None] == []
        await press(pilot, "g")
        assert feed.listing[-1] is not None
        assert feed.listing[-1] > 0
        await press(pilot, "g")
        assert feed.listing[-1] is None


async def test_who_is_gone_again_at_once_leaves_no_listing_on() -> None:
    async with fed_by_hand() as (app, feed, pilot):
        app.action_go("monitor")
        app.action_go("lab")
        await settle(pilot)
        assert feed.listing[-1] is None


async def test_the_monitor_fits_every_size_and_keeps_its_cursor_through_a_resize() -> None:
    for cores in (2, 512):
        async with fed_by_hand((200, 60), place="monitor", cores=cores) as (app, feed, pilot):
            feed.give(machine_sample(cores), machine_sample(cores, 10), table(*MANY))
            app.beat()
            await settle(pilot)
            await press(pilot, "down", "down")
            for width, height in ((80, 24), (120, 40), (60, 15)):
                await resize(pilot, width, height)
                view = app.screen.query_one(ProcessView)
                assert under_cursor(view) == "command-3" or height < 24, (cores, width)
                assert {len(line) for line in screen_lines(app)} == {width}
                assert view.region.bottom == height - 1
                assert drawn(view), (cores, height)
                assert "Mem" in pane_text(app, "#machine"), (cores, width)


async def test_no_key_is_promised_that_the_monitor_does_not_have() -> None:
    async with opened((80, 24), cores=512, place="monitor") as (app, _feed, _pilot):
        assert re.search(r"and \d+ more", pane_text(app, "#machine")), "not all cores fit"
        assert "z shows them" not in pane_text(app, "#machine") or "z" in app.screen.active_bindings


async def test_the_footer_of_the_monitor_has_only_keys_that_do_something_here() -> None:
    async with opened(place="monitor") as (app, _feed, _pilot):
        bar = key_bar(app)
        assert "g Lab" in bar
        for word in ("Run", "Stop", "Compare", "Repeat", "Maximise"):
            assert word not in bar


async def test_a_run_in_the_lab_is_told_of_and_can_be_stopped_from_here() -> None:
    async with opened() as (app, feed, pilot):
        await press(pilot, "g")
        assert "Stop the run" not in key_bar(app)
        await press(pilot, "g", "f5")
        await until_phase(app, feed, pilot, "running")
        await press(pilot, "g")
        await pass_time(app, feed, pilot, 20)
        assert "▶" in top_bar(app)
        assert "repetition 1" in top_bar(app)
        assert "Stop the run" in key_bar(app)
        await press(pilot, "escape")
        await until_phase(app, feed, pilot, "finished")
        await pass_time(app, feed, pilot, 20)
        assert app.session.run_state.outcome == "stopped"
        assert "Stop the run" not in key_bar(app)
        assert "▶" not in top_bar(app)


async def test_figures_that_come_before_the_screen_is_there_wait_for_it() -> None:
    async with opened() as (app, feed, pilot):
        app.action_go("monitor")
        feed.tick(20)
        app.beat()
        await pass_time(app, feed, pilot, 20)
        assert "Mem" in screen_text(app)
