"""The monitor's JSON: its keys, and a stream that makes anew only what has changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from conclab.cli.monitor_document import USUAL, Stream, document, head, row_of
from conclab.model.columns import COLUMNS, Column
from conclab.model.machine import MachineSample, rates_between
from conclab.model.table import TaskRow, Wanted
from conclab.sampling.scripted import ScriptedSource
from conclab.sampling.scripted_tasks import ScriptedTasks

EVERYTHING = frozenset(column.needs for column in COLUMNS.values() if column.needs)
WANTED = Wanted(threads=True, visible=None, needs=EVERYTHING)
ALL = tuple(COLUMNS.values())


def machine() -> tuple[MachineSample, MachineSample]:
    source = ScriptedSource(cores=2)
    samples = [sample for _ in range(60) for sample in source.advance() if isinstance(sample, MachineSample)]
    return samples[0], samples[-1]


def test_the_machine_has_the_promised_keys() -> None:
    before, after = machine()
    found = head(after, rates_between(before, after), 1_789_000_000.0)
    promised = {
        "schema",
        "at_ns",
        "cores",
        "load",
        "memory",
        "tasks",
        "switches_per_s",
        "interrupts_per_s",
        "pressure_cpu",
        "uptime_s",
    }
    assert promised <= found.keys()
    assert found["schema"] == 1
    assert found["time_s"] == 1_789_000_000.0
    assert {"total_bytes", "used_bytes", "available_bytes", "buffers_bytes", "cached_bytes"} <= found["memory"].keys()
    assert {"processes", "threads", "running"} <= found["tasks"].keys()
    assert [core["core"] for core in found["cores"]] == [0, 1]
    assert all(0 <= core["busy"] <= 1 for core in found["cores"])
    json.dumps(found, allow_nan=False)


def test_without_a_second_look_there_are_no_rates() -> None:
    found = head(machine()[0], None, 0.0)
    assert found["cores"] == []
    assert found["switches_per_s"] is None
    assert found["network"] is None


def test_a_row_has_its_identity_and_the_columns_that_were_asked_for() -> None:
    source = ScriptedTasks()
    source.table(0, 1.0, WANTED)
    rows = source.table(10**9, 1.0, WANTED).rows
    process = next(row for row in rows if row.name == "python3" and row.threads == 5)
    thread = next(row for row in rows if row.name == "w2")
    columns = (COLUMNS["pid"], COLUMNS["vcs"], COLUMNS["name"])
    assert row_of(process, columns) == {
        "pid": process.id.pid,
        "tid": None,
        "start": process.id.start,
        "voluntary_switches_per_s": round(process.voluntary_per_s or 0, 6),
        "name": "python3",
    }
    shown = row_of(thread, columns)
    assert (shown["pid"], shown["tid"], shown["name"]) == (process.id.pid, thread.id.tid, "w2")
    assert row_of(thread, [COLUMNS["ppid"], COLUMNS["tgid"]])["parent"] == process.id.pid
    assert len({column.json for column in ALL}) == len(ALL), "each column has a key of its own"


def test_what_was_promised_of_a_process_is_there_without_asking() -> None:
    source = ScriptedTasks()
    row = source.table(0, 1.0, WANTED).rows[0]
    promised = {"pid", "user", "nice", "resident_bytes", "state", "cpu_share", "voluntary_switches_per_s"}
    promised |= {"involuntary_switches_per_s", "threads", "cpu_time_s", "name", "command", "parent", "tid", "start"}
    found = row_of(row, USUAL)
    assert promised <= found.keys()
    assert found["cpu_share"] is None, "one look makes no rate"


@pytest.mark.parametrize("threads", [False, True])
def test_a_line_of_the_stream_is_the_document(threads: bool) -> None:
    source, stream = ScriptedTasks(), Stream(ALL, threads)
    before, after = machine()
    found = head(after, rates_between(before, after), 5.0)
    wanted = Wanted(threads, None, EVERYTHING)
    for look in range(12):
        rows = source.table(look * 10**9, 1.0, wanted).rows
        line = stream.line(found, rows)
        assert line.endswith("}\n")
        assert line.count("\n") == 1
        told = json.loads(line)
        assert told == json.loads(json.dumps(document(found, rows, ALL, threads)))
        assert ("threads" in told) == threads
        assert all(process["tid"] is None for process in told["processes"])


def test_the_stream_writes_anew_only_what_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    source, stream = ScriptedTasks(tasks=2_000), Stream(USUAL, threads=True)
    looks = [source.table(look * 10**9, 1.0, Wanted(threads=True)) for look in range(3)]
    for table in looks[:2]:
        stream.line({}, table.rows)
    made: list[TaskRow] = []

    def spy(row: TaskRow, columns: Sequence[Column]) -> dict[str, Any]:
        made.append(row)
        return row_of(row, columns)

    monkeypatch.setattr("conclab.cli.monitor_document.row_of", spy)
    stream.line({}, looks[2].rows)
    kept = {id(row) for row in looks[1].rows}
    assert made == [row for row in looks[2].rows if id(row) not in kept]
    assert 0 < len(made) < 200


def test_what_has_ended_is_not_kept() -> None:
    source, stream = ScriptedTasks(), Stream(USUAL, threads=False)
    for look in range(40):
        table = source.table(look * 10**9, 1.0, Wanted())
        stream.line({}, table.rows)
    assert stream._kept.keys() == {row.id for row in table.rows}
