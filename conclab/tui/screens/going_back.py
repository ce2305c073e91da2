"""Back in time while the session goes on: from the Monitor over its last minutes, from the Lab over the run."""

from __future__ import annotations

from textual.binding import Binding

from conclab.recording.past import Past
from conclab.recording.session import LiveSession
from conclab.tui.screens.place import Place

KEY = "b"
BACK_NS = 10_000_000_000
"""So far back it goes at once: what one wants to see again has just been. Of a short past half: its beginning is empty."""


def ago(ns: int) -> str:
    """12 s ago, 3 min 20 s ago; now."""
    minutes, seconds = divmod(ns // 1_000_000_000, 60)
    return f"{minutes} min {seconds} s ago" if minutes else f"{seconds} s ago" if seconds else "now"


def before_now(past: Past) -> int:
    """Where one is put who goes back."""
    return past.end_ns - min(BACK_NS, (past.end_ns - past.start_ns) // 2)


def back_key(place: str, meaning: str, group: Binding.Group | None = None, show: bool = False) -> Binding:
    """The key of a place for that. ``show``: in the footer, where there is always something to go back to."""
    return Binding(KEY, "go_back", "Back in time", show=show, tooltip=meaning, id=f"{place}.go_back", group=group)


class GoesBack(Place):
    """A place from which one can go back. The session goes on being folded; Esc returns to now."""

    def action_go_back(self) -> None:
        """To the moment before this."""
        from conclab.tui.screens.past import PastScreen  # builds on this

        past = self.session.recent_session() if isinstance(self.session, LiveSession) else None
        if past is None:
            self.notify("Nothing has come yet that one could go back to.", markup=False)
            return
        past.seek(before_now(past))
        self.app.push_screen(PastScreen(past, "the last minutes of this session", live=True))


class GoesBackInRun(GoesBack):
    """The same over the run that is on, or was last."""

    def action_go_back(self) -> None:
        from conclab.tui.screens.run_recent import RecentRunScreen

        past = self.session.recent_run() if isinstance(self.session, LiveSession) else None
        if past is None:
            self.notify("No run was begun yet that one could go back in; the Monitor has the machine's last minutes.", markup=False)
            return
        past.seek(before_now(past))
        self.app.push_screen(RecentRunScreen(past, self.session))
