"""What was found about the claims, for pictures: one claim as the scripted source runs it, the others as they usually come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from conclab.lab.claim_catalogue import claims, find_claim
from conclab.lab.investigation import Investigation
from conclab.model.claims import Claim, Conditions, Finding, Guess, Part, Standing
from conclab.model.experiments import Interpreter
from conclab.model.verdicts import Status, Verdict
from conclab.recording.scripted import EPOCH_S, ScriptedFeed

SHOWN = 34
"""The claim whose page is to be seen."""
FOUND_S = EPOCH_S
"""When, in seconds since the epoch: just before the script begins."""
_FAILS = (9, 11, 12, 44)
_PARTLY = (4, 5, 6, 13, 14, 15, 16, 18, 20, 25, 33, 37, 38, 42, 43)
"""Both as they came out on a quiet machine with two cores under CPython 3.11; the others hold."""
_NOT_RUN = tuple(range(38, 45))
_TICKS = 20


def _standing(claim: Claim) -> Standing:
    if claim.convention:
        return Standing.CONVENTION
    if claim.number in _FAILS:
        return Standing.FAILS
    return Standing.PARTLY if claim.number in _PARTLY else Standing.HOLDS


def run_one(number: int, python: Interpreter, cores: int = 2) -> Finding:
    """The claim as the script runs its trials under a Python."""
    feed = ScriptedFeed(cores)
    investigation = Investigation([find_claim(number)], feed.machine, python, "scripted", memory_available=feed.memory_available)
    findings: list[Finding] = list(investigation.complete())
    while (plan := investigation.next()) is not None:
        feed.launch(plan)
        while (result := feed.finished()) is None:
            feed.tick(_TICKS)
        findings += investigation.take(*result)
    (finding,) = findings
    return finding


class Shown:
    """In the place of what is kept in a file; nothing is written down."""

    machine = "scripted"
    problem = ""

    def __init__(self, pythons: Sequence[Interpreter]) -> None:
        found: dict[int, tuple[Finding, ...]] = {}
        ran = [run_one(SHOWN, python) for python in pythons]
        for claim in claims():
            if claim.number == SHOWN:
                found[SHOWN] = tuple(_dated(finding) for finding in ran)
            elif claim.number not in _NOT_RUN:
                found[claim.number] = (_made(claim, ran[0].conditions),)
        self._found = found

    def keep(self, finding: Finding) -> bool:
        """Nowhere."""
        return True

    def keep_guess(self, number: int, guess: Guess) -> bool:
        """Nowhere."""
        return True

    def latest(self) -> Mapping[int, tuple[Finding, ...]]:
        """By claim."""
        return self._found

    def guesses(self) -> Mapping[int, Guess]:
        """Somebody believed the article."""
        return {SHOWN: Guess.HOLDS}


def _dated(finding: Finding) -> Finding:
    return replace(finding, began_s=FOUND_S, took_s=8.2)


def _made(claim: Claim, conditions: Conditions) -> Finding:
    standing = _standing(claim)
    status = Status.FAILS if standing is Standing.FAILS else Status.HOLDS
    return Finding(claim.number, standing, conditions, (Part(Verdict(status, claim.statement)),), began_s=FOUND_S)
