"""Claim 31: concurrency raises utilisation."""

from __future__ import annotations

from conclab.lab.experiments.concurrency import utilisation
from conclab.model.claims import Claim, Trial, alone

CLAIM = Claim(
    number=31,
    title="concurrency raises utilisation",
    chapter="Concurrency",
    statement="Handling several tasks concurrently makes better use of what there is.",
    why=(
        "A task that waits for an answer leaves its {core} idle. With several under way, another has work to do meanwhile, so the "
        "{utilisation} of the same core rises and with it the {throughput}. The {GIL} is not in the way: a {thread} gives it away "
        "before it waits. Once the core is busy all the time the gain ends, and each task takes longer: its {latency} rises."
    ),
    article="The article is right for tasks that wait. Where all of them compute, one core is in full use from the first on.",
    trials=(Trial("utilisation"),),
    judge=alone(utilisation.judge),
    drawing="idle",
)
