"""Claim 19: to Linux threads and processes are tasks with different levels of sharing."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.experiments.processes_and_threads import what_a_task_shares as experiment
from conclab.lab.seeing import is_so, seen
from conclab.model import figures
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results
from conclab.model.verdicts import Status, Verdict

CLONES = ("clone", "clone3")


def _tasks(results: Results) -> Verdict:
    """Each stands in the kernel's list under a number that is not its maker's."""
    answers = []
    for arm in (experiment.THREAD, experiment.FORK):
        own = experiment.shares(results, arm, "tid")
        answers += [experiment.shares(results, arm, "is_task"), None if own is None else not own]
    return seen(
        results,
        is_so(answers),
        statements={
            Status.HOLDS: "A thread and a forked process each stand in /proc as a task, under a number of their own.",
            Status.FAILS: "A thread or a forked process had no number of its own.",
            Status.UNDECIDED: "Whether both are tasks was not told: that takes the /proc of Linux.",
        },
    )


def _levels(results: Results) -> Verdict:
    thread, fork = (set(experiment.shared_things(results, arm)) for arm in (experiment.THREAD, experiment.FORK))
    told = all(results.arm(arm).repetitions for arm in (experiment.THREAD, experiment.FORK))
    status = Status.UNDECIDED if not told else Status.HOLDS if fork < thread else Status.FAILS
    many = figures.in_words(len(experiment.THINGS))
    counts = f"Of {many} things a thread shares {figures.in_words(len(thread))} with its maker, a forked process"
    return seen(
        results,
        status,
        statements={
            Status.HOLDS: f"{counts} {figures.in_words(len(fork)) if fork else 'none'} of these.",
            Status.FAILS: f"{counts} {figures.in_words(len(fork))}, and not fewer of the same.",
            Status.UNDECIDED: "What a new task shares was not told.",
        },
        evidence=experiment.bars(results),
    )


def _one_call(results: Results) -> Verdict:
    found = {kind: experiment.call_of(results, kind) for kind in ("thread", "fork")}
    status = is_so(None if call is None else call[0] in CLONES for call in found.values())
    names = sorted({call[0] for call in found.values() if call is not None})
    return seen(
        results,
        status,
        statements={
            Status.HOLDS: f"Both are made by one kind of call ({experiment.listed(names)}), and its flags are the levels.",
            Status.FAILS: f"They are made by calls of different kinds: {experiment.listed(names)}.",
            Status.UNDECIDED: "By which calls they are made was not seen.",
        },
        besides=experiment.calls(results),
    )


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    (results,) = found
    assert results is not None
    return (
        Part(_tasks(results), "both are tasks"),
        Part(_levels(results), "levels of sharing"),
        Part(_one_call(results), "one kind of call", beside=True),
    )


CLAIM = Claim(
    number=19,
    title="Linux has tasks, which share or not",
    chapter="Which one to use",
    statement="Linux makes no difference between threads and processes: both are tasks, which share more or less with their maker.",
    why=(
        "The {scheduler} knows {tasks|task} and nothing else; each has a {tid}, its own counters and its own turn on a {core}. "
        "{clone} makes them all, and its flags say one by one what is shared: CLONE_VM the memory, CLONE_FILES the open files, "
        "CLONE_FS the working directory, CLONE_THREAD the {pid}. {fork} sets none of these, a thread all. There are levels "
        "between: vfork lends the maker's memory until the new program is there."
    ),
    article="The article is right about this, and few say it so clearly.",
    trials=(Trial("what-a-task-shares"),),
    judge=judge,
    drawing="tasks",
)
