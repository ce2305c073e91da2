"""A scrollable view of drawn lines that repaints only the lines that have changed.

A whole pane of 40 lines costs about 10 ms to draw, a changed line a fraction of that: lines are therefore compared with those of
the last frame, and nothing else is touched.
"""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from conclab.tui.commands import MOVING
from conclab.tui.theme import Palette, palette_for


class KeepsLook(Widget):
    """Keeps its own style. Textual works it out anew from all ancestors whenever it is asked, and a widget that draws lines asks
    for each of them: that was a seventh of what drawing a run cost."""

    _own_style: Style | None = None

    @property
    def own_style(self) -> Style:
        """``rich_style``, made once until a style changes."""
        if self._own_style is None:
            self._own_style = self.rich_style
        return self._own_style

    def notify_style_update(self) -> None:
        self._own_style = None
        super().notify_style_update()


class LinesView(ScrollView, KeepsLook, can_focus=True):
    """Shows what ``show`` was given last."""

    DEFAULT_CSS = """
    LinesView {
        background: $background;
        border: solid $line;
        border-title-color: $primary;
        border-subtitle-color: $dim;
        padding: 0 0 0 1;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        scrollbar-size-horizontal: 0;
        overflow-x: hidden;
    }
    LinesView:focus {
        border: solid $primary 60%;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", "Scroll up", show=False, id="lines.up", group=MOVING),
        Binding("down", "scroll_down", "Scroll down", show=False, id="lines.down", group=MOVING),
        Binding("pageup", "page_up", "Page up", show=False, id="lines.pageup", group=MOVING),
        Binding("pagedown", "page_down", "Page down", show=False, id="lines.pagedown", group=MOVING),
        Binding("home", "scroll_home", "Top", show=False, id="lines.home", group=MOVING),
        Binding("end", "scroll_end", "Bottom", show=False, id="lines.end", group=MOVING),
    ]

    class Resized(Message):
        """There is more or less room now; whoever draws the lines should draw them again."""

    def __init__(self, title: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._title_text = self._subtitle_text = ""
        self.title(title)
        self._lines: list[Strip] = []
        self._drawn_for = Size(0, 0)

    @property
    def palette(self) -> Palette:
        return palette_for(self.app.current_theme)

    @property
    def colourless(self) -> bool:
        """Whether states have to be told without colour (NO_COLOR)."""
        return self.app.no_color

    @property
    def room(self) -> int:
        """Cells in a line."""
        return self.scrollable_content_region.width

    def show(self, lines: list[Strip]) -> None:
        """Take over new lines and repaint those that differ."""
        old, self._lines = self._lines, lines
        size = Size(self.room, len(lines))
        if self.virtual_size != size:
            self.resize_virtually(size)
            self.refresh()
            return
        for number, (before, after) in enumerate(zip(old, lines, strict=True)):
            if before != after:
                self.refresh_lines(number)

    def resize_virtually(self, size: Size) -> None:
        """There are more or fewer lines now. Textual would lay the whole screen out anew, though only the scrollbar can change."""
        self.set_reactive(ScrollView.virtual_size, size)
        self._refresh_scrollbars()
        if self.scroll_offset.y > self.max_scroll_y:
            self.scroll_to(y=self.max_scroll_y, animate=False)

    def render_line(self, y: int) -> Strip:
        number = y + self.scroll_offset.y
        width = self.room
        if not 0 <= number < len(self._lines):
            return Strip.blank(width, self.own_style)
        return self._lines[number].adjust_cell_length(width).apply_style(self.own_style)

    def title(self, text: str) -> None:
        """Set the text in the upper border; a border is only drawn anew when it has changed."""
        if text != self._title_text:
            self._title_text = text
            self.border_title = Content(text)  # as it stands: what an experiment says must not be read as markup

    def subtitle(self, text: str) -> None:
        """The same for the lower border."""
        if text != self._subtitle_text:
            self._subtitle_text = text
            self.border_subtitle = Content(text)

    def on_resize(self) -> None:
        if self.size != self._drawn_for:
            self._drawn_for = self.size
            self.post_message(self.Resized())

    def on_show(self) -> None:
        """What was drawn while it was hidden was drawn for no room at all."""
        self.post_message(self.Resized())

    def text(self) -> list[str]:
        """The lines as plain text, as they are on the screen now."""
        return [self.render_line(y).text for y in range(self.scrollable_content_region.height)]
