"""Claim 13: each process holds a full copy of the program, which takes more memory."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.experiments.common import START_METHODS
from conclab.lab.experiments.memory_and_messages import full_copies as experiment
from conclab.lab.seeing import MEBIBYTE, is_so, memory, seen
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results
from conclab.model.verdicts import Evidence, Status, Verdict

MORE = 2.0
"""A process that adds less than so many times what a thread adds would not be worth a word."""


def _takes_more(results: Results) -> Verdict:
    added = {name: results.arm(name).by_round(experiment.added_of) for name in (experiment.THREADS, *START_METHODS)}
    threads = added[experiment.THREADS]
    rounds = threads.keys() & set.intersection(*(set(added[name]) for name in START_METHODS))
    status = is_so(added[name][key] > MORE * threads[key] for name in START_METHODS for key in rounds)
    each = {name: results.arm(name).median_of(experiment.added_of) for name in added}
    parts = ", ".join(f"{memory(each[name])} by {name}" for name in START_METHODS)
    amounts = f"each process added {parts}; each thread {memory(each[experiment.THREADS])}" if None not in each.values() else ""
    return seen(
        results,
        status,
        statements={
            Status.HOLDS: f"Of memory that nobody else uses {amounts}.",
            Status.FAILS: f"Processes did not clearly take more memory than threads: {amounts}.",
            Status.UNDECIDED: "How much memory each worker adds was not told.",
        },
        evidence=[
            Evidence(name, value / MEBIBYTE if value is not None else None, unit=" MiB each") for name, value in each.items()
        ],
    )


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    (results,) = found
    assert results is not None
    return Part(_takes_more(results), "more memory than threads"), Part(experiment.judge(results), "a full copy of the program")


CLAIM = Claim(
    number=13,
    title="each process holds a full copy",
    chapter="Processes and threads",
    statement="Every process has the whole program in memory for itself, and so processes take more memory than threads.",
    why=(
        "A program's code is read and never written, so the {kernel} keeps it once and maps it into each {address space}. A "
        "{forked|fork} process shares also what its parent has made, until somebody writes ({copy-on-write}). A {spawned|spawn} "
        "one makes all its objects anew. {RSS} counts shared pages in full for everybody, which looks like copies; {PSS} "
        "divides them."
    ),
    article="It is right that processes take more memory than threads. But what they hold is far less than a full copy each.",
    trials=(Trial("full-copies"),),
    judge=judge,
    drawing="address-spaces",
)
