"""Ten thousand goroutines alive at once: on how many kernel threads, and in which order did they begin?"""

from __future__ import annotations

from conclab.lab.experiments.common import number, size
from conclab.lab.judging import typical
from conclab.lab.seeing import needs_linux, seen
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Parameter, Values
from conclab.model.machine import Machine
from conclab.model.results import Repetition, Results, measure_of
from conclab.model.verdicts import Evidence, Status, Verdict

GO, THREADS = "goroutines", "threads in Python"
_alive, _before, _during = measure_of("alive"), measure_of("tasks_before"), measure_of("tasks_during")
_in_order, _order = measure_of("in_order"), measure_of("order")
FEW = 0.01
"""Kernel threads for each: who has fewer than one for a hundred is no thread of the kernel's."""


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    return (
        Arm(THREADS, "sequential", "crowd", 1, 1, {"kind": "thread", "size": values["threads"]}),
        Arm(GO, "goroutines", "crowd", 1, 1, {"size": values["size"]}, language="go", optional=True),
    )


def added_for_each(repetition: Repetition) -> float | None:
    """How many kernel threads more there were while all were alive, for each of them."""
    alive, before, during = _alive(repetition), _before(repetition), _during(repetition)
    return (during - before) / alive if alive and before is not None and during is not None else None


def bars(results: Results) -> list[Evidence]:
    """How many kernel threads there were while all were alive."""
    made = []
    for arm in results.planned:
        found = results.arm(arm.name)
        alive, during = found.median_of(_alive), found.median_of(_during)
        note = f"for {figures.count(alive)} {arm.name}" if alive is not None else ""
        made.append(Evidence(arm.name, during, unit=" kernel threads", note=note))
    return made


def are_threads(results: Results) -> Verdict:
    """Whether each goroutine is a thread of the kernel's, as each of Python's threads is."""
    added = [] if GO in results.missing else list(results.arm(GO).by_round(added_for_each).values())
    beside = list(results.arm(THREADS).by_round(added_for_each).values())
    counted = bool(added) and bool(beside) and min(beside) >= 1  # where threads do not show in the count, it says nothing
    during = results.arm(GO).median_of(_during) if counted else None
    many = f"{number(results.values, 'size'):,} goroutines"
    status = Status.UNDECIDED
    if counted:
        status = Status.HOLDS if min(added) >= 1 else Status.FAILS if max(added) < FEW else Status.UNDECIDED
    return seen(
        results,
        status,
        typical(results, GO, added_for_each) if counted else None,
        statements={
            Status.HOLDS: f"{many} at once had a kernel thread each.",
            Status.FAILS: f"{many} at once were carried by {figures.count(during)} kernel threads: they are no threads themselves.",
            Status.UNDECIDED: "On how many kernel threads goroutines run cannot be told here.",
        },
        unit=" threads each",
        about="What is counted is the kernel threads that came with each goroutine.",
        evidence=bars(results),
    )


def in_no_order(results: Results) -> Verdict:
    """Whether they begin in another order than they were made in, and in another one each time."""
    found = () if GO in results.missing else results.arm(GO).repetitions
    orders = {_order(repetition) for repetition in found} - {None}
    followed = [(_in_order(repetition) or 0) / (number(results.values, "size") - 1) for repetition in found]
    status = Status.UNDECIDED
    if len(orders) > 1:
        status = Status.HOLDS
    elif len(found) > 1 and min(followed) == 1:
        status = Status.FAILS
    how_often = figures.plural(len(found), "repetition")
    share = f" {figures.percent(min(followed))} of them began after the one that was made before them." if followed else ""
    return seen(
        results,
        status,
        statements={
            Status.HOLDS: f"In {how_often} goroutines began in {len(orders)} different orders.{share}",
            Status.FAILS: f"In all of {how_often} goroutines began in the order in which they were made.",
            Status.UNDECIDED: "In which order goroutines begin cannot be told here.",
        },
        besides=() if found else ("An order takes Go to be seen.",),
    )


def judge(results: Results) -> Verdict:
    return are_threads(results)


EXPERIMENT = Experiment(
    name="goroutines",
    title="goroutines",
    chapter="Other languages",
    place=50,
    question="Ten thousand goroutines are alive. How many threads does the kernel know of?",
    proposition="Goroutines are threads.",
    explanation=(
        "So many goroutines are started that each has begun and waits to be let go; meanwhile the kernel's threads are counted in "
        "/proc/self/task. Python's threads beside them show that the count would have noticed: one for each. Go runs its "
        "goroutines on a few kernel threads, about one for each core, and a thread that has nothing to do takes goroutines from "
        "another's queue. So they use all cores, and begin in an order that is another one each time."
    ),
    claims=(38,),
    parameters=(
        size(of="crowd"),
        Parameter("threads", Kind.INTEGER, "how many threads, for comparison", 100, minimum=1, maximum=1_000),
    ),
    arms=arms,
    judge=judge,
    metric=added_for_each,
    rounds=5,
    lacks=needs_linux,
)
