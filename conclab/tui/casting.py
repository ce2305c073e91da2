"""Recording the terminal itself: a tap in the driver, a key that opens and shuts it, and marks where something happened.

Whatever the app writes to the terminal goes into a cast as well. The disk may be full, the folder may go away, the app may be
suspended: that ends or interrupts the cast and nothing else.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import ClassVar, Protocol, runtime_checkable

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.notifications import SeverityLevel
from textual.timer import Timer

from conclab.model.run_state import RunState
from conclab.model.text import harmless
from conclab.recording.cast import CastWriter
from conclab.recording.folder import new_cast_file
from conclab.recording.session import LiveSession

LOOK_S = 0.5
"""How often it is looked for what is to be marked, and told how long the cast is."""
TOLD_S = 12.0
"""A path takes a while to be read."""

Tap = Callable[[str], None]


@runtime_checkable
class HasTap(Protocol):
    """A driver that shows somebody else what it writes."""

    tap: Tap | None


@dataclass(frozen=True, slots=True)
class CastWish:
    """What the command line asks for: a cast from the beginning, and which version those have that the key begins."""

    path: Path | None = None
    version: int = 2


class Casting:
    """A cast that is being made. Drivers write from several threads; what goes wrong is kept until somebody looks."""

    def __init__(self, writer: CastWriter, clock: Callable[[], float] = time.monotonic) -> None:
        self.writer = writer
        self.trouble: OSError | None = None
        self._clock = clock
        self._began_s = clock()
        self._lock = Lock()
        self._live: bool | None = None
        self._place = ""

    @property
    def seconds(self) -> float:
        return self._clock() - self._began_s

    def take(self, data: str) -> None:
        """The driver's tap."""
        self._write(lambda: self.writer.output(self.seconds, data))

    def resize(self, width: int, height: int) -> None:
        self._write(lambda: self.writer.resize(self.seconds, width, height))

    def mark(self, label: str) -> None:
        self._write(lambda: self.writer.marker(self.seconds, label))

    def follow(self, run: RunState, place: str) -> None:
        """Mark where a place is entered (one without a name is none), a run begins, and its verdict is there."""
        if place and place != self._place:
            self._place = place
            self.mark(place)
        before, self._live = self._live, run.live
        if before is False and run.live:
            self.mark(f"run: {run.title}")
        elif before and not run.live:
            verdict = run.verdict if run.phase == "finished" else None
            self.mark(f"{verdict.status.value}: {verdict.statement}" if verdict is not None else "the run was stopped")

    def close(self) -> None:
        """The picture that there is now stays. After trouble the file is shut as it is."""
        with self._lock:
            try:
                self.writer.close(self.seconds)
            except OSError as error:
                self.trouble = self.trouble or error

    def _write(self, write: Callable[[], None]) -> None:
        with self._lock:
            if self.trouble is None:
                try:
                    write()
                except OSError as error:
                    self.trouble = error


class CastsTerminal(App[None]):
    """An app whose terminal can be recorded."""

    ACTS: ClassVar[frozenset[str]] = frozenset({"cast"})
    """It writes a file (``only_looks``)."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+r",
            "app.cast",
            "Record the terminal",
            show=False,
            tooltip="All that is to be seen from now on, as a cast for asciinema; once more: that was it",
            id="cast",
        ),
    ]
    session: LiveSession
    cast_wish = CastWish()
    parting: tuple[str, ...] = ()
    """What is to be said once the screen has gone: which recordings there are now, a sentence each, some of them empty."""
    _casting: Casting | None = None
    _cast_timer: Timer | None = None

    @property
    def cast_badge(self) -> str:
        """What the top bar says while the terminal is recorded."""
        return "" if self._casting is None else f" ● rec {_time(self._casting.seconds)} "

    def on_mount(self) -> None:
        """Textual calls this beside the app's own, and the others here as well."""
        if self.cast_wish.path is not None:
            self._begin_cast(self.cast_wish.path)

    def on_resize(self, event: events.Resize) -> None:
        if self._casting is not None:
            self._casting.resize(*event.size)

    async def on_unmount(self) -> None:
        casting = self._casting
        self._end_cast()
        if casting is not None and casting.writer.path.exists():
            self.parting += (f"{_shown(casting.writer.path)}: {_time(casting.seconds)} of the terminal.",)

    def action_cast(self) -> None:
        """Begin to record the terminal, or end it."""
        casting = self._casting
        if casting is None:
            self._begin_cast(None)
            return
        self._end_cast()
        if casting.trouble is not None:
            self._tell_trouble(casting)
            return
        path = casting.writer.path
        if not path.exists():
            self._tell(f"{_shown(path)} has gone, and the recording of the terminal with it.", "warning")
            return
        file = _shown(path)
        self._tell(f"{_time(casting.seconds)} of the terminal in {file}\nasciinema play {file}\nconclab record {file} -o film.gif")

    def _begin_cast(self, path: Path | None) -> None:
        driver = self._driver
        if not isinstance(driver, HasTap):
            self._tell("What is drawn elsewhere than in a terminal cannot be recorded here.", "warning")
            return
        try:
            writer = CastWriter(path or new_cast_file(time.time()), *self.size, self.cast_wish.version, "conclab")
        except OSError as error:
            self._tell(f"The terminal cannot be recorded{f' to {_shown(path)}' if path else ''}: {_why(error)}.", "error")
            return
        self._casting = casting = Casting(writer)
        casting.follow(self.session.run_state, self._place_name())
        driver.tap = casting.take
        self._cast_timer = self.set_interval(LOOK_S, self._look_at_cast)
        self.screen.refresh()  # the cast begins with an empty screen: it gets all of it
        self._show_badge()

    def _end_cast(self) -> None:
        casting, self._casting = self._casting, None
        if casting is None:
            return
        if isinstance(self._driver, HasTap):
            self._driver.tap = None
        if self._cast_timer is not None:
            self._cast_timer.stop()
        casting.close()
        self._show_badge()

    def _look_at_cast(self) -> None:
        casting = self._casting
        if casting is None:
            return
        casting.follow(self.session.run_state, self._place_name())
        if casting.trouble is not None:
            self._end_cast()
            self._tell_trouble(casting)
        else:
            self._show_badge()

    def _place_name(self) -> str:
        return str(getattr(self.screen, "NAME", "")) if self.screen_stack else ""

    def _show_badge(self) -> None:
        for bar in self.screen.query("TopBar") if self.screen_stack else ():
            bar.refresh()

    def _tell_trouble(self, casting: Casting) -> None:
        assert casting.trouble is not None
        why = _why(casting.trouble)
        self._tell(f"The terminal is no longer recorded: {why}. What came before is in {_shown(casting.writer.path)}", "error")

    def _tell(self, text: str, severity: SeverityLevel = "information") -> None:
        self.notify(text, title="Recording", severity=severity, timeout=TOLD_S, markup=False)


def _time(seconds: float) -> str:
    """12 s, 1:05 min."""
    whole = int(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60}:{whole % 60:02} min"


def _shown(path: Path) -> str:
    """As a shell takes it, if there is nothing in it that a terminal takes amiss."""
    return shlex.quote(harmless(str(path)))


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
