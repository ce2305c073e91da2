"""How long a turn on a core is, how long one waits for the next, and whether anybody notices."""

from __future__ import annotations

from conclab.lab.experiments.common import number, size
from conclab.lab.judging import observed, typical, unless_others, within
from conclab.lab.seeing import is_so, latencies_of
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
FEW, CROWD = "few", "crowd"

_p99, _away = measure_of("p99_ns"), measure_of("away_ns")


def slice_of(repetition: Repetition) -> float | None:
    """How long one of those that compute had the core at a time, on average, in milliseconds: its turns end with an involuntary
    switch, and the last one with its end."""
    busy = repetition.workers[1:]
    counted = add_up([worker.counters for worker in busy])
    if counted.on_core_ns is None or counted.involuntary_switches is None:
        return None
    return counted.on_core_ns / (counted.involuntary_switches + len(busy)) / 1e6


def pause_of(repetition: Repetition) -> float | None:
    """How long one of them had to wait for its next turn when it waited longest, by its own clock, in milliseconds."""
    away = _away(repetition)
    return None if away is None else away / 1e6


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
    """How long a turn of the few is, and the longest pauses of the few and of the crowd; the heartbeat's lateness beside them."""
    turn = typical(results, FEW, slice_of)
    made = [Evidence(f"turn, {results.values['few']} on a core", turn.value if turn else None, turn, " ms")]
    for name in (FEW, CROWD):
        pause, beat = typical(results, name, pause_of), f"beat: {latencies_of(results, name)}"
        made.append(Evidence(f"pause, {results.values[name]} on a core", pause.value if pause else None, pause, " ms", beat))
    return made


def judge(results: Results) -> Verdict:
    few, crowd = (figures.in_words(number(results.values, name)) for name in ("few", "crowd"))
    short = within(results, FEW, slice_of, 0, LONGEST_SLICE_MS)
    status = is_so([short, unless_others(results, within(results, FEW, late_of, 0, NOTICED_MS))])
    turn, pause = milliseconds(results, FEW, slice_of), milliseconds(results, FEW, pause_of)
    late, long_pause = milliseconds(results, FEW, late_of), milliseconds(results, CROWD, pause_of)
    turns = f"{few} that share a core have it for {turn} at a time and wait up to {pause} for the next turn"
    of_all = f"{turns}; 99 of 100 beats are {late} late"
    much = f" With {crowd} on the core half of them wait {long_pause} or longer at times." if long_pause else ""
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
        "Some processes compute on one core. A turn is their time on it, divided by how often the kernel took it from them "
        "(involuntary switches); a pause is what they see when they look at the clock again. One more process only wants to beat "
        "every 10 ms and says how late it is: it has slept, so the kernel mostly lets it go first. Linux gives turns of a few "
        "milliseconds however many want the core, so with twice as many the pauses are twice as long: beside a crowd one does "
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
