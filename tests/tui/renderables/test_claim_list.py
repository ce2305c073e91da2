"""The list of claims: chapters that count, glyphs for what was found, and finding."""

from __future__ import annotations

from conclab.model.claims import Standing
from conclab.tui.palettes import ANSI, DARK
from conclab.tui.renderables.claim_list import RUNNING, WAITING, Row, matches, row_line, rows_of, summary
from tests.recording.surveyed import CLAIMS, ELSEWHERE, SIZES, SPREAD, WORDS
from tests.tui.helpers import SOME_WIDTHS, backgrounds, is_exactly

FOUND = {18: Standing.PARTLY, 34: Standing.FAILS, 21: Standing.CONVENTION}


def line(row: Row, selected: bool = False) -> str:
    return row_line(row, 46, DARK, selected).text.rstrip()


def test_chapters_come_before_their_claims_and_count_them() -> None:
    rows = rows_of(CLAIMS, FOUND, {38: RUNNING})
    assert [line(row) for row in rows] == [
        "Which one to use                       1 of 1",
        " ◐ 18 CPU-bound: use processes",
        " – 21 threads for small work",
        "Multi-threading                        1 of 2",
        " ✗ 34 threads are spread over all cores",
        " ▶ 38 goroutines are threads",
    ]
    assert line(rows_of([WORDS], {}, {})[0]).split()[-1] == "explained", "there is nothing to count"
    assert line(rows_of(CLAIMS, {}, {34: WAITING})[4]) == " · 34 threads are spread over all cores"
    assert line(rows_of(CLAIMS, {}, {})[4]) == "   34 threads are spread over all cores"


def test_a_search_leaves_the_claims_that_hold_it_and_their_chapters_counts() -> None:
    rows = rows_of(CLAIMS, FOUND, {}, "goroutines")
    assert [(row.claim, row.found, row.of) for row in rows] == [(None, 1, 2), (ELSEWHERE, 0, 0)]
    assert rows_of(CLAIMS, FOUND, {}, "no such thing") == []


def test_found_is_what_title_sentence_and_number_say_in_any_case() -> None:
    assert matches(SPREAD, "34")
    assert matches(SPREAD, "DISTRIBUTED threads"), "the sentence, in any order"
    assert matches(SIZES, "cpu-bound")
    assert not matches(SIZES, "34")
    assert matches(WORDS, "")


def test_the_summary_counts_in_one_order_and_says_when_there_is_nothing() -> None:
    assert summary(CLAIMS, {}) == summary(CLAIMS, {21: Standing.CONVENTION}) == "none checked here yet"
    assert summary(CLAIMS, {**FOUND, 38: Standing.HOLDS}) == "3 of 3 checked here · 1 ✓ 1 ✗ 1 ◐"


def test_every_line_fits_and_the_cursor_is_told_by_more_than_its_colour() -> None:
    for width in SOME_WIDTHS:
        for row in rows_of(CLAIMS, FOUND, {38: RUNNING}):
            for selected in (False, True):
                assert is_exactly(row_line(row, width, DARK, selected), width)
    row = Row("", SPREAD, Standing.FAILS)
    assert line(row, True).startswith("▸✗ 34")
    assert set(backgrounds(row_line(row, 46, DARK, True))) == {DARK.cursor}
    looks = [look for _text, look, _ in row_line(row, 46, ANSI, True) if look is not None]
    assert all(look.reverse for look in looks)
    assert len({look.color for look in looks} - {None}) == 1, "reversed, each colour would be a patch"
