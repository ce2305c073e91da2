"""Is it really meant? The safe answer is the one that Enter gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label


class YesNoDialog(ModalScreen[bool]):
    """Returns True for yes, else False."""

    DEFAULT_CSS = """
    YesNoDialog { align: center middle; }
    YesNoDialog > Vertical {
        width: 72; max-width: 95%; height: auto;
        background: $background; border: solid $warning; border-title-color: $warning; border-subtitle-color: $dim; padding: 0 1;
    }
    YesNoDialog Label { width: 100%; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", id="yes_no.yes"),
        Binding("n,escape,enter", "answer(False)", "No", id="yes_no.no"),
    ]

    def __init__(self, title: str, lines: Sequence[str], hint: str) -> None:
        """``hint`` says what the keys do."""
        super().__init__()
        self._title, self._lines, self._hint = title, tuple(lines), hint

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = Content(self._title)
            box.border_subtitle = Content(self._hint)
            for line in self._lines:
                yield Label(Content(line))

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)
