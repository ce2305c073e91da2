"""Downloads from a real HTTP server on loopback: one after another, in threads, with asyncio, and on a single core."""

from __future__ import annotations

from conclab.lab.experiments.common import most_waiters, number, size, workers
from conclab.lab.judging import a_little, compare, settle, speed_up
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Parameter, Values
from conclab.model.machine import Machine
from conclab.model.results import Results
from conclab.model.verdicts import Status, Verdict

THRESHOLD = 1.3


def arms(values: Values, machine: Machine) -> tuple[Arm, ...]:
    many = number(values, "workers")
    arguments = {"size": values["size"], "latency": values["latency"]}

    def arm(name: str, executor: str, one_core: bool = False) -> Arm:
        return Arm(name, executor, "downloads", many, number(values, "files"), arguments, one_core=one_core)

    found = [arm("sequential", "sequential"), arm("threads", "threads"), arm("asyncio", "asyncio")]
    if machine.can_pin:
        found.append(arm("threads on one core", "threads", one_core=True))
    return tuple(found)


def judge(results: Results) -> Verdict:
    names = [arm.name for arm in results.planned if arm.name != "sequential"]
    pinned = "threads on one core" in names
    ratio = compare(results, "sequential", names[-1] if pinned else "threads")
    got = figures.times(ratio.value) if ratio else ""
    little = a_little(ratio, THRESHOLD)
    where = " on one core" if pinned else ""
    return settle(
        results,
        ratio,
        threshold=THRESHOLD,
        statements={
            Status.HOLDS: f"Downloads in threads are faster even{where}: {got} as fast as one after another."
            if pinned
            else f"Downloads in threads are faster: {got} as fast as one after another.",
            Status.FAILS: f"Downloads in threads are {'hardly' if little else 'not'} faster{where} here: {got}.{little}",
            Status.UNDECIDED: "Whether downloads in threads are faster cannot be told here.",
        },
        evidence=tuple(speed_up(results, "sequential", name, name) for name in names),
        advice={Status.HOLDS: "A download waits for the other side most of the time; try a latency of 0 to see it compute."},
    )


EXPERIMENT = Experiment(
    name="downloads",
    title="downloads",
    chapter="Concurrency",
    place=20,
    question="Do a few downloads at a time hurt performance on one core, or help?",
    proposition="Downloads overlap, even on a single core.",
    explanation=(
        "A small HTTP server on this machine answers after a set latency. One after another, each download waits for the one "
        "before. In threads or coroutines their waits overlap, and since a waiting download needs no core, one core is enough. "
        "The last arm is pinned to one core, server and all."
    ),
    claims=(4, 16),
    parameters=(
        workers(8, least=1, most=most_waiters),
        Parameter("files", Kind.INTEGER, "how many files to fetch", 16, minimum=1, maximum=1_000),
        size(of="downloads"),
        Parameter("latency", Kind.INTEGER, "how long the server waits before it answers", 40, minimum=0, maximum=5_000, unit="ms"),
    ),
    arms=arms,
    judge=judge,
    control="sequential",
)
