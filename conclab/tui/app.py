"""The app: places, themes, the beat that moves everything. No logic: the session holds the states, the screens draw them."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.theme import Theme

from conclab.model.runs import Plan
from conclab.model.settings import DEFAULT, Settings
from conclab.model.settings import THEMES as THEME_NAMES
from conclab.recording.feed import Changes, Feed
from conclab.recording.learning import Keeps, Learning
from conclab.recording.read_only import OnlyRead, ReadOnlyFeed
from conclab.recording.session import LiveSession
from conclab.tui.casting import CastsTerminal
from conclab.tui.commands import CommandsProvider, commands
from conclab.tui.driver import is_abandoned, is_lagging
from conclab.tui.guide import Guide
from conclab.tui.keys_in_turn import TypesInTurn
from conclab.tui.only_looks import OnlyLooks
from conclab.tui.saving import Save, Saver
from conclab.tui.screens.help import HelpScreen
from conclab.tui.screens.help_words import Explains
from conclab.tui.screens.lab import LabScreen
from conclab.tui.screens.learn import LearnScreen
from conclab.tui.screens.monitor import MonitorScreen
from conclab.tui.screens.place import Follows, Place
from conclab.tui.screens.runs import RunsScreen
from conclab.tui.served import driver_class
from conclab.tui.theme import THEMES, theme_name

BEAT_S = 0.25
"""How often what has come is folded and drawn: once for each cell of the lanes."""
BEATS_PER_LOOK = 4
"""Beats after which it is asked whether the terminal is still there."""
NO_ROOM = 0.5
"""A run that leaves less than this of all cores free pays for what the screens take."""
MOST_SHARE = 0.02
"""Of a core, for folding and drawing, while a run leaves none free …"""
MOST_SKIPPED = 4
"""… but a frame comes in every so many beats in any case."""
COLLECT_AFTER = 10_000
"""New objects after which the garbage collector looks. By default it does after 700 (2,000 since 3.14), and would go through all
rows again and again while some ten thousand of them are put in order: that took as long as the ordering itself."""
PLAIN = "ansi"
"""The theme that there is with NO_COLOR, whatever is chosen, and where there are sixteen colours, if none was chosen."""
MOST_TOLD = 4
"""Lines of what is wrong with the settings; doctor tells the others."""


class ConclabApp(OnlyLooks, CastsTerminal, TypesInTurn):
    """conclab's screens over a feed."""

    TITLE = "conclab"
    opens: Path | None = None
    """A recording that the Runs place opens at once."""
    ENABLE_COMMAND_PALETTE = True
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {CommandsProvider}
    CSS = """
    Screen { background: $background; }
    ModalScreen { background: $background 60%; }
    Toast { background: $field; }
    OptionList:ansi > .option-list--option-highlighted { background: ansi_cyan; color: ansi_black; }
    OptionList:nocolor > .option-list--option-highlighted { text-style: bold underline; }
    Input:ansi { text-style: underline; }
    Button:ansi { border: none; }
    Button:ansi:focus { text-style: bold reverse; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+p", "app.command_palette", "Commands", show=False, tooltip="Find any command by its name", id="commands"),
        Binding(
            "ctrl+t", "app.turn_theme", "Next theme", show=False, tooltip="Turn through the themes; the choice is kept", id="theme"
        ),
        Binding(
            "ctrl+z",
            "app.suspend_process",
            "Suspend",
            show=False,
            tooltip="Back to the shell for a while; fg goes on",
            id="suspend",
        ),
        Binding("ctrl+c", "app.quit", "Quit", show=False, priority=True, tooltip="Leave, from wherever you are", id="quit.ctrl_c"),
    ]

    def __init__(
        self,
        feed: Feed,
        pythons: Mapping[str, str],
        *,
        place: str = "lab",
        plan: Plan | None = None,
        beat_s: float | None = BEAT_S,
        settings: Settings = DEFAULT,
        save: Save | None = None,
        problems: tuple[str, ...] = (),
        settings_file: str = "",
        findings: Keeps | None = None,
        read_only: bool = False,
        newcomer: bool = False,
    ) -> None:
        """``beat_s`` None: nothing moves by itself; ``beat`` is called from outside (tests, pictures).

        ``save`` keeps changed settings, called in a thread of its own; it returns None or a sentence for the user. ``problems`` are
        lines about the settings that were loaded from ``settings_file``. ``findings`` keeps what is found about the claims; None:
        nothing does. ``read_only``: nothing that the screens can do reaches a task, a file or the shell.
        ``newcomer``: the tour is offered.
        """
        colourless = "NO_COLOR" in os.environ  # as Textual asks: even when it is empty
        # Without colour everything is drawn as for a plain terminal, where the cursor is reversed, and the colours are taken out.
        # Textual by itself would write greys.
        super().__init__(driver_class=driver_class(), ansi_color=True if colourless else None)
        self._settings = settings
        self.read_only = read_only
        self._saver = Saver(self, None if read_only else save)
        self._problems = problems
        self.settings_file = settings_file
        self.session = LiveSession(ReadOnlyFeed(feed) if read_only else feed)
        self.learning = Learning(self.session, OnlyRead(findings) if read_only and findings is not None else findings)
        self._lab = LabScreen(self.session, pythons)
        self._learn = LearnScreen(self.session, self.learning, pythons)
        self._first_place = place
        self._first_plan = plan
        self._beat_s = beat_s
        self._places: dict[str, Place] = {}
        self._place: Place | None = None
        self._arrived: Place | None = None
        self._guide = Guide(self, self.session, lambda: self.learning.judged, newcomer)
        self._undrawn = Changes()
        self._skipped = 0
        self._drawn_at_cpu_s = 0.0
        """CPU time of this thread when the last frame began."""
        self._beats = 0
        for theme in THEMES:
            self.register_theme(theme)
        self._show_theme()

    def on_mount(self) -> None:
        self._show_theme()  # what the terminal can is known now
        monitor, runs = MonitorScreen(self.session), RunsScreen(self.session)
        self._places = {"lab": self._lab, "monitor": monitor, "learn": self._learn, "runs": runs}
        for name, place in self._places.items():
            self.install_screen(place, name)
        self._handle_signals()
        self.theme_changed_signal.subscribe(self, self._repaint)
        self._use_keys()
        self._tell_problems(self._problems)
        self.action_go(self._first_place)
        if self._first_plan is not None:
            self.call_after_refresh(self.open_with, self._first_plan)
        if self._beat_s is not None:
            self.set_interval(self._beat_s, self.live_beat)
            gc.collect()
            gc.freeze()  # what has been made up to here stays for good: the collector need not look at it again
            gc.set_threshold(COLLECT_AFTER, *gc.get_threshold()[1:])

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
        news = self.session.advance()
        self.learning.advance()
        self._undrawn |= news
        while self.session.troubles:
            self.notify(self.session.troubles.pop(0), severity="error", timeout=30, markup=False)
        if self._guide.touring and self._place is not None:
            self._guide.look(self._place)
        if isinstance(self.screen, Follows):
            if not is_lagging(self._driver):
                self.screen.follow(news)
        elif self._place is not None and self.screen is self._place is self._arrived and not is_lagging(self._driver):
            changes, self._undrawn = self._undrawn, Changes()
            self._place.refresh_view(changes)

    def live_beat(self) -> None:
        """A beat by the clock. Where the run leaves no core free, most are folded and not drawn, as many as keep the frames to a
        small share of a core: they are taken from what is measured."""
        self._beats += 1
        if self._beats % BEATS_PER_LOOK == 0 and is_abandoned(self._driver):
            self.exit(return_code=128 + signal.SIGHUP)
        cpu_s = time.thread_time()
        self._skipped += 1
        if self._crowded() and self._skipped < min(MOST_SKIPPED, (cpu_s - self._drawn_at_cpu_s) / (MOST_SHARE * BEAT_S)):
            self._undrawn |= self.session.advance()
        else:
            self._skipped, self._drawn_at_cpu_s = 0, cpu_s
            self.beat()

    def _crowded(self) -> bool:
        used = self.session.run_state.cores_used() if self.session.run_state.live else None
        return used is not None and used > self.session.feed.machine.usable_cores - NO_ROOM

    def action_go(self, name: str) -> None:
        """Go to a place; not while something stands before the one where one is, for that would stay on the stack below it."""
        place = self._places[name]
        if place is self._place or (self._place is not None and self.screen is not self._place):
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
        words = self.screen.words() if isinstance(self.screen, Explains) else ()
        self.push_screen(HelpScreen(commands(self.screen), words))

    def action_tour(self) -> None:
        """A newcomer's first five minutes; while it is on, its next stop."""
        if self._place is not None:
            self._guide.onward(self._place)
            self.refresh_bindings()

    def action_end_tour(self) -> None:
        """The tour is over."""
        if self._place is not None:
            self._guide.end(self._place)
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A tour that is not on cannot be ended."""
        return self._guide.touring if action == "end_tour" else super().check_action(action, parameters)

    def action_setup(self) -> None:
        """What is shown and how, and which keys do what."""
        from conclab.tui.screens.setup import SetupScreen  # looks into every screen for its keys: only when it is asked for

        self.push_screen(SetupScreen(lambda: self._settings, self.change_settings, self.settings_file))

    def action_turn_theme(self) -> None:
        """To the next theme; after the last comes the first."""
        following = THEME_NAMES.index(self._settings.theme) + 1
        self.change_settings(replace(self._settings, theme=THEME_NAMES[following % len(THEME_NAMES)]))

    # Settings

    @property
    def settings(self) -> Settings:
        """What the user has set, as it is now."""
        return self._settings

    def change_settings(self, settings: Settings) -> None:
        """Let other settings be in force from now on, here and in every place, and keep them."""
        before, self._settings = self._settings, settings
        if settings == before:
            return
        self._show_theme()
        if settings.keys != before.keys:
            self._use_keys()
        for place in self._places.values():
            place.settings_changed()
        self._saver.keep(settings)

    def _show_theme(self) -> None:
        few = self._driver is not None and not self.is_headless and self.console.color_system == "standard"
        plain = self.no_color or (few and self._settings.theme == DEFAULT.theme)  # its amber and red would be one grey
        self.theme = theme_name(PLAIN if plain else self._settings.theme)

    async def on_unmount(self) -> None:
        """What was changed, and recorded, in the last moment is kept, too."""
        self.parting += (self.session.end_recording(),)
        await self._saver.close()

    def _use_keys(self) -> None:
        """Put the user's keys in force; what of them cannot be used is told."""
        if not self._settings.keys:
            self.set_keymap({})
            return
        from conclab.tui.keymap import every_binding, sift  # looks into every screen: only for those who have chosen keys

        keymap, problems = sift(self._settings.keys, every_binding())
        self.set_keymap(keymap)
        self._tell_problems(problems)

    def _tell_problems(self, problems: tuple[str, ...]) -> None:
        if problems:
            more = (f"and {len(problems) - MOST_TOLD} more; conclab doctor lists them",) if len(problems) > MOST_TOLD else ()
            text = "\n".join((*problems[:MOST_TOLD], *more))
            self.notify(text, title="Settings", severity="warning", timeout=15, markup=False)

    def _repaint(self, theme: Theme) -> None:
        """The drawn panes have their colours from the palette of the theme, not from a style sheet."""
        name = theme.name.removeprefix("conclab-")
        if name in THEME_NAMES and not self.no_color:  # chosen by another way than ours: kept all the same
            self.change_settings(replace(self._settings, theme=name))
        if self._place is not None:
            self._place.repaint()
