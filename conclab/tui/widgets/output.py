"""The output pane: merged, one view a worker, a chart of the repetitions, or what the experiment is about."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from conclab.model import figures
from conclab.model.events import Line
from conclab.model.experiments import Experiment
from conclab.model.run_state import RunState
from conclab.tui.renderables.blocks import plain, style, wrapped
from conclab.tui.renderables.output import said_line
from conclab.tui.theme import Palette, palette_for
from conclab.tui.widgets.lines import LinesView

LEAST_COLUMN = 24
"""Cells that a worker's own view needs to be readable."""
VIEWS = ("merged", "by worker", "chart", "about")


def dropped(before: tuple[Line, ...], after: tuple[Line, ...]) -> int:
    """How many of the lines that were the oldest are no longer there."""
    if not after:
        return len(before)
    for number, line in enumerate(before):
        if line is after[0]:
            return number
    return len(before)


class OutputView(Widget, can_focus=True):
    """The lines of one worker, or of all. Follows the end until one scrolls up, and from then on stays where it is.

    Not a ScrollView: there each new line is a new virtual size, and that lays out the whole screen anew (half of all that a run
    cost under the UI). The offset and the bar at the right edge are kept here.
    """

    DEFAULT_CSS = """
    OutputView { background: $background; }
    OutputView.-column { border-right: solid $line; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Scroll up", show=False),
        Binding("down", "move(1)", "Scroll down", show=False),
        Binding("pageup", "move_page(-1)", "Page up", show=False),
        Binding("pagedown", "move_page(1)", "Page down", show=False),
        Binding("home", "go_to(0)", "Top", show=False),
        Binding("end", "go_to(1000000000)", "Bottom", show=False),
        Binding("left", "shift(-8)", "Left", show=False),
        Binding("right", "shift(8)", "Right", show=False),
    ]

    def __init__(self, worker: str | None = None) -> None:
        super().__init__(classes="-column" if worker else "")
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
        said = run.lines if self.worker is None else tuple(line for line in run.lines if line.worker == self.worker)
        if said is self._said or said == self._said:
            return
        same_run = run.started_ns == self._started_ns
        before, self._said, self._started_ns = self._said, said, run.started_ns
        self._slots = {name: view.slot for name, view in run.workers.items()}
        if not same_run:
            self._following, self._shift = True, 0
        # Stay with the lines that are being read, also when the oldest are dropped.
        top = self._last_top if self._following else max(0, min(self._top - dropped(before, said), self._last_top))
        if top == self._top == 0 and same_run and len(said) <= self._height:
            self.refresh(Region(0, len(before), self.content_size.width, len(said) - len(before)))
            return
        self._top = top
        self.refresh()

    def render_line(self, y: int) -> Strip:
        number = y + self._top
        width = self.content_size.width
        if not 0 <= number < len(self._said):
            return Strip.blank(width, self.rich_style)
        palette = palette_for(self.app.current_theme)
        scrolls = len(self._said) > self._height
        room = width - 2 if scrolls else width
        said = self._said[number]
        colours = {said.worker: palette.worker(self._slots.get(said.worker, 0))} if said.worker else {}
        line = said_line(said, self._started_ns, room, palette, colours, self.worker is None, self._shift)
        if scrolls:
            line = Strip.join([line, plain(self._bar(y), 2, style(palette.dim))])
        return line.apply_style(self.rich_style)

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


class AboutView(LinesView):
    """What the chosen experiment asks and how it goes about it."""

    DEFAULT_CSS = """
    AboutView, AboutView:focus { border: none; padding: 0; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._experiment: Experiment | None = None

    def about(self, experiment: Experiment) -> None:
        """Explain an experiment, over as much of the width as can be read well."""
        self._experiment = experiment
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if self._experiment is None or self.room < 20:
            return
        width, palette = min(self.room, 96), self.palette
        claim = f"The verdict will be about: “{self._experiment.proposition}”"
        lines: list[Strip] = []
        for text, look in (
            (self._experiment.question, style(palette.title, bold=True)),
            (self._experiment.explanation, style(palette.text)),
            (claim, style(palette.dim)),
        ):
            lines += [plain("", width)] if lines else []
            lines += [plain(line, width, look) for line in wrapped(text, width)]
        self.show(lines)


class OutputPane(Horizontal):
    """Holds whichever views the mode asks for."""

    DEFAULT_CSS = """
    OutputPane {
        background: $background;
        border: solid $line;
        border-title-color: $primary;
        border-subtitle-color: $dim;
        padding: 0 1;
    }
    OutputPane:focus-within { border: solid $primary 60%; }
    OutputPane > * { width: 1fr; height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__(OutputView(), id="output")
        self.border_title = "Output"
        self.view = "merged"
        self._shown: tuple[str, tuple[str, ...]] = ("merged", ())
        self._charted: tuple[int, int, int, Palette] | None = None
        self._said_below = ""

    async def turn(self, view: str, run: RunState, experiment: Experiment) -> None:
        """Show one of the views."""
        self.view = view
        await self._arrange(run)
        self.draw(run, experiment)

    def _columns(self, run: RunState) -> tuple[str, ...]:
        """The workers that get a view of their own: as many as there is room for."""
        if self.view != "by worker":
            return ()
        names = sorted((name for name in run.workers), key=lambda name: (len(name), name))
        return tuple(names[: max(1, self.size.width // LEAST_COLUMN)])

    async def _arrange(self, run: RunState) -> None:
        wanted = (self.view, self._columns(run))
        if wanted == self._shown:
            return
        self._shown = wanted
        async with self.batch():
            await self.remove_children()
            if self.view == "about":
                await self.mount(AboutView())
            elif self.view == "chart":
                await self.mount(Static())
                self._charted = None
            elif wanted[1]:
                await self.mount_all(OutputView(name) for name in wanted[1])
            else:
                await self.mount(OutputView())

    def fits(self, run: RunState) -> bool:
        """Whether the views that there are suit the run."""
        return self._shown == (self.view, self._columns(run))

    def draw(self, run: RunState, experiment: Experiment) -> None:
        """Bring the views that there are up to date."""
        for view in self.query(OutputView):
            view.update_from(run)
        for about in self.query(AboutView):
            about.about(experiment)
        if self.view == "chart":
            self._draw_chart(run, palette_for(self.app.current_theme))
        self._say(run)

    def repaint(self) -> None:
        """The colours have changed."""
        for view in self.query(OutputView):
            view.refresh()

    def _draw_chart(self, run: RunState, palette: Palette) -> None:
        width, height = self.content_size.width, self.content_size.height
        wanted = (len(run.repetitions), width, height, palette)
        if wanted == self._charted:
            return
        self._charted = wanted
        from conclab.tui.charts import LEAST, repetitions_chart

        if width < LEAST[0] or height < LEAST[1]:
            text = Text("There is no room for a chart here; z makes some.")
        else:
            drawn = repetitions_chart(run.repetitions, run.pythons, width, height, palette)
            text = Text.from_ansi(drawn) if drawn else Text("Comes with the second repetition.")
        self.query_one(Static).update(text)

    def _say(self, run: RunState) -> None:
        parts = []
        if self.view in ("merged", "by worker"):
            parts.append(f"{run.line_count:,} {'line' if run.line_count == 1 else 'lines'}")
            if run.line_count > len(run.lines):
                parts[-1] += f", the last {len(run.lines):,} kept"
            if run.left_out:
                parts.append(f"{run.left_out:,} left out")
        hidden = len(run.workers) - len(self._shown[1]) if self.view == "by worker" else 0
        if hidden > 0 and self._shown[1]:
            parts.append(f"{figures.plural(hidden, 'worker')} more {'does' if hidden == 1 else 'do'} not fit")
        parts.append(f"{self.view} · o: {VIEWS[(VIEWS.index(self.view) + 1) % len(VIEWS)]}")
        text = " · ".join(parts)
        if text != self._said_below:
            self._said_below = text
            self.border_subtitle = Content(text)
