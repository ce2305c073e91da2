"""Claim 39: splitting independent work speeds it up."""

from __future__ import annotations

from conclab.lab.experiments.parallelism.amdahl import judge
from conclab.model.claims import Claim, Trial, alone

CLAIM = Claim(
    number=39,
    title="splitting independent work speeds it up",
    chapter="Parallelism",
    statement="Work that is split into independent parts is finished sooner, because the parts are done at the same time.",
    why=(
        "Parts that need nothing of one another can run on a {core} each, and n cores do them up to n times as fast. What cannot "
        "be split is done by one alone, while the others wait. So the {speed-up} has a bound, however many cores there are "
        "({Amdahl's law}). Starting the workers, sharing out and collecting are {overhead} that the bound leaves out; the "
        "{Karp-Flatt metric} tells how much serial work it amounts to."
    ),
    article="The article is right, and leaves out the limit: what can only be done by one soon decides how long everything takes.",
    trials=(Trial("amdahl", cap_s=16),),
    judge=alone(judge),
    drawing="amdahl",
)
