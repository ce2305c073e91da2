"""Claim 2: on one core there is no speed-up for work that computes."""

from __future__ import annotations

from conclab.lab.experiments.concurrency import one_core_only
from conclab.lab.judging import settle
from conclab.model import figures
from conclab.model.claims import Claim, Trial, alone
from conclab.model.results import Results
from conclab.model.verdicts import Status, Verdict


def judge(results: Results) -> Verdict:
    """As of the experiment, which asks whether they take as long as one; but who may take longer than one is no sooner done."""
    as_long = one_core_only.judge(results)
    if as_long.status is Status.HOLDS or as_long.interval is None:
        return as_long
    got = figures.times(as_long.interval.value)
    return settle(
        results,
        as_long.interval,
        threshold=one_core_only.CEILING,
        floor=0.0,
        statements={
            Status.HOLDS: f"On one core several workers are done no sooner than one: {got} as fast.",
            Status.FAILS: as_long.statement,
            Status.UNDECIDED: "Whether several workers on one core are done no sooner than one cannot be told here.",
        },
        evidence=as_long.evidence,
    )


CLAIM = Claim(
    number=2,
    title="one core: no speed-up for CPU work",
    chapter="CPU and cores",
    statement="On a single core, work that computes is done no sooner by several workers than by one.",
    why=(
        "{CPU-bound} work needs so many seconds of a {core}, whoever does it. Two workers on one core take turns, and each gets "
        "half of it, so together they need as long as one alone. Starting the second one and the {switches|context switch} between "
        "them cost a little more, mostly too little to see. Work that waits is different: while one waits, another can run."
    ),
    article="The article is right. Here all workers are pinned to one core, so it can be seen on any machine.",
    trials=(Trial("one-core-only", one_core_only.QUICK),),
    judge=alone(judge),
    drawing="one-core",
)
