"""The small drawings: they fit, they can be read without colour, and every claim's is there."""

from __future__ import annotations

import pytest

from conclab.lab.claim_catalogue import claims
from conclab.model.drawings import DRAWINGS, WIDEST, Piece, pieces, text_of
from conclab.tui.palettes import DARK
from conclab.tui.renderables.drawings import drawing_lines


def test_a_track_has_one_sign_a_moment_and_text_has_marks() -> None:
    assert list(pieces("core 0@11w")) == [Piece("core 0    ", "d"), Piece("11", "1", True), Piece("w", "w", True)]
    assert list(pieces("a <1:b> c")) == [Piece("a "), Piece("b", "1"), Piece(" c")]
    assert text_of("a <1:b> c") == "a b c"


@pytest.mark.parametrize("name", sorted(DRAWINGS))
def test_every_drawing_fits_and_reads_the_same_without_its_colours(name: str) -> None:
    for row, line in zip(DRAWINGS[name], drawing_lines(name, 80, DARK, True), strict=True):
        assert len(text_of(row)) <= WIDEST, row
        for piece in pieces(row):
            if piece.kind.isdigit():
                assert piece.text in line.text


def test_a_worker_is_told_by_its_number_where_there_is_colour_too() -> None:
    first = drawing_lines("one-core", 80, DARK, False)[0].text.rstrip()
    assert first == "core 0    1   2   1   2   1   2   1   2"


def test_an_unknown_drawing_is_none() -> None:
    assert drawing_lines("no such", 80, DARK, False) == []


@pytest.mark.parametrize("claim", claims(), ids=lambda claim: str(claim.number))
def test_every_claim_calls_for_a_drawing_that_there_is(claim: object) -> None:
    drawing = getattr(claim, "drawing", "")
    assert drawing == "" or drawing in DRAWINGS
