"""Errands that mostly wait: how much more one core gets done when several are under way."""

from __future__ import annotations

from conclab.lab.experiments.common import carried_by, number, workers
from conclab.lab.judging import compare, settle, speed_up
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Parameter, Values
from conclab.model.machine import Machine
from conclab.model.results import Results, cores_of
from conclab.model.verdicts import Status, Verdict

THRESHOLD = 1.3
ONE = "1 worker"


def _counts(values: Values) -> list[int]:
    """1, 2, 4, … up to the most, which need not be a power of two."""
    most = number(values, "workers")
    steps = [1]
    while steps[-1] * 2 < most:
        steps.append(steps[-1] * 2)
    return [*steps, most]


def _name(count: int) -> str:
    return ONE if count == 1 else f"{count} workers"


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    arguments = {"size": 1, "work_us": values["work"], "wait_us": values["wait"]}
    executor = str(values["executor"])

    def arm(count: int) -> Arm:
        return Arm(_name(count), executor, "errands", count, number(values, "errands"), arguments, one_core=True)

    return tuple(arm(count) for count in _counts(values))


def wrong_with(values: Values) -> str | None:
    if number(values, "errands") < number(values, "workers"):
        return "errands: there have to be as many as workers, or some have nothing to do"
    return None


def judge(results: Results) -> Verdict:
    most = number(results.values, "workers")
    ratio = compare(results, ONE, _name(most))
    got = figures.times(ratio.value) if ratio else ""
    busy = [results.arm(name).median_of(cores_of) for name in (ONE, _name(most))]
    filled = f" The core was busy for {figures.percent(busy[0])} of the time with one and {figures.percent(busy[1])} with all."
    told = filled if None not in busy else ""
    many = figures.plural(most, "worker")
    return settle(
        results,
        ratio,
        threshold=THRESHOLD,
        statements={
            Status.HOLDS: f"On one core {many} get {got} as much done as one.{told}",
            Status.FAILS: f"On one core {many} get hardly more done than one: {got}.{told}",
            Status.UNDECIDED: f"Whether {many} get more done than one cannot be told here.",
        },
        evidence=tuple(speed_up(results, ONE, _name(count), _name(count)) for count in _counts(results.values)),
    )


EXPERIMENT = Experiment(
    name="utilisation",
    title="filling the gaps",
    chapter="Concurrency",
    place=55,
    question="How much more gets done on one core when several workers take turns at work that mostly waits?",
    proposition="Several workers use a core better than one when each of them waits now and then.",
    explanation=(
        "An errand is a little work and then a wait for an answer, 3 ms and 7 ms unless you say otherwise. One worker leaves the "
        "core idle while it waits. With several, somebody mostly has work to do, and the same errands are done sooner, although "
        "everything is pinned to one core: nothing here is parallel. It ends where the core is busy all the time: then it takes "
        "another core, not another worker. Under the GIL it is the same, because whoever waits gives the lock away."
    ),
    claims=(31,),
    parameters=(
        workers(8, least=2, most=64),
        Parameter("errands", Kind.INTEGER, "errands in all", 32, minimum=2, maximum=10_000),
        Parameter("work", Kind.INTEGER, "work of an errand", 3_000, minimum=100, maximum=1_000_000, unit="µs"),
        Parameter("wait", Kind.INTEGER, "wait of an errand", 7_000, minimum=0, maximum=1_000_000, unit="µs"),
        carried_by("threads", "fork", "asyncio"),
    ),
    arms=arms,
    judge=judge,
    control=ONE,
    wrong_with=wrong_with,
)
