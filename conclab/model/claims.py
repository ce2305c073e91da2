"""Claims: sentences of the article, in our own words, each with the experiments that decide it and the rule that does.

A claim is one file below ``lab/claims/<chapter>/`` that holds one ``Claim``. Its *trials* are runs of experiments of the catalogue,
with the values that fit; several claims may ask for the same trial, and it is then run once. Its *judge* is a pure function from
the trials' results to *parts*: the sentences that the claim comes apart into, each with a verdict of its own. What the claim comes
to follows from its parts by one rule (``standing_of``), the same for all.

Texts mark terms of the glossary in braces: ``{GIL}``, or ``{switches|context switch}`` where another word is shown (``glossary``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from conclab.model.results import Results
from conclab.model.verdicts import Status, Verdict


class Standing(StrEnum):
    """What a claim comes to on a machine, under a Python."""

    HOLDS = "holds"
    FAILS = "fails"
    PARTLY = "partly"
    """Some of its parts hold and others fail: it depends."""
    UNDECIDED = "undecided"
    CONVENTION = "convention"
    """A matter of words or of custom, which nothing can measure: explained, not decided."""


GLYPHS = {Standing.HOLDS: "✓", Standing.FAILS: "✗", Standing.PARTLY: "◐", Standing.UNDECIDED: "?", Standing.CONVENTION: "–"}


@dataclass(frozen=True, slots=True)
class Trial:
    """A run of an experiment that a claim needs."""

    experiment: str
    """Its name in the catalogue."""
    given: Mapping[str, str] = field(default_factory=dict)
    """Values as typed, for those parameters that are not to have their defaults."""
    cap_s: float = 8.0
    """After the least number of rounds no new one begins once so much time has passed."""
    rounds: int | None = None
    """Exactly so many repetitions of every arm; None: as many as the experiment's rule asks for."""
    traced: bool = False
    """In exact mode where that is permitted; sampled elsewhere."""
    required: bool = True
    """Whether the claim cannot be judged without it."""

    @property
    def key(self) -> tuple[str, tuple[tuple[str, str], ...], bool]:
        """What tells two trials apart: those with the same one are run once."""
        return self.experiment, tuple(sorted(self.given.items())), self.traced


@dataclass(frozen=True, slots=True)
class Part:
    """One of the sentences that a claim comes apart into."""

    verdict: Verdict
    name: str = ""
    """What it is about, in a few words; empty where the claim has but one part."""
    beside: bool = False
    """It is told beside the others and does not count: a claim is not undecided because Erlang is not there."""


Judge = Callable[[Sequence[Results | None]], tuple[Part, ...]]
"""From the results of the trials, in their order, to the parts; None for a trial that is not required and did not come about."""


def _never(_found: Sequence[Results | None]) -> tuple[Part, ...]:
    return ()


def alone(rule: Callable[[Results], Verdict]) -> Judge:
    """The judge of a claim with one trial and one part: an experiment's own rule, or one that asks something else of them."""

    def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
        (results,) = found
        assert results is not None
        return (Part(rule(results)),)

    return judge


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of the article."""

    number: int
    """1 to 45, as in the list of claims."""
    title: str
    """A few words for lists, at most 40 characters: threads are spread over all cores."""
    chapter: str
    statement: str
    """The sentence, in our own words, with a full stop."""
    why: str
    """The mechanism: what the kernel or the interpreter does, in at most six plain sentences."""
    article: str
    """What the article gets wrong or leaves out, kindly; or that it is right. One or two sentences."""
    trials: tuple[Trial, ...] = ()
    judge: Judge = _never
    drawing: str = ""
    """Which of the small drawings explains it (``tui/renderables/drawings``); empty: none."""
    convention: str = ""
    """Why nothing can decide it, and what can be said all the same; only where there are no trials."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """Where a finding was made. Findings of other conditions are kept beside one another, never mixed."""

    machine: str
    """Tells this machine from others, and nothing else about it."""
    usable_cores: float
    python: str
    """The interpreter's path."""
    label: str
    """Its short name: 3.13t."""
    version: str
    gil_enabled: bool | None = None
    """Whether its GIL was on; None: it could not tell, or nothing ran."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of a claim."""

    number: int
    standing: Standing
    conditions: Conditions
    parts: tuple[Part, ...] = ()
    lacks: tuple[str, ...] = ()
    """What could not be run and why, with the way to get it, one sentence each."""
    runs: tuple[str, ...] = ()
    """The ids under which its runs are kept, in the order of its trials."""
    began_s: float = 0.0
    """When it was found, seconds since the epoch."""
    took_s: float = 0.0
    """How long its runs took; shared ones count for each claim that needed them."""


def standing_of(parts: Sequence[Part]) -> Standing:
    """What a claim comes to: what all its parts that count come to; PARTLY where some surely hold and others surely fail; UNDECIDED
    where those that are decided agree and another one is not."""
    found = {part.verdict.status for part in parts if not part.beside}
    if Status.HOLDS in found and Status.FAILS in found:
        return Standing.PARTLY
    if not found or Status.UNDECIDED in found:
        return Standing.UNDECIDED
    return Standing.HOLDS if Status.HOLDS in found else Standing.FAILS


class Guess(StrEnum):
    """What somebody thinks before they run it."""

    HOLDS = "holds"
    FAILS = "fails"
    DEPENDS = "depends"

    def is_right(self, standing: Standing) -> bool | None:
        """Whether that is what was found; None where nothing was decided."""
        if standing in (Standing.UNDECIDED, Standing.CONVENTION):
            return None
        return standing.value == self.value or (standing is Standing.PARTLY and self is Guess.DEPENDS)
