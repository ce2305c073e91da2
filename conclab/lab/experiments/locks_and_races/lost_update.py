"""Everyone adds to one counter, without a lock and with one."""

from __future__ import annotations

from conclab.lab.experiments.common import carried_by, number, size, workers
from conclab.lab.judging import compare, observed
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Values
from conclab.model.machine import Machine
from conclab.model.results import ArmResult, Results, measure_of, voluntary_of
from conclab.model.statistics import Interval, ratio_of_medians
from conclab.model.verdicts import Evidence, Status, Verdict

BARE, LOCKED = "without a lock", "with a lock"


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    many = number(values, "workers")

    def arm(name: str, locked: int) -> Arm:
        return Arm(
            name, str(values["executor"]), "counter", many, many, {"size": values["size"], "locked": locked, "workers": many}
        )

    return arm(BARE, 0), arm(LOCKED, 1)


def _kept(arm: ArmResult) -> list[float]:
    return [repetition.measures["kept"] for repetition in arm.repetitions if "kept" in repetition.measures]


def _kept_share(arm: ArmResult, made: int) -> Interval | None:
    kept = _kept(arm)
    return ratio_of_medians(kept, [float(made)] * len(kept))


def made_by(results: Results) -> int:
    """How many additions there are in one repetition."""
    return number(results.values, "workers") * number(results.values, "size")


def price(results: Results) -> str:
    """What the lock costs, as a sentence: time, waits, switches where the kernel counts them; empty where it was not measured."""
    ratio, locked = compare(results, LOCKED, BARE), results.arm(LOCKED)
    waits = locked.median_of(measure_of("waits"))
    if ratio is None or waits is None:
        return ""
    before, after = (results.arm(name).median_of(voluntary_of) for name in (BARE, LOCKED))
    switches = ""
    if before is not None and after is not None:
        switches = f", and {figures.count(after)} voluntary switches instead of {figures.count(before)}"
    found = f"{figures.count(waits)} times in a repetition somebody found it taken"
    return f" With the lock it took {figures.times(ratio.value)} as long: {found}{switches}."


def judge(results: Results) -> Verdict:
    made = made_by(results)
    bare, locked = _kept(results.arm(BARE)), _kept(results.arm(LOCKED))
    share = _kept_share(results.arm(BARE), made)
    bars = []
    for name in (BARE, LOCKED):
        interval = _kept_share(results.arm(name), made)
        bars.append(Evidence(name, interval.value if interval else None, interval, unit=" kept"))
    if not bare or not locked:
        status = Status.UNDECIDED
    elif any(count != made for count in locked):
        status = Status.FAILS
    else:
        status = Status.HOLDS if any(count < made for count in bare) else Status.UNDECIDED
    lost, tried = made * len(bare) - sum(bare), made * len(bare)
    return observed(
        results,
        status,
        share,
        statements={
            Status.HOLDS: f"Without a lock {lost:,.0f} of {tried:,} additions were lost, with one not a single one."
            + price(results),
            Status.FAILS: "Additions were lost although a lock was held: the lock did not do its work.",
            Status.UNDECIDED: "No addition was lost this time, which does not prove that none can be.",
        },
        unit=" kept",
        about="What is counted is the share of the additions that were kept.",
        evidence=bars,
        advice="Whoever reads, changes and writes shared data needs a lock, or must not share.",
    )


EXPERIMENT = Experiment(
    name="lost-update",
    title="the lost update",
    chapter="Locks and races",
    place=10,
    question="What becomes of a counter that several workers add to without a lock?",
    proposition="Without a lock updates get lost; with one they do not.",
    explanation=(
        "Adding one is three steps: read, add, write. Here each worker pauses for an instant between reading and writing, so that "
        "another gets its turn just then; by itself that happens rarely, and then in production. Both read 41, both write 42, and "
        "one addition is gone. A lock around the three steps lets only one worker at a time through, at a price. With fork the "
        "counter lies in memory that the processes really share."
    ),
    claims=(35, 36),
    parameters=(
        workers(4, least=2),
        size(of="counter"),
        carried_by("threads", "fork"),
    ),
    arms=arms,
    judge=judge,
)
