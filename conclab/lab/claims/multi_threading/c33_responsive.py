"""Claim 33: an interface stays responsive beside work in the background, and a priority helps."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.experiments.scheduling import responsive
from conclab.lab.experiments.scheduling.responsive import NICE, NICE_PROCESS, NICE_THREAD, PROCESS, THREAD, bars, half_of_them
from conclab.lab.experiments.scheduling.time_slices import NOTICED_MS, late_of, milliseconds
from conclab.lab.judging import compare, observed, settle, typical, unless_others, within
from conclab.lab.seeing import is_so
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results
from conclab.model.verdicts import Status, Verdict

AS_SOON = 0.75
"""The time that a beat takes beside a process, by the time beside a thread. With the GIL, which a thread keeps for 5 ms, it is
about a half; without, about one."""


def _responsive(results: Results) -> Verdict:
    """Beside a process and beside a thread, 99 of 100 beats are over before somebody notices."""
    process, thread = (milliseconds(results, name, late_of) for name in (PROCESS, THREAD))
    both = f"within {process} beside a process that computes on the same core, and {thread} beside a thread that does"
    return observed(
        results,
        is_so(unless_others(results, within(results, name, late_of, 0, NOTICED_MS)) for name in (PROCESS, THREAD)),
        typical(results, PROCESS, late_of),
        statements={
            Status.HOLDS: f"99 of 100 beats were over {both}.",
            Status.FAILS: f"99 of 100 beats were over only {both}: that is noticed.",
            Status.UNDECIDED: "Whether an interface stays responsive beside work in the background cannot be told here.",
        },
        unit=" ms",
        about="What is counted is how long a beat takes from when it is due, beside a process, at most in 99 of 100.",
        evidence=bars(results),
        limits=f"{NOTICED_MS:.0f} ms",
    )


def _as_well(results: Results) -> Verdict:
    """Whether a nice of 10 does for a thread in the background what it does for a process, where only the kernel is in the way."""
    ratio = compare(results, NICE_PROCESS, NICE_THREAD)
    process, thread = half_of_them(results, NICE_PROCESS), half_of_them(results, NICE_THREAD)
    both = (
        f"With a nice of {NICE} for who computes, half of the beats were over within {thread} beside a thread and {process} beside"
    )
    gil = " The priority does not reach as far as the GIL." if results.gil_enabled else ""
    return settle(
        results,
        ratio,
        threshold=AS_SOON,
        statements={
            Status.HOLDS: f"{both} a process: it helps as well.",
            Status.FAILS: f"{both} a process.{gil}",
            Status.UNDECIDED: "Whether a priority helps beside a thread as it does beside a process cannot be told here.",
        },
        evidence=bars(results),
    )


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    (results,) = found
    assert results is not None
    return (
        Part(_responsive(results), "it stays responsive"),
        Part(responsive.judge(results), "a priority helps beside a process"),
        Part(_as_well(results), "and as well beside a thread"),
    )


CLAIM = Claim(
    number=33,
    title="a UI stays responsive; priority helps",
    chapter="Multi-threading",
    statement="With work in the background an interface can stay responsive, the more so at a higher priority.",
    why=(
        "The {scheduler} lets a {task} that has slept run soon, because it has used less than its share. When it needs longer than "
        "a {time slice} it has to share the {core}, and then the weight that goes with {nice} counts: nice 10 has a ninth of the "
        "weight of nice 0. Between {threads|thread} of a Python program stands the {GIL} as well. It goes to another thread after "
        "the {switch interval}, and it asks the kernel for nobody's priority."
    ),
    article=(
        "The article is right about the kernel. In Python a priority does not reach as far as the GIL: let a process compute, not "
        "a thread. And to be raised above the rest takes a privilege; to lower the others does not."
    ),
    trials=(Trial("responsive", cap_s=14),),
    judge=judge,
    drawing="responsive",
)
