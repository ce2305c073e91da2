"""The monitor at any moment of a recording, be it a file or the last minutes of the session that is on: the same table and meters,
as of then, and a scrubber below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.theme import Theme

from conclab.model.settings import Settings
from conclab.model.table import RowId, TaskRow
from conclab.model.table import TaskTable as Table
from conclab.recording.feed import EVERYTHING, Changes
from conclab.recording.tape import TapeSession
from conclab.tui.commands import ACTING
from conclab.tui.screens.details_past import PastDetails
from conclab.tui.screens.going_back import ago
from conclab.tui.screens.help_words import Words
from conclab.tui.screens.monitor import MonitorScreen
from conclab.tui.screens.playing import PLAYING_KEYS, Playing
from conclab.tui.widgets.keybar import KeyBar
from conclab.tui.widgets.lines import LinesView
from conclab.tui.widgets.pastbar import PastBar
from conclab.tui.widgets.prompt import Prompt
from conclab.tui.widgets.scrubber import LINES as SCRUBBER_LINES
from conclab.tui.widgets.scrubber import Scrubber
from conclab.tui.widgets.task_table import TaskTable

REFUSED = "These tasks are as they were; nothing can be done to them here."
_LIVE_ONLY = "Traces are taken of living tasks: this is how it was."
_SECOND = 1_000_000_000
_NOT_HERE = frozenset({"pause", "hold", "stop", "tag", "go_back", "record", "app.tour", "app.end_tour"})
"""What the monitor has keys for and a past has not; and every place: one goes back first."""


class PastScreen(Playing, MonitorScreen):
    """Pushed over a place. While it is shown the session that is on goes on being folded (``follow``)."""

    BELOW = SCRUBBER_LINES
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", tooltip="Back to where one came from; of the running session: to now", id="past.back"),
        *PLAYING_KEYS,
        Binding("m", "tag", "Tag", show=False, tooltip="Tag the row", id="past.tag", group=ACTING),
    ]

    def __init__(self, session: TapeSession, what: str, live: bool = False) -> None:
        """``what``: what is shown, in a few words. ``live``: the session that is on; it opens where the session stands."""
        super().__init__(session)
        self.past = self.tape = session
        self.live = live
        self.top_bar = PastBar(session.feed.machine, what, self._where)
        self.scrubber = Scrubber(session, self._told)
        self.scrubber.can_focus = False  # the arrows are the table's
        self.browser.lasting = True
        keys = self._bindings.key_to_bindings
        for key, bindings in list(keys.items()):
            kept = [one for one in bindings if one.action not in _NOT_HERE or one.id == "past.tag"]
            # What acts on tasks is refused, in a sentence; it need not be offered.
            kept = [replace(one, show=False) if one.group == ACTING else one for one in kept]
            keys[key] = [one for one in kept if not one.action.startswith("app.go(")]

    def compose(self) -> ComposeResult:
        yield self.top_bar
        yield LinesView("Machine", id="machine")
        yield TaskTable(self.browser, id="tasks")
        yield LinesView("Selected", id="selected")
        yield self.scrubber
        yield Prompt()
        yield KeyBar()

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, self._theme_changed)
        self.call_after_refresh(self.enter)

    # Moving

    def moved(self, changes: Changes, backwards: bool) -> None:
        self._take_what_was_before()
        self.refresh_view(EVERYTHING)
        self.top_bar.update_from(self.tape.machine_state)

    def _take_what_was_before(self) -> None:
        """Marks outlast a table, so the one before counts, too; unless it is what is on the screen."""
        table, at_ns = self.tape.table_state.table, self.past.position_ns
        if table is None or table is self._latest:
            if table is None:  # before the first one
                self._latest = None
                self.browser.take(Table(at_ns, ()))
            return
        self.past.seek(table.at_ns - 1)
        before = self.tape.table_state.table
        if before is None or before.at_ns >= table.at_ns or self._latest is None or before.at_ns != self._latest.at_ns:
            self._seen.clear()
            self.browser.forget_marks()
            if before is not None and before.at_ns < table.at_ns:
                self.browser.take(before)
        self.past.seek(at_ns)

    def step_to(self, step: int) -> int:
        return self.past.position_ns + step * _SECOND

    @property
    def usual_series(self) -> str:
        """The column that is sorted by, where it is a figure."""
        wanted = f"tasks:{self.settings.sort}"
        return wanted if any(one.key == wanted for one in self.past.series_names()) else super().usual_series

    def follow(self, changes: Changes) -> None:
        """The session that is on has gone on: the line has become longer, and one is further back."""
        if self.live and self.is_mounted:
            self.past.refresh()
            self.scrubber.refresh()
            self.top_bar.update_from(self.tape.machine_state)

    def action_back(self) -> None:
        self.pause()
        self.dismiss()

    # What is said

    def _where(self) -> str:
        if self.live:
            return f"{ago(self.past.end_ns - self.past.position_ns)} · Esc: back to now"
        return "Esc: back"

    def _told(self, at_ns: int) -> Sequence[str]:
        since, day = self.clock_words(at_ns)
        return [day, since, *self.happened(at_ns, _SECOND)]

    def words(self) -> tuple[Words, ...]:
        """For the help."""
        return (*self.playing_words(), *MonitorScreen.words(self))

    # What is set, and colours

    def change_settings(self, settings: Settings) -> None:
        super().change_settings(settings)
        self.settings_changed()

    def on_screen_resume(self) -> None:
        """Something may have been set meanwhile."""
        self.settings_changed()

    def _theme_changed(self, _theme: Theme) -> None:
        self.repaint()
        self.scrubber.refresh()

    # What cannot be done to what is over

    def _rows_of(self, ids: Sequence[RowId]) -> list[TaskRow]:
        self.say(REFUSED)
        return []

    def action_trace(self) -> None:
        self.say(_LIVE_ONLY)

    def open_details(self, row: TaskRow, page: str | None = None) -> None:
        self.pause()
        self.app.push_screen(PastDetails(self.session, row, page))
