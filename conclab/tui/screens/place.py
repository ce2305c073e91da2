"""What every place has: the top bar, the keys, and being told what has changed."""

from __future__ import annotations

from typing import ClassVar, Protocol, cast, runtime_checkable

from textual import on
from textual.binding import Binding, BindingType
from textual.screen import Screen

from conclab.model import figures
from conclab.model.settings import DEFAULT, Settings
from conclab.recording.feed import EVERYTHING, Changes, Session
from conclab.recording.session import LiveSession
from conclab.tui.widgets.keybar import KeyBar
from conclab.tui.widgets.lines import LinesView
from conclab.tui.widgets.topbar import TopBar
from conclab.tui.widgets.tourbar import TourBar


class KeepsSettings(Protocol):
    """An app that has settings."""

    settings: Settings

    def change_settings(self, settings: Settings) -> None:
        """Let them be in force, and keep them."""


@runtime_checkable
class Follows(Protocol):
    """A screen that stands before a place and is told at each beat what has come."""

    def follow(self, changes: Changes) -> None:
        """Draw what has changed."""


class Place(Screen[None]):
    """A screen that one can go to."""

    NAME: ClassVar[str] = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "app.help", "Help", key_display="?", tooltip="What the words mean, and every key", id="help"),
        Binding("f1", "app.help", "Help", tooltip="What the words mean, and every key", id="help.f1"),
        Binding("f2", "app.setup", "Set-up", show=False, tooltip="Columns, meters, theme, keys: what is shown and how", id="setup"),
        Binding("L,ctrl+l", "app.go('learn')", "Learn", show=False, tooltip="The article's claims, tried out here", id="learn"),
        Binding("R,ctrl+y", "app.go('runs')", "Runs", show=False, tooltip="Every run that was kept", id="runs"),
        Binding(
            "ctrl+n",
            "app.tour",
            "Tour",
            show=False,
            tooltip="A tour of five minutes, for whoever is new here; its next stop",
            id="tour",
        ),
        Binding("ctrl+x", "app.end_tour", "End the tour", show=False, id="tour.end"),
        Binding("q", "app.quit", "Quit", tooltip="Stop whatever runs and leave", id="quit"),
        Binding("f10", "app.quit", "Quit", tooltip="Stop whatever runs and leave", id="quit.f10"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.top_bar = TopBar(self.NAME, session.feed.machine)

    def on_mount(self) -> None:
        # Textual calls this beside the handlers of those who build on it. The bar takes no room while there is no tour.
        self.mount(TourBar())

    def refresh_view(self, changes: Changes) -> None:
        """Draw what has changed. Called only while this place is shown."""
        if changes.machine:
            self.show_recording()
            self.top_bar.update_from(self.session.machine_state)

    def show_recording(self) -> None:
        """In the bar: whether the monitor is recorded, for how long, and how large that is."""
        tape = self.session.recording if isinstance(self.session, LiveSession) else None
        on = tape is not None and tape.on
        self.top_bar.tell_tape(f"{figures.playing_time(tape.seconds)} {figures.size(tape.size_bytes)}" if tape and on else "")

    def enter(self) -> None:
        """This place is shown from now on: draw everything."""
        self.refresh_view(EVERYTHING)

    @property
    def settings(self) -> Settings:
        """What the user has set."""
        return cast(KeepsSettings, self.app).settings if hasattr(self.app, "settings") else DEFAULT

    def change_settings(self, settings: Settings) -> None:
        """Let other settings be in force from now on."""
        if hasattr(self.app, "change_settings"):
            cast(KeepsSettings, self.app).change_settings(settings)

    def settings_changed(self) -> None:
        """The user's settings are others now; ``app.settings`` has them. Called for every place, shown or not."""

    def repaint(self) -> None:
        """The colours have changed: draw everything, also what reads as before."""
        self.top_bar.refresh()
        for bar in self.query(KeyBar):
            bar.refresh()
        self.enter()

    @on(LinesView.Resized)
    def _redraw(self) -> None:
        """A pane has another size: what was drawn for the old one does not fit."""
        self.refresh_view(EVERYTHING)

    def leave(self) -> None:
        """Another place is shown from now on."""
