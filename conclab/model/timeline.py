"""The timeline of a run: what every worker did when, as it was sampled, and as the kernel's own trace tells it where there is one.

It is folded from the same items as ``run_state`` is, and the machine's samples (``timeline_fold``). What is asked of it is in
``timeline_cells`` (a window in cells) and ``timeline_moment`` (one moment in words).

Its memory is bounded: of each worker the last MOST_PIECES sampled pieces and MOST_MARKS marks, of the run the last MOST_REPETITIONS
repetitions, and so many exact repetitions as together have not more than MOST_SLICES slices (one at least). What was let go is
counted.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from conclab.model.column_log import TEXTS, ColumnLog
from conclab.model.machine import MachineSample
from conclab.model.slice_index import SliceIndex
from conclab.model.slices import Gap
from conclab.model.tasks import Debt, TaskId, TaskSample

MOST_PIECES = 8_192
"""Seven minutes at 20 a second."""
MOST_MARKS = 2_048
MOST_REPETITIONS = 4_096
MOST_SLICES = 2_000_000
MOST_LOOKS = 2_400
"""Samples of the machine: ten minutes at four a second."""
NO_CORE = -1

PIECE_END, PIECE_START, PIECE_ON, PIECE_WANTS, PIECE_CORE, PIECE_CAUSE = range(6)
"""Columns of ``Row.pieces``: stamps and nanoseconds; the core that it had (or NO_CORE); an index into ``Timeline.causes``."""
MARK_AT, MARK_KIND, MARK_TEXT = range(3)
"""Columns of ``Row.marks``."""


class Mark(IntEnum):
    """What the runner said: kinds of marks, the most telling one last."""

    FINISHED = 0
    STARTED = 1
    LINE = 2
    TASK = 3
    RELEASED = 4
    ACQUIRED = 5
    WAITING = 6
    FAILED = 7


def _pieces() -> ColumnLog:
    return ColumnLog("qqqqhi", MOST_PIECES)


def _marks() -> ColumnLog:
    return ColumnLog("qb" + TEXTS, MOST_MARKS)


@dataclass(frozen=True, slots=True)
class Life:
    """One worker in one repetition: it has a kernel task of its own in each."""

    start_ns: int
    end_ns: int | None
    task: TaskId
    repetition: int
    """Number of the ``Repetition``."""
    pieces: int
    """How many sampled pieces of the worker there had been before, those forgotten included."""


@dataclass(frozen=True, slots=True)
class Exact:
    """A stretch of a task's time of which every switch is known that the kernel has told of."""

    start_ns: int
    end_ns: int
    index: SliceIndex
    repetition: int

    @property
    def unknown_share(self) -> float:
        """Which part of it is not known, because events are missing."""
        return self.index.account(self.start_ns, self.end_ns)[3] / (self.end_ns - self.start_ns)


@dataclass(frozen=True, slots=True)
class Row:
    """One worker through all repetitions."""

    name: str
    slot: int
    """Which of the worker colours it has (``worker_view.slot_for``)."""
    lives: tuple[Life, ...] = ()
    pieces: ColumnLog = field(default_factory=_pieces)
    marks: ColumnLog = field(default_factory=_marks)
    exact: tuple[Exact, ...] = ()
    """In their order; where there is one, it counts and not the pieces."""

    @property
    def letter(self) -> str:
        """One character for it: 1 to 9, then letters."""
        return LETTERS[self.slot % len(LETTERS)]


LETTERS = "123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Step:
    """One repetition of one arm."""

    number: int
    arm: str
    python: str
    round: int
    control: bool
    start_ns: int
    end_ns: int | None = None


@dataclass(frozen=True, slots=True)
class TraceAccount:
    """What became of the exact trace of one repetition."""

    repetition: int
    start_ns: int
    end_ns: int
    slices: int
    events: int
    lost: int
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Helper:
    """A task of the experiment that is no worker's (a main thread, a server of forks): it takes cores, too."""

    name: str
    exact: Exact


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything that the strip draws."""

    start_ns: int = 0
    now_ns: int = 0
    live: bool = False
    traced: bool = False
    """Whether its repetitions are traced; their slices come when each is over."""
    gil: bool | None = None
    """Whether the interpreter has a GIL that is on; None: it cannot tell."""
    rows: Mapping[str, Row] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    steps_dropped: int = 0
    run_marks: ColumnLog = field(default_factory=_marks)
    """Marks of no worker."""
    traces: tuple[TraceAccount, ...] = ()
    traces_dropped: int = 0
    helpers: tuple[Helper, ...] = ()
    looks: ColumnLog = field(default_factory=lambda: ColumnLog("q" + TEXTS, MOST_LOOKS))
    """Of each sample of the machine its stamp, and how busy every core had been since the one before, 0 to 1 or None."""
    causes: Mapping[str, int] = field(default_factory=lambda: {"": 0})
    """What workers were blocked on, by the numbers that the pieces have."""
    sampled_pieces: int = 0
    sampled_ns: int = 0
    """How many pieces there were in all, and how long all of them together."""
    tracks: Mapping[TaskId, tuple[TaskSample, Debt]] = field(default_factory=dict)
    on_task: Mapping[TaskId, tuple[str, ...]] = field(default_factory=dict)
    """Which workers have been on a task in this repetition, the last one last."""
    carried: Mapping[str, str] = field(default_factory=dict)
    """Worker to lane, where it has no task of its own."""
    waits_for: Mapping[str, str] = field(default_factory=dict)
    """Worker to the lock that it has said to wait for. One of several on a task tells nothing of that: another may run."""
    waited: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Worker to the announced waits (nanoseconds by cause) that have ended since it was sampled last."""
    machine: MachineSample | None = None

    @property
    def interval_ns(self) -> int | None:
        """The mean time between two samples of a worker; None before there are two."""
        return self.sampled_ns // self.sampled_pieces if self.sampled_pieces else None

    @property
    def lost(self) -> int:
        """Events that the exact traces lack."""
        return sum(trace.lost for trace in self.traces)

    @property
    def exact(self) -> bool:
        """Whether anything of it is."""
        return bool(self.traces)

    def cause(self, number: int) -> str:
        """What a number in the column PIECE_CAUSE stands for."""
        return next((name for name, place in self.causes.items() if place == number), "")

    def step_at(self, at_ns: int) -> Step | None:
        """The repetition that was on at a moment, or had been on last; None before the first."""
        following = bisect_right(self.steps, at_ns, key=lambda step: step.start_ns)
        return self.steps[following - 1] if following else None
