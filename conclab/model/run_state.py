"""The state of a run as a fold: ``fold(state, item) -> state``, pure.

Items are events of the lab and batches of samples, in the order of their stamps. Live views, replays and tests all use this same
fold, so no screen holds a truth of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from conclab.model.events import (
    Acquired,
    Calibrated,
    ChildStarted,
    Event,
    Failed,
    LeftOut,
    Line,
    Output,
    Probed,
    Released,
    RoundFinished,
    RunFinished,
    RunStarted,
    StepFinished,
    StepStarted,
    Waiting,
    WorkerFinished,
    WorkerStarted,
)
from conclab.model.experiments import Arm
from conclab.model.lanes import Owners, Tracks, cores_used
from conclab.model.lives import MOST_LIVES, Life, Shares, life_of, settle, waited
from conclab.model.locks import Locks, deadlock, fold_locks, tell_deadlock, without_waiter
from conclab.model.results import OK, Repetition
from conclab.model.run_samples import fold_batch
from conclab.model.switching import Switching, fold_switching
from conclab.model.tasks import TaskBatch, TaskId
from conclab.model.verdicts import Verdict
from conclab.model.worker_view import WorkerView, slot_for

MOST_LINES = 5_000
LEAST_RATE_S = 0.1
"""A life shorter than this has no rate: one switch in two milliseconds is not five hundred a second."""
CARRIER = "loop"
"""The lane of a kernel task that carries several workers at once (an event loop)."""


@dataclass(frozen=True, slots=True)
class RunState:
    """Everything that can be said of a run at one moment."""

    phase: str = "idle"
    """idle, starting (ordered, nothing heard of it yet), checking, running, finished."""
    experiment: str = ""
    title: str = ""
    arms: tuple[Arm, ...] = ()
    arm: Arm | None = None
    control: bool = False
    round: int = 0
    rounds_done: int = 0
    rounds_expected: int = 0
    exact_rounds: bool = False
    """Whether it will be exactly so many; else at least."""
    steps_done: int = 0
    steps_per_round: int = 0
    started_ns: int = 0
    first_step_ns: int = 0
    last_step_ns: int = 0
    """When the last step ended."""
    now_ns: int = 0
    root: int | None = None
    """The pid whose tree is to be sampled; None between children."""
    gil_enabled: bool | None = None
    workers: Mapping[str, WorkerView] = field(default_factory=dict)
    tracks: Tracks = field(default_factory=dict)
    owners: tuple[Owners, ...] = ()
    having: Mapping[int, str] = field(default_factory=dict)
    """Core to worker, as of the latest batch."""
    locks: Locks = field(default_factory=dict)
    """The locks that were announced in this repetition, or in the last one while none is under way."""
    lives: tuple[Life, ...] = ()
    """Where each worker's time went in each finished repetition, in their order; the latest ``MOST_LIVES``."""
    shares: Mapping[tuple[str, str], Shares] = field(default_factory=dict)
    """By arm and Python (its path): where the time of all workers went in the repetitions that went well; second runs of the
    control are not in it. Never cut short."""
    lines: tuple[Line, ...] = ()
    line_count: int = 0
    """How many lines there were in all, kept or not; those dropped at the source are in ``left_out``."""
    left_out: int = 0
    repetitions: tuple[Repetition, ...] = ()
    verdict: Verdict | None = None
    """As of the last round that was finished; only with the outcome "ok" is it more than "so far"."""
    verdicts: tuple[tuple[str, Verdict], ...] = ()
    outcome: str = ""
    switching: Switching = Switching()

    @property
    def live(self) -> bool:
        return self.phase in ("starting", "checking", "running")

    @property
    def pythons(self) -> dict[str, str]:
        """Path to label of the interpreters that take part."""
        return {arm.python.path: arm.python.label for arm in self.arms if arm.python is not None}

    def deadlock(self) -> str:
        """Workers that wait for each other in a circle, as one sentence; empty: none do."""
        return tell_deadlock(deadlock(self.locks, self.now_ns))

    def seconds_left(self) -> float | None:
        """By the mean length of the steps so far; None before the first has ended."""
        if not self.live or not self.steps_done:
            return None
        each = (self.last_step_ns - self.first_step_ns) / self.steps_done
        steps = self.rounds_expected * self.steps_per_round - self.steps_done
        under_way = min(each, self.now_ns - self.last_step_ns)
        return max(0.0, (steps * each - under_way) / 1e9)

    def cores_used(self) -> float | None:
        """Cores that the workers kept busy over the last second, by their samples; None until a whole cell has been sampled."""
        return cores_used([worker.lane for worker in self.workers.values()])


