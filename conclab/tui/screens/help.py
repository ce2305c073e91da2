"""Help: what one sees, and every key, made from the bindings themselves."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.strip import Strip

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


class HelpScreen(ModalScreen[None]):
    """Closed by any of the keys that opened it, or Esc."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $background 60%; }
    HelpScreen > LinesView { width: 84; max-width: 95%; height: 90%; border: solid $primary; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,f1,q", "close", "Close")]

    def __init__(self, keys: list[tuple[str, str]]) -> None:
        super().__init__()
        self._keys = keys

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
            for number, part in enumerate(wrapped(meaning, width - 16)):
                line = Line().add(fit(word if number == 0 else "", 15), text).add(" ").add(part, dim)
                lines.append(line.strip(width))
        lines += [plain("", width), plain("Keys", width, title)]
        for key, meaning in self._keys:
            lines.append(Line().add(fit(key, 15), text).add(" ").add(meaning, dim).strip(width))
        view.show(lines)

    def action_close(self) -> None:
        self.dismiss(None)
