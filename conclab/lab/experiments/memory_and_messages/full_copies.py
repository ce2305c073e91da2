"""Several workers at once: how much memory do they really take, and how much of what they show do they share?"""

from __future__ import annotations

from conclab.lab.experiments.common import START_METHODS, number, workers
from conclab.lab.seeing import memory, needs_linux, seen, share
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Values
from conclab.model.machine import Machine
from conclab.model.results import Results, measure_of
from conclab.model.statistics import Interval
from conclab.model.verdicts import Evidence, Status, Verdict

THREADS = "threads"
FULL = 0.9
"""Workers that share less than a tenth of what they have hold copies that are as good as full."""
_MOST = 64

_rss, _pss, added_of = (measure_of(name) for name in ("rss_bytes", "pss_bytes", "added_bytes"))


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    many = number(values, "workers")
    return tuple(
        Arm(name, name, "footprints", many, many, {"size": 1, "executor": name, "workers": many})
        for name in (THREADS, *START_METHODS)
    )


def taken(results: Results, method: str) -> Interval | None:
    """The share of what they have in RAM (RSS) that processes really take (PSS); 1: they share nothing with anybody."""
    return share(results, method, _pss, _rss)


def is_full(results: Results) -> Status:
    """Whether each process holds a copy of its own of everything, by whichever method it was started."""
    found = [taken(results, method) for method in START_METHODS]
    known = [one for one in found if one is not None]
    if len(known) < len(found):
        return Status.UNDECIDED
    if all(one.low > FULL for one in known):
        return Status.HOLDS
    return Status.FAILS if all(one.high < FULL for one in known) else Status.UNDECIDED


def bars(results: Results) -> list[Evidence]:
    """For each start method how much of what the processes have they really take."""
    found = []
    for method in START_METHODS:
        took = taken(results, method)
        sums = [memory(results.arm(method).median_of(figure)) for figure in (_pss, _rss)]
        note = f"PSS {sums[0]} of RSS {sums[1]}" if all(sums) else ""
        found.append(Evidence(f"processes, {method}", took.value if took else None, took, unit=" taken", note=note))
    return found


def judge(results: Results) -> Verdict:
    many = number(results.values, "workers")
    took = {method: taken(results, method) for method in START_METHODS}
    parts = ", ".join(f"{figures.percent(one.value)} by {method}" for method, one in took.items() if one is not None)
    highest = max((one for one in took.values() if one is not None), key=lambda one: one.value, default=None)
    shown = f"Of the memory that {figures.plural(many, 'process')} show they take"
    return seen(
        results,
        is_full(results),
        highest,
        statements={
            Status.HOLDS: f"{shown} as good as all: {parts}.",
            Status.FAILS: f"{shown} {parts}; the rest is there only once, for them and others.",
            Status.UNDECIDED: f"{shown} {parts}: neither all of it nor clearly less." if parts else "What they take was not told.",
        },
        unit=" taken",
        about="What is counted is the sum of PSS against the sum of RSS, of the start method that shares least.",
        evidence=bars(results),
        advice="Do not add up RSS over processes: it counts what they share once for each. Add up PSS.",
    )


EXPERIMENT = Experiment(
    name="full-copies",
    title="full copies?",
    chapter="Memory and messages",
    place=20,
    question="Do several processes of one program hold several copies of it?",
    proposition="Each process holds a full copy of its program in memory.",
    explanation=(
        "A program's code is the same for all who run it, and nobody writes to it, so the kernel keeps it once and shows it to "
        "each. RSS counts such pages in full for everybody; PSS divides each by the number of those who share it. A forked "
        "process also shares what its parent has made, until somebody writes. A spawned one makes all its objects anew and "
        "shares code alone. Threads have one memory between them and add little more than their stacks."
    ),
    claims=(13,),
    parameters=(workers(3, least=2, most=_MOST),),
    arms=arms,
    judge=judge,
    rounds=3,
    lacks=needs_linux,
)
