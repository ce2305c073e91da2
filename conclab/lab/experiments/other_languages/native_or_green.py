"""Native threads and green ones of several languages compute: how many cores do they keep busy?"""

from __future__ import annotations

from dataclasses import replace

from conclab.lab.busy_cores import SHARE, bound, in_reach, used_of
from conclab.lab.experiments.common import number, size, workers
from conclab.lab.judging import cores_used, needs_two_cores, settle
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Value, Values
from conclab.model.machine import Machine
from conclab.model.results import Results, cores_of
from conclab.model.statistics import Interval
from conclab.model.verdicts import Evidence, Status, Verdict

PYTHON, ASYNCIO, C, GO, ERLANG = "Python's threads", "asyncio", "threads in C", "goroutines", "Erlang's processes"
NATIVE, GREEN = (PYTHON, C), (ASYNCIO, GO, ERLANG)
ONE_CORE = 1.2
"""Cores. Whoever keeps more busy runs on several; what the interpreter does beside the work is less than the fifth of one."""
COMPILED = 10
"""A compiled loop gets a limit that is so many times as large: some thirty times as much work, which takes it about as long."""


_OPPOSITE = {Status.HOLDS: Status.FAILS, Status.FAILS: Status.HOLDS, Status.UNDECIDED: Status.UNDECIDED}
"""Of "it is more than one core", for "it is no more than one"."""


def cores_or_two(machine: Machine, _values: Values) -> int:
    return min(16, max(2, machine.whole_cores))


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    many = number(values, "workers")

    def arm(name: str, executor: str, language: str = "python") -> Arm:
        own = language == "python"
        arguments: dict[str, Value] = {"size": number(values, "size") * (1 if own else COMPILED)}
        return Arm(name, executor, "primes", many, 2 * many, arguments, language=language, optional=not own)

    return (
        arm(PYTHON, "threads"),
        arm(ASYNCIO, "asyncio"),
        arm(C, "threads", "c"),
        arm(GO, "goroutines", "go"),
        arm(ERLANG, "erlang-processes", "erlang"),
    )


def used_by(results: Results, arm: str) -> Interval | None:
    """How many cores they kept busy; None where they are not here."""
    return None if arm in results.missing else cores_used(results, arm)


def bars(results: Results, *arms: str) -> list[Evidence]:
    """How many cores these kinds kept busy, and which kind each is."""
    made = []
    for arm in arms:
        if arm not in results.missing:
            used = used_by(results, arm)
            made.append(Evidence(arm, used.value if used else None, used, " cores", "native" if arm in NATIVE else "green"))
    return [*made, bound(results)]


def use_all(results: Results, arm: str) -> Verdict:
    """Whether they keep all cores busy, as native threads are said to."""
    used = used_by(results, arm)
    who = figures.sentence(arm)
    got = used_of(results, arm) if used else ""
    why = ": the GIL lets one at a time run" if arm == PYTHON and results.gil_enabled else ""
    return settle(
        _with_reason(results, arm),
        used,
        threshold=SHARE * in_reach(results),
        statements={
            Status.HOLDS: f"{who} kept {got} busy.",
            Status.FAILS: f"{who} kept only {got} busy{why}.",
            Status.UNDECIDED: f"Whether {arm} keep all cores busy cannot be told here.",
        },
        evidence=bars(results, arm),
        unit=" cores",
    )


def keep_to_one(results: Results, arm: str) -> Verdict:
    """Whether they run on no more than one core, as green threads are said to."""
    used = used_by(results, arm)
    who, keep = figures.sentence(arm), "keeps" if arm == ASYNCIO else "keep"
    got = used_of(results, arm) if used else ""
    more = settle(
        _with_reason(results, arm),
        used,
        threshold=ONE_CORE,
        statements={
            Status.FAILS: f"{who} kept {got} busy: green threads on one kernel thread, and so on one core.",
            Status.HOLDS: f"{who} kept {got} busy: green threads, carried by several kernel threads.",
            Status.UNDECIDED: f"Whether {arm} {keep} to one core cannot be told here.",
        },
        evidence=bars(results, arm),
        unit=" cores",
    )
    return replace(more, status=_OPPOSITE[more.status])


def _with_reason(results: Results, arm: str) -> Results:
    """The results, undecided with the way to get it where the arm is not here."""
    why = results.missing.get(arm)
    return replace(results, lacks=results.lacks or f"{why.rstrip('.')}.") if why else results


def judge(results: Results) -> Verdict:
    """Of those elsewhere, because a single language whose green threads use several cores is enough of an answer."""
    elsewhere = next((arm for arm in (GO, ERLANG) if arm not in results.missing), GO)
    return replace(keep_to_one(results, elsewhere), evidence=tuple(bars(results, *NATIVE, *GREEN)))


EXPERIMENT = Experiment(
    name="native-or-green",
    title="native or green?",
    chapter="Other languages",
    place=20,
    question="Can green threads keep all cores busy? Can native ones?",
    proposition="Green threads cannot use more than one core.",
    explanation=(
        "As many workers as there are cores count primes: as threads in C and in Python, as coroutines, as goroutines and as "
        "Erlang's processes. The first two are native: the kernel knows each. The others are green: their language runs them, on "
        "kernel threads of its own. asyncio has one such thread, Go and Erlang have one for each core, and move their green "
        "threads between them. Compiled languages get a larger limit, so that all work for about as long."
    ),
    claims=(25, 26, 38),
    parameters=(workers(cores_or_two, least=2), size(of="primes", default=100_000)),
    arms=arms,
    judge=judge,
    metric=cores_of,
    rounds=6,
    lacks=needs_two_cores,
)
