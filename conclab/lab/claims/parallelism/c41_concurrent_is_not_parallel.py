"""Claim 41: concurrent is not parallel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from conclab.lab.claims.concurrency import c27_overlapping_lifetimes as c27
from conclab.lab.experiments.concurrency import one_core_only
from conclab.lab.experiments.concurrency.one_core_only import FREE, MANY, overlapping
from conclab.lab.judging import compare, cores_used, needs_two_cores, settle, where_time_went
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results, cores_of
from conclab.model.verdicts import Evidence, Status, Verdict

THRESHOLD = 1.5
"""Times the cores of the same work on one: nearer to two than to one."""


def _on_all_cores(results: Results) -> Verdict:
    """The same two workers on all cores: their lives overlap as before, and now they have more than one core at a time."""
    lacks = results.lacks or needs_two_cores(results.values, results.machine)
    ratio = compare(replace(results, metric=cores_of), FREE, MANY)
    one, free = cores_used(results, MANY), cores_used(results, FREE)
    both = f"{free.value:.2f} cores instead of {one.value:.2f}" if free and one else ""
    also = "The same two workers overlap as before" if overlapping(results.arm(FREE)) else "The same two workers"
    return settle(
        replace(results, lacks=lacks),
        ratio,
        threshold=THRESHOLD,
        statements={
            Status.HOLDS: f"{also}, and free to use all cores they used {both}.",
            Status.FAILS: f"{also}, but free to use all cores they used only {both}.",
            Status.UNDECIDED: "Whether the same workers run in parallel on several cores cannot be told here.",
        },
        evidence=[
            Evidence(name, used.value if used else None, used, " cores", where_time_went(results, arm))
            for name, used, arm in (("one core", one, MANY), ("all cores", free, FREE))
        ],
    )


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    (results,) = found
    assert results is not None
    return (
        Part(c27.judge(results), "concurrent, and not parallel"),
        Part(_on_all_cores(results), "concurrent, and parallel"),
    )


CLAIM = Claim(
    number=41,
    title="concurrent is not parallel",
    chapter="Parallelism",
    statement="Concurrent workers need not run in parallel: it is the cores that decide.",
    why=(
        "Being concurrent is a property of the program: several tasks are under way ({concurrency}). Being parallel is one of the "
        "run: several of them have a {core} at the same instant ({parallelism}). The same two {processes|process} show both here: "
        "pinned to one core they overlap and use one, free to use two they overlap and use two. Nothing in the program was changed."
    ),
    article="The article is right. In Python the GIL decides as well: threads that compute are concurrent on any number of cores.",
    trials=(Trial("one-core-only", one_core_only.QUICK),),
    judge=judge,
    drawing="overlap",
)
