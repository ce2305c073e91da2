"""Claim 39: splitting independent work speeds it up."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.experiments.common import number
from conclab.lab.experiments.parallelism import amdahl
from conclab.lab.judging import compare, settle, speed_up
from conclab.model import figures
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results
from conclab.model.verdicts import Status, Verdict

SOONER = 1.15
"""Times as fast: who is no faster than that has gained nothing to speak of."""


def _sooner(results: Results) -> Verdict:
    """Whether it is done sooner at all. Two hardware threads of one core bring less than two cores, and yet something."""
    ratio = compare(results, amdahl.ALONE, amdahl.ALL)
    many, got = figures.plural(number(results.values, "workers"), "worker"), figures.times(ratio.value) if ratio else ""
    return settle(
        results,
        ratio,
        threshold=SOONER,
        statements={
            Status.HOLDS: f"{figures.sentence(many)} did independent work {got} as fast as one.",
            Status.FAILS: f"{figures.sentence(many)} did independent work only {got} as fast as one.",
            Status.UNDECIDED: f"Whether {many} do independent work sooner than one cannot be told here.",
        },
        evidence=(speed_up(results, amdahl.ALONE, amdahl.ALL, amdahl.ALL),),
    )


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    (results,) = found
    assert results is not None
    return Part(_sooner(results), "sooner"), Part(amdahl.judge(results), "nearly as many times as fast")


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
    judge=judge,
    drawing="amdahl",
)
