"""What a demo is made of: its steps, as they stand in a script. Frozen, checked, without any idea of how they are played."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PLACES = ("lab", "monitor", "learn", "runs")
EVENTS = {
    "running": "the run has begun its first repetition",
    "worker": "a worker has begun in the repetition that is on",
    "repetition": "so many repetitions of all arms are done (number = 2; without it: one)",
    "arm": 'the arm of that name is on (name = "threads"), or has been',
    "verdict": "the run is over and has a verdict",
    "finished": "whatever was run is over, with a verdict or without",
}
"""What can be waited for, and when it has happened."""
STATUSES = ("holds", "fails", "undecided")
WHERE = ("bottom", "middle")
FEATURES = {
    "gil": "a Python with a GIL",
    "free-threaded": "a Python that was built without the GIL (python3.13t)",
    "real": "this machine itself, not the played one",
    "scripted": "the played machine",
}
"""What a script or a step may need."""
LIMIT_S = 180.0
"""How long something is waited for, unless the step says otherwise."""


@dataclass(frozen=True, slots=True)
class Step:
    """What every step has: where it stands, and when it is left out."""

    number: int
    """From 1."""
    line: int | None = None
    """In the file, from 1; None where that cannot be told."""
    needs: tuple[str, ...] = ()
    """Of FEATURES: without one of these it is left out."""
    without: tuple[str, ...] = ()
    """Of FEATURES: with one of these it is left out."""

    def applies(self, features: frozenset[str]) -> bool:
        """Whether it is played where there is this."""
        return features.issuperset(self.needs) and not features.intersection(self.without)


@dataclass(frozen=True, slots=True, kw_only=True)
class Go(Step):
    """To a place of PLACES."""

    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose(Step):
    """An experiment in the Lab, by its name; a claim in Learn, by its number."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill(Step):
    """Fields of the Lab's form."""

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Step):
    """What was chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(Step):
    """For an event of EVENTS, or for a text on the screen."""

    event: str = ""
    text: str = ""
    count: int = 1
    name: str = ""
    limit_s: float = LIMIT_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(Step):
    """A caption; an empty one takes it away."""

    text: str
    where: str = WHERE[0]
    seconds: float | None = None
    """Until the next step; None: as long as it takes to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause(Step):
    """Seconds in which nothing is done."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Press(Step):
    """Keys, by Textual's names or as they are written."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Type(Step):
    """A text, letter by letter."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look(Step):
    """A check: what must be on the screen, what must not, how the last verdict ends."""

    there: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    verdict: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """A demo."""

    name: str
    title: str
    about: str
    steps: tuple[Step, ...]
    size: tuple[int, int]
    """Columns and rows for which it was made: a recording has them."""
    needs: tuple[str, ...] = ()
    """Of FEATURES: without one of these it cannot be played."""
    pace: float = 1.0
    file: str = ""
    """For messages: the name of the file."""

    def at(self, step: Step) -> str:
        """Where a step stands, for a message."""
        line = f" (line {step.line})" if step.line is not None else ""
        return f"{self.file or self.name}, step {step.number}{line}"

    def lack(self, features: frozenset[str]) -> str:
        """Why it cannot be played where there is this; empty: it can."""
        missing = [FEATURES[need] for need in self.needs if need not in features]
        return f"{self.name} needs {' and '.join(missing)}" if missing else ""
