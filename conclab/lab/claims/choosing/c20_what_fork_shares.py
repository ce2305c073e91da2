"""Claim 20: a fork shares no descriptors, pids or memory; a thread shares all of them."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.experiments.common import number
from conclab.lab.experiments.processes_and_threads import what_a_task_shares as experiment
from conclab.lab.seeing import is_so, seen
from conclab.model import figures
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results
from conclab.model.verdicts import Status, Verdict


def _not(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def _own_memory(results: Results) -> Verdict:
    status = is_so(_not(experiment.shares(results, experiment.FORK, thing)) for thing in ("memory", "pid"))
    return seen(
        results,
        status,
        statements={
            Status.HOLDS: "A forked process had a pid of its own, and what it changed in memory its parent did not see.",
            Status.FAILS: "A forked process had its parent's pid, or changed its parent's memory.",
            Status.UNDECIDED: "Whether a forked process shares memory and pid was not told.",
        },
    )


def _own_files(results: Results) -> Verdict:
    """Two things: the table of descriptors, and what stands behind those that there were already."""
    table, position = (experiment.shares(results, experiment.FORK, thing) for thing in ("descriptors", "position"))
    to = figures.count(number(results.values, "size"))
    own_table = " What it opened itself its parent did not have." if table is False else ""
    return seen(
        results,
        is_so([_not(table), _not(position)]),
        statements={
            Status.HOLDS: "A forked process and its parent had nothing of their open files in common.",
            Status.FAILS: f"A forked process went to byte {to} of an open file of both, and its parent was there too.{own_table}"
            if position
            else "A forked process opened a file, and its parent had it too.",
            Status.UNDECIDED: "Whether a forked process shares open files was not told.",
        },
    )


def _thread(results: Results) -> Verdict:
    status = is_so(experiment.shares(results, experiment.THREAD, thing) for thing in ("memory", "descriptors", "pid"))
    return seen(
        results,
        status,
        statements={
            Status.HOLDS: "A thread had its maker's memory, open files and pid.",
            Status.FAILS: "A thread lacked its maker's memory, open files or pid.",
            Status.UNDECIDED: "Whether a thread shares memory, open files and pid was not told.",
        },
    )


def _own_tid(results: Results) -> Verdict:
    return seen(
        results,
        is_so([experiment.shares(results, experiment.THREAD, "tid")]),
        statements={
            Status.HOLDS: "A thread had its maker's tid too.",
            Status.FAILS: "A thread had a tid of its own, the number by which the kernel schedules it.",
            Status.UNDECIDED: "Whether a thread has a tid of its own was not told.",
        },
    )


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    (results,) = found
    assert results is not None
    return (
        Part(_own_memory(results), "fork: no memory and pid"),
        Part(_own_files(results), "fork: no open files"),
        Part(_thread(results), "a thread: all three"),
        Part(_own_tid(results), "a thread: even the tid", beside=True),
    )


CLAIM = Claim(
    number=20,
    title="fork shares nothing, a thread all",
    chapter="Which one to use",
    statement="A forked process shares no open files, no pid and no memory with its parent; a thread shares all of these.",
    why=(
        "{fork} copies the table of {file descriptors|file descriptor}, so each process may open and close by itself. But both "
        "tables lead to the same open files, and the position is kept there: when one reads on, the other has moved too. The "
        "memory is the child's own as soon as it writes ({copy-on-write}). A {thread} has the {pid} of its process, and beside "
        "it a {tid}, by which the {kernel} tells it apart."
    ),
    article=(
        "Memory and pid are as the article says. Files that are open at the fork are shared, position included, which is how a "
        "shell lets several commands write to one file."
    ),
    trials=(Trial("what-a-task-shares"),),
    judge=judge,
    drawing="fork",
)
