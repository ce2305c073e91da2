"""Opening what was recorded, be it a run or the monitor: read beside the screens, for it may take seconds."""

from __future__ import annotations

from pathlib import Path

from conclab.model.text import harmless
from conclab.recording.kept import replayed
from conclab.recording.stored import OtherKind
from conclab.recording.tape_reel import open_tape
from conclab.tui.renderables.runs import when
from conclab.tui.screens.aside import aside
from conclab.tui.screens.past import PastScreen
from conclab.tui.screens.run import RunScreen


async def opened_screen(path: Path) -> RunScreen | PastScreen:
    """The screen that shows it: a run at its end, where the verdict stands, the monitor at its beginning. Raises Unreadable."""
    try:
        return RunScreen(*await aside(replayed, path))
    except OtherKind:
        tape = await aside(open_tape, path)
        tape.seek(tape.start_ns)
        return PastScreen(tape, f"{harmless(path.stem)} · {when(tape.time_of_day(tape.start_ns))}")
