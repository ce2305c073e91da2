"""The split as bars: each worker's figures, told by glyphs as well as by colours, whatever the room."""

from __future__ import annotations

import pytest

from conclab.model.chart_data import Bar
from conclab.model.tasks import Split
from conclab.tui.charts.bars import split_lines
from conclab.tui.theme import DARK


def bars(arms: int, workers: int) -> list[Bar]:
    return [Bar(f"arm {arm}", f"w{worker}", Split(1000, 250, 50)) for arm in range(1, arms + 1) for worker in range(1, workers + 1)]


def lines(some: list[Bar], width: int, height: int) -> list[str]:
    return [strip.text for strip in split_lines(some, ["w1", "w2"], width, height, DARK)]


def test_a_worker_has_a_bar_with_its_figures() -> None:
    head, first, second = lines(bars(1, 2), 80, 10)
    assert "█" in head
    assert "on a core" in head
    assert first.startswith("arm 1 w1 █")
    assert second.startswith("      w2 █"), "the arm is named once"
    assert first.rstrip().endswith("25 %   5 %  70 %")
    drawn = {glyph: first.count(glyph) for glyph in "█▒░"}
    assert 0 < drawn["▒"] < drawn["█"] < drawn["░"]


@pytest.mark.parametrize(("width", "height"), [(60, 10), (80, 24), (190, 50), (30, 6)])
@pytest.mark.parametrize(("arms", "workers"), [(1, 1), (3, 8), (12, 64)])
def test_bars_stay_within_their_room(width: int, height: int, arms: int, workers: int) -> None:
    found = lines(bars(arms, workers), width, height)
    assert len(found) <= height
    assert {len(line) for line in found} == {width}


def test_where_workers_do_not_fit_arms_stand_for_them() -> None:
    found = lines(bars(3, 8), 80, 10)
    assert len(found) == 4
    assert found[2].startswith("arm 2 eight workers █")


def test_what_does_not_fit_is_counted() -> None:
    assert lines(bars(12, 2), 80, 10)[-1].startswith("four arms more do not fit")


def test_of_a_long_name_of_an_arm_the_beginning_is_seen() -> None:
    long = Bar("processes that are pinned to one single core", "w1", Split(1000, 250, 50))
    assert lines([long], 60, 10)[1].startswith("processes that ar… w1 █")
