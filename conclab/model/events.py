"""What happens in a run, in order: the vocabulary between the lab and everyone who watches.

Events of the runner come over the wire (``conclab/runner/wire.py``) and are these same words, typed; the lab adds where the
run stands. Every stamp is CLOCK_MONOTONIC in nanoseconds, the clock that the samples carry too.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from conclab.model.experiments import Arm, Values
from conclab.model.results import Repetition, WorkerResult
from conclab.model.slices import ExactTrace
from conclab.model.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run is about to begin: everything is checked, nothing is timed yet."""

    at_ns: int
    experiment: str
    title: str
    values: Values
    arms: tuple[Arm, ...]
    rounds: int
    """At least so many rounds."""
    steps_per_round: int
    exact_rounds: bool
    """Whether it will be exactly ``rounds``, because the user said how many."""
    traced: bool = False
    """Whether every switch is traced (exact mode), not only sampled."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An optional arm cannot be had here: the run goes on without it."""

    at_ns: int
    arm: str
    """Its name."""
    python: str
    """Path of the interpreter under which it cannot be had."""
    reason: str
    """Why, and how to get it, as one sentence."""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The warm-up was too short to be timed well: the work has been made larger before the first repetition."""

    at_ns: int
    parameter: str
    value: int
    arms: tuple[Arm, ...]
    """All arms of the plan as they are now; those that are left out are among them."""


@dataclass(frozen=True, slots=True)
class StepStarted:
    """One repetition of one arm begins: its child is being started."""

    at_ns: int
    arm: Arm
    round: int
    control: bool


@dataclass(frozen=True, slots=True)
class ChildStarted:
    """The child exists. Its pid is the root of the process tree to watch."""

    at_ns: int
    pid: int


@dataclass(frozen=True, slots=True)
class Probed:
    """The interpreter described itself, after its imports."""

    at_ns: int
    pid: int
    implementation: str
    version: str
    gil_enabled: bool | None


@dataclass(frozen=True, slots=True)
class WorkerStarted:
    """A worker took up its work on the kernel task (pid, tid, start_ticks)."""

    at_ns: int
    worker: str
    pid: int
    tid: int
    start_ticks: int | None
    shares_task: bool


@dataclass(frozen=True, slots=True)
class TaskFinished:
    """A worker finished one piece of work."""

    at_ns: int
    worker: str
    index: int
    elapsed_ns: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A worker found a lock taken, and waits for it from now on."""

    at_ns: int
    worker: str
    lock: str
    holder: str | None = None
    """Who had it at that moment; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Acquired:
    """A worker has a lock from now on."""

    at_ns: int
    worker: str
    lock: str
    waited_ns: int
    untold_ns: int = 0
    """What it waited for this lock since it last said so, without saying: a busy lock does not tell of every wait."""


@dataclass(frozen=True, slots=True)
class Released:
    """A worker gave a lock back, or gave up waiting for it."""

    at_ns: int
    worker: str
    lock: str


@dataclass(frozen=True, slots=True)
class WorkerFinished:
    """A worker ended and gave its own account."""

    at_ns: int
    result: WorkerResult


@dataclass(frozen=True, slots=True)
class Line:
    """One line of output, harmless already. ``worker`` is None for what no worker can be named for."""

    at_ns: int
    worker: str | None
    stream: str
    text: str


@dataclass(frozen=True, slots=True)
class Output:
    """Lines that came in one go, and how many more there were that are left out."""

    at_ns: int
    lines: tuple[Line, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """The workload measured something itself."""

    at_ns: int
    worker: str | None
    name: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Something went wrong in a worker, or in the child as a whole (``worker`` None)."""

    at_ns: int
    worker: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class StepFinished:
    """One repetition is over, well or not."""

    at_ns: int
    repetition: Repetition


@dataclass(frozen=True, slots=True)
class Sliced:
    """What the kernel's own trace says of a repetition that is over: posted right after its ``StepFinished``."""

    at_ns: int
    trace: ExactTrace


@dataclass(frozen=True, slots=True)
class RoundFinished:
    """All arms have run once more; the verdict as it stands."""

    at_ns: int
    rounds_done: int
    rounds_expected: int
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The run is over: with a verdict, or with the reason why there is none."""

    at_ns: int
    outcome: str
    """``ok``, ``stopped``, or what went wrong in one sentence."""
    verdict: Verdict | None
    verdicts: tuple[tuple[str, Verdict], ...] = field(default=())
    """One verdict for each Python, by its label, when there were several."""


Event = (
    RunStarted
    | LeftOut
    | Calibrated
    | StepStarted
    | ChildStarted
    | Probed
    | WorkerStarted
    | TaskFinished
    | Waiting
    | Acquired
    | Released
    | WorkerFinished
    | Output
    | Measured
    | Failed
    | StepFinished
    | Sliced
    | RoundFinished
    | RunFinished
)
