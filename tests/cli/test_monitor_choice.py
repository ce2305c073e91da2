"""What ``conclab monitor`` was asked for: columns by any of their names, rows, order, and mistakes that are told where they are."""

from __future__ import annotations

import argparse
from typing import Any

import pytest

from conclab.cli.ending import Trouble
from conclab.cli.monitor_choice import Choice, choice_of
from conclab.cli.parser import parse
from conclab.model.columns import COLUMNS, SETS
from conclab.model.table import IO, PSS, QUEUE, STATUS, WHOLE, RowId, TaskRow


def asked(*options: str) -> argparse.Namespace:
    return parse(["monitor", "--once", *options])


def choose(*options: str) -> Choice:
    return choice_of(asked(*options), {"mine": "user=ada"}, {**SETS, "own": ("pid", "vcs")}, 1.0)


def row(pid: int, **values: Any) -> TaskRow:
    return TaskRow(RowId(pid, WHOLE, 1), 1, False)._replace(**values)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("pid,cpu,command", ("pid", "cpu", "command")),
        ("PID, CPU%, VCS/s", ("pid", "cpu", "vcs")),
        ("rss,cmd", ("res", "command")),
        ("memory", SETS["memory"]),
        ("own", ("pid", "vcs")),
        ("own,vcs,state", ("pid", "vcs", "state")),
        ("state,own", ("state", "pid", "vcs")),
    ],
)
def test_columns_are_named_by_key_title_or_set(text: str, keys: tuple[str, ...]) -> None:
    columns = choose("--columns", text).columns
    assert columns is not None
    assert tuple(column.key for column in columns) == keys


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--columns", "pid,cpux"), "--columns: there is no column 'cpux'; did you mean cpu?"),
        (("--columns", "memry"), "did you mean memory?"),
        (("--columns", "zzzzz"), "there are pid, ppid"),
        (("--columns", " , "), "--columns names none"),
        (("--columns", "kind"), "there is no column 'kind'"),
        (("--columns", "\x1b[31m"), "there is no column '␛[31m'"),
        (("--sort", "dely"), "--sort: there is no column 'dely'; did you mean delay?"),
    ],
)
def test_a_wrong_column_is_told_with_what_was_meant(options: tuple[str, ...], said: str) -> None:
    with pytest.raises(Trouble) as caught:
        choose(*options)
    assert said in str(caught.value)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("user=root and cup>5", "cup"),
        ("画像 and cup>5", "cup"),
        ("cpu>abc", "abc"),
    ],
)
def test_what_is_wrong_with_a_filter_is_marked_under_its_place(text: str, marked: str) -> None:
    with pytest.raises(Trouble) as caught:
        choose("--filter", text)
    message, shown, marks = str(caught.value).splitlines()
    assert message.startswith("--filter: ")
    assert shown == f"  {text}"
    narrow = text.replace("画像", "wide")  # as many cells
    assert narrow[marks.index("^") - 2 : marks.index("^") - 2 + marks.count("^")] == marked
    assert caught.value.status == 2


def test_a_saved_filter_is_known_by_its_name() -> None:
    rows = [row(1, user="root"), row(2, user="ada")]
    assert [one.id.pid for one in choose("--filter", "@mine").ordered(rows)] == [2]


@pytest.mark.parametrize(
    ("options", "pids"),
    [
        ((), [3, 1, 4, 2]),
        (("--inverted",), [1, 4, 3, 2]),
        (("--sort=-cpu",), [1, 4, 3, 2]),
        (("--sort=-cpu", "--inverted"), [3, 1, 4, 2]),
        (("--sort", "pid"), [1, 2, 3, 4]),
        (("--sort", "name"), [4, 3, 2, 1]),
        (("--sort", "CPU%", "--filter", "cpu<50"), [1, 4]),
    ],
)
def test_the_order_is_the_columns_and_what_has_no_value_comes_last(options: tuple[str, ...], pids: list[int]) -> None:
    rows = [
        row(1, cpu_share=0.2, name="delta"),
        row(2, cpu_share=None, name="Charlie"),
        row(3, cpu_share=0.9, name="bravo"),
        row(4, cpu_share=0.2, name="Alpha"),
    ]
    assert [one.id.pid for one in choose(*options).ordered(rows)] == pids


def test_only_what_is_shown_filtered_or_sorted_by_is_read() -> None:
    choice = choose("--columns", "pid,cpu,command")
    assert choice.columns is not None
    assert choice.wanted(choice.columns).needs_of_all == frozenset()
    more = choose("--columns", "pid,pss", "--sort", "delay", "--filter", "io>1M and vcs>2", "--threads")
    assert more.columns is not None
    wanted = more.wanted(more.columns)
    assert wanted.needs_of_all == {PSS, QUEUE, IO, STATUS}
    assert (wanted.threads, wanted.visible) == (True, None)


def test_every_column_can_be_asked_for_by_its_key() -> None:
    columns = choose("--columns", ",".join(COLUMNS)).columns
    assert columns == tuple(COLUMNS.values())
