"""Of how many cores the workers of an experiment could keep busy, and how many they did."""

from __future__ import annotations

from conclab.lab.experiments.common import number
from conclab.lab.judging import cores_used
from conclab.model import figures
from conclab.model.results import Results
from conclab.model.verdicts import Evidence

SHARE = 0.85
"""Of the cores in reach: workers that keep fewer busy are not spread over all of them."""


def in_reach(results: Results) -> float:
    """The usable cores, or the workers where these are fewer: on a machine of 64 cores sixteen keep no more than sixteen busy."""
    return min(float(number(results.values, "workers")), results.machine.usable_cores)


def used_of(results: Results, arm: str) -> str:
    """1.97 of 2 cores; 15.9 of at most 16 cores where there are more than workers. Empty where it was not counted."""
    found, most = cores_used(results, arm), in_reach(results)
    at_most = "at most " if most < results.machine.usable_cores else ""
    return f"{found.value:.2f} of {at_most}{figures.cores(most)} cores" if found else ""


def bound(results: Results) -> Evidence:
    """The bar of what cannot be exceeded."""
    label = "a core each" if in_reach(results) < results.machine.usable_cores else "all cores"
    return Evidence(label, in_reach(results), unit=" cores", ideal=True)
