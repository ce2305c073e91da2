"""Work that only waits: threads, coroutines and processes against one after another."""

from __future__ import annotations

from conclab.lab.experiments.common import most_waiters, number, size, start_method, workers
from conclab.lab.judging import a_little, compare, settle, speed_up
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Values
from conclab.model.machine import Machine
from conclab.model.results import Results, cores_of
from conclab.model.verdicts import Evidence, Status, Verdict

THRESHOLD = 1.3


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    many = number(values, "workers")

    def arm(name: str, executor: str) -> Arm:
        return Arm(name, executor, "sleeping", many, many, {"size": values["size"]})

    return (
        arm("sequential", "sequential"),
        arm("threads", "threads"),
        arm("asyncio", "asyncio"),
        arm("processes", str(values["start_method"])),
    )


def judge(results: Results) -> Verdict:
    many = number(results.values, "workers")
    ratio = compare(results, "sequential", "threads")
    used = results.arm("threads").median_of(cores_of)
    got = figures.times(ratio.value) if ratio else ""
    little = f" It took {used:.2f} cores." if used is not None else ""
    slight = a_little(ratio, THRESHOLD)
    waits = figures.plural(many, "wait")
    return settle(
        results,
        ratio,
        threshold=THRESHOLD,
        statements={
            Status.HOLDS: f"{waits.capitalize()} overlap in threads: {got} as fast as one after another.{little}",
            Status.FAILS: f"{waits.capitalize()} {'hardly' if slight else 'do not'} overlap in threads here: {got}.{slight}",
            Status.UNDECIDED: "Whether waiting overlaps in threads cannot be told here.",
        },
        evidence=(
            speed_up(results, "sequential", "threads", "threads"),
            speed_up(results, "sequential", "asyncio", "asyncio"),
            speed_up(results, "sequential", "processes", "processes"),
            Evidence("ideal", float(many), ideal=True),
        ),
        advice={Status.HOLDS: "Waiting needs no core: threads or asyncio are enough, on one core too."},
    )


EXPERIMENT = Experiment(
    name="waiting-room",
    title="the waiting room",
    chapter="Concurrency",
    place=10,
    question="If work only waits, do threads help, although they cannot run at the same time?",
    proposition="Waiting overlaps in threads.",
    explanation=(
        "Each task sleeps, as a program does while a server or a disk works for it. Whoever sleeps needs neither a core nor the "
        "GIL, so all can sleep at once, and the wall time is that of one wait instead of their sum. Threads and coroutines do "
        "this equally well; processes too, but they cost more to start. Look at the split: everyone is blocked, nobody on a core."
    ),
    claims=(16, 31),
    parameters=(workers(8, least=2, most=most_waiters), size(of="sleeping"), start_method()),
    arms=arms,
    judge=judge,
    control="sequential",
)
