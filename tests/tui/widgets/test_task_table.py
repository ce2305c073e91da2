"""The task table on the screen: a cursor that stays on its task, keys and mouse, and only the lines repainted that have changed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual import events
from textual.app import ComposeResult
from textual.pilot import Pilot

from conclab.model.columns import COLUMNS, SETS
from conclab.model.table import RowId, TaskRow
from conclab.tui.widgets.task_browser import TaskBrowser
from conclab.tui.widgets.task_table import TaskTable
from tests.tui.helpers import HOSTILE, Themed, eventually, process, settle, table

MANY = tuple(process(pid, 2.0 - pid / 100) for pid in range(1, 101))


class Host(Themed):
    """A task table and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.browser = TaskBrowser()
        self.moves = 0
        self.opened_rows: list[TaskRow] = []
        self.sorted_by: list[str] = []

    def compose(self) -> ComposeResult:
        yield TaskTable(self.browser)

    def on_mount(self) -> None:
        self.table.look_at([COLUMNS[key] for key in SETS["main"]])
        self.table.focus()

    def on_task_table_moved(self) -> None:
        self.moves += 1

    def on_task_table_opened(self, event: TaskTable.Opened) -> None:
        self.opened_rows.append(event.row)

    @property
    def table(self) -> TaskTable:
        return self.query_one(TaskTable)

    def give(self, *rows: TaskRow, born: tuple[RowId, ...] = (), ended: tuple[TaskRow, ...] = ()) -> None:
        self.browser.take(table(*rows, born=born, ended=ended))
        self.table.update_rows()

    def pids(self) -> list[int]:
        """The numbers in view."""
        lines = [line[2:] for line in self.table.text()[1:]]
        return [int(line.split()[0]) for line in lines if line.strip()]

    def under_cursor(self) -> int | None:
        """The number in the line that has the cursor's sign; None when it is out of view."""
        found = [line for line in self.table.text()[1:] if line.startswith("▸")]
        assert len(found) <= 1
        return int(found[0][2:].split()[0]) if found else None


@asynccontextmanager
async def opened(*rows: TaskRow, size: tuple[int, int] = (120, 20)) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    app = Host()
    async with app.run_test(size=size) as pilot:
        app.give(*(rows or MANY))
        await settle(pilot)
        yield app, pilot


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await settle(pilot)


# The cursor


async def test_the_cursor_stays_on_its_task_while_rows_move() -> None:
    async with opened(process(1, 0.9), process(2, 0.5), process(3, 0.1)) as (app, pilot):
        await press(pilot, "down")
        app.give(process(3, 0.99), process(4, 0.98), process(1, 0.9), process(2, 0.5))
        await settle(pilot)
        assert (app.pids(), app.under_cursor()) == ([3, 4, 1, 2], 2)
        await press(pilot, "up")
        assert app.under_cursor() == 1, "it moves from where its task is now"


async def test_an_untouched_cursor_stays_at_the_top_whoever_that_is_and_home_leaves_it_there() -> None:
    async with opened(process(1, 0.9), process(2, 0.5)) as (app, pilot):
        app.give(process(1, 0.1), process(2, 0.5))
        await settle(pilot)
        assert app.under_cursor() == 2
        await press(pilot, "down", "home")
        app.give(process(1, 0.9), process(2, 0.5))
        await settle(pilot)
        assert app.under_cursor() == 1


async def test_when_the_selected_one_ends_it_is_marked_and_then_the_next_in_its_place_is_selected() -> None:
    one, two, three = process(1, 0.9), process(2, 0.5), process(3, 0.1)
    async with opened(one, two, three) as (app, pilot):
        await press(pilot, "down")
        for _ in range(2):
            app.give(one, three, ended=(two,) if app.browser.mark(two.id) == "" else ())
            await settle(pilot)
            assert app.under_cursor() == 2
            assert "▸×" in "\n".join(app.table.text())
        app.give(one, three)
        await settle(pilot)
        assert app.under_cursor() == 3
        app.give(one)
        await settle(pilot)
        assert app.under_cursor() == 1, "of the last line, the one above"


async def test_a_pid_that_was_handed_out_again_is_another_task() -> None:
    async with opened(process(1, 0.9), process(2, 0.5), process(3, 0.1)) as (app, pilot):
        await press(pilot, "down")
        impostor = process(2, 0.95)._replace(id=RowId(2, 0, 99_999))
        app.give(impostor, process(1, 0.9), process(3, 0.1))
        await settle(pilot)
        assert (app.pids(), app.under_cursor()) == ([2, 1, 3], 1), "the line it was in, not the impostor"


async def test_no_rows_at_all() -> None:
    async with opened() as (app, pilot):
        app.browser.change(matches=lambda row: False)
        app.table.update_rows()
        await settle(pilot)
        assert (app.table.cursor, app.table.row, app.table.in_view()) == (None, None, frozenset())
        await press(pilot, "down", "up", "pagedown", "pageup", "end", "home", "left", "right", "enter")
        assert not app.table.find(lambda row: True)
        assert app.opened_rows == []
        app.browser.change(matches=lambda row: row.pid < 3)
        app.table.update_rows()
        await settle(pilot)
        assert app.under_cursor() == 1


