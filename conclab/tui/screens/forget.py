"""Is a run really to be deleted? The safe answer is the one that Enter gives."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label

from conclab.model import figures
from conclab.model.text import harmless
from conclab.recording.stored import Summary
from conclab.tui.renderables.runs import when


class ForgetDialog(ModalScreen[bool]):
    """Returns True when it is, else False."""

    DEFAULT_CSS = """
    ForgetDialog { align: center middle; }
    ForgetDialog > Vertical {
        width: 72; max-width: 95%; height: auto;
        background: $background; border: solid $error; border-title-color: $error; border-subtitle-color: $dim; padding: 0 1;
    }
    ForgetDialog Label { width: 100%; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", tooltip="Delete its file", id="forget.yes"),
        Binding("n,escape,enter", "answer(False)", "No", tooltip="Keep it", id="forget.no"),
    ]

    def __init__(self, run: Summary) -> None:
        super().__init__()
        self._run = run

    def compose(self) -> ComposeResult:
        run = self._run
        with Vertical() as box:
            box.border_title = "Forget this run?"
            box.border_subtitle = "y deletes it for good · n, Esc or Enter keeps it"
            yield Label(Content(f"{harmless(run.title)} · {when(run.began_s)} · {figures.size(run.size_bytes)}"))
            yield Label(Content(f"Its file is deleted, for good: {harmless(run.path.name)}"))

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)
