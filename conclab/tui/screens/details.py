"""Everything about one process, a page at a time. It stays with its process, and when that has ended, with its last values."""

from __future__ import annotations

import time
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.theme import Theme
from textual.widget import Widget
from textual.widgets import Input

from conclab.model import figures
from conclab.model.details import HISTORY, KINDS, OVERVIEW, THREADS, Page, matching
from conclab.model.inspection import InspectionState, cores_of
from conclab.model.table import WHOLE, RowId, TaskRow
from conclab.model.trouble import trouble_of
from conclab.recording.feed import EVERYTHING, Changes, Session
from conclab.tui.renderables.blocks import plain, style
from conclab.tui.renderables.details import page_lines
from conclab.tui.renderables.details_history import history_lines
from conclab.tui.renderables.details_threads import strip_lines
from conclab.tui.screens.aside import aside
from conclab.tui.screens.details_parts import Head, ThreadsView
from conclab.tui.screens.help_words import DETAILS, Words
from conclab.tui.widgets.keybar import KeyBar
from conclab.tui.widgets.lines import LinesView
from conclab.tui.widgets.search_line import SearchLine

_BY_KEY = {kind.key: kind for kind in KINDS}
_MOST_CORES = 16
"""Lines of the core strip, and never more than a third of the screen."""


