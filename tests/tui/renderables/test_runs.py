"""The table of runs: what a line says, what goes first when there is no room, and the order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from conclab.recording.stored import Summary
from conclab.tui.palettes import DARK
from conclab.tui.renderables.runs import COLUMNS, arranged, ending, fitting, header_line, ratio, row_line
from tests.tui.helpers import HOSTILE, WIDTHS, is_exactly

RUN = Summary(
    path=Path("/runs/20261123-062728-waiting-room.conclab"),
    id="20261123-062728-waiting-room",
    began_s=1_795_415_248.0,
    experiment="waiting-room",
    title="the waiting room",
    pythons=("3.11", "3.13t"),
    outcome="ok",
    status="holds",
    statement="Waiting overlaps in threads.",
    ratio=7.91,
    unit="×",
    wall_ns=4_460_000_000,
    repetitions=15,
    traced=False,
    size_bytes=126_976,
    complete=True,
    live=False,
)
OLDER = replace(RUN, id="older", began_s=RUN.began_s - 100, title="Threads or processes?", status="fails", ratio=1.02, size_bytes=5)


def test_a_line_fits_exactly_whatever_a_run_is_called() -> None:
    for width in WIDTHS:
        assert is_exactly(header_line(width, DARK, "when", False), width)
        for text in (RUN.title, *HOSTILE):
            assert is_exactly(row_line(replace(RUN, title=text, pythons=(text,)), width, DARK, True), width)


def test_how_a_run_ended_reads_without_colour() -> None:
    assert ending(RUN) == "✓ holds"
    assert ending(replace(RUN, status="fails")) == "✗ fails"
    assert ending(replace(RUN, status="undecided")) == "? undecided"
    assert ending(replace(RUN, outcome="stopped")) == "■ stopped"
    assert ending(replace(RUN, outcome="w1: no memory")) == "! failed"
    assert ending(replace(RUN, complete=False, outcome="")) == "‡ killed"
    assert ending(replace(RUN, complete=False, outcome="", live=True)) == "● live"


def test_only_a_run_that_came_to_its_end_has_a_ratio() -> None:
    assert ratio(RUN) == "7.91×"
    assert ratio(replace(RUN, complete=False)) == ratio(replace(RUN, outcome="stopped")) == ""
    assert ratio(replace(RUN, ratio=0.25, unit=" kept")) == "0.25 kept"


def test_where_there_is_no_room_the_least_telling_columns_go_first() -> None:
    assert [column.key for column in fitting(140)] == [column.key for column in COLUMNS]
    at_80 = [column.key for column in fitting(76)]
    assert at_80 == ["when", "experiment", "verdict", "ratio", "took"]
    assert [column.key for column in fitting(20)] == ["when", "experiment", "verdict"]


@pytest.mark.parametrize(
    ("key", "inverted", "first"),
    [
        ("when", False, "20261123-062728-waiting-room"),
        ("when", True, "older"),
        ("experiment", True, "older"),
        ("ratio", True, "older"),
        ("size", False, "20261123-062728-waiting-room"),
        ("verdict", False, "older"),
    ],
)
def test_any_column_sorts(key: str, inverted: bool, first: str) -> None:
    assert arranged((OLDER, RUN), "", key, inverted)[0].id == first


def test_a_filter_looks_at_all_that_a_line_says() -> None:
    for text, found in (("WAITING", 2), ("fails", 1), ("3.13t holds", 1), ("overlaps", 0), ("nothing", 0), ("older", 1)):
        assert len(arranged((OLDER, RUN), text, "when", False)) == found, text
