"""Claim 8: threads share memory, child processes do not."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.experiments.common import number
from conclab.lab.seeing import always, is_so, seen
from conclab.model import figures
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results, measure_of
from conclab.model.verdicts import Status, Verdict

PROCESSES = ("fork", "spawn")

_seen = measure_of("seen_by_parent")


def _was(results: Results, arm: str, count: int) -> bool | None:
    """Whether the parent saw so many items every time."""
    return always(results, arm, _seen) == count if results.arm(arm).by_round(_seen) else None


def _made(results: Results) -> int:
    return number(results.values, "workers") * number(results.values, "size")


def _threads(results: Results) -> Verdict:
    made = figures.count(_made(results))
    return seen(
        results,
        is_so([_was(results, "threads", _made(results))]),
        statements={
            Status.HOLDS: f"Threads added {made} items to their parent's list, and it saw all of them.",
            Status.FAILS: f"Threads added {made} items to their parent's list, and it did not see all of them.",
            Status.UNDECIDED: "What the parent saw of its threads' work was not told.",
        },
    )


def _processes(results: Results) -> Verdict:
    made = figures.count(_made(results))
    return seen(
        results,
        is_so(_was(results, arm, 0) for arm in PROCESSES),
        statements={
            Status.HOLDS: f"Child processes added {made} items to the same list, and the parent saw none, by fork or by spawn.",
            Status.FAILS: f"Child processes added {made} items to the same list, and the parent saw some of them.",
            Status.UNDECIDED: "What the parent saw of its children's work was not told.",
        },
    )


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    (results,) = found
    assert results is not None
    return Part(_threads(results), "threads share"), Part(_processes(results), "child processes do not")


CLAIM = Claim(
    number=8,
    title="threads share memory, processes do not",
    chapter="Processes and threads",
    statement="Threads share the memory of their process; a child process has a memory of its own.",
    why=(
        "All {threads|thread} of a process use one {address space}: an address means the same to each of them, so an object is "
        "the same one. A child process has an address space of its own. By {fork} it begins with the same contents, but "
        "whatever it changes becomes its own ({copy-on-write}); by {spawn} it begins anew and gets the object "
        "{pickled|pickling}."
    ),
    article="The article is right. It takes memory that is made to be shared for processes to have some in common.",
    trials=(Trial("is-memory-shared"),),
    judge=judge,
    drawing="address-spaces",
)
