"""How long a turn on a core is, how long one waits for the next, and whether anybody notices."""

from __future__ import annotations

from conclab.lab.experiments.common import number, size
from conclab.lab.judging import latencies_of, observed, typical, within
from conclab.lab.seeing import is_so
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Metric, Parameter, Values
from conclab.model.machine import Machine
from conclab.model.results import Repetition, Results, add_up, measure_of
from conclab.model.verdicts import Evidence, Status, Verdict

LONGEST_SLICE_MS = 20.0
NOTICED_MS = 100.0
"""From about this on people notice that something is late (R. B. Miller, AFIPS 33, 1968)."""
LIMITS = f"{LONGEST_SLICE_MS:.0f} ms or {NOTICED_MS:.0f} ms"
EVERY_US = 10_000
FEW, CROWD = "a few", "a crowd"

_p99 = measure_of("p99_ns")


def _by_turn(repetition: Repetition, part: str) -> float | None:
    """Milliseconds of those that compute, by their turns: each ends with an involuntary switch, and the last with their end."""
    busy = repetition.workers[1:]
    counted = add_up([worker.counters for worker in busy])
    spent = getattr(counted, part)
    if spent is None or counted.involuntary_switches is None:
        return None
    return float(spent) / (counted.involuntary_switches + len(busy)) / 1e6


def slice_of(repetition: Repetition) -> float | None:
    """How long one of them had the core at a time, on average, in milliseconds."""
    return _by_turn(repetition, "on_core_ns")


def pause_of(repetition: Repetition) -> float | None:
    """How long one of them waited for its next turn, on average, in milliseconds."""
    return _by_turn(repetition, "wants_core_ns")


def late_of(repetition: Repetition) -> float | None:
    """How late 99 of 100 heartbeats were at most, in milliseconds."""
    late = _p99(repetition)
    return None if late is None else late / 1e6


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    def arm(name: str, spinners: int) -> Arm:
        arguments = {"size": values["size"], "every_us": EVERY_US, "work_us": 0, "spinners": spinners, "nice": 0}
        return Arm(name, "fork", "heartbeat", 1 + spinners, 1 + spinners, arguments, one_core=True)

    return arm(FEW, number(values, "few")), arm(CROWD, number(values, "crowd"))


def milliseconds(results: Results, arm: str, figure: Metric) -> str:
    """An arm's median figure, which is in milliseconds."""
    found = results.arm(arm).median_of(figure)
    return "" if found is None else figures.duration(found * 1e6)


def bars(results: Results) -> list[Evidence]:
    """Slices and pauses of both arms; the heartbeat's lateness beside them."""
    made = []
    for name, many in ((FEW, number(results.values, "few")), (CROWD, number(results.values, "crowd"))):
        turn, pause = typical(results, name, slice_of), typical(results, name, pause_of)
        made.append(Evidence(f"turn, {many} on a core", turn.value if turn else None, turn, " ms"))
        made.append(
            Evidence(
                f"pause, {many} on a core", pause.value if pause else None, pause, " ms", f"beat: {latencies_of(results, name)}"
            )
        )
    return made


def judge(results: Results) -> Verdict:
    few, crowd = (figures.in_words(number(results.values, name)) for name in ("few", "crowd"))
    short = within(results, FEW, slice_of, 0, LONGEST_SLICE_MS)
    status = is_so([short, within(results, FEW, late_of, 0, NOTICED_MS)])
    turn, pause = milliseconds(results, FEW, slice_of), milliseconds(results, FEW, pause_of)
    late, long_pause = milliseconds(results, FEW, late_of), milliseconds(results, CROWD, pause_of)
    of_all = (
        f"{few} that share a core have it for {turn} at a time and wait {pause} for the next turn; 99 of 100 beats are {late} late"
    )
    much = f" With {crowd} on the core each waits {long_pause} for its turn." if long_pause else ""
    return observed(
        results,
        status,
        typical(results, FEW, slice_of),
        statements={
            Status.HOLDS: f"Turns are too short to be noticed: {of_all} at most.{much}",
            Status.FAILS: f"Turns are long enough to be noticed: {of_all} at most.{much}",
            Status.UNDECIDED: "How long a turn on a core is cannot be told here.",
        },
        unit=" ms",
        about=f"What is counted is how long one of the {few} has the core at a time.",
        evidence=bars(results),
        limits=LIMITS,
    )


EXPERIMENT = Experiment(
    name="time-slices",
    title="short turns on a core",
    chapter="Scheduling",
    place=15,
    question="How long does the kernel let one task have a core before it lets another?",
    proposition="Turns on a core are so short that nobody notices that there are several.",
    explanation=(
        "Some processes compute on one core, and each keeps count of its own: time on the core, time in the run queue, and "
        "involuntary switches. A turn is the first by the last, a pause the second by the last. One more process only wants to "
        "beat every 10 ms and says how late it is: it has slept, so the kernel mostly lets it go first. Linux gives turns of a "
        "few milliseconds however many want the core, so with twice as many the pauses are twice as long: beside a crowd one does "
        "notice."
    ),
    claims=(30,),
    parameters=(
        Parameter("few", Kind.INTEGER, "processes that compute on the core", 2, minimum=2, maximum=16),
        Parameter("crowd", Kind.INTEGER, "processes that compute on the core in the second arm", 48, minimum=2, maximum=256),
        size(of="heartbeat", default=600),
    ),
    arms=arms,
    judge=judge,
    metric=slice_of,
    rounds=4,
)
