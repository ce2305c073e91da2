"""Where a worker's time went: whatever is born and dies between samples, the sums are the wall's and the kernel's, to the ns."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from functools import reduce

import pytest

from conclab.model.blocking import GIL, UNKNOWN
from conclab.model.events import (
    Acquired,
    ChildStarted,
    Event,
    Probed,
    Released,
    StepFinished,
    StepStarted,
    Waiting,
    WorkerFinished,
    WorkerStarted,
)
from conclab.model.lanes import CELL_NS, Lane, Track
from conclab.model.lives import lived, settle, within
from conclab.model.results import Counters, WorkerResult
from conclab.model.run_state import CARRIER, RunState, fold
from conclab.model.tasks import Split, TaskBatch, TaskId, TaskSample
from conclab.model.worker_view import WorkerView
from tests.model.builders import MS, SECOND, arm_of, repetition_of, sample

T0 = 1_000 * SECOND
PERIOD = 50 * MS
TICK = 4 * MS
Item = Event | TaskBatch


class Actor:
    """A task whose every nanosecond is known, counted as the kernel does: waiting when it is over, running at each tick."""

    def __init__(self, chance: random.Random, task: TaskId, start_ns: int, end_ns: int) -> None:
        self.task, self.start_ns, self.end_ns = task, start_ns, end_ns
        self.stretches: list[tuple[int, int, str]] = []
        at = start_ns
        while at < end_ns:
            until = min(end_ns, at + int(chance.expovariate(1 / chance.choice([MS // 10, 5 * MS, 80 * MS]))) + 1)
            self.stretches.append((at, until, chance.choice(["on", "on", "wants", "blocked"])))
            at = until

    def counted(self, at_ns: int, exact: bool) -> tuple[int, int, int, str]:
        on = wants = slices = 0
        state = "S"
        for start, end, kind in self.stretches:
            if start > at_ns:
                break
            slices += kind == "on"
            state = "S" if kind == "blocked" else "R"
            if kind == "on":
                ran = min(end, at_ns) - start
                on += ran if exact or end <= at_ns else ran // TICK * TICK
            elif kind == "wants" and (exact or end <= at_ns):
                wants += min(end, at_ns) - start
        return on, wants, slices, state

    def sample(self, at_ns: int) -> TaskSample:
        on, wants, slices, state = self.counted(at_ns, exact=False)
        return replace(sample(at_ns, on, wants, slices, state, self.task), waits_in="futex" if state == "S" else "", crowded=True)

    def account(self, start_ns: int, end_ns: int) -> Counters:
        (on, wants, *_), (on_end, wants_end, *_) = self.counted(start_ns, True), self.counted(end_ns, True)
        return Counters(end_ns - start_ns, on_end - on, wants_end - wants)


def told(worker: str, actor: Actor, start_ns: int, end_ns: int) -> list[Item]:
    task = actor.task
    result = WorkerResult(worker, task.pid, task.tid, start_ns, end_ns, actor.account(start_ns, end_ns))
    begun = WorkerStarted(start_ns - 20_000, worker, task.pid, task.tid, task.start_ticks, shares_task=False)
    return [begun, WorkerFinished(end_ns + 30_000, result)]


def read(actors: list[Actor], from_ns: int, to_ns: int, chance: random.Random) -> list[Item]:
    stamps = [at + chance.randrange(5 * MS) for at in range(from_ns, to_ns, PERIOD)]
    return [TaskBatch(at, tuple(one.sample(at) for one in actors if one.start_ns <= at <= one.end_ns)) for at in stamps]


def folded(items: list[Item], state: RunState | None = None) -> RunState:
    return reduce(fold, sorted(items, key=lambda item: item.at_ns), state or RunState())


def begun(at_ns: int) -> list[Item]:
    arm = arm_of()
    return [StepStarted(at_ns, arm, 0, control=False), ChildStarted(at_ns, 50), Probed(at_ns, 50, "cpython", "3.11", True)]


def in_the_lane(view: WorkerView) -> Split:
    return sum((cell.split for cell in view.lane.cells), Split())


def check(state: RunState) -> None:
    """What holds of every worker once a step is over."""
    for view in state.workers.values():
        assert view.settled
        assert sum(view.blocked.values()) == view.life.blocked_ns
        assert [cell.cell for cell in view.lane.cells] == sorted({cell.cell for cell in view.lane.cells})
        for cell in view.lane.cells:
            assert cell.split.wall_ns <= CELL_NS + MS
            assert min(cell.split.on_core_ns, cell.split.wants_core_ns, cell.split.blocked_ns) >= 0, cell


@pytest.mark.parametrize("seed", range(12))
def test_workers_born_and_dying_at_any_moment(seed: int) -> None:
    chance = random.Random(seed)
    state, expected = RunState(), dict.fromkeys(("w1", "w2", "w3", "w4"), Split())
    for step in range(3):
        from_ns = T0 + step * 2 * SECOND
        to_ns = from_ns + SECOND
        items, actors = begun(from_ns), []
        for number, worker in enumerate(expected):
            start = from_ns + chance.randrange(900 * MS)
            end = start + chance.choice([MS // 5, 7 * MS, 60 * MS, 100 * MS + chance.randrange(900 * MS)])
            # The task is there a little before and after the life that counts.
            actor = Actor(chance, TaskId(50, 100 * step + number, number), start - 30 * MS, end + 20 * MS)
            actors.append(actor)
            items += told(worker, actor, start, end)
            ended = [start + chance.randrange(end - start) for _ in range(chance.randrange(4))]
            items += [Acquired(at, worker, "x", chance.randrange(60 * MS), chance.randrange(9 * MS)) for at in ended]
            account = actor.account(start, end)
            expected[worker] += Split(account.wall_ns or 0, account.on_core_ns or 0, account.wants_core_ns or 0)
        state = folded([*items, *read(actors, from_ns, to_ns + SECOND, chance)], state)
        state = fold(state, StepFinished(to_ns + SECOND, repetition_of()))
        check(state)
    assert {view.name: in_the_lane(view) for view in state.workers.values()} == expected
    (shares,) = state.shares.values()
    assert shares.lives == len(state.lives) == 12
    assert shares.split == sum(expected.values(), Split())
    assert sum(shares.blocked.values()) == shares.split.blocked_ns
    assert set(shares.blocked) <= {GIL, UNKNOWN, "lock x"}


@pytest.mark.parametrize("seed", range(4))
def test_one_task_that_carries_workers_one_after_another(seed: int) -> None:
    chance = random.Random(seed)
    main = Actor(chance, TaskId(50, 50, 1), T0 - 10 * MS, T0 + SECOND)
    changes = [T0 + (number * 200 + chance.randrange(150)) * MS for number in range(5)]
    items = begun(T0 - 20 * MS)
    lives = {f"w{number}": (start, end - 60_000) for number, (start, end) in enumerate(itertools.pairwise(changes))}
    for worker, (start, end) in lives.items():
        items += told(worker, main, start, end)
    state = folded([*items, *read([main], T0, T0 + SECOND, chance)])
    check(state)
    for worker, (start, end) in lives.items():
        account = main.account(start, end)
        wanted = Split(account.wall_ns or 0, account.on_core_ns or 0, account.wants_core_ns or 0)
        assert in_the_lane(state.workers[worker]) == state.workers[worker].life == wanted


def test_a_carrier_of_coroutines_is_settled_with_its_repetition() -> None:
    chance = random.Random(1)
    loop = Actor(chance, TaskId(50, 50, 1), T0, T0 + SECOND)
    start = WorkerStarted(T0 + MS, "w1", 50, 50, 1, shares_task=True)
    result = WorkerResult("w1", 50, 50, T0 + MS, T0 + 700 * MS, Counters(), shares_task=True)
    state = folded([*begun(T0), start, WorkerFinished(T0 + 700 * MS, result), *read([loop], T0, T0 + 600 * MS, chance)])
    whole = loop.account(T0, T0 + 700 * MS)
    finished = fold(state, StepFinished(T0 + SECOND, replace(repetition_of(), counters=whole, workers=(result,))))
    check(finished)
    view = finished.workers[CARRIER]
    assert in_the_lane(view) == view.life == Split(700 * MS, whole.on_core_ns or 0, whole.wants_core_ns or 0)


def test_without_a_whole_account_what_was_sampled_stays() -> None:
    view = WorkerView("w1", 0, life=Split(10, 4, 1))
    assert settle(view, Counters(wall_ns=20, on_core_ns=5), 0, 20) is view


def test_a_piece_more_changes_what_it_tells_of_and_nothing_else() -> None:
    """``lived`` names no field of the view that it makes: it is done too often for that."""
    view = WorkerView("w1", 3, TaskId(1, 2, 3), 4, 500 * MS, Lane(), 5.0, 6.0, 7, Counters(wall_ns=8), settled=True)
    piece = Split(40, 30, 3)
    last = sample(100, task=TaskId(1, 2, 3))
    assert lived(view, 60, piece, None, "data", Track(last)) == replace(
        view, lane=Lane().with_split(0, piece, None, "data"), life=piece, blocked={"data": 7}, cause="data", sampled=(60, 100)
    )
    rated = lived(view, 60, piece, 9, "data", Track(last, voluntary_per_s=10.0, involuntary_per_s=11.0))
    assert (rated.voluntary_per_s, rated.involuntary_per_s, rated.core) == (10.0, 11.0, 9)


def test_the_part_of_a_piece_that_lies_in_a_life() -> None:
    piece = Split(100, 50, 20)
    assert within(1_000, piece, 0, None) == (1_000, piece)
    assert within(1_000, piece, 1_050, None) == (1_050, Split(50, 25, 10))
    assert within(1_000, piece, 0, 1_010) == (1_000, Split(10, 5, 2))
    assert within(1_000, piece, 1_100, None)[1].wall_ns == within(1_000, piece, 0, 1_000)[1].wall_ns == 0


def test_blocked_time_goes_to_what_it_sleeps_in_then_or_slept_in_last() -> None:
    task = TaskId(50, 51, 1)
    start = WorkerStarted(T0, "w1", 50, 51, 1, shares_task=False)

    def at(number: int, state: str, waits_in: str = "", crowded: bool = False, on: int = 0) -> TaskBatch:
        one = sample(T0 + number * PERIOD, on=on, slices=on, state=state, task=task)
        return TaskBatch(one.at_ns, (replace(one, waits_in=waits_in, crowded=crowded),))

    items: list[Item] = [*begun(T0), start, at(0, "R"), at(1, "R", on=10 * MS), at(2, "S", "clock_nanosleep", on=10 * MS)]
    items += [at(3, "R", on=20 * MS), at(4, "S", "futex", crowded=True, on=20 * MS)]
    items += [Waiting(T0 + 4 * PERIOD + 1, "w1", "forks", "w2"), at(5, "S", "futex", on=20 * MS)]
    state = folded(items)
    view = state.workers["w1"]
    assert view.blocked == {UNKNOWN: 40 * MS, "a timer": 90 * MS, GIL: 50 * MS, "lock forks": 50 * MS}
    assert state.locks["forks"].holder == "w2"
    assert view.cause == "lock forks"
    assert view.recent_cause() == "lock forks"
    later: list[Item] = [
        Acquired(T0 + 6 * PERIOD, "w1", "forks", 5),
        at(7, "S", "futex", on=20 * MS),
        Released(T0 + 8 * PERIOD, "w1", "forks"),
    ]
    done = folded(later, state)
    assert done.workers["w1"].blocked["a lock"] == 100 * MS - 5
    assert done.workers["w1"].blocked["lock forks"] == 50 * MS + 5
    assert done.locks["forks"].holder is None


def test_announced_waits_between_two_samples_are_counted_whatever_it_does_when_it_is_sampled() -> None:
    task = TaskId(50, 51, 1)
    start = WorkerStarted(T0, "w1", 50, 51, 1, shares_task=False)
    seen = [sample(T0 + number * PERIOD, on=number * 10 * MS, slices=number, state="R", task=task) for number in range(3)]
    first, second, third = (TaskBatch(one.at_ns, (one,)) for one in seen)
    short: list[Item] = [Acquired(T0 + 20 * MS, "w1", "forks", 3 * MS, 9 * MS), Acquired(T0 + 30 * MS, "w1", "spoons", 5 * MS)]
    state = folded([*begun(T0), start, first, *short, second])
    assert state.workers["w1"].blocked == {"lock forks": 12 * MS, "lock spoons": 5 * MS, UNKNOWN: 23 * MS}
    # More than it was blocked for (waiting for a core is in it), and begun before what was counted already.
    long: list[Item] = [Waiting(T0 + 45 * MS, "w1", "forks", "w2"), Acquired(T0 + 99 * MS, "w1", "forks", 54 * MS)]
    state = folded([*long, third], state)
    assert state.workers["w1"].blocked == {"lock forks": 52 * MS, "lock spoons": 5 * MS, UNKNOWN: 23 * MS}
    # Since the last sample: counted with the end.
    result = WorkerResult("w1", 50, 51, T0, T0 + 120 * MS, Counters(120 * MS, 30 * MS, 0), untold_waits={"spoons": 2 * MS})
    state = folded([Acquired(T0 + 110 * MS, "w1", "forks", 4 * MS), WorkerFinished(T0 + 120 * MS, result)], state)
    assert state.workers["w1"].blocked == {"lock forks": 56 * MS, "lock spoons": 7 * MS, UNKNOWN: 27 * MS}


def test_a_deadlock_is_told_until_the_next_repetition_begins() -> None:
    items: list[Item] = [*begun(T0), Waiting(T0 + 1, "w1", "a", "w2"), Waiting(T0 + 2, "w2", "b", "w1"), *begun(T0 + SECOND)[1:]]
    state = folded(items)
    assert state.deadlock() == "deadlock: w1 holds b and waits for a; w2 holds a and waits for b"
    assert fold(state, StepFinished(T0 + 2 * SECOND, repetition_of())).deadlock()
    assert not folded(begun(T0 + 3 * SECOND), state).deadlock()
