"""Several workers and one lock: what queueing up costs, and what it costs when the one in front falls asleep."""

from __future__ import annotations

from dataclasses import replace

from conclab.lab.experiments.common import START_METHODS, carried_by, cores_or_four, number, size, workers
from conclab.lab.judging import compare, largest_of, needs_two_cores, settle, speed_up
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Parameter, Value, Values
from conclab.model.machine import Machine
from conclab.model.results import Results, measure_of
from conclab.model.verdicts import Evidence, Status, Verdict
from conclab.runner.registry import EXECUTORS

THRESHOLD = 1.15
ALONE, OWN, SHARED = "one worker", "a lock each", "one lock"
HOLDING, LETTING = "asleep with the lock", "asleep without it"


def fewer(values: Values) -> list[int]:
    """2, 4, 8, …: how many else stand behind the one lock, so that one sees the pace against the number."""
    steps = [2]
    while steps[-1] * 2 < number(values, "workers"):
        steps.append(steps[-1] * 2)
    return [count for count in steps if count < number(values, "workers")]


def _behind(count: int) -> str:
    return f"{SHARED}, {figures.in_words(count)}"


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    many = number(values, "workers")

    def arm(name: str, count: int, locks: str, asleep: str = "never") -> Arm:
        arguments: dict[str, Value] = {"workers": count, "locks": locks, "asleep": asleep}
        arguments.update({key: values[key] for key in ("size", "inside", "outside", "nap", "executor")})
        return Arm(name, str(values["executor"]), "sections", count, count, arguments)

    return (
        arm(ALONE, 1, "one"),
        arm(OWN, many, "own"),
        *(arm(_behind(count), count, "one") for count in fewer(values)),
        arm(SHARED, many, "one"),
        arm(HOLDING, many, "one", "holding"),
        arm(LETTING, many, "one", "letting"),
    )


def _waiting(results: Results, arm: str) -> float | None:
    """The share of the workers' lives that they spent in waiting for the lock, as they measured it themselves."""
    waited = lived = 0.0
    for repetition in results.arm(arm).repetitions:
        if "waited_ns" not in repetition.measures or not repetition.counters.wall_ns:
            return None
        waited += repetition.measures["waited_ns"]
        lived += repetition.counters.wall_ns
    return waited / lived if lived else None


def _bar(results: Results, arm: str) -> Evidence:
    bar = speed_up(results, ALONE, arm, arm)
    share = _waiting(results, arm)
    return (
        bar if share is None else replace(bar, note=f"{bar.note} · {figures.percent(share)} waiting for a lock".removeprefix(" · "))
    )


def bound(values: Values, cores: float) -> float:
    """The most that workers behind one lock can gain: the lock is taken for ``inside`` of every ``inside + outside``."""
    inside, outside = number(values, "inside"), number(values, "outside")
    return min(cores, number(values, "workers"), (inside + outside) / inside)


def _convoy(results: Results) -> tuple[str, tuple[Evidence, ...]]:
    """What sleeping with the lock in hand costs, against the same naps without it: as a sentence and as a bar."""
    ratio = compare(results, HOLDING, LETTING)
    if ratio is None:
        return "", ()
    longest = largest_of(results, HOLDING, measure_of("longest_wait_ns"))
    note = f"longest wait {figures.duration(longest)}" if longest else ""
    text = f" Naps with the lock in hand made it {figures.times(ratio.value)} as long as the same naps without it."
    if ratio.low <= 1:  # not told from nothing: the bar shows how far it reaches
        text = ""
    return text, (Evidence("time, asleep with it", ratio.value, ratio, note=note),)


def judge(results: Results) -> Verdict:
    executor = str(results.values["executor"])
    ratio = compare(results, SHARED, OWN)
    many = f"{figures.in_words(number(results.values, 'workers'))} {EXECUTORS[executor].many}"
    got = figures.times(ratio.value) if ratio else ""
    share = _waiting(results, SHARED)
    gil = executor == "threads" and results.gil_enabled
    both = " and then for the GIL" if gil else ""  # one cannot be told from the other by who waits
    waits = f" They waited for it{both} {figures.percent(share)} of their time." if share is not None else ""
    convoy, bars = _convoy(results)
    why = " Under the GIL only one of them runs anyway, lock or no lock." if gil else ""
    return settle(
        results,
        ratio,
        threshold=THRESHOLD,
        statements={
            Status.HOLDS: f"Behind one lock {many} took {got} as long as with a lock each.{waits}{convoy}",
            Status.FAILS: f"Behind one lock {many} took {got} as long as with a lock each, which is not much.{why}{convoy}",
            Status.UNDECIDED: f"Whether one lock slows {many} down cannot be told here.{convoy}",
        },
        evidence=(
            _bar(results, OWN),
            *(_bar(results, _behind(count)) for count in fewer(results.values)),
            _bar(results, SHARED),
            Evidence("most with one lock", bound(results.values, results.machine.usable_cores), ideal=True),
            *bars,
        ),
        advice={
            Status.HOLDS: "Do less inside the lock, or give each worker a part of the data; and never wait with a lock in hand.",
            Status.FAILS: "Never wait for anything slow with a lock in hand: everyone else queues up behind you.",
        },
    )


EXPERIMENT = Experiment(
    name="lock-contention",
    title="the queue at the lock",
    chapter="Locks and races",
    place=20,
    question="How much do several workers lose to one lock that all of them need?",
    proposition="One lock that everyone needs makes the same work take longer than a lock for each.",
    explanation=(
        "Each section is some work inside a lock and some outside. Inside there can be only one, so with 80 µs inside and 20 µs "
        "outside no number of cores brings more than 1.25 times the pace of one worker. In the last two arms every tenth section "
        "has a nap in it, with the lock in hand or after giving it back: whoever sleeps with it makes a convoy of all the others. "
        "Waiting for a lock is not waiting for the GIL, though both are a futex to the kernel: try threads and processes."
    ),
    claims=(36,),
    parameters=(
        workers(cores_or_four, least=2),
        Parameter("inside", Kind.INTEGER, "work inside the lock", 80, minimum=1, maximum=100_000, unit="µs"),
        Parameter("outside", Kind.INTEGER, "work outside the lock", 20, minimum=0, maximum=100_000, unit="µs"),
        size(of="sections"),
        Parameter("nap", Kind.INTEGER, "sleep in every tenth section of the last two arms", 2, minimum=1, maximum=1_000, unit="ms"),
        carried_by(*START_METHODS, "threads"),
    ),
    arms=arms,
    judge=judge,
    control=OWN,
    lacks=needs_two_cores,
)
