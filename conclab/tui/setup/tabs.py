"""The Set-up's top line: its sections, each with the digit that goes there; a click does, too. The one that is shown is marked."""

from __future__ import annotations

from textual.strip import Strip
from textual.widget import Widget

from conclab.tui.renderables.blocks import Line, action, style
from conclab.tui.theme import palette_for


class SetupTabs(Widget):
    """One line."""

    DEFAULT_CSS = """
    SetupTabs { height: 1; dock: top; background: $bar; }
    """

    def __init__(self, sections: tuple[tuple[str, str], ...]) -> None:
        """Names and titles of the sections."""
        super().__init__()
        self._sections = sections
        self._shown = sections[0][0]

    def choose(self, name: str) -> None:
        """Mark the section that is shown."""
        self._shown = name
        self.refresh()

    def render_line(self, y: int) -> Strip:
        palette = palette_for(self.app.current_theme)
        line = Line().add(" Set-up ", style(palette.ink, palette.title, bold=True))
        for number, (name, title) in enumerate(self._sections, 1):
            shown = name == self._shown
            look = style(palette.title, palette.cursor, bold=True) if shown else style(palette.dim)
            line.add(f" {number} {title} ", look + action(f"screen.section('{name}')"))
        return line.strip(self.size.width).apply_style(self.rich_style)
