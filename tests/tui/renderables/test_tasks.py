"""The lines of the task table: exactly as wide as the room, nothing interpreted, every state told without colour."""

from __future__ import annotations

import itertools

import pytest
from rich.cells import cell_len

from conclab.model.columns import COLUMNS, SETS
from conclab.model.table import RowId, TaskRow
from conclab.model.task_view import Shown
from conclab.model.text import harmless
from conclab.tui.palettes import ANSI, DARK
from conclab.tui.renderables.tasks import GUTTER, Look, fitting, header_line, parted, row_line
from conclab.tui.theme import PALETTES
from tests.tui.helpers import HOSTILE, is_exactly, process, thread

WIDTHS = (*range(20, 130), 160, 199, 200, 233, 250)
ESCAPES = ("\x1b]0;owned\x07\x1b[2J\x1b[31m", "\u202egnp.exe\r\n\ttab", "a\x00b\x9b31m", "\udcff\udcfe invalid", "\x7f" * 40)
NAMES = (*HOSTILE, *(harmless(text) for text in ESCAPES))
FULL = process(
    4_194_304,
    127.9,
    "/usr/bin/python3 -m conclab",
    name="python3",
    user="somebody-with-a-long-name",
    nice=-20,
    priority=-100,
    policy=1,
    rt_priority=99,
    threads=32_768,
    virtual_bytes=2**46,
    resident_bytes=999 * 1024**3,
    shared_bytes=999 * 1024**2,
    pss_bytes=999 * 1024,
    memory_share=1.0,
    delay_share=32.0,
    blocked_share=1.0,
    cpu_time_s=4e8,
    started="12-31 23:59",
    voluntary_per_s=12_345_678.0,
    involuntary_per_s=999_999.0,
    migrations_per_s=99_999.0,
    minor_faults_per_s=1e7,
    major_faults_per_s=1e6,
    read_bytes_per_s=1e12,
    write_bytes_per_s=1e12,
    cgroup="/system.slice/" + "x" * 60,
    affinity="0-3,8-11,16-511",
    waits_in="futex_wait_queue_me_and_more",
    core=511,
)
BARE = TaskRow(RowId(7, 0, 1), 0, False)


def columns(name: str) -> tuple:  # type: ignore[type-arg]
    return tuple(COLUMNS[key] for key in SETS[name])


def line(
    row: TaskRow, width: int = 120, keys: str = "main", stem: str = "", below: int = 0, context: bool = False, **look: object
) -> str:
    shown = Shown(row, stem, below, context)
    return row_line(shown, fitting(columns(keys), width), width, DARK, Look(**look)).text  # type: ignore[arg-type]


# Width


@pytest.mark.parametrize("name", SETS)
def test_every_line_is_exactly_as_wide_as_the_room(name: str) -> None:
    rows = [
        FULL,
        BARE,
        thread(1, 2, "w1"),
        process(3, kernel=True, command="[kworker/0:1]"),
        *(process(9, 0.1, text, user=text) for text in NAMES),
    ]
    for width in WIDTHS:
        fit = fitting(columns(name), width)
        assert is_exactly(header_line(fit, width, DARK, "cpu", True), width)
        for row in rows:
            assert is_exactly(row_line(Shown(row), fit, width, DARK, Look()), width), (width, row.command[:20])


@pytest.mark.parametrize("text", NAMES)
def test_hostile_names_stay_in_their_columns_and_are_what_they_are(text: str) -> None:
    every = tuple(COLUMNS.values())
    row = process(5, 0.2, text, name=text, user=text, cgroup=text, waits_in=text, affinity=text, state=text[:1] or "?")
    for width, scrolled, stem in itertools.product((40, 117, 250, 400), (0, 8, 160), ("", "├─ ", "│  " * 90 + "└─ ")):
        strip = row_line(Shown(row, stem, 3), fitting(every, width), width, DARK, Look(True, "new", True, scrolled, True, text[:4]))
        assert is_exactly(strip, width)
        assert not any(look is not None and look.meta for _text, look, _control in strip), "nothing in a row can be clicked"
        assert strip.text == harmless(strip.text)


def test_markup_is_shown_as_it_stands() -> None:
    assert "[@click=app.quit]x[/] [red]" in line(process(1, 0.1, "[@click=app.quit]x[/] [red]"), 160)


