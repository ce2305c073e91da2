"""The app that a demo is played on. Its keys are the demo's; those of whoever watches stop the demo, hold it, or skip a pause."""

from __future__ import annotations

import asyncio
from typing import Any

from textual.events import Event, Key, MouseEvent, Paste

from conclab.tui.app import ConclabApp
from conclab.tui.presenter import PresentingApp

ENDS, HOLDS, SKIPS = ("escape", "q", "ctrl+c", "f10"), ("space",), ("right", "enter")
HELD = "held · Space goes on"
HOW = "Esc ends · Space holds · → goes on"


class DemoApp(PresentingApp):
    """Told apart by the way they take: what is typed into the terminal comes by ``on_event``, what the demo types does not."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.watched = False
        """Whether somebody sits before it, who is told which keys there are."""
        self.held = False
        self.skipped = False
        """Whether the pause that is on is to end."""
        self.ended = False
        """Whether it was ended before it was over,"""
        self.sent_away = False
        """and by whoever watches."""
        self.troubles: list[str] = []
        """What the app has told as an error, since somebody asked."""
        self._acting: asyncio.Task[Any] | None = None

    def acts(self, task: asyncio.Task[Any] | None) -> None:
        """This task plays; it is cancelled when the app ends before it does."""
        self._acting = task

    def exit(self, *arguments: Any, **named: Any) -> None:
        task, self._acting = self._acting, None
        if task is not None and task is not asyncio.current_task():
            self.ended = True
            task.cancel()
        super().exit(*arguments, **named)

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Key) and not event.is_forwarded:
            self._steer(event.key)
        elif not isinstance(event, MouseEvent | Paste):
            await super().on_event(event)

    def _steer(self, key: str) -> None:
        if key in ENDS:
            self.sent_away = True
            self.exit()
        elif key in HOLDS:
            self.held = not self.held
            self.note(HELD if self.held else "")
        elif key in SKIPS:
            self.skipped, self.held = True, False
            self.note("")
        elif not self.held:
            self.note(HOW)

    def say(self, text: str, where: str = "bottom", note: str = "") -> None:
        """The first caption says which keys there are: those in the footer are the demo's."""
        if text and self.watched:
            self.watched, note = False, note or HOW
        super().say(text, where, note)

    def play_key(self, key: str, character: str | None) -> None:
        """The demo presses a key."""
        self.call_later(self._take_played, Key(key, character))

    async def _take_played(self, key: Key) -> None:
        if self.presenting:
            self.show_key(key)
        await ConclabApp.on_event(self, key)

    def notify(self, message: str, *arguments: Any, **named: Any) -> None:
        if named.get("severity") == "error":
            self.troubles.append(message)
        super().notify(message, *arguments, **named)
