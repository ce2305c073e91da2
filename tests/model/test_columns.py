"""The columns: each declared whole, blank where nothing is known, and 0 only where nothing was done."""

from __future__ import annotations

import random

import pytest

from conclab.model import table
from conclab.model.columns import BYTES, COLUMNS, NUMBER, SECONDS, SETS, SHARE, TEXT, Column, of_machine
from conclab.model.table import RowId, TaskRow

COSTLY = {table.QUEUE, table.STATUS, table.SCHED, table.IO, table.SHARED, table.PSS, table.CGROUP, table.WCHAN, table.AFFINITY}
NOBODY = TaskRow(RowId(4711, 0, 9), 1, False)
"""Of whom nothing could be read."""
_NOUGHT = {field: 0.0 for field in TaskRow._fields if field.endswith(("_share", "_per_s"))}
IDLE = TaskRow(**{**NOBODY._asdict(), **_NOUGHT})
EVERY = pytest.mark.parametrize("column", COLUMNS.values(), ids=list(COLUMNS))


def test_a_column_stands_under_its_own_key_and_no_two_share_a_title_or_a_key_in_json() -> None:
    assert all(key == column.key for key, column in COLUMNS.items())
    assert len({column.title for column in COLUMNS.values()}) == len(COLUMNS)
    assert len({column.json for column in COLUMNS.values()}) == len(COLUMNS)


@EVERY
def test_a_column_is_declared_whole(column: Column) -> None:
    assert column.kind in (NUMBER, SHARE, BYTES, SECONDS, TEXT)
    assert column.needs is None or column.needs in COSTLY
    assert column.meaning
    assert not column.meaning.endswith(".")
    assert column.width == 0 or len(column.title) < column.width, "the title has a gap before it"
    assert column.key.isidentifier()
    assert column.key == column.key.lower()


def test_what_is_costly_is_shown_by_some_column() -> None:
    assert {column.needs for column in COLUMNS.values()} - {None} == COSTLY


@EVERY
def test_what_is_not_known_is_blank_and_never_nought(column: Column) -> None:
    known = {"pid": 4711, "ppid": 1, "tgid": 4711, "state": "?", "name": "", "command": "", "start": None}
    if column.key in known:
        assert column.value(NOBODY) == known[column.key]
    else:
        assert column.value(NOBODY) is None
        assert column.text(NOBODY) == ""


@EVERY
def test_who_does_nothing_has_noughts(column: Column) -> None:
    if column.kind == SHARE or column.title.endswith("/s"):
        assert column.value(IDLE) == 0.0
        assert column.text(IDLE) == "0"


def _random_row(chance: random.Random) -> TaskRow:
    def size() -> int:
        return int(2 ** chance.uniform(0, 50))

    return TaskRow(
        RowId(chance.randrange(1, 4_194_304), chance.choice((0, chance.randrange(1, 4_194_304))), 9),
        chance.randrange(4_194_304),
        False,
        uid=1000,
        user="ada",
        name="x" * 15,
        command="x",
        state=chance.choice("RSDTtZI"),
        core=chance.randrange(512),
        priority=chance.randrange(-100, 140),
        nice=chance.randrange(-20, 20),
        policy=chance.choice((0, 1, 2, 3, 5, 6, 7)),
        rt_priority=chance.randrange(100),
        threads=chance.randrange(1, 9_999),
        virtual_bytes=size(),
        resident_bytes=size(),
        shared_bytes=size(),
        pss_bytes=size(),
        memory_share=chance.random(),
        cpu_share=chance.uniform(0, 512),
        delay_share=chance.uniform(0, 512),
        blocked_share=chance.random(),
        cpu_time_s=10 ** chance.uniform(-2, 7),
        start_s=1.7e9,
        started="11-23 03:41",
        voluntary_per_s=10 ** chance.uniform(-2, 5.5),
        involuntary_per_s=10 ** chance.uniform(-2, 5.5),
        migrations_per_s=10 ** chance.uniform(-2, 4.5),
        minor_faults_per_s=10 ** chance.uniform(-2, 5.5),
        major_faults_per_s=10 ** chance.uniform(-2, 5.5),
        read_bytes_per_s=float(size()),
        write_bytes_per_s=float(size()),
    )


