"""What was asked of ``conclab monitor``: which columns, which rows, in which order. Checked before anything is read."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from rich.cells import cell_len

from conclab.cli.ending import Trouble
from conclab.model.columns import COLUMNS, SETS, Column
from conclab.model.filter_columns import find, terms
from conclab.model.filters import Filter, FilterError, parse
from conclab.model.table import TaskRow, Wanted
from conclab.model.text import harmless


@dataclass(frozen=True, slots=True)
class Choice:
    """Columns, rows and order."""

    columns: tuple[Column, ...] | None
    """None: what is usual for the form of the output."""
    rows: Filter
    sort: Column
    inverted: bool
    threads: bool
    every_s: float

    def wanted(self, columns: Iterable[Column]) -> Wanted:
        """What has to be read, of every row, to show these columns."""
        needs = frozenset(column.needs for column in (*columns, self.sort) if column.needs)
        return Wanted(self.threads, visible=None, needs_of_all=needs | self.rows.needs, every_s=self.every_s)

    def ordered(self, rows: Iterable[TaskRow]) -> list[TaskRow]:
        """The rows that pass, in order: equal ones by pid, and last those that have no value there."""
        passing = [row for row in rows if self.rows.matches(row)]
        ask = self.sort.value
        known = [row for row in passing if ask(row) is not None]
        known.sort(key=_comparable(ask), reverse=self.sort.falling != self.inverted)
        return known + [row for row in passing if ask(row) is None]


def _comparable(ask: Callable[[TaskRow], object]) -> Callable[[TaskRow], tuple[float, str]]:
    def key(row: TaskRow) -> tuple[float, str]:
        value = ask(row)
        return (value, "") if isinstance(value, int | float) else (0.0, str(value).casefold())

    return key


def choice_of(asked: argparse.Namespace, saved: Mapping[str, str], sets: Mapping[str, Sequence[str]], every_s: float) -> Choice:
    """From the options; ``saved`` filters and ``sets`` of columns are the user's own. Raises Trouble."""
    sort, inverted = asked.sort or "cpu", asked.inverted
    if sort.startswith("-"):
        sort, inverted = sort[1:], not inverted
    return Choice(
        columns=None if asked.columns is None else _columns(asked.columns, sets),
        rows=_filter(asked.filter or "", saved),
        sort=_column(sort, "--sort", ()),
        inverted=inverted,
        threads=asked.threads,
        every_s=every_s,
    )


def _columns(text: str, sets: Mapping[str, Sequence[str]]) -> tuple[Column, ...]:
    """A list of keys and names of sets. A column that is named twice is shown once."""
    found: dict[str, Column] = {}
    for name in filter(None, (part.strip() for part in text.split(","))):
        keys = sets.get(name.lower(), (name,))
        for column in (_column(key, "--columns", tuple(sets)) for key in keys):
            found[column.key] = column
    if not found:
        raise Trouble(f"--columns names none; write for example --columns pid,cpu,command, or a set: {', '.join(SETS)}")
    return tuple(found.values())


def _column(name: str, option: str, sets: tuple[str, ...]) -> Column:
    """A column by its key, its title, or the name that ps has for it."""
    term = find(name, terms(COLUMNS, None))
    if term is not None and term.key in COLUMNS:
        return COLUMNS[term.key]
    close = get_close_matches(name.lower(), [*COLUMNS, *sets], 1, 0.5)
    hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(COLUMNS)}"
    raise Trouble(f"{option}: there is no column {harmless(name)!r}; {hint}")


def _filter(text: str, saved: Mapping[str, str]) -> Filter:
    """The filter; what is wrong with it is shown under its place."""
    try:
        return parse(text, saved=saved, now_s=time.time)
    except FilterError as error:
        shown, before = harmless(text), harmless(text[: error.start])
        marked = max(1, cell_len(harmless(text[error.start : error.end])))
        raise Trouble(f"--filter: {error}\n  {shown}\n  {' ' * cell_len(before)}{'^' * marked}") from None
