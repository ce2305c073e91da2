"""Help: what one sees, and every key, made from the bindings themselves."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.strip import Strip

from conclab.tui.commands import Command
from conclab.tui.renderables.blocks import Line, fit, plain, style, wrapped
from conclab.tui.widgets.lines import LinesView

_WORDS = (
    ("on a core", "the worker is running; the block is as high as its share of the moment"),
    ("wants a core", "it could run, but every core is taken: time in the kernel's run queue"),
    ("blocked", "it sleeps and waits for something: a lock, the GIL, a timer, data"),
    ("vol/s", "voluntary switches a second: it gave its core away because it had to wait"),
    ("inv/s", "involuntary switches a second: the kernel took its core away"),
    ("core", "the core that it last ran on"),
    ("95 %", "the interval in which the true ratio lies, 95 times in 100"),
    ("control", "the same arm against itself; far from 1.00× something disturbed the run"),
)


_LEFT = 16


def _entry(word: str, meaning: str, width: int, word_look: Style, meaning_look: Style) -> list[Strip]:
    """A word and what it means, over as many lines as that takes."""
    return [
        Line().add(fit("" if number else word, _LEFT), word_look).add(part, meaning_look).strip(width)
        for number, part in enumerate(wrapped(meaning, width - _LEFT))
    ]


class HelpScreen(ModalScreen[None]):
    """Closed by any of the keys that opened it, or Esc."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen > LinesView { width: 84; max-width: 95%; height: 90%; border: solid $primary; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,f1,q", "close", "Close", id="help_screen.close")]

    def __init__(self, commands: list[Command]) -> None:
        super().__init__()
        self._commands = commands

    def compose(self) -> ComposeResult:
        view = LinesView("Help")
        view.border_subtitle = "Esc closes"
        yield view

    @on(LinesView.Resized)
    def _fill(self) -> None:
        view = self.query_one(LinesView)
        palette, width = view.palette, view.room
        lines: list[Strip] = []

        title, text, dim = style(palette.title, bold=True), style(palette.text), style(palette.dim)
        lines += [plain("What the words mean", width, title)]
        for word, meaning in _WORDS:
            lines += _entry(word, meaning, width, text, dim)
        lines += [plain("", width), plain("Keys", width, title)]
        for command in self._commands:
            lines += _entry(", ".join(command.keys), command.meaning, width, text, dim)
        view.show(lines)

    def action_close(self) -> None:
        self.dismiss(None)
