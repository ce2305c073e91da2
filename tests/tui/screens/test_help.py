"""Help: it opens everywhere, lists every key of the footer and the words of the place, can be searched, and closes."""

from __future__ import annotations

import re

import pytest
from textual.pilot import Pilot

from conclab.model.columns import COLUMNS
from conclab.model.filters import parse
from conclab.tui.app import ConclabApp
from conclab.tui.commands import GROUPS, commands
from conclab.tui.screens.help import HelpScreen, help_lines, holding, key_parts
from conclab.tui.screens.help_words import DETAILS, FILTER, LAB, STATES, TRACE, Words, monitor_words
from conclab.tui.theme import DARK
from conclab.tui.widgets.lines import LinesView
from conclab.tui.widgets.task_table import TaskTable
from tests.tui.helpers import (
    SOME_WIDTHS,
    eventually,
    is_exactly,
    key_bar,
    opened,
    pass_time,
    press,
    resize,
    screen_lines,
    screen_text,
    settle,
)

EVERYTHING = (*LAB, *DETAILS, *TRACE, *monitor_words(COLUMNS.values()))


def keys_of(bar: str) -> set[str]:
    """The keys of a footer: every other word, for no description here has a blank but these."""
    words = re.sub(r"(Next|Nice|Go) (pane|-|\+|on)|Back in time", r"\1-\2", bar).split()
    return set(words[::2])


def everything(app: ConclabApp) -> list[str]:
    """All lines of the help, in view or not."""
    return [strip.text.rstrip() for strip in app.screen.query_one(LinesView)._lines]


def parts_of(lines: list[str]) -> dict[str, list[str]]:
    """The lines of each part by its title; the contents come first, under no title."""
    blocks = "\n".join(lines).split("\n\n")
    return {block.splitlines()[0]: block.splitlines()[1:] for block in blocks[1:]}


def listed(lines: list[str]) -> set[str]:
    """Every key that is explained."""
    keys = [line for title, part in parts_of(lines).items() if title.startswith("Keys") for line in part if line[0] != " "]
    return {key for line in keys for key in re.split(r" {2,}", line)[0].split(", ")}


async def help_of(app: ConclabApp, pilot: Pilot[None]) -> list[str]:
    await press(pilot, "f1")
    return everything(app)


@pytest.mark.parametrize("place", ["lab", "monitor"])
async def test_help_opens_on_every_place_lists_every_key_of_the_footer_and_closes(place: str) -> None:
    async with opened((200, 60), place=place) as (app, _feed, pilot):
        keys = keys_of(key_bar(app))
        assert len(keys) > 8
        for opener, closer in (("question_mark", "question_mark"), ("f1", "q"), ("f1", "escape")):
            await press(pilot, opener)
            assert isinstance(app.screen, HelpScreen)
            await press(pilot, closer)
            assert not isinstance(app.screen, HelpScreen)
            assert app.is_running
        assert keys <= listed(await help_of(app, pilot))


async def test_every_key_of_the_monitor_is_in_a_group_of_help_or_for_all_places() -> None:
    async with opened((120, 40), place="monitor") as (app, _feed, pilot):
        known = {key for command in commands(app.screen) for key in command.keys}
        lines = await help_of(app, pilot)
        assert listed(lines) == known
        titles = [title for title in parts_of(lines) if title.startswith("Keys")]
        assert titles == ["Keys", *(f"Keys: {group}" for group in GROUPS)]


async def test_every_action_is_listed_once_with_all_its_keys() -> None:
    async with opened((200, 60)) as (app, _feed, pilot):
        keys = parts_of(await help_of(app, pilot))["Keys"]
        meanings = [re.split(r" {2,}", line)[1] for line in keys]
        assert len(set(meanings)) == len(meanings)
        assert [re.split(r" {2,}", line)[0] for line in keys[-2:]] == ["?, F1", "q, F10, ^c"]


async def test_a_key_is_told_by_the_name_that_the_footer_has_for_it() -> None:
    async with opened((120, 40), place="monitor") as (app, _feed, pilot):
        text = "\n".join(await help_of(app, pilot))
        assert "Tree: children under their parents" in text
        assert "Kill: send a signal" in text


async def test_the_lab_explains_the_words_on_its_screen() -> None:
    async with opened((200, 60)) as (app, _feed, pilot):
        await press(pilot, "f1")
        text = screen_text(app)
        for word in ("on a core", "wants a core", "blocked", "vol/s", "inv/s", "95 %", "control"):
            assert word in text


async def test_the_monitor_explains_the_columns_that_are_shown_its_signs_meters_and_filters() -> None:
    async with opened((200, 60), place="monitor") as (app, _feed, pilot):
        await press(pilot, "tab", "tab")
        shown = app.screen.query_one(TaskTable).shown_columns
        parts = parts_of(await help_of(app, pilot))
        columns = parts["Columns"]
        assert [line for column in shown for line in columns if line.startswith(f"{column.title}  ")]
        assert sum(not line.startswith(" ") for line in columns) == len(shown)
        assert not [line for line in columns if line.startswith("VCS/s")], "it is not among the columns about memory"
        for title in ("Signs", "State letters", "Meters", "Filter"):
            assert parts[title]


