"""Lines of output that one can scroll through, while more come."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.geometry import Region
from textual.strip import Strip

from conclab.model.events import Line
from conclab.model.run_state import RunState
from conclab.tui.commands import MOVING
from conclab.tui.renderables.blocks import plain, style
from conclab.tui.renderables.output import said_line
from conclab.tui.theme import palette_for
from conclab.tui.widgets.lines import KeepsLook


def dropped(before: tuple[Line, ...], after: tuple[Line, ...]) -> int:
    """How many of the lines that were the oldest are no longer there."""
    if not after:
        return len(before)
    for number, line in enumerate(before):
        if line is after[0]:
            return number
    return len(before)


class OutputView(KeepsLook, can_focus=True):
    """The lines of one worker, or of all. Follows the end until one scrolls up, and from then on stays where it is.

    Not a ScrollView: there each new line is a new virtual size, and that lays out the whole screen anew (half of all that a run
    cost under the UI). The offset and the bar at the right edge are kept here.
    """

    DEFAULT_CSS = """
    OutputView { background: $background; }
    OutputView.-own { border-top: solid $line; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Scroll up", show=False, id="output.up", group=MOVING),
        Binding("down", "move(1)", "Scroll down", show=False, id="output.down", group=MOVING),
        Binding("pageup", "move_page(-1)", "Page up", show=False, id="output.pageup", group=MOVING),
        Binding("pagedown", "move_page(1)", "Page down", show=False, id="output.pagedown", group=MOVING),
        Binding("home", "go_to(0)", "Top", show=False, id="output.home", group=MOVING),
        Binding("end", "go_to(1000000000)", "Bottom", show=False, id="output.end", group=MOVING),
        Binding("left", "shift(-8)", "Left", show=False, id="output.left", group=MOVING),
        Binding("right", "shift(8)", "Right", show=False, id="output.right", group=MOVING),
    ]

    def __init__(self, worker: str | None = None) -> None:
        super().__init__(classes="-own" if worker else "")
        if worker:
            self.border_title = Content(f" {worker} ")
        self.worker = worker
        self._said: tuple[Line, ...] = ()
        self._started_ns = 0
        self._slots: dict[str, int] = {}
        self._shift = 0
        self._top = 0
        self._following = True

    @property
    def _height(self) -> int:
        return max(1, self.content_size.height)

    @property
    def _last_top(self) -> int:
        return max(0, len(self._said) - self._height)

    def update_from(self, run: RunState) -> None:
        """Take over the lines of a run; only what changes by that is drawn."""
        self._slots = {name: view.slot for name, view in run.workers.items()}
        self._colour_title()
        said = run.lines if self.worker is None else tuple(line for line in run.lines if line.worker == self.worker)
        if said is self._said or said == self._said:
            return
        same_run = run.started_ns == self._started_ns
        before, self._said, self._started_ns = self._said, said, run.started_ns
        if not same_run:
            self._following, self._shift = True, 0
        # Stay with the lines that are being read, also when the oldest are dropped.
        top = self._last_top if self._following else max(0, min(self._top - dropped(before, said), self._last_top))
        if top == self._top == 0 and same_run and len(said) <= self._height:
            self.refresh(Region(0, len(before), self.content_size.width, len(said) - len(before)))
            return
        self._top = top
        self.refresh()

    def _colour_title(self) -> None:
        if self.worker:
            self.styles.border_title_color = palette_for(self.app.current_theme).worker(self._slots.get(self.worker, 0))
            self.styles.border_title_style = "bold"

    def repaint(self) -> None:
        """The colours have changed."""
        self._colour_title()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        number = y + self._top
        width = self.content_size.width
        if not 0 <= number < len(self._said):
            return Strip.blank(width, self.own_style)
        palette = palette_for(self.app.current_theme)
        scrolls = len(self._said) > self._height
        room = width - 2 if scrolls else width
        said = self._said[number]
        colours = {said.worker: palette.worker(self._slots.get(said.worker, 0))} if said.worker else {}
        line = said_line(said, self._started_ns, room, palette, colours, self.worker is None, self._shift)
        if scrolls:
            line = Strip.join([line, plain(self._bar(y), 2, style(palette.dim))])
        return line.apply_style(self.own_style)

    def _bar(self, y: int) -> str:
        """The scroll bar's piece in a line: the thumb is at least one cell high."""
        height, total = self._height, len(self._said)
        thumb = max(1, height * height // total)
        start = round(self._top / max(1, self._last_top) * (height - thumb))
        return " ▐" if start <= y < start + thumb else " │"

    def action_move(self, lines: int) -> None:
        self.action_go_to(self._top + lines)

    def action_move_page(self, pages: int) -> None:
        self.action_go_to(self._top + pages * self._height)

    def action_go_to(self, line: int) -> None:
        """Show from a line on; at the end, follow from then on."""
        self._top = max(0, min(line, self._last_top))
        self._following = self._top >= self._last_top
        self.refresh()

    def action_shift(self, cells: int) -> None:
        """Move the text sideways, to read what is cut off; no further than the longest line in view goes."""
        in_view = self._said[self._top : self._top + self._height]
        longest = max((cell_len(line.text) for line in in_view), default=0)
        self._shift = max(0, min(self._shift + cells, longest - 8))
        self.refresh()

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        event.stop()
        self.action_move(-3)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        event.stop()
        self.action_move(3)

    def on_click(self, event: Click) -> None:
        """A click on the bar goes there."""
        if event.x >= self.content_size.width - 1 and len(self._said) > self._height:
            self.action_go_to(round(event.y / max(1, self._height - 1) * self._last_top))

    def on_resize(self) -> None:
        self.action_go_to(self._last_top if self._following else self._top)
