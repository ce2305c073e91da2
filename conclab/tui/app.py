"""The app: places, themes, the beat that moves everything. No logic: the session holds the states, the screens draw them."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Callable, Mapping
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.theme import Theme

from conclab.model.runs import Plan
from conclab.recording.feed import Changes, Feed, Session
from conclab.tui.commands import CommandsProvider, commands
from conclab.tui.screens.help import HelpScreen
from conclab.tui.screens.lab import LabScreen
from conclab.tui.screens.monitor import MonitorScreen
from conclab.tui.screens.place import Place
from conclab.tui.theme import THEMES

BEAT_S = 0.25
"""How often what has come is folded and drawn: once for each cell of the lanes."""
NO_ROOM = 0.5
"""A run that leaves less than this of all cores free pays for what the screens take."""
MOST_WAITING = 5
"""Frames that a terminal may be behind before drawing pauses; Textual blocks at 30."""


class ConclabApp(App[None]):
    """conclab's screens over a feed."""

    TITLE = "conclab"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {CommandsProvider}
    CSS = """
    Screen { background: $background; }
    ModalScreen { background: $background 60%; }
    Toast { background: $field; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+p", "app.command_palette", "Commands", show=False, tooltip="Find any command by its name", id="commands"),
        Binding("ctrl+t", "app.turn_theme", "Light or dark", show=False, tooltip="Turn from dark to light and back", id="theme"),
        Binding("ctrl+c", "app.quit", "Quit", show=False, priority=True),
    ]

    def __init__(
        self,
        feed: Feed,
        pythons: Mapping[str, str],
        *,
        place: str = "lab",
        plan: Plan | None = None,
        beat_s: float | None = BEAT_S,
    ) -> None:
        """``beat_s`` None: nothing moves by itself; ``beat`` is called from outside (tests, pictures)."""
        super().__init__()
        self.session = Session(feed)
        self._lab = LabScreen(self.session, pythons)
        self._first_place = place
        self._first_plan = plan
        self._beat_s = beat_s
        self._places: dict[str, Place] = {}
        self._place: Place | None = None
        self._arrived: Place | None = None
        self._undrawn = Changes()
        self._skipped = False
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name

    def on_mount(self) -> None:
        self._places = {"lab": self._lab, "monitor": MonitorScreen(self.session)}
        for name, place in self._places.items():
            self.install_screen(place, name)
        self._handle_signals()
        self.theme_changed_signal.subscribe(self, self._repaint)
        self.action_go(self._first_place)
        if self._first_plan is not None:
            self.call_after_refresh(self.open_with, self._first_plan)
        if self._beat_s is not None:
            self.set_interval(self._beat_s, self.live_beat)
            gc.collect()
            gc.freeze()  # what has been made up to here stays for good: the collector need not look at it again

    async def open_with(self, plan: Plan) -> None:
        """Go to the lab and begin a run."""
        self.action_go("lab")
        await self._lab.open_with(plan)

    def _handle_signals(self) -> None:
        """Leave the terminal as it was found when asked to end from outside (Textual handles none of these)."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            try:
                loop.add_signal_handler(number, self._ender(number))
            except (NotImplementedError, RuntimeError, ValueError):  # not the main thread: a test drives us
                return

    def _ender(self, number: int) -> Callable[[], None]:
        return lambda: self.exit(return_code=128 + number)

    def beat(self) -> None:
        """Fold what has come, and draw it unless the terminal lags behind."""
        self._undrawn |= self.session.advance()
        if self._place is not None and self.screen is self._place is self._arrived and not self._lagging():
            changes, self._undrawn = self._undrawn, Changes()
            self._place.refresh_view(changes)

    def live_beat(self) -> None:
        """A beat by the clock. Where the run leaves no core free, every second one is folded and not drawn: a frame would be taken
        from what is measured."""
        self._skipped = not self._skipped and self._crowded()
        if self._skipped:
            self._undrawn |= self.session.advance()
        else:
            self.beat()

    def _crowded(self) -> bool:
        used = self.session.run_state.cores_used() if self.session.run_state.live else None
        return used is not None and used > self.session.feed.machine.usable_cores - NO_ROOM

    def _lagging(self) -> bool:
        thread = getattr(self._driver, "_writer_thread", None)
        queue = getattr(thread, "_queue", None)
        return queue is not None and queue.qsize() > MOST_WAITING

    def action_go(self, name: str) -> None:
        """Go to a place."""
        place = self._places[name]
        if place is self._place:
            return
        if self._place is not None:
            self._place.leave()
            self.switch_screen(place)
        else:
            self.push_screen(place)
        self._place = place
        self.call_after_refresh(self._arrive, place)

    def _arrive(self, place: Place) -> None:
        if place is self._place:  # who is gone again at once has not arrived
            self._arrived = place
            place.enter()

    def action_help(self) -> None:
        """What the words mean, and every key."""
        self.push_screen(HelpScreen(commands(self.screen)))

    def action_turn_theme(self) -> None:
        """From dark to light and back."""
        self.theme = THEMES[1].name if self.theme == THEMES[0].name else THEMES[0].name

    def _repaint(self, _theme: Theme) -> None:
        """The drawn panes have their colours from the palette of the theme, not from a style sheet."""
        if self._place is not None:
            self._place.repaint()
