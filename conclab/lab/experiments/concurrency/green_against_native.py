"""Coroutines and greenlets against threads: what it costs to start one, and to hand the turn to another."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.experiments.common import number
from conclab.lab.judging import compare, settle
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Parameter, Value, Values
from conclab.model.machine import Machine
from conclab.model.results import Repetition, Results
from conclab.model.verdicts import Evidence, Status, Verdict

THRESHOLD = 3.0
KINDS = {"thread": 1, "coroutine": 10, "greenlet": 50}
"""How many times as many of each are needed for a time that can be trusted: the quicker, the more."""
START, HAND_OVER = "start", "hand-over"
_WORKLOADS = {START: "births", HAND_OVER: "hand-overs"}
_FEWER_BIRTHS = 4
"""A hand-over between threads is quicker than a start by about so much."""


def each_of(repetition: Repetition) -> float | None:
    """Nanoseconds of one start, or of one hand-over, whichever the arm does."""
    return repetition.measures.get("birth_ns", repetition.measures.get("hand_over_ns"))


def _name(kind: str, deed: str) -> str:
    return f"{kind}, {deed}"


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    def arm(kind: str, deed: str) -> Arm:
        count = max(10, number(values, "size") * KINDS[kind] // (_FEWER_BIRTHS if deed == START else 1))
        arguments: dict[str, Value] = {"kind": kind, "size": count}
        return Arm(_name(kind, deed), "sequential", _WORKLOADS[deed], 1, 1, arguments, optional=kind == "greenlet")

    return tuple(arm(kind, deed) for deed in _WORKLOADS for kind in KINDS)


def kinds_of(results: Results) -> list[str]:
    """The green ones that there are here."""
    return [kind for kind in KINDS if kind != "thread" and any(_name(kind, START) == arm.name for arm in results.planned)]


def _each(results: Results, kind: str, deed: str) -> str:
    return figures.duration(results.arm(_name(kind, deed)).median_of(each_of))


def _bars(results: Results, kinds: Sequence[str], deeds: Sequence[str]) -> list[Evidence]:
    bars = []
    for deed in deeds:
        for kind in kinds:
            faster = compare(results, _name("thread", deed), _name(kind, deed))
            note = f"{_each(results, kind, deed)} against {_each(results, 'thread', deed)}"
            bars.append(Evidence(_name(kind, deed), faster.value if faster else None, faster, note=note))
    return bars


def of_one_deed(results: Results, kind: str, deed: str) -> Verdict:
    """The verdict on one kind of green thread and one of both: starting it, or handing over to it."""
    ratio = compare(results, _name("thread", deed), _name(kind, deed))
    got = figures.times(ratio.value) if ratio else ""
    both = f"{_each(results, kind, deed)} against {_each(results, 'thread', deed)}"
    does = "starts and ends" if deed == START else "hands over"
    return settle(
        results,
        ratio,
        threshold=THRESHOLD,
        statements={
            Status.HOLDS: f"A {kind} {does} {got} as fast as a thread: {both}.",
            Status.FAILS: f"A {kind} {does} only {got} as fast as a thread: {both}.",
            Status.UNDECIDED: f"Whether a {kind} {does} at least three times as fast as a thread cannot be told here.",
        },
        evidence=_bars(results, [kind], [deed]),
    )


def judge(results: Results) -> Verdict:
    ratios = {deed: compare(results, _name("thread", deed), _name("coroutine", deed)) for deed in _WORKLOADS}
    start, hand_over = ratios[START], ratios[HAND_OVER]
    least = min((start, hand_over), key=lambda ratio: ratio.value) if start and hand_over else None
    got = f"starts {figures.times(start.value)} and hands over {figures.times(hand_over.value)}" if start and hand_over else ""
    return settle(
        results,
        least,
        threshold=THRESHOLD,
        statements={
            Status.HOLDS: f"A coroutine {got} as fast as a thread.",
            Status.FAILS: f"A coroutine {got} as fast as a thread: one of both is less than three times.",
            Status.UNDECIDED: "Whether coroutines do both at least three times as fast as threads cannot be told here.",
        },
        evidence=_bars(results, kinds_of(results), list(_WORKLOADS)),
        advice={Status.HOLDS: "For thousands of things that wait, take coroutines; they share one core, whatever they do."},
    )


EXPERIMENT = Experiment(
    name="green-against-native",
    title="green against native",
    chapter="Concurrency",
    place=65,
    question="How much faster than threads are coroutines and greenlets to start, and to hand over to?",
    proposition="Green threads start and hand over at least three times as fast as native ones.",
    explanation=(
        "Starting: one worker after another is made, does nothing and is waited for. Handing over: two workers take turns by two "
        "events, each waiting until the other has given it the turn; greenlets switch directly. A thread has to be made, woken and "
        "put to sleep by the kernel, and under a GIL it has to be handed that too. A coroutine is an object in a list of what its "
        "loop goes on with, and a greenlet a piece of stack that is copied. All in one process that does nothing else."
    ),
    claims=(23,),
    parameters=(
        Parameter(
            "size",
            Kind.INTEGER,
            "how often two threads hand over to and fro; of the others more, because they are quicker",
            3_000,
            minimum=40,
            maximum=100_000,
        ),
    ),
    arms=arms,
    judge=judge,
    control=_name("thread", HAND_OVER),
    metric=each_of,
)
