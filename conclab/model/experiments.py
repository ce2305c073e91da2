"""Experiments as declarations: a question, parameters, arms and a rule that turns results into a verdict.

The form, the command line, the JSON and the documents are all made from these; an experiment is one file that holds one
``Experiment`` (``conclab/lab/experiments/<chapter>/``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from conclab.model.machine import Machine

if TYPE_CHECKING:
    from conclab.model.results import Repetition, Results
    from conclab.model.verdicts import Verdict

Value = int | str
_WHOLE = re.compile(r"[+-]?([0-9]{1,3}(,[0-9]{3})+|[0-9]{1,99}|[0-9]{1,3}(_[0-9]{3})+)")
"""A whole number; commas or underscores may separate its thousands, and nothing else: 1,5 is not fifteen."""
Values = Mapping[str, Value]


Metric = Callable[["Repetition"], "float | None"]
"""A figure of one repetition, or None where it could not be measured."""


def wall_of(repetition: Repetition) -> float | None:
    return None if repetition.wall_ns is None else float(repetition.wall_ns)


class BadValue(ValueError):
    """A parameter was given what it cannot take. The message is one plain sentence for the user."""


class Kind(StrEnum):
    """What a parameter's value is."""

    INTEGER = "integer"
    CHOICE = "choice"
    PATH = "path"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One field of an experiment's form.

    ``default``, ``minimum`` and ``maximum`` may depend on the machine (as many workers as cores) and on the parameters
    declared before this one (a size that fits the chosen work): then they are functions of both.
    """

    name: str
    kind: Kind
    help: str
    default: Value | Callable[[Machine, Values], Value]
    minimum: int | Callable[[Machine, Values], int] | None = None
    maximum: int | Callable[[Machine, Values], int] | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""

    def default_for(self, machine: Machine, values: Values) -> Value:
        return self.default(machine, values) if callable(self.default) else self.default

    def range_for(self, machine: Machine, values: Values) -> tuple[int | None, int | None]:
        low = self.minimum(machine, values) if callable(self.minimum) else self.minimum
        high = self.maximum(machine, values) if callable(self.maximum) else self.maximum
        return low, high

    def parse(self, text: str, machine: Machine, values: Values) -> Value:
        """Read a value as typed. Raises BadValue, naming the parameter and what it takes."""
        text = text.strip()
        if self.kind is Kind.CHOICE:
            if text not in self.choices:
                raise BadValue(f"{self.name}: {text!r} is not a choice; take one of {', '.join(self.choices)}")
            return text
        if self.kind is Kind.PATH:
            return text
        if not _WHOLE.fullmatch(text):
            raise BadValue(f"{self.name}: {text!r} is not a whole number")
        number = int(text.replace(",", "").replace("_", ""))
        low, high = self.range_for(machine, values)
        if low is not None and number < low:
            raise BadValue(f"{self.name}: {number:,} is too small; the least is {low:,}{self.spaced_unit}")
        if high is not None and number > high:
            raise BadValue(f"{self.name}: {number:,} is too large; the most is {high:,}{self.spaced_unit}")
        return number

    @property
    def spaced_unit(self) -> str:
        return f" {self.unit}" if self.unit else ""


def resolve(parameters: tuple[Parameter, ...], given: Mapping[str, str], machine: Machine) -> dict[str, Value]:
    """All values of an experiment: what was given, parsed, and defaults for the rest, in declared order.

    Raises BadValue for a value that does not fit and for a name that no parameter has.
    """
    known = {parameter.name for parameter in parameters}
    for name in given:
        if name not in known:
            offers = f"it has {', '.join(sorted(known))}" if known else "it has none"
            raise BadValue(f"no parameter {name!r}; {offers}")
    values: dict[str, Value] = {}
    for parameter in parameters:
        if parameter.name in given:
            values[parameter.name] = parameter.parse(given[parameter.name], machine, values)
        else:
            values[parameter.name] = parameter.default_for(machine, values)
    return values


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python that can run experiments, as it described itself."""

    path: str
    implementation: str
    """sys.implementation.name: cpython, pypy."""
    version: str
    free_threaded: bool
    """Built without the GIL (sysconfig Py_GIL_DISABLED). Whether the GIL is really off only a running child can tell."""

    @property
    def label(self) -> str:
        """Short name for people: 3.11, 3.13t, PyPy 3.9."""
        short = ".".join(self.version.split(".")[:2]) + ("t" if self.free_threaded else "")
        return short if self.implementation == "cpython" else f"{self.implementation.replace('pypy', 'PyPy')} {short}"


@dataclass(frozen=True, slots=True)
class Arm:
    """One way of doing the work: which work, on which executor, with how many workers, by which Python."""

    name: str
    executor: str
    workload: str
    workers: int
    tasks: int
    """How many equal pieces of work there are in all, shared out over the workers."""
    arguments: Mapping[str, Value] = field(default_factory=dict)
    one_core: bool = False
    """Pin everything to one core before the workers start."""
    python: Interpreter | None = None
    """The Python under test. Where ``language`` is another one, it does not run the work: the arm belongs to its results."""
    language: str = "python"
    """What the work is written in: "python" (the runner), or one of ``runner.registry.LANGUAGES`` (a program of ours, compiled on
    demand)."""
    optional: bool = False
    """Whether the run goes on without it where it cannot be had here (no such compiler, module, permission): it is then left out,
    and ``Results.missing`` says why."""

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from the other arms of a run: the path of its Python, and its name."""
        return self.python.path if self.python else "", self.name

    def under(self, python: Interpreter) -> Arm:
        return replace(self, python=python)


def _nothing_wrong(_values: Values) -> str | None:
    return None


def _nothing_missing(_values: Values, _machine: Machine) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Experiment:
    """Everything about one experiment."""

    name: str
    """The name on the command line: lower case, hyphens."""
    title: str
    chapter: str
    question: str
    proposition: str
    """The statement that the verdict is about, as one sentence: it holds or fails."""
    explanation: str
    claims: tuple[int, ...]
    """Which of the article's claims (by number) it bears on."""
    parameters: tuple[Parameter, ...]
    arms: Callable[[Values, Machine], tuple[Arm, ...]]
    judge: Callable[[Results], Verdict]
    place: int = 50
    """Where it stands in its chapter; smaller comes first."""
    control: str | None = None
    """The arm that is run twice a round, so that it can be compared with itself. None: the verdict rests on what was seen and
    not on times, so there is no interval to narrow by more rounds."""
    metric: Metric = wall_of
    """What the verdict compares."""
    scaled: str = ""
    """The parameter with which the work grows, so that it can be raised where a repetition is too short to be timed well; empty:
    none. Only where wall times are compared: it must change neither the arms nor what is asked."""
    rounds: int = 5
    """At least so many repetitions of every arm."""
    cap_s: float = 30.0
    """After the least number of rounds no new one begins once so much time has passed."""
    limit_s: float = 60.0
    """A single repetition that takes longer is stopped and the run ends."""
    wrong_with: Callable[[Values], str | None] = _nothing_wrong
    """What is wrong with values of which each by itself is right, as one sentence; it does not begin then. None: nothing."""
    lacks: Callable[[Values, Machine], str | None] = _nothing_missing
    """What this machine lacks to decide it (two cores, say); None: nothing. It runs all the same."""
