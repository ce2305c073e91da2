"""Workers change the object that they were handed: is it their own, and how did it come to them?"""

from __future__ import annotations

from conclab.lab.experiments.common import START_METHODS, number, size, workers
from conclab.lab.judging import observed, typical
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Metric, Values
from conclab.model.machine import Machine
from conclab.model.results import Repetition, Results, measure_of
from conclab.model.statistics import Interval
from conclab.model.verdicts import Evidence, Status, Verdict

EXECUTORS = ("threads", *START_METHODS)

_marks, _picklings = measure_of("marks_seen"), measure_of("picklings")


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    many = number(values, "workers")
    return tuple(Arm(name, name, "arguments", many, many, {"size": values["size"]}) for name in EXECUTORS)


def _counts(results: Results, name: str, metric: Metric) -> list[float]:
    return list(results.arm(name).by_round(metric).values())


def _share(results: Results, name: str, metric: Metric) -> Interval | None:
    """What was counted, for each worker."""
    many = number(results.values, "workers")

    def of_each(repetition: Repetition) -> float | None:
        counted = metric(repetition)
        return None if counted is None else counted / many

    return typical(results, name, of_each)


def _bars(results: Results, metric: Metric, unit: str) -> list[Evidence]:
    bars = []
    for name in EXECUTORS:
        share, counts = _share(results, name, metric), _counts(results, name, metric)
        label = name if name == "threads" else f"processes, {name}"
        note = f"{figures.count(counts[-1])} by {figures.plural(number(results.values, 'workers'), 'worker')}" if counts else ""
        bars.append(Evidence(label, share.value if share else None, share, unit=unit, note=note))
    return bars


def kept_apart(results: Results) -> Verdict:
    """Whether what a process does to its argument stays with it, while what a thread does is seen."""
    many = number(results.values, "workers")
    seen = {name: _counts(results, name, _marks) for name in EXECUTORS}
    apart = all(count == 0 for name in START_METHODS for count in seen[name])
    shared = all(count == many for count in seen["threads"])
    status = Status.HOLDS if apart and shared else Status.FAILS
    threads, processes = figures.plural(many, "thread"), figures.plural(many, "process")
    return observed(
        results,
        status if all(seen.values()) else Status.UNDECIDED,
        _share(results, "threads", _marks),
        statements={
            Status.HOLDS: f"{figures.sentence(processes)} changed their argument, and the parent saw none of it; of {threads} "
            "it saw everything.",
            Status.FAILS: "The parent saw something else than everything from threads and nothing from processes.",
            Status.UNDECIDED: "Not every way was seen yet.",
        },
        unit=" seen",
        about="What is counted is the share of the changes that the parent saw after its threads had ended.",
        evidence=_bars(results, _marks, " seen"),
        advice="To get something back from a process, send it: through a pipe or a queue, or as a pool's result.",
    )


def pickled(results: Results) -> Verdict:
    """Whether every start method makes the copy when the process starts, by pickling the argument for each."""
    many = number(results.values, "workers")
    counts = {name: _counts(results, name, _picklings) for name in START_METHODS}
    copied = [name for name in START_METHODS if counts[name] and all(count >= many for count in counts[name])]
    handed_on = [name for name in START_METHODS if counts[name] and all(count == 0 for count in counts[name])]
    status = Status.UNDECIDED
    if handed_on:
        status = Status.FAILS
    elif len(copied) == len(START_METHODS):
        status = Status.HOLDS
    once = f"{' and '.join(copied)} pickled the argument once for each process" if copied else ""
    never = f"{' and '.join(handed_on)} handed it on as it was, without any pickling"
    return observed(
        results,
        status,
        _share(results, "fork", _picklings),
        statements={
            Status.HOLDS: f"{figures.sentence(once)}.",
            Status.FAILS: f"{figures.sentence(never)}{f'; {once}' if once else ''}.",
            Status.UNDECIDED: "How the argument came to the processes was not seen by every start method.",
        },
        unit=" picklings",
        about="What is counted is how often the parent pickled the argument, for each process by fork.",
        evidence=_bars(results, _picklings, " picklings")[1:],
    )


EXPERIMENT = Experiment(
    name="argument-copies",
    title="the argument's copies",
    chapter="Memory and messages",
    place=10,
    question="A process changes the object that it was given as an argument. Does its parent see that, and was it copied?",
    proposition="What a process does to its argument stays with it.",
    explanation=(
        "An object is handed to every worker, and each leaves a mark on it. Threads get the object itself. spawn and forkserver "
        "start a process that has nothing of the parent, so the argument is pickled, sent and made anew, once for each process; "
        "the object counts that. A forked process already has the parent's memory as its own: the argument is there without being "
        "pickled or copied, and only the pages that somebody writes to are copied afterwards. Seen by the parent both is the same."
    ),
    claims=(43,),
    parameters=(workers(2), size(of="arguments")),
    arms=arms,
    judge=kept_apart,
    rounds=3,
)
