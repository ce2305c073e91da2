"""Charts in blocks: heights that are right, blanks where nothing is known, scales that end at round numbers."""

from __future__ import annotations

import pytest

from conclab.model.history import History
from conclab.model.table import WHOLE, RowId, TaskRow
from conclab.tui.renderables.details_history import SPAN_NS, area_row, history_lines, round_up
from conclab.tui.theme import DARK
from tests.tui.helpers import is_exactly, texts

SECOND = 1_000_000_000


def history(seconds: int) -> History:
    found = History()
    for second in range(seconds):
        row = TaskRow(RowId(1, WHOLE, 1), 1, False, cpu_share=second / 100, resident_bytes=100 * 1024**2 + second)
        found = found.extended(second * SECOND, row)
    return found


@pytest.mark.parametrize("width", [30, 76, 116, 196])
@pytest.mark.parametrize("height", [5, 18, 36, 56])
def test_the_charts_fit_their_pane(width: int, height: int) -> None:
    lines = history_lines(history(200), 200 * SECOND, DARK, width, height)
    assert all(is_exactly(line, width) for line in lines)
    assert len(lines) <= max(height, 11)


def test_now_and_the_most_are_told_and_what_is_not_known_says_so() -> None:
    drawn = texts(history_lines(history(60), 60 * SECOND, DARK, 100, 30))
    assert any("CPU   59 % now, 5" in line for line in drawn)
    assert any("wanted a core   not known" in line for line in drawn)
    assert any("resident memory   100M now, 100M at most" in line for line in drawn)
    assert drawn[-1].rstrip().endswith("now")


def test_what_has_fallen_out_of_the_five_minutes_is_not_drawn() -> None:
    drawn = texts(history_lines(history(10), SPAN_NS + 60 * SECOND, DARK, 60, 20))
    assert not any("█" in line for line in drawn)


def test_who_only_slept_is_told_that_there_is_nothing_yet() -> None:
    (line,) = texts(history_lines(History(), SECOND, DARK, 120, 20))
    assert "asleep" in line


def test_a_curve_over_two_lines() -> None:
    values = [0.0, 0.25, 0.5, 0.75, 1.0, None, 0.001]
    assert area_row(values, 1.0, 0, 2) == "   ▄█  "
    assert area_row(values, 1.0, 1, 2) == " ▄███·▁"


@pytest.mark.parametrize(
    ("value", "end"),
    [(0.1, 0.1), (0.11, 0.15), (0.93, 1.0), (1.0, 1.0), (1.2, 1.5), (7.0, 8.0), (1263.0, 1500.0), (9_000.0, 10_000.0)],
)
def test_scales_end_at_round_numbers(value: float, end: float) -> None:
    assert round_up(value) == pytest.approx(end)


@pytest.mark.parametrize(("value", "end"), [(48 * 1024**2, 64 * 1024**2), (1024**3, 1024**3), (700 * 1024, 768 * 1024)])
def test_scales_of_memory_end_at_powers_of_two(value: float, end: float) -> None:
    assert round_up(value, binary=True) == end
