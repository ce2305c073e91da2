"""A row of cells: the newest at the right end, nothing where nobody lived, the same without colour."""

from __future__ import annotations

from conclab.model.lanes import CoreHistory, Lane
from conclab.tui.renderables.blocks import HEIGHTS, Line
from conclab.tui.renderables.lanes import GLYPHS, add_core, add_lane, end_of_lanes, leading_state
from conclab.tui.theme import DARK
from tests.tui.helpers import NOW, backgrounds, cell, colours, lane, run_state, worker


def _drawn(one: Lane, newest: int, width: int = 10, colourless: bool = False) -> str:
    line = Line()
    add_lane(line, one, DARK.worker(0), newest, width, DARK, colourless)
    return line.strip(width).text


def test_a_lane_is_exactly_as_wide_as_asked_however_long_it_is() -> None:
    for length in (0, 1, 9, 10, 11, 600):
        text = _drawn(lane(NOW - length, *[(1.0, 0.0)] * length), NOW - 1)
        assert len(text) == 10
        assert text.count("█") == min(10, length)


def test_the_newest_cell_is_at_the_right_end() -> None:
    assert _drawn(lane(NOW - 3, (0.25, 0.0), (0.5, 0.0), (1.0, 0.0)), NOW - 1).endswith("▂▄█")
    assert _drawn(lane(NOW - 3, (0.25, 0.0), (0.5, 0.0), (1.0, 0.0)), NOW + 1).endswith("▂▄█  "), "two moments later"


def test_cells_that_lie_beyond_the_right_end_are_not_shown() -> None:
    assert _drawn(lane(NOW - 1, (0.5, 0.0), (1.0, 0.0)), NOW - 1).endswith(" ▄")


def test_where_a_worker_did_not_live_there_is_neither_block_nor_state() -> None:
    line = Line()
    add_lane(line, lane(NOW - 5, (1.0, 0.0), None, None, (0.0, 0.0), (1.0, 0.0)), DARK.worker(0), NOW - 1, 10, DARK, False)
    strip = line.strip(10)
    assert strip.text[-5:] == "█   █"
    backs = backgrounds(strip)
    assert backs[-5] == backs[-1] == DARK.blocked_back
    assert backs[-4] == backs[-3] == DARK.trough, "not alive"
    assert backs[-2] == DARK.blocked_back, "alive, and asleep all along"
    assert _drawn(lane(NOW - 5, (1.0, 0.0), None, None, (0.0, 0.0), (1.0, 0.0)), NOW - 1, 10, True)[-5:] == "█  ░█"


def test_the_background_tells_the_larger_of_wanting_a_core_and_being_blocked() -> None:
    line = Line()
    add_lane(line, lane(NOW - 2, (0.2, 0.5), (0.2, 0.3)), DARK.worker(0), NOW - 1, 4, DARK, False)
    assert backgrounds(line.strip(4))[-2:] == [DARK.wants_back, DARK.blocked_back]


def test_the_height_is_the_share_on_a_core() -> None:
    for percent in range(0, 101, 5):
        height = HEIGHTS.index(_drawn(lane(NOW - 1, (percent / 100, 0.0)), NOW - 1)[-1])
        assert abs(height / 8 - percent / 100) <= 1 / 8


def test_without_colour_glyphs_tell_the_leading_state() -> None:
    text = _drawn(lane(NOW - 3, (0.8, 0.1), (0.1, 0.8), (0.1, 0.1)), NOW - 1, 10, True)
    assert text[-3:] == "█▒░"
    assert len(set(GLYPHS.values())) == 3


def test_without_colour_nothing_has_one() -> None:
    line = Line()
    add_lane(line, lane(NOW - 3, (0.8, 0.1), None, (0.1, 0.1)), DARK.worker(0), NOW - 1, 10, DARK, True)
    strip = line.strip(10)
    assert set(colours(strip)) == set(backgrounds(strip)) == {None}


def test_the_leading_state_is_what_took_longest() -> None:
    assert leading_state(cell(1, on=0.5, wants=0.3).split) == "on"
    assert leading_state(cell(1, on=0.3, wants=0.5).split) == "wants"
    assert leading_state(cell(1, on=0.3, wants=0.3).split) == "blocked"


def test_while_it_runs_all_lanes_end_now_and_afterwards_where_the_last_worker_ended() -> None:
    early, late = worker("w1", 0, lane(NOW - 90, (1.0, 0.0))), worker("w2", 1, lane(NOW - 50, (1.0, 0.0)))
    assert end_of_lanes(run_state(early, late)) == NOW - 1
    assert end_of_lanes(run_state(early, late, phase="finished")) == NOW - 50


def test_a_run_without_samples_has_an_end_too() -> None:
    assert end_of_lanes(run_state(worker("w1"), phase="finished")) == NOW


def test_a_core_and_a_worker_show_one_moment_in_one_column() -> None:
    one = lane(NOW - 4, (1.0, 0.0))
    line = Line()
    add_core(line, 0, CoreHistory(NOW - 4, (1.0,)), {}, {}, NOW - 1, 10, DARK)
    assert line.strip(10).text.index("█") == _drawn(one, NOW - 1).index("█")
