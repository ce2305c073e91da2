"""Claim 4: small jobs are hurt by the overhead of doing several at a time."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.claims.shared_trials import DOWNLOADS
from conclab.lab.experiments.parallelism import granularity
from conclab.lab.judging import compare, settle, speed_up
from conclab.model import figures
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results
from conclab.model.verdicts import Status, Verdict

HURT = 1.05
"""What takes at least this much longer is hurt."""


def _downloads(results: Results) -> Verdict:
    """Whether a few downloads take longer in threads, on one core where that can be had."""
    names = [arm.name for arm in results.planned if arm.name != "sequential"]
    pinned = "threads on one core"
    threads, where = (pinned, " on one core") if pinned in names else ("threads", "")
    ratio = compare(results, threads, "sequential")
    took = {name: figures.duration(results.arm(name).median_of(results.metric)) for name in (threads, "sequential")}
    both = f"{took[threads]} against {took['sequential']} one after another"
    return settle(
        results,
        ratio,
        threshold=HURT,
        statements={
            Status.HOLDS: f"Downloads in threads are slowed down{where}: {both}.",
            Status.FAILS: f"Downloads in threads are not slowed down{where}: {both}. They wait, and their waits overlap.",
            Status.UNDECIDED: f"Whether downloads in threads are slowed down{where} cannot be told here.",
        },
        evidence=[speed_up(results, "sequential", name, name) for name in names],
    )


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    jobs, downloads = found
    assert jobs is not None
    assert downloads is not None
    return Part(granularity.judge(jobs), "small jobs that compute"), Part(_downloads(downloads), "a few downloads")


CLAIM = Claim(
    number=4,
    title="small jobs are hurt by overhead",
    chapter="CPU and cores",
    statement="Doing several small things at a time, such as a few downloads, can be slower than one after another.",
    why=(
        "Handing a job to a worker of a {pool} takes a message, a wake-up and a {context switch}, tens of microseconds or more. "
        "What computes for less than that is done sooner than it is handed out: that is the {overhead}. What computes for longer "
        "gains from another {core}. A download hardly computes at all. It is {blocked} until the answer comes, and while it waits "
        "another one can be sent for, on one core too."
    ),
    article="The overhead is real. Downloads are an unlucky example of it, because they wait.",
    trials=(Trial("granularity", cap_s=6), DOWNLOADS),
    judge=judge,
    drawing="pool",
)
