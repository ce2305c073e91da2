"""The last minutes of the session that is on, in memory: so that one can pause and go back without having recorded anything.

It costs next to nothing. What comes is immutable, and a task that has not run is the same object in the next table: to keep a table
is to keep one tuple and the rows that have changed. Every so often the states, which are immutable too, are kept with it, so that
going back folds no more than a few items. Bounded in time and, by estimate, in bytes: the oldest go first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

from conclab.model.events import Acquired, Event, Output, Released, Sliced, TaskFinished, Waiting
from conclab.model.machine import Machine, MachineSample
from conclab.model.machine_state import MachineState
from conclab.model.table import TaskRow, TaskTable
from conclab.model.table_state import TableState
from conclab.model.tasks import TaskBatch
from conclab.recording.feed import Item
from conclab.recording.levels import Curves, Figures, machine_figures, task_figures
from conclab.recording.marks import Watch
from conclab.recording.past import Mark
from conclab.recording.tape import Look, Place

MOST_NS = 10 * 60_000_000_000
MOST_BYTES = 64 * 1024**2
EACH = 32
"""Items between two kept states; as many go at a time when they are too old."""
_MOST_MARKS = 2_000
_ROW_BYTES = 900
"""A row with figures of its own: a tuple of forty, and its numbers."""
_CORE_BYTES = 250
_SAMPLE_BYTES = 3_000
"""A sample of the machine without its cores, its surroundings and its figures included."""
_HISTORY_BYTES = 250
"""Of one row in a kept state: its place in the dictionary, and its part of what histories share."""
_TASK_BYTES = 400
_LINE_BYTES = 200
_EVENT_BYTES = 200
_SLICE_BYTES = 52


@dataclass(slots=True)
class _Stretch:
    """Some items in a row, and what the states were before the first of them."""

    place: Place
    items: list[Look] = field(default_factory=list)
    bytes: int = 0


class Recent:
    """What the monitor has been shown of late; a ``tape.Reel`` is made of it by ``RecentReel``."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.stretches: deque[_Stretch] = deque()
        self.first = 0
        """Number of the first item that is still there, of all that have come."""
        self.count = 0
        """How many have come."""
        self.marks: deque[Mark] = deque(maxlen=_MOST_MARKS)
        self.figures: deque[tuple[int, Figures]] = deque()
        """Of the machine, as many as there are samples."""
        self.bytes = 0
        """By estimate."""
        self._watch = Watch()
        self._states = MachineState(), TableState()
        self._rows: tuple[TaskRow, ...] = ()
        self._newest_ns = 0

    def put(self, item: Look, machine: MachineState, table: TableState) -> None:
        """Keep an item, after which the states are these."""
        if item.at_ns < self._newest_ns:
            return  # out of its order: one cannot go there
        self._newest_ns = item.at_ns
        if not self.stretches or len(self.stretches[-1].items) >= EACH:
            self._begin_stretch()
        stretch = self.stretches[-1]
        stretch.items.append(item)
        self.count += 1
        self._states = machine, table
        taken = self._take_table(item) if isinstance(item, TaskTable) else self._take_sample(item, machine)
        stretch.bytes += taken
        self.bytes += taken
        while len(self.stretches) > 1 and (self.bytes > MOST_BYTES or self.stretches[1].items[0].at_ns < item.at_ns - MOST_NS):
            self._let_go()

    def mark(self, mark: Mark) -> None:
        """Keep a mark."""
        self.marks.append(mark)

    def _begin_stretch(self) -> None:
        machine, table = self._states
        taken = _HISTORY_BYTES * len(table.known) + 8 * sum(len(core.busy) for core in machine.cores)
        self.stretches.append(_Stretch(Place(self.count, machine, table), bytes=taken))
        self.bytes += taken

    def _take_sample(self, item: MachineSample, machine: MachineState) -> int:
        self.figures.append((item.at_ns, machine_figures(machine)))
        return _SAMPLE_BYTES + _CORE_BYTES * len(item.cores)

    def _take_table(self, item: TaskTable) -> int:
        changed = changed_rows(self._rows, item)
        self._rows = item.rows
        self.marks.extend(self._watch.marks(item, changed))
        return 8 * len(item.rows) + _ROW_BYTES * len(changed)

    def _let_go(self) -> None:
        gone = self.stretches.popleft()
        self.bytes -= gone.bytes
        self.first += len(gone.items)
        oldest = self.stretches[0].items[0].at_ns
        while self.figures and self.figures[0][0] < oldest:
            self.figures.popleft()
        while self.marks and self.marks[0].at_ns < oldest:
            self.marks.popleft()


