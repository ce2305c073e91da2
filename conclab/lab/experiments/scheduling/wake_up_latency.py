"""From being woken up to running: on a machine with nothing else to do, and beside workers that keep every core busy."""

from __future__ import annotations

from conclab.lab.experiments.common import number, size
from conclab.lab.judging import against, compare, largest_of, settle
from conclab.lab.seeing import latencies_of
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Parameter, Values
from conclab.model.machine import Machine
from conclab.model.results import Results, measure_of
from conclab.model.verdicts import Status, Verdict

THRESHOLD = 10.0
"""To wait for the end of a time slice takes hundreds of times as long as a wake-up; cold caches or another core do not."""
IDLE, BUSY, NICE, POLICY = "nobody", "busy", "busy, nice 10", "busy, SCHED_IDLE"
MOST_BUSY = 256

_median = measure_of("median_ns")


def _two_a_core(machine: Machine, _values: Values) -> int:
    """So many that there is always one that stands in the run queue of every core."""
    return min(MOST_BUSY, 2 * machine.whole_cores)


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    def arm(name: str, spinners: int, manner: str) -> Arm:
        arguments = {"size": values["size"], "by": values["by"], "spinners": spinners, "manner": manner}
        return Arm(name, "fork", "wakeups", 2 + spinners, 2 + spinners, arguments)

    busy = number(values, "busy")
    return arm(IDLE, 0, ""), arm(BUSY, busy, ""), arm(NICE, busy, "nice"), arm(POLICY, busy, "idle")


def judge(results: Results) -> Verdict:
    busy = figures.plural(number(results.values, "busy"), "busy process")
    ratio = compare(results, BUSY, IDLE)
    got = figures.times(ratio.value) if ratio else ""
    beside, alone = (figures.duration(results.arm(name).median_of(_median)) for name in (BUSY, IDLE))
    worst = largest_of(results, BUSY, measure_of("worst_ns"))
    slowest = f" The slowest of all took {figures.duration(worst)}." if worst is not None else ""
    return settle(
        results,
        ratio,
        threshold=THRESHOLD,
        statements={
            Status.HOLDS: f"Beside {busy} half of the wake-ups take {beside} or more, alone {alone}: {got}.{slowest}",
            Status.FAILS: f"Beside {busy} half of the wake-ups take at most {beside}, alone {alone}: {got}. The kernel lets "
            f"whoever has slept go first.{slowest}",
            Status.UNDECIDED: f"Whether waking up takes longer beside {busy} cannot be told here.{slowest}",
        },
        evidence=[against(results, name, IDLE, name, latencies_of(results, name)) for name in (IDLE, BUSY, NICE, POLICY)],
        advice={Status.HOLDS: "Let what only computes stand back: chrt --idle 0 COMMAND."},
    )


EXPERIMENT = Experiment(
    name="wake-up-latency",
    title="from being woken to running",
    chapter="Scheduling",
    place=20,
    question="When somebody is woken up, how long does it take until it runs, and what if all cores are busy?",
    proposition="Where all cores are busy, whoever is woken up has to wait for its turn.",
    explanation=(
        "One process writes to a pipe (or releases a lock) on which another sleeps; both take the time by the same clock. On an "
        "idle machine the kernel has to wake a core up. On a busy one it has to take a core away from somebody, and it mostly does "
        "so at once, because whoever has slept has used less than its fair share. Now and then it does wait for the end of a time "
        "slice: see the 99th percentile and the worst. A nice of 10 gives those that compute a ninth of the weight, SCHED_IDLE "
        "next to none. The output shows how the times are spread."
    ),
    claims=(30, 33),
    parameters=(
        size(of="wakeups"),
        Parameter("by", Kind.CHOICE, "what the sleeper waits for", "pipe", choices=("pipe", "lock")),
        Parameter("busy", Kind.INTEGER, "processes that compute beside it", _two_a_core, minimum=1, maximum=MOST_BUSY),
    ),
    arms=arms,
    judge=judge,
    control=IDLE,
    metric=_median,
)
