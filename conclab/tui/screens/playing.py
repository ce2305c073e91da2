"""Going through the time of a recording: play, pause, speed, step, jump to a moment, an event, a spike. For every screen that shows
one, be it of a run or of the monitor."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from textual import on, work
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.timer import Timer

from conclab.model import figures
from conclab.model.playback import Playback
from conclab.recording.feed import Changes
from conclab.recording.past import Past, Series
from conclab.recording.stored import Unreadable
from conclab.tui.commands import MOVING
from conclab.tui.driver import is_lagging
from conclab.tui.screens.aside import aside
from conclab.tui.screens.choose import ChooseDialog
from conclab.tui.screens.help_words import PLAYING, Words
from conclab.tui.screens.moments import EXAMPLES, NoMoment, Stretch, day_time, parse_moment
from conclab.tui.widgets.prompt import Prompt
from conclab.tui.widgets.questions import Question
from conclab.tui.widgets.scrubber import LINES, Scrubber

TICK_S = 0.125
"""How often it moves on while it plays."""
_SECOND = 1_000_000_000


def _key(keys: str, action: str, title: str, meaning: str, name: str, show: bool = False, display: str | None = None) -> Binding:
    return Binding(keys, action, title, show=show, tooltip=meaning, id=f"playing.{name}", group=MOVING, key_display=display)


PLAYING_KEYS: list[BindingType] = [
    _key("space", "play", "Play", "Let the time pass as it did, or pause", "play", show=True),
    _key("left_curly_bracket", "speed(-1)", "Slower", "Play at half the speed", "slower"),
    _key("right_curly_bracket", "speed(1)", "Faster", "Play at twice the speed", "faster", show=True),
    _key("equals_sign", "speed(0)", "Speed 1×", "Play at the speed that it had", "speed"),
    _key("comma", "step(-1)", "Step back", "One step back: to what was sampled before", "step_back"),
    _key("full_stop", "step(1)", "Step on", "One step on: to what was sampled next", "step_on"),
    _key("shift+left", "seconds(-1)", "A second back", "One second back", "second_back"),
    _key("shift+right", "seconds(1)", "A second on", "One second on", "second_on"),
    _key("ctrl+left", "seconds(-10)", "Ten seconds back", "Ten seconds back", "seconds_back"),
    _key("ctrl+right", "seconds(10)", "Ten seconds on", "Ten seconds on", "seconds_on"),
    _key("ctrl+home", "edge(0)", "Beginning", "To the beginning of the recording", "beginning"),
    _key("ctrl+end", "edge(1)", "End", "To the end of the recording", "end"),
    _key("j", "jump", "Jump", f"To a moment that you type: {EXAMPLES.replace('  ', ', ')}", "jump", show=True),
    _key("v", "event(1)", "Next event", "Where something happened next", "event_on", show=True),
    _key("V", "event(-1)", "Event before", "Where something happened before", "event_back"),
    _key("x", "spike(1)", "Next spike", "Where a figure stood out next; Y chooses which figure", "spike_on", show=True),
    _key("X", "spike(-1)", "Spike before", "Where a figure stood out before", "spike_back"),
    _key("Y", "series", "Spikes of", "Choose the figure whose spikes x and X go to", "series"),
]


class Playing(Screen[None]):
    """Whoever builds on it has a ``past``, a ``scrubber`` and a Prompt on the screen, PLAYING_KEYS among its bindings, at the place
    that they are to have in the footer, and draws in ``moved``."""

    DEFAULT_CSS = f"""
    Playing ToastRack {{ margin-bottom: {1 + LINES}; }}
    """
    """Notifications leave the lines free that one looks at here."""
    past: Past
    scrubber: Scrubber
    clock: Callable[[], float] = staticmethod(time.monotonic)
    playback = Playback()
    _timer: Timer | None = None
    _series = ""
    """The figure whose spikes are sought; empty: the usual one."""
    _spike: tuple[int, str] = (-1, "")
    """The last spike that was gone to, and of which figure."""

    # For whoever builds on it

    def moved(self, changes: Changes, backwards: bool) -> None:
        """One is at another moment: draw it."""
        raise NotImplementedError

    def step_to(self, step: int) -> int:
        """The moment one step on (1) or back (-1)."""
        raise NotImplementedError

    @property
    def usual_series(self) -> str:
        """Whose spikes are sought while nobody has chosen."""
        return next((one.key for one in self.past.series_names()), "")

    # Moving

    def seek(self, at_ns: int) -> None:
        """Be at a moment, or at the nearest that there is."""
        before = self.past.position_ns
        try:
            changes = self.past.seek(at_ns)
            self.moved(changes, self.past.position_ns < before)
        except Unreadable as error:  # the file is damaged there, or gone
            self.pause()
            self.notify(str(error), severity="error", timeout=10, markup=False)
        self.scrubber.refresh()

    def say(self, text: str) -> None:
        """Answer a key, where one looks."""
        self.scrubber.answer(text)

    def _go(self, at_ns: int) -> None:
        """Somebody wants to be there: to look at it, so it does not play on."""
        self.pause()
        self.say("")
        self.seek(at_ns)

    @on(Scrubber.Sought)
    def _scrubbed(self, event: Scrubber.Sought) -> None:
        self._go(event.at_ns)

    def action_step(self, step: int) -> None:
        self._go(self.step_to(step))

    def action_seconds(self, seconds: int) -> None:
        self._go(self.past.position_ns + seconds * _SECOND)

    def action_edge(self, which: int) -> None:
        self._go(self.past.end_ns if which else self.past.start_ns)

    def action_event(self, step: int) -> None:
        at_ns = self.past.next_event(self.past.position_ns, step)
        if at_ns is None:
            self.say("Nothing more happened after this." if step > 0 else "Nothing happened before this.")
        else:
            self._go(at_ns)

    # Spikes

    @property
    def series(self) -> Series | None:
        """The figure whose spikes are sought."""
        by_key = {one.key: one for one in self.past.series_names()}
        return by_key.get(self._series) or by_key.get(self.usual_series)

    @work(group="seeking a spike", exclusive=True)
    async def action_spike(self, step: int) -> None:
        """A long recording has to be read for that, so it is done beside the screen."""
        series, from_ns = self.series, self.past.position_ns
        if series is None:
            self.say("This recording has no figures in which a spike could be sought.")
            return
        at_ns = await aside(self.past.next_spike, series.key, from_ns, step)
        if not self.is_current:
            return
        if at_ns is None:
            where = "after" if step > 0 else "before"
            self.say(f"No spike of {series.title} {where} this (Y: others).")
        else:
            self._spike = at_ns, f"spike of {series.title}"
            self._go(at_ns)

    @work(group="choosing", exclusive=True)
    async def action_series(self) -> None:
        choices = [(one.key, one.title, "") for one in self.past.series_names()]
        now = self.series.key if self.series is not None else ""
        chosen = await self.app.push_screen_wait(ChooseDialog("Spikes of", choices, now)) if choices else None
        if chosen is not None:
            self._series = chosen
            self.scrubber.refresh()

    # Jumping

    def _stretch(self) -> Stretch:
        past = self.past
        return Stretch(past.start_ns, past.end_ns, past.position_ns, past.time_of_day(past.start_ns))

    def action_jump(self) -> None:
        """Ask where to."""

        def wrong(text: str) -> str | None:
            try:
                parse_moment(text, self._stretch())
            except NoMoment as error:
                return str(error)
            return None

        self.query_one(Prompt).open(Question("moment", "Jump to", EXAMPLES, wrong, (("keep", "go there"),)))

    @on(Prompt.Done)
    def _answered(self, event: Prompt.Done) -> None:
        if event.kind == "moment":
            try:
                self._go(parse_moment(event.text, self._stretch()))
            except NoMoment as error:  # what is remembered goes on: it has left meanwhile
                self.notify(str(error), severity="warning", markup=False)

    # Playing

    @property
    def playing(self) -> bool:
        return self._timer is not None

    def action_play(self) -> None:
        """Play from here; at the end from the beginning. While it plays: pause."""
        if self.playing:
            self.pause()
            return
        if self.past.position_ns >= self.past.end_ns:
            self.seek(self.past.start_ns)
        self.playback = self.playback.started(self.past.position_ns, self.clock())
        self._timer = self.set_interval(TICK_S, self.play_on)
        self._say_playing()

    def play_on(self) -> None:
        """Be where one should be by now. While the terminal is behind nothing is drawn, and the next frame is further on."""
        if not self.playing or is_lagging(self.app._driver):
            return
        self.seek(self.playback.at(self.clock()))
        if self.past.position_ns >= self.past.end_ns:
            self.pause()

    def pause(self) -> None:
        """Stand still."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
            self.playback = self.playback.paused()
            self._say_playing()

    def action_speed(self, step: int) -> None:
        self.playback = self.playback.turned(step, self.clock())
        self._say_playing()

    def _say_playing(self) -> None:
        self.scrubber.playback = self.playback
        self.scrubber.refresh()
        self.refresh_bindings()

    # What is said

    def happened(self, at_ns: int, within_ns: int) -> list[str]:
        """What stands out of that moment: the spike that one has gone to, and what has just happened."""
        spike = [self._spike[1]] if self._spike[0] == at_ns else []
        near = [mark.text for mark in self.past.events() if at_ns - within_ns < mark.at_ns <= at_ns]
        return [*spike, *near[-1:]]

    def clock_words(self, at_ns: int) -> list[str]:
        """A moment: how far into the recording, and the time of day."""
        past = self.past
        length_s = (past.end_ns - past.start_ns) / 1e9
        return [f"{_since(at_ns - past.start_ns, length_s)} of {_since(past.end_ns - past.start_ns, length_s)}", self._day(at_ns)]

    def _day(self, at_ns: int) -> str:
        return day_time(self.past.time_of_day(at_ns))

    def title_of(self, action: str) -> str | None:
        """Space pauses while it plays."""
        return "Pause" if action == "play" and self.playing else None

    def playing_words(self) -> Sequence[Words]:
        """For the help."""
        return PLAYING


def _since(ns: int, length_s: float) -> str:
    """A time since the beginning, as exactly as makes sense for that length: 2.375 s, 12.38 s, 4:05, 1:04:05."""
    if length_s < 100:
        return f"{ns / 1e9:.{3 if length_s < 10 else 2}f} s"
    return figures.playing_time(ns / 1e9)