@EVERY
def test_a_figure_fits_its_column_with_a_gap_before_it(column: Column) -> None:
    if column.width == 0 or column.left:
        return
    chance = random.Random(7)
    for _ in range(300):
        text = column.text(_random_row(chance))
        assert len(text) < column.width, text
        assert text == text.strip() != ""


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0"),
        (0.0004, "0"),
        (0.0006, "0.1"),
        (0.004, "0.4"),
        (0.0994, "9.9"),
        (0.0996, "10"),
        (0.314, "31"),
        (1.0, "100"),
        (3.996, "400"),
    ],
)
def test_a_share_is_written_in_per_cent_of_one_core(share: float, text: str) -> None:
    assert COLUMNS["cpu"].text(NOBODY._replace(cpu_share=share)) == text


@pytest.mark.parametrize(("rate", "text"), [(0.0, "0"), (0.04, "0"), (0.06, "0.1"), (9.94, "9.9"), (9.96, "10"), (1204.4, "1,204")])
def test_a_switch_every_few_seconds_does_not_read_as_none(rate: float, text: str) -> None:
    assert COLUMNS["vcs"].text(NOBODY._replace(voluntary_per_s=rate)) == text


def test_sums_are_blank_when_a_part_is() -> None:
    half = NOBODY._replace(voluntary_per_s=5.0, read_bytes_per_s=4096.0)
    assert (COLUMNS["switches"].value(half), COLUMNS["io"].value(half)) == (None, None)
    both = half._replace(involuntary_per_s=2.0, write_bytes_per_s=4096.0)
    assert (COLUMNS["switches"].value(both), COLUMNS["io"].value(both)) == (7.0, 8192.0)
    assert (COLUMNS["switches"].text(both), COLUMNS["io"].text(both)) == ("7.0", "8.0K")


def test_what_is_counted_is_wanted_largest_first_and_names_and_numbers_are_not() -> None:
    falling = {key for key, column in COLUMNS.items() if column.falling}
    assert {"cpu", "mem", "res", "vcs", "ics", "mig", "threads", "time", "delay", "io", "switches"} <= falling
    assert not falling & {"pid", "ppid", "tgid", "user", "ni", "pri", "core", "state", "name", "command", "policy", "affinity"}


def test_the_highest_real_time_priority_is_written_as_htop_does() -> None:
    assert COLUMNS["pri"].text(NOBODY._replace(priority=-100)) == "RT"
    assert COLUMNS["pri"].text(NOBODY._replace(priority=-2)) == "-2"
    assert COLUMNS["pri"].text(NOBODY._replace(priority=20)) == "20"


def test_a_policy_has_its_name_and_one_that_is_not_known_its_number() -> None:
    texts = [COLUMNS["policy"].text(NOBODY._replace(policy=number)) for number in (0, 1, 2, 3, 4, 5, 6, 7, 99)]
    assert texts == ["OTHER", "FIFO", "RR", "BATCH", "4", "IDLE", "DEADLINE", "EXT", "99"]


def test_a_thread_is_called_by_its_own_number_and_knows_its_process() -> None:
    row = NOBODY._replace(id=RowId(10, 12, 9), parent=10)
    assert [COLUMNS[key].value(row) for key in ("pid", "tgid", "ppid")] == [12, 10, 10]


def test_sets_are_of_columns_there_are_and_end_in_the_command() -> None:
    for name, keys in SETS.items():
        assert set(keys) <= COLUMNS.keys(), name
        assert len(set(keys)) == len(keys), name
        assert keys[0] == "pid"
        assert keys[-1] == "command"
        assert [key for key in keys if COLUMNS[key].width == 0] == ["command"], "one column takes the rest of the line"
        assert sum(COLUMNS[key].width for key in keys) <= 116, f"{name}: at 120 cells a command can still be seen"


def test_shares_can_be_those_of_the_machine() -> None:
    ours = of_machine(4)
    row = NOBODY._replace(cpu_share=2.0, delay_share=1.0, memory_share=0.5)
    assert (ours["cpu"].value(row), ours["cpu"].text(row)) == (0.5, "50")
    assert (ours["delay"].value(row), ours["delay"].text(row)) == (0.25, "25")
    assert (ours["cpu"].value(NOBODY), ours["cpu"].text(NOBODY)) == (None, "")
    assert ours["mem"] is COLUMNS["mem"]
    assert ours.keys() == COLUMNS.keys()
    assert ours["cpu"].meaning != COLUMNS["cpu"].meaning
