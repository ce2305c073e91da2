"""The guided tour in the app: it begins, follows what one does, says the right keys, and ends without a trace."""

from __future__ import annotations

from conclab.tui.widgets.tourbar import TourBar
from tests.tui.helpers import fed_by_hand, settle


def said(bar: TourBar) -> list[str]:
    return [bar.render_line(y).text.strip() for y in range(bar.size.height)]


async def test_it_follows_what_one_does_and_says_the_keys() -> None:
    async with fed_by_hand((80, 24)) as (app, _feed, pilot):
        bar = app.screen.query_one(TourBar)
        assert bar.size.height == 0
        await pilot.press("ctrl+n")
        await settle(pilot)
        head, *text = said(bar)
        assert head.startswith("Tour 1 of 8 · Run an experiment")
        assert head.endswith("End")
        assert "Press F5 to run it." in " ".join(text)
        await pilot.press("g")
        await settle(pilot)
        app.beat()
        await settle(pilot)
        assert "This goes on in the Lab: press g." in " ".join(said(app.screen.query_one(TourBar)))
        await pilot.press("ctrl+x")
        await settle(pilot)
        assert app.screen.query_one(TourBar).size.height == 0
        await pilot.press("g")
        await settle(pilot)
        app.beat()
        await settle(pilot)
        assert app.screen.query_one(TourBar).size.height == 0


async def test_a_newcomer_is_invited_until_they_run_something_or_do_not_want_to() -> None:
    for key in ("ctrl+x", "f5"):
        async with fed_by_hand((80, 24), newcomer=True) as (app, _feed, pilot):
            app.beat()
            await settle(pilot)
            bar = app.screen.query_one(TourBar)
            head, *text = said(bar)
            assert head.startswith("Welcome")
            assert "press ^n. Or press F5" in " ".join(text)
            await pilot.press(key)
            await settle(pilot)
            app.beat()
            await settle(pilot)
            assert app.screen.query_one(TourBar).size.height == 0
