"""What can be asked in the line at the bottom: how each question is put, what its keys are called, and how answers are judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from conclab.model.columns import COLUMNS, Column
from conclab.model.filters import Filter, FilterError, complete, parse
from conclab.tui.renderables.blocks import action
from conclab.tui.renderables.prompt import Key, Offer


@dataclass(frozen=True, slots=True)
class Question:
    """Something to be asked in one line."""

    kind: str
    """How the messages call it."""
    label: str
    hint: str = ""
    """What stands in the line while nothing is typed."""
    judge: Callable[[str], str | None] | None = None
    """What is wrong with an answer, as a sentence; None: nothing. Of an empty line that is not said, but it is not taken."""
    keys: tuple[tuple[str, str], ...] = (("keep", "take over"),)
    """The actions that stand under the line, beside going back, and what they are called."""


def _pid(text: str) -> str | None:
    return None if text.isascii() and text.isdecimal() else "A pid is written in digits."


def _name(text: str) -> str | None:
    return None if text.replace("-", "").replace("_", "").isalnum() else "A name has letters, digits, - and _."


SEARCH = Question(
    "search",
    "Search",
    "part of a name or command line, or a pid",
    keys=(("keep", "stay here"), ("step(1)", "next"), ("move(-1)", "previous")),
)
FILTER = Question(
    "filter",
    "Filter",
    "a word, or a condition like  cpu>5 and user=root",
    keys=(("keep", "keep"), ("take", "complete"), ("move(1)", "choose"), ("saved", "saved ones"), ("save", "save")),
)
PID = Question("pid", "Go to pid", "the number of a process or thread", _pid, (("keep", "go there"),))
NAMING = Question("name", "Save filter as", "a name: @name will stand for the filter", _name, (("keep", "save"),))

QUESTIONS = {question.kind: question for question in (SEARCH, FILTER, PID)}
"""Those that are asked by their kind alone."""


def keys_of(question: Question, keys: Mapping[str, str], offering: bool, taking: bool) -> list[Key]:
    """What can be pressed now, going back last. ``keys`` are those that are set, by action; ``taking``: an offer is chosen."""
    shown = []
    for name, word in (*question.keys, ("leave", "back")):
        key = keys.get(name, {"keep": "Enter", "leave": "Esc"}.get(name))
        if key is not None and (offering or question is not FILTER or name not in ("take", "move(1)")):
            shown.append(Key(key, "take it" if taking and name == "keep" else word, action(f"press({name!r})")))
    return shown


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why what is typed cannot be used, and where; ``unfinished``: not yet."""

    message: str
    start: int
    end: int
    unfinished: bool = False


class Reading(TypedDict, total=False):
    """What a filter is read with: as in ``filters.parse`` and ``filters.complete``."""

    values: Mapping[str, Sequence[str]]
    saved: Mapping[str, str]
    columns: Mapping[str, Column]
    now_s: Callable[[], float] | None


@dataclass(slots=True)
class Asked:
    """A question with all that its answers are judged by."""

    question: Question
    before: str
    """What was there, and will be again if it is left."""
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    saved: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Column] = field(default_factory=lambda: COLUMNS)
    now_s: Callable[[], float] | None = None
    good: Filter | None = None
    """The last text that read as a filter."""

    def trouble(self, text: str) -> Trouble | None:
        """What is wrong with it. Of a filter in which nothing is, ``good`` is it from now on."""
        if self.question is FILTER:
            try:
                self.good = parse(text, columns=self.columns, saved=self.saved, now_s=self.now_s)
            except FilterError as error:
                return Trouble(error.message, error.start, error.end, error.unfinished)
        elif self.question.judge is not None and (wrong := self.question.judge(text)):
            return Trouble(wrong, 0, len(text), unfinished=not text)
        return None

    def offers(self, text: str, cursor: int) -> list[Offer]:
        """What could stand at the cursor."""
        if self.question is not FILTER:
            return []
        found = []
        for one in complete(text, cursor, self.values, columns=self.columns, saved=self.saved, now_s=self.now_s):
            taken, end = one.applied_to(text)
            found.append(Offer(one.text.strip(), one.meaning, taken, one.start, end))
        return found

    def saved_offers(self) -> list[Offer]:
        """The saved filters, to take the place of all that is typed."""
        return [Offer("@" + name, text, text, 0, len(text)) for name, text in sorted(self.saved.items())]

    @property
    def in_effect(self) -> str:
        """The text of the last good filter, or what was there before."""
        return self.before if self.good is None else self.good.text
