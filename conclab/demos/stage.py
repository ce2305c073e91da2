"""The stage: the app without a terminal, drawing all the same. What it would write to one goes to whoever films it.

Textual's own headless mode draws nothing. Here it takes a driver that is not headless to it and has no terminal behind it: nothing
is asked of anybody, no mode is set, no key is read; a pilot plays. What comes out is what a cast may hold.
"""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from typing import Any, Literal

from rich.console import Console
from textual.driver import Driver
from textual.drivers.headless_driver import HeadlessDriver
from textual.filter import Monochrome, NoColor
from textual.pilot import Pilot

from conclab.recording.cast_filter import CastFilter
from conclab.tui.app import ConclabApp

Write = Callable[[str], None]
"""Takes what would go to the terminal: ANSI."""
Act = Callable[[Pilot[None]], Awaitable[None]]
"""Drives the app: presses keys, waits, looks."""
Colours = Literal["standard", "256", "truecolor"]


async def perform(app: ConclabApp, size: tuple[int, int], act: Act, write: Write, colours: Colours | None = "truecolor") -> None:
    """Play ``act`` on an app that has not been started yet, on a stage of so many columns and rows.

    ``colours`` is what the terminal can; None: as the environment asks (NO_COLOR takes them away, which is about the terminal of
    whoever started this and not about the film). What ``act`` raises, and a crash of the app, is raised here.
    """
    app.driver_class = _driver(write)
    if colours is not None:
        _colour(app, colours)
    async with app.run_test(headless=False, size=size, notifications=True) as pilot:
        await act(pilot)
        await pilot.pause()


def _driver(write: Write) -> type[Driver]:
    """Textual makes the driver itself, from a class."""

    drawn = CastFilter()  # a stage has no pointer whose shape could be set

    class StageDriver(HeadlessDriver):
        """Writes to nobody but ``write``."""

        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            self._stage = self._size or (80, 24)

        @property
        def is_headless(self) -> bool:
            return False

        def _get_terminal_size(self) -> tuple[int, int]:
            return self._stage

        def write(self, data: str) -> None:
            if kept := drawn.feed(data):
                write(kept)

    return StageDriver


def _colour(app: ConclabApp, colours: Colours) -> None:
    """Take back what the app has decided by an environment that has nothing to do with the stage."""
    if app.no_color:
        app.no_color = False
        app._filters = [one for one in app._filters if not isinstance(one, NoColor | Monochrome)]
        app.ansi_color = None
    app.console = Console(
        file=io.StringIO(),
        color_system=colours,
        force_terminal=True,
        highlight=False,
        emoji=False,
        legacy_windows=False,
        safe_box=False,
        _environ={},
    )
