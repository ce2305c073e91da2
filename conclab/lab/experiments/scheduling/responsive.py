"""A user interface on one core with work in the background: as a process or a thread, as important as itself or less."""

from __future__ import annotations

from conclab.lab.experiments.common import number, size
from conclab.lab.judging import against, compare, settle, short_of_a_core
from conclab.lab.seeing import latencies_of
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Parameter, Values
from conclab.model.machine import Machine
from conclab.model.results import Results, measure_of
from conclab.model.verdicts import Evidence, Status, Verdict

THRESHOLD = 1.25
"""By so much half of the beats have to be over sooner. Beside one process that computes a nice of 10 brings about 2."""
NICE = 10
ALONE = "alone"
PROCESS, NICE_PROCESS = "process", f"process, nice {NICE}"
THREAD, NICE_THREAD = "thread", f"thread, nice {NICE}"

late, _latest = measure_of("median_ns"), measure_of("p99_ns")


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    busy = number(values, "busy")

    def arm(name: str, executor: str, spinners: int, nice: int) -> Arm:
        arguments = {"size": values["size"], "every_us": values["every"], "work_us": values["work"]}
        return Arm(
            name,
            executor,
            "heartbeat",
            1 + spinners,
            1 + spinners,
            {**arguments, "spinners": spinners, "nice": nice},
            one_core=True,
        )

    return (
        arm(ALONE, "threads", 0, 0),
        arm(PROCESS, "fork", busy, 0),
        arm(NICE_PROCESS, "fork", busy, NICE),
        arm(THREAD, "threads", busy, 0),
        arm(NICE_THREAD, "threads", busy, NICE),
    )


def wrong_with(values: Values) -> str | None:
    if number(values, "work") >= number(values, "every"):
        return "work: a beat has to be over before the next one is due"
    return None


def lacks(_values: object, machine: Machine) -> str | None:
    """Where a quota stops everybody again and again, it is the quota that makes beats late."""
    return short_of_a_core(machine) or None


def bars(results: Results) -> tuple[Evidence, ...]:
    """How late the beats were in each arm, against those beside a process."""
    return tuple(against(results, arm.name, PROCESS, arm.name, latencies_of(results, arm.name)) for arm in results.planned)


def half_of_them(results: Results, arm: str) -> str:
    """Within which time half of the beats were over."""
    return figures.duration(results.arm(arm).median_of(late))


def judge(results: Results) -> Verdict:
    """Whether beats come sooner when those that compute in the background have a nice of 10."""
    busy = number(results.values, "busy")
    who = "a process" if busy == 1 else figures.plural(busy, "process")
    ratio = compare(results, PROCESS, NICE_PROCESS)
    got = figures.times(ratio.value) if ratio else ""
    both = f"half of the beats were over within {half_of_them(results, NICE_PROCESS)} instead of {half_of_them(results, PROCESS)}"
    ends = [figures.duration(results.arm(name).median_of(_latest)) for name in (NICE_PROCESS, PROCESS)]
    most = f" 99 of 100 took at most {ends[0]} instead of {ends[1]}." if all(ends) else ""
    return settle(
        results,
        ratio,
        threshold=THRESHOLD,
        statements={
            Status.HOLDS: f"Beside {who} with a nice of {NICE} {both}: {got} sooner.{most}",
            Status.FAILS: f"Beside {who} with a nice of {NICE} {both}, which is no help.{most}",
            Status.UNDECIDED: f"Whether a nice of {NICE} for {who} helps cannot be told here.",
        },
        evidence=bars(results),
    )


EXPERIMENT = Experiment(
    name="responsive",
    title="work in the background",
    chapter="Scheduling",
    place=45,
    question="Does an interface answer sooner when the work in the background is less important?",
    proposition="Beside a process that computes on the same core, an interface is faster when that process has a nice of 10.",
    explanation=(
        "The first worker wants to run every few milliseconds and to work a little each time, as an interface does that draws. "
        "Another computes on the same core, as a process of its own or as a thread of the same program, at the same priority or "
        "with a nice of 10. The kernel lets whoever slept go first, but a beat that needs longer than a turn has to wait for the "
        "next one, and that is where the weight counts. A thread in the same program holds the GIL besides: it gives it away "
        "after 5 ms, whatever its priority, because the lock knows nothing of priorities."
    ),
    claims=(33,),
    parameters=(
        Parameter("busy", Kind.INTEGER, "processes or threads that compute beside it", 1, minimum=1, maximum=16),
        # A beat that lasts longer than a tick of the kernel (4 ms at most on a desktop) and does not come in step with it.
        Parameter("every", Kind.INTEGER, "how often it wants to run", 14_000, minimum=1_000, maximum=1_000_000, unit="µs"),
        Parameter("work", Kind.INTEGER, "how long it works each time", 6_000, minimum=0, maximum=500_000, unit="µs"),
        size(of="heartbeat"),
    ),
    arms=arms,
    judge=judge,
    metric=late,
    wrong_with=wrong_with,
    lacks=lacks,
)
