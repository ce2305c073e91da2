"""The parts of a line in which one types: the field, a few words at its end, and a drawn line under it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from conclab.tui.palettes import Palette
from conclab.tui.renderables.blocks import Line, style
from conclab.tui.theme import palette_for


class Field(Input, inherit_bindings=False):
    """Textual's, without what it does by Enter and with the arrows up and down: those belong to whoever contains it.

    Its keys for moving and deleting have no description: everybody knows them, and the help would drown in them.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        replace(binding, description="")
        for binding in Input.BINDINGS
        if isinstance(binding, Binding) and binding.action != "submit"
    ]


class Drawn(Widget):
    """Draws by a function of its width and the palette. A piece with the action ``press('x')`` posts Pressed('x') when clicked."""

    DEFAULT_CSS = """
    Drawn { height: 1; }
    """

    class Pressed(Message):
        """What was clicked."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self, draw: Callable[[int, Palette], Strip], *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._draw = draw

    def render_line(self, y: int) -> Strip:
        return self._draw(self.size.width, palette_for(self.app.current_theme)).apply_style(self.rich_style)

    def action_press(self, what: str) -> None:
        self.post_message(self.Pressed(what))


class Told(Widget):
    """A few words at the end of a line; nothing at all while there are none."""

    DEFAULT_CSS = """
    Told { height: 1; width: 0; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._text = ""

    def say(self, text: str) -> None:
        """Say something else."""
        if text != self._text:
            self._text = text
            self.styles.width = cell_len(text) + 3 if text else 0
            self.refresh()

    def render_line(self, y: int) -> Strip:
        look = style(palette_for(self.app.current_theme).text)
        return Line().add(f"  {self._text}", look).strip(self.size.width).apply_style(self.rich_style)
