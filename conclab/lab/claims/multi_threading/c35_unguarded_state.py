"""Claim 35: what threads share without a guard goes wrong."""

from __future__ import annotations

from conclab.lab.experiments.locks_and_races.lost_update import judge_losses
from conclab.model.claims import Claim, Trial, alone

CLAIM = Claim(
    number=35,
    title="unguarded shared state is corrupted",
    chapter="Multi-threading",
    statement="What threads share and change without a guard can be corrupted by them.",
    why=(
        "Adding one to a shared counter is three steps: read, add, write. Whoever is interrupted in between writes back what is "
        "out of date, and what the others have added meanwhile is lost. That is a {race}. The {GIL} does not prevent it: it may "
        "change hands between any two of the three steps. Here each worker gives it away just there, so that it happens at once "
        "and not once a month. That nothing was lost in a run would prove nothing."
    ),
    article="The article is right, though nothing leaks from one thread into another: what they share is simply the same memory.",
    trials=(Trial("lost-update"),),
    judge=alone(judge_losses),
    drawing="lost-update",
)
