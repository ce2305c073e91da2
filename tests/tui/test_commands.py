"""What can be done, as the footer, the help and the command palette show it: one list."""

from __future__ import annotations

from textual.command import CommandPalette
from textual.pilot import Pilot

from conclab.lab.catalogue import catalogue
from conclab.tui.commands import CommandsProvider, commands
from conclab.tui.screens.compare import CompareDialog
from conclab.tui.widgets.catalogue import Catalogue
from tests.tui.helpers import eventually, fill, lab, opened, pass_time, press


async def test_each_command_is_listed_once_in_the_footers_order_and_the_screens_keys_come_first() -> None:
    async with opened() as (app, _feed, _pilot):
        listed = commands(app.screen)
        titles = [command.title for command in listed]
        assert titles[:5] == ["Run", "Stop", "Compare", "Repeat", "Output"]
        assert titles[-2:] == ["Help", "Quit"]
        assert len({command.action for command in listed}) == len(listed)
        assert listed[-1].keys == ("q", "F10", "^c")
        assert all(command.meaning for command in listed)


async def test_a_wrong_value_takes_run_away_and_a_right_one_brings_it_back() -> None:
    async with opened() as (app, _feed, pilot):
        await fill(app, pilot, "workers", "0")
        assert not next(command for command in commands(app.screen) if command.title == "Run").enabled
        await fill(app, pilot, "workers", "2")
        assert next(command for command in commands(app.screen) if command.title == "Run").enabled


async def _offered() -> list[str]:
    async with opened() as (app, _feed, _pilot):
        return [str(hit.text) async for hit in CommandsProvider(app.screen).discover()]


async def test_the_palette_offers_what_can_be_done_and_every_experiment() -> None:
    offered = await _offered()
    assert {"Run", "Compare", "Output", "Maximise", "Explain", "Help", "Quit", "Next theme"} <= set(offered)
    assert not {"Repeat", "Commands"} & set(offered), "nothing has been run, and the palette is open already"
    for experiment in catalogue():
        assert f"Choose: {experiment.title}" in offered


async def _say(pilot: Pilot[None], text: str) -> None:
    """Open the palette, type, and take the first that it finds."""
    await press(pilot, "ctrl+p", *text)
    assert isinstance(pilot.app.screen, CommandPalette)
    await pilot.app.workers.wait_for_complete()
    await press(pilot, "enter")
    assert await eventually(pilot, lambda: not isinstance(pilot.app.screen, CommandPalette))


async def test_an_experiment_is_chosen_in_the_palette_by_a_part_of_its_name() -> None:
    async with opened((80, 24)) as (app, _feed, pilot):
        await press(pilot, "o")
        await _say(pilot, "lostup")
        assert await eventually(pilot, lambda: lab(app).experiment.name == "lost-update")
        assert await eventually(pilot, lambda: app.screen.query_one(Catalogue).has_focus)


async def test_run_stop_and_compare_work_from_the_palette() -> None:
    async with opened() as (app, feed, pilot):
        await _say(pilot, "run")
        assert await eventually(pilot, lambda: app.session.run_state.live)
        await pass_time(app, feed, pilot, 20)
        await _say(pilot, "stop")
        await pass_time(app, feed, pilot, 20)
        assert app.session.run_state.outcome == "stopped"
        await _say(pilot, "compare")
        assert await eventually(pilot, lambda: isinstance(app.screen, CompareDialog))
