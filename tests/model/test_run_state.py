"""The fold of a run: small whole runs made by hand, and what a screen may then say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import pytest

from conclab.model.events import (
    ChildStarted,
    Event,
    Failed,
    Line,
    Measured,
    Output,
    Probed,
    RoundFinished,
    RunFinished,
    RunStarted,
    StepFinished,
    StepStarted,
    TaskFinished,
    WorkerFinished,
    WorkerStarted,
)
from conclab.model.lanes import CELL_NS, cell_of
from conclab.model.results import OK, Counters, WorkerResult
from conclab.model.run_state import CARRIER, MOST_LINES, RunState, fold
from conclab.model.tasks import Split, TaskBatch, TaskId, TaskSample
from conclab.model.verdicts import Status, Verdict
from conclab.model.worker_view import WorkerView, slot_for
from tests.model.builders import MS, PYTHON, SECOND, arm_of, repetition_of, sample

T0 = 1_000 * SECOND
PACE = 50 * MS
MAIN = TaskId(50, 50, 900)
ONE, TWO = TaskId(50, 51, 901), TaskId(50, 52, 902)
VERDICT = Verdict(Status.HOLDS, "so it is")

Item = Event | TaskBatch


def _folded(items: Sequence[Item], state: RunState | None = None) -> RunState:
    return reduce(fold, items, state or RunState())


def _run_started(at_ns: int = T0, rounds: int = 2, steps: int = 2) -> RunStarted:
    return RunStarted(at_ns, "under-test", "Under test", {}, (arm_of(),), rounds, steps, exact_rounds=False)


def _step_started(at_ns: int = T0) -> list[Item]:
    return [StepStarted(at_ns, arm_of(), 0, control=False), ChildStarted(at_ns, 50)]


def _started(worker: str, task: TaskId, at_ns: int = T0, shares: bool = False) -> WorkerStarted:
    return WorkerStarted(at_ns, worker, task.pid, task.tid, task.start_ticks, shares)


def _ended(worker: str, task: TaskId, at_ns: int, shares: bool = False) -> WorkerFinished:
    return WorkerFinished(at_ns, WorkerResult(worker, task.pid, task.tid, T0, at_ns, Counters(), None, shares))


def _step_finished(at_ns: int) -> StepFinished:
    return StepFinished(at_ns, repetition_of())


def _batch(at_ns: int, *samples: TaskSample) -> TaskBatch:
    return TaskBatch(at_ns, tuple(replace(one, at_ns=at_ns) for one in samples))


def _spins(task: TaskId, until_ns: int, core: int = 0, start_ns: int = T0) -> list[TaskBatch]:
    """A task that is on its core all the time, read every 50 ms."""
    stamps = range(start_ns, until_ns + 1, PACE)
    return [_batch(at, sample(at, on=at - start_ns, slices=1, state="R", task=task, core=core)) for at in stamps]


def _together(*series: list[TaskBatch]) -> list[TaskBatch]:
    """Batches of several tasks as one: what a reader of the whole tree would have brought."""
    return [TaskBatch(parts[0].at_ns, tuple(one for part in parts for one in part.tasks)) for parts in zip(*series, strict=True)]


def _in_order(*items: Item) -> list[Item]:
    return sorted(items, key=lambda item: item.at_ns)


def _lived(view: WorkerView) -> Split:
    return view.lane.recent(10_000)


def test_a_run_goes_through_its_phases() -> None:
    state = RunState()
    assert (state.phase, state.live) == ("idle", False)
    state = fold(state, _run_started())
    assert (state.phase, state.live, state.title, state.rounds_expected) == ("checking", True, "Under test", 2)
    state = fold(state, StepStarted(T0 + 1, arm_of("processes"), 1, control=True))
    assert (state.phase, state.live, state.round, state.control) == ("running", True, 1, True)
    assert state.arm == arm_of("processes")
    state = fold(state, ChildStarted(T0 + 2, 50))
    assert state.root == 50
    state = fold(state, Probed(T0 + 3, 50, "cpython", "3.13.0", gil_enabled=False))
    assert state.gil_enabled is False
    state = fold(state, _step_finished(T0 + 4))
    assert (state.root, state.steps_done, state.repetitions) == (None, 1, (repetition_of(),))
    state = fold(state, RoundFinished(T0 + 5, 1, 7, VERDICT))
    assert (state.rounds_done, state.rounds_expected, state.verdict) == (1, 7, VERDICT)
    state = fold(state, RunFinished(T0 + 6, OK, VERDICT, (("3.11", VERDICT),)))
    assert (state.phase, state.live, state.outcome, state.verdicts) == ("finished", False, OK, (("3.11", VERDICT),))


def test_a_run_that_is_stopped_keeps_what_is_known_and_has_nothing_to_sample() -> None:
    state = _folded([_run_started(), *_step_started(), RoundFinished(T0, 1, 2, VERDICT), RunFinished(T0, "stopped", None)])
    assert (state.outcome, state.verdict, state.root, state.having) == ("stopped", VERDICT, None, {})


def test_a_new_run_forgets_the_one_before() -> None:
    line = Line(T0, "w1", "stdout", "hello")
    state = _folded([_run_started(), *_step_started(), _started("w1", ONE), Output(T0, (line,), 3), _step_finished(T0)])
    assert fold(state, _run_started(T0 + 1)) == fold(RunState(), _run_started(T0 + 1))


def test_two_threads_are_told_apart_on_their_cores() -> None:
    waits = [_batch(at, sample(at, task=TWO, state="R")) for at in range(T0, T0 + SECOND + 1, PACE)]
    main = [_batch(at, sample(at, task=MAIN)) for at in range(T0, T0 + SECOND + 1, PACE)]
    batches = _together(main, _spins(ONE, T0 + SECOND, core=1), waits)
    state = _folded([_run_started(), *_step_started(), _started("w1", ONE), _started("w2", TWO), *batches])
    assert list(state.workers) == ["w1", "w2"], "the main thread is nobody's"
    one, two = state.workers["w1"], state.workers["w2"]
    assert _lived(one) == Split(SECOND, SECOND, 0)
    assert _lived(two) == Split(SECOND, 0, SECOND)
    assert (one.core, two.core) == (1, None)
    assert [cell.cell for cell in one.lane.cells] == [cell_of(T0) + number for number in range(4)]
    assert state.having == {1: "w1"}
    assert {owners.of(1) for owners in state.owners} == {("w1", CELL_NS)}
    assert {owners.of(0) for owners in state.owners} == {None}


def test_a_core_is_the_workers_that_had_it_for_longest_in_the_latest_batch() -> None:
    batches = [
        _batch(T0, sample(T0, task=ONE), sample(T0, task=TWO)),
        _batch(
            T0 + PACE,
            sample(T0, on=30 * MS, task=ONE, core=0, slices=1),
            sample(T0, on=15 * MS, task=TWO, core=0, slices=1),
        ),
        _batch(
            T0 + 2 * PACE,
            sample(T0, on=30 * MS, task=ONE, core=0, slices=1),
            sample(T0, on=35 * MS, task=TWO, core=0, slices=2),
        ),
    ]
    events: list[Item] = [_run_started(), *_step_started(), _started("w1", ONE), _started("w2", TWO)]
    assert _folded([*events, *batches[:2]]).having == {0: "w1"}
    assert _folded([*events, *batches]).having == {0: "w2"}


def test_time_before_a_worker_started_is_not_its_time() -> None:
    batches = _spins(ONE, T0 + SECOND)
    state = _folded(_in_order(_run_started(), *_step_started(), *batches, _started("w1", ONE, T0 + 500 * MS)))
    assert _lived(state.workers["w1"]).wall_ns == 500 * MS


def test_one_task_that_carries_two_workers_one_after_the_other_gives_each_its_time() -> None:
    change = T0 + 600 * MS
    state = _folded(
        _in_order(
            _run_started(),
            *_step_started(),
            _started("w1", MAIN, T0),
            _ended("w1", MAIN, change),
            _started("w2", MAIN, change),
            *_spins(MAIN, T0 + SECOND),
        )
    )
    assert _lived(state.workers["w1"]) == Split(600 * MS, 600 * MS, 0)
    assert _lived(state.workers["w2"]) == Split(400 * MS, 400 * MS, 0)
    assert state.workers["w1"].ended_ns == change
    assert state.having == {0: "w2"}


def test_coroutines_have_one_lane_of_the_task_that_carries_them() -> None:
    before = _folded([_run_started(), *_step_started(), *(_started(f"w{n}", MAIN, shares=True) for n in (1, 2, 3))])
    assert list(before.workers) == [CARRIER]
    batches = _spins(MAIN, T0 + SECOND)
    first_done: list[Item] = _in_order(*batches, _ended("w1", MAIN, T0 + 200 * MS, shares=True))
    state = _folded(first_done, before)
    assert _lived(state.workers[CARRIER]).wall_ns == SECOND, "it goes on when one of its coroutines has ended"
    assert state.workers[CARRIER].ended_ns is None
    assert fold(state, _step_finished(T0 + SECOND)).workers[CARRIER].ended_ns == T0 + SECOND


def test_the_carrier_lives_on_in_the_next_repetition() -> None:
    first: list[Item] = [_run_started(), *_step_started(), _started("w1", MAIN, shares=True), *_spins(MAIN, T0 + 500 * MS)]
    again = TaskId(60, 60, 990)
    later = T0 + 10 * SECOND
    second: list[Item] = [
        _step_finished(T0 + 500 * MS),
        *_step_started(later),
        _started("w1", again, later, shares=True),
        _started("w2", again, later, shares=True),
        *_spins(again, later + 250 * MS, start_ns=later),
    ]
    view = _folded([*first, *second]).workers[CARRIER]
    assert (view.task, view.slot) == (again, 0)
    assert _lived(view).wall_ns == 750 * MS


def test_workers_keep_their_colour_through_all_repetitions() -> None:
    again = T0 + 10 * SECOND
    state = _folded(
        [
            _run_started(),
            *_step_started(),
            _started("w1", ONE),
            _started("w2", TWO),
            *_spins(ONE, T0 + 500 * MS),
            _step_finished(T0 + 500 * MS),
            *_step_started(again),
            _started("w2", TaskId(60, 61, 990), again),
            _started("w1", TaskId(60, 62, 991), again),
            _started("w3", TaskId(60, 63, 992), again),
        ]
    )
    assert [(view.name, view.slot) for view in state.workers.values()] == [("w1", 0), ("w2", 1), ("w3", 2)]
    one = state.workers["w1"]
    assert (one.task, one.started_ns, one.ended_ns) == (TaskId(60, 62, 991), again, None)
    assert _lived(one).wall_ns == 500 * MS


def test_a_stranger_with_a_used_pid_is_not_the_worker() -> None:
    stranger = TaskId(ONE.pid, ONE.tid, 12_345)
    state = _folded([_run_started(), *_step_started(), _started("w1", ONE), *_spins(stranger, T0 + SECOND)])
    assert state.workers["w1"].lane.cells == ()
    assert state.owners == ()


def test_counters_of_one_child_are_not_set_against_those_of_the_next() -> None:
    first: list[Item] = [_run_started(), *_step_started(), _started("w1", ONE), *_spins(ONE, T0 + 100 * MS)]
    state = _folded([*first, _step_finished(T0 + 100 * MS)])
    assert (state.tracks, state.having) == ({}, {})


def test_the_end_of_a_step_ends_whoever_did_not_report_back() -> None:
    ended = T0 + 300 * MS
    items = [_run_started(), *_step_started(), _started("w1", ONE), _started("w2", TWO), _ended("w1", ONE, ended)]
    state = _folded([*items, _step_finished(T0 + SECOND)])
    assert [view.ended_ns for view in state.workers.values()] == [ended, T0 + SECOND]


def test_the_end_of_an_unknown_worker_is_passed_over() -> None:
    assert _folded([_run_started(), _ended("w9", ONE, T0)]).workers == {}


def test_switch_rates_come_from_the_counters_of_the_task() -> None:
    batches = [_batch(T0 + number * PACE, sample(0, task=ONE, voluntary=number * 10, involuntary=number)) for number in range(21)]
    view = _folded([_run_started(), *_step_started(), _started("w1", ONE), *batches]).workers["w1"]
    assert (view.voluntary_per_s, view.involuntary_per_s) == (200.0, 20.0)


def test_without_counters_nothing_is_claimed() -> None:
    blind = [
        _batch(T0 + number * PACE, sample(0, None, None, None, "R", ONE, voluntary=None, involuntary=None)) for number in range(21)
    ]
    state = _folded([_run_started(), *_step_started(), _started("w1", ONE), *blind])
    view = state.workers["w1"]
    assert (view.lane.cells, view.voluntary_per_s, state.owners, state.having) == ((), None, (), {})
    assert state.cores_used() is None


def test_a_worker_that_is_read_twice_a_second_has_no_holes_in_its_lane() -> None:
    # The sampler slows down to this for large trees; a missing cell says that the worker did not live then.
    slow = [batch for batch in _spins(ONE, T0 + 4 * SECOND) if (batch.at_ns - T0) % (500 * MS) == 0]
    state = _folded([_run_started(), *_step_started(), _started("w1", ONE), *slow])
    cells = [cell.cell for cell in state.workers["w1"].lane.cells]
    assert cells == list(range(cells[0], cells[-1] + 1))
    assert _lived(state.workers["w1"]) == Split(4 * SECOND, 4 * SECOND, 0)


def _lines(count: int, first: int = 0) -> tuple[Line, ...]:
    return tuple(Line(T0, "w1", "stdout", str(number)) for number in range(first, first + count))


def test_lines_are_kept_up_to_a_bound_and_all_counted() -> None:
    state = _folded([_run_started(), Output(T0, _lines(MOST_LINES - 1)), Output(T0, _lines(5, first=MOST_LINES - 1), left_out=7)])
    assert len(state.lines) == MOST_LINES
    assert (state.lines[0].text, state.lines[-1].text) == ("4", str(MOST_LINES + 3))
    assert (state.line_count, state.left_out) == (MOST_LINES + 4, 7)


def test_more_lines_at_once_than_are_kept() -> None:
    state = _folded([_run_started(), Output(T0, _lines(MOST_LINES * 2), left_out=1), Output(T0, (), left_out=2)])
    assert len(state.lines) == MOST_LINES
    assert (state.line_count, state.left_out) == (MOST_LINES * 2, 3)


def test_a_failure_is_a_line_among_the_others() -> None:
    state = _folded([_run_started(), Failed(T0 + 5, "w2", "ValueError: no"), Failed(T0 + 6, None, "it died")])
    assert state.lines == (Line(T0 + 5, "w2", "stderr", "ValueError: no"), Line(T0 + 6, None, "stderr", "it died"))
    assert state.line_count == 2


@pytest.mark.parametrize(
    "event",
    [
        TaskFinished(T0 + SECOND, "w1", 0, 5),
        Measured(T0 + SECOND, "w1", "birth_ns", 5.0, "ns"),
    ],
)
def test_what_a_screen_need_not_know_only_moves_the_clock(event: Event) -> None:
    state = _folded([_run_started(), *_step_started(), _started("w1", ONE)])
    assert fold(state, event) == replace(state, now_ns=T0 + SECOND)


def test_the_clock_never_runs_backwards() -> None:
    state = _folded([_run_started(), Output(T0 + SECOND, _lines(1)), Output(T0 + 5, _lines(1))])
    assert state.now_ns == T0 + SECOND


def test_folding_changes_no_state_that_a_screen_holds_and_gives_the_same_again() -> None:
    items: list[Item] = [
        _run_started(),
        *_step_started(),
        _started("w1", ONE),
        *_spins(ONE, T0 + SECOND),
        _ended("w1", ONE, T0 + SECOND),
        _step_finished(T0 + SECOND),
    ]
    state, seen = RunState(), []
    for item in items:
        seen.append((state, repr(state)))
        state = fold(state, item)
    assert all(repr(held) == looked for held, looked in seen)
    assert _folded(items) == state


def _one_step_done(length_s: int = 10, rounds: int = 2, steps: int = 2) -> list[Item]:
    """A run one of whose steps is over and took so long."""
    return [_run_started(rounds=rounds, steps=steps), *_step_started(), _step_finished(T0 + length_s * SECOND)]


def test_before_the_first_step_has_ended_nobody_knows_how_long_it_takes() -> None:
    assert RunState().seconds_left() is None
    assert _folded([_run_started(), *_step_started(), TaskFinished(T0 + SECOND, "w1", 0, 1)]).seconds_left() is None


def test_the_time_left_is_that_of_the_steps_left() -> None:
    assert _folded(_one_step_done()).seconds_left() == pytest.approx(30.0)
    second: list[Item] = [*_step_started(T0 + 10 * SECOND), _step_finished(T0 + 20 * SECOND)]
    assert _folded([*_one_step_done(), *second]).seconds_left() == pytest.approx(20.0)
    # Waiting for the checks is not part of a step.
    checked_long: list[Item] = [_run_started(T0 - 100 * SECOND), *_step_started(T0), _step_finished(T0 + 10 * SECOND)]
    assert _folded(checked_long).seconds_left() == pytest.approx(30.0)


def test_the_time_left_does_not_grow_while_a_step_takes_as_long_as_the_others() -> None:
    state = _folded([*_one_step_done(), *_step_started(T0 + 10 * SECOND)])
    left = [state.seconds_left()]
    for second in range(11, 20):
        state = fold(state, TaskFinished(T0 + second * SECOND, "w1", 0, 1))
        left.append(state.seconds_left())
    known = [seconds for seconds in left if seconds is not None]
    assert len(known) == len(left)
    assert known == sorted(known, reverse=True)


def test_the_time_left_is_never_negative_and_ends_with_the_run() -> None:
    state = _folded([*_one_step_done(rounds=1, steps=1), _step_finished(T0 + 20 * SECOND)])
    assert state.seconds_left() == 0.0
    assert fold(state, RunFinished(T0 + 20 * SECOND, OK, None)).seconds_left() is None


def test_more_rounds_than_were_expected_take_longer() -> None:
    state = _folded([*_one_step_done(rounds=2, steps=1), RoundFinished(T0 + 10 * SECOND, 1, 4, None)])
    assert state.seconds_left() == pytest.approx(30.0)


def test_two_workers_that_are_always_on_a_core_use_two_cores() -> None:
    batches = _together(_spins(ONE, T0 + 3 * SECOND, core=0), _spins(TWO, T0 + 3 * SECOND, core=1))
    state = _folded([_run_started(), *_step_started(), _started("w1", ONE), _started("w2", TWO), *batches])
    assert state.cores_used() == pytest.approx(2.0)


def test_cores_used_are_those_of_the_last_second() -> None:
    spun = 2 * SECOND
    rests = [_batch(T0 + spun + n * PACE, sample(0, on=spun, slices=1, task=ONE)) for n in range(1, 31)]
    items: list[Item] = [_run_started(), *_step_started(), _started("w1", ONE), *_spins(ONE, T0 + spun), *rests]
    assert _folded(items).cores_used() == 0.0


def test_nobody_sampled_uses_an_unknown_number_of_cores() -> None:
    assert RunState().cores_used() is None
    assert _folded([_run_started(), *_step_started(), _started("w1", ONE)]).cores_used() is None


@pytest.mark.parametrize("lived_ns", [100 * MS, 250 * MS])
def test_a_run_that_has_only_begun_does_not_claim_to_use_no_core(lived_ns: int) -> None:
    # Unknown would be right while there is no whole cell to look at; none is wrong.
    state = _folded([_run_started(), *_step_started(), _started("w1", ONE), *_spins(ONE, T0 + lived_ns)])
    used = state.cores_used()
    assert used is None or used > 0


def test_the_pythons_that_take_part_are_named() -> None:
    several = (arm_of(), arm_of("processes"), arm_of("bare", python=None))
    assert RunState(arms=several).pythons == {PYTHON.path: "3.11"}


def test_what_a_worker_did_in_another_arm_does_not_count_as_recent() -> None:
    blocked = [_batch(at, sample(at, task=ONE)) for at in range(T0, T0 + SECOND + 1, PACE)]
    state = _folded([_run_started(), *_step_started(), _started("w1", ONE), _started("w2", MAIN), *blocked])
    assert state.workers["w1"].recent() == (0.0, 0.0, 1.0)
    later = T0 + 2 * SECOND
    for item in [_step_finished(T0 + SECOND), *_step_started(later)]:
        state = fold(state, item)
    assert state.workers["w1"].recent() is None
    assert list(state.workers) == ["w1", "w2"], "both keep their places"
    again: list[Item] = [_started("w1", TWO, later), *_spins(TWO, later + SECOND, start_ns=later)]
    for item in again:
        state = fold(state, item)
    assert state.workers["w1"].recent() == (1.0, 0.0, 0.0)
    assert _lived(state.workers["w1"]) == Split(2 * SECOND, SECOND, 0)
    assert state.workers["w2"].recent() is None, "it takes no part in this arm"


def test_of_a_life_that_has_ended_the_workers_own_report_counts_however_short_it_was() -> None:
    counters = Counters(SECOND // 10, SECOND // 20, SECOND // 40, voluntary_switches=3, involuntary_switches=1)
    ended = WorkerFinished(T0 + SECOND // 10, WorkerResult("w1", 50, 51, T0, T0 + SECOND // 10, counters, None, False))
    state = _folded([_run_started(), *_step_started(), _started("w1", ONE), ended])
    view = state.workers["w1"]
    assert view.recent() == (0.5, 0.25, 0.25)
    assert view.voluntary_per_s == pytest.approx(30)
    assert view.involuntary_per_s == pytest.approx(10)
    state = fold(state, _started("w1", TWO, T0 + SECOND))
    assert state.workers["w1"].recent() is None
    assert state.workers["w1"].voluntary_per_s is None
    brief = replace(counters, wall_ns=2 * MS, on_core_ns=MS, wants_core_ns=MS)
    state = fold(
        state, WorkerFinished(T0 + SECOND + MS, WorkerResult("w1", 60, 61, T0 + SECOND, T0 + SECOND + MS, brief, None, False))
    )
    assert state.workers["w1"].recent() == (0.5, 0.5, 0.0)
    assert state.workers["w1"].voluntary_per_s is None, "too short for a rate"


def test_the_time_left_runs_down_within_a_step() -> None:
    state = _folded([*_one_step_done(), *_step_started(T0 + 10 * SECOND)])
    left = []
    for second in (11, 14, 19):
        state = fold(state, TaskFinished(T0 + second * SECOND, "w1", 0, 1))
        left.append(state.seconds_left())
    assert left == pytest.approx([29.0, 26.0, 21.0])


def test_numbered_workers_have_the_colour_of_their_number_in_whatever_order_they_appear() -> None:
    slots: dict[str, int] = {}
    for name in ("w1", "w4", "w2", "writer", "w3", "w10", "w0"):
        slots[name] = slot_for(name, slots.values())
    assert slots == {"w1": 0, "w4": 3, "w2": 1, "writer": 2, "w3": 4, "w10": 9, "w0": 5}
