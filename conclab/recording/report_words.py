"""What reports say, whatever they are written in: the same words and figures in Markdown and in HTML."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from conclab.model import figures
from conclab.model.claims import Claim, Finding, Part
from conclab.model.glossary import terms_in
from conclab.model.glossary_terms import TERMS
from conclab.model.surveys import Column, Survey
from conclab.model.verdicts import GLYPHS, Evidence

MARK = "conclab: report on claims"
"""Near the beginning of every report: what conclab may write over."""
TITLE = "Which sentences about concurrency hold here?"
LEAD = (
    "An introduction to concurrency says forty-five things about processors, processes, threads and Python. conclab turns each "
    "into an experiment and runs it. This page says what came of them on one machine: where a sentence holds, where not, and why."
)
HOW = (
    "A sentence holds if the whole 95 % interval of what was measured lies past a threshold that was set before, and fails if all "
    "of it lies on the other side. Where the interval reaches across, where the machine was disturbed or lacks what it takes, "
    "nothing is decided, and it says what would decide it. What is decided by being seen, yes or no, has no interval. Arms were "
    "run in turn, each time in a fresh interpreter. A grey bar is a bound that was computed, not measured. What has its sign in "
    "brackets is told beside the rest and does not count."
)


@dataclass(frozen=True, slots=True)
class About:
    """Where and when."""

    made: str
    machine: str
    """System and kernel."""
    cores: str
    conclab: str
    """Its version."""


def chapters(survey: Survey) -> Iterator[tuple[str, list[Claim]]]:
    """The claims by chapter, both in their order."""
    for chapter, claims in groupby(survey.claims, key=lambda claim: claim.chapter):
        yield chapter, list(claims)


def agreement(survey: Survey, numbers: Sequence[str]) -> str:
    """About which claims several Pythons differ; ``numbers`` as they are written there. Empty where nothing can be compared."""
    if not survey.compared():
        return ""
    if numbers:
        return f"The Pythons differ about {', '.join(numbers)}."
    return "The Pythons agree about every claim that was decided under more than one of them."


def python_name(column: Column) -> str:
    """Python 3.11 (3.11.2, GIL on)."""
    told = [part for part in (column.version if column.version not in column.label else "", column.gil) if part]
    return f"Python {column.label}" + (f" ({', '.join(told)})" if told else "")


def conditions(finding: Finding) -> str:
    """6 repetitions · 4.1 s · 23 November 2026, 20:41."""
    rounds = max((part.verdict.rounds for part in finding.parts), default=0)
    parts = [
        figures.plural(rounds, "repetition") if rounds else "",
        figures.duration(finding.took_s * 1e9) if finding.took_s else "",
        time.strftime("%d %B %Y, %H:%M", time.localtime(finding.began_s)).lstrip("0"),
    ]
    return " · ".join(part for part in parts if part)


def glyph_of(part: Part) -> str:
    """✓, and in brackets where it does not count."""
    glyph = GLYPHS[part.verdict.status]
    return f"({glyph})" if part.beside else glyph


def figure_of(bar: Evidence) -> str:
    """1.84×, or 0.25 kept."""
    return figures.with_unit(bar.value, bar.unit)


def spread_of(bar: Evidence) -> str:
    """1.80–1.88; empty for what was computed or has no interval."""
    if bar.interval is None or bar.ideal:
        return ""
    return "–".join(figures.times(end).removesuffix("×") for end in (bar.interval.low, bar.interval.high))


def bars_of(bars: tuple[Evidence, ...]) -> list[Evidence]:
    """Those that have a value that can be drawn."""
    return [bar for bar in bars if bar.value is not None and math.isfinite(bar.value)]


def glossary(survey: Survey) -> dict[str, str]:
    """The terms that the claims mark, and what they mean."""
    texts = [text for claim in survey.claims for text in (claim.statement, claim.why, claim.article, claim.convention)]
    return {term: TERMS[term] for term in sorted(terms_in(texts), key=str.lower) if term in TERMS}
