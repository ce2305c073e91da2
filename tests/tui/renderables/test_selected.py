"""The pane about the selected row: every line as wide as the room, figures that are known, blanks where they are not."""

from __future__ import annotations

import itertools

import pytest

from conclab.model.history import History
from conclab.model.table import RowId, TaskRow
from conclab.model.text import harmless
from conclab.tui.renderables.selected import LINES, selected_lines
from conclab.tui.theme import DARK, PALETTES
from tests.tui.helpers import HOSTILE, SOME_WIDTHS, is_exactly, process, texts, thread

BARE = TaskRow(RowId(7, 0, 1), 0, False)


def past(*rows: TaskRow) -> History:
    """One look a second."""
    history = History()
    for second, row in enumerate(rows, 1):
        history = history.extended(second * 1_000_000_000, row)
    return history


def said(
    row: TaskRow | None, history: History | None = None, seen: tuple[int | None, ...] = (), ended: bool = False, width: int = 120
) -> list[str]:
    return texts(selected_lines(row, history or History(), seen, ended, DARK, width))


def test_a_thread_says_where_its_time_went_which_core_it_had_and_what_holds_it_up() -> None:
    row = thread(
        9421,
        9422,
        "w1",
        0.29,
        delay_share=0.05,
        core=1,
        migrations_per_s=14.0,
        waits_in="futex_wait",
        affinity="0-1",
        voluntary_per_s=301.0,
        involuntary_per_s=8.0,
        started="11-23 03:40",
    )
    who, on, wants, blocked, core, facts = said(row, past(row, row, row), (1, 1, None, 0, 35, 36))
    assert who.split() == ["9422", "w1", "thread", "of", "9421", "waits", "in", "futex_wait"]
    assert on.split()[-2:] == ["29", "%"]
    assert wants.split()[-2:] == ["5", "%"]
    assert blocked.split()[-2:] == ["66", "%"]
    assert "11·0z0" in core
    assert "core 1" in core
    assert "14.0 migrations/s" in core
    assert facts.rstrip() == (
        "user ada · nice 0 · policy OTHER · cores 0-1 · 301 voluntary and 8 involuntary switches/s · started 11-23 03:40"
    )


def test_what_many_threads_do_together_may_be_more_than_the_whole_and_says_so() -> None:
    row = process(5, 2.5, "server --all", threads=4, delay_share=0.5)
    _who, on, wants, blocked, _core, facts = said(row, past(row, row._replace(cpu_share=3.0), row))
    assert "250 %" in on
    assert "of 300 %" in on
    assert "50 %" in wants
    assert "of" not in wants
    assert "each thread by itself" in blocked
    assert "%" not in blocked
    assert "four threads" in facts


def test_the_past_is_drawn_a_block_a_second_and_what_is_not_known_of_it_is_a_dot() -> None:
    rows = [process(5, share, delay_share=None) for share in (0.0, 0.5, 1.0, 1.0)]
    _who, on, wants, blocked, *_ = said(rows[-1], past(*rows))
    assert on.split("·")[-1].split()[0] == "▄█", "an entry holds until the next look, so the last one is not drawn yet"
    assert set(wants.split()[-1]) == {"·"}
    assert "%" not in wants, "no figure where there is none"
    assert "%" not in blocked, "nor one that is made of it"


def test_what_cannot_be_had_is_blank_and_nothing_selected_is_said() -> None:
    lines = said(BARE)
    assert not any(sign in "".join(lines) for sign in ("%", "None", "nice", "policy", "switches"))
    assert said(None)[0].strip() == "no task is selected"
    assert [line.strip() for line in said(None)[1:]] == [""] * (LINES - 1)


def test_one_that_has_ended_says_so_and_not_what_it_waits_in() -> None:
    who = said(process(5, waits_in="poll"), ended=True)[0]
    assert "it has ended" in who
    assert "poll" not in who


def test_a_kernel_thread_is_called_one() -> None:
    assert "kernel thread" in said(process(5, kernel=True, command="[kworker]"))[0]


@pytest.mark.parametrize("text", [*HOSTILE, "漢" * 4_000_000, harmless("\x1b[2J\x9b\u202e\n")])
def test_hostile_names_are_shown_as_they_are_and_every_line_is_as_wide_as_the_room(text: str) -> None:
    row = process(
        5, 0.2, text, name=text[:15], user=text[:400], waits_in=text[:400], affinity=text[:400], core=3, started=text[:20]
    )
    history = past(*[row] * 5)
    for width, ended in itertools.product(SOME_WIDTHS, (False, True)):
        lines = selected_lines(row, history, [1, None, 2] * 90, ended, DARK, width)
        assert len(lines) == LINES
        for line in lines:
            assert is_exactly(line, width), (width, line.text)
            assert not any(look is not None and look.meta for _text, look, _control in line)


def test_a_short_wide_name_is_not_cut() -> None:
    assert "漢字漢字 end" in said(process(5, 0.2, "漢字漢字 end"))[0]
    assert "[red]sh[/]" in said(process(5, 0.2, "[red]sh[/]"))[0]


@pytest.mark.parametrize("theme", PALETTES)
def test_the_text_is_the_same_in_every_theme(theme: str) -> None:
    row = process(5, 0.2)
    lines = selected_lines(row, past(row, row), (1, None), True, PALETTES[theme], 100)
    assert texts(lines) == said(row, past(row, row), (1, None), True, 100)


def test_every_line_fits_any_width() -> None:
    row = process(
        5,
        128.0,
        threads=512,
        core=511,
        migrations_per_s=12_345.6,
        voluntary_per_s=1e9,
        involuntary_per_s=1e9,
        started="11-23 03:40",
    )
    for width in range(20, 251):
        for line in selected_lines(row, past(row, row), list(range(300)), False, DARK, width):
            assert is_exactly(line, width)
