"""Recording the monitor into a file, from the monitor: a key begins and ends it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import ClassVar

from textual import work

from conclab.model.text import harmless
from conclab.recording.folder import runs_folder
from conclab.recording.session import LiveSession
from conclab.recording.tape_recorder import CannotRecord
from conclab.tui.screens.aside import aside
from conclab.tui.screens.place import Place

_TOLD_S = 15


def _where(path: Path) -> str:
    """How a recording is opened."""
    if path.parent == runs_folder():
        return f"conclab replay {harmless(path.stem)}\nRuns has it, too."
    return f"conclab replay {shlex.quote(harmless(str(path)))}"


class RecordsTape(Place):
    """A place whose tasks can be recorded. The recording goes on in every other place, too."""

    ACTS: ClassVar[frozenset[str]] = frozenset({"record"})

    @work(group="recording", exclusive=True)
    async def action_record(self) -> None:
        session = self.session
        if not isinstance(session, LiveSession):
            return
        recording = session.recording
        if recording is not None and recording.on:
            path = harmless(str(recording.path))
            said = await aside(session.end_recording)
            said = f"{said}\n{_where(recording.path)}" if path in said else said
        else:
            try:
                recording = session.record()
            except CannotRecord as error:
                self.notify(str(error), severity="error", timeout=_TOLD_S, markup=False)
                return
            said = f"The monitor is recorded into {harmless(str(recording.path))}. The same key ends it."
        self.notify(said, timeout=_TOLD_S, markup=False)
        self.show_recording()
        self.refresh_bindings()

    def title_of(self, action: str) -> str | None:
        """The key ends what it has begun."""
        recording = self.session.recording if isinstance(self.session, LiveSession) else None
        return "End recording" if action == "record" and recording is not None and recording.on else None
