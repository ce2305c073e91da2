"""Who gets the lock: whoever is there, or whoever came first?"""

from __future__ import annotations

import math

from conclab.lab.experiments.common import START_METHODS, carried_by, number, size, workers
from conclab.lab.judging import compare, largest_of, observed, place
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Parameter, Value, Values
from conclab.model.machine import Machine
from conclab.model.results import Results, measure_of
from conclab.model.verdicts import Evidence, Status, Verdict
from conclab.runner.registry import EXECUTORS

THRESHOLD = 2.0
BARE, FAIR = "whoever is there", "in order of arrival"

_in_a_row = measure_of("in_a_row")
_longest = measure_of("longest_wait_ns")


LEAST_INSIDE_US = 10
"""With less, drawing a number, itself behind a lock that barges, would be the larger part of a turn at the fair lock."""
FEWEST_ROUNDS = 5
"""With time for fewer turns of everybody, who gets the lock is decided by who came first."""


def wrong_with(values: Values) -> str | None:
    least = FEWEST_ROUNDS * number(values, "workers") * number(values, "inside") / 1000
    if number(values, "size") < least:
        return f"in so short a time everybody has the lock a few times at most; let size be at least {math.ceil(least):,}"
    return None


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    many, executor = number(values, "workers"), str(values["executor"])

    def arm(name: str, fair: int) -> Arm:
        arguments: dict[str, Value] = {"size": values["size"], "workers": many, "inside": values["inside"], "fair": fair}
        return Arm(name, executor, "barging", many, many, {**arguments, "executor": executor})

    return arm(BARE, 0), arm(FAIR, 1)


def _bar(results: Results, name: str) -> Evidence:
    found = results.arm(name)
    least, most = found.median_of(measure_of("least_share")), found.median_of(measure_of("largest_share"))
    notes = []
    if least is not None and most is not None:
        notes.append(f"{figures.percent(least)} to {figures.percent(most)} for each")
    longest = largest_of(results, name, _longest)
    if longest is not None:
        notes.append(f"longest wait {figures.duration(longest)}")
    return Evidence(name, found.median_of(_in_a_row), unit=" in a row", note=", ".join(notes))


def _price(results: Results) -> str:
    """What being fair costs: how many turns there were in the same time."""
    bare, fair = (results.arm(name).median_of(measure_of("taken")) for name in (BARE, FAIR))
    if not bare or fair is None:
        return ""
    return f" In the same time the fair lock was taken {figures.times(fair / bare)} as often."


def judge(results: Results) -> Verdict:
    ratio = compare(results, BARE, FAIR)
    many = f"{figures.in_words(number(results.values, 'workers'))} {EXECUTORS[str(results.values['executor'])].many}"
    row = results.arm(BARE).median_of(_in_a_row)
    longest, fairest = (largest_of(results, name, _longest) for name in (BARE, FAIR))
    times = f"{row:,.1f} times in a row" if row is not None else ""
    known = longest is not None and fairest is not None
    waits = (
        f" The longest wait was {figures.duration(longest)}, and {figures.duration(fairest)} in order of arrival." if known else ""
    )
    return observed(
        results,
        place(ratio, THRESHOLD) if ratio else Status.UNDECIDED,
        ratio,
        statements={
            Status.HOLDS: f"Of {many} the one that had the lock got it again, {times} on average.{waits}{_price(results)}",
            Status.FAILS: f"Among {many} the lock went from hand to hand: each had it {times} on average.{waits}{_price(results)}",
            Status.UNDECIDED: "Whether whoever had the lock gets it again cannot be told here.",
        },
        evidence=(_bar(results, BARE), _bar(results, FAIR)),
        unit="×",
        about=f"What is compared is how often in a row one has it: {BARE} against {FAIR}.",
        limits=figures.times(THRESHOLD),
        advice="A lock promises that one at a time has it, and no order. Where turns matter, use a queue.",
    )


EXPERIMENT = Experiment(
    name="lock-fairness",
    title="who gets the lock?",
    chapter="Locks and races",
    place=30,
    question="Whoever gives a lock back and asks for it again at once: does it get it before those who wait?",
    proposition="Whoever gives a lock back and asks again at once usually gets it before those who wait.",
    explanation=(
        "To give a lock back wakes one who waits, and waking takes time: it needs a core first, and under the GIL the GIL as well. "
        "Whoever is running already just takes the lock again; this is called barging. It keeps the lock busy, and others may wait "
        "for long. A fair lock hands itself to whoever came first: nobody waits for more than a round, but every turn is a "
        "switch to another worker, and all of them wait while that one wakes up."
    ),
    claims=(36,),
    parameters=(
        workers(4, least=2),
        Parameter("inside", Kind.INTEGER, "work inside the lock", 50, minimum=LEAST_INSIDE_US, maximum=10_000, unit="µs"),
        size(of="barging"),
        carried_by("threads", *START_METHODS),
    ),
    arms=arms,
    judge=judge,
    metric=_in_a_row,
    wrong_with=wrong_with,
)
