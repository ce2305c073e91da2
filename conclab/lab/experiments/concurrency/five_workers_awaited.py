"""Five workers that say when they start and finish, and a main program that waits for all of them."""

from __future__ import annotations

from conclab.lab.experiments.common import number, size, start_method, workers
from conclab.lab.judging import observed
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Values
from conclab.model.machine import Machine
from conclab.model.results import ArmResult, Repetition, Results
from conclab.model.statistics import Interval, ratio_of_medians
from conclab.model.verdicts import Evidence, Status, Verdict

ARMS = ("threads", "asyncio", "processes", "goroutines")


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    many = number(values, "workers")
    executors = {"threads": "threads", "asyncio": "asyncio", "processes": str(values["start_method"])}
    arguments = {"size": values["size"]}
    in_python = (Arm(name, executor, "greeting", many, many, arguments) for name, executor in executors.items())
    return *in_python, Arm("goroutines", "goroutines", "greeting", many, many, arguments, language="go", optional=True)


def _all_awaited(repetition: Repetition, many: int) -> bool:
    """Everyone gave account, and the main program had everyone's number when it went on."""
    return len(repetition.workers) == many and repetition.result == list(range(1, many + 1))


def _finishing_order(repetition: Repetition) -> tuple[str, ...]:
    return tuple(worker.worker for worker in sorted(repetition.workers, key=lambda worker: worker.ended_ns))


def _overlap(arm: ArmResult) -> Interval | None:
    """The workers' lives added up, over the wall time: how many of them were alive at once, on average."""
    lives = [float(sum(worker.ended_ns - worker.started_ns for worker in one.workers)) for one in arm.repetitions]
    walls = [float(one.wall_ns or 0) for one in arm.repetitions]
    return ratio_of_medians(lives, walls)


def judge(results: Results) -> Verdict:
    many = number(results.values, "workers")
    repetitions = results.all_repetitions()
    awaited = [_all_awaited(repetition, many) for repetition in repetitions]
    orders = {_finishing_order(repetition) for repetition in repetitions}
    status = Status.UNDECIDED if not repetitions else Status.HOLDS if all(awaited) else Status.FAILS
    missed = len(awaited) - sum(awaited)
    bars = []
    for name in (name for name in ARMS if name not in results.missing):
        overlap = _overlap(results.arm(name))
        bars.append(Evidence(name, overlap.value if overlap else None, overlap, unit=" at once"))
    return observed(
        results,
        status,
        _overlap(results.arm("threads")),
        statements={
            Status.HOLDS: f"All {figures.in_words(many)} had finished whenever the main program went on, "
            f"in {len(orders)} different orders over {len(repetitions)} repetitions.",
            Status.FAILS: f"The main program went on without all {figures.in_words(many)} in {missed} repetitions.",
            Status.UNDECIDED: "Nothing was seen yet.",
        },
        unit=" at once",
        about="What is counted is how many were alive at once: their lives added up, over the wall time.",
        evidence=bars,
        advice="join() and gather() wait for all; they say nothing about the order.",
    )


EXPERIMENT = Experiment(
    name="five-workers-awaited",
    title="five workers awaited",
    chapter="Concurrency",
    place=40,
    question="Does the main program really wait for everyone, and in which order do they finish?",
    proposition="The main program waits for all workers, whatever order they finish in.",
    explanation=(
        "Go has a WaitGroup for this; Python joins threads and processes and gathers coroutines. Each worker says that it has "
        "started, waits for a time drawn at random, and says that it has finished. They overlap, so all together take little "
        "longer than the slowest, and the order of the finishes is anybody's guess."
    ),
    claims=(27, 37, 38),
    parameters=(workers(5, least=2), size(of="greeting"), start_method()),
    arms=arms,
    judge=judge,
    rounds=8,
)
