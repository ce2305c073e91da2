"""A thread that answers requests, beside threads that compute in the same process and beside processes that do."""

from __future__ import annotations

from conclab.lab.experiments.common import number, size, switch_interval
from conclab.lab.judging import against, compare, settle
from conclab.lab.seeing import latencies_of
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Parameter, Values
from conclab.model.machine import Machine
from conclab.model.results import Results, measure_of
from conclab.model.verdicts import Status, Verdict

THRESHOLD = 5.0
"""Many times what sharing a core costs an answer that takes a few microseconds; a fraction of what one switch interval does."""
ALONE, ONE, THREADS, PROCESSES = "alone", "1 thread", "CPU threads", "CPU processes"
PAUSE_US = 1_000
_SHORTEST_US = 100

_median = measure_of("median_ns")


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    many = number(values, "threads")

    def arm(name: str, executor: str, spinners: int) -> Arm:
        arguments = {"size": values["size"], "interval_us": values["interval"], "pause_us": PAUSE_US, "spinners": spinners}
        return Arm(name, executor, "echo", 1 + spinners, 1 + spinners, arguments)

    between = (arm(ONE, "threads", 1),) if many > 1 else ()
    return arm(ALONE, "threads", 0), *between, arm(THREADS, "threads", many), arm(PROCESSES, "fork", many)


def _advice(results: Results) -> str:
    shorter = f" Or see what a shorter switch interval does: interval={_SHORTEST_US}."
    return "Let a process of its own compute." + (shorter if number(results.values, "interval") > _SHORTEST_US else "")


def judge(results: Results) -> Verdict:
    many = number(results.values, "threads")
    words = figures.in_words(many)
    ratio = compare(results, THREADS, ALONE)
    got = figures.times(ratio.value) if ratio else ""
    beside, alone, apart = (figures.duration(results.arm(name).median_of(_median)) for name in (THREADS, ALONE, PROCESSES))
    lock = " It waits for the GIL again and again." if results.gil_enabled else ""
    free = " This Python has no GIL to wait for." if results.gil_enabled is False else ""
    threads = f"{words} CPU {'thread' if many == 1 else 'threads'} in its process"
    bars = [against(results, ALONE, ALONE, "no CPU thread", latencies_of(results, ALONE))]
    if many > 1:
        bars.append(against(results, ONE, ALONE, "one CPU thread", latencies_of(results, ONE)))
    bars.append(against(results, THREADS, ALONE, figures.plural(many, "CPU thread"), latencies_of(results, THREADS)))
    bars.append(against(results, PROCESSES, ALONE, figures.plural(many, "CPU process"), latencies_of(results, PROCESSES)))
    return settle(
        results,
        ratio,
        threshold=THRESHOLD,
        statements={
            Status.HOLDS: f"Beside {threads} an answer takes {beside} instead of {alone}: {got}.{lock} "
            f"Beside as many processes it takes {apart}.",
            Status.FAILS: f"Beside {threads} an answer takes {beside}, without them {alone}: {got}.{free}",
            Status.UNDECIDED: "Whether an answer waits behind threads that compute cannot be told here.",
        },
        evidence=bars,
        advice={Status.HOLDS: _advice(results)} if results.gil_enabled else None,
    )


EXPERIMENT = Experiment(
    name="gil-convoy",
    title="the GIL convoy",
    chapter="Scheduling",
    place=40,
    question="How long does a thread that answers requests wait behind threads that compute?",
    proposition="A thread that answers requests waits behind threads that compute in the same process.",
    explanation=(
        "The first worker sends back what it receives, which takes microseconds; the others add numbers. Each time it waits for "
        "a request or sends an answer it lets go of the GIL, and to get it back it has to wait until the thread that computes has "
        "kept it for a switch interval, and then perhaps for another one that was quicker. The kernel has long given it a core by "
        "then: look at the split, it is blocked. Beside processes that compute it has the GIL to itself and waits for a core only, "
        "which the kernel mostly gives at once to whoever slept. The caller is a process of its own: no GIL delays its clock."
    ),
    claims=(33,),
    parameters=(
        Parameter("threads", Kind.INTEGER, "threads (or processes) that compute beside it", 4, minimum=1, maximum=16),
        switch_interval(),
        size(of="echo"),
    ),
    arms=arms,
    judge=judge,
    control=ALONE,
    metric=_median,
)
