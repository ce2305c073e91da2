"""How the lab divides the screen: from 60x15 to 250x80, from one core to 512, from one worker to 64."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from conclab.tui.layout import NARROW, Layout, arrange, grid

CORES = (1, 2, 3, 4, 6, 8, 9, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)
WORKERS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
FRAME = 2
LEAST_OUTPUT = 3
"""The output pane's own least height, its frame included."""


def _all(widths: range = range(60, 251, 19), heights: range = range(15, 81)) -> Iterator[tuple[int, int, int, int, Layout]]:
    for width, height, cores, workers in itertools.product(widths, heights, CORES, WORKERS):
        yield width, height, cores, workers, arrange(width, height, cores, workers)


def test_every_pane_has_room_for_a_line_and_the_cores_pane_for_all_of_its_own() -> None:
    for width, height, cores, workers, layout in _all():
        assert min(layout.cores, layout.workers, layout.verdict) > FRAME, (width, height, cores, workers)
        assert layout.core_rows >= 1
        assert layout.core_extra >= 0
        assert layout.core_rows + layout.core_extra + FRAME <= layout.cores, (width, height, cores, workers)


def test_the_panes_fit_between_the_bars_with_the_output_at_its_least() -> None:
    for width, height, cores, workers, layout in _all():
        taken = layout.cores + layout.workers + layout.verdict + LEAST_OUTPUT
        assert taken <= height - 2, (width, height, cores, workers)


def test_the_output_can_be_read_on_every_screen_of_24_lines_and_more() -> None:
    for width, height, cores, workers, layout in _all(range(80, 251, 19), range(24, 81)):
        output = height - 2 - layout.cores - layout.workers - layout.verdict
        assert output - FRAME >= 3, (width, height, cores, workers)


def test_two_columns_become_two_pages_below_100() -> None:
    for width in range(60, 251):
        assert arrange(width, 40, 2, 4).narrow is (width < 100)
    assert NARROW == 100


def test_a_few_cores_and_workers_all_have_a_line_on_a_usual_screen() -> None:
    for cores, workers in itertools.product((1, 2, 4, 8), (1, 2, 4)):
        layout = arrange(120, 40, cores, workers)
        assert layout.core_rows == cores
        assert layout.workers >= 1 + workers + layout.legend + FRAME


def test_at_80_by_24_two_cores_and_four_workers_all_have_a_line() -> None:
    layout = arrange(80, 24, 2, 4)
    assert layout.core_rows == 2
    assert layout.workers >= 1 + 4 + FRAME


def test_a_higher_screen_never_shows_less_of_anything() -> None:
    for width, cores, workers in itertools.product((80, 120, 200), CORES, WORKERS):
        layouts = [arrange(width, height, cores, workers) for height in range(24, 81)]
        for smaller, larger in itertools.pairwise(layouts):
            assert larger.verdict >= smaller.verdict
            assert larger.cores >= smaller.cores


def test_equal_screens_are_divided_alike() -> None:
    assert arrange(120, 40, 2, 4) == arrange(120, 40, 2, 4)


def test_workers_views_are_as_wide_as_can_be_while_all_fit() -> None:
    assert grid(1, 80, 12) == (1, 1)
    assert grid(4, 80, 12) == (2, 2)
    assert grid(3, 160, 20) == (3, 1), "no row is left half empty where one will do"
    assert grid(8, 80, 12) == (2, 4)
    assert grid(12, 80, 12) == (3, 4), "narrower, for more"


def test_where_not_all_views_fit_there_are_as_many_as_there_is_room_for() -> None:
    columns, rows = grid(64, 80, 12)
    assert (columns, rows) == (3, 4)
    assert grid(5, 10, 1) == (1, 1)


def test_on_a_small_screen_a_verdict_that_has_come_gets_more_room() -> None:
    before, after = arrange(80, 24, 2, 4), arrange(80, 24, 2, 4, finished=True)
    assert after.verdict > before.verdict
    assert arrange(120, 40, 2, 4) == arrange(120, 40, 2, 4, finished=True)


def test_a_run_that_is_over_leaves_the_workers_a_line_however_small_the_screen() -> None:
    for height in range(17, 40):
        assert arrange(60, height, 2, 4, finished=True).workers >= 1 + 1 + FRAME, height
