"""Claim 2: on one core there is no speed-up for work that computes."""

from __future__ import annotations

from dataclasses import replace

from conclab.lab.experiments.concurrency import one_core_only
from conclab.model import figures
from conclab.model.claims import Claim, Trial, alone
from conclab.model.results import Results
from conclab.model.verdicts import Status, Verdict


def judge(results: Results) -> Verdict:
    """As of the experiment, which asks whether they take as long as one; but who takes longer than one is no sooner done either."""
    verdict = one_core_only.judge(results)
    if verdict.status is Status.FAILS and verdict.interval is not None and verdict.interval.high < one_core_only.FLOOR:
        slower = figures.times(1 / verdict.interval.value)
        statement = f"On one core several workers are done no sooner than one, but later: they take {slower} as long."
        return replace(verdict, status=Status.HOLDS, statement=statement)
    return verdict


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
