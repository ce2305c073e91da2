"""What the tests of these dialogs share: rows to act on, and an app that opens one dialog and keeps what it returned."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.style import Style
from textual.pilot import Pilot
from textual.widgets import Button

from conclab.model.table import WHOLE, RowId, TaskRow
from conclab.tui.screens.actions.dialog import TaskDialog
from tests.tui.helpers import Themed, settle


def row(pid: int, name: str = "nginx", tid: int = WHOLE, **more: Any) -> TaskRow:
    return TaskRow(RowId(pid, tid, 1), 1, False, name=name, user="www", threads=1)._replace(**more)


ONE = [row(870, threads=9)]
SEVERAL = [row(870 + number, f"worker-{number}") for number in range(9)]


class Host(Themed):
    """Opens the dialog, and keeps what it returned."""

    def __init__(self, make: Callable[[], TaskDialog[Any]]) -> None:
        super().__init__()
        self._make = make
        self.answers: list[Any] = []

    def on_mount(self) -> None:
        self.push_screen(self._make(), self.answers.append)


@dataclass
class Opened:
    """A dialog on the screen."""

    app: Host
    pilot: Pilot[None]
    answers: list[Any] = field(default_factory=list)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await settle(self.pilot)

    async def click(self, selector: str) -> None:
        await self.pilot.click(selector)
        await settle(self.pilot)

    async def click_on(self, text: str, action: str) -> None:
        """Click where the text stands, and where that runs such an action."""
        for y, strip in enumerate(self.app.screen._compositor.render_strips()):
            x = 0
            for piece, look, _control in strip:
                if text in piece and isinstance(look, Style) and look.meta.get("@click") == action:
                    await self.pilot.click(offset=(x + piece.index(text), y))
                    await settle(self.pilot)
                    return
                x += len(piece)
        raise AssertionError(f"nothing to click on: {text!r}, {action}")

    def lines(self) -> list[str]:
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    def text(self) -> str:
        """What is on the screen, lines joined, so that wrapped sentences can be found: blanks and borders are one blank."""
        return " ".join(" ".join(self.lines()).replace("│", " ").split())

    def button(self) -> str:
        return str(self.app.screen.query_one("#go", Button).label)

    def ready(self) -> bool:
        return not self.app.screen.query_one("#go", Button).disabled


@asynccontextmanager
async def opened(make: Callable[[], TaskDialog[Any]], size: tuple[int, int] = (80, 24)) -> AsyncIterator[Opened]:
    app = Host(make)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        yield Opened(app, pilot, app.answers)


async def answer(make: Callable[[], TaskDialog[Any]], *keys: str) -> list[Any]:
    """What the dialog returns after these keys."""
    async with opened(make) as dialog:
        await dialog.press(*keys)
        return dialog.answers
