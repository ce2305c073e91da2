"""Two threads compute in each of several processes: has each process a GIL of its own, and an interpreter that was started anew?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from conclab.lab.experiments.common import START_METHODS, number, size, workers
from conclab.lab.judging import NOT_MEASURED, needs_two_cores, observed, others_took
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Values
from conclab.model.machine import Machine
from conclab.model.results import ArmResult, Repetition, Results
from conclab.model.statistics import Interval, ratio_of_medians, wilson
from conclab.model.verdicts import Evidence, Status, Verdict

ONE_LOCK = 1.15
"""Cores: threads that share one GIL never keep more than one busy; the rest is for what they do without it."""
TOGETHER = "threads of one process"
THREADS = 2
"""In each worker."""


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    many = number(values, "workers")

    def arm(name: str, executor: str) -> Arm:
        arguments = {"size": values["size"], "workers": many, "executor": executor}
        return Arm(name, executor, "interpreters", many, many, arguments)

    return arm(TOGETHER, "threads"), *(arm(method, method) for method in START_METHODS)


def accounts(repetition: Repetition) -> list[dict[str, object]]:
    """What each worker told of its two threads."""
    told = [account for worker in repetition.workers for account in (worker.result if isinstance(worker.result, list) else [])]
    return [account for account in told if isinstance(account, dict)]


def _cores(repetition: Repetition, *counters: str) -> float | None:
    """The named counters of all threads together over the time in which they ran: a number of cores."""
    told = accounts(repetition)
    columns = [
        [value for account in told if isinstance(value := account.get(key), int)] for key in ("began_ns", "ended_ns", *counters)
    ]
    if not told or any(len(column) != len(told) for column in columns):
        return None
    span = max(columns[1]) - min(columns[0])
    return sum(sum(column) for column in columns[2:]) / span if span > 0 else None


def used(found: Sequence[ArmResult]) -> Interval | None:
    """How many cores the threads of some arms kept busy, over all repetitions."""
    return _over([_cores(one, "on_core_ns") for arm in found for one in arm.repetitions])


def wanted(found: Sequence[ArmResult]) -> Interval | None:
    """How many they kept busy or stood in line for."""
    return _over([_cores(one, "on_core_ns", "wants_core_ns") for arm in found for one in arm.repetitions])


def _over(values: list[float | None]) -> Interval | None:
    known = [value for value in values if value is not None]
    return ratio_of_medians(known, [1.0] * len(known))


def inherits(results: Results, method: str) -> bool | None:
    """Whether processes by a start method went on with what their parent had in its interpreter; None: not seen."""
    told = [account.get("inherited") for one in results.arm(method).repetitions for account in accounts(one)]
    return None if not told else all(told)


_SERVED = " The server that it was forked from was started anew, once for all."


def judge_started_anew(results: Results, method: str) -> Verdict:
    """Whether processes by a start method begin with another interpreter than their parent's: its mark is not there."""
    heir = inherits(results, method)
    status = {None: Status.UNDECIDED, True: Status.FAILS, False: Status.HOLDS}[heir]
    seen = [account.get("inherited") is False for one in results.arm(method).repetitions for account in accounts(one)]
    return observed(
        results,
        status,
        wilson(sum(seen), len(seen)),
        statements={
            Status.HOLDS: f"A process by {method} begins without anything of its parent's interpreter."
            + (_SERVED if method == "forkserver" else ""),
            Status.FAILS: f"A process by {method} goes on with its parent's interpreter, and all that is in it.",
            Status.UNDECIDED: f"What a process by {method} begins with was not seen.",
        },
        unit=" started anew",
        about="What is counted is the share of the processes in which nothing was found of what the parent had left in its own.",
        evidence=(_bar(results, method),),
    )


def _bar(results: Results, name: str) -> Evidence:
    found = used([results.arm(name)])
    heir = {True: "goes on with the parent's interpreter", False: "not the parent's interpreter", None: ""}[inherits(results, name)]
    return Evidence(name, found.value if found else None, found, " cores", "" if name == TOGETHER else heir)


def _status(results: Results, apart: Sequence[ArmResult]) -> Status:
    """More cores busy than one lock lets through: each has its own. No more than that, and no more wanted either: they share one.
    Else they may have wanted more and not got it, or stood in line only to ask for the GIL; or a quota lets nobody have more."""
    busy, asked = used(apart), wanted(apart)
    if not results.gil_enabled or busy is None or asked is None:
        return Status.UNDECIDED
    if busy.low > ONE_LOCK:
        return Status.HOLDS
    return Status.FAILS if asked.high < ONE_LOCK and not results.lacks else Status.UNDECIDED


def judge(results: Results) -> Verdict:
    many = number(results.values, "workers")
    apart = [results.arm(method) for method in START_METHODS]
    status, busy, together = _status(results, apart), used(apart), used([results.arm(TOGETHER)])
    both = f"{figures.sentence(figures.in_words(many))} processes of {figures.in_words(THREADS)} threads each"
    got = f"{both} kept {busy.value:.2f} cores busy" if busy else ""
    beside = f", {figures.in_words(THREADS * many)} threads of one process {together.value:.2f}" if together else ""
    free = results.gil_enabled is False
    verdict = observed(
        results,
        status,
        busy,
        statements={
            Status.HOLDS: f"{got}{beside}: each process has a GIL of its own. {_begins(results)}".rstrip(),
            Status.FAILS: f"{got}{beside}: they hold each other up.",
            Status.UNDECIDED: "This Python has no GIL, so no process can have one of its own."
            if free
            else "Whether each process has a GIL of its own cannot be told here.",
        },
        unit=" cores",
        about="What is counted is how many cores the threads of all processes kept busy.",
        evidence=tuple(_bar(results, name) for name in (TOGETHER, *START_METHODS)),
        advice="Where workers need what the parent has loaded, fork hands it on; where they must not have it, spawn."
        if status is Status.HOLDS
        else "",
    )
    why = () if free or status is not Status.UNDECIDED else (results.lacks or _not_enough(results, busy),)
    return replace(verdict, reasons=(*why, *verdict.reasons))


def _begins(results: Results) -> str:
    """What a process begins with, by fork and by spawn, where that was seen."""
    told = [judge_started_anew(results, method) for method in ("fork", "spawn")]
    return " ".join(verdict.statement for verdict in told if verdict.status is not Status.UNDECIDED)


def _not_enough(results: Results, busy: Interval | None) -> str:
    if busy is None:
        return NOT_MEASURED
    return f"They kept {busy.value:.2f} cores busy{others_took(results)}, which one GIL for all of them would allow too."


EXPERIMENT = Experiment(
    name="own-interpreter",
    title="an interpreter of one's own",
    chapter="Processes and threads",
    place=40,
    question="Has every process an interpreter and a GIL of its own?",
    proposition="Threads of different processes do not wait for one another's GIL.",
    explanation=(
        "Two threads compute in each worker. If the workers are threads too, all of them share one GIL and have work for one core "
        "between them. If they are processes, the two in each wait for one another and for nobody else, so there is work for one "
        "core a process. Whether the interpreter was started anew is seen by a mark that the parent "
        "has left in its own: after a fork it is there, because fork copies a running process; spawn starts from the program file."
    ),
    claims=(42,),
    parameters=(workers(2, least=2, most=16), size(of="interpreters")),
    arms=arms,
    judge=judge,
    rounds=3,
    lacks=needs_two_cores,
)
