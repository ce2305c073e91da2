"""Claim 1: several cores run code at the same time."""

from __future__ import annotations

from conclab.lab.experiments.parallelism import two_at_once
from conclab.model.claims import Claim, Trial, alone

CLAIM = Claim(
    number=1,
    title="several cores run code at the same time",
    chapter="CPU and cores",
    statement="A processor with several cores runs several pieces of code at the same instant.",
    why=(
        "Each {core} fetches and executes instructions by itself; they share memory and little else. The {scheduler} keeps a "
        "{run queue} for each core, so two {processes|process} that compute soon sit on two cores, and neither waits for the "
        "other. Here both watch the clock all the while: they saw the same instants, which takes two cores. Time on a core, added "
        "up and divided by the time that passed, gives the {effective cores}."
    ),
    article="The article is right. What the kernel calls a CPU may be half a core, though: two hardware threads share one.",
    trials=(Trial("two-at-once"),),
    judge=alone(two_at_once.judge),
    drawing="cores",
)
