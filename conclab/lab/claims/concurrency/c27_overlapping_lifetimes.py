"""Claim 27: concurrency is overlapping lifetimes."""

from __future__ import annotations

from conclab.lab.experiments.concurrency import one_core_only
from conclab.lab.experiments.concurrency.one_core_only import MANY, overlapping
from conclab.lab.judging import cores_used, observed, others_took, within
from conclab.lab.seeing import is_so
from conclab.model.claims import Claim, Trial, alone
from conclab.model.results import Results, cores_of
from conclab.model.verdicts import Evidence, Status, Verdict

ONE = 1.05
"""Cores: more than that is more than one at a time, clocks being as they are."""


def judge(results: Results) -> Verdict:
    """Their lives overlap, and yet they never had more than one core."""
    used = cores_used(results, MANY)
    overlap = overlapping(results.arm(MANY)) or None  # that two did not happen to overlap is no proof that they cannot
    one_at_a_time = within(results, MANY, cores_of, 0, ONE)
    got = f"{used.value:.2f} cores{others_took(results)}" if used else ""
    return observed(
        results,
        is_so([overlap, one_at_a_time]),
        used,
        statements={
            Status.HOLDS: f"Two workers were under way at the same time in every repetition, on one core: they used {got}.",
            Status.FAILS: f"Two workers on one core used {got}: more than one ran at a time.",
            Status.UNDECIDED: "Whether two workers can be under way at the same time on one core cannot be told here."
            if overlap or used is None
            else "One worker had ended before the other began, in at least one repetition; nothing can be told then.",
        },
        unit=" cores",
        about="What is counted is the cores that both kept busy.",
        evidence=[
            Evidence("both, one core", used.value if used else None, used, " cores", "their lives overlap" if overlap else ""),
        ],
        limits=f"{ONE:.2f} cores",
    )


CLAIM = Claim(
    number=27,
    title="concurrency is overlapping lifetimes",
    chapter="Concurrency",
    statement="Tasks are concurrent when they are under way in overlapping time, even if they never run at the same instant.",
    why=(
        "A task is under way from its beginning to its end, whether it runs, waits for a {core} or is {blocked}. On one core only "
        "one runs at an instant, so the {effective cores} are one. But the kernel goes on with the second before the first is "
        "done: each begins before the other has ended. That is {concurrency}; {parallelism} would take a second core."
    ),
    article="The article is right, and it is the best sentence to remember of it.",
    trials=(Trial("one-core-only", one_core_only.QUICK),),
    judge=alone(judge),
    drawing="overlap",
)