@pytest.mark.parametrize(("key", "titles"), [("enter", {"Threads", "State letters"}), ("s", {"System calls"})])
async def test_details_and_trace_explain_theirs(key: str, titles: set[str]) -> None:
    async with opened((120, 40), place="monitor") as (app, feed, pilot):
        await pass_time(app, feed, pilot, 40)
        await press(pilot, key)
        await settle(pilot)
        assert titles <= parts_of(await help_of(app, pilot)).keys()


def test_every_example_of_a_filter_can_be_typed() -> None:
    for example, _meaning in FILTER.entries:
        parse(example, now_s=lambda: 0.0)


def test_every_state_that_a_task_can_have_is_explained() -> None:
    assert {letter for letter, _meaning in STATES.entries} == set("RSDTtZI")


async def test_help_is_complete_on_a_small_screen() -> None:
    async with opened((80, 24), place="monitor") as (app, _feed, pilot):
        lines = await help_of(app, pilot)
        assert all(len(line) == 80 for line in screen_lines(app))
        await press(pilot, "end")
        assert await eventually(pilot, lambda: lines[-1].split()[-1] in screen_text(app))
        await resize(pilot, 60, 15)
        assert all(len(line) == 60 for line in screen_lines(app))
        text = " ".join(" ".join(everything(app)).split())
        for meaning in ("the kernel took its core away", "a bare number is a pid, too", "not known before the next look"):
            assert meaning in text


async def test_what_is_typed_after_a_slash_narrows_it_down() -> None:
    async with opened((120, 40), place="monitor") as (app, _feed, pilot):
        whole = await help_of(app, pilot)
        await press(pilot, "slash", *"throttled")
        lines = everything(app)
        assert len(lines) < 10 < len(whole)
        assert any(line.startswith("Quota") for line in lines)
        await press(pilot, "enter", "q")
        assert everything(app) == whole, "the first q shows everything again"
        await press(pilot, "slash", *"qqqq")
        assert "Nothing here holds “qqqq”" in screen_text(app)
        await press(pilot, "escape", "escape")
        assert not isinstance(app.screen, HelpScreen)


async def test_tab_and_a_click_on_the_contents_go_to_a_part() -> None:
    async with opened((120, 30), place="monitor") as (app, _feed, pilot):
        await press(pilot, "f1")
        view = app.screen.query_one(LinesView)

        def top() -> str:
            return view.text()[0].strip()

        await press(pilot, "tab")
        assert await eventually(pilot, lambda: top() == "Keys: moving")
        await press(pilot, "tab")
        assert await eventually(pilot, lambda: top() == "Keys: finding")
        await press(pilot, "shift+tab")
        assert await eventually(pilot, lambda: top() == "Keys: moving")
        await press(pilot, "home")
        assert await eventually(pilot, lambda: view.scroll_offset.y == 0)
        line = next(number for number, text in enumerate(view.text()) if "Signs" in text)
        await pilot.click(LinesView, offset=(2 + view.text()[line].index("Signs"), 1 + line))
        assert await eventually(pilot, lambda: top() == "Signs")
        titles = list(parts_of(everything(app)))
        for title in titles[titles.index("Signs") + 1 :]:
            assert view.scroll_offset.y > 0, title
            await press(pilot, "tab")
        await press(pilot, "tab")
        assert await eventually(pilot, lambda: view.scroll_offset.y == 0), "after the last part comes the beginning"


async def test_help_can_be_opened_from_a_field() -> None:
    async with opened() as (app, _feed, pilot):
        await press(pilot, "enter")
        await press(pilot, "f1")
        assert isinstance(app.screen, HelpScreen)


@pytest.mark.parametrize("width", SOME_WIDTHS)
def test_every_line_is_as_wide_as_its_pane_and_no_word_is_lost(width: int) -> None:
    lines, starts = help_lines(EVERYTHING, DARK, width)
    assert all(is_exactly(line, width) for line in lines)
    assert [lines[start].text.strip() for start in starts] == [part.title for part in EVERYTHING]
    if width >= 56:
        assert not [line.text for line in lines if "…" in line.text and "(3, …)" not in line.text]


def test_a_part_is_found_by_its_title_and_its_entries_by_any_word() -> None:
    parts = (Words("Signs", (("+", "new"), ("×", "ended"))), Words("Letters", (("R", "runs"),)))
    assert holding(parts, "SIGNS") == parts[:1]
    assert holding(parts, "ended") == (Words("Signs", (("×", "ended"),)),)
    assert holding(parts, "nothing") == ()


def test_no_part_is_empty() -> None:
    assert key_parts(()) == ()
