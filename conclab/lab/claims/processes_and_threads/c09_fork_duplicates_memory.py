"""Claim 9: forking duplicates the memory."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.experiments.memory_and_messages import copy_on_write as experiment
from conclab.lab.seeing import seen
from conclab.model import figures
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results
from conclab.model.statistics import Interval
from conclab.model.verdicts import Status, Verdict

MUCH = 0.25
"""From this share of the ballast on a good part of it has been copied."""


def _later(results: Results, own: Interval | None, what: str, why: str = "") -> Verdict:
    """On what has become the child's own by something that it did."""
    status = Status.UNDECIDED
    if own is not None and own.low > MUCH:
        status = Status.HOLDS
    elif own is not None and own.high < experiment.LEAST:
        status = Status.FAILS
    part = figures.percent(own.value) if own else ""
    return seen(
        results,
        status,
        own,
        statements={
            Status.HOLDS: f"{what} made {part} of the memory the child's own{why}.",
            Status.FAILS: f"{what} made {part} of the memory the child's own.",
            Status.UNDECIDED: f"{what} made {part} of the memory the child's own." if own else "What it copied was not told.",
        },
        unit=" own",
    )


def _reading(results: Results) -> Verdict:
    """Of the frozen objects, which no collection has touched before, where there are such."""
    arm = experiment.OBJECTS if experiment.FROZEN in results.missing else experiment.FROZEN
    why = ", because CPython counts references in each object" if results.python.implementation == "cpython" else ""
    return _later(results, experiment.own_share(results, arm, "read", since="collected"), "Reading all objects", why)


def _collecting(results: Results) -> Verdict:
    frozen = experiment.own_share(results, experiment.FROZEN, "collected")
    instead = f"; after gc.freeze, {figures.percent(frozen.value)}" if frozen else ""
    return _later(results, experiment.own_share(results, experiment.OBJECTS, "collected"), "A full collection of garbage", instead)


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    (results,) = found
    assert results is not None
    written = experiment.own_share(results, experiment.BYTES, "written")
    return (
        Part(experiment.at_birth(results), "at birth"),
        Part(_collecting(results), "later: collecting garbage", beside=True),
        Part(_reading(results), "later: reading objects", beside=True),
        Part(_later(results, written, "Writing a byte into every page"), "later: writing", beside=True),
    )


CLAIM = Claim(
    number=9,
    title="fork duplicates the memory",
    chapter="Processes and threads",
    statement="Forking a process duplicates its memory.",
    why=(
        "{fork} copies the tables that say where each {page} lies, and not the pages. Both processes read the same ones until "
        "one of them writes; then the {kernel} copies that page alone ({copy-on-write}). CPython writes more than one would "
        "think: it keeps a count of references in every object, also of those that are only looked at, and its collector writes "
        "to all objects. gc.freeze before the fork keeps the collector away from them."
    ),
    article=(
        "The article says that memory is duplicated, as it was decades ago. The copies come later, page by page, and for what "
        "is never touched they never come."
    ),
    trials=(Trial("copy-on-write"),),
    judge=judge,
    drawing="copy-on-write",
)
