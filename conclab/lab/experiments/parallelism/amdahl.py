"""Work of which 0 to 100 % can be split over processes: the speed-up beside what Amdahl's law allows."""

from __future__ import annotations

from dataclasses import replace

from conclab.lab.experiments.common import START_METHODS, carried_by, cores_at_most, number, size, workers
from conclab.lab.judging import compare, needs_two_cores, settle, speed_up
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Value, Values
from conclab.model.machine import Machine
from conclab.model.results import Results
from conclab.model.speed_up import amdahl, karp_flatt
from conclab.model.verdicts import Evidence, Status, Verdict
from conclab.runner.registry import EXECUTORS

WORTH = 0.85
"""Of what is possible: 1.7 times with two workers on two cores."""
SHARES = (0, 50, 90, 100)
ALONE = "one worker"


def _named(share: int) -> str:
    return f"{share} % can be split"


ALL = _named(100)


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    many, executor = number(values, "workers"), str(values["executor"])

    def arm(name: str, count: int, share: int) -> Arm:
        arguments: dict[str, Value] = {"size": values["size"], "share": share, "workers": count, "executor": executor}
        return Arm(name, "sequential" if count == 1 else executor, "partly-serial", count, count, arguments)

    return arm(ALONE, 1, 100), *(arm(_named(share), many, share) for share in SHARES)


def at_once(results: Results) -> float:
    """How many workers can run at the same time here."""
    return min(float(number(results.values, "workers")), results.machine.usable_cores)


def _bars(results: Results, share: int) -> tuple[Evidence, Evidence]:
    """What was measured, and the bound beside it."""
    measured = speed_up(results, ALONE, _named(share), _named(share))
    serial = None if measured.value is None else karp_flatt(measured.value, at_once(results))
    if serial is not None and 0 <= serial <= 1 and share:  # what cannot be split at all has nothing to tell about the rest
        told = f"as if {figures.percent(serial)} were serial (Karp-Flatt)"
        measured = replace(measured, note=f"{measured.note} · {told}".removeprefix(" · "))
    return measured, Evidence("Amdahl's bound", amdahl(share / 100, at_once(results)), ideal=True)


def judge(results: Results) -> Verdict:
    limit = WORTH * at_once(results)
    ratio, half = compare(results, ALONE, ALL), compare(results, ALONE, _named(50))
    many = f"{figures.in_words(number(results.values, 'workers'))} {EXECUTORS[str(results.values['executor'])].many}"
    got = figures.times(ratio.value) if ratio else ""
    bound = figures.times(amdahl(0.5, at_once(results)))
    halved = f" With half of it serial they reached {figures.times(half.value)}, where {bound} is the most." if half else ""
    return settle(
        results,
        ratio,
        threshold=limit,
        statements={
            Status.HOLDS: f"Split over {many}, independent work was done {got} as fast.{halved}",
            Status.FAILS: f"Split over {many}, independent work was done {got} as fast, and {figures.times(limit)} was asked for."
            f"{halved}",
            Status.UNDECIDED: f"How many times as fast as one {many} do independent work cannot be told here.",
        },
        evidence=tuple(bar for share in SHARES for bar in _bars(results, share)),
        advice={Status.HOLDS: "Before taking more workers, look at what only one of them can do: it soon decides."},
    )


EXPERIMENT = Experiment(
    name="amdahl",
    title="Amdahl's law",
    chapter="Parallelism",
    place=30,
    question="How much sooner is work done by several workers, when only a part of it can be split?",
    proposition="Several workers do independent work nearly as many times as fast as there are of them.",
    explanation=(
        "The same units of work are done by one worker, and by several of whom the first does the part that cannot be split while "
        "the others wait for it. In the last arm nothing is serial. Beside each stands Amdahl's bound, 1 / ((1 - p) + p / n): "
        "with half of the work serial even a thousand workers cannot double the pace. What was measured lies below it, because "
        "starting, sharing out and collecting cost something too; Karp and Flatt's figure says what serial share it amounts to."
    ),
    claims=(39,),
    parameters=(workers(cores_at_most, least=2), size(of="partly-serial"), carried_by(*START_METHODS, "threads")),
    arms=arms,
    judge=judge,
    control=ALONE,
    scaled="size",
    lacks=needs_two_cores,
)
