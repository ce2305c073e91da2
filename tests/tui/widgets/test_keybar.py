"""The footer: no key that does nothing, everything that there is room for, help and quit always."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len
from textual.strip import Strip

from conclab.tui.app import ConclabApp
from conclab.tui.theme import DARK
from conclab.tui.widgets.keybar import KeyBar
from tests.tui.helpers import backgrounds, fill, key_bar, opened, pass_time, press, resize, screen_lines

PRESSED = {"F5": "f5", "Esc": "escape", "^p": "ctrl+p", "Tab": "tab", "?": "question_mark"}
BACK = {
    "c": ("escape",),
    "o": ("o", "o", "o"),
    "^p": ("escape",),
    "?": ("escape",),
    "z": ("z",),
    "t": ("escape",),
    "g": ("g",),
    "e": ("e",),
}
"""What undoes a key."""


def _bar(app: ConclabApp) -> Strip:
    return app.screen.query_one(KeyBar).render_line(0)


def lit(app: ConclabApp) -> list[str]:
    """The keys that are shown as ones that do something now."""
    strip = _bar(app)
    backs = backgrounds(strip)
    found = []
    for match in re.finditer(r" (\S+) ", strip.text):
        if backs[match.start(1)] == DARK.title:
            found.append(match[1])
    return found


def _signature(app: ConclabApp) -> tuple[object, ...]:
    """All that pressing a key could change. Nothing here moves by itself: there is no beat."""
    panes = tuple(screen_lines(app)[1:-1])
    return panes, app.screen, app.screen.focused, app.screen.query_one(KeyBar).render_line(0) if app.screen.query(KeyBar) else None


async def _idle_keys(size: tuple[int, int]) -> list[str]:
    """The lit keys of the footer that change nothing when they are pressed in a lab that has just been opened."""
    async with opened(size) as (app, _feed, pilot):
        idle = []
        for key in lit(app):
            if key in ("F5", "q"):  # begin a run and leave: tested elsewhere
                continue
            before = _signature(app)
            await press(pilot, PRESSED.get(key, key))
            if _signature(app) == before:
                idle.append(key)
            await press(pilot, *BACK.get(key, ()))
        return idle


async def test_no_key_is_lit_that_does_nothing() -> None:
    assert await _idle_keys((120, 40)) == []


async def test_no_key_is_lit_that_does_nothing_on_the_first_page_of_a_small_screen() -> None:
    assert await _idle_keys((80, 24)) == []


async def test_stop_is_lit_only_while_something_can_be_stopped() -> None:
    async with opened() as (app, feed, pilot):
        assert "Esc" not in lit(app) or "Stop" not in key_bar(app)
        await press(pilot, "f5")
        await pass_time(app, feed, pilot, 10)
        assert "Esc" in lit(app)
        assert "Stop" in key_bar(app)


async def test_run_compare_and_repeat_go_out_while_a_run_is_on() -> None:
    async with opened() as (app, feed, pilot):
        assert {"F5", "c"} <= set(lit(app))
        assert "r" not in lit(app), "there is nothing to repeat"
        await press(pilot, "f5")
        await pass_time(app, feed, pilot, 10)
        assert not {"F5", "c", "r"} & set(lit(app))
        assert "Esc" in lit(app)
        await press(pilot, "escape")
        await pass_time(app, feed, pilot, 10)
        assert {"F5", "c", "r"} <= set(lit(app))


async def test_with_a_wrong_value_compare_is_not_lit_because_it_does_nothing() -> None:
    async with opened() as (app, _feed, pilot):
        await fill(app, pilot, "workers", "x")
        assert "c" not in lit(app)
        await fill(app, pilot, "workers", "4")
        assert "c" in lit(app)


async def test_while_one_types_letters_are_no_commands() -> None:
    async with opened((200, 60)) as (app, _feed, pilot):
        await press(pilot, "enter")
        assert not set("crozgeq?") & set(lit(app))
        assert {"F5", "Tab"} <= set(lit(app))


@pytest.mark.parametrize(("place", "end"), [("lab", "? Help  q Quit"), ("monitor", "F1 Help  F10 Quit")])
async def test_the_footer_is_exactly_as_wide_as_the_screen_and_ends_with_help_and_quit(place: str, end: str) -> None:
    async with opened((200, 60), place=place) as (app, _feed, pilot):
        for width in (200, 120, 80, 41):
            await resize(pilot, width, 24)
            text = key_bar(app)
            assert cell_len(text) == width
            assert text.rstrip().endswith(end)


async def test_what_does_not_fit_is_dropped_whole() -> None:
    async with opened((200, 60)) as (app, _feed, pilot):
        everything = {piece.strip() for piece in re.findall(r" \S+ (?:Next pane|\S+) ", key_bar(app))}
        for width in (60, 95, 130):
            await resize(pilot, width, 24)
            assert {piece.strip() for piece in re.findall(r" \S+ (?:Next pane|\S+) ", key_bar(app) + " ")} <= everything
