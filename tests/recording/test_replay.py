"""A recording at any moment: the states are those that a live session had then."""

from __future__ import annotations

import pytest

from conclab.model.events import StepFinished, StepStarted
from conclab.model.machine import MachineSample
from conclab.recording.feed import Session
from conclab.recording.replay import Replay, ReplaySession
from conclab.sampling.scripted import scripted_machine
from tests.helpers import experiment_of, plan_for, work
from tests.recording.played import played

MACHINE = scripted_machine(2)


@pytest.fixture(scope="module")
def session() -> ReplaySession:
    return ReplaySession(Replay(played(), MACHINE))


def as_of(at_ns: int) -> Session:
    """What a session knows that has seen everything up to a moment, from the beginning on."""
    past = Session(Replay([item for item in played() if item.at_ns <= at_ns], MACHINE))
    past.advance()
    return past


@pytest.mark.parametrize("order", [(0.1, 0.9, 0.5, 0.5, 0.49, 1.0), (1.0, 0.0, 0.33, 0.34)])
def test_wherever_one_goes_from_anywhere_the_states_are_those_of_that_moment(
    session: ReplaySession, order: tuple[float, ...]
) -> None:
    replay = session.replay
    for share in order:
        at_ns = replay.start_ns + int(replay.duration_ns * share)
        session.seek(at_ns)
        past = as_of(at_ns)
        assert session.run_state == past.run_state
        assert session.machine_state == past.machine_state
        assert session.position_ns == at_ns


def test_the_timeline_is_of_the_whole_run_whatever_the_moment(session: ReplaySession) -> None:
    session.seek(session.replay.start_ns)
    end = as_of(session.replay.end_ns)
    whole = session.whole()
    assert whole.run_state == end.run_state
    assert whole.machine_state == end.machine_state
    assert set(whole.timeline.rows) == set(end.timeline.rows) != set()
    assert whole.timeline.steps == end.timeline.steps != ()


def test_one_never_gets_out_of_the_recording(session: ReplaySession) -> None:
    session.seek(-5)
    assert session.position_ns == session.replay.start_ns
    assert session.run_state.phase == "checking"
    session.seek(1 << 62)
    assert session.position_ns == session.replay.end_ns
    assert session.run_state.phase == "finished"


def test_repetitions_are_where_they_were() -> None:
    replay = Replay(played(), MACHINE)
    begun = [item.at_ns for item in played() if isinstance(item, StepStarted)]
    over = [item.at_ns for item in played() if isinstance(item, StepFinished)]
    assert [(span.start_ns, span.end_ns) for span in replay.spans] == list(zip(begun, over, strict=True))
    assert replay.next_span(replay.start_ns) == begun[0]
    assert replay.next_span(begun[0]) == begun[1]
    assert replay.next_span(begun[1] + 5, -1) == begun[1]
    assert replay.next_span(begun[1], -1) == begun[0]
    assert replay.next_span(begun[0], -1) is None
    assert replay.next_span(begun[-1]) is None
    inside = replay.span_at(begun[1] + 5)
    assert inside is not None
    assert inside.start_ns == begun[1]
    assert replay.span_at(replay.start_ns) is None


def test_one_goes_from_event_to_event() -> None:
    replay = Replay(played(), MACHINE)
    first = replay.next_event(replay.start_ns)
    assert first is not None
    assert first > replay.start_ns
    assert replay.next_event(first, -1) == replay.start_ns
    assert replay.next_event(replay.end_ns) is None


def test_a_run_that_was_cut_off_ends_with_its_last_item() -> None:
    items = played()
    cut = items[: [number for number, item in enumerate(items) if isinstance(item, StepStarted)][1] + 9]
    replay = Replay(cut, MACHINE)
    assert replay.spans[-1].end_ns == cut[-1].at_ns == replay.end_ns


def test_it_says_how_often_was_sampled() -> None:
    assert Replay(played(), MACHINE).tasks_per_s == pytest.approx(20.0)
    only_machine = [item for item in played() if isinstance(item, MachineSample)]
    assert Replay(only_machine, MACHINE).tasks_per_s == 0.0


def test_nothing_can_be_begun_in_a_recording(session: ReplaySession) -> None:
    with pytest.raises(RuntimeError, match="recording"):
        session.launch(plan_for(experiment_of(work("threads"))))


def test_without_items_there_is_no_recording() -> None:
    with pytest.raises(ValueError, match="nothing"):
        Replay([], MACHINE)
