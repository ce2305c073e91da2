"""Everyone adds to one counter, without a lock and with one."""

from __future__ import annotations

from dataclasses import replace

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


def _bar(results: Results, name: str) -> Evidence:
    share = _kept_share(results.arm(name), made_by(results))
    return Evidence(name, share.value if share else None, share, unit=" kept")


def _told(results: Results, status: Status, names: tuple[str, ...], statements: dict[Status, str]) -> Verdict:
    """The verdict with the shares that were kept in the arms of these names; the interval is the first one's."""
    return observed(
        results,
        status,
        _kept_share(results.arm(names[0]), made_by(results)),
        statements=statements,
        unit=" kept",
        about="What is counted is the share of the additions that were kept.",
        evidence=tuple(_bar(results, name) for name in names),
        advice="Whoever reads, changes and writes shared data needs a lock, or must not share.",
    )


def _lost(results: Results, name: str) -> tuple[float, float] | None:
    """How many additions were lost in an arm, and of how many; None before any was counted."""
    kept = _kept(results.arm(name))
    made = made_by(results) * len(kept)
    return (made - sum(kept), made) if kept else None


def judge_losses(results: Results) -> Verdict:
    """Whether updates get lost without a lock. One that is lost is proof; none, however often, is not."""
    found = _lost(results, BARE)
    lost, tried = found or (0.0, 0.0)
    return _told(
        results,
        Status.HOLDS if lost > 0 else Status.UNDECIDED,
        (BARE, LOCKED),
        {
            Status.HOLDS: f"Without a lock {lost:,.0f} of {tried:,.0f} additions were lost.",
            Status.FAILS: "",
            Status.UNDECIDED: f"None of {tried:,.0f} additions was lost this time, which does not prove that none can be."
            if found
            else "Nothing was counted.",
        },
    )


def judge_lock(results: Results) -> Verdict:
    """Whether nothing is lost with a lock, where something is without one."""
    bare, locked = _lost(results, BARE), _lost(results, LOCKED)
    status = Status.UNDECIDED
    if locked is not None and locked[0] > 0:
        status = Status.FAILS
    elif locked is not None and bare is not None and bare[0] > 0:
        status = Status.HOLDS
    lost, tried = locked or (0.0, 0.0)
    return _told(
        results,
        status,
        (LOCKED, BARE),
        {
            Status.HOLDS: f"With the lock not one of {tried:,.0f} additions was lost.{price(results)}",
            Status.FAILS: f"{lost:,.0f} of {tried:,.0f} additions were lost although a lock was held: it did not do its work.",
            Status.UNDECIDED: "Without a lock nothing was lost either, so that a lock prevents it cannot be seen.",
        },
    )


def judge(results: Results) -> Verdict:
    losses, guarded = judge_losses(results), judge_lock(results)
    if guarded.status is Status.FAILS:
        return guarded
    if guarded.status is Status.UNDECIDED:
        return replace(losses, status=Status.UNDECIDED)
    return replace(losses, statement=f"{losses.statement} {guarded.statement}")


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
