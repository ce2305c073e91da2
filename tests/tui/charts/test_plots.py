"""Charts of lines: within their room, readable without colour, and nothing left over from the last one."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len
from rich.text import Text

from conclab.model.chart_data import Curves, Series
from conclab.tui.charts.plots import LEAST, curves_chart, steps
from conclab.tui.palettes import ANSI, DARK, LIGHT

SOME = Curves(
    "wall time in s",
    (Series("threads", (1, 2, 3, 4), (1.0, 1.1, 0.9, 1.2)), Series("processes", (1, 2, 3, 4), (0.5, 0.6, 0.5, 0.4))),
    tuple((float(number), str(number)) for number in range(1, 5)),
)
BOUNDED = Curves(
    "speed-up",
    (
        Series("fork", (1, 2, 4, 16), (1.0, 1.8, 1.9, 1.7), (1.0, 1.4, 1.7, 1.5), (1.0, 2.2, 2.1, 1.9)),
        Series("ideal", (1, 2, 4, 16), (1, 2, 2, 2), computed=True),
    ),
    ((1.0, "1"), (2.0, "2"), (4.0, "4"), (16.0, "16")),
    logarithmic=True,
)


def plain(drawn: str) -> list[str]:
    return Text.from_ansi(drawn).plain.rstrip("\n").split("\n")


@pytest.mark.parametrize("palette", [DARK, LIGHT, ANSI])
@pytest.mark.parametrize("curves", [SOME, BOUNDED])
@pytest.mark.parametrize("size", [LEAST, (60, 10), (78, 12), (190, 50)])
def test_a_chart_stays_within_its_room(size: tuple[int, int], curves: Curves, palette: object) -> None:
    width, height = size
    lines = plain(curves_chart(curves, width, height, palette))  # type: ignore[arg-type]
    if lines == [""]:
        assert size == LEAST, "with a head of two lines"
        return
    assert len(lines) <= height
    assert max(map(cell_len, lines)) <= width


def test_every_line_can_be_told_from_the_others_without_colour() -> None:
    head, *chart = plain(curves_chart(SOME, 80, 14, DARK))
    assert "1━━ threads" in head
    assert "2━━ processes" in head
    inside = "".join(re.split("[│┤]", line, maxsplit=1)[-1] for line in chart[:-1])
    assert inside.count("1") >= 3
    assert inside.count("2") >= 3
    assert any("\u2800" < character <= "\u28ff" for character in inside), "a line in braille"


def test_what_is_computed_is_dotted_and_what_is_uncertain_has_its_interval() -> None:
    head, *chart = plain(curves_chart(BOUNDED, 80, 16, DARK))
    assert "2·· ideal" in head
    inside = "".join(line[line.index("│") + 1 : line.rindex("│")] for line in chart if line.count("│") > 1)
    assert "···" in inside
    assert "│" in inside, "the interval of a point"


def test_names_that_do_not_fit_beside_one_another_take_more_lines() -> None:
    many = Curves("times", tuple(Series(f"quite a long name {number}", (1, 2), (1, 2)) for number in range(6)))
    lines = plain(curves_chart(many, 60, 20, DARK))
    text = "\n".join(lines)
    assert all(f"quite a long name {number}" in text for number in range(6))
    assert len(lines) <= 20


def test_without_room_or_data_there_is_no_chart() -> None:
    assert curves_chart(Curves("nothing", ()), 100, 20, DARK) == ""
    assert curves_chart(SOME, LEAST[0] - 1, 20, DARK) == ""
    assert curves_chart(SOME, 100, LEAST[1] - 1, DARK) == ""


def test_the_axis_has_the_words_that_it_was_given() -> None:
    assert plain(curves_chart(SOME, 80, 12, DARK))[-1].split() == ["1", "2", "3", "4"]


def test_too_many_words_are_thinned_out() -> None:
    many = Curves("t", (Series("a", tuple(range(1, 201)), tuple(range(200))),), tuple((float(n), str(n)) for n in range(1, 201)))
    words = plain(curves_chart(many, 60, 12, DARK))[-1].split()
    assert words[0] == "1"
    assert 3 <= len(words) <= 10


def test_a_chart_does_not_depend_on_the_one_before() -> None:
    first = curves_chart(SOME, 80, 12, DARK)
    curves_chart(BOUNDED, 120, 30, DARK)
    assert curves_chart(SOME, 80, 12, DARK) == first


def test_the_figure_of_plotext_is_left_clean() -> None:
    import plotext

    curves_chart(SOME, 80, 12, DARK)
    left = re.sub(r"\x1b\[[0-9;]*m", "", str(plotext.figure.build().string()))
    assert not re.search(r"[12\u2801-\u28ff]", left)


@pytest.mark.parametrize(
    ("low", "high", "most", "texts"),
    [
        (0, 1, 5, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (0.3, 2.1, 4, ["0.5", "1.0", "1.5", "2.0"]),
        (0, 1800, 4, ["0", "500", "1,000", "1,500"]),
        (7, 7, 4, ["7"]),
    ],
)
def test_ticks_are_round_numbers(low: float, high: float, most: int, texts: list[str]) -> None:
    assert [text for _at, text in steps(low, high, most)] == texts