async def test_before_the_first_table() -> None:
    app = Host()
    async with app.run_test(size=(80, 12)) as pilot:
        await press(pilot, "down", "end", "enter", "right")
        assert app.table.text()[0].split()[0] == "PID"
        assert app.table.cursor is None


async def test_every_key_that_moves() -> None:
    async with opened() as (app, pilot):
        page = app.table.visible_rows
        wanted = (
            ("up", 1), ("down", 2), ("down", 3), ("up", 2), ("pagedown", 2 + page), ("end", 100), ("down", 100),
            ("pageup", 100 - page), ("pagedown", 100), ("home", 1), ("pageup", 1),
        )  # fmt: skip
        for key, pid in wanted:
            await press(pilot, key)
            assert await eventually(pilot, lambda pid=pid: app.under_cursor() == pid), key  # type: ignore[misc]
        before = app.table.text()[1]
        await press(pilot, "right")
        assert app.table.text()[1] != before
        await press(pilot, "left", "left", "left")
        assert app.table.text()[1] == before
        await press(pilot, "enter")
        assert [row.pid for row in app.opened_rows] == [1]


async def test_commands_are_not_moved_out_of_sight() -> None:
    async with opened(process(1, 0.9, "abcdefghijklmnop")) as (app, pilot):
        await press(pilot, *["right"] * 20)
        assert app.table.text()[1].rstrip().endswith("ijklmnop")
        await press(pilot, "left")
        assert app.table.text()[1].rstrip().endswith("abcdefghijklmnop")


async def test_the_header_stays_and_no_blank_line_follows_the_last_row() -> None:
    async with opened() as (app, pilot):
        await press(pilot, "end")
        assert await eventually(pilot, lambda: app.under_cursor() == 100)
        assert app.table.text()[0].split()[:2] == ["PID", "USER"]
        assert app.pids() == list(range(100 - app.table.visible_rows + 1, 101))


async def test_rows_that_have_gone_leave_no_trace() -> None:
    async with opened() as (app, pilot):
        await press(pilot, "end")
        app.give(*MANY[:3])
        await settle(pilot)
        assert await eventually(pilot, lambda: app.pids() == [1, 2, 3])
        assert app.table.scroll_offset.y == 0
        lines = app.screen._compositor.render_strips()
        assert sum("command-" in line.text for line in lines) == 3


async def test_what_is_on_the_screen_is_the_latest_table() -> None:
    """Only lines that have changed are drawn anew, so one that was missed would stay."""
    async with opened(size=(120, 30)) as (app, pilot):
        for turn in range(1, 6):
            app.give(*(process(pid, 0.5, voluntary_per_s=float(pid * turn)) for pid in range(1 + turn * 3, 60)))
            await settle(pilot)
            lines = [line.text.split() for line in app.screen._compositor.render_strips() if "command-" in line.text]
            assert len(lines) > 20
            for words in lines:
                words = [word.strip("│▸") for word in words if word.strip("│▸")]
                assert int(float(words[7].replace(",", ""))) == int(words[0]) * turn


# Following


async def test_with_follow_the_view_goes_along_and_without_it_stays() -> None:
    async with opened() as (app, pilot):
        await press(pilot, "down")
        app.give(process(2, 0.0), *MANY[:1], *MANY[2:])
        await settle(pilot)
        assert (app.under_cursor(), app.table.scroll_offset.y) == (None, 0), "it is on its task, out of view"
        app.table.follow = True
        app.give(process(2, 0.0), *MANY[:1], *MANY[2:])
        assert await eventually(pilot, lambda: app.under_cursor() == 2)
        app.give(*MANY)
        assert await eventually(pilot, lambda: app.under_cursor() == 2 and app.table.scroll_offset.y <= 1)


async def test_when_one_chooses_other_rows_the_cursor_stays_in_view_and_when_one_sorts_the_view_stays() -> None:
    async with opened() as (app, pilot):
        await press(pilot, "end")
        app.browser.change(matches=lambda row: row.pid > 40)
        app.table.update_rows()
        assert await eventually(pilot, lambda: app.under_cursor() == 100)
        app.browser.change(matches=lambda row: True)
        app.table.update_rows()
        assert await eventually(pilot, lambda: app.under_cursor() == 100)
        await press(pilot, "home", "down")
        app.browser.change(inverted=True)
        app.table.update_rows()
        await settle(pilot)
        assert (app.pids()[0], app.under_cursor()) == (100, None), "whoever sorts wants to see who is first"


# Finding


async def test_finding_goes_on_round_the_end_both_ways() -> None:
    async with opened() as (app, pilot):

        def ends_in_7(row: TaskRow) -> bool:
            return row.pid % 10 == 7

        for step, here, pid in ((1, True, 7), (1, True, 7), (1, False, 17), (-1, False, 7), (-1, False, 97), (1, False, 7)):
            assert app.table.find(ends_in_7, step, here)
            assert await eventually(pilot, lambda pid=pid: app.under_cursor() == pid)  # type: ignore[misc]
        assert not app.table.find(lambda row: row.pid == 777)
        assert app.under_cursor() == 7
        assert app.table.find(lambda row: row.pid == 7), "the only one that fits is found again"
        assert app.table.select(MANY[49].id)
        assert await eventually(pilot, lambda: app.under_cursor() == 50)
        assert not app.table.select(RowId(777, 0, 0))