def test_a_command_of_megabytes_costs_no_more_than_what_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[int] = []

    def counted(text: str) -> int:
        measured.append(len(text))
        return cell_len(text)

    def looked_at(command: str, paths: bool) -> tuple[str, str]:
        assert len(command) <= 4_096
        return parted(command, paths)

    monkeypatch.setattr("rich.segment.cell_len", counted)
    monkeypatch.setattr("conclab.tui.renderables.tasks.parted", looked_at)
    for text in ("x" * 4_000_000, "漢" * 4_000_000, "/usr/bin/" + "y/" * 2_000_000, "p " + "--flag " * 600_000):
        for scrolled in (0, 8):
            assert is_exactly(
                row_line(Shown(process(1, 0.1, text)), columns("main"), 120, DARK, Look(scrolled=scrolled, found="q")), 120
            )
    assert max(measured) < 1_000


def test_columns_stand_under_their_titles() -> None:
    """Figures end where their titles end, texts begin where their titles begin."""
    for name, width in itertools.product(SETS, (80, 120, 200)):
        fit = fitting(columns(name), width)
        head = header_line(fit, width, DARK, "", True).text
        body = row_line(Shown(FULL), fit, width, DARK, Look()).text
        end = GUTTER
        for number, column in enumerate(fit):
            begin, end = end, end + (column.width - (number == 0) if column.width else width - end)
            assert head[begin:end].strip() == column.title
            if column.left:
                assert head[begin] == body[begin] == " "
                assert " " not in (head[begin + 1], body[begin + 1])
            else:
                assert " " not in (head[end - 1], body[end - 1]), column.key


def test_neighbours_never_touch_whatever_they_say_and_whatever_is_sorted_by() -> None:
    every = [column for column in COLUMNS.values() if column.width]
    for column, sort in itertools.product(every, every):
        pair = (COLUMNS["pid"] if column.key != "pid" else COLUMNS["ppid"], column)
        for text in (row_line(Shown(FULL), pair, 60, DARK, Look()).text, header_line(pair, 60, DARK, sort.key, True).text):
            assert text[GUTTER + pair[0].width - 1] == " ", (column.key, sort.key, text)


def test_a_count_that_is_too_long_for_its_column_is_written_shorter_not_cut() -> None:
    assert "12.3M" in line(process(1, 0.1, voluntary_per_s=12_345_678.0))
    assert "999,999" in line(process(1, 0.1, voluntary_per_s=999_999.4))


# What fits


@pytest.mark.parametrize("name", SETS)
def test_a_narrow_screen_does_without_some_columns_and_keeps_a_readable_command(name: str) -> None:
    before: set[str] = set()
    for width in range(20, 251):
        keys = [column.key for column in fitting(columns(name), width)]
        assert keys == [key for key in SETS[name] if key in keys], "their order stays"
        assert before <= set(keys), "what fits into less fits into more"
        before = set(keys)
        assert {"pid", "state", "cpu", "command"} <= before
        if width >= 45:
            assert sum(COLUMNS[key].width for key in keys) + GUTTER + 24 <= width
    assert before == set(SETS[name])


# The header


def test_the_arrow_says_which_way_the_order_goes_and_a_title_is_clicked_to_sort() -> None:
    fit = columns("main")
    down, up = header_line(fit, 120, DARK, "cpu", True), header_line(fit, 120, DARK, "cpu", False)
    assert "CPU%▼" in down.text
    assert "CPU%▲" in up.text
    assert down.text.count("▼") + down.text.count("▲") == 1
    clicks = {text.strip().rstrip("▼"): look.meta["@click"] for text, look, _ in down if look is not None and "@click" in look.meta}
    assert clicks == {column.title: f"screen.sort_by('{column.key}')" for column in fit}
    assert "Command▲" in header_line(fit, 120, DARK, "command", False).text


# States, told without colour


def test_every_state_of_a_row_is_told_by_text_alone() -> None:
    row = process(9, 0.1, "sh")
    looks = {
        "plain": line(row),
        "cursor": line(row, selected=True),
        "new": line(row, mark="new"),
        "ended": line(row, mark="ended"),
        "tagged": line(row, tagged=True),
        "context": line(row, context=True),
        "folded": line(row, below=3),
        "thread": line(thread(1, 9, "sh")._replace(threads=1, resident_bytes=1024 * 1024)),
        "kernel": line(process(9, 0.1, "[sh]", kernel=True)),
        "running": line(row._replace(state="R")),
    }
    assert len(set(looks.values())) == len(looks)
    assert [looks[name][:2] for name in ("plain", "cursor", "new", "ended", "tagged", "context")] == [
        "  ",
        "▸ ",
        " +",
        " ×",
        " ●",
        " ·",
    ]
    assert line(row, selected=True, tagged=True)[:2] == "▸●"
    assert line(row, tagged=True, mark="new")[:2] == " ●", "that an action means it counts for more than that it is new"
    assert line(row, tagged=True, mark="ended")[:2] == " ×"
    assert "[+3]" in looks["folded"]
    assert "» sh" in looks["thread"]
    assert "└─ sh" in line(thread(1, 9, "sh"), stem="└─ ")


