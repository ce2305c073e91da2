"""Who releases the GIL? The same threads with two kinds of work."""

from __future__ import annotations

from dataclasses import replace

from conclab.lab.experiments.common import cores_or_four, number, workers
from conclab.lab.judging import compare_speed_ups, ideal, needs_two_cores, settle, speed_up
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Parameter, Values
from conclab.model.machine import Machine
from conclab.model.results import Results
from conclab.model.verdicts import Status, Verdict
from conclab.runner.registry import WORKLOADS

THRESHOLD = 1.3


def _amount(name: str, workload: str) -> Parameter:
    entry = WORKLOADS[workload]
    return Parameter(
        name,
        Kind.INTEGER,
        f"{workload}: {entry.size}",
        entry.default,
        minimum=entry.least,
        maximum=entry.most,
        unit=entry.unit,
    )


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    many = number(values, "workers")

    def pair(workload: str, amount: str) -> tuple[Arm, Arm]:
        arguments = {"size": values[amount]}
        return (
            Arm(f"{workload}, sequential", "sequential", workload, many, many, arguments),
            Arm(f"{workload}, threads", "threads", workload, many, many, arguments),
        )

    return *pair("hashing", "mebibytes"), *pair("primes", "limit")


def judge(results: Results) -> Verdict:
    many = number(results.values, "workers")
    ratio = compare_speed_ups(results, ("hashing, sequential", "hashing, threads"), ("primes, sequential", "primes, threads"))
    hashing = speed_up(results, "hashing, sequential", "hashing, threads", "hashing")
    primes = speed_up(results, "primes, sequential", "primes, threads", "primes")
    both = f"hashing {figures.times(hashing.value)}, primes {figures.times(primes.value)}"
    sped_up = hashing.interval is not None and hashing.interval.low > 1
    primes_too = primes.interval is not None and primes.interval.low > 1
    alike = "both much alike" if sped_up and primes_too else "hashing no more than primes"
    why = " hashlib releases the GIL, Python code does not." if results.gil_enabled else ""
    verdict = settle(
        results,
        ratio,
        threshold=THRESHOLD,
        statements={
            Status.HOLDS: f"Threads speed up hashing {'more than primes' if primes_too else 'and not primes'}: {both}.{why}",
            Status.FAILS: f"Threads speed up {alike}: {both}."
            + (" This Python has no GIL to release." if results.gil_enabled is False else ""),
            Status.UNDECIDED: "Whether threads help hashing more than primes cannot be told here.",
        },
        evidence=(hashing, primes, ideal(results, many)),
        advice={Status.HOLDS: "Ask of a library whether its C code releases the GIL; then threads are enough."},
    )
    if verdict.status is Status.HOLDS and not sped_up:  # less slowed down is not sped up
        statement = f"Threads speed up neither here: {both}. Take larger tasks."
        return replace(verdict, status=Status.UNDECIDED, statement=statement, advice="")
    return verdict


EXPERIMENT = Experiment(
    name="hashing-against-primes",
    title="hashing against primes",
    chapter="Parallelism",
    place=20,
    question="Who releases the GIL? Do the same threads help one kind of work and not another?",
    proposition="Threads speed up hashing more than they speed up pure Python.",
    explanation=(
        "Both tasks keep a core busy. SHA-256 is computed by C code that needs no Python object while it runs, so hashlib lets "
        "go of the GIL for pieces of 2,048 bytes and more, and another thread may run meanwhile. Counting primes is Python code "
        "from end to end and holds the lock. Compression, many database drivers and numpy behave like hashing."
    ),
    claims=(18,),
    parameters=(workers(cores_or_four, least=2), _amount("mebibytes", "hashing"), _amount("limit", "primes")),
    arms=arms,
    judge=judge,
    control="primes, sequential",
    lacks=needs_two_cores,
)
