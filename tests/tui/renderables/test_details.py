"""Pages laid out: every line exactly as wide as the pane, whatever is in it, and nothing lost that there is room for."""

from __future__ import annotations

import pytest

from conclab.model.details import OVERVIEW, Fact, Heading, Page, Section
from conclab.tui.renderables.details import column_widths, folded, page_lines
from conclab.tui.theme import DARK
from tests.tui.helpers import HOSTILE, SOME_WIDTHS, is_exactly, texts, width_of

HEADINGS = (Heading("FD", right=True), Heading("TYPE"), Heading("PATH"))


def page(*sections: Section) -> Page:
    return Page(OVERVIEW, 1, sections)


def drawn(width: int, *sections: Section) -> list[str]:
    return [text.rstrip() for text in texts(page_lines(page(*sections), DARK, width))]


@pytest.mark.parametrize("width", SOME_WIDTHS)
def test_every_line_has_the_width_of_the_pane(width: int) -> None:
    facts = tuple(Fact(text[:40], text, text[::-1]) for text in HOSTILE)
    rows = tuple((text, text, text) for text in HOSTILE)
    sections = (
        Section(HOSTILE[0], facts, note=HOSTILE[-1]),
        Section("t", headings=HEADINGS, rows=rows, left_out=3),
        Section("u", facts),
    )
    for lines in (page_lines(page(*sections), DARK, width), page_lines(page(*(Section("s", facts),) * 3), DARK, width)):
        assert lines
        assert all(is_exactly(line, width) for line in lines)


@pytest.mark.parametrize("width", [1, 2, 5, 20])
def test_folding_keeps_the_width_and_loses_nothing_but_blanks(width: int) -> None:
    text = "two words and/a/long/path/without/any/blank x" * 3
    lines = folded(text, width)
    assert all(len(line) <= width for line in lines)
    if len(lines) < 80:
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_folding_is_bounded_and_says_so() -> None:
    lines = folded("x" * 1_000, 10, most=3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")


def test_wide_characters_are_folded_by_cells() -> None:
    assert folded("漢字漢字", 5) == ["漢字", "漢字"]


def test_a_value_stands_beside_its_name_and_its_meaning_after_it_or_below() -> None:
    section = Section("S", (Fact("nice", "0", "gets less or more"), Fact("cwd", why="belongs to root")))
    assert drawn(60, section) == ["S", "nice            0   gets less or more", "cwd             belongs to root"]
    assert drawn(34, section)[1:3] == ["nice            0", "                gets less or more"]


def test_what_is_alarming_has_a_sign() -> None:
    assert "! 5 of 9" in drawn(60, Section("S", (Fact("held back", "5 of 9", alarming=True),)))[1]


def test_the_last_column_gets_what_is_left_and_goes_on_below() -> None:
    section = Section("F", headings=HEADINGS, rows=(("10", "file", "/a/long/path/" + "x" * 30),))
    assert drawn(40, section) == ["F", "FD  TYPE  PATH", "10  file  /a/long/path/xxxxxxxxxxxxxxxxx", "          xxxxxxxxxxxxx"]


def test_a_wide_column_gives_way_to_the_last() -> None:
    rows = (("1", "w" * 60, "/path"), ("2", "v", "/a/much/longer/path/than/that"))
    widths = column_widths(Section("F", headings=HEADINGS, rows=rows), 60)
    assert sum(widths) == 60
    assert widths[2] >= 20
    assert widths[0] == 4


def test_what_is_left_out_is_counted() -> None:
    assert "… and 9,500 more, left out" in drawn(40, Section("F", headings=HEADINGS, rows=(("1", "a", "b"),), left_out=9_500))


def test_short_sections_stand_side_by_side_where_there_is_room() -> None:
    sections = tuple(Section(f"S{number}", (Fact("a", "b"), Fact("c", "d"))) for number in range(4))
    assert len(drawn(160, *sections)) == 7
    assert len(drawn(120, *sections)) == 15
    first = page_lines(page(*sections), DARK, 160)[0].text
    assert "S0" in first
    assert "S2" in first
    assert all(width_of(line) == 160 for line in page_lines(page(*sections), DARK, 160))


def test_without_room_nothing_is_drawn() -> None:
    assert drawn(5, Section("S", (Fact("a", "b"),))) == []
