"""The scrubber's lines: every moment has a cell, every event its tick, every load its height."""

from __future__ import annotations

from conclab.recording.past import BEGAN, GAP, REPETITION, TROUBLE, VERDICT, Mark
from conclab.recording.replay import Replay, ReplaySession
from conclab.sampling.scripted import scripted_machine
from conclab.tui.palettes import DARK
from conclab.tui.renderables.scrubber import cell_at, load_line, moment_at, told_line, track_line
from conclab.tui.screens.run import repetition_words
from tests.recording.played import played
from tests.tui.helpers import WIDTHS, is_exactly

PAST = ReplaySession(Replay(played(), scripted_machine(2)))
REPLAY = PAST.replay


def test_lines_fit_exactly_everywhere() -> None:
    for width in WIDTHS:
        for here in (0, width // 2, width - 1):
            assert is_exactly(load_line(PAST.overview(width), here, DARK), width)
            assert is_exactly(track_line(PAST, PAST.events(), here, width, DARK), width)
            for pointed in ("", "12.000 s · something with a long name that happened there"):
                assert is_exactly(told_line("playing 16×", True, ["1.000 s of 9.000 s", "x" * 30], pointed, width, DARK), width)


def test_a_cell_and_its_moment_are_one_another() -> None:
    for width in (20, 78, 198):
        assert [cell_at(PAST, moment_at(PAST, cell, width), width) for cell in range(width)] == list(range(width))
        assert moment_at(PAST, 0, width) == PAST.start_ns
        assert moment_at(PAST, width + 5, width) == PAST.end_ns
        assert cell_at(PAST, PAST.end_ns, width) == width - 1


def test_the_track_tells_the_moment_and_where_repetitions_begin_without_colour() -> None:
    width = 118
    here = cell_at(PAST, REPLAY.spans[2].start_ns + 1, width)
    text = track_line(PAST, PAST.events(), here, width, DARK).text
    assert text.index("●") == here
    assert set(text[:here]) == {"━", "╋"}
    assert set(text[here + 1 :]) == {"─", "┼", "◆"}
    assert text.count("◆") == 1
    for span in REPLAY.spans:
        assert text[cell_at(PAST, span.start_ns, width)] in "╋┼●"


def test_of_several_events_in_a_cell_the_most_telling_is_drawn() -> None:
    at_ns = moment_at(PAST, 10, 100)
    for kinds, glyph in (((BEGAN, TROUBLE, GAP), "!"), ((REPETITION, VERDICT), "◆"), ((GAP, BEGAN), "▸"), ((GAP,), "╌")):
        assert track_line(PAST, [Mark(at_ns, kind, "") for kind in kinds], 50, 100, DARK).text[10] == glyph


def test_load_is_a_height_and_what_is_not_known_is_blank() -> None:
    assert load_line((None, 0.0, 0.5, 1.0, 7.0), 1, DARK).text == " ▁▄██"


def test_where_one_is_in_words() -> None:
    first, second = REPLAY.spans[:2]
    total = len(REPLAY.spans)
    inside = repetition_words(REPLAY, first.start_ns + 5_000_000)
    assert inside == [f"{first.arm.name}, round 1", f"repetition 1 of {total}", "5.00 ms into it"]
    assert repetition_words(REPLAY, REPLAY.start_ns) == ["before the first repetition"]
    assert repetition_words(REPLAY, second.start_ns - 1) == ["between two repetitions"]
    assert repetition_words(REPLAY, REPLAY.end_ns + 1) == [f"after the last of {total} repetitions"]
