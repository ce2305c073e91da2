"""How time passes in a demo: the machine's own, or the played machine's, which moves only when it is told to."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

from textual.pilot import Pilot

from conclab.recording.scripted import ScriptedFeed
from conclab.tui.app import BEAT_S, ConclabApp

SLOT_S = 0.05
"""The script's time moves by this."""
_HURRIED_S = 2.0
"""Between two pictures where nobody will ever see them."""


class Passing(Protocol):
    """A clock that a demo waits by."""

    @property
    def grain_s(self) -> float:
        """How often it is worth looking whether something has happened."""

    def now_s(self) -> float:
        """Seconds since the demo began."""

    async def let_pass(self, seconds: float) -> None:
        """Come back when so much time has passed and everything has been drawn."""


class RealTime:
    """The machine's: the app beats by itself."""

    grain_s = 0.25

    def __init__(self, pilot: Pilot[None]) -> None:
        self._pilot = pilot
        self._began_s = time.monotonic()

    def now_s(self) -> float:
        return time.monotonic() - self._began_s

    async def let_pass(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class PlayedTime:
    """The scripted feed's. It does not depend on how fast this machine is; ``watched`` makes it pass no faster than a clock;
    ``drawn``: every picture matters, for somebody will look at them later."""

    def __init__(self, app: ConclabApp, feed: ScriptedFeed, pilot: Pilot[None], watched: bool, drawn: bool) -> None:
        self._app, self._feed, self._pilot = app, feed, pilot
        self._watched = watched
        self.grain_s = BEAT_S if watched or drawn else _HURRIED_S
        self._slots_a_beat = round(self.grain_s / SLOT_S)
        self._slots = 0
        self._owed_s = 0.0
        """What was asked for and is less than a slot."""

    def now_s(self) -> float:
        return self._slots * SLOT_S

    async def let_pass(self, seconds: float) -> None:
        owed = self._owed_s + seconds
        slots = int(owed / SLOT_S + 1e-9)
        self._owed_s = max(0.0, owed - slots * SLOT_S)
        for start in range(0, slots, self._slots_a_beat):
            began_s, some = time.monotonic(), min(self._slots_a_beat, slots - start)
            self._feed.tick(some)
            self._slots += some
            self._app.beat()
            await self._pilot.pause()
            if self._watched:
                await asyncio.sleep(max(0.0, some * SLOT_S - (time.monotonic() - began_s)))
        if not slots:
            await self._pilot.pause()
