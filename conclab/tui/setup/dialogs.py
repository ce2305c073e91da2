"""What the Set-up asks for: a name, and a key."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label

_BOX = """
    {name} {{ align: center middle; }}
    {name} > Vertical {{
        width: 60; max-width: 90%; height: auto;
        background: $background; border: solid $primary; border-title-color: $primary; padding: 0 1;
    }}
    {name} Label {{ width: 100%; height: auto; color: $dim; }}
    {name} Label.trouble {{ color: $error; }}
"""


class NameDialog(ModalScreen[str | None]):
    """Asks for a name; returns it, or None."""

    DEFAULT_CSS = _BOX.format(name="NameDialog") + "NameDialog Input { background: $field; margin: 0 0 1 0; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel", id="setup_name.cancel")]

    def __init__(self, title: str, value: str, wrong: Callable[[str], str | None]) -> None:
        """``wrong`` says what is wrong with a name, or None."""
        super().__init__()
        self._title, self._value, self._wrong = title, value, wrong

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = Content(self._title)  # it may have the name of a filter in it, with brackets
            yield Input(self._value, compact=True)
            yield Label("", classes="trouble", markup=False)
            yield Label("Enter takes it, Esc leaves it as it was.", markup=False)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._say(event.value)

    def _say(self, value: str) -> str | None:
        trouble = None if value.strip() == self._value else self._wrong(value.strip())
        self.query_one(".trouble", Label).update(f"✗ {trouble}" if trouble and value.strip() else "")
        return trouble

    @on(Input.Submitted)
    def _taken(self, event: Input.Submitted) -> None:
        name = event.value.strip()
        if name and self._say(name) is None:
            self.dismiss(name)

    def action_cancel(self) -> None:
        self.dismiss(None)


class KeyDialog(ModalScreen[str | None]):
    """Waits for a key; returns what Textual calls it, or None for Esc. A key that has another meaning there is told."""

    DEFAULT_CSS = _BOX.format(name="KeyDialog")

    def __init__(self, title: str, taken: Callable[[str], str | None]) -> None:
        """``taken`` says who has a key, in a sentence, or None."""
        super().__init__()
        self._title, self._taken = title, taken

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "A key for it"
            yield Label(f"Press the key that shall mean “{self._title}”. Esc leaves it as it was.", markup=False)
            yield Label("", classes="trouble", markup=False)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        if event.key == "escape":
            self.dismiss(None)
            return
        trouble = self._taken(event.key)
        if trouble is None:
            self.dismiss(event.key)
        else:
            self.query_one(".trouble", Label).update(f"✗ {trouble}")