# The mouse


async def test_a_click_selects_a_double_click_opens_the_header_does_neither() -> None:
    async with opened() as (app, pilot):
        await pilot.click(TaskTable, offset=(20, 6))
        await settle(pilot)
        assert (app.under_cursor(), app.opened_rows) == (5, [])
        await pilot.double_click(TaskTable, offset=(20, 8))
        await settle(pilot)
        assert app.under_cursor() == 7
        assert [row.pid for row in app.opened_rows] == [7]
        await pilot.click(TaskTable, offset=(3, 1))
        await settle(pilot)
        assert app.under_cursor() == 7
        app.give(*MANY[:3])
        await settle(pilot)
        await pilot.double_click(TaskTable, offset=(20, 9))
        await settle(pilot)
        assert len(app.opened_rows) == 1, "below the last row there is nothing"


async def test_the_wheel_scrolls_the_rows_and_says_that_others_are_in_view() -> None:
    async with opened() as (app, pilot):
        before, moves = app.table.in_view(), app.moves
        await pilot._post_mouse_events([events.MouseScrollDown], TaskTable, offset=(10, 5))
        assert await eventually(pilot, lambda: app.table.scroll_offset.y > 0)
        await settle(pilot)
        assert app.moves > moves
        assert app.table.in_view() != before
        assert {id.pid for id in app.table.in_view()} == set(app.pids())
        assert app.table.text()[0].split()[0] == "PID"
        assert app.table.cursor == MANY[0].id, "the cursor is where it was"
        await pilot.click(TaskTable, offset=(20, 2))
        await settle(pilot)
        assert app.under_cursor() == app.pids()[0]


# Repainting


class Counting:
    """Which lines of a table are ordered to be drawn anew, and whether all of it is."""

    def __init__(self, table: TaskTable, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lines: list[int] = []
        self.whole = 0
        real = table.refresh

        def lines(y_start: int, line_count: int = 1) -> None:
            self.lines.append(y_start)
            assert line_count == 1

        def whole(*regions: object, **more: object) -> TaskTable:
            self.whole += not regions
            return real(*regions, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(table, "refresh_lines", lines)
        monkeypatch.setattr(table, "refresh", whole)

    def since(self) -> tuple[list[int], int]:
        found, self.lines[:] = (sorted(self.lines), self.whole), []
        self.whole = 0
        return found


async def test_only_lines_that_have_changed_are_repainted_and_none_for_the_same_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened() as (app, _pilot):
        count = Counting(app.table, monkeypatch)
        app.give(*MANY)
        app.give(*MANY)
        assert count.since() == ([], 0)
        app.give(*(process(pid, 2.0 - pid / 100) for pid in range(1, 101)))
        assert count.since() == ([], 0), "rows that read the same are not drawn either"
        changed = [row._replace(nice=5) if row.pid in (2, 4, 90) else row for row in MANY]
        app.give(*changed)
        assert count.since() == ([2, 4], 0), "one that is out of view costs nothing"


async def test_a_moving_cursor_repaints_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened() as (app, pilot):
        await press(pilot, "down")
        count = Counting(app.table, monkeypatch)
        app.table.action_move(1)
        assert count.since() == ([2, 3], 0)
        app.browser.toggle_tag(MANY[7].id)
        app.table.update_rows()
        assert set(count.since()[0]) >= {8}


async def test_a_new_row_repaints_from_where_it_stands_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(*MANY[:8]) as (app, _pilot):
        count = Counting(app.table, monkeypatch)
        app.give(*MANY[:6], *MANY[7:9])
        lines, whole = count.since()
        assert lines == [7, 8]
        assert whole == 0


# Room


@pytest.mark.parametrize("size", [(20, 5), (40, 12), (80, 24), (120, 40), (200, 60), (250, 8)])
async def test_every_line_is_as_wide_as_the_room_whatever_the_names_are(size: tuple[int, int]) -> None:
    rows = [process(number, 0.5, text, user=text) for number, text in enumerate(HOSTILE, 1)]
    async with opened(*rows, size=size) as (app, pilot):
        for _ in range(3):
            for y in range(app.table.scrollable_content_region.height):
                assert app.table.render_line(y).cell_length == app.table.room
            await press(pilot, "pagedown", "right")
        assert app.table.text()[0].split()[0] == "PID"


async def test_more_columns_come_when_there_is_more_room() -> None:
    async with opened(size=(60, 20)) as (app, pilot):
        narrow = [column.key for column in app.table.shown_columns]
        await pilot.resize_terminal(200, 20)
        await settle(pilot)
        assert set(narrow) < {column.key for column in app.table.shown_columns} == set(SETS["main"])
        assert "TIME+" in app.table.text()[0]
