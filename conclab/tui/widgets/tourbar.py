"""The tour's bar: where one is on it, what there is to see, which key to press. Nothing at all while there is no tour."""

from __future__ import annotations

from textual.strip import Strip
from textual.widget import Widget

from conclab.tui.renderables.blocks import Line, action, style, wrapped
from conclab.tui.theme import palette_for

WIDEST = 110
"""Cells of a line of text: longer ones are hard to read."""
_NARROWEST = 20


class TourBar(Widget):
    """A few lines above the keys."""

    DEFAULT_CSS = """
    TourBar { height: 0; background: $field; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._head = self._text = ""
        self._keys: tuple[tuple[str, str, str], ...] = ()

    def say(self, head: str, text: str, keys: tuple[tuple[str, str, str], ...]) -> None:
        """Say something else. ``keys``: (key, title, action), clickable. An empty text: there is no tour."""
        if (head, text, keys) != (self._head, self._text, self._keys):
            self._head, self._text, self._keys = head, text, keys
            self._fit()
            self.refresh()

    def on_resize(self) -> None:
        self._fit()

    def _lines(self) -> list[str]:
        return wrapped(self._text, max(_NARROWEST, min(WIDEST, self.app.size.width - 2))) if self._text else []

    def _fit(self) -> None:
        lines = self._lines()
        height = len(lines) + 1 if lines else 0
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height

    def render_line(self, y: int) -> Strip:
        palette = palette_for(self.app.current_theme)
        width, line = self.size.width, Line()
        if y == 0:
            line.add(self._head, style(palette.title, bold=True))
            right = sum(len(key) + len(title) + 4 for key, title, _action in self._keys)
            line.add(" " * max(1, width - line.cells - right))
            for key, title, name in self._keys:
                line.add(f" {key} ", style(palette.ink, palette.title, bold=True) + action(name))
                line.add(f"{title}  ", style(palette.text) + action(name))
        else:
            lines = self._lines()
            line.add(lines[y - 1] if y <= len(lines) else "", style(palette.text))
        return line.strip(width).apply_style(self.rich_style)
