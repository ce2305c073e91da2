"""Five processes that each say their number: in which order?"""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.experiments.common import START_METHODS, number, size, workers
from conclab.lab.judging import observed
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Value, Values
from conclab.model.machine import Machine
from conclab.model.results import Repetition, Results
from conclab.model.statistics import wilson
from conclab.model.verdicts import Evidence, Status, Verdict

AGAIN = "fork, again and again"


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    many = number(values, "workers")
    again: dict[str, Value] = {"method": "fork", "handful": many, "size": values["size"]}
    return (
        *(Arm(method, method, "numbering", many, many, {"size": 1}) for method in START_METHODS),
        Arm(AGAIN, "sequential", "speaking-order", 1, 1, again),
    )


def _entries(repetition: Repetition) -> list[list[int]]:
    """[number, pid, when it spoke] of every process, from its own report: all together may be too long for the wire."""
    found = [entry for worker in repetition.workers for entry in (worker.result if isinstance(worker.result, list) else [])]
    return [entry for entry in found if isinstance(entry, list) and len(entry) == 3]


def _in_order(repetitions: Sequence[Repetition]) -> tuple[int, int]:
    """How many handfuls spoke in order, and how many there were: one a repetition, or as many as it counted itself."""
    ordered = handfuls = 0
    for repetition in repetitions:
        if "handfuls" in repetition.measures:
            ordered += int(repetition.measures["in_order"])
            handfuls += int(repetition.measures["handfuls"])
        else:
            spoken = [said for said, _pid, _when in sorted(_entries(repetition), key=lambda entry: entry[2])]
            ordered += spoken == sorted(spoken)
            handfuls += 1
    return ordered, handfuls


def _own_pids(results: Results) -> bool:
    many = number(results.values, "workers")
    seen = [repetition for method in START_METHODS for repetition in results.arm(method).repetitions]
    return all(len({pid for _number, pid, _when in _entries(repetition)}) == many for repetition in seen)


def judge(results: Results) -> Verdict:
    many = number(results.values, "workers")
    ordered, handfuls = _in_order(results.all_repetitions())
    bars = []
    for name in (*START_METHODS, AGAIN):
        mine, seen = _in_order(results.arm(name).repetitions)
        interval = wilson(mine, seen)
        note = f"{mine} of {seen}" if seen else ""
        bars.append(Evidence(name, interval.value if interval else None, interval, unit=" in order", note=note))
    # Disorder once seen is proof; order, however often, is not.
    status = Status.FAILS if ordered < handfuls else Status.UNDECIDED
    them = figures.sentence(figures.plural(many, "process"))
    pids = f"Each of the {figures.in_words(many)} had a pid of its own." if _own_pids(results) else "Some shared a pid."
    return observed(
        results,
        status,
        wilson(ordered, handfuls),
        statements={
            Status.HOLDS: "",
            Status.FAILS: f"{them} spoke in the order of their start {ordered} times of {handfuls}. {pids}",
            Status.UNDECIDED: f"{them} spoke in order all {handfuls} times, which does not prove that they must. {pids}"
            if handfuls
            else "Nobody has spoken yet.",
        },
        unit=" in order",
        about="What is counted is the share of the handfuls that spoke in order, with Wilson's interval.",
        evidence=bars,
        advice="If the order matters, collect the results and sort them, as Pool.map does.",
    )


EXPERIMENT = Experiment(
    name="five-processes",
    title="five processes",
    chapter="Processes and threads",
    place=30,
    question="Five processes are started one after the other, and each says its number. In order?",
    proposition="Processes speak in the order in which they were started.",
    explanation=(
        "Each process has its own pid, its own interpreter and its own copy of its argument. Once started, they are on their own: "
        "which of them gets a core first, and is ready first, is the scheduler's business. By each start method five workers are "
        "watched; and since a quick start (fork) often is in order, one worker starts such handfuls again and again, and notes the "
        "order of what they write into one pipe. A single handful out of order settles it."
    ),
    claims=(7, 42, 43, 44),
    parameters=(workers(5, least=2), size(of="speaking-order")),
    arms=arms,
    judge=judge,
    rounds=5,
)
