"""The Monitor: the machine's meters and its processes, busiest first."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.geometry import Size
from textual.strip import Strip

from conclab.model.processes import ProcessRow
from conclab.recording.feed import Changes, Session
from conclab.tui.renderables.meters import meter_lines
from conclab.tui.renderables.meters_layout import METERS, meters_layout
from conclab.tui.renderables.processes import header_line, process_line
from conclab.tui.screens.place import Place
from conclab.tui.widgets.keybar import KeyBar
from conclab.tui.widgets.lines import LinesView
from conclab.tui.widgets.results import progress


class ProcessView(LinesView):
    """The table under its header. The cursor stays on its process while the rows around it move."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "One process up", show=False),
        Binding("down,j", "move(1)", "One process down", show=False),
        Binding("pageup", "move_page(-1)", "A page up", show=False),
        Binding("pagedown", "move_page(1)", "A page down", show=False),
        Binding("home", "move_to(0)", "To the first", show=False),
        Binding("end", "move_to(-1)", "To the last", show=False),
    ]

    def __init__(self) -> None:
        super().__init__("Tasks", id="processes")
        self._rows: tuple[ProcessRow, ...] = ()
        self._cursor: tuple[int, float] | None = None
        self._drawn: dict[int, tuple[ProcessRow, bool, int]] = {}

    @property
    def visible_rows(self) -> int:
        return max(1, self.scrollable_content_region.height - 1)

    def update_rows(self, rows: tuple[ProcessRow, ...]) -> None:
        """Take over a table and repaint the lines in view that have changed."""
        place = self._position()
        self._rows = rows
        if rows and not any(self._is_cursor(row) for row in rows):  # the first time, or its process has ended
            row = rows[min(place, len(rows) - 1)]
            self._cursor = (row.pid, row.start_s)
        if self.virtual_size.height != len(rows) + 1:
            self.virtual_size = Size(self.room, len(rows) + 1)
        first = self.scroll_offset.y
        for y in range(self.visible_rows):
            number = first + y
            if number < len(rows):
                wanted = (rows[number], self._is_cursor(rows[number]), self.room)
                if self._drawn.get(y) != wanted:
                    self.refresh_lines(first + y + 1)
            elif y in self._drawn:
                del self._drawn[y]
                self.refresh_lines(first + y + 1)

    def _is_cursor(self, row: ProcessRow) -> bool:
        return self._cursor == (row.pid, row.start_s)

    def render_line(self, y: int) -> Strip:
        width = self.room
        if y == 0:
            return header_line(width, self.palette).apply_style(self.rich_style)
        number = self.scroll_offset.y + y - 1
        if not 0 <= number < len(self._rows):
            self._drawn.pop(y - 1, None)
            return Strip.blank(width, self.rich_style)
        row = self._rows[number]
        self._drawn[y - 1] = (row, self._is_cursor(row), width)
        return process_line(row, width, self.palette, self._is_cursor(row)).apply_style(self.rich_style)

    def _position(self) -> int:
        for number, row in enumerate(self._rows):
            if self._is_cursor(row):
                return number
        return 0

    def action_move(self, by: int) -> None:
        self._go(self._position() + by)

    def action_move_page(self, pages: int) -> None:
        self._go(self._position() + pages * self.visible_rows)

    def action_move_to(self, where: int) -> None:
        self._go(where if where >= 0 else len(self._rows) - 1)

    def on_resize(self) -> None:
        super().on_resize()
        self._drawn.clear()
        self._go(self._position())

    def _go(self, number: int) -> None:
        if not self._rows:
            return
        number = max(0, min(len(self._rows) - 1, number))
        row = self._rows[number]
        self._cursor = (row.pid, row.start_s)
        first = self.scroll_offset.y
        if number < first:
            self.scroll_to(y=number, animate=False)
        elif number >= first + self.visible_rows:
            self.scroll_to(y=number - self.visible_rows + 1, animate=False)
        self.refresh()


class MonitorScreen(Place):
    """Meters above, processes below."""

    NAME = "monitor"
    DEFAULT_CSS = """
    MonitorScreen > #processes { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g,ctrl+g", "app.go('lab')", "Lab", tooltip="The experiments", id="monitor.lab"),
        Binding("escape", "stop", "Stop the run", tooltip="Stop the experiment that runs in the lab", id="monitor.stop"),
        Binding("ctrl+p", "app.command_palette", "Commands", tooltip="Find any command by its name", id="monitor.commands"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._layout = meters_layout(session.feed.machine, METERS, 80, 24)
        self._was_live = False

    def compose(self) -> ComposeResult:
        yield self.top_bar
        yield LinesView("Machine", id="machine")
        yield ProcessView()
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(ProcessView).focus()

    def repaint(self) -> None:
        self.query_one(ProcessView).refresh()
        super().repaint()

    def on_resize(self, event: Resize) -> None:
        self._layout = meters_layout(self.session.feed.machine, METERS, self.size.width - 4, self.size.height)
        self.query_one("#machine").styles.height = self._layout.height + 2
        if self.is_current:
            self.call_after_refresh(self.enter)

    def action_stop(self) -> None:
        self.session.feed.stop()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.session.run_state.live if action == "stop" else True  # not shown while nothing runs

    def enter(self) -> None:
        super().enter()
        if self.is_current:
            self.session.feed.list_processes(self.query_one(ProcessView).visible_rows)

    def leave(self) -> None:
        self.session.feed.list_processes(None)

    def refresh_view(self, changes: Changes) -> None:
        super().refresh_view(changes)
        if changes.run and self._was_live != self.session.run_state.live:
            self._was_live = self.session.run_state.live
            self.refresh_bindings()
        self.top_bar.say(progress(self.session.run_state) if self._was_live else "")
        machine = self.session.machine_state
        if changes.machine:
            view = self.query_one("#machine", LinesView)
            facts = self.session.feed.machine
            view.show(meter_lines(machine, facts, self._layout, view.palette, view.room, view.colourless))
        if changes.processes and machine.processes is not None:
            table = self.query_one(ProcessView)
            table.update_rows(machine.processes.rows)
            table.subtitle(f"{len(machine.processes.rows)} processes · sorted by CPU")
