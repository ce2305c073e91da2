"""Claim 16: what is I/O-bound is for threads, such as counting the lines of a file."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.claims.shared_trials import DOWNLOADS
from conclab.lab.experiments.concurrency import downloads, waiting_room
from conclab.lab.experiments.concurrency.counting_lines import COMPUTES, WAITS, still_in_memory
from conclab.lab.judging import compare, observed, speed_up, typical
from conclab.model import figures
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Repetition, Results
from conclab.model.verdicts import Evidence, Status, Verdict


def blocked_share(repetition: Repetition) -> float | None:
    """The share of its time for which a worker alone was neither on a core nor wanting one."""
    blocked, wall = repetition.counters.blocked_ns, repetition.counters.wall_ns
    return None if blocked is None or not wall else max(0.0, blocked / wall)


def _quota(results: Results) -> str:
    """Whom a quota stops looks as if they waited."""
    quota = results.machine.quota_cores
    return f"A CPU quota of {figures.cores(quota)} cores stops work as a wait would." if quota is not None and quota < 1 else ""


def lines(results: Results) -> Verdict:
    """Whether counting lines is I/O-bound: by what one worker alone spends its time on, which no GIL and no core changes."""
    share = typical(results, "sequential", blocked_share)
    against = _quota(results) or still_in_memory(results)
    status = Status.UNDECIDED
    if share is not None and not against:
        status = Status.HOLDS if share.low > WAITS else Status.FAILS if share.high < COMPUTES else Status.UNDECIDED
    threads = compare(results, "sequential", "threads")
    faster = f" Threads were {figures.times(threads.value)} as fast." if threads else ""
    files = "files in memory" if results.values["cache"] == "warm" else "files on the disk"
    who = f"Who counts the lines of {files} is blocked for {figures.percent(share.value)} of its time" if share else ""
    between = share is not None and not against and share.low > COMPUTES and share.high < WAITS
    return observed(
        results,
        status,
        share,
        statements={
            Status.HOLDS: f"{who}: it waits.{faster}",
            Status.FAILS: f"{who}: it computes.{faster}",
            Status.UNDECIDED: f"{who}: it does both, waiting and computing.{faster}"
            if between
            else f"Whether counting the lines of {files} waits or computes cannot be told here. {against}".rstrip(),
        },
        unit=" blocked",
        about="What is counted is the share of its time for which a worker alone was blocked.",
        limits="" if between else f"{COMPUTES} or {WAITS}",
        evidence=(
            Evidence("one after another", share.value if share else None, share, unit=" blocked"),
            speed_up(results, "sequential", "threads", "threads"),
            speed_up(results, "sequential", "processes", "processes"),
        ),
    )


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    waits, fetched, warm, cold = found
    assert waits is not None
    assert fetched is not None
    assert warm is not None
    parts = [
        Part(waiting_room.judge(waits), "waiting"),
        Part(downloads.judge(fetched), "downloads"),
        Part(lines(warm), "lines of files in memory"),
    ]
    if cold is not None:
        parts.append(Part(lines(cold), "lines of files on the disk", beside=True))
    return tuple(parts)


CLAIM = Claim(
    number=16,
    title="I/O-bound work: use threads",
    chapter="Which one to use",
    statement="Work that is I/O-bound, such as counting the lines of files, is for threads.",
    why=(
        "Who waits for a network, a disk or a timer is {blocked}. It needs no {core} then and gives the {GIL} away, so the others "
        "can wait or work meanwhile, and many waits take as long as one. That makes threads right for {I/O-bound} work. Files that "
        "were read a while ago still lie in memory, and to read them again is no waiting but copying. What is left of counting "
        "their lines is to look at every byte: work for a core, {CPU-bound}."
    ),
    article="The rule is right, and the example depends: lines of files in memory are counted by a core that waits for nothing.",
    trials=(
        Trial("waiting-room", {"size": "30"}, rounds=4),
        DOWNLOADS,
        Trial("counting-lines", {"size": "8", "workers": "2"}, rounds=4),
        Trial("counting-lines", {"size": "2", "workers": "2", "cache": "cold"}, rounds=3, required=False),
    ),
    judge=judge,
    drawing="overlap",
)
