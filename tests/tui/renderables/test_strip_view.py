"""Where one looks in the timeline: zooming, scrolling, the cursor, the axis."""

from __future__ import annotations

import random

from conclab.model.timeline_cells import Window
from conclab.tui.palettes import DARK
from conclab.tui.renderables.strip_axis import axis_line, stamp, tick_ns
from conclab.tui.renderables.strip_view import Bounds, View, fitting, following, moved, scrolled, to, whole, zoomed

MS = 1_000_000
BOUNDS = Bounds(first_ns=1_000 * MS, last_ns=9_000 * MS, width=100, finest_ns=MS)


def test_whatever_is_pressed_the_cursor_stays_in_view_and_in_the_run_and_cells_keep_their_places() -> None:
    chance = random.Random(1)
    view = fitting(BOUNDS.first_ns, BOUNDS.last_ns, BOUNDS)
    for _ in range(2_000):
        what = chance.randrange(6)
        if what == 0:
            view = zoomed(view, chance.choice((1, -1)), BOUNDS, chance.choice((None, chance.randrange(BOUNDS.last_ns))))
            view = to(view, view.cursor_ns, BOUNDS)
        elif what == 1:
            view = scrolled(view, chance.randrange(-90, 90), BOUNDS)
        elif what == 2:
            view = moved(view, chance.choice((-10, -1, 1, 10)), BOUNDS)
        elif what == 3:
            view = to(view, chance.randrange(2 * BOUNDS.last_ns), BOUNDS)
        elif what == 4:
            view = whole(view, BOUNDS)
        else:
            view = following(view, BOUNDS)
        assert view.cell_ns >= BOUNDS.finest_ns
        assert view.start_ns % view.cell_ns == 0
        assert BOUNDS.first_ns <= view.cursor_ns <= BOUNDS.last_ns
        assert 0 <= view.column(view.cursor_ns) < BOUNDS.width


def test_everything_fits_and_not_by_wasting_much_room() -> None:
    for seconds in (1, 3, 7, 59, 500):
        bounds = Bounds(17 * MS, 17 * MS + seconds * 1_000 * MS, 90, 1_000)
        view = fitting(bounds.first_ns, bounds.last_ns, bounds)
        assert view.column(bounds.first_ns) == 0
        assert 60 <= view.column(bounds.last_ns) < 90


def test_zooming_keeps_the_moment_under_the_cursor_in_its_column() -> None:
    view = View(5_000 * MS, 10 * MS, 5_400 * MS)
    assert view.column(view.cursor_ns) == zoomed(view, 1, BOUNDS).column(view.cursor_ns) == 40
    around = zoomed(view, 1, BOUNDS, around_ns=5_700 * MS)
    assert around.column(5_700 * MS) == 70
    assert around.cursor_ns == view.cursor_ns


def test_it_zooms_in_no_further_than_is_known_and_out_to_the_whole() -> None:
    view = View(5_000 * MS, 2 * MS, 5_100 * MS)
    assert zoomed(zoomed(view, 1, BOUNDS), 1, BOUNDS).cell_ns == MS
    for _ in range(12):
        view = zoomed(view, -1, BOUNDS)
    assert view.whole
    assert view.column(BOUNDS.first_ns) == 0
    assert view.column(BOUNDS.last_ns) < BOUNDS.width


def test_following_shows_the_newest_at_the_right_and_moving_the_cursor_stops_it() -> None:
    view = following(View(0, 10 * MS, 0), BOUNDS)
    assert view.column(BOUNDS.last_ns) == BOUNDS.width - 1
    assert not moved(view, -1, BOUNDS).follow


def test_stamps_are_as_exact_as_the_cells() -> None:
    assert [stamp(1_204_512_345, cell) for cell in (10**9, 50 * MS, MS, 10_000, 1_000)] == [
        "1 s", "1.20 s", "1.205 s", "1.20451 s", "1.204512 s",
    ]  # fmt: skip
    assert stamp(725_300 * MS, 100 * MS) == "12:05.3"
    assert stamp(-5 * MS, MS) == "-0.005 s"


def test_ticks_are_round_and_their_labels_do_not_touch() -> None:
    for cell in (1_000, 20_000, 3 * MS, 50 * MS, 700 * MS, 20_000 * MS):
        window = Window(1_234 * cell, cell, 150)
        text = axis_line(window, 0, 8, -1, DARK).text
        assert text.count("╵") >= 3
        assert " ╵" in text
        assert all(part[-1:] in " " or part.isspace() for part in text.split("╵")[1:-1])
        assert tick_ns(cell, 9) >= 11 * cell
