"""A survey: some claims, and what was found about each under one Python or several. Reports and the JSON are made from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from conclab.model.claims import Claim, Conditions, Finding, Standing
from conclab.model.experiments import Interpreter
from conclab.model.text import harmless
from conclab.model.verdicts import Verdict

ORDER = (Standing.HOLDS, Standing.FAILS, Standing.PARTLY, Standing.UNDECIDED, Standing.CONVENTION)
WORDS = {
    Standing.HOLDS: ("holds", "hold"),
    Standing.FAILS: ("fails", "fail"),
    Standing.PARTLY: ("holds in part", "hold in part"),
    Standing.UNDECIDED: ("undecided", "undecided"),
    Standing.CONVENTION: ("convention", "conventions"),
}
"""Of one claim, and of several."""


@dataclass(frozen=True, slots=True)
class Column:
    """One Python of a survey."""

    path: str
    label: str
    """Its short name, or its version, or both with its path: as little as tells it from the other columns. Harmless to print."""
    version: str
    gil_enabled: bool | None
    """Whether its GIL was on; None: nobody has told."""

    @property
    def gil(self) -> str:
        """In words: GIL on, GIL off; empty where it is not known."""
        return "" if self.gil_enabled is None else f"GIL {'on' if self.gil_enabled else 'off'}"


@dataclass(frozen=True, slots=True)
class Survey:
    """Claims in the article's order, Pythons side by side."""

    claims: tuple[Claim, ...]
    columns: tuple[Column, ...]
    found: Mapping[tuple[int, str], Finding]
    """By the claim's number and the Python's path."""

    def finding(self, claim: Claim, column: Column) -> Finding | None:
        return self.found.get((claim.number, column.path))

    def standing(self, claim: Claim, column: Column) -> Standing | None:
        """None: it was not run there. A convention needs no run."""
        if not claim.trials:
            return Standing.CONVENTION
        finding = self.finding(claim, column)
        return None if finding is None else finding.standing

    def counts(self, column: Column) -> dict[Standing | None, int]:
        """How many claims come to what under a Python; None: not run. What none comes to is left out."""
        found = [self.standing(claim, column) for claim in self.claims]
        return {standing: found.count(standing) for standing in (*ORDER, None) if standing in found}

    def summary(self, column: Column) -> str:
        """The counts in words: 22 hold, 6 fail, 3 hold in part, 11 undecided, 3 conventions."""
        return ", ".join(
            f"{number} {'not run' if standing is None else WORDS[standing][number != 1]}"
            for standing, number in self.counts(column).items()
        )

    def differing(self) -> tuple[Claim, ...]:
        """The claims about which the Pythons came to something else: where each came to something, for to have decided nothing is
        no other answer. A busy machine does that too."""
        return tuple(claim for claim in self.claims if len(set(self._decided(claim))) > 1)

    def compared(self) -> int:
        """How many claims were decided under more than one Python."""
        return sum(len(self._decided(claim)) > 1 for claim in self.claims)

    def _decided(self, claim: Claim) -> list[Standing]:
        found = [self.finding(claim, column) for column in self.columns] if claim.trials else []
        return [one.standing for one in found if one is not None and one.standing is not Standing.UNDECIDED]


def survey_of(claims: Sequence[Claim], findings: Iterable[Finding], pythons: Sequence[Interpreter] = ()) -> Survey:
    """A column for each of the Pythons; without any for each that the findings have, in their order."""
    wanted = {claim.number for claim in claims}
    mine = [finding for finding in findings if finding.number in wanted]
    columns = [Conditions("", 0, python.path, python.label, python.version) for python in pythons]
    columns = columns or list({finding.conditions.python: finding.conditions for finding in mine}.values())
    gil: dict[str, bool] = {}
    for finding in mine:
        if finding.conditions.gil_enabled is not None:
            gil[finding.conditions.python] = finding.conditions.gil_enabled
    paths = {column.python for column in columns}
    return Survey(
        tuple(claims),
        tuple(Column(one.python, _told_apart(one, columns), one.version, gil.get(one.python)) for one in columns),
        {(finding.number, finding.conditions.python): finding for finding in mine if finding.conditions.python in paths},
    )


def _told_apart(one: Conditions, all_of_them: Sequence[Conditions]) -> str:
    same = [other for other in all_of_them if other.label == one.label]
    if len(same) == 1:
        return harmless(one.label)
    alone = [other.version for other in same].count(one.version) == 1
    return harmless(one.version if alone else f"{one.label} {one.python}")


def reasons_of(finding: Finding, verdict: Verdict) -> tuple[str, ...]:
    """Why a verdict of it is so certain or not, without what the finding as a whole lacks, which is told once for all parts."""
    return tuple(reason for reason in verdict.reasons if reason not in finding.lacks)
