"""Claim 32: on one core threads split the time."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.experiments.other_languages import splitting_one_core
from conclab.lab.experiments.other_languages.splitting_one_core import LANGUAGES
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    (results,) = found
    assert results is not None
    pairs = [Part(splitting_one_core.fair(results, arm), arm, beside=arm in results.missing) for arm in LANGUAGES]
    return *pairs, Part(splitting_one_core.by_the_kernel(results), "the kernel splits Python's time", beside=True)


CLAIM = Claim(
    number=32,
    title="on one core threads split the time",
    chapter="Multi-threading",
    statement="On a single core, running several threads means little more than splitting its time between them.",
    why=(
        "Threads that compute all stand in the {run queue} of the {core}, and the {scheduler} lets each run for a {time slice}, so "
        "that in the long run all have had the same. Under the {GIL} one thread has the lock and the others are {blocked} on it: "
        "they stand in no queue, and the kernel has nobody else to choose. It is then the {switch interval} of 5 ms that splits "
        "the time. The shares are about the same, and who made them is another."
    ),
    article="The article is right. In Python it is the interpreter and not the operating system that does the splitting.",
    trials=(Trial("splitting-one-core"),),
    judge=judge,
    drawing="slices",
)
