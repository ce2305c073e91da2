"""Which signal: all of them, found by number, name or meaning. SIGTERM is chosen already."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Label

from conclab.model.actions import Signal
from conclab.model.signals import SIGNALS, SignalInfo, find_signals
from conclab.model.table import TaskRow
from conclab.tui.renderables.blocks import Line, action, fit, plain, right, style
from conclab.tui.screens.actions.dialog import TaskDialog
from conclab.tui.theme import Palette

_NUMBER, _NAME, _DEFAULT = 3, 13, 11


def signal_line(info: SignalInfo, width: int, palette: Palette, chosen: bool) -> Strip:
    """15  SIGTERM  asks it to end …  ends it; the chosen one with a mark, so that it shows without colour too."""
    back = palette.cursor if chosen else None
    meaning = width - 2 - _NUMBER - 1 - _NAME - _DEFAULT - 1  # a blank before the scrollbar
    line = Line().add("▸ " if chosen else "  ", style(palette.title, back, bold=True))
    line.add(right(str(info.number), _NUMBER) + " ", style(palette.dim, back))
    line.add(fit(info.name, _NAME), style(palette.text, back, bold=True))
    line.add(fit(info.meaning, meaning), style(palette.text, back))
    line.add(right(info.default, _DEFAULT), style(palette.bad if info.harms else palette.dim, back))
    return line.add(" ", style(None, back)).strip(width)


class SignalDialog(TaskDialog[Signal]):
    """Returns the signal, or None."""

    DEFAULT_CSS = """
    SignalDialog > #box { height: 32; }
    SignalDialog #head { color: $dim; margin: 1 0 0 0; width: 100%; height: 1; }
    SignalDialog Body { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", tooltip="The signal above", id="signals.up"),
        Binding("down", "move(1)", "Down", tooltip="The signal below", id="signals.down"),
        Binding("pageup", "move(-10)", "Page up", tooltip="Ten signals up", id="signals.page_up"),
        Binding("pagedown", "move(10)", "Page down", tooltip="Ten signals down", id="signals.page_down"),
    ]
    TITLE_TEXT = "Send a signal"
    HINT = "↑↓ choose · type a name or number · Enter sends · Esc cancels"

    def __init__(self, rows: Sequence[TaskRow]) -> None:
        super().__init__(rows)
        self._found = SIGNALS
        self._chosen = next(number for number, info in enumerate(SIGNALS) if info.number == signal.SIGTERM)

    def inside(self) -> Iterator[Widget]:
        self.body.can_focus = False
        yield Input(placeholder="search: kill, 15, stop, terminal …", id="search", compact=True)
        yield Label(Content(f"  No. {fit('Name', _NAME)}What it is for, and what it does by default"), id="head")
        yield self.body

    def begin(self) -> None:
        self.query_one(Input).focus()

    @property
    def _info(self) -> SignalInfo | None:
        return self._found[self._chosen] if self._found else None

    def says(self) -> str:
        return f"Send {self._info.name}" if self._info is not None else "Send"

    def answer(self) -> Signal | None:
        return Signal(self._info.number) if self._info is not None else None

    def lines(self, width: int) -> list[Strip]:
        palette = self.body.palette
        if not self._found:
            return [plain("  No signal has that number, name or meaning.", width, style(palette.unsure))]
        return [
            signal_line(info, width, palette, number == self._chosen).apply_style(action(f"screen.choose({number})"))
            for number, info in enumerate(self._found)
        ]

    def height_for(self, lines: int) -> None:
        return None

    def draw(self) -> None:
        super().draw()
        height, first = self.body.size.height, self.body.scroll_offset.y
        if height and not first <= self._chosen < first + height:
            self.body.scroll_to(y=max(0, self._chosen - height // 2), animate=False, immediate=True)

    def action_move(self, by: int) -> None:
        if self._found:
            self.action_choose(max(0, min(len(self._found) - 1, self._chosen + by)))

    def action_choose(self, number: int) -> None:
        self._chosen = number
        self.draw()

    @on(Input.Changed)
    def _searched(self, event: Input.Changed) -> None:
        before = self._info
        self._found = find_signals(event.value)
        self._chosen = 0
        if not event.value.strip() and before is not None:
            self._chosen = self._found.index(before)
        self.draw()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_go()
