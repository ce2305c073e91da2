"""Which rows of the task table are shown, and in which order: flat or as a tree, filtered, folded. Pure.

The order is that of the figures as they are *shown*: two tasks that both read 3 % stand by their numbers, so that noise behind the
decimal point does not make rows jump. What cannot be had stands last, whichever way the order goes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, NamedTuple, overload

from conclab.model.columns import BYTES, COLUMNS, NUMBER, SECONDS, SHARE, Column
from conclab.model.table import RowId, TaskRow


def everything(_row: TaskRow) -> bool:
    """The filter that is none."""
    return True


@dataclass(frozen=True, slots=True)
class View:
    """What somebody chose to see."""

    sort: Column = field(default_factory=lambda: COLUMNS["cpu"])
    inverted: bool = False
    """The other way round than one usually wants that column."""
    tree: bool = False
    folded: AbstractSet[RowId] = frozenset()
    threads: bool = False
    names: bool = True
    """A thread is shown by its own name, not by its process' command line."""
    kernel: bool = False
    user: str | None = None
    """Only this user's; None: everybody's."""
    matches: Callable[[TaskRow], bool] = everything


class Shown(NamedTuple):
    """A row in its place."""

    row: TaskRow
    stem: str = ""
    """What of the tree is drawn before its command."""
    below: int = 0
    """How many rows are folded away under it."""
    context: bool = False
    """It is there only because one below it is looked for."""