def changed_rows(before: tuple[TaskRow, ...], table: TaskTable) -> Sequence[TaskRow]:
    """The rows of a table that are not the same objects as in the one before."""
    if table.changed is not None:
        return table.changed
    known = set(map(id, before))
    return [row for row in table.rows if id(row) not in known]


class RecentReel:
    """The recent past as it was when it was asked for, and again at each ``refresh``."""

    def __init__(self, recent: Recent, epoch_s: float) -> None:
        """There has to be something in it. ``epoch_s``: seconds since 1970 when the clock of the stamps was at zero."""
        self.machine = recent.machine
        self.epoch_s = epoch_s
        self._recent = recent
        self._take()

    def _take(self) -> None:
        recent = self._recent
        self._first, self._count = recent.first, recent.count
        self._places = [stretch.place for stretch in recent.stretches]
        self._items = list(chain.from_iterable(stretch.items for stretch in recent.stretches))
        self.stamps: Sequence[int] = [item.at_ns for item in self._items]
        self._marks: Sequence[Mark] | None = None
        self._curves: Curves | None = None

    def refresh(self) -> int | None:
        if self._recent.count == self._count:
            return None
        before = self._first
        self._take()
        return self._first - before

    def items(self, first: int, stop: int, rows: tuple[TaskRow, ...]) -> Iterable[Look]:
        return self._items[first:stop]

    def place(self, stop: int) -> Place:
        before = [place for place in self._places if place.number - self._first <= stop]
        place = before[-1]
        return Place(place.number - self._first, place.machine, place.table)

    def marks(self) -> Sequence[Mark]:
        if self._marks is None:
            start, end = self.stamps[0], self.stamps[-1]
            found = [mark for mark in self._recent.marks if start <= mark.at_ns <= end]
            self._marks = sorted(found, key=lambda mark: mark.at_ns)
        return self._marks

    def curves(self) -> Curves:
        if self._curves is None:
            items = self._items
            self._curves = Curves(
                list(self._recent.figures),
                lambda: [(item.at_ns, task_figures(item.rows)) for item in items if isinstance(item, TaskTable)],
            )
        return self._curves


class RecentRun:
    """The items of the run that is on, or was last. When there are too many, the oldest samples and lines of output go; where the
    run stood stays."""

    def __init__(self) -> None:
        self._events: list[tuple[int, Event]] = []
        self._bulk: deque[tuple[int, Item, int]] = deque()
        self._bytes = 0
        self._count = 0
        self.since_ns: int | None = None
        """Up to when samples and lines are no longer there; None: all are."""

    def put(self, item: MachineSample | TaskBatch | Event) -> None:
        """Keep an item."""
        self._count += 1
        taken = _size_of(item)
        if taken is None:
            assert not isinstance(item, MachineSample | TaskBatch)
            self._events.append((self._count, item))
            return
        self._bulk.append((self._count, item, taken))
        self._bytes += taken
        while self._bytes > MOST_BYTES:
            _number, oldest, size = self._bulk.popleft()
            self._bytes -= size
            self.since_ns = oldest.at_ns

    def items(self) -> list[Item]:
        """All there are, in the order in which they came."""
        found: list[tuple[int, Item]] = [*self._events, *((number, item) for number, item, _size in self._bulk)]
        found.sort(key=lambda entry: entry[0])
        return [item for _number, item in found]


def _size_of(item: MachineSample | TaskBatch | Event) -> int | None:
    """Bytes, by estimate, of what there may be without end; None of where the run stands."""
    if isinstance(item, TaskBatch):
        return _TASK_BYTES * (1 + len(item.tasks))
    if isinstance(item, MachineSample):
        return _SAMPLE_BYTES + _CORE_BYTES * len(item.cores)
    if isinstance(item, Output):
        return sum(_LINE_BYTES + len(line.text) for line in item.lines)
    if isinstance(item, Sliced):
        return sum(_SLICE_BYTES * len(one) for one in item.trace.tasks)
    return _EVENT_BYTES if isinstance(item, TaskFinished | Waiting | Acquired | Released) else None
