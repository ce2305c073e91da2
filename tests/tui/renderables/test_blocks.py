"""Pieces of lines: exact widths for every text, proportional bars, words that are not lost."""

from __future__ import annotations

import random

import pytest
from rich.cells import cell_len

from conclab.tui.renderables.blocks import HEIGHTS, Line, bar, fit, height_of, plain, right, stacked, style, wrapped
from tests.tui.helpers import HOSTILE, WIDTHS, is_exactly

EIGHTHS = " ▏▎▍▌▋▊▉█"


@pytest.mark.parametrize("text", HOSTILE)
def test_every_way_of_making_a_line_is_exactly_as_wide_as_asked(text: str) -> None:
    for width in range(1, 201):
        assert cell_len(fit(text, width)) == width
        assert cell_len(right(text, width)) == width
        assert is_exactly(plain(text, width), width)
        assert is_exactly(Line().add(" ").add(text, style("#ffffff")).add(text).strip(width), width)


def test_what_fits_is_kept_whole_and_what_does_not_ends_in_an_ellipsis() -> None:
    assert fit("cores", 8) == "cores   "
    assert right("cores", 8) == "   cores"
    assert fit("cores", 5) == right("cores", 5) == "cores"
    assert fit("cores", 4) == "cor…"
    assert fit("漢字", 3) == "漢…"
    assert fit("cores", 1) == "…"
    assert fit("cores", 0) == ""


def test_no_width_is_no_text() -> None:
    for text in HOSTILE:
        assert fit(text, 0) == fit(text, -3) == ""


def test_a_bar_is_as_long_as_its_share_to_an_eighth_of_a_cell() -> None:
    for width in range(1, 41):
        for percent in range(101):
            drawn = bar(percent / 100, width)
            assert len(drawn) == width
            eighths = sum(EIGHTHS.index(character) for character in drawn)
            assert abs(eighths - percent / 100 * width * 8) <= 0.5


def test_a_share_beyond_its_bounds_does_not_break_the_bar() -> None:
    assert bar(1.7, 5) == "█████"
    assert bar(-0.2, 5) == "     "


def test_heights_grow_with_the_share_and_nothing_is_blank() -> None:
    levels = [HEIGHTS.index(height_of(percent / 100)) for percent in range(101)]
    assert levels == sorted(levels)
    assert levels[0] == 0
    assert levels[100] == 8
    assert all(level > 0 for level in levels[2:]), "two per cent are not nothing"


def test_parts_of_a_stacked_bar_have_their_share_and_fill_the_width_whatever_they_add_up_to() -> None:
    draw = random.Random(1)
    looks = [style("#111111"), style("#222222"), style("#333333")]
    back = style(back="#000000")
    for _ in range(500):
        width = draw.randrange(1, 60)
        shares = [draw.uniform(0, 0.5) for _ in looks]
        pieces = stacked(list(zip(shares, looks, strict=True)), width, back, "abc")
        assert sum(len(text) for text, _look in pieces) == width
        if sum(shares) <= 1:
            for share, glyph in zip(shares, "abc", strict=True):
                cells = sum(text.count(glyph) for text, _look in pieces)
                assert abs(cells - share * width) <= 1


def test_without_colour_each_part_has_a_glyph_of_its_own() -> None:
    pieces = stacked([(0.5, style("#111111")), (0.5, style("#222222"))], 10, style(), "█▓")
    assert "".join(text for text, _look in pieces) == "█████▓▓▓▓▓"


def test_a_negative_part_takes_nothing_from_the_others() -> None:
    pieces = stacked([(-0.5, style("#111111")), (0.5, style("#222222"))], 10, style(), "ab")
    assert "".join(text for text, _look in pieces) == "bbbbb     "


def test_a_paragraph_loses_no_word_and_no_line_is_too_long() -> None:
    text = "The GIL lets one thread at a time run Python code; 漢字漢字 they were blocked 71 % of their time."
    for width in range(12, 201):
        lines = wrapped(text, width)
        assert " ".join(lines) == text
        assert all(cell_len(line) <= width for line in lines)


def test_a_paragraph_is_no_longer_than_it_must_be() -> None:
    lines = wrapped("aa bb cc dd", 5)
    assert lines == ["aa bb", "cc dd"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_word_that_is_too_long_for_a_line_is_cut(text: str) -> None:
    for width in WIDTHS:
        assert all(cell_len(line) <= width for line in wrapped(text, width))


def test_nothing_to_say_takes_no_lines() -> None:
    assert wrapped("", 20) == wrapped("   ", 20) == []


def test_neighbours_of_one_style_become_one_segment() -> None:
    strip = Line().add("a", style("#ffffff")).add("b", style("#ffffff")).add("").add("c", style("#000000")).strip(3)
    assert [segment.text for segment in strip] == ["ab", "c"]
