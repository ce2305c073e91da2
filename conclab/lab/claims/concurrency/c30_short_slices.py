"""Claim 30: time slices are short, and nobody notices the switching."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.experiments.common import number
from conclab.lab.experiments.scheduling import time_slices
from conclab.lab.experiments.scheduling.time_slices import (
    CROWD,
    FEW,
    LONGEST_SLICE_MS,
    NOTICED_MS,
    late_of,
    milliseconds,
    pause_of,
    slice_of,
)
from conclab.lab.judging import observed, typical, unless_others, within
from conclab.lab.seeing import is_so
from conclab.model import figures
from conclab.model.claims import Claim, Part, Trial
from conclab.model.experiments import Metric
from conclab.model.results import Results
from conclab.model.verdicts import Status, Verdict


def _verdict(results: Results, arm: str, figure: Metric, limit_ms: float, about: str, statements: dict[Status, str]) -> Verdict:
    return observed(
        results,
        is_so([unless_others(results, within(results, arm, figure, 0, limit_ms))]),
        typical(results, arm, figure),
        statements=statements,
        unit=" ms",
        about=about,
        evidence=time_slices.bars(results),
        limits=f"{limit_ms:.0f} ms",
    )


def _turns(results: Results) -> Verdict:
    few, had = figures.in_words(number(results.values, "few")), milliseconds(results, FEW, slice_of)
    return _verdict(
        results,
        FEW,
        slice_of,
        LONGEST_SLICE_MS,
        "What is counted is how long a turn on the core is, on average.",
        {
            Status.HOLDS: f"With {few} that compute on a core, a turn takes {had}.",
            Status.FAILS: f"With {few} that compute on a core, a turn takes as long as {had}.",
            Status.UNDECIDED: "How long a turn on a core takes cannot be told here.",
        },
    )


def _noticed(results: Results) -> Verdict:
    few, late = figures.in_words(number(results.values, "few")), milliseconds(results, FEW, late_of)
    beats = f"Beside {few} that compute on the same core, 99 of 100 beats of a third one came within {late}"
    return _verdict(
        results,
        FEW,
        late_of,
        NOTICED_MS,
        "What is counted is how late a beat was that is due every 10 ms, at most in 99 of 100.",
        {
            Status.HOLDS: f"{beats}: too little to be noticed.",
            Status.FAILS: f"{beats} only: that is noticed.",
            Status.UNDECIDED: "Whether the switching can be noticed cannot be told here.",
        },
    )


def _crowd(results: Results) -> Verdict:
    crowd, pause = figures.in_words(number(results.values, "crowd")), milliseconds(results, CROWD, pause_of)
    at_times = f"With {crowd} that compute on a core, half of them have to wait {pause} or longer for a turn at times"
    return _verdict(
        results,
        CROWD,
        pause_of,
        NOTICED_MS,
        "What is counted is the longest that one of the crowd had to wait for a turn, half of them longer.",
        {
            Status.HOLDS: f"{at_times}: too little to be noticed.",
            Status.FAILS: f"{at_times}: that is noticed.",
            Status.UNDECIDED: "How long one of a crowd waits for its next turn cannot be told here.",
        },
    )


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    (results,) = found
    assert results is not None
    return (
        Part(_turns(results), "turns are short"),
        Part(_noticed(results), "the switching is not noticed"),
        Part(_crowd(results), "not even in a crowd", beside=True),
    )


CLAIM = Claim(
    number=30,
    title="time slices are too short to notice",
    chapter="Concurrency",
    statement="Tasks that share a core run for such short times that nobody notices the switching.",
    why=(
        "When others stand in the {run queue}, the {scheduler} takes the {core} away after a {time slice} of a few milliseconds. "
        "People notice a delay from about a tenth of a second on. A {task} that mostly sleeps has used less than its share, so it "
        "mostly goes first when it wakes up. But slices do not shrink with the length of the queue: with fifty in it, each waits "
        "fifty slices for its next turn, and what it shows then jerks."
    ),
    article="The article is right while few tasks compute. Where a crowd does, each of them visibly stops and goes.",
    trials=(Trial("time-slices"),),
    judge=judge,
    drawing="slices",
)
