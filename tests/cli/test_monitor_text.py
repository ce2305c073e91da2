"""The monitor as text: every figure under its title, whatever processes call themselves."""

from __future__ import annotations

from typing import Any

import pytest
from rich.cells import cell_len, chop_cells

from conclab.cli.monitor_text import USUAL, head_lines, table_lines
from conclab.model.columns import COLUMNS, SETS, Column
from conclab.model.machine import MachineSample, rates_between
from conclab.model.table import WHOLE, RowId, TaskRow
from conclab.sampling.scripted import ScriptedSource


def columns(*keys: str) -> tuple[Column, ...]:
    return tuple(COLUMNS[key] for key in keys)


def row(pid: int, tid: int = WHOLE, **values: Any) -> TaskRow:
    return TaskRow(RowId(pid, tid, 1), 1, False)._replace(**values)


def test_every_figure_of_a_process_stands_under_its_title() -> None:
    values: dict[str, Any] = {
        "cpu_share": 0.5,
        "voluntary_per_s": 12.0,
        "involuntary_per_s": 345.0,
        "threads": 6,
        "command": "python",
    }
    shown = columns("pid", "cpu", "vcs", "ics", "threads", "command")
    titles, figures = (line.split() for line in table_lines([row(7, **values)], shown, None))
    assert dict(zip(titles, figures, strict=True)) == {
        "PID": "7",
        "CPU%": "50",
        "VCS/s": "12",
        "ICS/s": "345",
        "THR": "6",
        "Command": "python",
    }


@pytest.mark.parametrize("name", ["画像デコーダ", "ascii", "e\u0301te\u0301", "👩\u200d💻", "a" * 40, ""])
def test_columns_stay_where_they_are(name: str) -> None:
    shown = columns("name", "user", "cpu", "command", "pid")
    rows = [row(1, name="x", user="ada", command="plain"), row(22, name=name, user=name, command=name, cpu_share=0.25)]
    title, *lines = table_lines(rows, shown, None)
    at = title.index("CPU%") + len("CPU%")
    assert chop_cells(lines[1], at)[0].endswith("25")
    assert {cell_len(line) for line in lines} == {cell_len(title)}


def test_lines_are_cut_at_the_terminals_width_and_only_there() -> None:
    rows = [row(1, command="画" * 400)]
    assert all(cell_len(line) <= 61 for line in table_lines(rows, USUAL, 61))
    assert "画" * 400 in list(table_lines(rows, USUAL, None))[1]


def test_threads_stand_under_their_process() -> None:
    rows = [
        row(9, 11, command="w1"),
        row(5, command="python"),
        row(9, 10, command="w0"),
        row(5, 6, command="t6"),
        row(7, command="bash"),
        row(5, 5, command="main"),
    ]
    lines = list(table_lines(rows, columns("pid", "command"), None))
    assert [line.split()[0] for line in lines[1:]] == ["11", "10", "5", "6", "5", "7"]
    assert lines[4].endswith("   t6")
    assert lines[3].endswith(" python")


def test_what_cannot_be_had_is_blank() -> None:
    (_titles, line) = table_lines([row(3)], columns(*SETS["scheduling"]), None)
    assert line.split() == ["3", "?"]


def test_the_head_tells_of_each_core() -> None:
    source = ScriptedSource(cores=2)
    samples = [sample for _ in range(60) for sample in source.advance() if isinstance(sample, MachineSample)]
    lines = list(head_lines(samples[-1], rates_between(samples[0], samples[-1])))
    assert lines[0].startswith("up 3 days")
    assert "switches/s" in lines[1]
    assert [line.split()[:2] for line in lines[2:]] == [["core", "0"], ["core", "1"]]
    assert len(list(head_lines(samples[0], None))) == 2
