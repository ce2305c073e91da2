"""How much of a core somebody takes who computes, who computes now and then, and who waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from conclab.lab.experiments.common import size
from conclab.lab.judging import NOT_MEASURED, observed, others_took, short_of_a_core, typical, within
from conclab.lab.seeing import is_so
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Parameter, Values
from conclab.model.machine import Machine
from conclab.model.results import Repetition, Results
from conclab.model.verdicts import Evidence, Status, Verdict

WHOLE = 0.95
NOTHING = 0.01
NEAR = 0.05
"""How far the share of somebody who asks for a part may be from it."""
COMPUTES, PARTLY, WAITS = "computes", "now and then", "waits"
DOES = {COMPUTES: "computes", PARTLY: "computes now and then", WAITS: "waits"}


def on_core_of(repetition: Repetition) -> float | None:
    """Share of its worker's life on a core."""
    counters = repetition.counters
    return None if counters.on_core_ns is None or not counters.wall_ns else counters.on_core_ns / counters.wall_ns


def blocked_of(repetition: Repetition) -> float | None:
    """Share of its worker's life in which it wanted no core."""
    counters = repetition.counters
    return None if counters.blocked_ns is None or not counters.wall_ns else counters.blocked_ns / counters.wall_ns


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    def arm(name: str, share: int) -> Arm:
        return Arm(name, "sequential", "occupant", 1, 1, {"size": values["size"], "share": share})

    return arm(COMPUTES, 100), arm(PARTLY, int(values["share"])), arm(WAITS, 0)


def bars(results: Results) -> list[Evidence]:
    """The share of a core that each had, in per cent."""
    asked = {COMPUTES: "wants all of it", PARTLY: f"wants {results.values['share']} %", WAITS: "wants none of it"}
    made = []
    for name, note in asked.items():
        had = typical(results, name, _per_cent)
        made.append(Evidence(name, had.value if had else None, had, " % of a core", note))
    return made


def _per_cent(repetition: Repetition) -> float | None:
    share = on_core_of(repetition)
    return None if share is None else share * 100


def takes_it_all(results: Results) -> bool | None:
    """Whether who computes has the whole core. Who has less of it without ever waiting for anything else is held up by others, or
    by a quota, and that says nothing about what it would take."""
    had = within(results, COMPUTES, on_core_of, WHOLE, 2.0)
    if had is False and (short_of_a_core(results.machine) or within(results, COMPUTES, blocked_of, 1 - WHOLE, 1.0) is not True):
        return None  # whom a quota stops may look as if it slept: some kernels take it off the run queue
    return had


def takes_a_part(results: Results) -> bool | None:
    """Whether who asks for a part gets that part."""
    share = int(results.values["share"]) / 100
    had = within(results, PARTLY, on_core_of, share - NEAR, share + NEAR)
    return None if had is False and held_up(results) else had


def takes_none(results: Results) -> bool | None:
    """Whether who waits leaves the core to others."""
    return within(results, WAITS, on_core_of, 0.0, NOTHING)


def held_up(results: Results) -> str:
    """What keeps somebody from having a whole core here, as a sentence; empty: nothing that is known."""
    took = others_took(results)
    others = f"Others wanted the core, too{took}; run it again when nothing else is going on." if took else ""
    return short_of_a_core(results.machine) or others


def why_open(results: Results) -> str:
    """Why it could not be decided."""
    if typical(results, COMPUTES, on_core_of) is None:
        return NOT_MEASURED
    return held_up(results) or "It was kept waiting now and then; run it again when nothing else is going on."


def seen(results: Results, holds: bool | None, arm: str, statements: Mapping[Status, str], evidence: Sequence[Evidence]) -> Verdict:
    """The verdict on whether it is so, with the share that an arm had; where it stays open, it says why."""
    status = is_so([holds])
    verdict = observed(
        results,
        status,
        typical(results, arm, _per_cent),
        statements=statements,
        unit=" % of a core",
        about=f"What is counted is the share of a core that the one who {DOES[arm]} had.",
        evidence=evidence,
    )
    return verdict if status is not Status.UNDECIDED else replace(verdict, reasons=(why_open(results), *verdict.reasons))


def told(results: Results) -> str:
    """The three shares as part of a sentence; empty where they could not be counted."""
    had = [results.arm(name).median_of(on_core_of) for name in (COMPUTES, PARTLY, WAITS)]
    if None in had:
        return ""
    all_of_it, a_part, none = (figures.percent(share) for share in had)
    share = results.values["share"]
    return f"who computes had {all_of_it} of a core, who wants {share} % of one {a_part}, who waits for data {none}"


def judge(results: Results) -> Verdict:
    answers = [takes_it_all(results), takes_a_part(results), takes_none(results)]
    everybody = False if False in answers else None if None in answers else True
    statements = {
        Status.HOLDS: f"Everybody took what it wanted: {told(results)}.",
        Status.FAILS: f"Not everybody took what it wanted: {told(results)}.",
        Status.UNDECIDED: "Whether everybody takes what it wants cannot be told here.",
    }
    return seen(results, everybody, COMPUTES, statements, bars(results))


EXPERIMENT = Experiment(
    name="whole-core",
    title="a whole core, a part, or none",
    chapter="Scheduling",
    place=5,
    question="How much of a core does a worker take?",
    proposition="A worker that computes takes a whole core, and one that waits takes none.",
    explanation=(
        "Three workers, one after another: one computes without a pause; one computes for a part of each 20 ms and sleeps for the "
        "rest; one reads from a pipe into which nobody writes. The kernel never slows a task down to be fair to an idle core: "
        "whoever can go on and has a core uses all of it. Who waits is not on the run queue at all, and while nobody is, the core "
        "halts until an interrupt comes. So a core at 30 % is one that had nobody to run for 70 % of the time."
    ),
    claims=(29,),
    parameters=(
        Parameter("share", Kind.INTEGER, "what the one in the middle wants", 30, minimum=5, maximum=80, unit="%"),
        size(of="occupant"),
    ),
    arms=arms,
    judge=judge,
    metric=on_core_of,
)
