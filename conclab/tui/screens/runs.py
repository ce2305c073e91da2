"""Runs: every run that was kept. Open one to see it at any moment, or forget it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Protocol, runtime_checkable

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.widgets import Input

from conclab.model import figures
from conclab.model.results import OK
from conclab.model.text import harmless
from conclab.recording.feed import Changes, Session
from conclab.recording.kept import CannotForget, Kept, forget, read_kept, stamp_ns
from conclab.recording.stored import RUN, Summary, Unreadable
from conclab.tui.commands import FINDING, LOOKING, ORDER
from conclab.tui.palettes import Palette
from conclab.tui.renderables.blocks import fit, plain, style, wrapped
from conclab.tui.renderables.runs import BY_KEY, COLUMNS, arranged
from conclab.tui.screens.aside import aside
from conclab.tui.screens.forget import ForgetDialog
from conclab.tui.screens.help_words import Words
from conclab.tui.screens.opening import opened_screen
from conclab.tui.screens.place import Place
from conclab.tui.widgets.keybar import KeyBar
from conclab.tui.widgets.line import Drawn
from conclab.tui.widgets.lines import LinesView
from conclab.tui.widgets.runs_table import RunsTable
from conclab.tui.widgets.search_line import SearchLine

LOOK_EVERY_S = 1.0
"""How often the folder is asked whether it has changed, while this place is shown."""
LIVE_EVERY_S = 2.0
"""How often a run that is being written is read anew."""
_ABOUT = 6
NOTHING = "No run has been kept yet. Start one in the Lab, or with `conclab run NAME`: each is kept here from then on."

WORDS = (
    Words(
        "Words",
        (
            ("✓ ✗ ?", "the verdict: holds, fails, undecided"),
            ("● live", "it is running now; what is shown is how far it has got"),
            ("‡ killed", "conclab was killed while it ran: what had been kept until then can be opened"),
            ("■ stopped, ! failed", "somebody stopped it, or the experiment went wrong: there is no verdict"),
            ("≡ monitor", "a recording of the monitor; a key there makes one, and `conclab monitor --record FILE`"),
            ("reps", "repetitions of all arms together"),
            ("trace", "exact: every switch was traced by the kernel; sampled: looked at so many times a second"),
        ),
    ),
)


@runtime_checkable
class OpensFirst(Protocol):
    """An app that was asked to open a recording."""

    opens: Path | None


class RunsScreen(Place):
    """The table, what is known of the selected run, and what cannot be used."""

    NAME = "runs"
    ACTS: ClassVar[frozenset[str]] = frozenset({"forget"})
    DEFAULT_CSS = """
    RunsScreen > #runs { height: 1fr; }
    RunsScreen > #about-run { height: 6; }
    RunsScreen > #problems { height: 1; display: none; padding: 0 2; }
    RunsScreen > #problems.-some { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", key_display="Enter", tooltip="See it at any moment of it", id="runs.open", group=LOOKING),
        Binding(
            "slash,f3,f4",
            "search",
            "Filter",
            key_display="/",
            tooltip="Only runs that hold a text",
            id="runs.filter",
            group=FINDING,
        ),
        Binding("d,delete", "forget", "Forget", tooltip="Delete the file of the selected run, after a question", id="runs.forget"),
        Binding("f6", "next_column(1)", "Sort", tooltip="Sort by the next column", id="runs.sort", group=ORDER),
        Binding("less_than_sign,comma", "next_column(-1)", "Column left", show=False, id="runs.sort_left", group=ORDER),
        Binding("greater_than_sign,full_stop", "next_column(1)", "Column right", show=False, id="runs.sort_right", group=ORDER),
        Binding("I", "invert", "Invert", tooltip="Turn the order round", id="runs.invert", group=ORDER),
        Binding("escape", "back", "All runs", tooltip="Take the filter away", id="runs.back", group=FINDING),
        Binding("g,ctrl+g", "app.go('lab')", "Lab", tooltip="The experiments", id="runs.lab"),
        Binding("ctrl+p", "app.command_palette", "Commands", tooltip="Find any command by its name", id="runs.commands"),
    ]

    def __init__(self, session: Session, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(session)
        self._clock = clock
        self._kept: Kept | None = None
        self._key, self._inverted = "when", False
        self._looked_s = self._read_s = -1e9
        self._reading = False

    def compose(self) -> ComposeResult:
        yield self.top_bar
        yield RunsTable()
        yield Drawn(self._draw_problems, id="problems")
        about = LinesView("Selected", id="about-run")
        about.can_focus = False
        yield about
        yield SearchLine()
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(RunsTable).focus()

    # What there is

    def enter(self) -> None:
        super().enter()
        self._looked_s = -1e9
        self._look()
        if isinstance(self.app, OpensFirst) and self.app.opens is not None:
            path, self.app.opens = self.app.opens, None
            self._open(path, path.name)

    def refresh_view(self, changes: Changes) -> None:
        super().refresh_view(changes)
        self._look()
        self._show_about()

    def _look(self) -> None:
        """Read the runs again when there may be something new; the folder is asked about that once a second."""
        now, kept = self._clock(), self._kept
        if self._reading or now - self._looked_s < LOOK_EVERY_S:
            return
        self._looked_s = now
        stale = kept is None or stamp_ns() != kept.stamp_ns or (kept.lives and now - self._read_s >= LIVE_EVERY_S)
        if stale:
            self._reading, self._read_s = True, now
            self._read()

    @work(group="reading runs")
    async def _read(self) -> None:
        try:
            self._kept = await aside(read_kept)
        finally:
            self._reading = False
        self._show()

    def _show(self) -> None:
        kept = self._kept or Kept()
        sought = self.query_one(SearchLine).value
        table = self.query_one(RunsTable)
        shown = arranged(kept.runs, sought, self._key, self._inverted)
        nothing = "reading the runs …" if self._kept is None else NOTHING
        if sought and kept.runs:
            nothing = f"No run holds “{sought}”. Esc shows them all again."
        table.update_runs(shown, self._key, self._inverted, nothing)
        count = figures.count(len(kept.runs))
        table.title("Runs")
        size = figures.size(sum(run.size_bytes for run in kept.runs))
        told = (
            f"{len(shown)} of {count} hold “{sought}” · Esc shows all" if sought else f"{count} kept · {size}" if kept.runs else ""
        )
        table.subtitle(told)
        problems = self.query_one("#problems", Drawn)
        problems.set_class(bool(kept.problems), "-some")
        problems.refresh()
        self._show_about()
        self.refresh_bindings()

    def _draw_problems(self, width: int, palette: Palette) -> Strip:
        problems = self._kept.problems if self._kept else ()
        if not problems:
            return plain("", width)
        some = f"{len(problems)} files cannot be used, `conclab runs` names them: " if len(problems) > 1 else ""
        return plain(fit(f"! {some}{harmless(problems[0])}", width), width, style(palette.unsure))

    def _show_about(self) -> None:
        view, run = self.query_one("#about-run", LinesView), self.query_one(RunsTable).run
        width, palette = view.room, view.palette
        if run is None:
            view.show([])
            view.title("Selected")
            return
        view.title(harmless(run.title))
        said = harmless(run.statement) or ("" if run.outcome in (OK, "") else harmless(run.outcome))
        if run.statement and run.outcome != OK:
            said = f"So far: {said}"
        if not run.complete and not run.live:
            said = f"conclab was killed while it ran; it is kept as far as it got. {said}"
        lines = [plain(part, width, style(palette.text)) for part in wrapped(said, width)[: _ABOUT - 3]]
        facts = [harmless(run.experiment), figures.duration(run.wall_ns)]
        if run.kind == RUN:
            facts.insert(1, figures.plural(run.repetitions, "repetition"))
            facts += [harmless(", ".join(run.pythons)), "every switch traced" if run.traced else "sampled"]
        lines.insert(0, plain(" · ".join(fact for fact in facts if fact), width, style(palette.dim)))
        lines.append(plain(harmless(str(run.path)), width, style(palette.dim)))
        view.show(lines)
        view.subtitle("Enter opens it")

    # Keys

    def words(self) -> tuple[Words, ...]:
        """For the help."""
        return WORDS

    def sort_by(self, key: str) -> None:
        """Sort by a column; by the same once more: the other way round."""
        self._inverted = not self._inverted if key == self._key else False
        self._key = key
        self._show()

    def action_sort_by(self, key: str) -> None:
        if key in BY_KEY:
            self.sort_by(key)

    def action_next_column(self, step: int) -> None:
        keys = [column.key for column in COLUMNS]
        self.sort_by(keys[(keys.index(self._key) + step) % len(keys)])

    def action_invert(self) -> None:
        self.sort_by(self._key)

    def action_search(self) -> None:
        self.query_one(SearchLine).open()

    @on(Input.Changed, "#search")
    def _sought(self) -> None:
        self._show()

    @on(Input.Submitted, "#search")
    def _searched(self) -> None:
        self.query_one(SearchLine).leave(self.query_one(RunsTable))

    def action_back(self) -> None:
        self.query_one(SearchLine).end(self.query_one(RunsTable))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted:
            return True
        if action == "back":
            line = self.query_one(SearchLine)
            return True if line.is_open or line.value else None
        if action in ("open", "forget"):
            run = self.query_one(RunsTable).run
            return True if run is not None and not (action == "forget" and run.live) else None
        return True

    @on(RunsTable.Moved)
    def _moved(self) -> None:
        self._show_about()
        self.refresh_bindings()

    @on(RunsTable.Opened)
    def _opened(self, event: RunsTable.Opened) -> None:
        self._open(event.run.path, event.run.title)

    @work(exclusive=True, group="opening a run")
    async def _open(self, path: Path, title: str) -> None:
        table = self.query_one(RunsTable)
        table.subtitle(f"opening {harmless(title)} …")
        try:
            screen = await opened_screen(path)
        except Unreadable as error:
            self.notify(str(error), severity="error", timeout=10, markup=False)
            self._look_again()
        else:
            if self.app.screen is self:  # and not gone elsewhere meanwhile
                self.app.push_screen(screen)
        self._show()

    def action_open(self) -> None:
        self.query_one(RunsTable).action_open()

    def action_forget(self) -> None:
        run = self.query_one(RunsTable).run

        def answered(yes: bool | None) -> None:
            if yes and run is not None:
                self._forget(run)

        if run is not None:
            self.app.push_screen(ForgetDialog(run), answered)

    @work(group="forgetting a run")
    async def _forget(self, run: Summary) -> None:
        try:
            await aside(forget, run.path)
        except CannotForget as error:
            self.notify(str(error), severity="error", timeout=10, markup=False)
        self._look_again()

    def _look_again(self) -> None:
        """Something has changed, and we know it."""
        if self._kept is not None:
            self._kept = Kept(self._kept.runs, self._kept.problems, -1)
        self._looked_s = -1e9
        self._look()
