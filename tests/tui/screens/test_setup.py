"""The Set-up screen, by keys and by mouse, complete at 80x24."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from conclab.model.columns import SETS
from conclab.model.settings import DEFAULT, THEMES, Settings
from conclab.recording.scripted import ScriptedFeed
from conclab.tui.app import ConclabApp
from conclab.tui.palettes import LIGHT
from conclab.tui.screens.setup import SetupScreen
from conclab.tui.setup.list import SetupList
from tests.tui.helpers import (
    HOSTILE,
    PYTHONS,
    colours,
    inside,
    key_bar,
    pane_text,
    press,
    resize,
    screen_lines,
    screen_text,
    settle,
)

SIZES = ((80, 24), (120, 40), (200, 60))


@asynccontextmanager
async def _opened(
    *keys: str, settings: Settings = DEFAULT, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[ConclabApp, Pilot[None]]]:
    app = ConclabApp(ScriptedFeed(2), PYTHONS, beat_s=None, settings=settings, settings_file="/somewhere/config.toml")
    app.animation_level = "none"
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "f2")
        assert isinstance(app.screen, SetupScreen)
        await press(pilot, *keys)
        yield app, pilot


def _cursor(app: ConclabApp) -> str:
    row = app.screen.query_one(SetupList).row
    return "" if row is None else row.key


@pytest.mark.parametrize("size", SIZES)
async def test_every_section_fits_and_says_what_can_be_pressed(size: tuple[int, int]) -> None:
    said = {"1": "NI", "2": "Sorted by", "3": "Cores", "4": "High contrast", "5": "Everywhere", "6": "No filter is saved yet"}
    async with _opened(size=size) as (app, pilot):
        for digit, word in said.items():
            await press(pilot, digit)
            assert word in pane_text(app, "#rows")
            assert all(len(line) == size[0] for line in screen_lines(app))
            assert "Esc Done" in key_bar(app)
            assert "? Help" in key_bar(app)
        assert "kept in /somewhere/config.toml" in screen_text(app)


async def test_columns_are_shown_hidden_moved_and_taken_back_by_keys() -> None:
    async with _opened("down", "space") as (app, pilot):
        assert "user" not in app.settings.sets["main"]
        assert _cursor(app) == "user", "the cursor stays"
        await press(pilot, "enter", "right_square_bracket", "shift+down")
        assert app.settings.sets["main"][:4] == ("pid", "ni", "res", "user")
        await press(pilot, "left_square_bracket")
        assert app.settings.sets["main"][:4] == ("pid", "ni", "user", "res")
        await press(pilot, "u")
        assert app.settings.sets["main"][:4] == ("pid", "ni", "res", "user")
        await press(pilot, "r")
        assert app.settings.sets == SETS
        await press(pilot, "u")
        assert app.settings.sets["main"][:4] == ("pid", "ni", "res", "user")


async def test_the_header_as_it_will_be_is_shown_below() -> None:
    async with _opened("down", "down", "space", size=(120, 40)) as (app, _pilot):
        below = inside(app, "#about")
        assert below[0].startswith("Nice: from -20")
        assert " ".join(below[2].split()) == "PID USER RES S CPU% DELAY% VCS/s ICS/s CORE THR TIME+ Command"


async def test_another_set_a_new_one_and_its_end() -> None:
    async with _opened("right") as (app, pilot):
        assert app.settings.columns == "scheduling"
        assert "“scheduling” · set 2 of 6" in screen_text(app)
        assert "Delete" not in key_bar(app)
        await press(pilot, "left", "n", *"main", "enter")
        assert "“main” is there already" in screen_text(app)
        await press(pilot, *"2", "enter")
        assert app.settings.columns == "main2"
        assert app.settings.sets["main2"] == SETS["main"]
        assert "Delete" in key_bar(app)
        await press(pilot, "d")
        assert app.settings == DEFAULT
        await press(pilot, "n", "x", "escape")
        assert app.settings == DEFAULT


async def test_switches_and_values_of_the_table() -> None:
    async with _opened("2", "down", "down", "space") as (app, pilot):
        assert app.settings.tree
        assert "[x] Tree" in " ".join(pane_text(app, "#rows").split())
        await press(pilot, "end", "right")
        assert app.settings.every_s == 1.5
        assert "every 1.5 s" in pane_text(app, "#rows")
        await press(pilot, "r")
        assert app.settings == DEFAULT


async def test_the_theme_under_the_cursor_is_in_force_at_once() -> None:
    async with _opened("4") as (app, pilot):
        assert _cursor(app) == "dark"
        await press(pilot, "down")
        assert app.theme == "conclab-light"
        assert app.settings.theme == "light"
        assert LIGHT.title.lower() in {(colour or "").lower() for colour in colours(app.screen._compositor.render_strips()[0])}
        await press(pilot, "escape", "f2", "4")
        assert _cursor(app) == "light", "one comes back to the theme that one has"
        for name in (*THEMES[2:], THEMES[-1]):
            await press(pilot, "down")
            assert app.settings.theme == name


async def test_a_key_is_given_and_a_clash_is_told_before() -> None:
    async with _opened("5") as (app, pilot):
        rows = app.screen.query_one(SetupList)
        rows.go_to(next(number for number, row in enumerate(rows._rows) if row.key == "lab.run"))
        await press(pilot, "enter", "c")
        assert "c means “Compare” there already; try another one." in " ".join(screen_text(app).split())
        await press(pilot, "f12")
        assert app.settings.keys == {"lab.run": "f12"}
        assert "F12 · yours" in pane_text(app, "#rows")
        await press(pilot, "plus", "ctrl+o")
        assert app.settings.keys == {"lab.run": "f12,ctrl+o"}
        await press(pilot, "enter", "escape")
        assert app.settings.keys == {"lab.run": "f12,ctrl+o"}
        await press(pilot, "escape")
        assert "F12 Run" in key_bar(app)
        await press(pilot, "f2", "5", "r", "escape")
        assert "F5 Run" in key_bar(app)


async def test_while_a_key_is_asked_for_no_key_does_what_it_usually_does() -> None:
    async with _opened("5", "enter") as (app, pilot):
        await press(pilot, "ctrl+t", "q", "1")
        assert app.settings.theme == DEFAULT.theme
        assert app.is_running


async def test_filters_are_renamed_and_deleted_and_hostile_ones_are_harmless() -> None:
    settings = replace(DEFAULT, filters={"busy": "cpu>5", "mean": f"name={HOSTILE[8]}"})
    async with _opened("6", settings=settings) as (app, pilot):
        assert HOSTILE[8][:20] in pane_text(app, "#rows"), "markup is shown as it stands"
        await press(pilot, "enter", "end", *"er", "enter")
        assert list(app.settings.filters) == ["busyer", "mean"]
        await press(pilot, "d", "d")
        assert app.settings.filters == {}
        assert "No filter is saved yet" in pane_text(app, "#rows")
        await press(pilot, "space", "d", "left_square_bracket", "right", "u")
        assert list(app.settings.filters) == ["mean"]


async def test_the_mouse_does_it_too() -> None:
    async with _opened() as (app, pilot):
        lines = screen_lines(app)
        y = next(number for number, line in enumerate(lines) if "[x]   2 USER" in line)
        await pilot.click(offset=(lines[y].index("USER"), y))
        await settle(pilot)
        assert _cursor(app) == "user"
        assert "user" in app.settings.sets["main"]
        down = screen_lines(app)[y].index("▼")
        await pilot.click(offset=(down, y))
        await settle(pilot)
        assert app.settings.sets["main"][:3] == ("pid", "ni", "user")
        await pilot.click(offset=(screen_lines(app)[y + 1].index("[x]") + 1, y + 1))
        await settle(pilot)
        assert "user" not in app.settings.sets["main"]
        await pilot.click(offset=(screen_lines(app)[0].index("Theme"), 0))
        await settle(pilot)
        assert "High contrast" in pane_text(app, "#rows")
        await pilot.click(offset=(screen_lines(app)[-1].index("Done"), 23))
        await settle(pilot)
        assert not isinstance(app.screen, SetupScreen)


@pytest.mark.parametrize("key", ["escape", "f2", "q"])
async def test_it_closes_and_the_place_is_there_as_before(key: str) -> None:
    async with _opened(key) as (app, _pilot):
        assert app.screen is app._places["lab"]


async def test_tab_turns_through_the_sections_and_the_palette_finds_it() -> None:
    async with _opened("tab") as (app, pilot):
        assert "Sorted by" in pane_text(app, "#rows")
        await press(pilot, "shift+tab", "shift+tab")
        assert "No filter is saved yet" in pane_text(app, "#rows")


async def test_it_follows_the_size_of_the_terminal_with_the_cursor_in_view() -> None:
    async with _opened("end", size=(120, 40)) as (app, pilot):
        await resize(pilot, 80, 24)
        await settle(pilot)
        assert "▸[x]" in pane_text(app, "#rows").replace(" ", "")
        assert all(len(line) == 80 for line in screen_lines(app))


async def test_without_colour_choices_and_cursor_are_told_by_glyphs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with _opened("4", settings=replace(DEFAULT, theme="light")) as (app, pilot):
        assert app.theme == "conclab-ansi", "what is drawn for a plain terminal, without its colours"
        assert "(•) Light" in " ".join(pane_text(app, "#rows").split())
        await press(pilot, "down")
        assert app.settings.theme == "high-contrast"
        assert app.theme == "conclab-ansi"
