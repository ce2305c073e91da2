"""Settings in the app: in force at once, kept once, and told where they cannot be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from textual.pilot import Pilot

from conclab.model.settings import DEFAULT, THEMES, Settings
from conclab.recording.scripted import ScriptedFeed
from conclab.tui.app import ConclabApp
from conclab.tui.commands import commands
from conclab.tui.screens.compare import CompareDialog
from tests.tui.helpers import PYTHONS, key_bar, press, screen_text, settle


class Kept:
    """What was saved, and what saving answers."""

    def __init__(self, answer: str | None = None) -> None:
        self.saved: list[Settings] = []
        self.answer = answer

    def __call__(self, settings: Settings) -> str | None:
        self.saved.append(settings)
        return self.answer


@asynccontextmanager
async def _opened(
    settings: Settings = DEFAULT, kept: Kept | None = None, problems: tuple[str, ...] = ()
) -> AsyncIterator[tuple[ConclabApp, Pilot[None]]]:
    app = ConclabApp(ScriptedFeed(2), PYTHONS, beat_s=None, settings=settings, save=kept, problems=problems)
    app.animation_level = "none"
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        yield app, pilot


async def test_the_theme_of_the_settings_is_there_from_the_start() -> None:
    for name in THEMES:
        async with _opened(replace(DEFAULT, theme=name)) as (app, _pilot):
            assert app.theme == f"conclab-{name}"
            assert app.settings.theme == name


async def test_ctrl_t_turns_through_all_themes_and_the_choice_is_kept_when_one_leaves() -> None:
    kept = Kept()
    async with _opened(kept=kept) as (app, pilot):
        seen = []
        for _ in THEMES:
            await press(pilot, "ctrl+t")
            seen.append(app.settings.theme)
            assert app.theme == f"conclab-{seen[-1]}"
        assert seen == [*THEMES[1:], THEMES[0]]
        await press(pilot, "ctrl+t")
    assert kept.saved[-1].theme == THEMES[1]


async def test_a_theme_chosen_elsewhere_is_kept_too() -> None:
    kept = Kept()
    async with _opened(kept=kept) as (app, pilot):
        app.theme = "conclab-ansi"
        await settle(pilot)
    assert [settings.theme for settings in kept.saved] == ["ansi"]


async def test_nothing_is_saved_while_nothing_changes() -> None:
    kept = Kept()
    async with _opened(kept=kept) as (app, _pilot):
        app.change_settings(replace(app.settings))
    assert kept.saved == []


async def test_every_place_is_told() -> None:
    async with _opened() as (app, _pilot):
        told: list[str] = []
        for name, place in app._places.items():
            place.settings_changed = lambda name=name: told.append(name)  # type: ignore[method-assign, misc]
        app.change_settings(replace(app.settings, tree=True))
        assert told == list(app._places)


async def test_that_it_cannot_be_kept_is_told_once() -> None:
    kept = Kept("The file cannot be written [really].")
    async with _opened(kept=kept) as (app, pilot):
        for tree in (True, False):
            app.change_settings(replace(app.settings, tree=tree))
            await app._saver._keep()
            await settle(pilot)
        assert screen_text(app).count("[really]") == 1


async def test_what_is_wrong_in_the_file_is_told_at_the_start() -> None:
    problems = tuple(f"“[b]x{number}” is not a setting" for number in range(9))
    async with _opened(problems=problems) as (app, _pilot):
        text = screen_text(app)
        assert "“[b]x0” is not a setting" in text
        assert "“[b]x8”" not in text
        assert "and 5 more; conclab doctor lists them" in text


async def test_other_keys_do_it_and_footer_and_help_say_so() -> None:
    async with _opened(replace(DEFAULT, keys={"lab.compare": "f12", "help": "j"})) as (app, pilot):
        assert "F12 Compare" in key_bar(app)
        help_command = next(command for command in commands(app.screen) if command.title == "Help")
        assert help_command.keys == ("j", "F1")
        await press(pilot, "c")
        assert app.screen is app._places["lab"], "its usual key does nothing"
        await press(pilot, "f12")
        assert isinstance(app.screen, CompareDialog)
        await press(pilot, "escape", "j")
        assert "Tab goes to the next part" in screen_text(app)


async def test_a_key_that_cannot_be_used_is_told_and_the_usual_one_stays() -> None:
    async with _opened(replace(DEFAULT, keys={"lab.run": "c", "nobody": "x"})) as (app, _pilot):
        assert "F5 Run" in key_bar(app)
        text = " ".join(screen_text(app).split())
        assert "c is the key of Compare" in text
        assert "there is no such binding" in text


async def test_keys_can_be_changed_and_given_back_while_it_runs() -> None:
    async with _opened() as (app, pilot):
        app.change_settings(replace(app.settings, keys={"lab.compare": "f12"}))
        await settle(pilot)
        assert "F12 Compare" in key_bar(app)
        app.change_settings(replace(app.settings, keys={}))
        await settle(pilot)
        assert " c Compare" in key_bar(app)
