"""The footer: which keys do something here and now. One line, drawn from the screen's active bindings; a click works too.

Textual's own Footer makes a widget for every key and leaks them at each refresh (measured: 100 live ones per 100 refreshes).
"""

from __future__ import annotations

from textual.app import App
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from conclab.tui.commands import Command, commands
from conclab.tui.renderables.blocks import Line, action, style
from conclab.tui.theme import palette_for


class KeyBar(Widget):
    """One line of keys."""

    DEFAULT_CSS = """
    KeyBar { height: 1; dock: bottom; background: $bar; }
    """

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, _screen: Screen[object]) -> None:
        self.refresh()

    def _click(self, command: Command) -> str:
        """The action by its full name: a click has no node of its own to look it up on."""
        if "." in command.action:
            return command.action
        return f"app.{command.action}" if isinstance(command.node, App) else f"screen.{command.action}"

    def render_line(self, y: int) -> Strip:
        palette = palette_for(self.app.current_theme)
        shown = [command for command in commands(self.screen) if command.shown]
        while len(shown) > 2 and sum(len(command.keys[0]) + len(command.title) + 3 for command in shown) > self.size.width:
            shown.pop(-3)  # the last two are help and quit: they stay
        cap = style(palette.ink, palette.title, bold=True)
        line = Line()
        for command in shown:
            click = action(self._click(command))
            line.add(f" {command.keys[0]} ", (cap if command.enabled else style(palette.dim, palette.cursor)) + click)
            line.add(f"{command.title} ", style(palette.text if command.enabled else palette.dim) + click)
        return line.strip(self.size.width).apply_style(self.rich_style)
