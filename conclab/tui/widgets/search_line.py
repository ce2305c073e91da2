"""The line in which one types what is to be shown alone. It is there only while one types."""

from __future__ import annotations

from textual.widget import Widget
from textual.widgets import Input


class SearchLine(Input):
    """What holds its text is shown; whoever contains it listens to ``Input.Changed``, and to ``Input.Submitted`` for Enter."""

    DEFAULT_CSS = """
    SearchLine { display: none; height: 1; border: none; padding: 0 1; background: $field; }
    SearchLine:focus { border: none; }
    SearchLine.-open { display: block; }
    """

    def __init__(self) -> None:
        super().__init__(id="search", placeholder="show only what holds …", compact=True)

    @property
    def is_open(self) -> bool:
        return self.has_class("-open")

    def open(self) -> None:
        """Let it be typed in."""
        self.add_class("-open")
        self.focus()

    def leave(self, to: Widget) -> None:
        """What was typed stays in force; the keys go to another widget."""
        self.remove_class("-open")
        to.focus()

    def end(self, to: Widget) -> bool:
        """Show everything again. Returns whether anything was typed or being typed."""
        searching = self.is_open or bool(self.value)
        if searching:
            self.clear()
            self.leave(to)
        return searching
