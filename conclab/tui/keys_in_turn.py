"""Keys one after another: a key is looked at only when what the one before has done is done.

Textual hands every key at once to whoever has the focus. What comes in one piece (a slow line, a paste, a fast hand) would all go
to the widget that had it at first: of ``/kill`` the ``/`` opens the search and the ``k`` is taken for the command to send a signal.
"""

from __future__ import annotations

import asyncio
from collections import deque

from textual.app import App
from textual.driver import Driver
from textual.events import Event, Key
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget

LONGEST_S = 0.3
"""So long a key is waited for at most. Its way is lost when a widget on it goes away."""


class TypesInTurn(App[None]):
    """An app that takes keys in turn."""

    def __init__(self, *, driver_class: type[Driver] | None = None, ansi_color: bool | None = None) -> None:
        super().__init__(driver_class=driver_class, ansi_color=ansi_color)
        self._keys_waiting: deque[Key] = deque()
        self._key_number = 0
        """Of the last one that was taken."""
        self._key_deadline: asyncio.TimerHandle | None = None
        """None: no key is on its way."""

    @property
    def typing(self) -> bool:
        """Whether a key is still on its way, or waits for its turn."""
        return self._key_deadline is not None or bool(self._keys_waiting)

    async def on_event(self, event: Event) -> None:
        if not isinstance(event, Key) or event.is_forwarded:
            await super().on_event(event)
        elif self._key_deadline is not None:
            self._keys_waiting.append(event)
        else:
            await self._take_key(event)

    async def _take_key(self, key: Key) -> None:
        self._key_number = number = self._key_number + 1
        self._key_deadline = asyncio.get_running_loop().call_later(LONGEST_S, self.call_later, self._next_key, number)
        way: list[MessagePump] = list((self.focused or self.screen).ancestors_with_self)
        await super().on_event(key)
        self._go_after(way, number)

    def _go_after(self, way: list[MessagePump], number: int) -> None:
        """Go through the queues that the key goes through, behind it."""
        if way:
            way[0].call_later(self._go_after, way[1:], number)
        else:
            self.call_later(self._settle, number)

    def _settle(self, number: int) -> None:
        """The key has been dealt with. It may have opened a screen, or moved the focus: both take their turns in the queues of
        that screen and of the app: wait until nothing moves any more."""
        before = self.screen, self.focused
        self.screen.call_later(self.call_later, self._look_again, before, number)

    async def _look_again(self, before: tuple[Screen[object], Widget | None], number: int) -> None:
        if before == (self.screen, self.focused):
            await self._next_key(number)
        else:
            self._settle(number)

    async def _next_key(self, number: int) -> None:
        if self._key_deadline is None or number != self._key_number:
            return  # it had been waited for too long already
        self._key_deadline.cancel()
        self._key_deadline = None
        if self._keys_waiting:
            await self._take_key(self._keys_waiting.popleft())
