"""Result charts: the right series, within the room, and nothing left over from the last one."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len
from rich.text import Text

from conclab.model.results import Repetition
from conclab.tui.charts import LEAST, repetitions_chart, series_of
from conclab.tui.theme import DARK

ONE = {"/a": "3.13"}
TWO = {"/a": "3.13", "/b": "3.13t"}


def repetition(arm: str, wall_s: float | None, python: str = "/a", outcome: str = "ok", control: bool = False) -> Repetition:
    return Repetition(arm, python, 0, control, outcome, None if wall_s is None else int(wall_s * 1e9))


SOME = tuple(repetition(arm, wall) for wall in (1.0, 1.1, 0.9, 1.2) for arm in ("threads", "processes"))


def test_each_arm_is_a_series_in_the_order_of_its_repetitions() -> None:
    assert series_of(SOME, ONE) == {"threads": [1.0, 1.1, 0.9, 1.2], "processes": [1.0, 1.1, 0.9, 1.2]}


def test_what_failed_or_was_a_control_or_could_not_be_measured_is_left_out() -> None:
    found = [
        repetition("threads", 1.0),
        repetition("threads", 9.0, outcome="it died"),
        repetition("threads", 8.0, control=True),
        repetition("threads", None),
    ]
    assert series_of(found, ONE) == {"threads": [1.0]}


def test_several_pythons_have_series_of_their_own() -> None:
    found = [repetition("threads", 1.0), repetition("threads", 0.5, "/b")]
    assert series_of(found, TWO) == {"threads 3.13": [1.0], "threads 3.13t": [0.5]}


@pytest.mark.parametrize("size", [LEAST, (40, 10), (78, 12), (120, 30), (198, 58)])
def test_a_chart_stays_within_its_room_and_names_its_arms(size: tuple[int, int]) -> None:
    width, height = size
    text = Text.from_ansi(repetitions_chart(SOME, ONE, width, height, DARK)).plain
    lines = text.splitlines()
    assert len(lines) <= height
    assert all(cell_len(line) <= width for line in lines[1:])
    assert "threads" in lines[0]
    assert "processes" in lines[0]
    assert any("\u2800" < character <= "\u28ff" for character in text), "a line in braille"


def test_without_room_or_data_there_is_no_chart() -> None:
    assert repetitions_chart((), ONE, 100, 20, DARK) == ""
    assert repetitions_chart(SOME, ONE, LEAST[0] - 1, 20, DARK) == ""
    assert repetitions_chart(SOME, ONE, 100, LEAST[1] - 1, DARK) == ""


def test_a_single_repetition_makes_no_line() -> None:
    assert repetitions_chart((repetition("threads", 1.0),), ONE, 80, 12, DARK) == ""


def test_repetitions_are_whole_numbers_on_the_axis() -> None:
    drawn = repetitions_chart(tuple(repetition("threads", 1.0) for _ in range(7)), ONE, 80, 12, DARK)
    assert re.sub(r"\x1b\[[0-9;]*m", "", drawn).splitlines()[-1].split() == ["1", "3", "5", "7"]


def test_a_chart_does_not_depend_on_the_one_before() -> None:
    first = repetitions_chart(SOME, ONE, 80, 12, DARK)
    repetitions_chart((repetition("other", 900.0), repetition("other", 901.0)), ONE, 120, 30, DARK)
    assert repetitions_chart(SOME, ONE, 80, 12, DARK) == first
