"""The script's system calls: of each task what its habits need, refused where they would be."""

from __future__ import annotations

from conclab.model.table import RowId, Wanted
from conclab.model.trace import TraceState, fold_trace
from conclab.sampling.scripted import ScriptedSource
from conclab.sampling.scripted_trace import ScriptedTracer

GIL, WORKER, READER, POSTGRES, KERNEL = 5100, 5102, 5120, 1291, 2


def trace(pid: int, slots: int = 60) -> TraceState:
    source = ScriptedSource()
    source.wanted = Wanted(threads=True)
    ids: list[RowId] = []
    for _ in range(30):
        ids += [
            row.id
            for item in source.advance()
            if hasattr(item, "rows")
            for row in item.rows
            if row.pid == pid and row.id.tid != row.id.pid
        ]
    tracer, state = ScriptedTracer(source, ids[-1]), TraceState()
    for _ in range(slots):
        source.advance()
        item = tracer.look()
        state = fold_trace(state, item) if item is not None else state
    return state


def test_threads_that_share_a_gil_hand_it_on_by_futex() -> None:
    state = trace(GIL)
    assert state.busiest(1)[0][0] == "futex"
    assert {line.tid for line in state.lines if line.time} >= {5101, 5102, 5103, 5104}


def test_one_thread_alone() -> None:
    state = trace(WORKER)
    assert state.total > 100
    assert {line.tid for line in state.lines} == {None}


def test_who_reads_files_calls_read() -> None:
    assert trace(READER).calls["read"] > 50


def test_lines_come_in_the_order_of_their_times() -> None:
    times = [line.time for line in trace(GIL).lines if line.time]
    assert times == sorted(times)


def test_the_same_seed_plays_the_same() -> None:
    assert trace(READER) == trace(READER)


def test_what_ada_may_not_trace_says_so() -> None:
    assert trace(POSTGRES).over == (
        "strace may not trace 1291 (postgres): it belongs to postgres; conclab would have to run as root or postgres."
    )
    assert trace(KERNEL).refused


def test_who_is_not_there_has_ended() -> None:
    source = ScriptedSource()
    tracer = ScriptedTracer(source, RowId(5100, 0, 1))
    looks = []
    for _ in range(20):
        source.advance()
        looks.append(tracer.look())
    assert [look.over for look in looks if look is not None] == ["It has ended: these were its last calls."]