class DetailsScreen(Screen[None]):
    """Pushed over the monitor for one row. ``follow`` is to be called at each beat."""

    DEFAULT_CSS = """
    DetailsScreen #strip { display: none; }
    DetailsScreen #threads { display: none; height: 1fr; }
    DetailsScreen #page { height: 1fr; }
    DetailsScreen.-threads #threads, DetailsScreen.-threads #strip { display: block; }
    DetailsScreen.-threads #page { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape,q", "back", "Back", tooltip="Back to the table; while something is searched, end that first", id="details.back"
        ),
        Binding("tab", "turn(1)", "Next page", tooltip="The next page; Shift+Tab for the one before", id="details.next"),
        Binding("shift+tab", "turn(-1)", "Page before", show=False, tooltip="The page before", id="details.previous"),
        *(
            Binding(str(number), f"page('{kind.key}')", kind.title, show=False, tooltip=kind.meaning, id=f"details.{kind.key}")
            for number, kind in enumerate(KINDS, start=1)
        ),
        Binding("slash,f3", "search", "Search", key_display="/", tooltip="Show only what holds a text", id="details.search"),
        Binding("r,f5", "read", "Read again", tooltip="Read this page again, now", id="details.read"),
        Binding(
            "question_mark,f1", "app.help", "Help", key_display="?", tooltip="What the words mean, and every key", id="details.help"
        ),
        Binding("f10", "app.quit", "Quit", tooltip="Stop whatever runs and leave", id="details.quit"),
    ]

    def __init__(self, session: Session, row: TaskRow, page: str | None = None) -> None:
        """``row`` may be a thread's: its process is shown, and where no ``page`` is asked for, its threads."""
        super().__init__()
        self.session = session
        self._row = process_of(session, row)
        self.page_key = page or (THREADS if row.is_thread else OVERVIEW)
        self._pages: dict[str, Page] = {}
        self._asked_at: dict[str, float] = {}
        self._reading: set[str] = set()
        self._drawn: tuple[object, ...] = ()
        self._ended = False
        self._sought = ""

    @property
    def id_of_process(self) -> RowId:
        return self._row.id

    def compose(self) -> ComposeResult:
        yield Head(self._row, self.page_key)
        yield LinesView(id="page")
        yield ThreadsView()
        yield LinesView("Cores", id="strip")
        yield SearchLine()
        yield KeyBar()

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, self._repaint)
        self.action_page(self.page_key)

    def on_unmount(self) -> None:
        self.session.feed.inspect(None)

    # Keys

    def action_page(self, key: str) -> None:
        """Open a page; what was read of it before is shown until it has been read anew."""
        self.page_key = key
        self.set_class(key == THREADS, "-threads")
        self.session.feed.inspect(self.id_of_process if key == THREADS and not self._ended else None)
        self.query_one("#threads" if key == THREADS else "#page", Widget).focus()
        self.query_one("#page", LinesView).scroll_to(y=0, animate=False)
        kind = _BY_KEY[key]
        if kind.read and (kind.every_s is not None or key not in self._pages):
            self.action_read()
        self.call_after_refresh(self.follow, EVERYTHING)
        self.refresh_bindings()

    def action_turn(self, step: int) -> None:
        """To the next page or the one before; after the last comes the first."""
        keys = list(_BY_KEY)
        self.action_page(keys[(keys.index(self.page_key) + step) % len(keys)])

    def action_read(self) -> None:
        """Read the open page, unless that is being done already."""
        key = self.page_key
        if _BY_KEY[key].read and key not in self._reading and not self._ended:
            self._reading.add(key)
            self._asked_at[key] = time.monotonic()
            self.run_worker(self._read(key), group="details")

    async def _read(self, key: str) -> None:
        try:
            page = await aside(self.session.feed.details, self.id_of_process, key)
        except Exception as error:  # noqa: BLE001 - one page less is no reason to lose all the others
            self.notify(trouble_of(0, f"The page {_BY_KEY[key].title}", error).text, severity="error", timeout=30, markup=False)
            return
        finally:
            self._reading.discard(key)
        if page.ended:
            self._ended = True
        else:
            self._pages[key] = page
        self.follow(EVERYTHING)

    def action_search(self) -> None:
        self.query_one(SearchLine).open()

    def action_back(self) -> None:
        if not self.query_one(SearchLine).end(self.query_one("#page", LinesView)):
            self.dismiss()

    def words(self) -> tuple[Words, ...]:
        """For the help."""
        return DETAILS

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("search", "read"):
            return _BY_KEY[self.page_key].read
        return True

    @on(Input.Changed, "#search")
    def _searched(self, event: Input.Changed) -> None:
        self._sought = event.value
        self.query_one("#page", LinesView).scroll_to(y=0, animate=False)
        self.follow(EVERYTHING)

    @on(Input.Submitted, "#search")
    def _end_search(self) -> None:
        self.query_one(SearchLine).leave(self.query_one("#page", LinesView))

    # What is drawn

    def follow(self, changes: Changes) -> None:
        """Take over what has come, read again what has become old, and draw what has changed."""
        if not self.is_mounted:
            return
        self._follow_table()
        kind = _BY_KEY[self.page_key]
        if kind.every_s is not None and time.monotonic() - self._asked_at.get(kind.key, 0.0) >= kind.every_s:
            self.action_read()
        self.query_one(Head).say(self._row, self.page_key, self._ended)
        if self.page_key == THREADS:
            if changes.inspection:
                self._draw_threads()
        else:
            self._draw_page()

    def _follow_table(self) -> None:
        """The latest row of the process; and whether a table has come in which it is no longer."""
        state = self.session.table_state
        if state.table is None:
            return
        row = state.by_id.get(self._row.id)
        if row is not None:
            self._row = row
        elif any(one.id == self._row.id for one in state.table.ended) or self._inspection().ended:
            self._ended = True

    def _inspection(self) -> InspectionState:
        state = self.session.inspection_state
        return state if state.id == self.id_of_process else InspectionState(id=self.id_of_process)

    def _draw_page(self) -> None:
        view = self.query_one("#page", LinesView)
        kind, page = _BY_KEY[self.page_key], self._pages.get(self.page_key)
        table = self.session.table_state.table
        size, now_ns = view.scrollable_content_region.size, table.at_ns if table is not None else 0
        source = now_ns if kind.key == HISTORY else page
        wanted = (kind.key, source, size, self._sought, self._ended, self.app.current_theme.name)
        if wanted == self._drawn:
            return
        self._drawn = wanted
        view.title(kind.title)
        if kind.key == HISTORY:
            history = self.session.table_state.history(self.id_of_process)
            view.show(history_lines(history, now_ns, view.palette, size.width, size.height))
            view.subtitle("each chart: the last five minutes")
            return
        if page is None:
            words = "It had ended before this could be read." if self._ended else "reading …"
            view.show([plain(words, size.width, style(view.palette.dim))])
            view.subtitle("")
            return
        lines = page_lines(matching(page, self._sought), view.palette, size.width)
        view.show(lines or [plain(f"nothing holds “{self._sought}”", size.width, style(view.palette.dim))])
        view.subtitle(self._said(kind.every_s))

    def _said(self, every_s: float | None) -> str:
        """Under a page: what is searched, and how new it is."""
        again = "as it was when it ended" if self._ended else "read when it was opened; r reads it again"
        fresh = f"read every {every_s:.0f} s" if every_s is not None and not self._ended else again
        return f"only what holds “{self._sought}” · Esc shows all · {fresh}" if self._sought else fresh

    def _draw_threads(self) -> None:
        state, threads = self._inspection(), self.query_one(ThreadsView)
        threads.update_from(state)
        count = len(state.threads) + state.left_out
        told = f"sampled {figures.cores(state.per_s)} times a second" if state.per_s else "reading"
        more = f" · {figures.count(state.left_out)} more are left out" if state.left_out else ""
        threads.title(f"{figures.count(count)} thread{'s' if count != 1 else ''}" if count else "Threads")
        threads.subtitle(f"dark: asleep · busiest first · {told}{more}" if not self._ended else "it has ended")
        strip = self.query_one("#strip", LinesView)
        facts = self.session.feed.machine
        shown = list(cores_of(state, facts.cores, max(1, min(_MOST_CORES, self.size.height // 3 - 2))))
        strip.styles.height = max(1, len(shown)) + 2
        cores = self.session.machine_state.cores
        if shown:
            strip.show(strip_lines(state, cores, shown, strip.palette, strip.room, strip.colourless))
        else:
            strip.show([plain("none of its threads has run since this page was opened", strip.room, style(strip.palette.dim))])
        strip.title("Cores: which of its threads had which when")
        letters = (
            "letters: its threads, + more of them · dots: others"
            if strip.colourless
            else "height: load · colour: its threads, grey-blue: others"
        )
        strip.subtitle(letters)

    @on(LinesView.Resized)
    def _redraw(self) -> None:
        self.follow(EVERYTHING)

    def _repaint(self, _theme: Theme) -> None:
        """The drawn panes have their colours from the palette of the theme, not from a style sheet."""
        self.query_one(Head).refresh()
        self.query_one(KeyBar).refresh()
        self.follow(EVERYTHING)


def process_of(session: Session, row: TaskRow) -> TaskRow:
    """The row of the process that a row belongs to; the row itself where the table has none."""
    if not row.is_thread:
        return row
    table = session.table_state.table
    found = next((one for one in table.rows if one.id.pid == row.id.pid and one.id.tid == WHOLE), None) if table else None
    return found or row
