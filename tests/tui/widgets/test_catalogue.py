"""The catalogue: the cursor passes over chapters, marks tell by glyph, and titles fit."""

from __future__ import annotations

from textual.app import ComposeResult

from conclab.lab.catalogue import by_chapter, catalogue
from conclab.model.verdicts import GLYPHS, Status
from conclab.tui.widgets.catalogue import Catalogue
from tests.tui.helpers import Themed, settle


class Host(Themed):
    """The catalogue alone, at the width that it has in the lab."""

    CSS = "Catalogue { width: 38; height: 100%; }"

    def __init__(self) -> None:
        super().__init__()
        self.chosen: list[str] = []

    def compose(self) -> ComposeResult:
        yield Catalogue()

    def on_catalogue_chosen(self, event: Catalogue.Chosen) -> None:
        self.chosen.append(event.experiment.name)

    def lines(self) -> list[str]:
        return [strip.crop(2, 36).text.rstrip() for strip in self.screen._compositor.render_strips()][1:-1]


async def test_the_cursor_rests_on_experiments_only_and_in_their_order() -> None:
    app = Host()
    async with app.run_test(size=(38, 40)) as pilot:
        await settle(pilot)
        names = [experiment.name for experiment in catalogue()]
        await pilot.press(*["down"] * (len(names) - 1))
        await settle(pilot)
        assert app.chosen == names
        assert app.query_one(Catalogue).experiment is catalogue()[-1]


async def test_a_mark_tells_by_its_glyph_what_was_found_and_moves_nothing() -> None:
    app = Host()
    async with app.run_test(size=(38, 40)) as pilot:
        await settle(pilot)
        view = app.query_one(Catalogue)
        before = app.lines()
        names = [experiment.name for experiment in catalogue()][:3]
        view.mark(dict(zip(names, Status, strict=True)))
        await settle(pilot)
        after = app.lines()
        assert len(after) == len(before)
        for name, status in zip(names, Status, strict=True):
            title = next(experiment.title for experiment in catalogue() if experiment.name == name)
            assert f"{GLYPHS[status]} {title}" in after
        view.mark({names[0]: Status.FAILS})
        await settle(pilot)
        assert f"✗ {catalogue()[0].title}" in app.lines()
        assert view.border_subtitle == f"1 of {len(catalogue())} run"


async def test_every_title_fits_its_column_whole() -> None:
    app = Host()
    async with app.run_test(size=(38, 100)) as pilot:
        await settle(pilot)
        shown = {line.strip() for line in app.lines()}
        for chapter, experiments in by_chapter().items():
            assert {chapter, *(experiment.title for experiment in experiments)} <= shown


async def test_choosing_by_name_moves_the_cursor_there() -> None:
    app = Host()
    async with app.run_test(size=(38, 40)) as pilot:
        await settle(pilot)
        app.query_one(Catalogue).choose("lost-update")
        await settle(pilot)
        assert app.chosen[-1] == "lost-update"
