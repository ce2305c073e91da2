"""The output pane: merged, one view a worker, charts of the run, or what the experiment is about."""

from __future__ import annotations

import asyncio

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from conclab.model import figures
from conclab.model.experiments import Experiment
from conclab.model.run_state import RunState
from conclab.recording.feed import Session
from conclab.tui.charts import chart_text, kinds_for, version_of
from conclab.tui.layout import grid
from conclab.tui.renderables.blocks import plain, style, wrapped
from conclab.tui.theme import palette_for
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


class ChartView(Static):
    """One chart of a run; a click turns to the next."""

    class Clicked(Message):
        """The next chart is wanted."""

    def __init__(self) -> None:
        super().__init__()
        self.kind = ""
        self._drawn: tuple[object, ...] = ()

    def draw(self, kind: str, session: Session) -> None:
        """Draw the chart of that kind, if it, what it is of, or its room has changed."""
        run, timeline, palette = session.run_state, session.timeline, palette_for(self.app.current_theme)
        # A pane that has just got this child knows its room before the child does.
        room = self.parent.content_size if isinstance(self.parent, Widget) else self.size
        wanted = (kind, *version_of(kind, run, timeline), room, palette)
        if wanted != self._drawn:
            self._drawn = wanted
            self.kind = kind
            self.update(chart_text(kind, run, timeline, session.feed.machine.usable_cores, room.width, room.height, palette))

    def on_click(self, event: Click) -> None:
        event.stop()
        self.post_message(self.Clicked())


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

    def __init__(self, session: Session) -> None:
        super().__init__(OutputView(), id="output")
        self._session = session
        self.border_title = "Output"
        self.view = "merged"
        self.ordered = "merged"
        """The view that was asked for last; ``view`` follows when its turn has come."""
        self.chart = kinds_for(session.run_state)[0]
        """Which chart the view of charts shows."""
        self._turning = asyncio.Lock()
        self._shown: tuple[str, tuple[str, ...]] = ("merged", ())
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
                await self.mount(ChartView())
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
            kinds = kinds_for(run)
            self.chart = self.chart if self.chart in kinds else kinds[0]
            self.query_one(ChartView).draw(self.chart, self._session)
        self._say(run)

    def repaint(self) -> None:
        """The colours have changed."""
        for view in self.query(OutputView):
            view.repaint()

    def _next_chart(self, run: RunState) -> str:
        kinds = kinds_for(run)
        return kinds[(kinds.index(self.chart) + 1) % len(kinds)] if self.chart in kinds else kinds[0]

    def turn_chart(self, run: RunState, experiment: Experiment) -> None:
        """Show the next chart."""
        self.chart = self._next_chart(run)
        self.draw(run, experiment)

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
        if self.view == "chart":
            parts.append(f"{self.chart} · h: {self._next_chart(run)}")
        parts.append(f"{self.view} · o: {VIEWS[(VIEWS.index(self.view) + 1) % len(VIEWS)]}")
        text = " · ".join(parts)
        if text != self._said_below:
            self._said_below = text
            self.border_subtitle = Content(text)