class Flat(Sequence[Shown]):
    """Rows one under another. Of ten thousand only those on the screen are ever made to a ``Shown``."""

    def __init__(self, rows: list[TaskRow]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> Shown: ...
    @overload
    def __getitem__(self, place: slice) -> list[Shown]: ...
    def __getitem__(self, place: int | slice) -> Shown | list[Shown]:
        return [Shown(row) for row in self._rows[place]] if isinstance(place, slice) else Shown(self._rows[place])

    def __iter__(self) -> Iterator[Shown]:
        return map(Shown, self._rows)


def arrange(rows: Sequence[TaskRow], view: View, held: Mapping[RowId, int] | None = None) -> Sequence[Shown]:
    """The rows to be shown, in order. ``held``: the places that rows keep (in a tree among their siblings); others come last."""
    kept = _wanted(rows, view)
    found = _as_tree(rows, kept, view, held) if view.tree else Flat(_in_place(ordered(kept, view), held))
    if view.names or not view.threads:
        return found
    processes = _processes(rows)
    return [
        one._replace(row=one.row._replace(command=whole.command))
        if one.row.id.tid and (whole := processes.get(one.row.id.pid)) is not None
        else one
        for one in found
    ]


def _in_place(rows: list[TaskRow], held: Mapping[RowId, int] | None) -> list[TaskRow]:
    if held is not None:
        last = len(held)
        rows.sort(key=lambda row: held.get(row.id, last))  # stable: who is new keeps its order
    return rows


def _processes(rows: Iterable[TaskRow]) -> dict[int, TaskRow]:
    """Processes by pid: of one that has just ended and one that has its pid already, the one that lives."""
    found: dict[int, TaskRow] = {}
    for row in rows:
        if not row.id.tid:
            known = found.get(row.id.pid)
            if known is None or known.id.start <= row.id.start:
                found[row.id.pid] = row
    return found


def _wanted(rows: Sequence[TaskRow], view: View) -> list[TaskRow]:
    """Those that are to be shown, one question after the other, for a table of ten thousand is asked every second."""
    kept = list(rows) if view.kernel else [row for row in rows if not row.kernel]
    if not view.threads:
        kept = [row for row in kept if not row.id.tid]
    if view.user is not None:
        kept = [row for row in kept if row.user == view.user]
    return kept if view.matches is everything else [row for row in kept if view.matches(row)]


def ordered(rows: Iterable[TaskRow], view: View) -> list[TaskRow]:
    """By the column of the view; who has no value there stands last."""
    ask, rough = view.sort.value, _ROUGH.get(view.sort.kind)
    falling = view.sort.falling != view.inverted
    known: list[tuple[float | str, TaskRow]] = []
    nothing: list[TaskRow] = []
    blank: list[TaskRow] = []
    for row in rows:
        value = ask(row)
        if value is None or value == "":
            blank.append(row)
        elif isinstance(value, str):
            known.append((value.casefold(), row))
        elif not value or not (shown := rough(value) if rough else value):
            nothing.append(row)  # most do nothing, or next to nothing: these need not be sorted by how much it is
        else:
            known.append((-shown if falling and rough else shown, row))
    # Two passes, for a stable sort by number keeps that order among equals, whichever way the column goes.
    known.sort(key=_number)
    known.sort(key=_key, reverse=falling and view.sort.kind not in _ROUGH)
    nothing.sort(key=_identity)
    blank.sort(key=_identity)
    keys: list[Any] = [value for value, _row in known] if nothing else []
    first = bisect_left(keys, 0)
    return [*(row for _value, row in known[:first]), *nothing, *(row for _value, row in known[first:]), *blank]


def _key(pair: tuple[float | str, TaskRow]) -> float | str:
    return pair[0]


def _number(pair: tuple[float | str, TaskRow]) -> RowId:
    return pair[1].id


def _identity(row: TaskRow) -> RowId:
    return row.id


def _as_shown(share: float) -> float:
    """Per cent to the decimal that is shown: one below ten, none above."""
    value = share * 100
    return round(value, 1) if value < 9.95 else float(round(value))


def _rate_as_shown(number: float) -> float:
    return round(number, 1) if number < 9.95 else float(round(number))


_ROUGH: Mapping[str, Callable[[float], float]] = {
    SHARE: _as_shown,
    NUMBER: _rate_as_shown,
    BYTES: float,
    SECONDS: float,
}


def _as_tree(rows: Sequence[TaskRow], kept: Sequence[TaskRow], view: View, held: Mapping[RowId, int] | None) -> list[Shown]:
    """Children under their parents, threads under their processes; siblings in the order of the view.

    What the filter keeps brings those above it along, for without them one would not know where one is.
    """
    processes = _processes(rows)
    every = {row.id: row for row in kept}
    context: set[RowId] = set()
    for row in kept:
        above = _above(row, processes)
        while above is not None and above.id not in every and (view.kernel or not above.kernel):
            every[above.id] = above
            context.add(above.id)
            above = _above(above, processes)
    # Put in order all together: so siblings are, too, and most of ten thousand rows have nothing below them to be ordered.
    below: dict[RowId | None, list[TaskRow]] = {}
    for row in _in_place(ordered(every.values(), view), held):
        above = _above(row, processes)
        parent = above.id if above is not None and above.id in every else None
        if parent in below:
            below[parent].append(row)
        else:
            below[parent] = [row]
    found: list[Shown] = []
    # An explicit stack, for a chain of processes may be longer than Python's own.
    todo = [(row, "", "") for row in reversed(below.get(None, ()))]
    while todo:
        row, stem, rest = todo.pop()
        children = below.get(row.id)
        folded = children is not None and row.id in view.folded
        found.append(Shown(row, stem, _count(row.id, below) if folded else 0, row.id in context))
        if children is not None and not folded:
            rest = rest[-_DEEPEST:]
            branch, under = rest + "├─ ", rest + "│  "
            *others, last = _threads_first(children)
            todo.append((last, rest + "└─ ", rest + "   "))
            todo.extend([(child, branch, under) for child in reversed(others)])
    return found


_DEEPEST = 3 * 32
"""Cells of a stem: 32 generations. Nobody sees more, and those of a chain of thousands would fill the memory."""


def _threads_first(rows: list[TaskRow]) -> list[TaskRow]:
    """A process's own threads stand before the processes that it has started."""
    return [row for row in rows if row.id.tid] + [row for row in rows if not row.id.tid]


def _above(row: TaskRow, processes: Mapping[int, TaskRow]) -> TaskRow | None:
    """The row that it hangs from. A parent that started later is a stranger with the pid of one that has gone.

    Many start within one tick of their parent: then the lower number is the parent's, so that there are no circles.
    """
    above = processes.get(row.parent)
    if above is None or (above.id.start, above.id.pid, above.id.tid) >= (row.id.start, row.id.pid, row.id.tid):
        return None
    return above


def _count(id: RowId, below: Mapping[RowId | None, list[TaskRow]]) -> int:
    number, todo = 0, [id]
    while todo:
        children = below.get(todo.pop(), ())
        number += len(children)
        todo.extend(child.id for child in children)
    return number


def descendants(rows: Sequence[TaskRow], of: RowId) -> list[RowId]:
    """A process and all processes below it, itself first: what an action on a tree is about."""
    processes = _processes(rows)
    children: dict[RowId, list[RowId]] = {}
    for row in processes.values():
        above = _above(row, processes)
        if above is not None:
            children.setdefault(above.id, []).append(row.id)
    found, todo = [], [of]
    while todo:
        one = todo.pop()
        found.append(one)
        todo.extend(reversed(children.get(one, ())))
    return found


def foldable(rows: Iterable[TaskRow]) -> frozenset[RowId]:
    """Everybody who has something below it."""
    listed = list(rows)
    processes = _processes(listed)
    above = (_above(row, processes) for row in listed)
    return frozenset(row.id for row in above if row is not None)
