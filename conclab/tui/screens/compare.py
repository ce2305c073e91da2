"""Which Pythons? Asked to compare an experiment under several of them, and for the claims."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import ClassVar

from rich.segment import Segment
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Button, Label, SelectionList
from textual.widgets.selection_list import Selection


class _Choices(SelectionList[str]):
    """Says by a glyph what is chosen: Textual's own list does so by colour alone."""

    def render_line(self, y: int) -> Strip:
        segments = list(super().render_line(y))
        number = self.scroll_offset.y + y
        if number >= self.option_count or len(segments) < 4:
            return Strip(segments)
        chosen = self.get_option_at_index(number).value in self.selected
        look = segments[-1].style
        return Strip([Segment("[", look), Segment("x" if chosen else " ", look), Segment("]", look), *segments[3:]])


class PythonsDialog(ModalScreen[list[str] | None]):
    """Returns the paths of the chosen interpreters, or None."""

    TITLE_TEXT = "Pythons"
    GO_TEXT = "✓ Take these"
    DEFAULT_CSS = """
    PythonsDialog { align: center middle; }
    PythonsDialog > Vertical {
        width: 64; max-width: 90%; height: auto; max-height: 90%;
        background: $background; border: solid $primary; border-title-color: $primary; padding: 0 1;
    }
    PythonsDialog Label { color: $dim; margin: 0 0 1 0; width: 100%; height: auto; }
    PythonsDialog SelectionList { height: auto; max-height: 14; border: none; background: $field; padding: 0 1; }
    PythonsDialog Horizontal { height: 1; margin: 1 0 0 0; }
    PythonsDialog Button { margin: 0 1 0 0; min-width: 12; background: $field; }
    PythonsDialog Button#go { background: $success; color: $ink; text-style: bold; }
    PythonsDialog Button#go:disabled { background: $field; color: $dim; text-opacity: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", id="compare.cancel"),
        Binding("f5", "go", "Take these", id="compare.go"),
    ]

    def __init__(self, words: str, pythons: Mapping[str, str], chosen: Collection[str]) -> None:
        """``words`` say what for; ``pythons``: label to path; ``chosen``: paths."""
        super().__init__()
        self._words = words
        self._pythons = pythons
        self._chosen = chosen

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = self.TITLE_TEXT
            yield Label(self._words, markup=False)
            yield _Choices(*(Selection(label, path, path in self._chosen) for label, path in self._pythons.items()), compact=True)
            with Horizontal():
                yield Button(self.GO_TEXT, id="go", compact=True)
                yield Button("Cancel", id="cancel", compact=True)

    def on_mount(self) -> None:
        self.query_one(SelectionList).focus()

    @on(SelectionList.SelectedChanged)
    def _changed(self) -> None:
        self.query_one("#go", Button).disabled = not self.query_one(SelectionList).selected

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "go":
            self.action_go()
        else:
            self.action_cancel()

    def action_go(self) -> None:
        selected = self.query_one(SelectionList[str]).selected
        if selected:
            self.dismiss([path for path in self._pythons.values() if path in selected])

    def action_cancel(self) -> None:
        self.dismiss(None)


class CompareDialog(PythonsDialog):
    """The same experiment under each of them, side by side."""

    TITLE_TEXT = "Compare"
    GO_TEXT = "▶ Run"

    def __init__(self, title: str, pythons: Mapping[str, str], chosen: str) -> None:
        super().__init__(f"Run “{title}” under several Pythons, in turn. Space chooses, F5 runs.", pythons, (chosen,))
