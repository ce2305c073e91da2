"""Two threads on one core, in Python, C and Rust: who splits the time between them?"""

from __future__ import annotations

from dataclasses import replace

from conclab.lab.experiments.common import size
from conclab.lab.judging import disturbances, typical, unless_others, why_open, within
from conclab.lab.seeing import is_so, seen
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Values
from conclab.model.machine import Machine
from conclab.model.results import Repetition, Results
from conclab.model.verdicts import Evidence, Status, Verdict

PYTHON, C, RUST = "threads in Python", "threads in C", "threads in Rust"
LANGUAGES = {PYTHON: "python", C: "c", RUST: "rust"}
HALF, TOLERANCE = 0.5, 0.05
WORKERS = 2
LITTLE = 0.1
"""Of its life, in which it does not run for a half: who is blocked for less than this is kept from running by the kernel."""


def first_share(repetition: Repetition) -> float | None:
    """How much of what both threads had of the core was the first one's, by what they told of the second half of the time."""
    had = [worker.result for worker in repetition.workers if isinstance(worker.result, int)]
    return had[0] / sum(had) if len(had) == WORKERS and sum(had) > 0 else None


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    arguments = {"size": values["size"], "workers": WORKERS}
    work = "sharing-a-core"
    return tuple(
        Arm(name, "threads", work, WORKERS, WORKERS, arguments, one_core=True, language=language, optional=language != "python")
        for name, language in LANGUAGES.items()
    )


def bars(results: Results, *arms: str) -> list[Evidence]:
    """What the first thread of these pairs had, and what the time went to."""
    made = []
    for arm in arms:
        if arm in results.missing:
            continue
        share, split = typical(results, arm, first_share), results.arm(arm).shares()
        note = f"on/wants/blocked {'/'.join(f'{max(0.0, part) * 100:.0f}' for part in split)} %" if split else ""
        made.append(Evidence(arm, share.value if share else None, share, " of the core", note))
    return [*made, Evidence("half", HALF, unit=" of the core", ideal=True)]


def fair(results: Results, arm: str) -> Verdict:
    """Whether both threads had half of the core, give or take five of a hundred."""
    here = arm not in results.missing
    share = typical(results, arm, first_share) if here else None
    even = unless_others(results, within(results, arm, first_share, HALF - TOLERANCE, HALF + TOLERANCE)) if here else None
    had = f"{figures.percent(share.value)} and {figures.percent(1 - share.value)}" if share else ""
    return seen(
        results,
        is_so([even]),
        share,
        statements={
            Status.HOLDS: f"Two {arm} on one core split its time evenly: {had}.",
            Status.FAILS: f"Two {arm} on one core did not split its time evenly: {had}.",
            Status.UNDECIDED: f"Whether two {arm} split a core evenly cannot be told here.",
        },
        unit=" of the core",
        about="What is counted is what the first thread had, of what both had.",
        evidence=bars(results, arm),
        besides=(why_open(results, "45 or 55 %"),) if share is not None and even is None else (),
    )


def by_the_kernel(results: Results) -> Verdict:
    """Whether it is the kernel that splits the time of Python's threads: then the one that does not run wants the core. Under the
    GIL it is blocked instead, and wants nothing. Where others want the core too, or a quota takes it away, the two look alike."""
    shares = results.arm(PYTHON).shares()
    factor, disturbed = disturbances(results)
    kernel = gil = False
    if factor > 1 or results.machine.usable_cores < 1:
        results = replace(
            results, lacks="Others had this core too, or a quota took it away: who waits for what cannot be told then."
        )
    elif shares is not None:
        kernel = results.gil_enabled is False and shares[1] > LITTLE > shares[2]
        gil = results.gil_enabled is True and shares[2] > LITTLE
    wanted, blocked = (figures.percent(shares[1]), figures.percent(shares[2])) if shares else ("", "")
    return seen(
        results,
        Status.HOLDS if kernel else Status.FAILS if gil else Status.UNDECIDED,
        statements={
            Status.HOLDS: f"Python's threads wanted the core for {wanted} of their lives: it is the kernel that splits the time.",
            Status.FAILS: f"Python's threads were blocked for {blocked} of their lives and wanted the core for {wanted}: "
            "the GIL splits the time before the kernel can.",
            Status.UNDECIDED: "Who splits the time of Python's threads cannot be told here.",
        },
        besides=disturbed,
    )


def judge(results: Results) -> Verdict:
    """Of Python's threads, which are the ones that are always here."""
    return replace(fair(results, PYTHON), evidence=tuple(bars(results, *LANGUAGES)))


EXPERIMENT = Experiment(
    name="splitting-one-core",
    title="two threads, one core",
    chapter="Other languages",
    place=30,
    question="Two threads compute on one core. Who decides how much of it each gets?",
    proposition="Two threads on one core split its time evenly.",
    explanation=(
        "Both threads compute for a set time, pinned to one core. In C and Rust both always want the core, and the kernel takes it "
        "from one and gives it to the other every few milliseconds. In Python with a GIL one of them has the lock and the other is "
        "blocked on it, so the kernel has nobody to choose from: the lock's hand-over every 5 ms does the splitting. It comes to "
        "about the same shares, for another reason, which the split into wanting a core and being blocked shows. Only the second "
        "half of the time counts: on a busy core a thread may have to wait for its first turn."
    ),
    claims=(32,),
    parameters=(size(of="sharing-a-core"),),
    arms=arms,
    judge=judge,
    metric=first_share,
    rounds=4,
)
