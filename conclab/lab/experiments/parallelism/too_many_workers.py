"""What happens with more workers than cores: 1 to 16 times as many."""

from __future__ import annotations

from dataclasses import replace

from conclab.lab.experiments.common import START_METHODS, carried_by, number, size
from conclab.lab.judging import a_little, compare, settle
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Parameter, Values
from conclab.model.machine import Machine
from conclab.model.results import Repetition, Results, involuntary_of
from conclab.model.verdicts import Evidence, Status, Verdict

THRESHOLD = 1.05
MOST_WORKERS = 512


def _most_factor(machine: Machine, _values: Values) -> int:
    """16, or what keeps the number of workers within bounds on a large machine."""
    return max(2, min(16, MOST_WORKERS // machine.whole_cores))


def factors(values: Values) -> list[int]:
    """1, 2, 4, … up to the largest factor, which need not be a power of two."""
    most = number(values, "factor")
    steps = [1]
    while steps[-1] * 2 < most:
        steps.append(steps[-1] * 2)
    return [*steps, most]


def arms(values: Values, machine: Machine) -> tuple[Arm, ...]:
    cores = machine.whole_cores
    tasks = number(values, "factor") * cores

    def arm(factor: int) -> Arm:
        workers = factor * cores
        return Arm(f"{factor}x", str(values["executor"]), "primes", workers, tasks, {"size": values["size"]})

    return tuple(arm(factor) for factor in factors(values))


def _bar(results: Results, factor: int) -> Evidence:
    found = results.arm(f"{factor}x")
    interval = compare(results, "1x", f"{factor}x")
    notes = []
    shares, waited = found.shares(), found.median_of(_wants_core_of)
    if shares is not None and waited is not None:
        notes.append(f"{figures.percent(shares[1])} wanting a core ({figures.duration(waited / found.arm.workers)} each)")
    slices = found.median_of(_slice_of)
    if slices is not None:
        notes.append(f"slices of {figures.duration(slices)}")
    preempted = found.median_of(involuntary_of)
    if preempted is not None:
        notes.append(f"{figures.count(preempted)} involuntary")
    return Evidence(f"{found.arm.workers} workers", interval.value if interval else None, interval, note=" · ".join(notes))


def _wants_core_of(repetition: Repetition) -> float | None:
    """Run-queue delay of all workers together."""
    waited = repetition.counters.wants_core_ns
    return None if waited is None else float(waited)


def _slice_of(repetition: Repetition) -> float | None:
    """How long a worker had a core at a time, on average: each of its switches ends a stretch, and so does its end."""
    counters = repetition.counters
    if counters.on_core_ns is None or counters.voluntary_switches is None or counters.involuntary_switches is None:
        return None
    return counters.on_core_ns / (counters.voluntary_switches + counters.involuntary_switches + max(1, len(repetition.workers)))


def _instead(results: Results, factor: int) -> str:
    """What the many do for most of their time instead of running, where it was seen."""
    shares = results.arm(f"{factor}x").shares()
    if shares is not None and shares[1] > 0.5:
        return " They wait for a core instead."
    if shares is not None and shares[2] > 0.5 and results.values["executor"] == "threads" and results.gil_enabled:
        return " They wait for the GIL instead."
    return ""


def judge(results: Results) -> Verdict:
    most = number(results.values, "factor")
    ratio = compare(results, "1x", f"{most}x")
    many, few = results.arm(f"{most}x").arm.workers, results.arm("1x").arm.workers
    got = figures.times(ratio.value) if ratio else ""
    little = a_little(ratio, THRESHOLD)
    own = results.disturbance.own_share
    verdict = settle(
        results,
        ratio,
        threshold=THRESHOLD,
        statements={
            Status.HOLDS: f"{figures.in_words(many).capitalize()} workers finish the same work sooner than "
            f"{figures.in_words(few)}: {got}.",
            Status.FAILS: f"{figures.in_words(many).capitalize()} workers finish the same work {'hardly' if little else 'no'} "
            f"sooner than {figures.in_words(few)}: {got}.{little}{_instead(results, most)}",
            Status.UNDECIDED: "Whether more workers than cores are faster cannot be told here.",
        },
        evidence=tuple(_bar(results, factor) for factor in factors(results.values)),
        advice={Status.FAILS: "For work that keeps a core busy, take as many workers as cores."},
    )
    if own is None:
        return verdict
    return replace(verdict, reasons=(*verdict.reasons, f"conclab itself, which watched, took {figures.percent(own)} of the cores."))


EXPERIMENT = Experiment(
    name="too-many-workers",
    title="too many workers",
    chapter="Parallelism",
    place=40,
    question="What do more workers than cores bring: twice, four times, sixteen times as many?",
    proposition="More workers than cores finish the same work sooner.",
    explanation=(
        "The work stays the same and is shared out over more and more workers. Once every core has one, another can only take "
        "turns with it: the kernel interrupts (involuntary switches) after a slice of a few milliseconds, and each worker stands "
        "in the run queue (wanting a core) for longer. Whoever watches wants a core as well: what conclab itself took is said "
        "with the verdict. Work that waits for something else is another matter: there more workers do help."
    ),
    claims=(28, 30),
    parameters=(
        Parameter(
            "factor",
            Kind.INTEGER,
            "workers for each core in the last arm",
            _most_factor,
            minimum=2,
            maximum=_most_factor,
        ),
        size(of="primes", default=75_000),
        carried_by(*START_METHODS, "threads"),
    ),
    arms=arms,
    judge=judge,
    control="1x",
    scaled="size",
)
