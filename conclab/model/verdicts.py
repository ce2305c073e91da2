"""Verdicts: what was found about a proposition, with its uncertainty."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from conclab.model import figures
from conclab.model.statistics import Interval

_FACTOR = re.compile(r"[0-9][0-9.,]*×")


class Status(StrEnum):
    """How a verdict ends. Undecided is an honest one."""

    HOLDS = "holds"
    FAILS = "fails"
    UNDECIDED = "undecided"


GLYPHS = {Status.HOLDS: "✓", Status.FAILS: "✗", Status.UNDECIDED: "?"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One bar under a verdict: an arm beside the baseline."""

    label: str
    value: float | None
    interval: Interval | None = None
    unit: str = "×"
    note: str = ""
    ideal: bool = False
    """A bound that was computed, not measured."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """HOLDS: the whole interval lies past the threshold. FAILS: all of it on the other side. Else UNDECIDED."""

    status: Status
    statement: str
    interval: Interval | None = None
    reasons: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    advice: str = ""
    """What to try next, one sentence; empty when there is nothing to say."""
    rounds: int = 0
    unit: str = "×"
    """Of the interval: of how many times as fast; or of what was counted ("kept", "in order"), and then it is no ratio of times."""
    control: float | None = None
    """The baseline against itself; 1.00 when nothing disturbed the run."""
    smallest_effect: float | None = None
    """By this factor the truth would have to lie off the threshold for so many repetitions to show it four times in five, on a
    machine as disturbed as this one was; None where nothing is known of that, or nothing was compared."""

    @property
    def ratio(self) -> float | None:
        return self.interval.value if self.interval else None

    def certainty(self, joined: str = "–") -> str:
        """95 % 1.52–2.29, to stand behind the statement; with the ratio before it where the statement has another factor or none,
        so that nobody takes it for that one's. Empty without an interval, and for what was counted: that stands with its bar."""
        if self.interval is None or self.unit != "×":
            return ""
        ratio = figures.times(self.interval.value)
        told = joined.join(figures.times(end).removesuffix("×") for end in (self.interval.low, self.interval.high))
        return f"95 % {told}" if _FACTOR.findall(self.statement) == [ratio] else f"{ratio}, 95 % {told}"
