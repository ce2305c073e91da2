"""Producers, consumers and a buffer between them: what sets the pace?"""

from __future__ import annotations

from conclab.lab.experiments.common import START_METHODS, carried_by, number, size
from conclab.lab.judging import compare, settle
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Parameter, Value, Values
from conclab.model.machine import Machine
from conclab.model.results import Results
from conclab.model.verdicts import Evidence, Status, Verdict

FLOOR, CEILING = 0.9, 1.1
"""Between these another worker brought nothing."""
MOST_ON_A_SIDE = 32
SHORTEST_US = 500
"""A sleep lasts some 60 µs longer than it should (timer slack, waking up): of a shorter one that would be too large a part."""
BASE, PRODUCER, CONSUMER, ONE_PLACE = "as given", "one more producer", "one more consumer", "a buffer of one"


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    executor = str(values["executor"])

    def arm(name: str, producers: int = 0, consumers: int = 0, places: int = number(values, "places")) -> Arm:
        sides = {"producers": number(values, "producers") + producers, "consumers": number(values, "consumers") + consumers}
        arguments: dict[str, Value] = {**sides, "places": places, "executor": executor}
        arguments.update({key: values[key] for key in ("size", "make", "use")})
        many = sum(sides.values())
        return Arm(name, executor, "buffer", many, many, arguments)

    return arm(BASE), arm(PRODUCER, producers=1), arm(CONSUMER, consumers=1), arm(ONE_PLACE, places=1)


def pace_ns(values: Values, producers: int = 0, consumers: int = 0) -> float:
    """Time for an item by the slower side, with so many more on each: the bottleneck law X <= min(P / make, C / use) (Denning and
    Buzen, The operational analysis of queueing network models, Computing Surveys 10, 1978)."""
    make = number(values, "make") / (number(values, "producers") + producers)
    use = number(values, "use") / (number(values, "consumers") + consumers)
    return max(make, use) * 1000


def producers_are_slower(values: Values) -> bool:
    """Whether making is what takes longer, with as many as there are on each side."""
    return number(values, "make") * number(values, "consumers") > number(values, "use") * number(values, "producers")


def wrong_with(values: Values) -> str | None:
    most = number(values, "producers") + number(values, "consumers") + 1
    if number(values, "size") < most:
        return f"with fewer items than workers somebody has nothing to do; let size be at least {most}"
    if number(values, "make") * number(values, "consumers") == number(values, "use") * number(values, "producers"):
        return "producers and consumers would be equally fast, and then neither side is the slower one; change a number"
    return None


def _blocked(results: Results, arm: str) -> str:
    """How much of their lives the producers stood before a full buffer, and the consumers before an empty one."""
    found = results.arm(arm)
    shares = []
    for name, side in (("blocked_full_ns", "producers"), ("blocked_empty_ns", "consumers")):
        stood = lived = 0.0
        for repetition in found.repetitions:
            if name not in repetition.measures or not repetition.wall_ns:
                return ""
            stood += repetition.measures[name]
            lived += repetition.wall_ns * int(found.arm.arguments[side])
        shares.append(stood / lived if lived else 0.0)
    return f"blocked: {figures.percent(shares[0])} by a full buffer, {figures.percent(shares[1])} by an empty one"


def _bar(results: Results, arm: str) -> Evidence:
    interval = compare(results, BASE, arm)
    return Evidence(arm, interval.value if interval else None, interval, note=_blocked(results, arm))


def judge(results: Results) -> Verdict:
    values = results.values
    slow, fast = (PRODUCER, CONSUMER) if producers_are_slower(values) else (CONSUMER, PRODUCER)
    in_vain, gain = compare(results, BASE, fast), compare(results, BASE, slow)
    got = figures.times(in_vain.value) if in_vain else ""
    gained = f" {figures.sentence(slow)} did bring something: {figures.times(gain.value)}." if gain and gain.low > 1 else ""
    most = pace_ns(values) / (pace_ns(values, producers=1) if slow == PRODUCER else pace_ns(values, consumers=1))
    wall = results.arm(BASE).median_of(results.metric)
    law = pace_ns(values) * number(values, "size")
    pace = f" The slower side alone needs {figures.duration(law)} on average; it took {figures.duration(wall)}." if wall else ""
    return settle(
        results,
        in_vain,
        threshold=CEILING,
        floor=FLOOR,
        statements={
            Status.HOLDS: f"{figures.sentence(fast)} brought nothing: {got}.{gained}{pace}",
            Status.FAILS: f"{figures.sentence(fast)} did change the pace: {got}.{gained}{pace}",
            Status.UNDECIDED: f"Whether {fast} brings anything cannot be told here.{gained}",
        },
        evidence=(
            Evidence(BASE, 1.0, note=_blocked(results, BASE)),
            *(_bar(results, arm) for arm in (PRODUCER, CONSUMER, ONE_PLACE)),
            Evidence(f"most by {slow}", most, ideal=True),
        ),
        advice={
            Status.HOLDS: "Look at who waits: a full buffer asks for consumers, an empty one for producers. A larger buffer only "
            "evens out what comes unevenly."
        },
    )


def _side(name: str, what: str) -> Parameter:
    return Parameter(name, Kind.INTEGER, f"how many {what}", 2, minimum=1, maximum=MOST_ON_A_SIDE)


def _time(name: str, what: str, default: int) -> Parameter:
    return Parameter(
        name,
        Kind.INTEGER,
        f"how long it takes to {what}, on average",
        default,
        minimum=SHORTEST_US,
        maximum=1_000_000,
        unit="µs",
    )


EXPERIMENT = Experiment(
    name="producer-consumer",
    title="producers and consumers",
    chapter="Locks and races",
    place=60,
    question="Some make, some use, a buffer between them: where does another worker help?",
    proposition="Another worker on the side that is not the slower one brings nothing.",
    explanation=(
        "Producers put items into a buffer with a set number of places, consumers take them out. The buffer is nearly always full "
        "when the consumers are slower, and nearly always empty when the producers are, so the faster side stands and waits. In "
        "the long run no more can come out than the slower side handles. The buffer evens out chance: with a single place each "
        "waits for the other's every delay. Making and using are waits here, so neither cores nor the GIL set the pace."
    ),
    claims=(31,),
    parameters=(
        _side("producers", "make items"),
        _side("consumers", "use items"),
        _time("make", "make an item", 2_000),
        _time("use", "use an item", 4_000),
        Parameter("places", Kind.INTEGER, "how many items the buffer holds", 8, minimum=2, maximum=1_000),
        size(of="buffer"),
        carried_by("threads", *START_METHODS),
    ),
    arms=arms,
    judge=judge,
    control=BASE,
    wrong_with=wrong_with,
)
