"""What it costs to start a worker and wait for its end: coroutine, thread, processes by three start methods, small and large."""

from __future__ import annotations

from dataclasses import replace

from conclab.lab.experiments.common import START_METHODS, number, start_method
from conclab.lab.judging import against, compare, settle
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Parameter, Values
from conclab.model.machine import Machine
from conclab.model.results import Results, measure_of
from conclab.model.verdicts import Evidence, Status, Verdict
from conclab.runner.registry import MEGABYTE

THRESHOLD = 5.0
KINDS = ("coroutine", "thread", *START_METHODS)
LARGE = "fork of a large process"
CHEAP_FACTOR = 50
"""Threads and coroutines are born so quickly that more of them are needed for a time that can be trusted."""

_birth = measure_of("birth_ns")


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    def arm(name: str, kind: str, ballast: int = 0) -> Arm:
        count = number(values, "births") * (1 if kind in START_METHODS else CHEAP_FACTOR)
        return Arm(name, "sequential", "births", 1, 1, {"kind": kind, "size": count, "ballast": ballast})

    return *(arm(kind, kind) for kind in KINDS), arm(LARGE, "fork", number(values, "ballast"))


def bar(results: Results, name: str) -> Evidence:
    """How many times a thread's birth one costs, with what it takes."""
    each = figures.duration(results.arm(name).median_of(_birth))
    return against(results, name, "thread", name, f"{each} each" if each else "")


def growth(results: Results) -> str:
    """What a fork costs more for what its parent has in memory, as a sentence; nothing where that cannot be told."""
    ratio = compare(results, LARGE, "fork")
    if ratio is None or ratio.low <= 1:
        return ""
    small, large = (figures.duration(results.arm(name).median_of(_birth)) for name in ("fork", LARGE))
    ballast = figures.size(number(results.values, "ballast") * MEGABYTE)
    return f" With {ballast} more in its parent's memory a fork takes {large} instead of {small}."


def judge_of(results: Results, method: str) -> Verdict:
    """The verdict on processes by one start method."""
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
        evidence=tuple(bar(results, name) for name in (*KINDS, LARGE)),
        advice={Status.HOLDS: f"For many short jobs keep a pool of workers; a coroutine costs {one['coroutine']}."},
    )


def judge(results: Results) -> Verdict:
    verdict = judge_of(results, str(results.values["start_method"]))
    return verdict if verdict.status is Status.UNDECIDED else replace(verdict, statement=verdict.statement + growth(results))


EXPERIMENT = Experiment(
    name="cost-of-birth",
    title="the cost of being born",
    chapter="Processes and threads",
    place=10,
    question="How much more does it cost to start a process than a thread, or a coroutine?",
    proposition="Starting a process costs at least five times as much as starting a thread.",
    explanation=(
        "Each worker does nothing; what is timed is making it, starting it and waiting for its end. A thread gets a stack and is "
        "ready. fork copies the page tables of its parent, so it costs the more, the more the parent has in memory. spawn starts a "
        "new interpreter, whose own imports are part of the price. forkserver forks from a small clean server, which is running "
        "before the clock is. A coroutine is only an object."
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
        Parameter(
            "ballast",
            Kind.INTEGER,
            "what the parent of the last arm has in memory besides",
            100,
            minimum=1,
            maximum=16_384,
            unit="MiB",
        ),
    ),
    arms=arms,
    judge=judge,
    control="thread",
    metric=_birth,
)
