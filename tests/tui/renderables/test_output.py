"""Lines of output: who, when, what, at exactly the width that there is."""

from __future__ import annotations

import pytest

from conclab.model.events import Line
from conclab.tui.renderables.output import said_line
from conclab.tui.theme import DARK
from tests.tui.helpers import HOSTILE, SECOND, SOME_WIDTHS, colours, is_exactly

COLOURS = {"w1": DARK.worker(0)}


def _line(worker: str | None = "w1", stream: str = "stdout", text: str = "17,984 primes", at_ns: int = SECOND) -> Line:
    return Line(at_ns, worker, stream, text)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_output_breaks_the_line(text: str) -> None:
    for width in SOME_WIDTHS:
        for shift in (0, 1, 8, 400):
            for named in (False, True):
                assert is_exactly(said_line(_line(text=text), 0, width, DARK, COLOURS, named, shift), width)


def test_a_line_says_who_when_in_the_run_and_what() -> None:
    assert said_line(_line(at_ns=1_412_000_000), SECOND, 60, DARK, COLOURS).text.split() == ["w1", "0.412", "s", "17,984", "primes"]


def test_in_a_column_of_its_own_a_worker_need_not_be_named() -> None:
    assert said_line(_line(), SECOND, 60, DARK, COLOURS, with_name=False).text.split()[0] == "0.000"


def test_what_no_worker_can_be_named_for_is_called_by_its_stream() -> None:
    assert said_line(_line(None), SECOND, 60, DARK, COLOURS).text.startswith("out ")
    assert said_line(_line(None, "stderr"), SECOND, 60, DARK, COLOURS).text.startswith("err ")


def test_errors_of_a_worker_differ_from_its_output_without_colour_too() -> None:
    """Colour never carries meaning alone."""
    out = said_line(_line(), SECOND, 60, DARK, COLOURS).text
    error = said_line(_line(stream="stderr"), SECOND, 60, DARK, COLOURS).text
    assert out != error


def test_the_name_has_the_workers_colour() -> None:
    assert colours(said_line(_line(), SECOND, 60, DARK, COLOURS))[0] == DARK.worker(0)


def test_a_line_from_before_the_run_is_not_before_its_time() -> None:
    assert "0.000 s" in said_line(_line(at_ns=0), SECOND, 60, DARK, COLOURS).text


def test_moved_sideways_the_text_moves_and_who_and_when_stay() -> None:
    still = said_line(_line(text="0123456789"), SECOND, 60, DARK, COLOURS).text.rstrip()
    moved = said_line(_line(text="0123456789"), SECOND, 60, DARK, COLOURS, shift=4).text.rstrip()
    assert moved == still.replace("0123456789", "456789")


def test_long_runs_keep_their_columns() -> None:
    short = said_line(_line(text="x"), SECOND, 60, DARK, COLOURS).text
    long = said_line(_line(text="x", at_ns=99_999 * SECOND), SECOND, 60, DARK, COLOURS).text
    assert short.index("x") == long.index("x")
