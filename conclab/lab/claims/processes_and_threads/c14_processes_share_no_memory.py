"""Claim 14: processes share no memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from conclab.lab.experiments.common import number
from conclab.lab.experiments.memory_and_messages import shared_memory as experiment
from conclab.lab.seeing import seen
from conclab.model import figures
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results
from conclab.model.verdicts import Status, Verdict


def _by_default(results: Results) -> Verdict:
    wrote = f"{figures.count(number(results.values, 'size'))} bytes that one process wrote into an ordinary object"
    return seen(
        results,
        experiment.apart(results),
        statements={
            Status.HOLDS: f"Of {wrote} another one saw none.",
            Status.FAILS: f"Of {wrote} another one saw some.",
            Status.UNDECIDED: "Whether one process sees what another writes was not seen yet.",
        },
        evidence=experiment.bars(results, experiment.ORDINARY),
    )


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    (results,) = found
    assert results is not None
    shared = replace(experiment.judge(results), evidence=tuple(experiment.bars(results, experiment.SHARED)))
    return Part(_by_default(results), "of themselves"), Part(shared, "at all")


CLAIM = Claim(
    number=14,
    title="processes share no memory",
    chapter="Processes and threads",
    statement="Processes share no memory with other processes.",
    why=(
        "Each {process} has an {address space} of its own, so an object of one is out of another's reach. But an address space "
        "is only a table of {pages|page}, and the {kernel} can put the same page into several: an mmap that is marked as "
        "shared, or {shared memory} under a name. What one process writes there the others have at once, without "
        "sending it."
    ),
    article="It is true as long as nobody asks for anything else. Databases, browsers and multiprocessing.shared_memory do.",
    trials=(Trial("shared-memory"),),
    judge=judge,
    drawing="address-spaces",
)
