"""Claim 18: processes are the choice for CPU-bound work."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.busy_cores import SHARE, bound, in_reach, used_of
from conclab.lab.judging import compare, cores_used, settle, where_time_went
from conclab.model import figures
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results
from conclab.model.verdicts import Evidence, Status, Verdict

ONE_AT_A_TIME = 1.15
"""Cores: threads of which one at a time runs keep no more busy."""
PURE = Trial("threads-or-processes", cap_s=16)
SHORT = Trial("threads-or-processes", {"work": "small-matrices", "size": "20"}, cap_s=4.0)
"""A job of a few milliseconds in all: 20 products of matrices of eight rows a task."""
HASHING = Trial("hashing-against-primes", {"mebibytes": "100", "limit": "60000"}, cap_s=12.0)


def _bar(results: Results, arm: str) -> Evidence:
    found = cores_used(results, arm)
    return Evidence(arm, found.value if found else None, found, " cores", where_time_went(results, arm))


def threads_alone(results: Results) -> Verdict:
    """Whether threads leave the other cores idle, so that something else is needed."""
    used = used_of(results, "threads")
    return settle(
        results,
        cores_used(results, "threads"),
        threshold=ONE_AT_A_TIME,
        floor=0.0,
        statements={
            Status.HOLDS: f"With pure Python, threads kept {used} busy: one at a time ran.",
            Status.FAILS: f"With pure Python, threads kept {used} busy: more than one ran at a time.",
            Status.UNDECIDED: "How many cores threads keep busy with pure Python cannot be told here.",
        },
        evidence=(_bar(results, "threads"), bound(results)),
        unit=" cores",
    )


def processes_spread(results: Results) -> Verdict:
    """Whether processes use the cores."""
    used = used_of(results, "processes")
    return settle(
        results,
        cores_used(results, "processes"),
        threshold=SHARE * in_reach(results),
        statements={
            Status.HOLDS: f"With the same work, processes kept {used} busy.",
            Status.FAILS: f"With the same work, processes kept only {used} busy.",
            Status.UNDECIDED: "How many cores processes keep busy with pure Python cannot be told here.",
        },
        evidence=(_bar(results, "processes"), bound(results)),
        unit=" cores",
    )


def short_jobs(results: Results) -> Verdict:
    """Whether processes help where the whole job is over in a few milliseconds."""
    ratio = compare(results, "sequential", "processes")
    got = figures.times(ratio.value) if ratio else ""
    whole = figures.duration(results.arm("sequential").median_of(results.metric))
    return settle(
        results,
        ratio,
        threshold=1.0,
        statements={
            Status.HOLDS: f"Small matrices, {whole} of work in all: processes were {got} as fast as one worker.",
            Status.FAILS: f"Small matrices, {whole} of work in all: processes were {got} as fast as one worker: "
            "starting them cost more than they gained.",
            Status.UNDECIDED: f"Whether processes help with {whole or 'a few milliseconds'} of work in all cannot be told here.",
        },
        evidence=(Evidence("processes", ratio.value if ratio else None, ratio),),
    )


def hashing(results: Results) -> Verdict:
    """Whether hashing takes processes: not where threads use the cores with it."""
    arm = "hashing, threads"
    found = cores_used(results, arm)
    used = used_of(results, arm)
    why = "" if results.gil_enabled is False else " hashlib lets the GIL go for pieces of 2,048 bytes and more."
    return settle(
        results,
        found,
        threshold=SHARE * in_reach(results),
        floor=0.0,
        statements={
            Status.HOLDS: f"With hashing too, threads kept only {used} busy.",
            Status.FAILS: f"With hashing, threads kept {used} busy: no processes are needed.{why}",
            Status.UNDECIDED: "How many cores threads keep busy with hashing cannot be told here.",
        },
        evidence=(_bar(results, arm), _bar(results, "primes, threads")),
        unit=" cores",
    )


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    pure, short, hashed = found
    assert pure is not None
    parts = [Part(threads_alone(pure), "pure Python, threads"), Part(processes_spread(pure), "pure Python, processes")]
    if hashed is not None:
        parts.append(Part(hashing(hashed), "hashing"))
    if short is not None:
        parts.append(Part(short_jobs(short), "small matrices, small tasks", beside=True))
    return tuple(parts)


CLAIM = Claim(
    number=18,
    title="CPU-bound work needs processes",
    chapter="Which one to use",
    statement="Work that keeps the CPU busy should be done by processes, in parallel.",
    why=(
        "Each {process} has an {interpreter} and a {GIL} of its own, so {CPU-bound} Python code runs on as many {cores|core} as "
        "there are processes. Threads of one process share one GIL and take turns. C code may let go of the GIL while it needs no "
        "Python object, as hashlib does, and then threads spread too; in a {free-threaded build} they always do. Processes have to "
        "be started, and what they work on and return is {pickled|pickling}: below some milliseconds of work that {overhead} "
        "outweighs what they gain."
    ),
    article=(
        "For pure Python the rule of thumb is right. Its example, multiplying small matrices, is one that processes often make "
        "slower, and much that keeps a CPU busy is C code that lets threads run."
    ),
    trials=(PURE, SHORT, HASHING),
    judge=judge,
    drawing="cores",
)
