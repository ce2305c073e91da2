"""The Monitor: the machine's meters, the table of its tasks, and what is known of the selected one."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Resize

from conclab.model.columns import COLUMNS, Column, of_machine
from conclab.model.table import AFFINITY, QUEUE, SCHED, STATUS, WCHAN, RowId, TaskRow, Wanted
from conclab.model.table import TaskTable as Table
from conclab.model.text import harmless
from conclab.recording.feed import EVERYTHING, Changes, Session
from conclab.tui.renderables.blocks import fit
from conclab.tui.renderables.meters import meter_lines
from conclab.tui.renderables.meters_layout import Layout, meters_layout
from conclab.tui.renderables.selected import LINES, MOST_SEEN, selected_lines
from conclab.tui.screens.details import DetailsScreen
from conclab.tui.screens.going_back import GoesBack
from conclab.tui.screens.help_words import Words, monitor_words
from conclab.tui.screens.monitor_acts import ActsOnTasks
from conclab.tui.screens.monitor_keys import KEYS
from conclab.tui.screens.monitor_search import FindsTasks
from conclab.tui.screens.monitor_tape import RecordsTape
from conclab.tui.screens.monitor_views import ViewsTasks
from conclab.tui.screens.trace import TraceScreen
from conclab.tui.widgets.keybar import KeyBar
from conclab.tui.widgets.lines import LinesView
from conclab.tui.widgets.prompt import Prompt
from conclab.tui.widgets.results import progress
from conclab.tui.widgets.task_browser import ENDED, HELD, LIVE, PAUSED, TaskBrowser
from conclab.tui.widgets.task_table import TaskTable

_ROOM_FOR_SELECTED = 34
"""Lines of a screen from which on the pane about the selected row is there without being asked for."""
_AROUND = 5
"""Lines that are none of a pane's: the bar at the top, the keys, the table's borders and its header."""
_LEAST_ROWS = 4
"""Rows of tasks that there shall be: before there are fewer, a pane goes."""


class MonitorScreen(ActsOnTasks, FindsTasks, ViewsTasks, GoesBack, RecordsTape):
    """Meters above, tasks below, the selected one at the bottom."""

    NAME = "monitor"
    DEFAULT_CSS = """
    MonitorScreen > #tasks { height: 1fr; }
    """
    BELOW: ClassVar[int] = 0
    """Lines that stand below the panes, beside the keys."""
    BINDINGS: ClassVar[list[BindingType]] = KEYS
    ACTS: ClassVar[frozenset[str]] = frozenset({"trace"})

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.browser = TaskBrowser()
        self._layout: Layout | None = None
        self._was_live = False
        self._wanted: Wanted | None = None
        self._tables = 0
        """How many have come since this place was entered, taken over or (while it is paused) not."""
        self._latest: Table | None = None
        self._read_with: object = None
        """What of the settings the filter was read with."""
        self._pane: bool | None = None
        """Whether the pane about the selected row is there; None: as the room allows."""
        self._seen: deque[int | None] = deque(maxlen=MOST_SEEN)
        self._seen_of: RowId | None = None
        self._known = session.table_state
        """What the rows on the screen are from: while they are paused, what was known then."""

    def compose(self) -> ComposeResult:
        yield self.top_bar
        yield LinesView("Machine", id="machine")
        yield TaskTable(self.browser, id="tasks")
        yield LinesView("Selected", id="selected")
        yield Prompt()
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#machine").can_focus = self.query_one("#selected").can_focus = False
        self.query_one("#selected").border_subtitle = "Enter: all details"
        self.settings_changed()
        self.query_one(TaskTable).focus()

    # What is set

    @property
    def columns(self) -> Mapping[str, Column]:
        cores = self.session.feed.machine.cores
        return of_machine(cores) if self.settings.of_machine else COLUMNS

    def settings_changed(self) -> None:
        if not self.query(TaskTable):
            return
        settings, columns = self.settings, self.columns
        table = self.query_one(TaskTable)
        table.paths = settings.paths
        table.look_at([columns[key] for key in settings.sets[settings.columns]])
        self.browser.change(
            sort=columns[settings.sort],
            inverted=settings.inverted,
            tree=settings.tree,
            threads=settings.threads,
            names=settings.names,
            kernel=settings.kernel,
        )
        read_with = settings.of_machine, settings.filters
        if read_with != self._read_with:
            self._read_with = read_with
            self.read_filter_again()
        self._divide()
        self.rows_changed()

    # How the screen is divided

    def on_resize(self, event: Resize) -> None:
        self._divide()
        if self.is_current:
            self.call_after_refresh(self.enter)

    def _divide(self) -> None:
        height = self.size.height - self.BELOW
        self._layout = meters_layout(self.session.feed.machine, self.settings.meters, self.size.width - 4, height)
        machine, selected = self.query_one("#machine"), self.query_one("#selected")
        machine.styles.height = self._layout.height + 2
        selected.styles.height = LINES + 2
        room = height - _AROUND - _LEAST_ROWS
        asked = height >= _ROOM_FOR_SELECTED if self._pane is None else self._pane
        selected.display = asked and room >= LINES + 2
        machine.display = 0 < self._layout.height <= room - 2 - (LINES + 2) * selected.display

    # Coming, going, drawing

    def enter(self) -> None:
        super().enter()
        if self.is_current:
            self._want()

    def on_screen_resume(self) -> None:
        """What stood before it is gone: something else may have been set there."""
        if self.query(TaskTable):
            self._want()

    def leave(self) -> None:
        self._wanted, self._tables = None, 0
        self.session.list_tasks(None)

    def repaint(self) -> None:
        self.query_one(TaskTable).refresh()
        super().repaint()

    def refresh_view(self, changes: Changes) -> None:
        super().refresh_view(changes)
        if changes.run and self._was_live != self.session.run_state.live:
            self._was_live = self.session.run_state.live
            self.refresh_bindings()
        self.top_bar.say(progress(self.session.run_state) if self._was_live else "")
        if changes.machine and self._layout is not None:
            view = self.query_one("#machine", LinesView)
            state, facts = self.session.machine_state, self.session.feed.machine
            view.show(meter_lines(state, facts, self._layout, view.palette, view.room, view.colourless))
        table = self.session.table_state.table
        if changes.tasks and table is not None and table is not self._latest:
            self._latest = table
            self._tables += 1
            self._table_came()
            if self.browser.take(table):
                self._see()
                self.rows_changed()
            else:
                self._want()
        elif changes == EVERYTHING:
            self.rows_changed()

    def rows_changed(self) -> None:
        """Other rows are shown, or they read differently."""
        if self.browser.motion != PAUSED:
            self._known = self.session.table_state
        table = self.query_one(TaskTable)
        table.update_rows()
        self.describe()
        self._draw_selected()
        self._want()

    def describe(self) -> None:
        """In the borders: what is shown, and in which way."""
        browser, table = self.browser, self.query_one(TaskTable)
        view = browser.view
        moving = {LIVE: "", HELD: " · rows held (z lets them go)", PAUSED: " · paused (Z goes on)"}[browser.motion]
        table.title(f"Tasks{moving}")
        # A long filter must not push out of the border what stands behind it.
        filtered = harmless(self.filter_text)
        most = max(10, table.size.width // 3)
        parts = [
            f"filter {fit(filtered, min(most, cell_len(filtered)))}" if filtered else "",
            f"user {view.user}" if view.user else "",
            f"{len(browser.tags)} tagged" if browser.tags else "",
            "following" if table.follow else "",
            f"selected: {table.cursor_is} (F follows)" if table.cursor_is and not table.follow else "",
            "tree" if view.tree else "",
            "threads" if view.threads else "",
            "" if view.sort in table.shown_columns else f"by {view.sort.title}{'▼' if view.sort.falling != view.inverted else '▲'}",
            columns := f"columns {self.settings.columns}",
            "" if browser.total is None else f"{len(browser.shown):,} of {browser.total:,}",
        ]
        said = [part for part in parts if part]
        for least in (columns, "threads", "tree"):  # what a narrow border can do without; the count of the rows is not
            if cell_len(" · ".join(said)) > table.size.width - 4 and least in said:
                said.remove(least)
        table.subtitle(" · ".join(said))

    def _want(self) -> None:
        """Order what is to be seen. The first two tables have everything, so that every rate is there from the second on."""
        if not self.is_current or self.app.screen is not self:
            return
        table, view = self.query_one(TaskTable), self.browser.view
        needs = {column.needs for column in table.shown_columns if column.needs}
        if self.query_one("#selected").display:
            needs |= {QUEUE, STATUS, SCHED, WCHAN, AFFINITY}
        of_all = self.needs_of_filter | ({view.sort.needs} if view.sort.needs else set())
        wanted = Wanted(
            threads=view.threads,
            visible=table.in_view() if self._tables > 1 else None,
            needs=frozenset(needs),
            needs_of_all=frozenset(of_all),
            every_s=self.settings.every_s,
            acted_on=frozenset(self._acted_on),
        )
        if wanted != self._wanted:
            self._wanted = wanted
            self.session.list_tasks(wanted)

    @on(TaskTable.Opened)
    def _opened(self, event: TaskTable.Opened) -> None:
        self.open_details(event.row)

    def action_details(self, page: str) -> None:
        """A page about the selected row."""
        row = self.query_one(TaskTable).row
        if row is not None:
            self.open_details(row, page)

    def open_details(self, row: TaskRow, page: str | None = None) -> None:
        """All about a row."""
        self.app.push_screen(DetailsScreen(self.session, row, page))

    def action_trace(self) -> None:
        """The system calls of the selected row."""
        row = self.query_one(TaskTable).row
        if row is not None:
            self.app.push_screen(TraceScreen(self.session, row))

    @on(TaskTable.Moved)
    def _moved(self) -> None:
        self.describe()
        self._draw_selected()
        self._want()

    def _see(self) -> None:
        """Keep in mind which core the selected row had."""
        row = self.query_one(TaskTable).row
        if row is None or row.id != self._seen_of:
            self._seen.clear()
            self._seen_of = row.id if row else None
        if row is not None:
            self._seen.append(row.core if row.state == "R" or (row.cpu_share or 0) > 0 else None)

    def _draw_selected(self) -> None:
        view = self.query_one("#selected", LinesView)
        if not view.display or not view.room:
            return
        row = self.query_one(TaskTable).row
        if row is None or row.id != self._seen_of:
            self._seen.clear()
            self._seen_of = row.id if row else None
        history = self._known.history(row.id if row else RowId(0, 0, 0))
        ended = row is not None and self.browser.mark(row.id) == ENDED
        view.show(selected_lines(row, history, self._seen, ended, view.palette, view.room))

    # What keys do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "stop":
            return self.session.run_state.live  # not shown while nothing runs
        if action == "fold" or action == "fold_all":
            return self.browser.view.tree
        return True

    def words(self) -> tuple[Words, ...]:
        """For the help: the columns that are shown, signs, letters, meters, filters."""
        return monitor_words(self.query_one(TaskTable).shown_columns)

    def action_stop(self) -> None:
        self.session.feed.stop()

    def action_selected(self) -> None:
        self._pane = not self.query_one("#selected").display
        self._divide()
        self.call_after_refresh(self.rows_changed)
