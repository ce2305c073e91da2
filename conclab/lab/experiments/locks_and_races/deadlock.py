"""Dining philosophers: a deadlock that is certain, a watchdog that names and resolves it, and two ways never to have one."""

from __future__ import annotations

from conclab.lab.experiments.common import number, size, workers
from conclab.lab.judging import against, compare, observed
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Parameter, Value, Values
from conclab.model.machine import Machine
from conclab.model.results import Results, measure_of
from conclab.model.verdicts import Evidence, Status, Verdict

OPPOSITE, ORDER, PATIENCE = "opposite", "one order", "patience"
MOST_PHILOSOPHERS = 64


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    many = number(values, "workers")

    def arm(way: str) -> Arm:
        arguments: dict[str, Value] = {"workers": many, "way": way}
        arguments.update({key: values[key] for key in ("size", "patience", "standstill")})
        return Arm(way, "threads", "philosophers", many, many, arguments)

    return arm(OPPOSITE), arm(ORDER), arm(PATIENCE)


def _counted(results: Results, arm: str, name: str) -> list[float]:
    return list(results.arm(arm).by_round(measure_of(name)).values())


def _bar(results: Results, arm: str) -> Evidence:
    deadlocks, given_up = (_counted(results, arm, name) for name in ("deadlocks", "given_up"))
    note = f"{figures.plural(int(sum(deadlocks)), 'deadlock')}, gave up {_often(sum(given_up))}" if deadlocks else ""
    return against(results, arm, ORDER, arm, note)


def _often(count: float) -> str:
    return "once" if count == 1 else f"{figures.count(count)} times"


def _status(results: Results) -> Status:
    """Seen is seen: a deadlock in the wrong place refutes it, none in the right place proves nothing."""
    asked = number(results.values, "workers") * number(results.values, "size")
    stood = _counted(results, OPPOSITE, "deadlocks")
    cured = [count for arm in (ORDER, PATIENCE) for count in _counted(results, arm, "deadlocks")]
    eaten = [count for arm in (OPPOSITE, ORDER, PATIENCE) for count in _counted(results, arm, "meals")]
    if any(cured) or any(count != asked for count in eaten):
        return Status.FAILS
    return Status.HOLDS if stood and cured and all(stood) else Status.UNDECIDED


def judge(results: Results) -> Verdict:
    many = number(results.values, "workers")
    everyone = "both" if many == 2 else f"all {figures.in_words(many)}"
    times = len(_counted(results, OPPOSITE, "deadlocks"))
    noticed = figures.duration(results.arm(OPPOSITE).median_of(measure_of("noticed_ns")))
    given_up = results.arm(PATIENCE).median_of(measure_of("given_up"))
    instead = f"; with patience they gave up {_often(given_up)} a run instead" if given_up is not None else ""
    return observed(
        results,
        _status(results),
        compare(results, OPPOSITE, ORDER),
        statements={
            Status.HOLDS: f"With each at its left fork first, {everyone} stood still in {figures.plural(times, 'run')} of "
            f"{figures.in_words(times)}, until the watchdog noticed it, {noticed} later. With one order for all nobody ever "
            f"did{instead}.",
            Status.FAILS: "There was a deadlock where none can be, or a meal was left out: the cure did not work.",
            Status.UNDECIDED: "There was not a deadlock in every run this time, which does not prove that there can be none."
            if times
            else "Whether anybody stood still was not counted.",
        },
        unit="×",
        about=f"What is compared is how long the meals took: {OPPOSITE} against {ORDER}, the watchdog's help included.",
        evidence=tuple(_bar(results, arm) for arm in (OPPOSITE, ORDER, PATIENCE)),
        advice="Take locks in one order everywhere; where you cannot, take the second with a time limit and begin again.",
    )


EXPERIMENT = Experiment(
    name="deadlock",
    title="the dining philosophers",
    chapter="Locks and races",
    place=40,
    question="What happens when everyone holds one lock and waits for another's?",
    proposition="Who takes locks in opposite orders can stand still for ever; with one order for all nobody does.",
    explanation=(
        "Philosophers sit around a table with a fork between any two, and each needs both beside it to eat. If each takes its left "
        "one first, nobody gets a right one: the waiting goes round in a circle. Here that is made certain. A watchdog notices "
        "it, says who holds what and who waits for what, and takes a fork from one. With one order for all forks, "
        "the lower number first, there is no circle. With patience each lays its first fork down when the second does not come, "
        "and tries again after a pause; without that pause's random length all might do so in step for ever (livelock)."
    ),
    claims=(36,),
    parameters=(
        workers(5, least=2, most=MOST_PHILOSOPHERS),
        size(of="philosophers"),
        Parameter("patience", Kind.INTEGER, "how long a second fork is waited for", 20, minimum=1, maximum=1_000, unit="ms"),
        Parameter(
            "standstill",
            Kind.INTEGER,
            "nobody gets on for so long: the watchdog looks",
            1_000,
            minimum=50,
            maximum=5_000,
            unit="ms",
        ),
    ),
    arms=arms,
    judge=judge,
)
