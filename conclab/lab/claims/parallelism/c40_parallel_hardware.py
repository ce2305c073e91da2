"""Claim 40: cores, GPUs, FPGAs and clusters are parallel hardware."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.experiments.parallelism.parallel_hardware import CLUSTER, GPU, THRESHOLD, by_cluster, by_gpu, gpu_name, judge
from conclab.lab.judging import settle
from conclab.model import figures
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results
from conclab.model.statistics import Interval
from conclab.model.verdicts import Evidence, Status, Verdict


def _measured(results: Results, interval: Interval | None, label: str, what: str) -> Verdict:
    got = figures.times(interval.value) if interval else ""
    told = f"{what} was {got} as fast as one core."
    return settle(
        results,
        interval,
        threshold=THRESHOLD,
        statements={
            Status.HOLDS: told,
            Status.FAILS: told,
            Status.UNDECIDED: f"Whether {label} is faster than one core cannot be told here.",
        },
        evidence=(Evidence(label, interval.value if interval else None, interval),),
    )


def _part(results: Results, label: str, name: str, interval: Interval | None, what: str) -> Part:
    """What was measured; or that it is not here, which says nothing against the claim."""
    why = results.missing.get(label)
    if why is None:
        return Part(_measured(results, interval, label, what), name)
    return Part(
        Verdict(Status.UNDECIDED, f"{figures.sentence(label)} was not measured.", reasons=(f"{figures.sentence(why)}.",)),
        name,
        True,
    )


def parts(found: Sequence[Results | None]) -> tuple[Part, ...]:
    (results,) = found
    assert results is not None
    gpu = f"{gpu_name(results) or 'The GPU'}, multiplying matrices,"
    return (
        Part(judge(results), "several cores"),
        _part(results, CLUSTER, "a cluster", by_cluster(results), "A Dask cluster of this machine's cores"),
        _part(results, GPU, "a GPU", by_gpu(results), gpu),
    )


CLAIM = Claim(
    number=40,
    title="GPUs, FPGAs, clusters are parallel too",
    chapter="Parallelism",
    statement="Processors with several cores, GPUs, FPGAs and clusters are hardware that computes in parallel.",
    why=(
        "A processor has several {cores|core}, each with a program of its own. A GPU has thousands of small ones that do the same "
        "to different data, which suits matrices and pictures, and everything has to be copied there and back. A cluster is many "
        "machines that send one another messages: no memory is shared, so {IPC} decides what it is good for. An FPGA is no "
        "processor at all but logic that is wired up for one task, all of which works at once; to measure one takes a circuit "
        "designed for it, so here it is only explained."
    ),
    article="The article is right. It leaves out that each of them wants work cut in another way.",
    trials=(Trial("parallel-hardware"),),
    judge=parts,
    drawing="hardware",
)
