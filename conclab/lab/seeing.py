"""Verdicts on what was seen and counted in the arms, and why something could not be seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from conclab.lab.judging import largest_of, observed
from conclab.model import figures
from conclab.model.experiments import Metric
from conclab.model.results import Results, measure_of
from conclab.model.statistics import Interval, ratio_of_medians
from conclab.model.verdicts import Evidence, Status, Verdict

NOT_TOLD = "The kernel did not tell what was asked for."
MEBIBYTE = 1024 * 1024


def needs_linux(_values: object, machine: object) -> str | None:
    """What an experiment that looks into /proc lacks elsewhere."""
    if getattr(machine, "system", "") == "Linux":
        return None
    return "This is read from /proc, which Linux has and this system has not."


def memory(number: float | None) -> str:
    """Memory in sentences: 32 KiB, 2.1 MiB, 64 MiB. Blank when there is none."""
    if number is None:
        return ""
    if number < MEBIBYTE:
        return f"{number / 1024:.0f} KiB"
    size = number / MEBIBYTE
    return f"{size:.1f} MiB" if size < 9.95 else f"{size:,.0f} MiB"


def share(results: Results, arm: str, part: Metric, whole: Metric) -> Interval | None:
    """Which share one figure of an arm's repetitions is of another, with its interval over the rounds; None: not told."""
    if arm in results.missing:
        return None
    parts, wholes = results.arm(arm).by_round(part), results.arm(arm).by_round(whole)
    both = sorted(parts.keys() & wholes.keys())
    return ratio_of_medians([parts[number] for number in both], [wholes[number] for number in both])


def latencies_of(results: Results, arm: str) -> str:
    """median 17.3 µs, p99 98.0 µs, worst 6.21 ms, of what the workload measured; the worst is that of all repetitions."""
    found = results.arm(arm)
    parts = [
        ("median", found.median_of(measure_of("median_ns"))),
        ("p99", found.median_of(measure_of("p99_ns"))),
        ("worst", largest_of(results, arm, measure_of("worst_ns"))),
    ]
    return ", ".join(f"{name} {figures.duration(value)}" for name, value in parts if value is not None)


def always(results: Results, arm: str, figure: Metric) -> float | None:
    """What every repetition of an arm found alike; None: they differ, or it was not told."""
    if arm in results.missing:
        return None
    found = set(results.arm(arm).by_round(figure).values())
    return found.pop() if len(found) == 1 else None


def is_so(answers: Iterable[bool | None]) -> Status:
    """HOLDS: all of them are so; FAILS: one is not; UNDECIDED: the others are, or there are none, and one is not known."""
    found = list(answers)
    if False in found:
        return Status.FAILS
    return Status.HOLDS if found and None not in found else Status.UNDECIDED


def seen(
    results: Results,
    status: Status,
    interval: Interval | None = None,
    *,
    statements: Mapping[Status, str],
    unit: str = "",
    about: str = "",
    evidence: Sequence[Evidence] = (),
    advice: str = "",
    besides: Sequence[str] = (),
) -> Verdict:
    """``observed``; where it stays open, the reasons say what this machine lacks, or that it was not told. ``besides``: more."""
    verdict = observed(results, status, interval, statements=statements, unit=unit, about=about, evidence=evidence, advice=advice)
    why = ""
    if status is Status.UNDECIDED:
        why = results.lacks or ("" if results.missing or interval else NOT_TOLD)
    return replace(verdict, reasons=(*filter(None, [why]), *verdict.reasons, *besides))
