"""Claim 12: fork and pthread_create are system calls."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.experiments.processes_and_threads import what_a_task_shares as experiment
from conclab.lab.seeing import seen
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results
from conclab.model.verdicts import Status, Verdict


def _call(results: Results, kind: str, function: str) -> Verdict:
    call = experiment.call_of(results, kind)
    status = Status.UNDECIDED if call is None else Status.HOLDS if call[0] == function else Status.FAILS
    name = call[0] if call else ""
    return seen(
        results,
        status,
        statements={
            Status.HOLDS: f"{function} called the kernel by the system call of that name.",
            Status.FAILS: f"{function} is a function of the C library; what it called in the kernel was {name}.",
            Status.UNDECIDED: f"Which system call {function} makes was not seen.",
        },
        besides=[experiment.made_by(experiment.TRACED_WORDS[kind], call)] if call else (),
    )


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    (results,) = found
    assert results is not None
    return Part(_call(results, "fork", "fork"), "fork"), Part(_call(results, "thread", "pthread_create"), "pthread_create")


CLAIM = Claim(
    number=12,
    title="fork, pthread_create are system calls",
    chapter="Processes and threads",
    statement="A process is made by the system call fork, a thread by the system call pthread_create.",
    why=(
        "Programs call functions of the C library, and these make {system calls|system call}. pthread_create sets up a stack "
        "and then asks the {kernel} by clone3 for a {task} that shares everything. fork asks by {clone} for one that shares "
        "nothing: on some processors Linux has a system call fork too, which the GNU C library does not use. What kind of task "
        "it becomes is said by flags, not by different calls."
    ),
    article="The article calls both system calls. No kernel has one called pthread_create: it is the name of a library function.",
    trials=(Trial("what-a-task-shares"),),
    judge=judge,
    drawing="tasks",
)
