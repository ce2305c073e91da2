"""What tests of the model are made of: machines, samples, arms and repetitions with round figures."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.model.experiments import Arm, Experiment, Interpreter, Metric, Values, wall_of
from conclab.model.machine import CoreTimes, Machine, MachineSample
from conclab.model.results import OK, Counters, Repetition, Results
from conclab.model.tasks import TaskId, TaskSample
from conclab.model.verdicts import Status, Verdict

MS = 1_000_000
SECOND = 1_000_000_000
TASK = TaskId(10, 11, 500)
PYTHON = Interpreter("/usr/bin/python3.11", "cpython", "3.11.7", free_threaded=False)


def sample(
    at_ns: int,
    on: int | None = 0,
    wants: int | None = 0,
    slices: int | None = 0,
    state: str = "S",
    task: TaskId = TASK,
    core: int | None = 0,
    voluntary: int | None = 0,
    involuntary: int | None = 0,
) -> TaskSample:
    """A task that has done nothing yet, but for what is said."""
    return TaskSample(task, at_ns, "thread", state, core, on, wants, slices, voluntary, involuntary)


def machine_of(cores: int = 4, usable: float | None = None) -> Machine:
    return Machine(
        cores=cores,
        usable_cores=float(cores) if usable is None else usable,
        affinity=tuple(range(cores)),
        quota_cores=None,
        kernel="6.0",
        system="Linux",
        memory_bytes=8 * 1024**3,
        can_pin=True,
    )


def times(
    user: float = 0.0,
    idle: float = 0.0,
    system: float = 0.0,
    nice: float | None = 0.0,
    iowait: float | None = 0.0,
    steal: float | None = 0.0,
    irq: float | None = 0.0,
) -> CoreTimes:
    return CoreTimes(user, system, nice, iowait, steal, irq, idle)


def machine_sample(
    at_ns: int,
    cores: Sequence[CoreTimes | None] = (),
    switches: int | None = 0,
    interrupts: int | None = 0,
    own_cpu_ns: int = 0,
) -> MachineSample:
    return MachineSample(
        at_ns=at_ns,
        cores=tuple(cores),
        load=None,
        memory_total=8,
        memory_available=4,
        memory_used=4,
        memory_buffers=None,
        memory_cached=None,
        swap_total=0,
        swap_used=0,
        processes=None,
        threads=None,
        running=None,
        switches=switches,
        interrupts=interrupts,
        uptime_s=1.0,
        pressure_cpu=None,
        own_cpu_ns=own_cpu_ns,
    )


def arm_of(name: str = "threads", workers: int = 2, python: Interpreter | None = PYTHON) -> Arm:
    return Arm(name, "threads", "primes", workers, tasks=4, python=python)


def repetition_of(
    round_number: int = 0,
    wall_ns: int | None = 100,
    counters: Counters | None = None,
    arm: str = "threads",
    python: str = PYTHON.path,
    control: bool = False,
    outcome: str = OK,
) -> Repetition:
    return Repetition(arm, python, round_number, control, outcome, wall_ns=wall_ns, counters=counters or Counters())


def _judge(_results: Results) -> Verdict:
    return Verdict(Status.UNDECIDED, "nothing was asked")


def experiment_of(control: str | None = None, metric: Metric = wall_of) -> Experiment:
    def arms(_values: Values, _machine: Machine) -> tuple[Arm, ...]:
        return ()

    return Experiment(
        name="under-test",
        title="Under test",
        chapter="Parallelism",
        question="?",
        proposition="!",
        explanation="",
        claims=(),
        parameters=(),
        arms=arms,
        judge=_judge,
        control=control,
        metric=metric,
    )
