"""Is a run really to be deleted?"""

from __future__ import annotations

from conclab.model import figures
from conclab.model.text import harmless
from conclab.recording.stored import Summary
from conclab.tui.renderables.runs import when
from conclab.tui.screens.yes_no import YesNoDialog


class ForgetDialog(YesNoDialog):
    """Returns True when it is, else False."""

    DEFAULT_CSS = """
    ForgetDialog > Vertical { border: solid $error; border-title-color: $error; }
    """

    def __init__(self, run: Summary) -> None:
        super().__init__(
            "Forget this run?",
            (
                f"{harmless(run.title)} · {when(run.began_s)} · {figures.size(run.size_bytes)}",
                f"Its file is deleted, for good: {harmless(run.path.name)}",
            ),
            "y deletes it for good · n, Esc or Enter keeps it",
        )
