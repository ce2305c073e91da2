"""The items of a run by repetition and worker: what every exporter tells, each in its own format.

A worker's life is cut into pieces at its samples. What the samples leave open (before the first and after the last of them) is
known from the worker's own account, which is exact: it read its kernel counters when it began and when it ended. The pieces of a
life therefore add up to that account, to the nanosecond; without one (the worker was killed) there is only what was sampled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from conclab.model.blocking import INFERRED, UNKNOWN, asleep, cause_of, lock_cause, mostly
from conclab.model.events import (
    Acquired,
    Event,
    Probed,
    Released,
    Sliced,
    StepFinished,
    StepStarted,
    Waiting,
    WorkerFinished,
    WorkerStarted,
)
from conclab.model.experiments import Arm
from conclab.model.lanes import Track, follow
from conclab.model.lives import to_account
from conclab.model.results import Counters, Repetition
from conclab.model.run_state import CARRIER
from conclab.model.slices import ExactTrace
from conclab.model.tasks import Split, TaskBatch, TaskId, TaskSample
from conclab.recording.feed import Item


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a worker's life: from one sample to the next, or what lies before the first or after the last."""

    start_ns: int
    end_ns: int
    on_core_ns: int
    wants_core_ns: int
    core: int | None = None
    """The one that it ran on last; None: it did not run, or it was not sampled."""
    blocked_on: str = UNKNOWN
    """A cause (``model.blocking``): the announced wait that took most of it, or what was seen at its end, or before when it did not
    sleep then. Of what was not sampled that of the piece that follows or, at the end, came before."""
    voluntary: int | None = None
    """Switches in it; None: not counted."""
    involuntary: int | None = None
    sampled: bool = True
    """False: not seen by the sampler; known from the worker's own account."""

    @property
    def wall_ns(self) -> int:
        return self.end_ns - self.start_ns

    @property
    def blocked_ns(self) -> int:
        return self.wall_ns - self.on_core_ns - self.wants_core_ns

    @property
    def inferred(self) -> bool:
        """Whether the cause was concluded, and not seen."""
        return self.blocked_on in INFERRED

    def within(self, start_ns: int, end_ns: int | None) -> Piece | None:
        """As much of it as lies in a stretch of time, its parts in proportion; None: nothing of it."""
        start, end = max(self.start_ns, start_ns), self.end_ns if end_ns is None else min(self.end_ns, end_ns)
        if end <= start:
            return None
        if end - start == self.wall_ns:
            return self
        on, wants = (part * (end - start) // self.wall_ns for part in (self.on_core_ns, self.wants_core_ns))
        return replace(self, start_ns=start, end_ns=end, on_core_ns=on, wants_core_ns=wants)


@dataclass(slots=True)
class Life:
    """One worker in one repetition."""

    worker: str
    task: TaskId
    start_ns: int
    end_ns: int | None = None
    """None: it did not say that it had ended."""
    account: Counters | None = None
    pieces: list[Piece] = field(default_factory=list)


@dataclass(slots=True)
class Step:
    """One repetition of one arm, with all that is known of it."""

    arm: Arm
    round: int
    control: bool
    start_ns: int
    end_ns: int
    repetition: Repetition | None = None
    """None: it was cut off."""
    lives: list[Life] = field(default_factory=list)
    trace: ExactTrace | None = None

    @property
    def python(self) -> str:
        return self.arm.python.path if self.arm.python else ""


class _Walk:
    """What has to be remembered within a repetition."""

    def __init__(self, event: StepStarted) -> None:
        self.step = Step(event.arm, event.round, event.control, event.at_ns, event.at_ns)
        self._tracks: dict[TaskId, Track] = {}
        self._by_task: dict[TaskId, list[Life]] = {}
        self._gil: bool | None = None
        self._locks: dict[str, str] = {}
        """The announced lock that each worker waits for."""
        self._waits: dict[str, dict[str, int]] = {}
        """Worker to the announced waits (nanoseconds by cause) that have ended since it was sampled last."""

    def take(self, item: Event | TaskBatch) -> None:
        if self.step.repetition is not None and not isinstance(item, Sliced):
            return  # after its end only its trace may still come
        if not isinstance(item, Sliced):
            self.step.end_ns = item.at_ns
        match item:
            case TaskBatch(tasks=tasks):
                for sample in tasks:
                    self._sampled(sample)
            case Probed():
                self._gil = item.gil_enabled
            case Waiting():
                self._locks[item.worker] = item.lock
            case Acquired():
                self._locks.pop(item.worker, None)
                self._waited(item)
            case Released() if self._locks.get(item.worker) == item.lock:  # it has given up
                del self._locks[item.worker]
            case WorkerStarted():
                self._born(item)
            case WorkerFinished(result=result) if not result.shares_task:
                mine = [one for one in self.step.lives if one.worker == result.worker and one.end_ns is None]
                for life in mine:  # the stamps that its account is about: it said that it had begun a little before
                    life.start_ns, life.end_ns, life.account = result.started_ns, result.ended_ns, result.counters
            case StepFinished(repetition=repetition):
                self.step.repetition = repetition
            case Sliced(trace=trace):
                self.step.trace = trace

    def _born(self, event: WorkerStarted) -> None:
        task = TaskId(event.pid, event.tid, event.start_ticks)
        mine = self._by_task.setdefault(task, [])
        if event.shares_task and any(life.worker == CARRIER for life in mine):
            return  # one more coroutine on a task that has its life already
        mine.append(Life(CARRIER if event.shares_task else event.worker, task, event.at_ns))
        self.step.lives.append(mine[-1])

    def _sampled(self, sample: TaskSample) -> None:
        before = self._tracks.get(sample.task)
        self._tracks[sample.task], split = follow(before, sample)
        if before is None or split is None:
            return
        last = before.last
        # One task may carry several workers one after the other: whoever lived in the middle of it has the piece.
        middle = (last.at_ns + sample.at_ns) // 2
        for life in self._by_task.get(sample.task, ()):
            if life.start_ns <= middle and (life.end_ns is None or middle <= life.end_ns):
                seen = life.pieces[-1].blocked_on if life.pieces else UNKNOWN
                if asleep(sample):
                    seen = cause_of(sample, self._gil, self._locks.get(life.worker))
                seen = mostly(split.blocked_ns, self._waits.pop(life.worker, {}), seen)
                life.pieces.append(_piece(last, sample, split, seen))
                return

    def _waited(self, event: Acquired) -> None:
        life = next((one for one in reversed(self.step.lives) if one.worker == event.worker), None)
        if life is None:
            return
        since = max(event.at_ns - event.waited_ns, life.pieces[-1].end_ns if life.pieces else life.start_ns)
        waits, cause = self._waits.setdefault(event.worker, {}), lock_cause(event.lock)
        waits[cause] = waits.get(cause, 0) + max(0, event.at_ns - since) + event.untold_ns

    def done(self) -> Step:
        """The repetition, once all of it is known."""
        for life in self.step.lives:
            cut = [piece.within(life.start_ns, life.end_ns) for piece in life.pieces]
            life.pieces = settled([piece for piece in cut if piece is not None], life)
        return self.step


def _difference(before: int | None, after: int | None) -> int | None:
    return None if before is None or after is None else after - before


def _piece(before: TaskSample, after: TaskSample, split: Split, blocked_on: str) -> Piece:
    return Piece(
        before.at_ns,
        after.at_ns,
        split.on_core_ns,
        split.wants_core_ns,
        after.core if split.on_core_ns > 0 else None,
        blocked_on,
        voluntary=_difference(before.voluntary, after.voluntary),
        involuntary=_difference(before.involuntary, after.involuntary),
    )


def settled(pieces: list[Piece], life: Life) -> list[Piece]:
    """The pieces of a life with what they leave open, so that they add up to the worker's own account, where there is one."""
    account = life.account
    if account is None or life.end_ns is None or account.on_core_ns is None or account.wants_core_ns is None:
        return pieces
    whole: list[Piece] = []
    reached = life.start_ns
    for piece in pieces:
        if piece.start_ns > reached:
            whole.append(Piece(reached, piece.start_ns, 0, 0, blocked_on=piece.blocked_on, sampled=False))
        whole.append(piece)
        reached = piece.end_ns
    if life.end_ns > reached:
        whole.append(Piece(reached, life.end_ns, 0, 0, blocked_on=pieces[-1].blocked_on if pieces else UNKNOWN, sampled=False))
    walls, unseen = [piece.wall_ns for piece in whole], [not piece.sampled for piece in whole]
    on = to_account([piece.on_core_ns for piece in whole], walls, unseen, account.on_core_ns)
    room = [wall - mine for wall, mine in zip(walls, on, strict=True)]
    wants = to_account([piece.wants_core_ns for piece in whole], room, unseen, account.wants_core_ns)
    return [replace(piece, on_core_ns=one, wants_core_ns=two) for piece, one, two in zip(whole, on, wants, strict=True)]


def steps_of(items: Iterable[Item]) -> Iterator[Step]:
    """The repetitions of a run, each when all of it has been read; one that was cut off, too."""
    walk: _Walk | None = None
    for item in items:
        if isinstance(item, StepStarted):
            if walk is not None:
                yield walk.done()
            walk = _Walk(item)
        elif walk is not None and isinstance(item, Event | TaskBatch):
            walk.take(item)
    if walk is not None:
        yield walk.done()
