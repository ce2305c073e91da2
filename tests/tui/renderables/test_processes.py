"""The process table: figures under their titles, the switches there, foreign names harmless."""

from __future__ import annotations

import pytest

from conclab.model.processes import ProcessRow
from conclab.model.text import harmless
from conclab.tui.renderables.processes import columns_for, header_line, process_line
from conclab.tui.theme import DARK
from tests.tui.helpers import HOSTILE, SOME_WIDTHS, WIDTHS, backgrounds, colours, is_exactly, process

UNREADABLE = ProcessRow(7, 1.0, None, None, None, "S", None, None, None, None, None, "x", "x")
RAW = ("\x1b[2J\x1b[31mred", "\x1b]0;title\x07", "\x9b31m", "a\r\nb\tc", "\u202egnp.exe", "\x00\x7f", "\udcff", "\u2028")


def _text(row: ProcessRow, width: int = 120) -> str:
    return process_line(row, width, DARK, False).text


def test_every_line_is_exactly_as_wide_as_the_table() -> None:
    rows = (process(1), UNREADABLE, process(4_194_304, 512.0, resident_bytes=10**18, voluntary_per_s=1e9, cpu_time_s=1e9))
    for width in WIDTHS:
        assert is_exactly(header_line(width, DARK), width)
        for row in rows:
            for selected in (False, True):
                assert is_exactly(process_line(row, width, DARK, selected), width)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_name_breaks_the_line(text: str) -> None:
    for width in SOME_WIDTHS:
        assert is_exactly(process_line(process(1, command=text, user=text), width, DARK, False), width)


def test_nothing_that_a_process_calls_itself_reaches_the_terminal_as_a_command() -> None:
    """The sampler makes names harmless already; a table that came another way (a file of somebody else's) must be so too."""
    lines = [_text(process(1, command=text, user=text)) for text in RAW]
    assert [line for line in lines if line != harmless(line)] == []


def test_a_name_that_looks_like_markup_is_shown_as_it_is() -> None:
    name = "[bold red]sh[/] [@click=app.quit]x[/]"
    strip = process_line(process(1, command=name), 120, DARK, False)
    assert name in strip.text
    assert all(look is None or not look.meta for _text, look, _control in strip)


def test_figures_end_under_the_end_of_their_titles() -> None:
    row = process(4711, 0.31, user="ada", nice=-5, voluntary_per_s=1204.0, involuntary_per_s=8.0, threads=23, cpu_time_s=81.2)
    for width in (60, 79, 100, 120, 200):
        header, line = header_line(width, DARK).text, _text(row, width)
        wanted = {"PID": "4711", "CPU%▾": "31", "VCS/s": "1,204", "ICS/s": "8", "THR": "23", "TIME+": "1:21.20", "NI": "-5"}
        for title, figure in wanted.items():
            if title in header:
                assert line[: header.index(title) + len(title)].endswith(" " + figure), (width, title)
        assert line.index("command-4711") == header.index("Command")


@pytest.mark.parametrize("width", [60, 76, 80, 100, 120, 200])
def test_both_kinds_of_switches_are_there_on_every_screen(width: int) -> None:
    titles = [title for title, _size in columns_for(width)]
    assert {"PID", "S", "CPU%▾", "VCS/s", "ICS/s"} <= set(titles)


def test_a_wider_table_has_every_column_of_a_narrower_one() -> None:
    before: set[str] = set()
    for width in WIDTHS:
        now = {title for title, _size in columns_for(width)}
        assert before <= now
        before = now


def test_the_command_can_be_read_from_60_columns_on() -> None:
    for width in range(60, 201):
        assert width - sum(size for _title, size in columns_for(width)) >= 20 or width < 76
        assert "command-1" in _text(process(1), width)


def test_what_this_user_may_not_read_is_blank_and_never_nought() -> None:
    assert _text(UNREADABLE, 160).split() == ["7", "S", "x"]


def test_nought_that_was_counted_is_shown() -> None:
    row = process(7, 0.0, voluntary_per_s=0.0, involuntary_per_s=0.0)
    assert _text(row).split()[5:8] == ["0", "0", "0"]


def test_more_than_one_core_is_more_than_a_hundred_per_cent() -> None:
    assert "1600" in _text(process(1, 16.0)).split()


def test_a_state_has_its_letter_and_running_its_colour() -> None:
    strip = process_line(process(1, state="R"), 120, DARK, False)
    place = header_line(120, DARK).text.index(" S ") + 1
    assert strip.text[place] == "R"
    assert colours(strip)[place] == DARK.good


def test_the_cursor_fills_the_whole_line() -> None:
    for command in ("x", "漢字" * 50):
        strip = process_line(process(1, command=command), 100, DARK, True)
        assert set(backgrounds(strip)) == {DARK.cursor}


def test_the_cursor_can_be_seen_without_colour_too() -> None:
    """With NO_COLOR a background is none."""

    def seen(selected: bool) -> list[tuple[str, object, object, object]]:
        strip = process_line(process(1), 100, DARK, selected)
        return [(text, look.bold, look.reverse, look.underline) for text, look, _control in strip if look is not None]

    assert seen(selected=True) != seen(selected=False)
