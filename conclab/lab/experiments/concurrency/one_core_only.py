"""Two workers on one core: concurrency without parallelism."""

from __future__ import annotations

from conclab.lab.experiments.common import arguments_of, number, size, start_method, work, workers
from conclab.lab.judging import compare, settle, speed_up
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Values
from conclab.model.machine import Machine
from conclab.model.results import ArmResult, Results, cores_of, involuntary_of
from conclab.model.verdicts import Status, Verdict

FLOOR, CEILING = 0.9, 1.05
"""Between these the workers took as long as one; a little is lost to starting and switching."""
ONE, MANY, FREE = "one, one core", "many, one core", "many, all cores"
QUICK = {"size": "120000"}
"""Work that is long enough for what several claims ask of one run, all told within seconds."""


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    many = number(values, "workers")
    method, name = str(values["start_method"]), str(values["work"])

    def arm(title: str, workers: int, one_core: bool) -> Arm:
        return Arm(title, method, name, workers, 2 * many, arguments_of(values), one_core=one_core)

    return arm(ONE, 1, True), arm(MANY, many, True), arm(FREE, many, False)


def overlapping(arm: ArmResult) -> bool:
    """Whether in every repetition there was a moment at which all workers were under way."""
    return bool(arm.repetitions) and all(
        max(worker.started_ns for worker in one.workers) < min(worker.ended_ns for worker in one.workers) for one in arm.repetitions
    )


def judge(results: Results) -> Verdict:
    many = figures.in_words(number(results.values, "workers"))
    ratio = compare(results, ONE, MANY)
    used = results.arm(MANY).median_of(cores_of)
    got = figures.times(ratio.value) if ratio else ""
    cores = ""
    if used is not None:
        overlap = "Their lives overlap, yet they used" if overlapping(results.arm(MANY)) else "They used"
        cores = f" {overlap} {used:.2f} cores."
    switches = results.arm(MANY).median_of(involuntary_of)
    turns = f" The kernel made them take turns {figures.count(switches)} times." if switches else ""
    return settle(
        results,
        ratio,
        threshold=CEILING,
        floor=FLOOR,
        statements={
            Status.HOLDS: f"On one core {many} workers take as long as one: {got}.{cores}{turns}",
            Status.FAILS: f"On one core {many} workers do not take as long as one: {got}.{cores}",
            Status.UNDECIDED: f"Whether {many} workers on one core take as long as one cannot be told here.",
        },
        evidence=(
            speed_up(results, ONE, MANY, f"{many}, one core"),
            speed_up(results, ONE, FREE, f"{many}, all cores"),
        ),
        advice={Status.HOLDS: "Concurrent is not parallel: overlap in time is one thing, a second core another."},
    )


EXPERIMENT = Experiment(
    name="one-core-only",
    title="one core only",
    chapter="Concurrency",
    place=50,
    question="What do two workers bring when there is only one core for them?",
    proposition="On one core, several workers take as long for the same work as one.",
    explanation=(
        "Everything is pinned to one core, so the kernel can only make the workers take turns, a few milliseconds each. They are "
        "all under way at the same time, which is concurrency, and still only one of them runs at any instant. The last arm "
        "lets them use all cores: that is parallelism. In the split, each worker wants a core for as long as the others have it."
    ),
    claims=(2, 3, 27, 41),
    parameters=(workers(2, least=2, most=16), work(), size(), start_method()),
    arms=arms,
    judge=judge,
    control=ONE,
    scaled="size",
)
