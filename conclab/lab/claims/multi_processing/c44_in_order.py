"""Claim 44: processes print in the order in which they were started."""

from __future__ import annotations

from conclab.lab.experiments.processes_and_threads import five_processes
from conclab.model.claims import Claim, Trial, alone

CLAIM = Claim(
    number=44,
    title="workers print in order",
    chapter="Multi-processing",
    statement="Five processes that are started one after the other print their numbers in that order.",
    why=(
        "Once it is started, a {process} is on its own. The {scheduler} puts it on a {core} when one is free, and with several "
        "cores the second may be done with its start before the first. Nothing between start and print makes one wait for another, "
        "so any order may come about. A {forked|fork} process that is quick enough prints before the next one is made, which looks "
        "like an order and is none."
    ),
    article="The article shows one run, in order, and claims no more than that. The next one may come out otherwise.",
    trials=(Trial("five-processes"),),
    judge=alone(five_processes.judge),
    drawing="run-queue",
)
