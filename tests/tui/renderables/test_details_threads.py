"""Threads and cores of one process, in lines."""

from __future__ import annotations

import pytest

from conclab.model.inspection import InspectionState, ThreadView
from conclab.model.lanes import CELL_NS, CoreHistory, Owners
from conclab.model.tasks import TaskId
from conclab.tui.renderables.details_threads import MARKS, header_line, lane_width, strip_lines, thread_line
from conclab.tui.theme import DARK
from tests.tui.helpers import HOSTILE, NOW, SOME_WIDTHS, colours, is_exactly, lane


def view(name: str = "w1", tid: int = 8, slot: int | None = 0, *cells: tuple[float, float] | None) -> ThreadView:
    past = lane(NOW - len(cells), *cells) if cells else lane(NOW - 20, *[(0.25, 0.05)] * 20)
    return ThreadView(TaskId(7, tid, 1), name, "S", past, slot, 1, 300.0, 2.0, "futex: a lock")


def state(*views: ThreadView, owners: tuple[Owners, ...] = (), having: dict[int, str] | None = None) -> InspectionState:
    threads = {one.task: one for one in views}
    return InspectionState(threads=threads, owners=owners, having=having or {}, now_ns=NOW * CELL_NS + 1)


@pytest.mark.parametrize("width", [width for width in SOME_WIDTHS if width >= 60])
def test_every_line_has_the_width_of_the_pane(width: int) -> None:
    for colourless in (False, True):
        assert is_exactly(header_line(width, DARK, colourless), width)
        for text in (*HOSTILE, "w1"):
            for slot in (None, 3):
                assert is_exactly(thread_line(view(text, slot=slot), NOW - 1, width, DARK, colourless), width)


@pytest.mark.parametrize("width", [76, 116, 196])
def test_titles_stand_over_their_figures(width: int) -> None:
    header, line = header_line(width, DARK, False).text, thread_line(view(), NOW - 1, width, DARK, False).text
    assert header.index("on core") + len("on core") == line.index("25 %") + 4
    assert header.index("VCS/s") + len("VCS/s") == line.index("300") + 3
    assert header.index("TID") + 3 == line.index(" 8 ") + 2
    assert ("waits in" in header) == ("futex: a lock" in line) == (width == 196)
    assert ("waits for" in header) == (width == 116)
    assert ("a lock" in line) == (width > 76)


def test_where_a_thread_slept_all_along_its_lane_stays_empty() -> None:
    width = 116
    line = thread_line(view("w1", 8, 0, (0.0, 0.0), (0.5, 0.0), (0.001, 0.01), (0.0, 0.5)), NOW - 1, width, DARK, True).text
    start = line.index(" S ") + 3
    assert line[start : start + lane_width(width)].endswith(" █ ▒")


def test_a_thread_without_a_colour_has_no_mark() -> None:
    assert thread_line(view(slot=2), NOW - 1, 116, DARK, False).text.startswith(f"{MARKS[2]} w1")
    assert thread_line(view(slot=None), NOW - 1, 116, DARK, False).text.startswith("  w1")


OWNED = tuple(Owners(NOW - 1 - number, {(0, "8" if number % 2 else "9"): CELL_NS // 2}) for number in range(10))[::-1]


def test_the_strip_has_the_colours_of_the_threads_and_names_who_has_it_now() -> None:
    found = state(view("w1", 8, 0), view("w2", 9, 1), owners=OWNED, having={0: "9"})
    first, second = strip_lines(found, (), [0, 1], DARK, 60, False)
    assert is_exactly(first, 60)
    assert is_exactly(second, 60)
    assert first.text.rstrip().endswith("b w2")
    assert second.text.rstrip().endswith("–")
    strip = [colour for cell, colour in zip(first.text, colours(first), strict=True) if cell == "▄"]
    assert set(strip) == {DARK.worker(0), DARK.worker(1)}
    assert len(strip) == 10


def test_without_colours_the_strip_has_the_threads_letters() -> None:
    found = state(view("w1", 8, 0), view("w2", 9, None), owners=OWNED)
    busy = CoreHistory(NOW - 20, (0.5,) * 10 + (0.0,) * 10)
    (line,) = strip_lines(found, (busy,), [0], DARK, 60, True)
    assert "··········a+a+a+a+a+" in line.text


def test_load_that_is_not_its_own_is_seen_but_not_coloured() -> None:
    busy = CoreHistory(NOW - 3, (1.0, 1.0, 1.0))
    (line,) = strip_lines(state(view()), (busy,), [0], DARK, 60, False)
    assert {colour for cell, colour in zip(line.text, colours(line), strict=True) if cell == "█"} == {DARK.other}
