"""Five processes that each say their number: in which order?"""

from __future__ import annotations

from conclab.lab.experiments.common import START_METHODS, number, workers
from conclab.lab.judging import observed
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Values
from conclab.model.machine import Machine
from conclab.model.results import Repetition, Results
from conclab.model.statistics import wilson
from conclab.model.verdicts import Evidence, Status, Verdict


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    many = number(values, "workers")
    return tuple(Arm(method, method, "numbering", many, many, {"size": 1}) for method in START_METHODS)


def _entries(repetition: Repetition) -> list[list[int]]:
    """[number, pid, when it spoke] of every process, from its own report: all together may be too long for the wire."""
    found = [entry for worker in repetition.workers for entry in (worker.result if isinstance(worker.result, list) else [])]
    return [entry for entry in found if isinstance(entry, list) and len(entry) == 3]


def _in_order(repetition: Repetition) -> bool:
    spoken = [number for number, _pid, _when in sorted(_entries(repetition), key=lambda entry: entry[2])]
    return spoken == sorted(spoken)


def judge(results: Results) -> Verdict:
    many = number(results.values, "workers")
    repetitions = results.all_repetitions()
    ordered = sum(_in_order(repetition) for repetition in repetitions)
    share = wilson(ordered, len(repetitions))
    own_pids = all(len({pid for _number, pid, _when in _entries(repetition)}) == many for repetition in repetitions)
    bars = []
    for method in START_METHODS:
        mine = results.arm(method).repetitions
        interval = wilson(sum(_in_order(repetition) for repetition in mine), len(mine))
        bars.append(Evidence(method, interval.value if interval else None, interval, unit=" in order"))
    # Disorder once seen is proof; order, however often, is not.
    status = Status.FAILS if ordered < len(repetitions) else Status.UNDECIDED
    pids = f"Each of the {figures.in_words(many)} had a pid of its own." if own_pids else "Some shared a pid."
    return observed(
        results,
        status,
        share,
        statements={
            Status.HOLDS: "",
            Status.FAILS: f"They spoke in the order of their start in {ordered} of {len(repetitions)} repetitions. {pids}",
            Status.UNDECIDED: f"They spoke in order all {len(repetitions)} times, which does not prove that they must. {pids}",
        },
        unit=" in order",
        about="What is counted is the share of repetitions in order, with Wilson's interval.",
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
        "which of them gets a core first, and is ready first, is the scheduler's business. A slow start (spawn) gives the order "
        "more room to break; a quick one (fork) mostly finishes before the next begins."
    ),
    claims=(7, 42, 43, 44),
    parameters=(workers(5, least=2),),
    arms=arms,
    judge=judge,
    rounds=10,
)
