"""A place of two columns, setup and results; or of two pages where there is no room for both. Any pane can have it all."""

from __future__ import annotations

from textual.events import Resize
from textual.widget import Widget

from conclab.recording.feed import EVERYTHING, Session
from conclab.tui.layout import Layout
from conclab.tui.screens.place import Place
from conclab.tui.widgets.results import Results


class TwoPages(Place):
    """``#body`` holds ``#setup`` and the results."""

    DEFAULT_CSS = """
    TwoPages.-narrow #setup { width: 100%; layout: horizontal; }
    TwoPages.-narrow #catalogue { height: 100%; width: 1fr; }
    TwoPages.-narrow #form { height: 100%; max-height: 100%; width: 1fr; }
    TwoPages.-narrow #results { width: 100%; display: none; }
    TwoPages.-narrow.-results #setup { display: none; }
    TwoPages.-narrow.-results #results { display: block; }
    TwoPages.-zoomed #setup { display: none; }
    TwoPages.-zoomed #results { width: 100%; display: block; }
    """

    def __init__(self, session: Session, results: Results) -> None:
        super().__init__(session)
        self.results = results
        self._before_zoom: tuple[bool, Widget | None] = (False, None)

    def divide(self, width: int, height: int) -> Layout:
        """Give the panes of the results their heights on a screen of that size."""
        return self.results.divide(width, height)

    def on_resize(self, event: Resize) -> None:
        # This comes before Textual's own handler, which lays the screen out: the new styles have to be in force by then, or one
        # frame of the old division would flash up.
        narrow = self.divide(event.size.width, event.size.height).narrow
        if narrow != self.has_class("-narrow"):
            self.set_class(narrow, "-narrow")
            self.app.stylesheet.update(self, animate=False)

    def turn_page(self, results: bool) -> None:
        """On a narrow screen: show the results, or the setup."""
        self.set_class(results, "-results")

    def action_next_chart(self) -> None:
        """Turn to the next chart, where charts are shown; the pane's lower border names the key."""
        self.results.next_chart()

    def action_zoom(self) -> None:
        """Give the focused pane the whole screen, or give it back."""
        if self.results.zoomed:
            page, focused = self._before_zoom
            self.results.unzoom()
            self.remove_class("-zoomed")
            self.turn_page(page)
            if (focused is not None and not self.results.has_focus_within) or not page:
                self.set_focus(focused)
        else:
            self._before_zoom = (self.has_class("-results"), self.focused)
            self.add_class("-zoomed")
            self.results.zoom(self.results.pane_of(self.focused))
        self.refresh_view(EVERYTHING)

    def action_next_pane(self, step: int) -> None:
        """Move the focus on; on a narrow screen, over the edge of the page to the other one."""
        chain = self.focus_chain
        at_edge = not chain or self.focused is (chain[-1] if step > 0 else chain[0])
        if self.has_class("-narrow") and not self.results.zoomed and at_edge:
            self.turn_page(not self.has_class("-results"))
            self.call_after_refresh(self._focus_edge, step)
        elif step > 0:
            self.focus_next()
        else:
            self.focus_previous()

    def _focus_edge(self, step: int) -> None:
        chain = self.focus_chain
        if chain:
            self.set_focus(chain[0] if step > 0 else chain[-1])
