"""What the monitor orders from its feed: no more than is looked at, and not again when nothing has changed."""

from __future__ import annotations

from dataclasses import replace

from textual import events

from conclab.model.settings import Settings
from conclab.model.table import AFFINITY, IO, PSS, QUEUE, SCHED, SHARED, STATUS, WCHAN, Wanted
from conclab.tui.widgets.task_table import TaskTable
from tests.tui.helpers import eventually, fed_by_hand, press, process, resize, settle
from tests.tui.screens.monitoring import ALL, CALC, INIT, KID, WEB, Monitor, monitor

MANY = tuple(process(pid, 2.0 - pid / 100) for pid in range(1, 101))


def wanted(one: Monitor) -> Wanted:
    found = one.feed.listing[-1]
    assert found is not None
    return found


def in_view(one: Monitor) -> set[int]:
    ids = wanted(one).visible
    assert ids is not None
    return {id.pid for id in ids}


async def test_the_first_two_tables_have_everything_and_then_only_what_is_in_view() -> None:
    async with monitor(*MANY, size=(120, 30)) as one:
        assert wanted(one).visible is None
        await one.give(*MANY)
        assert in_view(one) == set(one.pids()) != set()
        assert len(in_view(one)) < 100


async def test_who_was_acted_on_is_looked_at_anew_for_a_few_tables() -> None:
    async with monitor() as one:
        await one.give(*ALL)
        pid = one.selected
        await one.press("f8")
        await one.acted()
        assert wanted(one).acted_on == {pid}
        for _ in range(3):
            assert wanted(one).acted_on == {pid}
            await one.give(*ALL)
        assert wanted(one).acted_on == set()


async def test_nothing_is_ordered_again_when_nothing_has_changed() -> None:
    async with monitor(*MANY) as one:
        await one.give(*MANY)
        orders = len(one.feed.listing)
        for _ in range(3):
            await one.give(*MANY)
        await one.press("down", "down", "up")
        one.app.beat()
        await settle(one.pilot)
        assert len(one.feed.listing) == orders


async def test_scrolling_resizing_filtering_and_moving_rows_order_what_is_in_view_then() -> None:
    async with monitor(*MANY, size=(120, 30)) as one:
        await one.give(*MANY)
        before = in_view(one)
        await one.press("pagedown")
        assert await eventually(one.pilot, lambda: in_view(one) == set(one.pids()) != before)
        await one.press("home")
        assert await eventually(one.pilot, lambda: in_view(one) == before)
        await one.pilot._post_mouse_events([events.MouseScrollDown], TaskTable, offset=(10, 4))
        assert await eventually(one.pilot, lambda: in_view(one) == set(one.pids()) != before)
        await one.press("home")
        await resize(one.pilot, 120, 50)
        assert await eventually(one.pilot, lambda: before < in_view(one) == set(one.pids()))
        await one.press("backslash", *"pid>90", "enter")
        assert in_view(one) == set(range(91, 101))
        await one.press("backslash", *["backspace"] * 6, "enter", "I")
        assert await eventually(one.pilot, lambda: 100 in in_view(one) and in_view(one) == set(one.pids()))


async def test_costly_readings_are_ordered_for_the_columns_that_can_be_seen() -> None:
    async with monitor(size=(200, 30)) as one:
        assert not one.screen.query_one("#selected").display
        assert wanted(one).needs == {QUEUE, STATUS}
        await one.press("d")
        assert wanted(one).needs == {QUEUE, STATUS, SCHED, WCHAN, AFFINITY}
        await one.press("d", "tab")
        assert wanted(one).needs == {QUEUE, STATUS, SCHED, AFFINITY}
        await one.press("tab")
        assert wanted(one).needs == {SHARED, PSS}
        await one.press("tab")
        assert wanted(one).needs == {IO, WCHAN}
        await resize(one.pilot, 60, 30)
        assert wanted(one).needs == {IO}, "where there is no room for a column it need not be read"
        await one.press("shift+tab", "shift+tab", "shift+tab", "shift+tab")
        assert one.app.settings.columns == "htop"


