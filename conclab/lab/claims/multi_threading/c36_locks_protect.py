"""Claim 36: locks prevent it, at a price."""

from __future__ import annotations

from conclab.lab.experiments.locks_and_races.lost_update import judge_lock
from conclab.model.claims import Claim, Trial, alone

CLAIM = Claim(
    number=36,
    title="locks prevent it, at a price",
    chapter="Multi-threading",
    statement="A lock keeps the others away from what is shared while one thread changes it, so that nothing is lost.",
    why=(
        "Only one at a time can hold a {lock}. Who finds it taken sleeps in the kernel (a {futex}) until it is given back, and "
        "that is a voluntary {context switch}. So all three steps of an addition are done before the next one begins. Taking a "
        "lock that is free costs next to nothing; waiting for one that is taken costs two switches, and what lies inside is done "
        "by one at a time, however many cores there are."
    ),
    article=(
        "The article says that locks try to prevent it. They do prevent it for all who take them, and not for anybody who does "
        "not. It leaves out the price."
    ),
    trials=(Trial("lost-update"),),
    judge=alone(judge_lock),
    drawing="lock",
)
