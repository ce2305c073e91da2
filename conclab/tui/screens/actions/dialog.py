"""What all dialogs about tasks share: on whom it acts, a drawn body, a button that says what it does, and Cancel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.theme import Theme
from textual.widget import Widget
from textual.widgets import Button, Label

from conclab.model.actions import counted, describe
from conclab.model.table import TaskRow
from conclab.tui.widgets.lines import LinesView

_NAMED = 3
"""So many of several targets are named; of the others it is said how many they are."""

_Answer = TypeVar("_Answer")


def on_whom(rows: Sequence[TaskRow]) -> str:
    """One line: 870 nginx, of www, 9 threads; or 12 processes: 870 nginx, of www · …"""
    if len(rows) == 1:
        return describe(rows[0])
    named = " · ".join(describe(row) for row in rows[:_NAMED])
    more = f" · and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
    return f"{counted([row.id for row in rows])}: {named}{more}"


class Body(LinesView, inherit_bindings=False):
    """Drawn lines that leave all keys to the dialog."""


class TaskDialog(ModalScreen[_Answer | None]):
    """Subclasses draw the body (``lines``), say what the button does (``says``), and what is returned (``answer``)."""

    DEFAULT_CSS = """
    TaskDialog { align: center middle; }
    TaskDialog > #box {
        width: 78; max-width: 100%; height: auto; max-height: 100%;
        background: $background; border: solid $primary; border-title-color: $primary; border-subtitle-color: $dim; padding: 0 1;
    }
    TaskDialog #whom { width: 100%; height: auto; max-height: 3; margin: 0 0 1 0; color: $foreground; }
    TaskDialog Body, TaskDialog Body:focus { border: none; padding: 0; height: auto; }
    TaskDialog #buttons { height: 1; margin: 1 0 0 0; }
    TaskDialog Button { margin: 0 1 0 0; min-width: 0; }
    TaskDialog Button#cancel { background: $field; }
    TaskDialog Button#cancel:focus { background: $primary; color: $bar; text-style: bold underline; }
    TaskDialog Button#go { background: $success; color: $bar; text-style: bold; }
    TaskDialog Button#go.-harm { background: $error; }
    TaskDialog Button#go:focus { background: $primary; text-style: bold underline; }
    TaskDialog Button#go:disabled { background: $field; color: $dim; text-opacity: 100%; }
    TaskDialog Input { height: 1; border: none; padding: 0 1; background: $field; }
    TaskDialog Input:focus { border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go", "Do it", tooltip="Do what the button says", id="dialog.go"),
        Binding("escape", "cancel", "Cancel", tooltip="Close the dialog and change nothing", id="dialog.cancel"),
    ]
    TITLE_TEXT: ClassVar[str] = ""
    HINT: ClassVar[str] = "Enter does it · Esc cancels"

    def __init__(self, rows: Sequence[TaskRow]) -> None:
        """``rows``: on whom it acts, at least one."""
        super().__init__()
        self._rows = tuple(rows)

    # What the subclasses say

    def inside(self) -> Iterator[Widget]:
        """What stands between the targets and the buttons."""
        yield self.body

    def lines(self, width: int) -> list[Strip]:
        """The body, as it is to be drawn now."""
        return []

    def says(self) -> str:
        """What the button does now."""
        raise NotImplementedError

    def answer(self) -> _Answer | None:
        """What is returned; None while there is nothing that could be."""
        raise NotImplementedError

    def height_for(self, lines: int) -> int | None:
        """How high the body shall be for so many lines; None: as the style sheet says."""
        return max(1, lines)

    # The box

    def compose(self) -> ComposeResult:
        self.body = Body(id="body")
        with Vertical(id="box") as box:
            box.border_title = Content(self.TITLE_TEXT)
            box.border_subtitle = Content(self.HINT)
            yield Label(Content(on_whom(self._rows)), id="whom")
            yield from self.inside()
            with Horizontal(id="buttons"):
                yield Button(Content(self.says()), id="go", compact=True)
                yield Button("Cancel", id="cancel", compact=True)

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, self._repaint)
        self.begin()
        self.draw()

    def begin(self) -> None:
        """Where the focus is at first."""
        self.body.focus()

    def _repaint(self, _theme: Theme) -> None:
        self.draw()

    def on_resize(self) -> None:
        self.draw()

    @on(LinesView.Resized)
    def draw(self) -> None:
        """Draw the body and the button as things are now."""
        drawn = self.lines(self.body.room)
        if (height := self.height_for(len(drawn))) is not None:
            self.body.styles.height = height
        self.body.show(drawn)
        button = self.query_one("#go", Button)
        says = Content(self.says())
        if button.label != says:
            button.label = says
            button.refresh(layout=True)  # it is as wide as what it says
        button.disabled = self.answer() is None

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "go":
            self.done()
        else:
            self.action_cancel()

    def done(self) -> None:
        """Return what was chosen, if anything was."""
        answer = self.answer()
        if answer is not None:
            self.dismiss(answer)

    def action_go(self) -> None:
        self.done()

    def action_cancel(self) -> None:
        self.dismiss(None)
