"""Lines of a trace at any width, with any text."""

from __future__ import annotations

import pytest

from conclab.model.table import RowId
from conclab.model.trace import Traced, TraceLine, TraceState, fold_trace
from conclab.tui.renderables.trace import pending_line, summary_line, trace_line
from conclab.tui.theme import DARK
from tests.tui.helpers import HOSTILE, SOME_WIDTHS, colours, is_exactly

TIME = "10:00:01.000001"
ID = RowId(7, 0, 70)


@pytest.mark.parametrize("width", SOME_WIDTHS)
def test_every_line_is_as_wide_as_its_pane(width: int) -> None:
    for text in (*HOSTILE, "read(3, " + "x" * 300 + ") = -1 EINTR (Interrupted system call)", "--- SIGINT {} ---"):
        for line in (TraceLine(text, TIME, 12), TraceLine(text), TraceLine(text, left_out=4)):
            for shift in (0, 8, 500):
                assert is_exactly(trace_line(line, width, DARK, True, shift), width), (text, shift)
            assert is_exactly(pending_line(line, width, DARK, False), width)


def test_a_long_call_still_shows_what_came_of_it() -> None:
    line = TraceLine("read(3, " + "x" * 300 + ") = -1 EINTR (Interrupted system call)", TIME, 12)
    text = trace_line(line, 100, DARK, True).text
    assert text.startswith("10:00:01.000001      12  read(3, xxx")
    assert text.rstrip().endswith("… = -1 EINTR (Interrupted system call)")


def test_shifted_the_end_can_be_read() -> None:
    line = TraceLine("openat(AT_FDCWD, " + "x" * 100 + ", O_RDONLY) = 3", TIME)
    assert trace_line(line, 60, DARK, False, 88).text.rstrip().endswith("O_RDONLY) = 3")


def test_failures_have_a_colour_beside_their_word() -> None:
    failed, well = (trace_line(TraceLine(f"read(3) = {end}", TIME), 80, DARK, False) for end in ("-1 EIO (x)", "12"))
    assert DARK.bad in colours(failed)
    assert DARK.bad not in colours(well)


def test_a_negative_number_that_is_no_error_is_none() -> None:
    assert DARK.bad not in colours(trace_line(TraceLine("sched_getscheduler(7) = -12", TIME), 80, DARK, False))


def test_a_gap_and_a_call_that_goes_on_say_so() -> None:
    assert "12,345 lines left out" in trace_line(TraceLine("", left_out=12_345), 80, DARK, False).text
    assert "read(0, … it is in this call now" in pending_line(TraceLine("read(0, ", TIME), 80, DARK, False).text


def test_the_summary_gives_up_calls_before_it_is_cut() -> None:
    calls = {f"a_call_with_a_long_name_{number}": 10 for number in range(8)}
    state = fold_trace(TraceState(ID), Traced(1, ID, (TraceLine("", left_out=5),), calls, attached=True))
    wide, narrow = summary_line(state, 400, DARK).text, summary_line(state, 80, DARK).text
    assert "a_call_with_a_long_name_7" in wide
    assert "5 lines left out" in narrow
    assert "80 since it began" in narrow
    assert "…" not in narrow


def test_before_the_first_call_it_says_that_strace_starts() -> None:
    assert "starting strace" in summary_line(TraceState(ID), 80, DARK).text
    assert summary_line(TraceState(ID, over="No."), 80, DARK).text.strip() == ""
