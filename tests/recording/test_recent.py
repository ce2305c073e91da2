"""The last minutes in memory: the states of then, at every moment, and never more than its bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from conclab.model.events import RunFinished
from conclab.model.machine_state import MachineState
from conclab.model.table import QUEUE, SCHED, STATUS, Wanted
from conclab.model.table_state import TableState
from conclab.recording import recent
from conclab.recording.scripted import ScriptedFeed
from conclab.recording.session import LiveSession
from conclab.recording.tape import TapeSession
from conclab.recording.tape_recorder import CannotRecord
from conclab.recording.tape_reel import open_tape
from tests.recording.played import plan_of

States = dict[int, tuple[MachineState, TableState]]


def watched(seconds: int, every_s: float = 1.0) -> tuple[LiveSession, States]:
    """A session that has seen so much of the script, and what it knew at the end of each second."""
    feed = ScriptedFeed(2)
    session = LiveSession(feed)
    session.list_tasks(Wanted(threads=True, every_s=every_s))
    known: States = {}
    for _ in range(seconds):
        feed.tick(20)
        session.advance()
        known[feed.source.at_ns] = session.machine_state, session.table_state
    return session, known


def same(past: TapeSession, machine: MachineState, table: TableState) -> bool:
    """Whether the states are alike, histories included."""
    assert past.table_state.table == table.table
    there = table.by_id.keys()  # who has ended is forgotten some time later
    ids = there & table.known
    assert there & past.table_state.known == ids
    start = past.position_ns - 300_000_000_000
    for id in ids:
        for field in ("cpu_share", "voluntary_per_s"):
            then, now = (one.history(id).series(field, start, past.position_ns, 30) for one in (past.table_state, table))
            assert then == now
    return past.machine_state == machine


@pytest.fixture(scope="module")
def live() -> tuple[LiveSession, States]:
    return watched(90)


@pytest.mark.parametrize("order", [range(90), reversed(range(90)), (3, 80, 40, 41, 10)])
def test_at_every_second_the_states_are_those_of_then(live: tuple[LiveSession, States], order: range) -> None:
    session, known = live
    past = session.recent_session()
    assert past is not None
    for number in order:
        at_ns = list(known)[number]
        past.seek(at_ns)
        machine, table = known[at_ns]
        assert past.machine_state == machine
        assert past.table_state.table is table.table
        assert number % 10 or same(past, machine, table)


def test_the_session_goes_on_while_one_looks_back(live: tuple[LiveSession, States]) -> None:
    session, _known = watched(5)
    past = session.recent_session()
    assert past is not None
    assert not past.refresh()
    end = past.end_ns
    feed = session.feed
    assert isinstance(feed, ScriptedFeed)
    past.seek(past.start_ns)
    feed.tick(40)
    session.advance()
    assert past.refresh()
    assert past.end_ns == end + 2_000_000_000
    assert past.position_ns == past.start_ns
    past.seek(past.end_ns)
    assert same(past, session.machine_state, session.table_state)


def test_the_oldest_goes_when_there_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "MOST_NS", 20_000_000_000)
    session, known = watched(60)
    past = session.recent_session()
    assert past is not None
    kept_s = (past.end_ns - past.start_ns) / 1e9
    assert 20 <= kept_s <= 20 + recent.EACH
    for at_ns, states in known.items():
        if at_ns > past.start_ns + 30_000_000_000:
            past.seek(at_ns)
            assert same(past, *states)
    past.seek(past.start_ns)
    for _ in range(40):  # while somebody looks, more goes
        feed = session.feed
        assert isinstance(feed, ScriptedFeed)
        feed.tick(20)
        session.advance()
        assert past.refresh()
        past.seek(past.position_ns)
        assert past.start_ns <= past.position_ns <= past.end_ns
    assert len(past.overview(50)) == 50


def test_it_is_bounded_in_bytes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "MOST_BYTES", 1_500_000)
    session, _known = watched(60)
    past = session.recent_session()
    assert past is not None
    assert (past.end_ns - past.start_ns) / 1e9 < 40
    assert session._recent.bytes <= 1_500_000


def test_before_anything_has_come_there_is_no_past() -> None:
    session = LiveSession(ScriptedFeed(2))
    assert session.recent_session() is None
    assert session.recent_run() is None


def test_what_the_tasks_did_can_be_searched(live: tuple[LiveSession, States]) -> None:
    past = live[0].recent_session()
    assert past is not None
    assert {"cpu", "tasks:cpu", "tasks:res"} <= {one.key for one in past.series_names()}
    found = past.next_spike("tasks:res", past.start_ns)
    assert found is None or found > past.start_ns


def test_the_run_that_is_on_can_be_gone_through_as_far_as_it_has_got() -> None:
    feed = ScriptedFeed(2)
    session = LiveSession(feed)
    feed.tick(20)
    session.launch(plan_of())
    for _ in range(12):
        feed.tick(5)
        session.advance()
    run = session.recent_run()
    assert run is not None
    assert run.run_state.phase == session.run_state.phase
    assert run.run_state.lines == session.run_state.lines
    assert run.run_state.repetitions == session.run_state.repetitions
    assert set(run.run_state.workers) == set(session.run_state.workers) != set()
    assert run.run_state.live
    run.seek(run.start_ns)
    assert run.run_state.phase == "checking"


def test_of_a_run_with_too_much_of_it_the_oldest_samples_go_and_the_verdict_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "MOST_BYTES", 20_000)
    feed = ScriptedFeed(2)
    session = LiveSession(feed)
    session.launch(plan_of())
    for _ in range(2_000):
        feed.tick(20)
        session.advance()
        if not session.run_state.live:
            break
    run = session.recent_run()
    assert run is not None
    assert run.run_state.verdict == session.run_state.verdict is not None
    assert len(run.run_state.repetitions) == len(session.run_state.repetitions)
    assert any(isinstance(item, RunFinished) for item in run.replay.items)


def test_while_it_is_recorded_tables_go_on_without_a_screen_and_end_with_it(tmp_path: Path) -> None:
    feed = ScriptedFeed(2)
    session = LiveSession(feed)
    session.list_tasks(Wanted(needs=frozenset({STATUS}), needs_of_all=frozenset({SCHED}), every_s=0.5))
    recording = session.record(tmp_path / "one.conclab")
    assert session.recording is recording
    assert recording.on
    wanted = feed.source.wanted
    assert wanted is not None
    assert wanted.needs_of_all == {SCHED, QUEUE, STATUS}
    assert wanted.every_s == 0.5
    with pytest.raises(CannotRecord, match="is being recorded already"):
        session.record(tmp_path / "two.conclab")
    session.list_tasks(None)
    assert feed.source.wanted is not None
    feed.tick(20)
    session.advance()
    assert "one.conclab: " in session.end_recording()
    assert feed.source.wanted is None
    assert session.end_recording() == ""
    assert open_tape(tmp_path / "one.conclab").table_state.table == session.table_state.table
