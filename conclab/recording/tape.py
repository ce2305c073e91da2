"""A tape: what the monitor showed, as a session that can be put at any moment of it.

The states are those of the live session at that moment: the same folds over the same items. To go to a moment, folding begins at a
place of the reel (``Reel.place``) from which on the states at that moment come out right, histories included, or nearer: states
that were folded before are put aside, which is what makes it quick to go back and forth.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from conclab.model.machine import Machine, MachineSample
from conclab.model.machine_state import MachineState, fold_machine
from conclab.model.table import TaskRow, TaskTable
from conclab.model.table_state import TableState, fold_table
from conclab.recording.feed import Changes, Session
from conclab.recording.garbage import nothing_collected
from conclab.recording.gone import Gone
from conclab.recording.levels import Curves
from conclab.recording.past import Mark, Series, neighbour

Look = MachineSample | TaskTable
"""What a tape is made of."""

ASIDE_EVERY = 8
"""Items between two states that are put aside."""
MOST_ASIDE = 64
NEAR = 64
"""As many items are folded sooner than that the reel is asked where to begin."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where folding can begin."""

    number: int
    """Of the first item that is not in the states."""
    machine: MachineState
    table: TableState


class Reel(Protocol):
    """The items of a tape in order, wherever they lie."""

    machine: Machine
    epoch_s: float
    """Seconds since 1970 when the clock of the stamps was at zero."""

    @property
    def stamps(self) -> Sequence[int]:
        """Of every item, ascending; there is at least one."""

    def items(self, first: int, stop: int, rows: tuple[TaskRow, ...]) -> Iterable[Look]:
        """Those from ``first`` up to ``stop``. ``rows``: of the table before ``first``."""

    def place(self, stop: int) -> Place:
        """Where to begin for the states that the first ``stop`` items make."""

    def marks(self) -> Sequence[Mark]: ...

    def curves(self) -> Curves: ...

    def refresh(self) -> int | None:
        """Take in what has come since. None: nothing has. Else by how much the numbers of the items have become less, because so
        many of the oldest are no longer there."""


class TapeSession(Session):
    """The states of a tape as of a moment, which is its end at first."""

    def __init__(self, reel: Reel) -> None:
        super().__init__(Gone(reel.machine, epoch_s=reel.epoch_s))
        self._reel = reel
        self._aside: dict[int, Place] = {}
        self._folded = -1
        """How many items are in the states; below nought: it has to begin anew."""
        self.position_ns = self.end_ns
        self.seek(self.end_ns)

    @property
    def start_ns(self) -> int:
        return self._reel.stamps[0]

    @property
    def end_ns(self) -> int:
        return self._reel.stamps[-1]

    def refresh(self) -> bool:
        """Take in what has come since; whether there is more now. The states stay as they are until one goes elsewhere."""
        less = self._reel.refresh()
        if less is None:
            return False
        if less:
            self._aside.clear()
            self._folded = -1
        return True

    def seek(self, at_ns: int) -> Changes:
        """Be at a moment, or at the nearest that there is: everything up to it, and with its stamp, has happened.

        Raises Unreadable when the file of the tape is damaged there.
        """
        self.position_ns = max(self.start_ns, min(at_ns, self.end_ns))
        stop = bisect_right(self._reel.stamps, self.position_ns)
        if stop == self._folded:
            return Changes()
        with nothing_collected():
            self._go_to(stop)
        return Changes(machine=True, tasks=True)

    def _go_to(self, stop: int) -> None:
        best = max((number for number in self._aside if number <= stop), default=-1)
        if not best <= self._folded <= stop:
            self._folded = -1
            if best >= 0:
                self._begin(self._aside[best])
        if self._folded < 0 or stop - self._folded > NEAR:
            place = self._reel.place(stop)
            if place.number > self._folded:
                self._begin(place)
        self._fold_to(stop)

    def _begin(self, place: Place) -> None:
        self._folded, self.machine_state, self.table_state = place.number, place.machine, place.table
        self._put_aside(place)

    def _fold_to(self, stop: int) -> None:
        machine, table, number = self.machine_state, self.table_state, self._folded
        rows = table.table.rows if table.table is not None else ()
        for number, item in enumerate(self._reel.items(self._folded, stop, rows), self._folded + 1):
            if isinstance(item, MachineSample):
                machine = fold_machine(machine, item)
            else:
                table = fold_table(table, item)
            if number % ASIDE_EVERY == 0:
                self._put_aside(Place(number, machine, table))
        self.machine_state, self.table_state, self._folded = machine, table, number

    def _put_aside(self, place: Place) -> None:
        self._aside.pop(place.number, None)
        self._aside[place.number] = place
        while len(self._aside) > MOST_ASIDE:
            del self._aside[next(iter(self._aside))]

    # As a past (``past.Past``)

    def time_of_day(self, at_ns: int) -> float:
        return self.feed.time_of_day(at_ns)

    def events(self) -> Sequence[Mark]:
        return self._reel.marks()

    def next_event(self, at_ns: int, step: int = 1) -> int | None:
        return neighbour([mark.at_ns for mark in self._reel.marks()], at_ns, step)

    def overview(self, cells: int) -> tuple[float | None, ...]:
        return self._reel.curves().overview(self.start_ns, self.end_ns, cells)

    def series_names(self) -> tuple[Series, ...]:
        return self._reel.curves().names()

    def next_spike(self, series: str, at_ns: int, step: int = 1) -> int | None:
        return self._reel.curves().next_spike(series, at_ns, step)
