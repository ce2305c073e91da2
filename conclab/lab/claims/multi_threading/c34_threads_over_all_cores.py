"""Claim 34: threads are spread over all cores."""

from __future__ import annotations

from conclab.lab.busy_cores import SHARE, bound, in_reach, used_of
from conclab.lab.judging import cores_used, settle, where_time_went
from conclab.model import figures
from conclab.model.claims import Claim, Trial, alone
from conclab.model.results import Results
from conclab.model.verdicts import Evidence, Status, Verdict


def judge(results: Results) -> Verdict:
    threads, processes = cores_used(results, "threads"), cores_used(results, "processes")
    used = used_of(results, "threads")
    shares = results.arm("threads").shares()
    slept = f" They were blocked for {figures.percent(shares[2])} of their time." if shares else ""
    bars = [
        Evidence(name, found.value if found else None, found, " cores", where_time_went(results, name))
        for name, found in (("threads", threads), ("processes", processes))
    ]
    return settle(
        results,
        threads,
        threshold=SHARE * in_reach(results),
        statements={
            Status.HOLDS: f"Threads that compute kept {used} busy.",
            Status.FAILS: f"Threads that compute kept {used} busy.{slept}",
            Status.UNDECIDED: "Whether threads keep all cores busy cannot be told here.",
        },
        unit=" cores",
        evidence=(*bars, bound(results)),
        advice={Status.FAILS: "Try a free-threaded Python (3.13t or newer), or processes."},
    )


CLAIM = Claim(
    number=34,
    title="threads are spread over all cores",
    chapter="Multi-threading",
    statement="With several cores, the threads of a program are distributed over all of them.",
    why=(
        "The {scheduler} puts a {native thread} on any {core} that is free, so nothing in the {kernel} is against it. CPython's "
        "{GIL} is: whoever runs Python code holds it, and the others are {blocked} on it until it is handed over, every 5 ms. So "
        "the threads take turns, and as many as there are keep one core busy. A {free-threaded build} has no such lock; there they "
        "spread as the kernel likes."
    ),
    article="The article says so of all languages. It is true of C, Rust and Go, and of Python only without the GIL.",
    trials=(Trial("threads-or-processes"),),
    judge=alone(judge),
    drawing="gil",
)