@pytest.mark.parametrize("theme", PALETTES)
def test_the_text_of_a_row_is_the_same_in_every_theme(theme: str) -> None:
    palette = PALETTES[theme]
    for row, look in itertools.product(
        (FULL, BARE, thread(1, 2)), (Look(), Look(True, "new"), Look(tagged=True), Look(mark="ended"))
    ):
        assert (
            row_line(Shown(row), columns("main"), 120, palette, look).text
            == row_line(Shown(row), columns("main"), 120, DARK, look).text
        )


def test_where_no_colour_would_do_the_row_under_the_cursor_is_reversed_and_in_one_colour() -> None:
    for row in (FULL, thread(1, 2), process(3, kernel=True), process(3, state="Z", delay_share=0.5)):
        looks = [look for _text, look, _ in row_line(Shown(row), columns("main"), 120, ANSI, Look(True, tagged=True))]
        assert all(look is not None and look.reverse for look in looks)
        assert len({look.color for look in looks if look is not None and look.color is not None}) <= 1


def test_what_cannot_be_had_is_blank() -> None:
    for name in SETS:
        words = line(BARE, 250, name).split()
        assert words in (["7", "0", "?"], ["7", "?"]), name


def test_what_is_searched_for_is_underlined_where_it_stands() -> None:
    def underlined(row: TaskRow, found: str, **look: object) -> list[str]:
        strip = row_line(Shown(row), columns("main"), 160, DARK, Look(found=found, **look))  # type: ignore[arg-type]
        return [text for text, look, _ in strip if look is not None and look.underline]

    row = process(1, 0.1, "/usr/bin/python3 primes.py --count 3")
    assert underlined(row, "PRIMES") == ["primes"]
    assert underlined(row, "pyth") == ["pyth"]
    assert underlined(row, "[3") == []
    assert underlined(row, "") == []
    assert underlined(process(1, 0.1, "İİİ"), "i") == [], "where small letters are more than capitals nothing is guessed"
    assert underlined(thread(1, 2, "worker"), "ork") == ["ork"]


# The command


@pytest.mark.parametrize(
    ("command", "paths", "parts"),
    [
        ("/usr/bin/python3 a.py", False, ("python3", " a.py")),
        ("/usr/bin/python3 a.py", True, ("/usr/bin/python3", " a.py")),
        ("./run", False, ("run", "")),
        ("nginx: worker process", False, ("nginx: worker process", "")),
        ("sshd: ada@pts/0", False, ("sshd: ada@pts/0", "")),
        ("a/b c", False, ("a/b", " c")),
        ("/", False, ("/", "")),
        ("/usr/bin/ x", False, ("/usr/bin/", " x")),
        ("", False, ("", "")),
        (" x", False, ("", " x")),
    ],
)
def test_a_command_is_its_program_and_what_comes_after(command: str, paths: bool, parts: tuple[str, str]) -> None:
    assert parted(command, paths) == parts


def test_who_ends_or_is_there_for_context_is_called_as_before() -> None:
    row = process(1, 0.1, "/usr/bin/python3 a.py")
    assert {text[2:] for text in (line(row), line(row, mark="ended"), line(row, context=True))} == {line(row)[2:]}
    own = thread(1, 2, "w1")
    assert line(own, mark="ended")[2:] == line(own)[2:]


def test_moving_to_the_side_moves_the_command_alone() -> None:
    row = process(1, 0.1, "abcdefgh ijklmnop qrstuvwx")
    still, moved = line(row), line(row, scrolled=8)
    begin = still.index("abcd")
    assert moved[:begin] == still[:begin]
    assert moved[begin:].rstrip() == " ijklmnop qrstuvwx"
    assert line(row, scrolled=16)[begin:].rstrip() == "p qrstuvwx"
    assert line(row, scrolled=999)[begin:].strip() == ""


def test_deep_in_a_tree_there_is_still_room_for_the_command() -> None:
    for width in (60, 80, 120):
        text = line(process(1, 0.1, "deep-down"), width, stem="│  " * 30 + "└─ ")
        assert "└─ deep-down" in text, width
        assert "…" in text
