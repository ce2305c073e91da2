"""Thousands of coroutines and greenlets, all alive at once: how many tasks does the kernel see?"""

from __future__ import annotations

from conclab.lab.experiments.common import number, size
from conclab.lab.judging import typical
from conclab.lab.seeing import needs_linux, seen
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Parameter, Values
from conclab.model.machine import Machine
from conclab.model.results import Repetition, Results, measure_of
from conclab.model.verdicts import Evidence, Status, Verdict

KINDS = {"coroutines": "coroutine", "greenlets": "greenlet", "threads": "thread"}
"""Arms and what they are full of."""
NATIVE = "threads"

_alive, _before, _during = measure_of("alive"), measure_of("tasks_before"), measure_of("tasks_during")


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    def arm(name: str) -> Arm:
        count = number(values, "threads" if name == NATIVE else "size")
        return Arm(name, "sequential", "crowd", 1, 1, {"kind": KINDS[name], "size": count}, optional=name == "greenlets")

    return tuple(arm(name) for name in KINDS)


def _added(repetition: Repetition) -> float | None:
    """How many tasks the kernel had more while all of them were alive."""
    before, during = _before(repetition), _during(repetition)
    return None if before is None or during is None else during - before


def _bar(results: Results, name: str) -> Evidence:
    alive, during = results.arm(name).median_of(_alive), results.arm(name).median_of(_during)
    note = f"while {figures.count(alive)} {name} were alive" if alive is not None else ""
    return Evidence(name, during, unit=" tasks", note=note)


def _status(results: Results, green: list[str]) -> Status:
    added = {name: list(results.arm(name).by_round(_added).values()) for name in (*green, NATIVE)}
    threads = results.arm(NATIVE)
    counts = threads.by_round(_alive)
    noticed = threads.by_round(_added)
    if not all(added.values()) or any(more < counts[number] for number, more in noticed.items()):
        return Status.UNDECIDED  # where threads do not show in the count, it says nothing of the others
    return Status.HOLDS if all(more == 0 for name in green for more in added[name]) else Status.FAILS


def judge(results: Results) -> Verdict:
    green = [arm.name for arm in results.planned if arm.name != NATIVE]
    most = {name: max(results.arm(name).by_round(_added).values(), default=0) for name in (*green, NATIVE)}
    many = " and ".join(f"{number(results.values, 'size'):,} {name}" for name in green)
    beside = f" {number(results.values, 'threads'):,} threads added {figures.count(most[NATIVE])}."
    told = ", ".join(f"{figures.count(most[name])} by {name}" for name in green)
    status = _status(results, green)
    return seen(
        results,
        status,
        typical(results, "coroutines", _during),
        statements={
            Status.HOLDS: f"{many} alive at once added no task to those that the kernel knows.{beside}",
            Status.FAILS: f"{many} alive at once added tasks to those that the kernel knows: {told}.{beside}",
            Status.UNDECIDED: "How many tasks the kernel knows of a process cannot be seen here.",
        },
        unit=" tasks",
        about="What is counted is the kernel's tasks while all coroutines were alive.",
        evidence=[_bar(results, name) for name in (*green, NATIVE)],
        advice="Whatever many of them do at once, it is one kernel thread that does it, on one core."
        if status is Status.HOLDS
        else "",
    )


EXPERIMENT = Experiment(
    name="green-threads",
    title="green threads",
    chapter="Concurrency",
    place=60,
    question="Ten thousand coroutines are alive. How many tasks does the kernel know of?",
    proposition="Green threads live in user space: the kernel does not know of them.",
    explanation=(
        "So many coroutines are started that each has begun and waits for one event. Meanwhile /proc/self/task is counted: it has "
        "an entry for each thread that the kernel schedules. The same with greenlets, where the module is there, and with threads, "
        "which show that the count would have noticed them. A green thread is an object of the program, and the loop or the "
        "program itself goes from one to the next; no system call is needed, and none is made."
    ),
    claims=(22,),
    parameters=(
        size(of="crowd"),
        Parameter("threads", Kind.INTEGER, "how many threads, for comparison", 100, minimum=1, maximum=1_000),
    ),
    arms=arms,
    judge=judge,
    rounds=3,
    lacks=needs_linux,
)
