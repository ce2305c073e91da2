"""What it costs to start a worker and wait for its end: coroutine, thread, and processes by three start methods."""

from __future__ import annotations

from conclab.lab.experiments.common import START_METHODS, number, start_method
from conclab.lab.judging import compare, settle
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Parameter, Values
from conclab.model.machine import Machine
from conclab.model.results import Results, measure_of
from conclab.model.verdicts import Evidence, Status, Verdict

THRESHOLD = 5.0
KINDS = ("coroutine", "thread", *START_METHODS)
CHEAP_FACTOR = 50
"""Threads and coroutines are born so quickly that more of them are needed for a time that can be trusted."""

_birth = measure_of("birth_ns")


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    def arm(kind: str) -> Arm:
        count = number(values, "births") * (1 if kind in START_METHODS else CHEAP_FACTOR)
        return Arm(kind, "sequential", "births", 1, 1, {"kind": kind, "size": count})

    return tuple(arm(kind) for kind in KINDS)


def _bar(results: Results, kind: str) -> Evidence:
    interval = compare(results, kind, "thread")
    each = figures.duration(results.arm(kind).median_of(_birth))
    return Evidence(kind, interval.value if interval else None, interval, note=f"{each} each" if each else "")


def judge(results: Results) -> Verdict:
    method = str(results.values["start_method"])
    ratio = compare(results, method, "thread")
    got = figures.times(ratio.value) if ratio else ""
    one = {kind: figures.duration(results.arm(kind).median_of(_birth)) for kind in KINDS}
    both = f"{one[method]} against {one['thread']}"
    return settle(
        results,
        ratio,
        threshold=THRESHOLD,
        statements={
            Status.HOLDS: f"A process by {method} costs {got} what a thread costs: {both}.",
            Status.FAILS: f"A process by {method} costs only {got} what a thread costs: {both}.",
            Status.UNDECIDED: f"Whether a process by {method} costs five times what a thread costs cannot be told here.",
        },
        evidence=tuple(_bar(results, kind) for kind in KINDS),
        advice={Status.HOLDS: f"For many short jobs keep a pool of workers; a coroutine costs {one['coroutine']}."},
    )


EXPERIMENT = Experiment(
    name="cost-of-birth",
    title="the cost of being born",
    chapter="Processes and threads",
    place=10,
    question="How much more does it cost to start a process than a thread, or a coroutine?",
    proposition="Starting a process costs at least five times as much as starting a thread.",
    explanation=(
        "Each worker does nothing; what is timed is making it, starting it and waiting for its end. A thread gets a stack and is "
        "ready. fork copies the page tables of its parent. spawn starts a new interpreter, whose own imports are part of the "
        "price. forkserver forks from a small clean server, which is running before the clock is. A coroutine is only an object."
    ),
    claims=(10, 21, 23),
    parameters=(
        Parameter(
            "births",
            Kind.INTEGER,
            f"processes in one repetition; of threads and coroutines {CHEAP_FACTOR} times as many",
            10,
            minimum=1,
            maximum=1_000,
        ),
        start_method(),
    ),
    arms=arms,
    judge=judge,
    control="thread",
    metric=_birth,
)
