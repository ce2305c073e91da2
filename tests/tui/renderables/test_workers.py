"""The workers pane: where each one's time goes, in a lane and in figures that stand under their titles."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from conclab.model.locks import LockView
from conclab.model.run_state import RunState
from conclab.tui.renderables.workers import header_line, lane_width, legend_line, worker_line, worker_lines
from conclab.tui.theme import DARK
from tests.tui.helpers import HOSTILE, NOW, SOME_WIDTHS, WIDTHS, backgrounds, colours, is_exactly, lane, run_state, texts, worker

BUSY = lane(NOW - 8, *[(0.25, 0.05)] * 8)


def _line(width: int = 90, colourless: bool = False, **more: float | int | str | None) -> str:
    return worker_line(worker("w1", 0, BUSY, **more), NOW - 1, width, DARK, colourless).text


@pytest.mark.parametrize("count", [0, 1, 4, 64])
def test_every_line_is_exactly_as_wide_as_the_pane(count: int) -> None:
    run = run_state(*[worker(f"w{number + 1}", number, BUSY, voluntary_per_s=297.0, core=number) for number in range(count)])
    for width in WIDTHS if count < 5 else SOME_WIDTHS:
        for colourless in (False, True):
            lines = [*worker_lines(run, DARK, width, colourless), legend_line(width, DARK, colourless)]
            assert all(is_exactly(line, width) for line in lines)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_breaks_the_line(name: str) -> None:
    for width in SOME_WIDTHS:
        assert is_exactly(worker_line(worker(name, 0, BUSY), NOW - 1, width, DARK, False), width)


def test_the_split_is_told_in_figures() -> None:
    text = _line(voluntary_per_s=1297.4, involuntary_per_s=2.0, core=1)
    assert re.search(r"25 %\s+5 %\s+70 %\s+1,297\s+2\s+1\s*$", text)


def test_figures_end_under_the_end_of_their_titles() -> None:
    for width in (70, 78, 90, 158):
        header = header_line(width, DARK).text
        text = _line(width, voluntary_per_s=297.0, involuntary_per_s=2.0, core=1)
        for title, figure in (("on core", "25 %"), ("wants", " 5 %"), ("blocked", "70 %"), ("vol/s", "297"), ("inv/s", " 2")):
            end = header.index(title) + len(title)
            assert text[:end].endswith(figure)
        assert text.rstrip().endswith("1")
        assert len(text.rstrip()) == len(header.rstrip())


@pytest.mark.parametrize(("width", "columns"), [(56, 5), (60, 6), (76, 6)])
def test_on_the_smallest_screens_a_figure_without_room_goes_with_its_title(width: int, columns: int) -> None:
    """60 columns leave 56 cells in a pane: nothing is cut in two."""
    header = header_line(width, DARK).text.split()
    figures = _line(width, voluntary_per_s=297.0, involuntary_per_s=2.0, core=511).replace(" %", "%").split()[-columns:]
    assert ("inv/s" in header) is (columns == 6)
    assert header[-1] == "core"
    assert figures[0] == "25%"
    assert figures[-1] == "511"


def test_figures_are_of_the_last_two_seconds_and_not_of_the_whole_life() -> None:
    one = lane(NOW - 20, *[(1.0, 0.0)] * 12, *[(0.0, 0.0)] * 8)
    text = worker_line(worker("w1", 0, one), NOW - 1, 90, DARK, False).text
    assert re.search(r" 0 %\s+0 %\s+100 %", text)


def test_what_this_system_does_not_count_is_blank_and_never_nought() -> None:
    text = worker_line(worker("w1"), NOW - 1, 90, DARK, False).text
    assert text.strip() == "w1"
    assert "0" not in _line(voluntary_per_s=None, involuntary_per_s=None, core=None).rpartition("70 %")[2]


def test_nought_that_was_counted_is_shown() -> None:
    assert re.search(r"70 %\s+0\s+0\s+0\s*$", _line(voluntary_per_s=0.0, involuntary_per_s=0.0, core=0))


def test_lanes_of_all_workers_show_one_moment_in_one_column() -> None:
    early, late = worker("w1", 0, lane(NOW - 9, (1.0, 0.0))), worker("w2", 1, lane(NOW - 9, (1.0, 0.0), (1.0, 0.0)))
    lines = texts(worker_lines(run_state(early, late), DARK, 90))
    assert lines[1].index("█") == lines[2].index("█")


def test_the_lane_gets_all_the_room_that_the_figures_leave() -> None:
    for width in (80, 120, 200):
        one = worker("w1", 0, lane(NOW - 600, *[(1.0, 0.0)] * 600))
        text = worker_line(one, NOW - 1, width, DARK, False).text
        assert text.count("█") == lane_width(width)
    assert lane_width(200) > lane_width(120) > lane_width(80) > lane_width(56)


def test_workers_stand_in_the_order_of_their_numbers() -> None:
    run = run_state(*[worker(f"w{number}", number, BUSY) for number in (10, 2, 1, 11, 3)])
    assert [line.split()[0] for line in texts(worker_lines(run, DARK, 90))[1:]] == ["w1", "w2", "w3", "w10", "w11"]


def test_a_worker_has_its_colour_in_its_name_its_lane_and_its_share_on_a_core() -> None:
    strip = worker_line(worker("w3", 2, BUSY), NOW - 1, 90, DARK, False)
    found = colours(strip)
    assert found[0] == DARK.worker(2)
    assert found[strip.text.index("▂")] == DARK.worker(2)
    assert found[strip.text.index("25 %")] == DARK.worker(2)


def test_without_colour_lanes_and_legend_have_the_same_three_glyphs() -> None:
    one = worker("w1", 0, lane(NOW - 3, (0.8, 0.1), (0.1, 0.8), (0.1, 0.1)))
    text = worker_line(one, NOW - 1, 90, DARK, True).text
    legend = legend_line(90, DARK, True).text
    assert "█▒░" in text
    for glyph, meaning in (("█", "on a core"), ("▒", "wants a core"), ("░", "blocked")):
        assert f"{glyph} {meaning}" in legend


def test_with_colour_the_legend_shows_each_state_beside_its_words() -> None:
    strip = legend_line(90, DARK, False)
    backs = backgrounds(strip)
    for words in ("on a core", "wants a core", "blocked"):
        assert words in strip.text
    assert backs[strip.text.index("wants a core") - 2] == DARK.wants_back
    assert backs[strip.text.index("blocked") - 2] == DARK.blocked_back


def test_before_anyone_has_started_it_says_what_is_to_come() -> None:
    (idle,) = texts(worker_lines(RunState(), DARK, 120))
    assert "each worker gets a line here" in idle
    (starting,) = texts(worker_lines(RunState(phase="checking"), DARK, 120))
    assert starting.strip() == "starting …"


BLOCKED_ON_GIL = lane(NOW - 8, *[(0.25, 0.05)] * 8, blocked_on="GIL")


def test_what_it_is_blocked_on_stands_behind_the_share_and_an_inferred_one_says_so_without_colour() -> None:
    for colourless in (False, True):
        for width in (56, 76, 78, 120, 200):
            run = run_state(worker("w1", 0, BLOCKED_ON_GIL), worker("w2", 1, lane(NOW - 8, (0.1, 0.0), blocked_on="a timer")))
            header, one, two = texts(worker_lines(run, DARK, width, colourless))
            assert re.search(r"70 % GIL\*\s", one)
            assert re.search(r"90 % a t", two)
            assert "blocked on" in header
            assert "* inferred"[: lane_width(width) - 1] in header
            assert ("a timer" in two) is (width >= 76)
    (header, _line) = texts(worker_lines(run_state(worker("w1", 0, lane(NOW - 8, (0.1, 0.0), blocked_on="data"))), DARK, 90))
    assert "inferred" not in header


def waiting(lock: str, holder: str | None, holder_ended: bool = False) -> RunState:
    one = worker("w1", 0, lane(NOW - 8, *[(0.0, 0.0)] * 8, blocked_on=f"lock {lock}"))
    run = run_state(one, worker("w2", 1, BUSY, ended_ns=5 if holder_ended else None))
    return replace(run, locks={lock: LockView(lock, holder, {"w1": 5})})


def test_a_named_lock_is_shown_with_who_has_it() -> None:
    assert "lock forks ← w2 " in texts(worker_lines(waiting("forks", "w2"), DARK, 120))[1]
    assert "lock b ← w2 " in texts(worker_lines(waiting("b", "w2"), DARK, 76))[1]
    assert " left fork ← w2 " in texts(worker_lines(waiting("left fork", "w2"), DARK, 76))[1]
    assert "100 % lock forks " in texts(worker_lines(waiting("forks", None), DARK, 120))[1]
    assert "lock b ← w2 (ended)" in texts(worker_lines(waiting("b", "w2", holder_ended=True), DARK, 160))[1]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_lock_breaks_the_line(name: str) -> None:
    for width in SOME_WIDTHS:
        for holder in (None, name):
            assert all(is_exactly(line, width) for line in worker_lines(waiting(name, holder), DARK, width))
