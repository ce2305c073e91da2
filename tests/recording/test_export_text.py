"""A run as JSON and as CSV: nothing is lost, and the rows add up to what the workers said of themselves."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TextIO

import pytest

from conclab.model.events import (
    Acquired,
    Measured,
    Probed,
    Released,
    RunFinished,
    Sliced,
    Waiting,
    WorkerFinished,
    WorkerStarted,
)
from conclab.model.machine import MachineSample
from conclab.model.results import Counters, WorkerResult
from conclab.model.slices import PREEMPTED, UNENDED, UNKNOWN
from conclab.model.tasks import TaskBatch, TaskId, TaskSample
from conclab.recording.export_steps import Life, Piece, settled
from conclab.recording.export_text import COLUMNS, SLICE_COLUMNS, write_csv, write_json, write_slices_csv
from conclab.recording.feed import Item
from tests.recording.played import played, slices_of, traced

LIVES = (("w1", 50, 300), ("w2", 300, 1000))


def rows(write: Callable[[Iterable[Item], TextIO], None], items: Iterable[Item]) -> list[dict[str, str]]:
    out = io.StringIO()
    write(items, out)
    return list(csv.DictReader(io.StringIO(out.getvalue())))


def as_json(items: tuple[Item, ...]) -> dict[str, Any]:
    out = io.StringIO()
    write_json(items, {"schema": 1}, out)
    found: dict[str, Any] = json.loads(out.getvalue(), parse_constant=refuse)
    return found


def refuse(text: str) -> None:
    raise AssertionError(f"{text} is no JSON")


def test_json_has_every_item_once() -> None:
    found = as_json(played())
    assert list(found) == ["schema", "document", "events", "samples", "machine", "slices"]
    batches = [item for item in played() if isinstance(item, TaskBatch)]
    looks = [item for item in played() if isinstance(item, MachineSample)]
    assert len(found["samples"]) == sum(len(batch.tasks) for batch in batches)
    assert len(found["machine"]) == len(looks)
    assert len(found["events"]) == len(played()) - len(batches) - len(looks)
    assert found["events"][-1]["event"] == RunFinished.__name__
    assert {"pid", "tid", "at_ns", "on_core_ns", "waits_in"} <= set(found["samples"][0])


def test_json_has_slices_as_columns() -> None:
    (trace,) = as_json(traced())["slices"]
    w2 = trace["tasks"][2]
    assert (w2["tid"], w2["start_ns"], w2["ended"]) == (12, [600, 900], ["R", "S"])
    assert trace["gaps"][0]["core"] == 1


def test_what_is_no_number_is_null() -> None:
    found = as_json((Measured(5, "w1", "ratio", float("nan"), ""),))
    assert found["events"][0]["value"] is None


def test_a_row_for_each_worker_and_interval_adds_up_to_the_workers_own_account() -> None:
    found = rows(write_csv, played())
    assert tuple(found[0]) == COLUMNS
    told = [item.result for item in played() if isinstance(item, WorkerFinished) if not item.result.shares_task]
    assert told
    for result in told:
        mine = [
            row for row in found if (row["worker"], int(row["pid"]), int(row["tid"])) == (result.worker, result.pid, result.tid)
        ]
        mine = [row for row in mine if result.started_ns < int(row["at_ns"]) <= result.ended_ns]
        parts = [sum(int(row[name]) for row in mine) for name in ("on_core_ns", "wants_core_ns", "blocked_ns")]
        assert parts == [result.counters.on_core_ns, result.counters.wants_core_ns, result.counters.blocked_ns]


def test_exact_slices_have_a_row_each() -> None:
    found = rows(write_slices_csv, traced())
    assert tuple(found[0]) == SLICE_COLUMNS
    assert [(row["worker"], row["start_ns"], row["ended"], row["woken_ns"]) for row in found] == [
        ("w1", "100", "S", ""),
        ("w2", "600", "preempted", "500"),
        ("w2", "900", "S", ""),
    ]
    assert rows(write_slices_csv, played()) == []


def test_a_slice_of_two_workers_in_turn_is_in_neither_s_rows_twice() -> None:
    w1, trace = traced()[2], traced()[-2]
    assert isinstance(w1, WorkerStarted)
    assert isinstance(trace, Sliced)
    one = slices_of(11, "w1", (100, 600, 0, PREEMPTED, 90, 80, 10), (700, 1000, 1, UNENDED, 600, UNKNOWN, UNKNOWN))
    first, second = (WorkerFinished(end, WorkerResult(name, 10, 11, start, end, Counters())) for name, start, end in LIVES)
    found = rows(
        write_slices_csv,
        (
            *traced()[:3],
            first,
            replace(w1, at_ns=300, worker="w2"),
            second,
            traced()[-3],
            replace(trace, trace=replace(trace.trace, tasks=(one,))),
        ),
    )
    assert [(row["worker"], row["start_ns"], row["end_ns"], row["ended"], row["runnable_ns"]) for row in found] == [
        ("w1", "100", "300", "", "90"),
        ("w2", "300", "600", "preempted", ""),
        ("w2", "700", "1000", "", "600"),
    ]


def test_locks_are_what_a_worker_says_of_them_and_who_gives_up_waits_for_one_no_more() -> None:
    started, step, worker = traced()[:3]
    task = TaskId(10, 11, 11)

    def look(at_ns: int) -> TaskBatch:
        return TaskBatch(at_ns, (TaskSample(task, at_ns, "w1", "S", 0, 0, 0, at_ns, 0, 0, waits_in="futex"),))

    announced = (
        Waiting(60, "w1", "a"),
        look(70),
        look(80),
        Released(90, "w1", "a"),
        look(100),
        Acquired(110, "w1", "b", 7),
        look(112),
    )
    assert [row["blocked_on"] for row in rows(write_csv, (started, step, worker, *announced))] == ["lock a", "a lock", "lock b"]


@pytest.mark.parametrize(("gil", "cause", "inferred"), [(True, "GIL", "1"), (False, "a lock", "0")])
def test_what_is_concluded_depends_on_the_interpreter_and_says_so(gil: bool, cause: str, inferred: str) -> None:
    crowd = [
        TaskBatch(at, (TaskSample(TaskId(10, 11, 11), at, "w1", "S", 0, 0, 0, at, 0, 0, waits_in="futex", crowded=True),))
        for at in (70, 80)
    ]
    (row,) = rows(write_csv, (*traced()[:2], Probed(30, 10, "cpython", "3.13.0", gil), traced()[2], *crowd))
    assert (row["blocked_on"], row["inferred"]) == (cause, inferred)


def test_a_life_begins_with_its_account_and_not_with_its_announcement() -> None:
    account = Counters(wall_ns=540, on_core_ns=500, wants_core_ns=30)
    (row,) = rows(write_csv, (*traced()[:3], WorkerFinished(620, WorkerResult("w1", 10, 11, 70, 610, account))))
    assert [row[name] for name in ("at_ns", "on_core_ns", "wants_core_ns", "blocked_ns")] == ["610", "500", "30", "10"]


def life(end_ns: int, on_core_ns: int, wants_core_ns: int) -> Life:
    account = Counters(wall_ns=end_ns, on_core_ns=on_core_ns, wants_core_ns=wants_core_ns)
    return Life("w1", TaskId(1, 1, 1), 0, end_ns, account)


def test_what_samples_leave_open_is_filled_from_the_account() -> None:
    found = settled([Piece(100, 200, 60, 10, blocked_on="data"), Piece(200, 300, 60, 10, blocked_on="events")], life(400, 200, 60))
    assert [(piece.start_ns, piece.end_ns, piece.sampled, piece.blocked_on) for piece in found] == [
        (0, 100, False, "data"),
        (100, 200, True, "data"),
        (200, 300, True, "events"),
        (300, 400, False, "events"),
    ]
    assert sum(piece.on_core_ns for piece in found) == 200
    assert sum(piece.wants_core_ns for piece in found) == 60
    assert [piece.on_core_ns for piece in found[1:3]] == [60, 60], "what was sampled stays as it was, as far as that fits"


def test_samples_give_way_where_the_account_says_less() -> None:
    found = settled([Piece(0, 100, 90, 10)], life(100, 80, 0))
    assert [(piece.on_core_ns, piece.wants_core_ns, piece.blocked_ns) for piece in found] == [(80, 0, 20)]
