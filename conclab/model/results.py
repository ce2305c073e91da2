"""What a run brought: counters by worker, repetition and arm. None is "could not be measured here", never 0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from conclab.model.experiments import Arm, Interpreter, Metric, Values, wall_of
from conclab.model.machine import Machine
from conclab.model.statistics import median

OK = "ok"
"""The outcome of a repetition or a run that went well; any other is a sentence."""


@dataclass(frozen=True, slots=True)
class Counters:
    """The kernel's counters over a stretch of ``wall_ns``."""

    wall_ns: int | None = None
    on_core_ns: int | None = None
    wants_core_ns: int | None = None
    voluntary_switches: int | None = None
    involuntary_switches: int | None = None
    migrations: int | None = None
    peak_rss_bytes: int | None = None
    """Largest resident size of a process (VmHWM); of several processes the largest."""

    @property
    def blocked_ns(self) -> int | None:
        """Wall time less both others. Not clamped: were the counters wrong, it would show."""
        if self.wall_ns is None or self.on_core_ns is None or self.wants_core_ns is None:
            return None
        return self.wall_ns - self.on_core_ns - self.wants_core_ns


def _sum(parts: list[int | None]) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if known and len(known) == len(parts) else None


def add_up(parts: list[Counters]) -> Counters:
    """Counters of several kernel tasks as one; a part that one task lacks is missing in the sum. Peak memory is the largest."""
    peaks = [part.peak_rss_bytes for part in parts if part.peak_rss_bytes is not None]
    return Counters(
        wall_ns=_sum([part.wall_ns for part in parts]),
        on_core_ns=_sum([part.on_core_ns for part in parts]),
        wants_core_ns=_sum([part.wants_core_ns for part in parts]),
        voluntary_switches=_sum([part.voluntary_switches for part in parts]),
        involuntary_switches=_sum([part.involuntary_switches for part in parts]),
        migrations=_sum([part.migrations for part in parts]),
        peak_rss_bytes=max(peaks) if peaks else None,
    )


@dataclass(frozen=True, slots=True)
class WorkerResult:
    """One worker's life, by its own report: it read its kernel counters when it began and when it ended."""

    worker: str
    pid: int
    tid: int
    started_ns: int
    ended_ns: int
    counters: Counters
    result: object = None
    shares_task: bool = False
    """Whether other workers live on the same kernel task at the same time (coroutines)."""
    untold_waits: Mapping[str, int] = field(default_factory=dict)
    """Announced lock to nanoseconds that it waited for it without saying when."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Resource use of the whole child tree, start-up included, by wait4(2) of everything that was reaped."""

    cpu_ns: int
    voluntary_switches: int
    involuntary_switches: int
    peak_rss_bytes: int


@dataclass(frozen=True, slots=True)
class Repetition:
    """One run of one arm in a fresh interpreter."""

    arm: str
    python: str
    """Path of the interpreter that ran it."""
    round: int
    control: bool
    """Whether this is the second run of the baseline in its round, for comparing it with itself."""
    outcome: str
    """``OK``, or what went wrong in one sentence."""
    wall_ns: int | None = None
    """From before the first worker is made to after the last one is joined; the interpreter's start is not in it."""
    starting_ns: int | None = None
    """Until the last worker had started."""
    counters: Counters = field(default_factory=Counters)
    """Summed over the workers' kernel tasks; the wall time in it is the sum of their lives."""
    workers: tuple[WorkerResult, ...] = ()
    result: object = None
    measures: Mapping[str, float] = field(default_factory=dict)
    """What the workload measured itself, by name; each name carries its unit (``birth_ns``)."""
    totals: Totals | None = None

    @property
    def effective_cores(self) -> float | None:
        """On-core time over wall time: how many cores the workers kept busy on average."""
        if self.counters.on_core_ns is None or not self.wall_ns:
            return None
        return self.counters.on_core_ns / self.wall_ns


def cores_of(repetition: Repetition) -> float | None:
    return repetition.effective_cores


def voluntary_of(repetition: Repetition) -> float | None:
    number = repetition.counters.voluntary_switches
    return None if number is None else float(number)


def involuntary_of(repetition: Repetition) -> float | None:
    number = repetition.counters.involuntary_switches
    return None if number is None else float(number)


def measure_of(name: str) -> Metric:
    """The metric that the workload reported under ``name``."""
    return lambda repetition: repetition.measures.get(name)


@dataclass(frozen=True, slots=True)
class ArmResult:
    """All good repetitions of one arm, by round."""

    arm: Arm
    repetitions: tuple[Repetition, ...]

    def by_round(self, metric: Metric) -> dict[int, float]:
        found = {repetition.round: metric(repetition) for repetition in self.repetitions}
        return {number: value for number, value in found.items() if value is not None}

    def median_of(self, metric: Metric) -> float | None:
        values = list(self.by_round(metric).values())
        return median(values) if values else None

    def shares(self) -> tuple[float, float, float] | None:
        """(on a core, wanting one, blocked) over all workers and repetitions, 0 to 1."""
        wall = on_core = wants = 0
        for repetition in self.repetitions:
            counters = repetition.counters
            if counters.wall_ns is None or counters.on_core_ns is None or counters.wants_core_ns is None:
                return None
            wall += counters.wall_ns
            on_core += counters.on_core_ns
            wants += counters.wants_core_ns
        if wall <= 0:
            return None
        return on_core / wall, wants / wall, (wall - on_core - wants) / wall


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What else went on while repetitions ran, over the whole run. None: cannot be had here.

    Of a whole run, not of each repetition: /proc/stat counts in steps of 10 ms a core and kind, too coarse for a tenth of a second.
    """

    foreign_share: float | None = None
    """What processes that are neither the experiment's nor conclab's took away, as a share of the cores that it needed: of the arm
    that suffered most."""
    steal_share: float | None = None
    """Share of the time of its cores that the hypervisor gave to others."""
    own_share: float | None = None
    """What conclab itself took, as a share of the cores that the experiment needed; while it was pinned to one, nothing is counted,
    because conclab was not."""


@dataclass(frozen=True, slots=True)
class Results:
    """What a verdict is made from: the arms' results under one Python."""

    values: Values
    machine: Machine
    python: Interpreter
    gil_enabled: bool | None
    arms: Mapping[str, ArmResult]
    control: ArmResult | None
    """The second runs of the control arm."""
    planned: tuple[Arm, ...]
    disturbance: Disturbance = Disturbance()
    metric: Metric = wall_of
    """What the verdict compares."""
    lacks: str | None = None
    """What this machine lacks to decide the experiment; None: nothing."""
    missing: Mapping[str, str] = field(default_factory=dict)
    """Optional arms that could not be had here, by name: why, and how to get them, as one sentence. They are not ``planned``."""

    def arm(self, name: str) -> ArmResult:
        """The arm of that name; one that never ran is there, without repetitions. Raises KeyError for an unknown one."""
        if name in self.arms:
            return self.arms[name]
        for arm in self.planned:
            if arm.name == name:
                return ArmResult(arm, ())
        raise KeyError(name)

    def all_repetitions(self) -> list[Repetition]:
        found = [repetition for arm in self.arms.values() for repetition in arm.repetitions]
        return found + list(self.control.repetitions if self.control else ())
