"""Help: it opens everywhere, lists every key of the footer, and closes."""

from __future__ import annotations

import re

import pytest

from conclab.tui.screens.help import HelpScreen
from conclab.tui.widgets.lines import LinesView
from tests.tui.helpers import eventually, key_bar, opened, press, resize, screen_lines, screen_text


def keys_of(bar: str) -> set[str]:
    """The keys of a footer: every other word, for no description here has a blank but these."""
    words = bar.replace("Next pane", "Next-pane").split()
    return set(words[::2])


def listed(lines: list[str]) -> set[str]:
    """Every key that help explains."""
    heads = (re.split(r" {2,}", line)[0] for line in lines[lines.index("Keys") + 1 :])
    return {key for head in heads for key in head.split(", ")}


async def everything(lines: LinesView) -> list[str]:
    return [strip.text.rstrip() for strip in lines._lines]


@pytest.mark.parametrize("place", ["lab", "monitor"])
async def test_help_opens_on_every_place_lists_every_key_of_the_footer_and_closes(place: str) -> None:
    async with opened((200, 60), place=place) as (app, _feed, pilot):
        keys = keys_of(key_bar(app))
        assert {"?", "q"} <= keys
        for opener, closer in (("question_mark", "question_mark"), ("f1", "q")):
            await press(pilot, opener)
            assert isinstance(app.screen, HelpScreen)
            await press(pilot, closer)
            assert not isinstance(app.screen, HelpScreen)
            assert app.is_running
        await press(pilot, "question_mark")
        lines = await everything(app.screen.query_one(LinesView))
        assert keys <= listed(lines)


async def test_help_calls_keys_by_the_names_that_the_footer_has_for_them() -> None:
    async with opened((200, 60)) as (app, _feed, pilot):
        keys = keys_of(key_bar(app))
        await press(pilot, "f1")
        lines = await everything(app.screen.query_one(LinesView))
        assert keys <= listed(lines)


async def test_the_words_on_the_screen_and_every_key_are_explained() -> None:
    async with opened((200, 60)) as (app, _feed, pilot):
        await press(pilot, "f1")
        text = screen_text(app)
        for word in ("on a core", "wants a core", "blocked", "vol/s", "inv/s", "95 %", "control"):
            assert word in text
        lines = await everything(app.screen.query_one(LinesView))
        for line in lines[lines.index("Keys") + 1 :]:
            assert re.match(r"\S+(, \S+)* {2,}\w", line), line


async def test_every_action_is_listed_once_with_all_its_keys() -> None:
    async with opened((200, 60)) as (app, _feed, pilot):
        await press(pilot, "f1")
        lines = await everything(app.screen.query_one(LinesView))
        keys = lines[lines.index("Keys") + 1 :]
        meanings = [line[16:] for line in keys]
        assert len(set(meanings)) == len(meanings)
        assert [re.split(r" {2,}", line)[0] for line in keys[-2:]] == ["?, F1", "q, F10, ^c"]


async def test_help_fits_a_small_screen_and_scrolls_to_its_last_key() -> None:
    async with opened((80, 24)) as (app, _feed, pilot):
        await press(pilot, "f1")
        assert all(len(line) == 80 for line in screen_lines(app))
        view = app.screen.query_one(LinesView)
        last = (await everything(view))[-1]
        await press(pilot, "end")
        assert await eventually(pilot, lambda: last.split()[-1] in screen_text(app))
        await resize(pilot, 60, 15)
        assert all(len(line) == 60 for line in screen_lines(app))


async def test_no_word_of_help_is_cut_where_it_needs_a_scroll_bar() -> None:
    async with opened((80, 24)) as (app, _feed, pilot):
        await press(pilot, "f1")
        lines = app.screen.query_one(LinesView).text()
        text = " ".join(" ".join(lines).split())
        for meaning in ("the block is as high as its share of the moment", "the kernel took its core away", "95 times in 100"):
            assert meaning in text


async def test_help_can_be_opened_from_a_field() -> None:
    async with opened() as (app, _feed, pilot):
        await press(pilot, "enter")
        await press(pilot, "f1")
        assert isinstance(app.screen, HelpScreen)
