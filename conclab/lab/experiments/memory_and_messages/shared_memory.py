"""One process writes and another one looks: into an ordinary object, and into memory that is made to be shared."""

from __future__ import annotations

from conclab.lab.experiments.common import number, size
from conclab.lab.seeing import always, is_so, seen
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Values
from conclab.model.machine import Machine
from conclab.model.results import Results, measure_of
from conclab.model.statistics import Interval, ratio_of_medians
from conclab.model.verdicts import Evidence, Status, Verdict

ORDINARY = ("object, fork", "object, spawn")
SHARED = ("mmap, fork", "shared_memory, spawn")
LABELS = {
    "object, fork": "an ordinary object, fork",
    "object, spawn": "an ordinary object, spawn",
    "mmap, fork": "shared mmap, inherited by fork",
    "shared_memory, spawn": "shared_memory, found by its name",
}


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    def arm(name: str) -> Arm:
        way, method = name.split(", ")
        arguments = {"size": values["size"], "way": way, "executor": method}
        return Arm(name, method, "shared-bytes", 2, 2, arguments, optional=way == "shared_memory")

    return tuple(arm(name) for name in (*ORDINARY, *SHARED))


def _seen_share(results: Results, name: str) -> Interval | None:
    if name in results.missing:
        return None
    found = list(results.arm(name).by_round(measure_of("seen")).values())
    return ratio_of_medians(found, [float(number(results.values, "size"))] * len(found))


def _saw(results: Results, name: str, count: int) -> bool | None:
    """Whether it was so many bytes every time."""
    repetitions = results.arm(name).repetitions
    return always(results, name, measure_of("seen")) == count if repetitions else None


def bars(results: Results, names: tuple[str, ...]) -> list[Evidence]:
    """Which share of what one process wrote the other one saw."""
    found = []
    for name in names:
        if name not in results.missing:
            saw = _seen_share(results, name)
            found.append(Evidence(LABELS[name], saw.value if saw else None, saw, unit=" seen"))
    return found


def apart(results: Results) -> Status:
    """Whether ordinary objects of one process stay unseen by another."""
    return is_so(_saw(results, name, 0) for name in ORDINARY)


def together(results: Results) -> Status:
    """Whether what one process writes into memory made to be shared is seen by another."""
    there = [name for name in SHARED if name not in results.missing]
    return is_so(_saw(results, name, number(results.values, "size")) for name in there)


def ways(results: Results) -> str:
    """By what memory was shared: mmap and multiprocessing.shared_memory."""
    return "mmap" if SHARED[1] in results.missing else "mmap and multiprocessing.shared_memory"


def judge(results: Results) -> Verdict:
    wrote = f"{figures.count(number(results.values, 'size'))} bytes that one process wrote"
    shared = together(results)
    # Shared once is proof that it can be done.
    status = {Status.HOLDS: Status.FAILS, Status.FAILS: Status.HOLDS}.get(shared, Status.UNDECIDED)
    plainly = " In an ordinary object it saw none of them." if apart(results) is Status.HOLDS else ""
    return seen(
        results,
        status,
        _seen_share(results, SHARED[0]),
        statements={
            Status.HOLDS: f"Of the {wrote} another did not see all, even in memory made to be shared.",
            Status.FAILS: f"All {wrote} into memory made to be shared ({ways(results)}), another saw.{plainly}",
            Status.UNDECIDED: "Whether one process sees what another writes was not seen yet.",
        },
        unit=" seen",
        about="What is counted is the share of the bytes that the other process saw in a shared mmap.",
        evidence=bars(results, (*ORDINARY, *SHARED)),
        advice="Nothing guards such memory: with several writers it takes a lock.",
    )


EXPERIMENT = Experiment(
    name="shared-memory",
    title="memory for two processes",
    chapter="Memory and messages",
    place=30,
    question="Can one process see what another one writes?",
    proposition="Processes share no memory with one another.",
    explanation=(
        "Each process has an address space of its own, so an object of one is out of another's reach: a forked one writes to "
        "its own copy, a spawned one has got the object pickled. But the kernel can put the same pages into several address "
        "spaces. An mmap that is marked as shared stays shared over a fork; multiprocessing.shared_memory gives such memory a "
        "name, under which any process may find it. What one writes there the other has, without copying."
    ),
    claims=(14,),
    parameters=(size(of="shared-bytes"),),
    arms=arms,
    judge=judge,
    rounds=3,
)
