"""A demo as a whole: the app it is played on, on this machine or on the played one, in a terminal, on a stage, or unseen."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from textual.app import AutopilotCallbackType
from textual.pilot import Pilot

from conclab.demos.hands import free_threaded, with_gil
from conclab.demos.passing import Passing, PlayedTime, RealTime
from conclab.demos.player import Failed, Mark, Player
from conclab.demos.stage import Act, Write, perform
from conclab.demos.stagehand import DemoApp
from conclab.demos.steps import Script
from conclab.lab.interpreters import know
from conclab.model.experiments import Interpreter
from conclab.recording.feed import Feed
from conclab.recording.folder import VARIABLE
from conclab.recording.scripted import ScriptedFeed

PLAYED = "played, not measured"
"""What a demo on the played machine says of itself as long as it lasts."""
_CORES = 2
_PYTHONS = {
    label: Interpreter(f"/played/python{label}", "cpython", "3.13.0", free_threaded=label.endswith("t"))
    for label in ("3.13", "3.13t")
}


@dataclass(frozen=True, slots=True)
class House:
    """What a demo is played on. ``more`` is what the app takes beside the feed and the Pythons: settings, findings."""

    feed: Feed
    pythons: Mapping[str, str]
    more: Mapping[str, Any]

    @property
    def features(self) -> frozenset[str]:
        """What there is, of ``steps.FEATURES``."""
        pythons = dict(self.pythons)
        found = {"scripted" if isinstance(self.feed, ScriptedFeed) else "real"}
        found |= {"free-threaded"} if free_threaded(pythons) is not None else set()
        found |= {"gil"} if with_gil(pythons) is not None else set()
        return frozenset(found)


@contextmanager
def played_house(**more: Any) -> Iterator[House]:
    """The played machine. What somebody has run and kept on the real one is not to be seen on it."""
    for python in _PYTHONS.values():
        know(python)
    before = os.environ.get(VARIABLE)
    feed = ScriptedFeed(_CORES)
    with tempfile.TemporaryDirectory(prefix="conclab-demo-") as folder:
        os.environ[VARIABLE] = folder
        try:
            yield House(feed, {label: python.path for label, python in _PYTHONS.items()}, more)
        finally:
            feed.close()
            if before is None:
                del os.environ[VARIABLE]
            else:
                os.environ[VARIABLE] = before


class Show:
    """A script on a house, once."""

    def __init__(self, script: Script, house: House, pace: float = 1.0, *, presenting: bool = False, watched: bool = False) -> None:
        """``watched``: somebody looks on while it is played, so the played machine's time passes as a clock's does."""
        self._script, self._house, self._pace = script, house, pace
        self._scripted = house.feed if isinstance(house.feed, ScriptedFeed) else None
        self._watched, self._drawn = watched, True
        self._passing: Passing | None = None
        self._failure: Failed | None = None
        self._player: Player | None = None
        self.tell: Callable[[], None] = lambda: None
        """Is called again and again while it is played."""
        self.app = DemoApp(
            house.feed,
            house.pythons,
            **{**house.more, **({"beat_s": None} if self._scripted is not None else {})},
            presenting=presenting,
            corner_note=PLAYED if self._scripted is not None else "",
            clock=self.now_s,
        )
        self.app.watched = watched

    def now_s(self) -> float:
        """Seconds since it began: the played machine's, if it is played there."""
        return self._passing.now_s() if self._passing is not None else 0.0

    @property
    def played(self) -> int:
        """Steps that were played."""
        return self._player.played if self._player is not None else 0

    def in_terminal(self) -> int:
        """Play it in the terminal that there is; returns the exit status. Raises Failed."""

        async def act(pilot: Pilot[None]) -> None:
            try:
                await self._act(pilot, None)
            finally:
                self.app.acts(None)
                if not self.app.ended:
                    self.app.exit(return_code=0)

        self.app.run(auto_pilot=cast(AutopilotCallbackType, self._stoppable(act)))
        if self._failure is not None:
            made_for, here = self._script.size, (self.app.size.width, self.app.size.height)
            small = here[0] < made_for[0] or here[1] < made_for[1]
            told = "; it was made for {}x{}, and this terminal has {}x{}".format(*made_for, *here) if small else ""
            raise Failed(f"{self._failure}{told}")
        return self.app.return_code or 0

    async def on_stage(self, size: tuple[int, int], write: Write, mark: Mark) -> None:
        """Play it without a terminal; ``write`` gets what would go there. Raises Failed."""

        async def act(pilot: Pilot[None]) -> None:
            await self._act(pilot, mark)

        await perform(self.app, size, self._stoppable(act), write)
        if self._failure is not None:
            raise self._failure

    async def unseen(self, size: tuple[int, int]) -> None:
        """Play it so that nobody sees it, for its checks. Raises Failed."""
        self._drawn = False

        async def act(pilot: Pilot[None]) -> None:
            await self._act(pilot, None)

        async with self.app.run_test(size=size, notifications=True) as pilot:
            await self._stoppable(act)(pilot)
        if self._failure is not None:
            raise self._failure

    def _stoppable(self, act: Act) -> Act:
        """So that the app can end before the demo does."""

        async def stoppable(pilot: Pilot[None]) -> None:
            self.app.acts(asyncio.current_task())
            try:
                await act(pilot)
            except asyncio.CancelledError:
                if not self.app.ended:
                    raise
                left = self._player.step if self._player is not None else None
                if left is not None and not (self.app.sent_away or self.app.return_code):
                    self._failure = Failed(f"{self._script.at(left)}: conclab was left here, and the demo is not over")

        return stoppable

    async def _act(self, pilot: Pilot[None], mark: Mark | None) -> None:
        scripted = self._scripted
        self._passing = RealTime(pilot) if scripted is None else PlayedTime(self.app, scripted, pilot, self._watched, self._drawn)
        self._player = Player(self.app, self._script, self._passing, self._house.features, self._pace, mark, lambda: self.tell())
        await pilot.pause()
        try:
            await self._player.play(pilot)
        except Failed as failure:
            self._failure = failure
