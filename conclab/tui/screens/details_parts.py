"""Parts of the details screen: the line that says whose details these are with the tabs under it, and the live table of threads."""

from __future__ import annotations

from rich.cells import cell_len
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from conclab.model import figures
from conclab.model.details import KINDS
from conclab.model.inspection import InspectionState, ThreadView, newest_cell
from conclab.model.table import TaskRow
from conclab.tui.renderables.blocks import Line, action, fit, plain, style
from conclab.tui.renderables.details_threads import header_line, thread_line
from conclab.tui.renderables.workers import legend_line
from conclab.tui.theme import palette_for
from conclab.tui.widgets.lines import LinesView

_LEGEND = 2
"""Lines after the last thread: a blank one, and what the colours mean."""


class Head(Widget):
    """Two lines: the process with its figures, and the pages. A click on a page opens it."""

    DEFAULT_CSS = """
    Head { height: 2; dock: top; background: $bar; }
    """

    def __init__(self, row: TaskRow, page: str) -> None:
        super().__init__()
        self._row = row
        self._page = page
        self._ended = False

    def say(self, row: TaskRow, page: str, ended: bool) -> None:
        """Take over the latest figures; drawn anew only when they differ."""
        if (row, page, ended) != (self._row, self._page, self._ended):
            self._row, self._page, self._ended = row, page, ended
            self.refresh()

    def render_line(self, y: int) -> Strip:
        line = self._process() if y == 0 else self._tabs()
        return line.strip(self.size.width).apply_style(self.rich_style)

    def _process(self) -> Line:
        palette, row, width = palette_for(self.app.current_theme), self._row, self.size.width
        if self._ended:
            state, look = " ■ ended: these are its last values ", style(palette.ink, palette.unsure, bold=True)
        else:
            state, look = " " + " · ".join(self._figures()) + " ", style(palette.text)
        number = f" {row.id.pid} "
        room = max(0, width - 9 - len(number) - 1 - cell_len(state))
        return (
            Line()
            .add(" conclab ", style(palette.ink, palette.title, bold=True))
            .add(number, style(palette.title, bold=True))
            .add(fit(row.command or row.name, room) + " ", style(palette.text, bold=True))
            .add(state, look)
        )

    def _figures(self) -> list[str]:
        """What fits beside the name, the most telling first."""
        row = self._row
        parts = [f"{row.state}  CPU {figures.percent(row.cpu_share) or '–'}"]
        if row.delay_share is not None:
            parts.append(f"wants {figures.percent(row.delay_share)}")
        if row.resident_bytes is not None:
            parts.append(figures.size(row.resident_bytes))
        if row.user:
            parts.append(row.user)
        while len(parts) > 1 and cell_len(" · ".join(parts)) > self.size.width // 2:
            parts.pop()
        return parts

    def _tabs(self) -> Line:
        """The pages by number and name; where there is no room for all names, only the open one has its own."""
        palette, line, width = palette_for(self.app.current_theme), Line(), self.size.width
        names = sum(len(kind.title) for kind in KINDS)
        roomy, all_named = width >= names + 5 * len(KINDS), width >= names + 3 * len(KINDS)
        for number, kind in enumerate(KINDS, start=1):
            here = kind.key == self._page
            title = f" {kind.title}" if here or all_named else ""
            look = style(palette.title, palette.cursor, bold=True) if here else style(palette.dim)
            line.add(
                f" {number}{title}" + ("  " if roomy else "" if all_named else " "), look + action(f"screen.page('{kind.key}')")
            )
        return line


class ThreadsView(LinesView):
    """The threads under their header, busiest first; only the lines in view are made."""

    def __init__(self) -> None:
        super().__init__("Threads", id="threads")
        self._state = InspectionState()
        self._order: list[ThreadView] = []
        self._made: dict[int, Strip] = {}

    def update_from(self, state: InspectionState) -> None:
        """Take over what is known, and repaint the lines in view that have changed."""
        self._state, self._order = state, state.busiest()
        count = len(self._order) + 1 + _LEGEND
        if self.virtual_size != Size(self.room, count):
            self.virtual_size = Size(self.room, count)
            self._refresh_scrollbars()
            self.refresh()
            return
        first = self.scroll_offset.y
        for y in range(self.scrollable_content_region.height):
            if self._made.get(y) != self._line(y):
                self.refresh_lines(first + y)

    def _line(self, y: int) -> Strip:
        width = self.room
        number = self.scroll_offset.y + y - 1
        if y == 0:
            return header_line(width, self.palette, self.colourless)
        if not self._order and y == 1:
            words = "It has ended; nothing was seen of its threads." if self._state.ended else "reading its threads …"
            return plain(words, width, style(self.palette.dim))
        if 0 <= number < len(self._order):
            return thread_line(self._order[number], newest_cell(self._state), width, self.palette, self.colourless)
        if self._order and number == len(self._order) + _LEGEND - 1:
            return legend_line(width, self.palette, self.colourless)
        return Strip.blank(width)

    def render_line(self, y: int) -> Strip:
        self._made[y] = self._line(y)
        return self._made[y].adjust_cell_length(self.room).apply_style(self.rich_style)

    def on_resize(self) -> None:
        super().on_resize()
        self._made.clear()
