"""The output pane: merged, one view a worker, a chart of the repetitions, or what the experiment is about."""

from __future__ import annotations

import asyncio

from rich.text import Text
from textual.content import Content
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from conclab.model import figures
from conclab.model.experiments import Experiment
from conclab.model.run_state import RunState
from conclab.tui.layout import grid
from conclab.tui.renderables.blocks import plain, style, wrapped
from conclab.tui.theme import Palette, palette_for
from conclab.tui.widgets.lines import LinesView
from conclab.tui.widgets.output_view import OutputView

VIEWS = ("merged", "by worker", "chart", "about")


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


class OutputPane(Widget):
    """Holds whichever views the mode asks for."""

    DEFAULT_CSS = """
    OutputPane {
        layout: grid;
        grid-size: 1;
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
        self.ordered = "merged"
        """The view that was asked for last; ``view`` follows when its turn has come."""
        self._turning = asyncio.Lock()
        self._shown: tuple[str, tuple[str, ...]] = ("merged", ())
        self._charted: tuple[int, int, int, Palette] | None = None
        self._said_below = ""

    async def turn(self, view: str, run: RunState, experiment: Experiment) -> None:
        """Show one of the views. Turns come one after the other: to take views away while others are put there would break both."""
        self.ordered = view
        async with self._turning:
            self.view = self.ordered
            await self._arrange(run)
            self.draw(run, experiment)

    def _own(self, run: RunState) -> tuple[str, ...]:
        """The workers that get a view of their own: as many as there is room for."""
        if self.view != "by worker":
            return ()
        names = sorted(run.workers, key=lambda name: (len(name), name))
        columns, rows = grid(len(names), *self.content_size) if names else (1, 1)
        return tuple(names[: columns * rows])

    async def _arrange(self, run: RunState) -> None:
        wanted = (self.view, self._own(run))
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

    def on_resize(self) -> None:
        """A chart and a grid of views are made for the room that there is."""
        if self.view in ("chart", "by worker"):
            self.post_message(LinesView.Resized())

    def fits(self, run: RunState) -> bool:
        """Whether the views that there are suit the run."""
        return self._shown == (self.view, self._own(run))

    def draw(self, run: RunState, experiment: Experiment) -> None:
        """Bring the views that there are up to date."""
        columns, rows = grid(len(self._shown[1]), *self.content_size) if self._shown[1] else (1, 1)
        if (columns, rows) != (self.styles.grid_size_columns, self.styles.grid_size_rows):
            self.styles.grid_size_columns, self.styles.grid_size_rows = columns, rows
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
            view.repaint()

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
