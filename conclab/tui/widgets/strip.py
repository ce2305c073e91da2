"""The strip on the screen: which rows there is room for, the view that one moves, keys and mouse. Only changed lines are drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from conclab.model.timeline import Row, Timeline
from conclab.model.timeline_cells import CellCache
from conclab.model.timeline_moment import next_event
from conclab.tui.commands import LOOKING, MOVING
from conclab.tui.renderables import strip_view
from conclab.tui.renderables.blocks import plain, style
from conclab.tui.renderables.strip import LABEL, Scene
from conclab.tui.renderables.strip_page import LEAST_HEIGHT, Page, page
from conclab.tui.renderables.strip_view import FINEST_NS, Bounds, View, at_least
from conclab.tui.widgets.lines import LinesView

_SAMPLING_NS = 50_000_000
"""How wide a cell is at first, before it is known how often workers are sampled."""


class StripView(LinesView, inherit_bindings=False):
    """Draws a timeline. ``update_from`` hands it over."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "choose(-1)", "Worker above", show=False, id="strip.up", group=MOVING),
        Binding("down", "choose(1)", "Worker below", show=False, id="strip.down", group=MOVING),
        Binding("left", "cursor(-1)", "A cell back", show=False, id="strip.left", group=MOVING),
        Binding("right", "cursor(1)", "A cell on", show=False, id="strip.right", group=MOVING),
        Binding("shift+left", "cursor(-10)", "Ten cells back", show=False, id="strip.left10", group=MOVING),
        Binding("shift+right", "cursor(10)", "Ten cells on", show=False, id="strip.right10", group=MOVING),
        Binding("pageup", "page(-1)", "A screen back", show=False, id="strip.pageup", group=MOVING),
        Binding("pagedown", "page(1)", "A screen on", show=False, id="strip.pagedown", group=MOVING),
        Binding("home", "edge(-1)", "To the beginning", show=False, id="strip.home", group=MOVING),
        Binding("end", "edge(1)", "To the end", show=False, tooltip="To the end, and along with now", id="strip.end", group=MOVING),
        Binding(
            "n",
            "event(1)",
            "Next event",
            tooltip="To the worker's next mark, or switch where it is exact",
            id="strip.next",
            group=MOVING,
        ),
        Binding("N", "event(-1)", "Event before", show=False, id="strip.before", group=MOVING),
        Binding("right_square_bracket", "step(1)", "Next repetition", key_display="]", id="strip.step", group=MOVING),
        Binding(
            "left_square_bracket",
            "step(-1)",
            "Repetition before",
            key_display="[",
            show=False,
            id="strip.step_before",
            group=MOVING,
        ),
        Binding("plus,equals_sign", "zoom(1)", "Zoom in", key_display="+", id="strip.in", group=LOOKING),
        Binding("minus", "zoom(-1)", "Zoom out", key_display="-", id="strip.out", group=LOOKING),
        Binding("f", "whole", "Whole run", tooltip="As much as fits: the whole run", id="strip.whole", group=LOOKING),
        Binding(
            "r",
            "repetition",
            "Repetition",
            show=False,
            tooltip="The repetition under the cursor, as wide as fits",
            id="strip.repetition",
            group=LOOKING,
        ),
        Binding("less_than_sign", "cores(-1)", "Cores up", key_display="<", show=False, id="strip.cores_up", group=MOVING),
        Binding("greater_than_sign", "cores(1)", "Cores down", key_display=">", show=False, id="strip.cores_down", group=MOVING),
    ]

    class Moved(Message):
        """One looks elsewhere, or goes along with now from now on, or no longer."""

    def __init__(self, id: str, cores: int) -> None:
        """``cores``: how many the machine has."""
        super().__init__("Timeline", id=id)
        self._timeline = Timeline()
        self._cores = cores
        self._view: View | None = None
        self._first_ns: int | None = None
        self._selected = ""
        self._page = Page()
        self._cache = CellCache()
        self._dragged: tuple[int, View] | None = None
        self.follows = True

    # What is shown

    @property
    def view(self) -> View | None:
        """Where one looks; None before there is anything."""
        return self._view

    @property
    def cells(self) -> int:
        """How many cells are side by side."""
        return max(2, self.room - LABEL)

    @property
    def rows(self) -> list[Row]:
        """All workers in the order of their names."""
        return sorted(self._timeline.rows.values(), key=lambda row: (len(row.name), row.name))

    @property
    def selected(self) -> Row | None:
        """The chosen worker."""
        return self._timeline.rows.get(self._selected)

    def bounds(self) -> Bounds:
        """What there is to be seen, and how closely it may be looked at where the cursor is."""
        timeline = self._timeline
        first = timeline.steps[0].start_ns if timeline.steps else timeline.start_ns
        ended = timeline.steps[-1].end_ns if timeline.steps and not timeline.live else None
        at = self._view.cursor_ns if self._view is not None else timeline.now_ns if self._first_ns is None else self._first_ns
        step = timeline.step_at(at)
        exact = step is not None and any(trace.repetition == step.number for trace in timeline.traces)
        finest = FINEST_NS if exact else at_least((timeline.interval_ns or _SAMPLING_NS) * 7 // 8)
        return Bounds(first, max(first + 1, ended or timeline.now_ns), self.cells, finest)

    def look_at(self, at_ns: int) -> None:
        """Begin with the cursor there."""
        self._first_ns = at_ns

    def update_from(self, timeline: Timeline) -> None:
        """Take over a timeline that has gone on, or another one."""
        if timeline.start_ns != self._timeline.start_ns:
            self._view, self._cache = None, CellCache()
        self._timeline = timeline
        if self._selected not in timeline.rows and timeline.rows:
            self._selected = self.rows[0].name
        if not self.is_mounted or self.room < LABEL + 2:
            return
        if self._view is None and timeline.steps:
            self._view = self._beginning()
        elif self._view is not None and self._view.follow and timeline.live:
            self._view = strip_view.following(self._view, self.bounds())
        self.draw()

    def go_on_in(self, timeline: Timeline) -> None:
        """The same run, gone on: to be seen when one looks elsewhere next."""
        if timeline.start_ns == self._timeline.start_ns:
            self._timeline = timeline

    def _beginning(self) -> View:
        timeline, bounds = self._timeline, self.bounds()
        if self._first_ns is not None or not timeline.live:
            self.follows = False
            step = timeline.step_at(self._first_ns) if self._first_ns is not None else timeline.steps[-1]
            if step is None:
                return strip_view.whole(View(0, 1, bounds.first_ns), bounds)
            shown = strip_view.fitting(step.start_ns, step.end_ns or timeline.now_ns, bounds)
            return shown if self._first_ns is None else strip_view.to(shown, self._first_ns, bounds)
        self.follows = True
        return strip_view.following(View(0, bounds.finest_ns, bounds.last_ns, follow=True), bounds)

    def resized(self) -> None:
        """There is more or less room: what was in view at the left end stays there, and what was seen whole is seen whole."""
        view = self._view
        if view is not None and self.room >= LABEL + 2:
            bounds = self.bounds()
            if view.whole:
                self._view = strip_view.whole(view, bounds)
            else:
                self._view = strip_view.following(view, bounds) if view.follow else strip_view.to(view, view.cursor_ns, bounds)

    def draw(self) -> None:
        """Draw what has changed."""
        view = self._view
        if view is None or self.room < LABEL + 2:
            text = "Nothing has run yet. F5 in the Lab begins a run; here it is seen cell by cell."
            self.show([plain(text, max(1, self.room), style(self.palette.dim))])
            return
        scene = Scene(
            self._timeline, view.window(self.cells), self.palette, self.colourless, self._selected, view.column(view.cursor_ns)
        )
        height = max(LEAST_HEIGHT, self.scrollable_content_region.height)
        self._page = page(scene, view.cursor_ns, self.rows, self._cores, height, self._cache, self._page)
        self.show(self._page.lines)

    # Moving

    def go(self, change: Callable[[View, Bounds], View]) -> None:
        """Look elsewhere."""
        if self._view is None:
            return
        self._view = change(self._view, self.bounds())
        self.follows = self._view.follow
        self.draw()
        self.post_message(self.Moved())

    def pause(self, paused: bool) -> None:
        """Let the view stand, or go along with now."""
        self.go(lambda view, bounds: replace(view, follow=False) if paused else strip_view.following(view, bounds))

    def action_cursor(self, cells: int) -> None:
        self.go(lambda view, bounds: strip_view.moved(view, cells, bounds))

    def action_page(self, pages: int) -> None:
        self.go(lambda view, bounds: strip_view.scrolled(view, pages * bounds.width * 9 // 10, bounds))

    def action_edge(self, step: int) -> None:
        if step > 0 and self._timeline.live:
            self.pause(False)
        else:
            self.go(lambda view, bounds: strip_view.to(view, bounds.last_ns if step > 0 else bounds.first_ns, bounds))

    def action_zoom(self, step: int) -> None:
        self.go(lambda view, bounds: strip_view.zoomed(view, step, bounds))

    def action_whole(self) -> None:
        self.go(strip_view.whole)

    def action_event(self, step: int) -> None:
        row, view = self.selected, self._view
        found = next_event(row, view.cursor_ns, step) if row is not None and view is not None else None
        if found is not None:
            self.go(lambda view, bounds: strip_view.to(view, found, bounds))

    def action_step(self, step: int) -> None:
        """To the next repetition, or the beginning of this one, or of the one before."""
        if self._view is None:
            return
        at, steps = self._view.cursor_ns, self._timeline.steps
        later = [one for one in steps if one.start_ns > at]
        before = [one for one in steps if one.start_ns < at]
        wanted = (later[:1] if step > 0 else before[-1:]) or ([] if step > 0 else list(steps[:1]))
        if wanted:
            self.go(lambda view, bounds: strip_view.to(view, wanted[0].start_ns, bounds))

    def action_repetition(self) -> None:
        step = self._timeline.step_at(self._view.cursor_ns) if self._view is not None else None
        if step is not None:
            end = step.end_ns or self._timeline.now_ns
            self.go(lambda view, bounds: replace(strip_view.fitting(step.start_ns, end, bounds), cursor_ns=view.cursor_ns))

    def action_choose(self, by: int) -> None:
        names = [row.name for row in self.rows]
        if names:
            place = names.index(self._selected) if self._selected in names else 0
            self._selected = names[max(0, min(len(names) - 1, place + by))]
            self.draw()

    def action_cores(self, by: int) -> None:
        self._page = replace(self._page, first_core=max(0, self._page.first_core + by * 4))
        self.draw()

    # The mouse

    def _at(self, x: int) -> int | None:
        """The moment in a column of the widget."""
        column = x - self.gutter.left - LABEL
        if self._view is None or not 0 <= column < self.cells:
            return None
        return self._view.start_ns + column * self._view.cell_ns

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if self._view is not None and event.button == 1:
            self._dragged = (event.x, self._view)
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._dragged is not None and event.x != self._dragged[0]:
            start, view = self._dragged
            self.go(lambda _view, bounds: strip_view.scrolled(view, start - event.x, bounds))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Where the mouse has not moved it was a click: the cursor goes there, and to the worker in that line."""
        dragged, self._dragged = self._dragged, None
        self.release_mouse()
        if dragged is None or event.x != dragged[0]:
            return
        self._selected = self._page.rows_at.get(event.y - self.gutter.top, self._selected)
        at = self._at(event.x)
        if at is None:
            self.draw()
        else:
            self.go(lambda view, bounds: strip_view.to(view, at, bounds))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, -1)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        self._wheel(event, 1, sideways=True)

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        self._wheel(event, -1, sideways=True)

    def _wheel(self, event: events.MouseEvent, step: int, sideways: bool = False) -> None:
        """Zoom around the pointer; with Shift or Ctrl, scroll."""
        event.stop()
        event.prevent_default()
        if sideways or event.shift or event.ctrl:
            self.go(lambda view, bounds: strip_view.scrolled(view, -step * max(1, bounds.width // 12), bounds))
        else:
            at = self._at(event.x)
            self.go(lambda view, bounds: strip_view.zoomed(view, step, bounds, at))
