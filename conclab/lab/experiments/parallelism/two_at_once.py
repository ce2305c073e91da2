"""How many workers run at the same instant: on one core, and on all of them."""

from __future__ import annotations

from dataclasses import replace

from conclab.lab.experiments.common import carried_by, most_workers, number, size
from conclab.lab.judging import needs_two_cores, settle, typical
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Parameter, Values
from conclab.model.machine import Machine
from conclab.model.results import Results, measure_of
from conclab.model.verdicts import Evidence, Status, Verdict

THRESHOLD = 1.8
"""Of two: a tenth is left for whatever else the machine has to do."""
PINNED, PAIR = "2 on one core", "2 workers"

at_once, cores_kept = measure_of("at_once"), measure_of("cores")


def _name(count: int) -> str:
    return "1 worker" if count == 1 else f"{count} workers"


def _four_a_core(machine: Machine, values: Values) -> int:
    return min(64, max(8, 4 * machine.whole_cores), most_workers(machine, values))


def arms(values: Values, machine: Machine) -> tuple[Arm, ...]:
    executor = str(values["executor"])

    def arm(name: str, many: int, one_core: bool = False) -> Arm:
        arguments = {"size": values["size"], "workers": many, "executor": executor}
        return Arm(name, executor, "stretches", many, many, arguments, one_core=one_core)

    most, cores = number(values, "workers"), machine.whole_cores
    counts = sorted({count for count in (1, 2, cores, 2 * cores) if count <= most} | {most})
    return arm(PINNED, 2, one_core=True), *(arm(_name(count), count) for count in counts)


def most_of(results: Results, arm: str) -> tuple[int, int] | None:
    """How many of an arm ran at the same instant: in the repetition that had the fewest, and in the one that had the most."""
    found = [int(value) for value in results.arm(arm).by_round(at_once).values()]
    return (min(found), max(found)) if found else None


def bars(results: Results) -> list[Evidence]:
    """How many cores each arm kept busy, and how many of its workers ran at one instant."""
    made = []
    for arm in results.planned:
        kept, most = typical(results, arm.name, cores_kept), most_of(results, arm.name)
        note = f"at one instant {figures.in_words(most[1])} at most" if most else ""
        made.append(Evidence(arm.name, kept.value if kept else None, kept, " cores", note))
    return made


def judge(results: Results) -> Verdict:
    kept, most = typical(results, PAIR, cores_kept), most_of(results, PAIR)
    threads = results.values["executor"] == "threads"
    who = "threads" if threads else "processes"
    got = f"{kept.value:.2f} cores" if kept else ""
    both = " At the same instant both of them ran." if most and most[0] == 2 else ""
    gil = " The GIL lets one at a time run." if threads and results.gil_enabled else ""
    verdict = settle(
        results,
        kept,
        threshold=THRESHOLD,
        statements={
            Status.HOLDS: f"Two {who} that compute kept {got} busy.{both}",
            Status.FAILS: f"Two {who} that compute kept only {got} busy.{gil}",
            Status.UNDECIDED: f"Whether two {who} run at the same instant cannot be told here.",
        },
        unit=" cores",
        evidence=bars(results),
    )
    if verdict.status is not Status.HOLDS and most and most[1] > 1:  # once seen it is so, however seldom
        seen = f"Two {who} did run at the same instant, but kept only {got} busy: something held them up."
        return replace(verdict, status=Status.UNDECIDED, statement=seen)
    return verdict


EXPERIMENT = Experiment(
    name="two-at-once",
    title="two at the same instant",
    chapter="Parallelism",
    place=15,
    question="How many workers run at the same instant?",
    proposition="Two workers run at the same instant, each on a core of its own.",
    explanation=(
        "Each worker does nothing but look at the clock, every microsecond or so. Who has no core cannot look, so the looks come "
        "apart into stretches, and where the stretches of several workers overlap they ran at the same instant. Pinned to one "
        "core no two ever overlap: the kernel lets them take turns. On all cores as many run at once as there are cores, and no "
        "more, however many workers there are. As threads under the GIL only one of them looks at a time, on any number of cores."
    ),
    claims=(1, 28),
    parameters=(
        Parameter("workers", Kind.INTEGER, "workers in the largest arm", _four_a_core, minimum=2, maximum=most_workers),
        size(of="stretches"),
        carried_by("fork", "threads"),
    ),
    arms=arms,
    judge=judge,
    metric=cores_kept,
    rounds=4,
    lacks=needs_two_cores,
)
