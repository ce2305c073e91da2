"""Claim 3: the operating system switches back and forth between the tasks of a core."""

from __future__ import annotations

from conclab.lab.experiments.concurrency import one_core_only
from conclab.lab.experiments.concurrency.one_core_only import MANY
from conclab.lab.judging import observed, others_took, typical, unless_others, within
from conclab.lab.seeing import is_so
from conclab.model import figures
from conclab.model.claims import Claim, Trial, alone
from conclab.model.results import Repetition, Results, involuntary_of
from conclab.model.verdicts import Evidence, Status, Verdict

HALF, TOLERANCE = 0.5, 0.05


def first_share(repetition: Repetition) -> float | None:
    """How much of the core the first of two had for each second that it lived, as a share of what both had. One that had to wait
    until the other was done would have had half as much: 33 % or 67 %."""
    rates = []
    for worker in repetition.workers[:2]:
        on_core, wall = worker.counters.on_core_ns, worker.counters.wall_ns
        if on_core is None or not wall:
            return None
        rates.append(on_core / wall)
    return rates[0] / sum(rates) if len(rates) == 2 and sum(rates) > 0 else None


def _fewest_turns(repetition: Repetition) -> float | None:
    """How often the kernel took the core from the one from whom it did so least."""
    counted = [worker.counters.involuntary_switches for worker in repetition.workers]
    known = [number for number in counted if number is not None]
    return float(min(known)) if known and len(known) == len(counted) else None


def judge(results: Results) -> Verdict:
    """Both had half of the core, and the kernel took it from each while it could have gone on."""
    arm = results.arm(MANY)
    share, fewest, turns = typical(results, MANY, first_share), arm.by_round(_fewest_turns), arm.median_of(involuntary_of)
    even = unless_others(results, within(results, MANY, first_share, HALF - TOLERANCE, HALF + TOLERANCE))
    taken = all(fewest.values()) if fewest else None
    shares = arm.shares()
    had = f"one had {figures.percent(share.value)} of it and the other {figures.percent(1 - share.value)}" if share else ""
    waited = f", each waited for it for {figures.percent(shares[1])} of its life{others_took(results)}" if shares else ""
    often = f", and the kernel took it away {figures.count(turns)} times" if turns is not None else ""
    return observed(
        results,
        is_so([even, taken]),
        share,
        statements={
            Status.HOLDS: f"Two workers on one core took turns: {had}{waited}{often}.",
            Status.FAILS: f"Two workers on one core did not take turns evenly: {had}{waited}{often}.",
            Status.UNDECIDED: "Whether two workers on one core take turns cannot be told here.",
        },
        unit=" of the core",
        about="What is counted is what the first had, of what both had.",
        evidence=[
            Evidence("the first one", share.value if share else None, share, " of the core"),
            Evidence("half", HALF, unit=" of the core", ideal=True),
        ],
        limits="45 or 55 %",
    )


CLAIM = Claim(
    number=3,
    title="the OS alternates tasks on a core",
    chapter="CPU and cores",
    statement="The operating system switches back and forth between the tasks of a core and lets each run for a little while.",
    why=(
        "Tasks that could run stand in the {run queue} of a {core}. A timer interrupts whoever runs, and when it has had its "
        "{time slice} the {scheduler} goes on with the one that has had the least so far. To the task that is an involuntary "
        "{context switch}: it could have gone on. So two that compute get half of the core each, and stand in the queue for the "
        "other half of the time."
    ),
    article="The article is right. It leaves out that a task that waits stands in no queue, and takes no turns.",
    trials=(Trial("one-core-only", one_core_only.QUICK),),
    judge=alone(judge),
    drawing="run-queue",
)