def _run_started(_state: RunState, event: RunStarted) -> RunState:
    return RunState(
        phase="checking",
        experiment=event.experiment,
        title=event.title,
        arms=event.arms,
        rounds_expected=event.rounds,
        exact_rounds=event.exact_rounds,
        steps_per_round=event.steps_per_round,
        started_ns=event.at_ns,
    )


def _calibrated(state: RunState, event: Calibrated) -> RunState:
    kept = {arm.key for arm in state.arms}
    return replace(state, arms=tuple(arm for arm in event.arms if arm.key in kept))


def _left_out(state: RunState, event: LeftOut) -> RunState:
    """It takes no step: an optional arm is never the control."""
    kept = tuple(arm for arm in state.arms if arm.key != (event.python, event.arm))
    return replace(state, arms=kept, steps_per_round=state.steps_per_round - (len(state.arms) - len(kept)))


def _step_started(state: RunState, event: StepStarted) -> RunState:
    return replace(
        state,
        phase="running",
        arm=event.arm,
        control=event.control,
        round=event.round,
        first_step_ns=state.first_step_ns or event.at_ns,
        # Until a worker has begun in this arm nothing is known of it here; where its lane and colour are it keeps.
        workers={name: WorkerView(name, view.slot, lane=view.lane) for name, view in state.workers.items()},
        locks={},
    )


def _child_started(state: RunState, event: ChildStarted) -> RunState:
    return replace(state, root=event.pid)


def _probed(state: RunState, event: Probed) -> RunState:
    return replace(state, gil_enabled=event.gil_enabled)


def _worker_started(state: RunState, event: WorkerStarted) -> RunState:
    name = CARRIER if event.shares_task else event.worker
    old = state.workers.get(name) or WorkerView(name, slot_for(name, [view.slot for view in state.workers.values()]))
    task = TaskId(event.pid, event.tid, event.start_ticks)
    if event.shares_task and old.task == task and old.ended_ns is None:
        return state  # one more coroutine on a task that has its lane already
    view = WorkerView(name, old.slot, task, event.at_ns, lane=old.lane)  # a new life: of the old one the lane is left
    return replace(state, workers={**state.workers, name: view})


def _worker_finished(state: RunState, event: WorkerFinished) -> RunState:
    if event.result.shares_task:
        return state  # the carrier ends with its step
    view = state.workers.get(event.result.worker)
    if view is None:
        return state
    told = event.result.counters
    seconds = (told.wall_ns or 0) / 1e9

    def rate(count: int | None) -> float | None:
        return None if count is None or seconds < LEAST_RATE_S else count / seconds

    voluntary, involuntary = rate(told.voluntary_switches), rate(told.involuntary_switches)
    ended = replace(view, ended_ns=event.result.ended_ns, reported=told, voluntary_per_s=voluntary, involuntary_per_s=involuntary)
    for lock, untold_ns in event.result.untold_waits.items():
        ended = waited(ended, lock, event.result.ended_ns, 0, untold_ns)
    ended = settle(ended, told, event.result.started_ns, event.result.ended_ns)
    return replace(state, workers={**state.workers, view.name: ended}, locks=without_waiter(state.locks, view.name))


def _output(state: RunState, event: Output) -> RunState:
    return replace(
        state,
        lines=(*state.lines, *event.lines)[-MOST_LINES:],
        line_count=state.line_count + len(event.lines),
        left_out=state.left_out + event.left_out,
    )


def _failed(state: RunState, event: Failed) -> RunState:
    return _output(state, Output(event.at_ns, (Line(event.at_ns, event.worker, "stderr", event.reason),)))


