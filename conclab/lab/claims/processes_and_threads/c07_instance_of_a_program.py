"""Claim 7: a process is an instance of a program, and can start others."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.experiments.common import number
from conclab.lab.experiments.processes_and_threads import loaded_program as experiment
from conclab.lab.seeing import is_so, seen
from conclab.model import figures
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results
from conclab.model.verdicts import Status, Verdict


def _instances(results: Results) -> Verdict:
    names = [experiment.exe(results, arm) for arm in (experiment.COMPILED, experiment.SCRIPT)]
    many = figures.plural(number(results.values, "size"), "process")
    return seen(
        results,
        experiment.many_of_one(results),
        statements={
            Status.HOLDS: f"{figures.sentence(many)} ran {names[0]} at once, and as many {names[1]}, each with a pid of its own.",
            Status.FAILS: "Processes of one program had not each a pid of its own, or ran different files.",
            Status.UNDECIDED: "Which file each process runs was not told.",
        },
    )


def _starts_others(results: Results) -> Verdict:
    tasks, children = experiment.has(results, "tasks"), experiment.has(results, "children")
    status = is_so([None if tasks is None else tasks > 1, None if children is None else children > 0])
    threads = figures.plural(int(tasks or 0), "thread")
    return seen(
        results,
        status,
        statements={
            Status.HOLDS: f"The process of a script had {threads} and a child with another pid.",
            Status.FAILS: f"The process of a script had {threads}, and no child.",
            Status.UNDECIDED: "Which threads and children a process has was not told.",
        },
    )


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    (results,) = found
    assert results is not None
    return Part(_instances(results), "an instance"), Part(_starts_others(results), "starts others")


CLAIM = Claim(
    number=7,
    title="a process is a program's instance",
    chapter="Processes and threads",
    statement="A process is one instance of a program that was started, and it can start threads and further processes.",
    why=(
        "A program is a file. Each time that it is started the {kernel} makes a {process} with a {pid}, an {address space} and "
        "a first {thread} of its own, all from the same file. A process may ask for more threads, which are further "
        "{tasks|task} within it, and for children, which are processes of their own that know their parent."
    ),
    article="The article is right. One may add that a child can run another program than its parent does.",
    trials=(Trial("loaded-program"),),
    judge=judge,
    drawing="loading",
)
