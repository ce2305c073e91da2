"""The strip's lines: cores by who ran there, workers by what they did, with and without colours, at any size."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.strip import Strip

from conclab.model.events import TaskFinished, Waiting
from conclab.model.slices import UNKNOWN
from conclab.model.timeline import Row, Timeline
from conclab.model.timeline_cells import CellCache, Window
from conclab.model.timeline_fold import fold_timeline
from conclab.tui.palettes import DARK
from conclab.tui.renderables.strip import LABEL, Scene
from conclab.tui.renderables.strip_page import LEAST_HEIGHT, Page, page
from conclab.tui.renderables.strip_words import cores_words, marks_words, moment_words, place_words
from tests.model.timelines import MS, R, S, begun, by_chance, finished, sample, sampled, sliced, stepped, traced
from tests.tui.helpers import HOSTILE, is_exactly, texts

END = 100 * MS


def two_in_turns() -> Timeline:
    """w1 on core 0 for the first half, blocked after; w2 wants a core first and has it then."""
    one = [(0, END // 2, 0, S, 0, UNKNOWN, UNKNOWN), (90 * MS, END, 1, S, 90 * MS, 90 * MS, 0)]
    other = [(0, 1, 0, R, 0, UNKNOWN, UNKNOWN), (END // 2, END, 0, R, 1, UNKNOWN, UNKNOWN)]
    timeline = sampled(begun(2), [sample(1, 0, 0, 0)], [sample(1, END, END // 2, 0, waits_in="futex")])
    timeline = fold_timeline(timeline, Waiting(60 * MS, "w1", "a"))
    timeline = finished(finished(timeline, 1, END), 2, END)
    return traced(stepped(timeline, END), END, sliced(1, one), sliced(2, other))


def drawn(
    timeline: Timeline,
    width: int = 60,
    height: int = 20,
    cores: int = 2,
    cursor: int = 0,
    colourless: bool = True,
    selected: str = "w1",
) -> list[Strip]:
    count = width - LABEL
    scene = Scene(timeline, Window(0, max(1, END // count), count), DARK, colourless, selected, cursor)
    rows = sorted(timeline.rows.values(), key=lambda row: (len(row.name), row.name))
    return page(scene, cursor * scene.window.cell_ns, rows, cores, height, CellCache(), Page()).lines


def line(lines: list[Strip], start: str) -> str:
    """The strip of the row with that label; of a thick one the line with the words."""
    return next(one[LABEL:] for one in texts(lines) if one[:LABEL].strip(" ▸") == start)


def test_cores_carry_the_names_of_the_workers_and_workers_the_number_of_the_core() -> None:
    lines = drawn(two_in_turns(), cursor=-1)
    core, one, other = line(lines, "0"), line(lines, "w1"), line(lines, "w2")
    assert core.index("w1") < 3
    assert 26 <= core.index("w2") < 30
    assert one.startswith("█0██")
    assert "░lock a░" in one
    assert other.startswith("▒▒▒▒▒")
    assert "█0█" in other[26:]


def test_without_colours_every_cell_of_a_core_tells_who_had_it() -> None:
    timeline = sampled(begun(2), *([sample(n, at, at // 2, 0, core=n - 1) for n in (1, 2)] for at in (0, END)))
    lines = [one[LABEL:] for one in texts(drawn(timeline, cursor=-1))]
    cores = lines[2 : next(number for number, one in enumerate(lines) if "on a core" in one)]
    for core, letter in ((cores[: len(cores) // 2], "1"), (cores[len(cores) // 2 :], "2")):
        assert set(core[-1]) == {letter}
        assert set(core[0]) == {" "}, "it had a worker for half of each cell"


def test_without_colours_a_thick_row_has_as_many_lines_of_each_glyph_as_are_its_share() -> None:
    looks = (sample(1, at, at // 4, at // 2, waits_in="futex") for at in (0, END))
    lines = texts(drawn(sampled(begun(1), *([look] for look in looks)), cursor=-1, height=40))
    middle = next(number for number, one in enumerate(lines) if one[:LABEL].strip(" ▸") == "w1")
    assert [set(lines[middle + at][LABEL:]) for at in (-1, 0, 1, 2)] == [{"░"}, {"▒"}, {"▒"}, {"█"}]


def test_in_colours_a_name_is_in_the_ink_on_the_workers_colour() -> None:
    lines = drawn(two_in_turns(), cursor=-1, colourless=False)
    found = {segment.text: segment.style for one in lines for segment in one if segment.text in ("w1", "w2") and segment.style}
    backs = {name: look.bgcolor.name for name, look in found.items() if look.bgcolor is not None}
    assert backs == {"w1": DARK.worker(0), "w2": DARK.worker(1)}


def test_the_cursor_is_seen_in_every_row_without_colour_too() -> None:
    lines = drawn(two_in_turns(), cursor=7)
    assert texts(lines)[1][LABEL + 7] == "▼"
    assert [one[LABEL + 7] for one in texts(lines) if one[:LABEL].strip(" ▸") in ("0", "w1", "w2")] == ["│"] * 3


def test_marks_are_glyphs_and_the_chosen_workers_come_first() -> None:
    timeline = fold_timeline(begun(2), TaskFinished(END // 2, "w1", 0, 1))
    timeline = fold_timeline(timeline, TaskFinished(END // 2, "w2", 0, 1))
    timeline = fold_timeline(timeline, TaskFinished(3 * END // 4, "w2", 1, 1))
    marks = line(drawn(timeline, cursor=-1), "marks")
    assert (marks[0], marks[26], marks[39]) == ("▸", "✓", "·")


@pytest.mark.parametrize(("cores", "workers"), [(1, 1), (2, 4), (16, 64), (256, 3)])
def test_every_size_is_filled_exactly_and_what_has_no_room_is_counted(cores: int, workers: int) -> None:
    timeline = sampled(
        begun(workers), *([sample(n, at, at // 3, at // 9, core=n % cores) for n in range(1, workers + 1)] for at in (0, END))
    )
    for width, height in ((78, 21), (118, 37), (198, 57), (20, LEAST_HEIGHT)):
        for colourless in (True, False):
            lines = drawn(timeline, width, height, cores, cursor=3, colourless=colourless)
            assert len(lines) == height
            assert all(is_exactly(one, width) for one in lines)
    said = "\n".join(texts(drawn(timeline, 118, 37, cores)))
    assert ("more cores" in said) == (cores > 8)
    assert ("more workers" in said) == (workers > 20)


def test_with_too_many_cores_those_that_workers_had_come_first() -> None:
    timeline = sampled(begun(1), [sample(1, 0, 0, 0)], [sample(1, END, END, 0, core=200)])
    first = next(one for one in texts(drawn(timeline, cores=256))[2:])
    assert first[:LABEL].strip() == "200"


def test_cores_that_have_no_room_can_be_scrolled_to_and_not_beyond_the_last() -> None:
    scene = Scene(begun(1), Window(0, MS, 50), DARK, True, "w1", 0)
    rows = list(scene.timeline.rows.values())
    for first, seen in ((0, "0"), (100, "100"), (9_999, "255")):
        shown = page(scene, 0, rows, 256, 20, CellCache(), Page(first_core=first))
        labels = [one[:LABEL].strip() for one in texts(shown.lines)]
        assert seen in labels
        assert shown.first_core == min(first, 256 - sum(label.isdigit() for label in labels))


def test_the_chosen_worker_is_always_in_view() -> None:
    timeline = sampled(begun(64), *([sample(n, at, at // 3, 0) for n in range(1, 65)] for at in (0, END)))
    for name in ("w1", "w33", "w64"):
        assert any(one.startswith("▸") and name in one[:LABEL] for one in texts(drawn(timeline, selected=name)))


def test_hostile_names_do_not_break_the_rows() -> None:
    for name in HOSTILE:
        timeline = two_in_turns()
        rows = {name: replace(timeline.rows["w1"], name=name), "w2": timeline.rows["w2"]}
        for colourless in (True, False):
            lines = drawn(replace(timeline, rows=rows), colourless=colourless, selected=name)
            assert all(is_exactly(one, 60) for one in lines)


def test_helpers_have_cores_too_but_no_row() -> None:
    timeline = traced(stepped(begun(1), END), END, sliced(7, by_chance(1, 0, END, mean_ns=9 * MS)))
    said = texts(drawn(timeline, cursor=-1))
    assert not any("w7" in one[:LABEL] for one in said)
    assert "·" in line(drawn(timeline, cursor=-1), "0") or "w7" in line(drawn(timeline, cursor=-1), "0")


# Words


def said(timeline: Timeline, at_ns: int, name: str = "w1") -> str:
    return moment_words(timeline, timeline.rows[name], at_ns, MS)


def test_an_exact_moment_in_words() -> None:
    timeline = two_in_turns()
    assert said(timeline, 10 * MS) == "w1 on core 0 since 0.000000 s (10.0 ms of 50.0 ms) · next: sleeps"
    blocked = said(timeline, 60 * MS)
    assert blocked.startswith("w1 blocked on lock a since 0.050000 s (10.0 ms of 40.0 ms) · before: core 0 for 50.0 ms")
    assert blocked.endswith("next: woken by an interrupt")
    wants = said(timeline, 20 * MS, "w2")
    assert wants.startswith("w2 wants a core since 0.000000 s")
    assert "preempted" in wants
    assert "exact" in place_words(timeline, timeline.rows["w1"], 10 * MS, MS)
    assert cores_words(timeline, 10 * MS, 2) == "cores: 0 w1 · 1 –"
    assert said(timeline, 95 * MS).endswith("· before: blocked on lock a for 40.0 ms · woken by an interrupt · next: sleeps")


def test_a_sampled_moment_in_words_is_a_stretch_and_says_that_it_is_sampled() -> None:
    timeline = sampled(begun(1), [sample(1, 0, 0, 0)], [sample(1, 50 * MS, 10 * MS, 5 * MS, core=1, waits_in="read")])
    assert said(timeline, 10 * MS) == "w1 0.000–0.050 s: 20 % on core 1 · 10 % wants one · 70 % blocked on data"
    assert place_words(timeline, timeline.rows["w1"], 10 * MS, MS).endswith("sampled 20/s")
    assert cores_words(timeline, 10 * MS, 2) == "cores: 0 – · 1 w1 20 %"


def test_where_nothing_is_known_nothing_is_said_to_have_been() -> None:
    timeline = begun(1)
    assert said(timeline, 10 * MS) == "w1 is not sampled yet"
    assert said(finished(timeline, 1, 20 * MS), 30 * MS) == "w1 is not there"
    lost = traced(
        stepped(begun(1), END),
        END,
        sliced(1, [(0, 10, 0, ord("-"), 0, UNKNOWN, UNKNOWN), (90, 99, 0, S, UNKNOWN, UNKNOWN, UNKNOWN)]),
    )
    assert said(lost, 50) == "w1: not known, events were lost here"


def test_the_marks_around_a_moment() -> None:
    timeline = fold_timeline(begun(1), Waiting(60 * MS, "w1", "a"))
    assert marks_words(timeline.rows["w1"], 10 * MS) == "marks: 10.0 ms ago: started · in 50.0 ms: began to wait for lock a"
    assert marks_words(Row("w9", 0), 0) == "marks: none"


def test_where_events_are_missing_it_is_told_how_much_of_the_time_is_known() -> None:
    unseen = (40 * MS, 40 * MS, 0, S, UNKNOWN, UNKNOWN, UNKNOWN)
    timeline = stepped(finished(begun(1), 1, END), END)
    timeline = traced(timeline, END, sliced(1, [(0, 10 * MS, 0, S, 0, UNKNOWN, UNKNOWN), unseen]))
    assert place_words(timeline, timeline.rows["w1"], 20 * MS, MS).endswith("exact: 70 % of w1's time is known")
    assert moment_words(timeline, timeline.rows["w1"], 20 * MS, MS) == "w1: not known, events were lost here"
