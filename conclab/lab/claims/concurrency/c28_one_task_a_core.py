"""Claim 28: a core runs one task at an instant, and N cores run N."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from conclab.lab.experiments.parallelism import two_at_once
from conclab.lab.experiments.parallelism.two_at_once import PINNED, most_of
from conclab.lab.judging import NOT_MEASURED, needs_two_cores, observed, others_took, typical
from conclab.lab.seeing import is_so
from conclab.model import figures
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results
from conclab.model.verdicts import Status, Verdict


def _cores(results: Results) -> int:
    """How many cores may be used at an instant; a quota limits how long, and not how many."""
    return len(results.machine.affinity) or results.machine.cores


def _verdict(results: Results, status: Status, arm: str, statements: dict[Status, str], why_open: str) -> Verdict:
    verdict = observed(
        results,
        status,
        typical(results, arm, two_at_once.at_once),
        statements=statements,
        unit=" at once",
        about="What is counted is how many ran at the same instant, as they saw it themselves by the clock.",
        evidence=two_at_once.bars(results),
    )
    return verdict if status is not Status.UNDECIDED else replace(verdict, reasons=(why_open, *verdict.reasons))


def _never_more(results: Results) -> Verdict:
    """Pinned to a core one at a time; on all of them never more than there are."""
    pinned = most_of(results, PINNED)
    free = [most for arm in results.planned if arm.name != PINNED for most in (most_of(results, arm.name),) if most]
    most, cores = max((found[1] for found in free), default=0), _cores(results)
    status = is_so([pinned[1] == 1 if pinned else None, most <= cores if free else None])
    many = max(arm.workers for arm in results.planned)
    on = f"of up to {figures.in_words(many)} workers on {figures.plural(cores, 'core')} {figures.in_words(most)}"
    together = figures.in_words(pinned[1]) if pinned else ""
    alone = "Of two workers on one core one ran at an instant"
    if cores > 1:
        alone += f", {on} at most"
    return _verdict(
        results,
        status,
        PINNED,
        {
            Status.HOLDS: f"{alone}.",
            Status.FAILS: f"Of two workers on one core {together} ran at an instant, {on}.",
            Status.UNDECIDED: "How many workers run at an instant cannot be told here.",
        },
        NOT_MEASURED,
    )


def _as_many(results: Results) -> Verdict:
    """Where there are as many workers as cores or more, all cores had one at some instant: to have seen it once is enough. Not to
    have seen it is no proof, because who is disturbed for a moment is taken for away."""
    cores = _cores(results)
    enough = [arm.name for arm in results.planned if arm.name != PINNED and arm.workers >= cores]
    seen = max((most[1] for name in enough for most in (most_of(results, name),) if most), default=None)
    lacks = needs_two_cores(results.values, results.machine)
    took = others_took(results)
    status = Status.HOLDS if seen is not None and seen >= cores and not lacks else Status.UNDECIDED
    if seen is None:
        short = NOT_MEASURED if enough else f"It takes {figures.plural(cores, 'worker')} to see that, and fewer were run."
    else:
        short = f"The most that were seen at one instant: {figures.in_words(seen)}; a moment's disturbance is enough to miss one."
    plural = figures.plural(cores, "core")
    return _verdict(
        results,
        status,
        enough[-1] if enough else PINNED,
        {
            Status.HOLDS: f"On {plural} {figures.in_words(cores)} workers ran at the same instant.",
            Status.UNDECIDED: "Whether as many workers run at an instant as there are cores cannot be told here.",
        },
        lacks or (f"Others wanted the cores, too{took}; run it again when nothing else is going on." if took else "") or short,
    )


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    (results,) = found
    assert results is not None
    return Part(_never_more(results), "never more than the cores"), Part(_as_many(results), "as many as the cores")


CLAIM = Claim(
    number=28,
    title="a core runs one task at an instant",
    chapter="Concurrency",
    statement="A core runs one task at any instant, and so many cores run as many tasks.",
    why=(
        "To the {kernel} a {core} has one current {task}; to run another it has to put that one aside, in a {context switch}. So "
        "however many tasks want to run, as many run as there are cores, and the rest stand in a {run queue}. Here each worker "
        "looks at the clock every microsecond: who has no core cannot look. Where the looks of several overlap, they ran at the "
        "same instant."
    ),
    article=(
        "The article is right. What Linux counts as a core may be one of two hardware threads of a core; then two tasks share its "
        "units at every instant, and each is slower."
    ),
    trials=(
        Trial(
            "two-at-once",
        ),
    ),
    judge=judge,
    drawing="cores",
)
