"""Watching real threads closely: who they are, how often, and when it ends."""

from __future__ import annotations

import queue
from typing import Any

import pytest

from conclab.model.inspection import Inspection, InspectionState, fold_inspection
from conclab.model.table import WHOLE, RowId
from conclab.model.trouble import Trouble
from conclab.sampling import inspector
from conclab.sampling.details_access import start_ticks
from conclab.sampling.inspector import FASTEST_S, MOST_COST, SLOWEST_S, Inspector, ProcessThreads, paced
from tests.sampling.builders import LINUX, PATIENCE_S, THREADS, Child, child, descriptors

pytestmark = LINUX


def identity(one: Child) -> RowId:
    start = start_ticks(one.pid)
    assert start is not None
    return RowId(one.pid, WHOLE, start)


def test_every_thread_is_seen_and_those_of_other_processes_are_not() -> None:
    with child(THREADS) as one:
        threads = ProcessThreads(identity(one))
        look = threads.read()
        names = {sample.task.tid: sample.name for sample in look.batch.tasks}
        assert names.keys() == {one.pid, *(tid for name, tid in one.said.items() if name != "grandchild")}
        assert names[one.said["naps"]] == "naps"
        assert not look.ended
        threads.close()


def test_descriptors_are_given_back() -> None:
    before = descriptors()
    with child(THREADS) as one:
        threads = ProcessThreads(identity(one))
        threads.read()
        threads.close()
    assert descriptors() == before


def test_another_owner_of_the_number_is_an_end_and_gives_nothing() -> None:
    with child() as one:
        mine = identity(one)
        stranger = ProcessThreads(mine._replace(start=mine.start + 1))
        look = stranger.read()
        assert (look.ended, look.batch.tasks, dict(look.waits)) == (True, (), {})
        stranger.close()


def test_all_threads_get_their_turn_to_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspector, "waits_of", lambda _pid, tid: f"asked {tid}")
    monkeypatch.setattr(inspector, "_WAITS_EACH", 3)
    with child(THREADS) as one:
        threads = ProcessThreads(identity(one))
        asked = [tid for _ in range(2) for tid in threads.read().waits]
        threads.close()
    assert len(asked) == len(set(asked)) == 4


def test_what_it_waited_in_fades_when_it_waits_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"now": "futex: a lock"}
    monkeypatch.setattr(inspector, "waits_of", lambda _pid, _tid: said["now"])
    with child() as one:
        threads = ProcessThreads(identity(one))
        assert threads.read().waits == {one.pid: "futex: a lock"}
        said["now"] = ""
        assert threads.read().waits == {one.pid: "futex: a lock"}
        monkeypatch.setattr(inspector, "_WAITS_FADE_NS", 0)
        assert threads.read().waits == {one.pid: ""}
        threads.close()


def test_of_more_threads_than_can_be_read_some_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspector, "MOST_THREADS", 3)
    with child(THREADS) as one:
        threads = ProcessThreads(identity(one))
        look = threads.read()
        assert (len(look.batch.tasks), look.left_out) == (3, 1)
        threads.close()


def test_looks_come_until_it_ends_and_then_none_more() -> None:
    looks: queue.Queue[Any] = queue.Queue()
    one = Inspector(looks.put)
    with child(THREADS) as watched:
        mine = identity(watched)
        one.inspect(mine)
        state = InspectionState()
        while not any(view.recent() for view in state.threads.values()):
            state = fold_inspection(state, looks.get(timeout=PATIENCE_S))
        assert state.id == mine
        watched.process.kill()
        watched.process.wait()
        while not state.ended:
            state = fold_inspection(state, looks.get(timeout=PATIENCE_S))
    assert len(state.threads) == 4  # as they were last
    one.close()
    assert looks.empty()


def test_it_turns_to_another_process_and_rests_when_nobody_looks() -> None:
    looks: queue.Queue[Any] = queue.Queue()
    one = Inspector(looks.put)
    one.close()  # nothing was ever wanted: there is no thread to end
    one = Inspector(looks.put)
    with child() as first, child() as second:
        one.inspect(identity(first))
        assert looks.get(timeout=PATIENCE_S).id == identity(first)
        one.inspect(identity(second))
        while looks.get(timeout=PATIENCE_S).id != identity(second):
            pass
        one.inspect(None)
        one.close()


def test_what_nobody_expected_is_told_and_the_thread_lives_on(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: queue.Queue[Any] = queue.Queue()
    one = Inspector(looks.put)
    with child() as first, child() as second:
        monkeypatch.setattr(inspector, "waits_of", lambda _pid, _tid: 1 / 0)
        one.inspect(identity(first))
        told = looks.get(timeout=PATIENCE_S)
        assert isinstance(told, Trouble)
        assert "ZeroDivisionError" in told.text
        monkeypatch.undo()
        one.inspect(identity(second))
        look = looks.get(timeout=PATIENCE_S)
        assert isinstance(look, Inspection)
        assert look.id == identity(second)
        one.close()


def test_the_pace_keeps_within_its_cost() -> None:
    period = FASTEST_S
    for _ in range(20):
        period = paced(period, cost_s=0.012)
        assert FASTEST_S <= period <= SLOWEST_S
    assert MOST_COST * period >= 0.012
    assert paced(period, cost_s=0.012) == period  # it has come to rest
    assert paced(SLOWEST_S, cost_s=100.0) == SLOWEST_S
    for _ in range(20):
        period = paced(period, cost_s=0.0001)
    assert period == FASTEST_S
