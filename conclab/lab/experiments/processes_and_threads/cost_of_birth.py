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
BALLASTED = "fork of a large process"
LARGER = 1.1
"""Times: by so much at least a fork of a large process has to be dearer than one of a small one."""
CHEAP_FACTOR = 50
"""Threads and coroutines are born so quickly that more of them are needed for a time that can be trusted."""

_birth = measure_of("birth_ns")


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    def arm(name: str, kind: str, ballast: int = 0) -> Arm:
        count = number(values, "births") * (1 if kind in START_METHODS else CHEAP_FACTOR)
        return Arm(name, "sequential", "births", 1, 1, {"kind": kind, "size": count, "ballast": ballast})

    return *(arm(kind, kind) for kind in KINDS), arm(BALLASTED, "fork", number(values, "ballast"))


def bar(results: Results, name: str) -> Evidence:
    """How many times a thread's birth one costs, with what it takes."""
    each = figures.duration(results.arm(name).median_of(_birth))
    return against(results, name, "thread", name, f"{each} each" if each else "")


def judge_growth(results: Results) -> Verdict:
    """Whether a fork costs more, the more its parent has in memory."""
    ratio = compare(results, BALLASTED, "fork")
    small, large = (figures.duration(results.arm(name).median_of(_birth)) for name in ("fork", BALLASTED))
    ballast = figures.size(number(results.values, "ballast") * MEGABYTE)
    got = f"{figures.times(ratio.value)}: {large} instead of {small}" if ratio else ""
    return settle(
        results,
        ratio,
        threshold=LARGER,
        statements={
            Status.HOLDS: f"With {ballast} more in its parent's memory a fork takes {got}.",
            Status.FAILS: f"With {ballast} more in its parent's memory a fork takes hardly more: {got}.",
            Status.UNDECIDED: f"Whether a fork costs more with {ballast} more in its parent's memory cannot be told here.",
        },
        evidence=tuple(bar(results, name) for name in ("fork", BALLASTED)),
    )


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
        evidence=tuple(bar(results, name) for name in (*KINDS, BALLASTED)),
        advice={Status.HOLDS: f"For many short jobs keep a pool of workers; a coroutine costs {one['coroutine']}."},
    )


def judge(results: Results) -> Verdict:
    verdict, growth = judge_of(results, str(results.values["start_method"])), judge_growth(results)
    if Status.UNDECIDED in (verdict.status, growth.status):
        return verdict
    return replace(verdict, statement=f"{verdict.statement} {growth.statement}")


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
