"""The Compare dialog: choosing Pythons by keys and by mouse, and leaving without a choice."""

from __future__ import annotations

from textual.pilot import Pilot
from textual.widgets import Button

from conclab.tui.screens.compare import CompareDialog
from tests.tui.helpers import Themed

PYTHONS = {"3.11": "/a", "3.13": "/b", "3.13t": "/c"}


class Host(Themed):
    """Opens the dialog, and keeps what it returned."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[list[str] | None] = []

    def on_mount(self) -> None:
        self.push_screen(CompareDialog("threads or processes?", PYTHONS, "/b"), self.answers.append)


async def answer(*keys: str) -> list[list[str] | None]:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        return app.answers


async def test_the_python_of_the_form_is_chosen_already() -> None:
    assert await answer("f5") == [["/b"]]


async def test_several_come_in_the_order_of_the_list_whatever_the_order_of_choosing() -> None:
    assert await answer("down", "down", "space", "up", "up", "space", "f5") == [["/a", "/b", "/c"]]


async def test_escape_chooses_nothing() -> None:
    assert await answer("space", "escape") == [None]


async def test_without_a_choice_it_cannot_run() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await _unchoose(pilot)
        assert app.screen.query_one("#go", Button).disabled
        await pilot.press("f5")
        await pilot.pause()
        assert app.answers == []
        await pilot.press("space")
        await pilot.pause()
        await pilot.click("#go")
        await pilot.pause()
        assert app.answers == [["/b"]]


async def test_cancel_chooses_nothing() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.click("#cancel")
        await pilot.pause()
        assert app.answers == [None]


async def _unchoose(pilot: Pilot[None]) -> None:
    await pilot.press("down", "space")
    await pilot.pause()
