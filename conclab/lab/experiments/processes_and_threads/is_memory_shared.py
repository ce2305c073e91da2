"""Workers append to a list that the parent made: does the parent see it?"""

from __future__ import annotations

from conclab.lab.experiments.common import number, size, workers
from conclab.lab.judging import observed
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Values
from conclab.model.machine import Machine
from conclab.model.results import ArmResult, Results
from conclab.model.statistics import Interval, ratio_of_medians
from conclab.model.verdicts import Evidence, Status, Verdict

EXECUTORS = ("threads", "fork", "spawn")


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    many = number(values, "workers")
    return tuple(Arm(name, name, "shared-list", many, many, {"size": values["size"]}) for name in EXECUTORS)


def _seen(arm: ArmResult) -> list[float]:
    return [repetition.measures.get("seen_by_parent", -1.0) for repetition in arm.repetitions]


def _seen_share(arm: ArmResult, made: int) -> Interval | None:
    seen = _seen(arm)
    return ratio_of_medians(seen, [float(made)] * len(seen))


def judge(results: Results) -> Verdict:
    made = number(results.values, "workers") * number(results.values, "size")
    seen = {name: _seen(results.arm(name)) for name in EXECUTORS}
    complete = all(seen.values())
    shared = all(count == made for count in seen["threads"])
    apart = all(count == 0 for name in ("fork", "spawn") for count in seen[name])
    bars = []
    for name in EXECUTORS:
        share = _seen_share(results.arm(name), made)
        label = name if name == "threads" else f"processes, {name}"
        note = f"{figures.count(seen[name][-1])} of {made:,} items" if seen[name] else ""
        bars.append(Evidence(label, share.value if share else None, share, unit=" seen", note=note))
    return observed(
        results,
        Status.UNDECIDED if not complete else Status.HOLDS if shared and apart else Status.FAILS,
        _seen_share(results.arm("threads"), made),
        statements={
            Status.HOLDS: f"Threads changed the parent's own list: it saw all {made:,} items. "
            "Processes changed copies of theirs: it saw none.",
            Status.FAILS: "The parent saw something else than everything from threads and nothing from processes.",
            Status.UNDECIDED: "Not every way was seen yet.",
        },
        unit=" seen",
        about="What is counted is the share of the items that the parent saw after its threads had ended.",
        evidence=bars,
        advice="Processes that must share can: multiprocessing.shared_memory, pipes and queues.",
    )


EXPERIMENT = Experiment(
    name="is-memory-shared",
    title="is memory shared?",
    chapter="Processes and threads",
    place=20,
    question="If a worker changes a list that its parent made, does the parent see it?",
    proposition="Threads share their parent's memory, child processes do not.",
    explanation=(
        "Threads live in one address space: the list is the same object for all of them. A forked process begins with the same "
        "memory, copied page by page as soon as somebody writes (copy-on-write), so what it appends stays with it. A spawned "
        "process gets the list pickled, a new object from the start."
    ),
    claims=(8, 43),
    parameters=(workers(4), size(of="shared-list")),
    arms=arms,
    judge=judge,
    rounds=3,
)
