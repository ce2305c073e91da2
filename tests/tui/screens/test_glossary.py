"""The glossary: terms are found as one types, and an entry leads on to others by click and by key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from conclab.model.glossary_terms import TERMS
from conclab.tui.screens.glossary import GlossaryScreen, entry_lines, found
from conclab.tui.theme import DARK
from conclab.tui.widgets.lines import LinesView
from tests.tui.helpers import SOME_WIDTHS, Themed, is_exactly


@asynccontextmanager
async def glossary(*first: str, term: str | None = None) -> AsyncIterator[tuple[GlossaryScreen, Pilot[None]]]:
    app = Themed()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = GlossaryScreen(first, term)
        app.push_screen(screen)
        await pilot.pause()
        await pilot.pause()
        yield screen, pilot


def entry(screen: GlossaryScreen) -> str:
    return "\n".join(screen.query_one(LinesView).text())


def highlighted(screen: GlossaryScreen) -> str:
    option = screen.query_one(OptionList).highlighted_option
    return str(option.prompt).strip() if option is not None else ""


def test_terms_are_found_by_name_first_and_by_meaning_last() -> None:
    names = found("core")
    assert names[0] == "core"
    assert names.index("effective cores") < names.index("affinity")
    assert "GIL" in found("gil")
    assert found("") == list(TERMS)
    assert found("no such thing") == []


@pytest.mark.parametrize("term", TERMS)
def test_every_entry_fits_and_says_where_it_leads(term: str) -> None:
    for width in SOME_WIDTHS:
        assert all(is_exactly(line, width) for line in entry_lines(term, 0, DARK, width))


async def test_a_claims_terms_come_first_and_typing_finds_any() -> None:
    async with glossary("lock", "no such term", "race") as (screen, pilot):
        options = screen.query_one(OptionList)
        assert [str(options.get_option_at_index(index).prompt).strip() for index in range(4)] == [
            "in this claim",
            "lock",
            "race",
            "all terms",
        ]
        assert screen.term == "lock"
        await pilot.press("down")
        await pilot.pause()
        assert screen.term == "race"
        assert TERMS["race"].split()[0] in entry(screen)
        await pilot.press(*"futex")
        await pilot.pause()
        assert (screen.term, highlighted(screen)) == ("futex", "futex")
        await pilot.press(*"xyz")
        await pilot.pause()
        assert screen.term == "futex", "the entry stays"
        await pilot.press("escape")
        await pilot.pause()
        assert pilot.app.screen is not screen


async def test_an_entry_leads_on_by_key_and_by_click_also_out_of_a_search() -> None:
    async with glossary(term="GIL") as (screen, pilot):
        assert "global interpreter lock" in entry(screen)
        await pilot.press(*"global", "tab")
        await pilot.pause()
        assert "▸ switch interval" in entry(screen)
        await pilot.press("enter")
        await pilot.pause()
        await pilot.pause()
        assert (screen.term, highlighted(screen)) == ("switch interval", "switch interval")
        assert screen.query_one(Input).value == "", "it was not among what had been found"
        view = screen.query_one(LinesView)
        row = next(y for y, line in enumerate(view.text()) if line.strip() == "GIL")
        await pilot.click(LinesView, offset=(view.text()[row].index("GIL") + 2, row))
        await pilot.pause()
        assert (screen.term, highlighted(screen)) == ("GIL", "GIL")