def _ended(workers: Mapping[str, WorkerView], at_ns: int) -> dict[str, WorkerView]:
    """The workers once nobody can be alive any more."""
    return {name: view if view.ended_ns is not None else replace(view, ended_ns=at_ns) for name, view in workers.items()}


def _carrier_settled(workers: dict[str, WorkerView], repetition: Repetition) -> dict[str, WorkerView]:
    """Coroutines give no account of themselves; that of the task that carries them all is the repetition's."""
    view, own = workers.get(CARRIER), repetition.workers
    if view is None or view.task is None or not own or not all(worker.shares_task for worker in own):
        return workers
    ended_ns = max(worker.ended_ns for worker in own)
    settled = settle(view, repetition.counters, ended_ns - (repetition.counters.wall_ns or 0), ended_ns)
    return {**workers, CARRIER: settled}


def _step_finished(state: RunState, event: StepFinished) -> RunState:
    repetition = event.repetition
    workers = _carrier_settled(_ended(state.workers, event.at_ns), repetition)
    lives = [
        life_of(view, repetition.arm, repetition.python, repetition.round, repetition.control)
        for view in workers.values()
        if view.task is not None
    ]
    shares = state.shares
    if repetition.outcome == OK and not repetition.control:
        shares = {**shares, (key := (repetition.arm, repetition.python)): shares.get(key, Shares()).with_lives(lives)}
    return replace(
        state,
        lives=(*state.lives, *lives)[-MOST_LIVES:],
        shares=shares,
        steps_done=state.steps_done + 1,
        last_step_ns=event.at_ns,
        repetitions=(*state.repetitions, repetition),
        workers=workers,
        tracks={},
        having={},
        root=None,
    )


def _round_finished(state: RunState, event: RoundFinished) -> RunState:
    return replace(state, rounds_done=event.rounds_done, rounds_expected=event.rounds_expected, verdict=event.verdict)


def _run_finished(state: RunState, event: RunFinished) -> RunState:
    return replace(
        state,
        phase="finished",
        outcome=event.outcome,
        verdict=event.verdict if event.outcome == OK else state.verdict,
        verdicts=event.verdicts,
        workers=_ended(state.workers, event.at_ns),
        root=None,
        having={},
    )


def _sampled(state: RunState, batch: TaskBatch) -> RunState:
    watched = fold_batch(batch, state.workers, state.tracks, state.owners, state.gil_enabled, state.locks)
    return replace(
        state,
        workers=watched.workers,
        tracks=watched.tracks,
        owners=watched.owners,
        having=watched.having,
        now_ns=max(state.now_ns, batch.at_ns),
        switching=fold_switching(state.switching, batch),
    )


def _locked(state: RunState, event: Waiting | Acquired | Released) -> RunState:
    view = state.workers.get(event.worker)
    if isinstance(event, Acquired) and view is not None and not view.settled:
        view = waited(view, event.lock, event.at_ns, event.waited_ns, event.untold_ns)
        state = replace(state, workers={**state.workers, view.name: view})
    return replace(state, locks=fold_locks(state.locks, event))


_FOLDS: dict[type, Callable[[RunState, Any], RunState]] = {
    RunStarted: _run_started,
    LeftOut: _left_out,
    Calibrated: _calibrated,
    StepStarted: _step_started,
    ChildStarted: _child_started,
    Probed: _probed,
    WorkerStarted: _worker_started,
    WorkerFinished: _worker_finished,
    Output: _output,
    Failed: _failed,
    StepFinished: _step_finished,
    RoundFinished: _round_finished,
    RunFinished: _run_finished,
    Waiting: _locked,
    Acquired: _locked,
    Released: _locked,
}


def fold(state: RunState, item: Event | TaskBatch) -> RunState:
    """The state after one more event or batch. What a screen need not know (a task's end, a measure) only moves the clock."""
    if isinstance(item, TaskBatch):
        return _sampled(state, item)
    step = _FOLDS.get(type(item))
    changed = step(state, item) if step is not None else state
    return replace(changed, now_ns=max(changed.now_ns, item.at_ns), switching=fold_switching(state.switching, item))
