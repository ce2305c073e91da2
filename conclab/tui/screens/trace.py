"""The system calls of a task, live, by strace: for as long as this screen is open, and not a moment longer."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.strip import Strip
from textual.theme import Theme
from textual.widgets import Input

from conclab.model import figures
from conclab.model.details import STACKS
from conclab.model.table import TaskRow
from conclab.model.trace import TraceState, holding
from conclab.recording.feed import EVERYTHING, Changes, Session
from conclab.tui.renderables.blocks import Line, fit, plain, style, wrapped
from conclab.tui.renderables.trace import summary_line
from conclab.tui.screens.details import DetailsScreen, process_of
from conclab.tui.screens.help_words import TRACE, Words
from conclab.tui.theme import Palette
from conclab.tui.widgets.keybar import KeyBar
from conclab.tui.widgets.line import Drawn
from conclab.tui.widgets.lines import LinesView
from conclab.tui.widgets.search_line import SearchLine
from conclab.tui.widgets.trace_view import TraceView


class TraceScreen(Screen[None]):
    """Pushed over the monitor for one row. ``follow`` is to be called at each beat."""

    DEFAULT_CSS = """
    TraceScreen Drawn { background: $bar; }
    TraceScreen #calls { height: 1fr; }
    TraceScreen #why { height: 1fr; display: none; }
    TraceScreen.-refused #calls { display: none; }
    TraceScreen.-refused #why { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape,q", "back", "Back", tooltip="End the trace and go back; while something is sought, end that", id="trace.back"
        ),
        Binding("space", "pause", "Pause", tooltip="Let the lines stand still, or go along with the newest", id="trace.pause"),
        Binding("slash,f4", "filter", "Filter", key_display="/", tooltip="Show only lines that hold a text", id="trace.filter"),
        Binding("S,enter", "stacks", "Stacks", tooltip="End the trace, and see where the threads are instead", id="trace.stacks"),
        Binding("r,f5", "again", "Trace again", tooltip="Begin a new trace of the same task", id="trace.again"),
        Binding(
            "question_mark,f1", "app.help", "Help", key_display="?", tooltip="What one sees here, and every key", id="trace.help"
        ),
        Binding("f10", "app.quit", "Quit", tooltip="Stop whatever runs and leave", id="trace.quit"),
    ]

    def __init__(self, session: Session, row: TaskRow) -> None:
        """``row`` may be a thread's: then it alone is traced."""
        super().__init__()
        self.session = session
        self._row = row
        self._process = process_of(session, row)
        self._frozen: TraceState | None = None
        """What is shown while the lines stand still."""

    def compose(self) -> ComposeResult:
        yield Drawn(self._draw_head, id="whom")
        yield Drawn(self._draw_summary, id="summary")
        yield TraceView(id="calls")
        yield LinesView("Not traced", id="why")
        yield SearchLine()
        yield KeyBar()

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, self._repaint)
        self.query_one(TraceView).focus()
        self.action_again()

    def on_unmount(self) -> None:
        self.session.trace(None)

    # Keys

    def action_again(self) -> None:
        self._frozen = None
        self.query_one(TraceView).follow(True)
        self.session.trace(self._row.id)
        self.follow(EVERYTHING)

    def action_pause(self) -> None:
        view = self.query_one(TraceView)
        view.follow(not view.following)

    @on(TraceView.Followed)
    def _followed(self, event: TraceView.Followed) -> None:
        """What one reads stays as it is, though more comes."""
        self._frozen = None if event.following else self.session.trace_state
        self.follow(EVERYTHING)
        self.refresh_bindings()

    def words(self) -> tuple[Words, ...]:
        """For the help."""
        return TRACE

    def title_of(self, action: str) -> str | None:
        """Space goes on where it has paused."""
        return "Go on" if action == "pause" and self._frozen is not None else None

    def action_filter(self) -> None:
        self.query_one(SearchLine).open()

    @on(Input.Changed, "#search")
    def _sought(self) -> None:
        self.follow(EVERYTHING)

    @on(Input.Submitted, "#search")
    def _searched(self) -> None:
        self.query_one(SearchLine).leave(self.query_one(TraceView))

    def action_back(self) -> None:
        if not self.query_one(SearchLine).end(self.query_one(TraceView)):
            self.dismiss()

    def action_stacks(self) -> None:
        self.app.switch_screen(DetailsScreen(self.session, self._process, STACKS))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "again":
            return bool(self.session.trace_state.over)
        if action in ("pause", "filter"):
            return not self.session.trace_state.refused
        return True

    # What is drawn

    def follow(self, changes: Changes) -> None:
        """Draw what has come."""
        if not changes.trace or not self.is_mounted:
            return
        state = self.session.trace_state
        self.query_one("#whom").refresh()
        self.query_one("#summary").refresh()
        if state.refused != self.has_class("-refused"):
            self.set_class(state.refused, "-refused")
            self.query_one("#why" if state.refused else "#calls").focus()
        if bool(state.over) != self.has_class("-over"):
            self.set_class(bool(state.over), "-over")
            self.refresh_bindings()
        if state.refused:
            self._say_why(state.over)
        else:
            self._show(self._frozen or state, state)

    def _show(self, shown: TraceState, state: TraceState) -> None:
        view, sought = self.query_one(TraceView), self.query_one(SearchLine).value
        lines = holding(shown.lines, sought)
        view.update_from(lines, shown.pending if not sought else None)
        newer = len(state.lines) + state.dropped - len(shown.lines) - shown.dropped
        held = f"paused · {figures.count(newer)} newer lines · Space goes on" if self._frozen is not None else ""
        kept = f"the newest {figures.count(len(shown.lines))} are kept" if shown.dropped else ""
        only = f"{figures.count(len(lines))} of {figures.count(len(shown.lines))} lines hold “{sought}” · Esc shows all"
        view.title("System calls, by strace")
        told = [part for part in (held, only if sought else kept, state.over) if part]
        view.subtitle(" · ".join(told or ["it runs slower while it is traced"]))

    def _say_why(self, sentence: str) -> None:
        view = self.query_one("#why", LinesView)
        width, text = view.room, style(view.palette.text)
        offer = "Enter shows where its threads are instead: the Stacks page. Esc goes back."
        parts = [plain("", width), *(plain(part, width, text) for part in wrapped(sentence, min(width, 96))), plain("", width)]
        view.show([*parts, *(plain(part, width, style(view.palette.dim)) for part in wrapped(offer, min(width, 96)))])

    def _draw_head(self, width: int, palette: Palette) -> Strip:
        row, process = self._row, self._process
        state = self.session.trace_state
        if state.over or self._frozen is not None:
            word = " ■ not traced " if state.refused else " ■ over " if state.over else " ‖ paused "
            look = style(palette.ink, palette.unsure, bold=True)
        else:
            word, look = " ● tracing ", style(palette.good, bold=True)
        number = f" {row.pid} "
        whom = (
            f"thread {row.name} of {process.id.pid} {process.command or process.name}" if row.is_thread else row.command or row.name
        )
        line = Line().add(" conclab ", style(palette.ink, palette.title, bold=True)).add(number, style(palette.title, bold=True))
        line.add(fit(whom, max(0, width - line.cells - cell_len(word))), style(palette.text, bold=True))
        return line.add(word, look).strip(width)

    def _draw_summary(self, width: int, palette: Palette) -> Strip:
        return summary_line(self.session.trace_state, width, palette)

    @on(LinesView.Resized)
    def _redraw(self) -> None:
        self.follow(EVERYTHING)

    def _repaint(self, _theme: Theme) -> None:
        """The drawn panes have their colours from the palette of the theme, not from a style sheet."""
        self.query_one(KeyBar).refresh()
        self.follow(EVERYTHING)
