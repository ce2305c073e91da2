"""Claim 45: all parallel programs are concurrent, and not the other way round."""

from __future__ import annotations

from conclab.model.claims import Claim

CLAIM = Claim(
    number=45,
    title="parallel is a part of concurrent",
    chapter="In the end",
    statement="Whatever runs in parallel is concurrent, and not everything concurrent runs in parallel.",
    why=(
        "By {concurrency} one means that several tasks are under way in overlapping time, by {parallelism} that several run at the "
        "same instant. Who runs at an instant is under way at that instant, so the second is a case of the first. The other way "
        "round there is more to it: two tasks that take turns on one {core} are concurrent all the time and never parallel."
    ),
    article=(
        "The article is right by these definitions. Others keep the words apart: concurrency for how a program is put together, "
        "parallelism for how it is run."
    ),
    convention=(
        "It follows from what the two words mean, so there is nothing to measure. What they mean can be seen: claim 27 shows two "
        "workers that overlap and use one core, claim 41 the same two on two cores, where they overlap as well."
    ),
    drawing="overlap",
)
