"""The dialog to choose one from a list: by keys, by typing, by mouse; names are shown as they are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import OptionList

from conclab.model.text import harmless
from conclab.tui.screens.choose import ChooseDialog
from tests.tui.helpers import HOSTILE, Themed, settle, texts

COLOURS = [("r", "red", "like blood"), ("g", "green", "like grass"), ("b", "blue", "like the sky"), ("", "none", "no colour")]


class Host(Themed):
    """Opens the dialog, and keeps what it returned."""

    def __init__(self, choices: list[tuple[str, str, str]], chosen: str) -> None:
        super().__init__()
        self.dialog = ChooseDialog("Choose a colour", choices, chosen)
        self.answers: list[str | None] = []

    def on_mount(self) -> None:
        self.push_screen(self.dialog, self.answers.append)

    @property
    def lines(self) -> list[str]:
        return texts(self.screen._compositor.render_strips())


@asynccontextmanager
async def opened(
    choices: list[tuple[str, str, str]] = COLOURS, chosen: str = "", size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    app = Host(choices, chosen)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        yield app, pilot


@pytest.mark.parametrize(
    ("chosen", "keys", "answer"),
    [
        ("g", ("enter",), "g"),
        ("gone", ("enter",), "r"),
        ("g", ("down", "enter"), "b"),
        ("g", ("up", "up", "enter"), ""),
        ("b", ("down", "down", "enter"), "r"),
        ("g", ("s", "k", "y", "enter"), "b"),
        ("g", ("G", "R", "enter"), "g"),
        ("g", ("l", "i", "k", "e", "down", "enter"), "g"),
        ("b", ("r", "enter"), "r"),
        ("b", ("e", "enter"), "r"),
        ("r", ("b", "l", "enter"), "b"),
        ("g", ("s", "k", "y", "backspace", "backspace", "backspace", "enter"), "g"),
        ("g", ("escape",), None),
        ("g", ("x", "y", "z", "enter", "down", "escape"), None),
    ],
)
async def test_keys(chosen: str, keys: tuple[str, ...], answer: str | None) -> None:
    async with opened(chosen=chosen) as (app, pilot):
        await pilot.press(*keys)
        await settle(pilot)
        assert app.answers == [answer]


async def test_what_is_chosen_already_has_a_mark_and_the_keys_are_said() -> None:
    async with opened(chosen="b") as (app, _pilot):
        (line,) = [line for line in app.lines if "▸" in line]
        assert "blue" in line
        assert "like the sky" in line
        text = "\n".join(app.lines)
        assert "Choose a colour" in text
        assert "Enter chooses · type to narrow down · Esc cancels" in text


async def test_a_click_chooses() -> None:
    async with opened() as (app, pilot):
        await pilot.click(OptionList, offset=(4, 2))
        await settle(pilot)
        assert app.answers == ["b"]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 12)])
async def test_hostile_names_are_shown_as_they_are_and_stay_in_line(size: tuple[int, int]) -> None:
    names = (*HOSTILE, harmless("\x1b[2J\x1b]0;owned\x07\u202e"), "sh", "[red]ada[/] [@click=app.quit]")
    choices = [(str(number), name, f"meaning-{number}") for number, name in enumerate(names)]
    async with opened(choices, size=size) as (app, _pilot):
        assert app.screen.query_one(OptionList).option_count == len(names)
        assert {cell_len(line) for line in app.lines} == {size[0]}
        assert app.screen.query_one("ChooseDialog > Vertical").region.right <= size[0]
        if size[0] >= 80:
            assert "[red]ada[/] [@click=app.quit]" in "\n".join(app.lines)


async def test_the_meanings_stand_below_each_other_whatever_the_names_are() -> None:
    choices = [("1", "漢字", "mean-a"), ("2", "plain", "mean-b"), ("3", "e\u0301e\u0301", "mean-c"), ("4", "x" * 200, "mean-d")]
    async with opened(choices, size=(120, 40)) as (app, _pilot):
        begins = {cell_len(line[: line.index("mean-")]) for line in app.lines if "mean-" in line}
        assert len(begins) == 1


async def test_nothing_to_choose_from_does_no_harm() -> None:
    async with opened([]) as (app, pilot):
        await pilot.press("down", "up", "enter")
        await settle(pilot)
        assert app.answers == []
        await pilot.press("escape")
        await settle(pilot)
        assert app.answers == [None]
