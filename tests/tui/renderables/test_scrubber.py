"""The scrubber's lines: every moment has a cell, every repetition a place."""

from __future__ import annotations

from conclab.recording.replay import Replay
from conclab.sampling.scripted import scripted_machine
from conclab.tui.palettes import DARK
from conclab.tui.renderables.scrubber import cell_at, moment_at, names_line, told, told_line, track_line
from tests.recording.played import played
from tests.tui.helpers import WIDTHS, is_exactly

REPLAY = Replay(played(), scripted_machine(2))


def test_lines_fit_exactly_everywhere() -> None:
    for width in WIDTHS:
        for at_ns in (REPLAY.start_ns, (REPLAY.start_ns + REPLAY.end_ns) // 2, REPLAY.end_ns):
            assert is_exactly(names_line(REPLAY, at_ns, width, DARK), width)
            assert is_exactly(track_line(REPLAY, at_ns, width, DARK), width)
            assert is_exactly(told_line(REPLAY, at_ns, True, width, DARK), width)


def test_a_cell_and_its_moment_are_one_another() -> None:
    for width in (20, 78, 198):
        assert [cell_at(REPLAY, moment_at(REPLAY, cell, width), width) for cell in range(width)] == list(range(width))
        assert moment_at(REPLAY, 0, width) == REPLAY.start_ns
        assert moment_at(REPLAY, width + 5, width) == REPLAY.end_ns
        assert cell_at(REPLAY, REPLAY.end_ns, width) == width - 1


def test_the_track_tells_the_moment_and_where_repetitions_begin_without_colour() -> None:
    width = 118
    at_ns = REPLAY.spans[2].start_ns + 1
    text = track_line(REPLAY, at_ns, width, DARK).text
    here = text.index("●")
    assert here == cell_at(REPLAY, at_ns, width)
    assert set(text[:here]) == {"━", "╋"}
    assert set(text[here + 1 :]) == {"─", "┼"}
    assert text.count("╋") + text.count("┼") == len(REPLAY.spans) - 1
    names = names_line(REPLAY, at_ns, width, DARK).text
    assert [names.index("╷", cell_at(REPLAY, span.start_ns, width)) for span in REPLAY.spans] == [
        cell_at(REPLAY, span.start_ns, width) for span in REPLAY.spans
    ]


def test_where_one_is_in_words() -> None:
    first, second = REPLAY.spans[:2]
    words = told(REPLAY, first.start_ns + 5_000_000)
    assert words[1:] == [f"{first.arm.name}, round 1", f"repetition 1 of {len(REPLAY.spans)}", "5.00 ms into it"]
    assert told(REPLAY, REPLAY.start_ns)[1] == "before the first repetition"
    assert told(REPLAY, second.start_ns - 1)[1] == "between two repetitions"
    assert words[0].endswith(f" s of {REPLAY.duration_ns / 1e9:.3f} s")
