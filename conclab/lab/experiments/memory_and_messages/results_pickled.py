"""Workers return many numbers: processes have to pickle them, threads do not."""

from __future__ import annotations

from conclab.lab.experiments.common import START_METHODS, number, size, start_method, workers
from conclab.lab.judging import observed
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Values
from conclab.model.machine import Machine
from conclab.model.results import Repetition, Results, measure_of
from conclab.model.statistics import Interval, ratio_of_medians
from conclab.model.verdicts import Evidence, Status, Verdict

THREADS = "threads"
STEPS = 30
"""The middle size is this much smaller than the largest."""


def sizes(values: Values) -> list[int]:
    """One number, some, and as many as were asked for."""
    most = number(values, "size")
    return sorted({1, max(1, most // STEPS), most})


def process_arm(count: int) -> str:
    """The name of the arm whose processes return so many."""
    return f"processes, {count:,}"


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    many, method = number(values, "workers"), str(values["start_method"])

    def arm(name: str, executor: str, count: int) -> Arm:
        return Arm(name, executor, "returning", many, many, {"size": count})

    return arm(THREADS, "threads", number(values, "size")), *(arm(process_arm(count), method, count) for count in sizes(values))


def _each_ns(repetition: Repetition) -> float | None:
    """What pickling, the way and unpickling took, for one result on average."""
    parts = [repetition.measures.get(name) for name in ("pickling_ns", "way_ns", "unpickling_ns")]
    results = repetition.measures.get("pickled")
    known = [part for part in parts if part is not None]
    return sum(known) / results if results and len(known) == len(parts) else None


def share_of_wall(results: Results, arm: str) -> Interval | None:
    """Which share of the time that everything took one result was on its way."""
    pairs = [(_each_ns(one), one.wall_ns) for one in results.arm(arm).repetitions]
    known = [(each, float(wall)) for each, wall in pairs if each is not None and wall]
    return ratio_of_medians([each for each, _ in known], [wall for _, wall in known])


def _bar(results: Results, arm: str) -> Evidence:
    share, found = share_of_wall(results, arm), results.arm(arm)
    count = found.median_of(measure_of("pickled"))
    if not count:
        return Evidence(arm, 0.0 if count == 0 else None, None, " of the time", "nothing was pickled" if count == 0 else "")
    told = [
        f"{name} {figures.duration(value / count)}"
        for name, key in (("pickling", "pickling_ns"), ("way", "way_ns"), ("unpickling", "unpickling_ns"))
        if (value := found.median_of(measure_of(key))) is not None
    ]
    sent = found.median_of(measure_of("pickled_bytes"))
    return Evidence(arm, share.value if share else None, share, " of the time", f"{_bytes(sent, count)}, {', '.join(told)} each")


def _bytes(sent: float | None, count: float) -> str:
    return "" if sent is None else figures.size(sent / count)


def judge(results: Results) -> Verdict:
    many, most = number(results.values, "workers"), number(results.values, "size")
    largest = process_arm(most)
    came = {name: [one.measures.get("pickled") for one in found.repetitions] for name, found in results.arms.items()}
    complete = all(came.get(arm.name) for arm in results.planned)
    by_processes = all(count == many for name, counts in came.items() if name != THREADS for count in counts)
    by_threads = all(count == 0 for count in came.get(THREADS, []))
    share, least = share_of_wall(results, largest), share_of_wall(results, process_arm(1))
    sent = _bytes(results.arm(largest).median_of(measure_of("pickled_bytes")), many)
    took = f", which took {figures.percent(share.value)} of the time" if share else ""
    one = f" A result of one number took {_percent(least.value)}." if least and most > 1 else ""
    return observed(
        results,
        Status.UNDECIDED if not complete else Status.HOLDS if by_processes and by_threads else Status.FAILS,
        share,
        statements={
            Status.HOLDS: f"Every process had to pickle its result: {sent} for {most:,} numbers{took}.{one} "
            "Threads handed theirs over as they were.",
            Status.FAILS: "Results were pickled elsewhere than between processes, or not there.",
            Status.UNDECIDED: "Not every way of returning a result was seen yet.",
        },
        unit=" of the time",
        about="What is counted is which share of the whole time one of the largest results took to be pickled, sent and unpickled.",
        evidence=tuple(_bar(results, arm.name) for arm in results.planned),
        advice="Return little: a sum instead of a list; or write into shared memory, which needs no pickling.",
    )


def _percent(share: float) -> str:
    return "less than 1 %" if share < 0.01 else figures.percent(share)


EXPERIMENT = Experiment(
    name="results-pickled",
    title="bringing the results home",
    chapter="Memory and messages",
    place=20,
    question="What does it cost to bring a result from where it was made to whoever wants it?",
    proposition="Processes must pickle what they return, and threads need not.",
    explanation=(
        "Each worker computes some numbers and returns them. A thread returns a reference: the list is in the memory of both. A "
        "process's memory is its own, so multiprocessing turns the result into bytes (pickles it), writes them into a pipe, and "
        "makes a new list of them at the other end. The result itself takes the time of each step. Small results cost next to "
        "nothing; large ones may cost more than it took to compute them."
    ),
    claims=(17,),
    parameters=(workers(2), size(of="returning"), start_method(START_METHODS[0])),
    arms=arms,
    judge=judge,
    rounds=3,
)
