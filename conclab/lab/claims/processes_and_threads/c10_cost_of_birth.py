"""Claim 10: starting a process costs far more than starting a thread."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.experiments.common import START_METHODS
from conclab.lab.experiments.processes_and_threads.cost_of_birth import BALLASTED, judge_growth, judge_of
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    (results,) = found
    assert results is not None
    return (
        *(Part(judge_of(results, method), method) for method in START_METHODS),
        Part(judge_growth(results), BALLASTED, beside=True),
    )


CLAIM = Claim(
    number=10,
    title="a process costs far more than a thread",
    chapter="Processes and threads",
    statement="Starting a process costs far more than starting a thread.",
    why=(
        "A new {thread} needs a stack and an entry for the {scheduler}; everything else is there. A {fork} has to copy the tables "
        "that say where the parent's memory is, so it costs the more, the larger the parent is, although the memory itself is not "
        "copied ({copy-on-write}). {spawn} starts a whole new {interpreter}, which loads its libraries first. {forkserver} forks a "
        "small process that has been kept ready. What is timed is making a worker that does nothing, and waiting for its end."
    ),
    article="The article is right. It does not say how much more: that depends on the start method and on the size of the parent.",
    trials=(Trial("cost-of-birth"),),
    judge=judge,
    drawing="fork",
)
