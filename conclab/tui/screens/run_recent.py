"""The run that is on, or was last, looked at as of a moment before now: what has come up to the moment when one went back."""

from __future__ import annotations

from textual.strip import Strip

from conclab.model.text import harmless
from conclab.recording.feed import Changes, Session
from conclab.recording.replay import ReplaySession
from conclab.tui.palettes import Palette
from conclab.tui.screens.going_back import ago
from conclab.tui.screens.run import RunScreen, which_line


class RecentRunScreen(RunScreen):
    """Pushed over the lab, whose session goes on."""

    def __init__(self, past: ReplaySession, now: Session) -> None:
        """``now``: the session that is on."""
        super().__init__(None, past)
        self._now = now

    def moved(self, changes: Changes, backwards: bool) -> None:
        super().moved(changes, backwards)
        self.query_one("#which").refresh()

    def follow(self, changes: Changes) -> None:
        """The session that is on has gone on: one is further back."""
        if self.is_mounted and changes.machine:
            self.query_one("#which").refresh()

    def _draw_which(self, width: int, palette: Palette) -> Strip:
        sample, run = self._now.machine_state.sample, self.session.run_state
        now_ns = max(self.session.end_ns, sample.at_ns if sample is not None else 0)
        where = f"{ago(now_ns - self.session.position_ns)} · Esc: back to now"
        return which_line([harmless(run.title), "as far as it had got when you went back"], where, width, palette, strong=True)
