"""The bar at the top of a recording: what it is, and how one gets out of it. It stands where the places stand otherwise."""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len
from textual.strip import Strip

from conclab.model.machine import Machine
from conclab.model.machine_state import MachineState
from conclab.tui.renderables.blocks import Line, action, fit, style
from conclab.tui.theme import palette_for
from conclab.tui.widgets.topbar import TopBar


class PastBar(TopBar):
    """One line. A click on the right end goes back."""

    def __init__(self, machine: Machine, what: str, where: Callable[[], str]) -> None:
        """``where`` says how far back one is."""
        super().__init__("", machine)
        self._what = what
        self._where = where
        self._shown = ""

    def say(self, text: str) -> None:
        """What runs now is not what one looks at."""

    def update_from(self, state: MachineState) -> None:
        """Drawn anew when it reads differently."""
        if self._where() != self._shown:
            self.refresh()

    def render_line(self, y: int) -> Strip:
        palette, width = palette_for(self.app.current_theme), self.size.width
        self._shown = where = self._where()
        head = Line().add(" conclab ", style(palette.ink, palette.title, bold=True)).add(" Past ", style(palette.title, bold=True))
        room = width - head.cells - cell_len(where) - 2
        head.add(fit(self._what, max(0, room)), style(palette.text, bold=True))
        head.add(f" {where} ", style(palette.ink, palette.unsure, bold=True) + action("screen.back"))
        return head.strip(width).apply_style(self.rich_style)
