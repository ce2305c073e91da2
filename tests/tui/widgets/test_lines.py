"""Drawn lines: what is shown is always what was given last, and only what has changed is drawn."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.pilot import Pilot

from conclab.tui.renderables.blocks import plain
from conclab.tui.widgets.lines import LinesView
from tests.tui.helpers import Themed, eventually, settle


class Host(Themed):
    """A view that fills the screen."""

    def __init__(self) -> None:
        super().__init__()
        self.view = LinesView("Title")

    def compose(self) -> ComposeResult:
        yield self.view

    def show(self, *texts: str) -> None:
        self.view.show([plain(text, self.view.room) for text in texts])

    def drawn(self) -> list[str]:
        """What stands on the screen within the border."""
        rows = [strip.text[2:-2].rstrip() for strip in self.screen._compositor.render_strips()][1:-1]
        while rows and not rows[-1]:
            rows.pop()
        return rows


async def _seen(app: Host, pilot: Pilot[None]) -> list[str]:
    await settle(pilot)
    return app.drawn()


async def test_the_screen_shows_what_was_given_last() -> None:
    app = Host()
    async with app.run_test(size=(40, 10)) as pilot:
        await settle(pilot)
        for lines in (("one", "two"), ("one", "two changed"), ("one",), (), ("a", "b", "c"), ("a", "x", "c")):
            app.show(*lines)
            assert await _seen(app, pilot) == list(lines)


async def test_only_lines_that_differ_are_drawn_anew() -> None:
    app = Host()
    async with app.run_test(size=(40, 10)) as pilot:
        await settle(pilot)
        app.show("one", "two", "three")
        await settle(pilot)
        drawn: list[int] = []
        render = app.view.render_line

        def counting(y: int) -> object:
            drawn.append(y)
            return render(y)

        app.view.render_line = counting  # type: ignore[method-assign,assignment]
        app.show("one", "2", "three")
        await settle(pilot)
        assert drawn == [1]


async def test_more_lines_than_fit_can_be_scrolled_to() -> None:
    app = Host()
    async with app.run_test(size=(40, 10)) as pilot:
        await settle(pilot)
        app.show(*[f"line {number}" for number in range(30)])
        app.view.focus()
        await settle(pilot)
        await pilot.press("end")
        assert await eventually(pilot, lambda: any("line 29" in line for line in app.drawn()))
        assert not any("line 0" in line for line in app.drawn())


async def test_lines_that_were_made_for_another_width_are_cut_or_filled() -> None:
    app = Host()
    async with app.run_test(size=(40, 10)) as pilot:
        await settle(pilot)
        app.view.show([plain("x" * 100, 100), plain("y", 5)])
        await settle(pilot)
        assert all(app.view.render_line(y).cell_length == app.view.room for y in range(8))
