"""Main starts workers and ends without waiting for them: who gets to finish?"""

from __future__ import annotations

from dataclasses import replace

from conclab.lab.experiments.common import number, size
from conclab.lab.judging import typical
from conclab.lab.seeing import seen
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Parameter, Value, Values
from conclab.model.machine import Machine
from conclab.model.results import Repetition, Results, measure_of
from conclab.model.verdicts import Evidence, Status, Verdict

GO = "goroutines"
KINDS = {
    "threads": "thread",
    "daemon threads": "daemon thread",
    "processes": "process",
    "daemon processes": "daemon process",
}
"""Arms in Python, and what their workers are."""
_started, _finished = measure_of("started"), measure_of("finished")


def share_finished(repetition: Repetition) -> float | None:
    """Which share of those that had started came to their end."""
    started, finished = _started(repetition), _finished(repetition)
    return finished / started if started and finished is not None else None


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    arguments: dict[str, Value] = {"size": values["size"], "several": values["several"]}
    in_python = (Arm(name, "sequential", "unawaited", 1, 1, {**arguments, "kind": kind}) for name, kind in KINDS.items())
    return *in_python, Arm(GO, GO, "unawaited", 1, 1, arguments, language="go", optional=True)


def bars(results: Results, *arms: str) -> list[Evidence]:
    """Which share of these kinds came to its end."""
    made = []
    for arm in arms:
        if arm in results.missing:
            continue
        share = typical(results, arm, share_finished)
        made.append(Evidence(arm, share.value if share else None, share, " finished"))
    return made


def left_behind(results: Results, arm: str) -> Verdict:
    """Whether the program ended without them: whether none of those that had started had finished."""
    shares = [] if arm in results.missing else list(results.arm(arm).by_round(share_finished).values())
    who, many = figures.sentence(arm), figures.in_words(number(results.values, "several"))
    none, everyone = bool(shares) and max(shares) == 0, bool(shares) and min(shares) == 1
    how_often = figures.plural(len(shares), "repetition")
    return seen(
        results,
        Status.HOLDS if none else Status.FAILS if everyone else Status.UNDECIDED,
        typical(results, arm, share_finished) if shares else None,
        statements={
            Status.HOLDS: f"{who}: none of {many} had finished when the program was over, in {how_often}.",
            Status.FAILS: f"{who}: all {many} finished in {how_often}, although main did not wait.",
            Status.UNDECIDED: f"{who}: what becomes of them when main does not wait cannot be told here.",
        },
        unit=" finished",
        about="What is counted is the share that had finished when the program was over.",
        evidence=bars(results, arm),
    )


def judge(results: Results) -> Verdict:
    """Of Python's plain threads, the ones that everybody begins with."""
    return replace(
        left_behind(results, "threads"),
        evidence=tuple(bars(results, *KINDS, GO)),
        advice="Wait for what has to be finished: join() in Python, a WaitGroup in Go.",
    )


EXPERIMENT = Experiment(
    name="unawaited",
    title="main does not wait",
    chapter="Other languages",
    place=40,
    question="A program starts workers and comes to its end without waiting for them. Do they get to finish?",
    proposition="A program that does not wait for its threads ends without them.",
    explanation=(
        "Each worker says that it has started, goes on for a while, and says that it has finished. Main waits until all have "
        "started, and then is at its end. In Go the program is over when main is, and goroutines with it. Python's interpreter "
        "joins every thread that is not a daemon before it ends, and multiprocessing does so with its processes; daemons it leaves "
        "behind, or ends. So the same program text means something else in each language, and waiting says what is meant."
    ),
    claims=(37,),
    parameters=(
        Parameter("several", Kind.INTEGER, "how many workers are started", 5, minimum=1, maximum=64),
        size(of="unawaited"),
    ),
    arms=arms,
    judge=judge,
    metric=share_finished,
    rounds=3,
)