async def test_what_the_order_or_a_filter_depends_on_is_ordered_for_all() -> None:
    async with monitor(size=(200, 30)) as one:
        assert wanted(one).needs_of_all == frozenset()
        await one.press("full_stop", "full_stop")
        assert one.app.settings.sort == "vcs"
        assert wanted(one).needs_of_all == {STATUS}
        await one.press("P", "backslash", *"read>1M")
        assert wanted(one).needs_of_all == {IO}
        await one.press("escape")
        assert wanted(one).needs_of_all == frozenset()


async def test_threads_and_the_pace_are_ordered_as_set() -> None:
    async with monitor() as one:
        assert (wanted(one).threads, wanted(one).every_s) == (False, 1.0)
        await one.press("H")
        assert wanted(one).threads
        one.app.change_settings(replace(one.app.settings, every_s=5.0))
        await settle(one.pilot)
        assert wanted(one).every_s == 5.0


async def test_tables_come_only_while_the_monitor_is_shown() -> None:
    async with fed_by_hand() as (_app, feed, pilot):
        assert [wanted for wanted in feed.listing if wanted is not None] == []
        await press(pilot, "g")
        assert feed.listing[-1] is not None
        await press(pilot, "g")
        assert feed.listing[-1] is None
        await press(pilot, "g")
        again = feed.listing[-1]
        assert again is not None
        assert again.visible is None, "rates need two looks again"


async def test_who_is_gone_again_at_once_leaves_no_listing_on() -> None:
    async with fed_by_hand() as (app, feed, pilot):
        app.action_go("monitor")
        app.action_go("lab")
        await settle(pilot)
        assert feed.listing[-1] is None


# What is set by keys is kept


async def test_what_is_chosen_by_keys_is_in_the_settings_and_used_at_the_next_start() -> None:
    async with monitor() as one:
        await one.press("t", "H", "K", "p", "percent_sign", "tab", "T", "I")
        kept = one.app.settings
    assert kept == replace(
        Settings(),
        tree=True,
        threads=True,
        kernel=True,
        paths=True,
        of_machine=True,
        columns="scheduling",
        sort="time",
        inverted=True,
    )
    async with monitor() as one:
        one.app.change_settings(kept)
        await settle(one.pilot)
        view = one.browser.view
        assert (view.tree, view.threads, view.kernel, view.inverted, view.sort.key) == (True, True, True, True, "time")
        assert "POLICY" in one.header
        assert "/usr/sbin/web" in "\n".join(one.lines())
        assert "by TIME+▲" in one.subtitle, "sorted by a column that is not shown: it is said"


async def test_threads_by_their_process_command_when_that_is_set() -> None:
    async with monitor() as one:
        await one.press("H")
        assert "w1" in one.line(11)
        one.app.change_settings(replace(one.app.settings, names=False))
        await settle(one.pilot)
        assert "web --serve" in one.line(11)
        assert {row.id for row in (CALC, KID, WEB, INIT)} <= {row.row.id for row in one.browser.shown}
        assert one.browser.total == len(ALL)


async def test_while_it_is_paused_no_more_is_read_than_is_in_view() -> None:
    async with monitor(*MANY, size=(120, 30)) as one:
        await one.press("Z", "ctrl+g")
        await one.press("ctrl+g")
        assert wanted(one).visible is None
        for _ in range(2):
            await one.give(*MANY)
        assert in_view(one) == set(one.pids())


async def test_what_is_set_on_another_screen_is_ordered_when_one_comes_back() -> None:
    async with monitor(*MANY) as one:
        await one.press("Z", "question_mark")
        one.app.change_settings(replace(one.app.settings, threads=True, every_s=5.0))
        await one.press("escape")
        assert await eventually(one.pilot, lambda: wanted(one).threads and wanted(one).every_s == 5.0)


async def test_a_filter_compares_with_what_is_shown() -> None:
    async with monitor(cores=4) as one:
        await one.press("backslash", *"cpu>50", "enter")
        assert one.pids() == [CALC.pid]
        one.app.change_settings(replace(one.app.settings, of_machine=True))
        assert one.pids() == []
        await one.press("backslash", *["backspace"] * 6, *"cpu>20", "enter")
        assert one.pids() == [CALC.pid]
        one.app.change_settings(replace(one.app.settings, of_machine=False))
        assert set(one.pids()) == {CALC.pid, WEB.pid}
