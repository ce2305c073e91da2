"""The live feed: samples and events of a real run on one clock, in order, and bounded."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from conclab.model.events import Line, Output, RunFinished
from conclab.model.lanes import CELL_NS
from conclab.model.results import OK
from conclab.model.table import QUEUE, RowId, TaskTable, Wanted
from conclab.model.tasks import TaskBatch
from conclab.recording.feed import Item, Session
from conclab.recording.live import HOLD_NS, MOST_HELD, MOST_TABLES, LiveFeed
from conclab.sampling import tracefs
from tests.helpers import experiment_of, plan_for, until, work


def run_to_its_end(session: Session) -> None:
    def over() -> bool:
        session.advance()
        return session.run_state.phase == "finished"

    assert until(over)


def test_a_real_run_is_folded_with_its_samples() -> None:
    feed = LiveFeed()
    session = Session(feed)
    try:
        feed.launch(plan_for(experiment_of(work("threads", "primes", 2, 2, size=300_000)), rounds=1))
        with pytest.raises(RuntimeError):
            feed.launch(plan_for(experiment_of(work("threads"))))
        run_to_its_end(session)
    finally:
        feed.close()
    state = session.run_state
    assert state.outcome == OK
    assert set(state.workers) == {"w1", "w2"}
    assert len(state.lines) == 2
    for view in state.workers.values():
        assert view.lane.cells, "it was sampled while it lived"
        shares = view.lane.recent(1_000).shares()
        assert shares is not None
        assert sum(shares) == pytest.approx(1.0)
    # Two observers who share no code: the samples from outside, and the workers' own accounts.
    sampled = sum(view.lane.recent(1_000).on_core_ns for view in state.workers.values())
    told = state.repetitions[0].counters.on_core_ns
    assert told is not None
    assert sampled <= told * 1.05
    assert sampled >= told * 0.5


@pytest.mark.skipif(bool(tracefs.lack()), reason=tracefs.lack() or "nothing is missing")
def test_a_traced_run_brings_its_slices() -> None:
    feed = LiveFeed()
    session = Session(feed)
    try:
        assert feed.exact_lack() == ""
        feed.launch(replace(plan_for(experiment_of(work("threads", "primes", 2, 2, size=20_000))), traced=True))
        run_to_its_end(session)
    finally:
        feed.close()
    assert session.run_state.outcome == OK
    assert {name: len(row.exact) for name, row in session.timeline.rows.items()} == {"w1": 1, "w2": 1}


def test_a_stop_ends_the_run() -> None:
    feed = LiveFeed()
    session = Session(feed)
    try:
        feed.launch(plan_for(experiment_of(work("fork", "sleeping", 2, 2, size=60_000))))

        def working() -> bool:
            session.advance()
            return len(session.run_state.workers) == 2

        assert until(working)
        feed.stop()
        run_to_its_end(session)
    finally:
        feed.close()
    assert session.run_state.outcome == "stopped"
    assert not session.run_state.live


@pytest.mark.skipif(sys.platform != "linux", reason="run-queue delays are told by Linux's /proc")
def test_tables_of_tasks_come_while_they_are_wanted_and_are_folded() -> None:
    feed = LiveFeed()
    session = Session(feed)
    try:
        feed.list_tasks(Wanted(threads=True, visible=None, needs=frozenset({QUEUE}), every_s=0.05))

        def two_tables() -> bool:
            changes = session.advance()
            row = session.table_state.by_id.get(own)
            return changes.tasks and row is not None and row.delay_share is not None

        start = int(Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()[19])
        own = RowId(os.getpid(), 0, start)
        assert until(two_tables)
        assert session.table_state.by_id[own].threads == len(
            [row for row in session.table_state.by_id.values() if row.id.pid == own.pid and row.is_thread]
        )
        feed.list_tasks(None)

        def no_more() -> bool:
            stamp = session.table_state.table
            machine = session.machine_state.sample
            until(lambda: session.advance().machine and session.machine_state.sample is not machine)
            return session.table_state.table is stamp

        assert until(no_more)
    finally:
        feed.close()


class Clockwork:
    """A feed whose clock the test holds, without threads of its own."""

    def __init__(self) -> None:
        self.now = 10 * CELL_NS
        self.feed = LiveFeed(clock=lambda: self.now)
        self.feed._sampler.close()
        self.feed.take()
        self.feed._held.clear()


def said(at_ns: int, count: int = 1) -> Output:
    return Output(at_ns, tuple(Line(at_ns, "w1", "stdout", "x") for _ in range(count)))


def test_what_comes_late_is_still_handed_on_in_order() -> None:
    clock = Clockwork()
    late, early, young = said(clock.now - HOLD_NS), said(clock.now - 2 * HOLD_NS), said(clock.now)
    for item in (late, early, young):
        clock.feed._post(item)
    assert clock.feed.take() == [early, late]
    clock.now += HOLD_NS
    assert clock.feed.take() == [young]
    assert clock.feed.take() == []


def test_when_nobody_takes_lines_are_counted_samples_dropped_and_the_end_is_kept() -> None:
    clock = Clockwork()
    for _ in range(MOST_HELD + 1):
        clock.feed._post(said(clock.now))
    clock.feed._post(said(clock.now, count=70))
    clock.feed._post(TaskBatch(clock.now, ()))
    clock.feed._post(RunFinished(clock.now, OK, None))
    clock.now += 2 * HOLD_NS
    items: list[Item] = clock.feed.take()
    outputs = [item for item in items if isinstance(item, Output)]
    assert sum(len(output.lines) for output in outputs) == MOST_HELD + 1
    assert sum(output.left_out for output in outputs) == 70
    assert not [item for item in items if isinstance(item, TaskBatch)]
    assert [item for item in items if isinstance(item, RunFinished)]


def test_of_tables_that_nobody_takes_only_so_many_are_held() -> None:
    feed = LiveFeed(lambda: 10**18)
    try:
        for number in range(MOST_TABLES * 2):
            feed._post(TaskTable(number, ()))
        assert sum(isinstance(item, TaskTable) for item in feed.take()) == MOST_TABLES
        feed._post(TaskTable(0, ()))
        assert any(isinstance(item, TaskTable) for item in feed.take())
    finally:
        feed.close()
