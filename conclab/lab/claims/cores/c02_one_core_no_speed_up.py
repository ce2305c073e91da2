"""Claim 2: on one core there is no speed-up for work that computes."""

from __future__ import annotations

from conclab.lab.experiments.concurrency import one_core_only
from conclab.model.claims import Claim, Trial, alone

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
    judge=alone(one_core_only.judge),
    drawing="one-core",
)
