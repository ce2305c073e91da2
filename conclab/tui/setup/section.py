"""A section of the Set-up: rows that stand for something that can be chosen, and what each key does to them. No Textual in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from conclab.model.settings import DEFAULT, Settings

CHOOSE, MOVE, TURN, NEW, REMOVE, ADD = "choose", "move", "turn", "new", "remove", "add"
"""What can be done with a row; every section says which of them it knows, and by which word."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a section."""

    key: str
    """What it stands for; empty for a heading, which cannot be chosen."""
    title: str
    meaning: str = ""
    value: str = ""
    """What it is set to, where that is more than yes or no."""
    mark: bool | None = None
    """Whether it is chosen; None: that is no question here."""
    one_of: bool = False
    """Only one of the rows can be chosen."""
    number: int | None = None
    """Its place, where order matters."""
    verbs: frozenset[str] = frozenset()
    """What can be done with this very row."""


class Section:
    """Reads and changes settings; every change is a new ``Settings``."""

    name: ClassVar[str]
    title: ClassVar[str]
    verbs: ClassVar[Mapping[str, str]] = {}
    """Titles of the keys, by what can be done."""
    empty: ClassVar[str] = ""
    """What to say when there are no rows."""

    def rows(self, settings: Settings) -> tuple[Row, ...]:
        """The lines, in the order in which they are shown."""
        raise NotImplementedError

    def headline(self, settings: Settings) -> str:
        """What stands above the rows."""
        return self.title

    def choose(self, settings: Settings, row: Row) -> Settings:
        """Turn a row on, or off where it is on."""
        return settings

    def move(self, settings: Settings, row: Row, by: int) -> Settings:
        """Move a row up (-1) or down (1)."""
        return settings

    def turn(self, settings: Settings, row: Row, by: int) -> Settings:
        """To the next value of a row (1), or the one before (-1)."""
        return settings

    def remove(self, settings: Settings, row: Row) -> Settings:
        """Take away what can be taken away: a set of one's own, a filter, a key of one's own."""
        return settings

    def default(self, settings: Settings) -> Settings:
        """Everything in this section as it is built in."""
        raise NotImplementedError

    def about(self, settings: Settings, row: Row) -> tuple[str, ...]:
        """Paragraphs about a row, for the pane below."""
        return (row.meaning,)


class OrderedSection(Section):
    """Things that are shown or not, in an order. What is turned off stays where it stands until one comes back to the section."""

    def __init__(self) -> None:
        self._order: tuple[str, ...] = ()

    def chosen(self, settings: Settings) -> tuple[str, ...]:
        """What is shown, in its order."""
        raise NotImplementedError

    def offered(self) -> tuple[str, ...]:
        """All that could be."""
        raise NotImplementedError

    def with_chosen(self, settings: Settings, chosen: tuple[str, ...]) -> Settings:
        """The settings with another choice."""
        raise NotImplementedError

    def order(self, settings: Settings) -> tuple[str, ...]:
        """All of them: as they stood before, if that still says what is chosen; else what is chosen first."""
        chosen = self.chosen(settings)
        if tuple(key for key in self._order if key in chosen) != chosen:
            self._order = (*chosen, *(key for key in self.offered() if key not in chosen))
        return self._order

    def forget_order(self) -> None:
        """The section was left: next time what is chosen stands first."""
        self._order = ()

    def choose(self, settings: Settings, row: Row) -> Settings:
        chosen = self.chosen(settings)
        wanted = {*chosen} ^ {row.key}
        return self.with_chosen(settings, tuple(key for key in self.order(settings) if key in wanted))

    def move(self, settings: Settings, row: Row, by: int) -> Settings:
        order = list(self.order(settings))
        place = order.index(row.key)
        other = place + by
        if 0 <= other < len(order):
            order[place], order[other] = order[other], order[place]
            self._order = tuple(order)
        chosen = self.chosen(settings)
        return self.with_chosen(settings, tuple(key for key in order if key in chosen))


def changed_entry(entries: Mapping[str, str], key: str, value: str | None, to: str | None = None) -> dict[str, str]:
    """A mapping with another value for a key, without it (None), or with another name for it (``to``) at the same place."""
    found: dict[str, str] = {}
    for name, old in entries.items():
        if name != key:
            found[name] = old
        elif value is not None:
            found[to or name] = value
    if key not in entries and value is not None:
        found[to or key] = value
    return found


def with_set(settings: Settings, name: str, keys: tuple[str, ...] | None) -> Settings:
    """The settings with another set of columns of that name, or without it."""
    sets = {key: columns for key, columns in settings.sets.items() if key != name or keys is not None}
    if keys is not None:
        sets[name] = keys
    columns = settings.columns if settings.columns in sets else DEFAULT.columns
    return replace(settings, sets=sets, columns=columns)
