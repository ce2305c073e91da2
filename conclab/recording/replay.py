"""A run that was kept, at any moment of it: a feed made of its items, and a session that can be put anywhere in its time.

The states are the same folds that a live session makes, and the screens draw them as they draw a live run. All items are folded
once, when it is opened; every so many of them the states, which are immutable, are put aside. To go to a moment is then to fold a
few items from the last such place on.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from conclab.model.details import Page
from conclab.model.events import ChildStarted, Event, RunStarted, StepFinished, StepStarted
from conclab.model.experiments import Arm
from conclab.model.inspection import Inspection
from conclab.model.machine import Machine, MachineSample
from conclab.model.machine_state import MachineState, fold_machine
from conclab.model.run_state import RunState, fold
from conclab.model.table import RowId, TaskTable
from conclab.model.tasks import TaskBatch
from conclab.model.timeline import Timeline
from conclab.model.timeline_fold import fold_timeline
from conclab.model.trace import Traced
from conclab.model.trouble import Trouble
from conclab.recording.feed import EVERYTHING, Changes, Item, Session
from conclab.recording.gone import Gone
from conclab.recording.levels import Curves, machine_figures
from conclab.recording.marks import mark_of
from conclab.recording.past import Mark, Series

KEPT_EVERY = 64
"""Items between two places where the states are put aside, at least."""
MOST_KEPT = 100
"""Such places. With 64 workers each takes about 300 KiB: a lane's cells are listed anew with every sample."""
RECORDING = "this is a recording of a run that is over; start a new one in the Lab"
_NO_PART = TaskTable | Inspection | Traced | Trouble
"""What a feed delivers beside the run, for other screens."""


@dataclass(frozen=True, slots=True)
class Span:
    """One repetition in the run's time."""

    start_ns: int
    end_ns: int
    arm: Arm
    round: int
    control: bool

    @property
    def name(self) -> str:
        """As the progress line calls it, shortly."""
        return f"{self.arm.name}{' (control)' if self.control else ''} · {self.round + 1}"


def spans_of(items: Sequence[Item]) -> tuple[Span, ...]:
    """The repetitions, one after the other; one that was cut off ends with the last item."""
    found: list[Span] = []
    begun: StepStarted | None = None
    for item in items:
        if isinstance(item, StepStarted):
            begun = item
        elif isinstance(item, StepFinished) and begun is not None:
            found.append(Span(begun.at_ns, item.at_ns, begun.arm, begun.round, begun.control))
            begun = None
    if begun is not None:
        found.append(Span(begun.at_ns, items[-1].at_ns, begun.arm, begun.round, begun.control))
    return tuple(found)


class Replay(Gone):
    """Feeds from a recording: all of it at once. Nothing can be done to tasks that are long gone."""

    def __init__(self, items: Sequence[Item], machine: Machine, epoch_s: float = 0.0) -> None:
        """``epoch_s``: seconds since 1970 when the clock of the stamps was at zero. Raises ValueError when there are no items."""
        super().__init__(machine, RECORDING, epoch_s)
        self._taken = False
        self.items: list[MachineSample | TaskBatch | Event] = [item for item in items if not isinstance(item, _NO_PART)]
        self.items.sort(key=lambda item: item.at_ns)
        if not self.items:
            raise ValueError("there is nothing in it")
        began = [item.at_ns for item in self.items if isinstance(item, RunStarted)]
        self.start_ns = began[0] if began else self.items[0].at_ns
        self.end_ns = max(self.start_ns, self.items[-1].at_ns)
        self.spans = spans_of(self.items)
        batches = [item.at_ns for item in self.items if isinstance(item, TaskBatch)]
        gaps = [after - before for before, after in pairwise(batches) if after > before]
        self._tasks_per_s = 1e9 / median(gaps) if gaps else 0.0
        switches = [item for item in self.items if isinstance(item, ChildStarted | StepFinished)]
        self._switched_ns = [item.at_ns for item in switches]
        self._sampled = [isinstance(item, ChildStarted) for item in switches]
        self.at_ns: int | None = None
        """The moment that is looked at; None: all of it."""
        self.events_ns = [item.at_ns for item in self.items if not isinstance(item, MachineSample | TaskBatch)]
        """When something happened, ascending."""

    @property
    def duration_ns(self) -> int:
        return self.end_ns - self.start_ns

    def next_event(self, at_ns: int, step: int = 1) -> int | None:
        """When something happened next after a moment, or last before it (``step`` -1); None: nothing did."""
        number = bisect_right(self.events_ns, at_ns) if step > 0 else bisect_left(self.events_ns, at_ns) - 1
        return self.events_ns[number] if 0 <= number < len(self.events_ns) else None

    def next_span(self, at_ns: int, step: int = 1) -> int | None:
        """Where the next repetition begins; backwards where this one does, or from there the one before. None: there is none."""
        starts = [span.start_ns for span in self.spans]
        number = bisect_right(starts, at_ns) if step > 0 else bisect_left(starts, at_ns) - 1
        return starts[number] if 0 <= number < len(starts) else None

    def span_at(self, at_ns: int) -> Span | None:
        """The repetition that was on then."""
        number = bisect_right([span.start_ns for span in self.spans], at_ns) - 1
        return self.spans[number] if number >= 0 and at_ns <= self.spans[number].end_ns else None

    # What a feed does

    def take(self) -> list[Item]:
        items: list[Item] = [] if self._taken else list(self.items)
        self._taken = True
        return items

    def details(self, id: RowId, page: str) -> Page:
        return Page(page, self.end_ns, ended=True)

    @property
    def tasks_per_s(self) -> float:
        """Of the whole; while a moment is looked at 0 when no child was there to be sampled."""
        if self.at_ns is None:
            return self._tasks_per_s
        number = bisect_right(self._switched_ns, self.at_ns)
        return self._tasks_per_s if number > 0 and self._sampled[number - 1] else 0.0


class ReplaySession(Session):
    """The states of a recording as of a moment, which is its end at first; the timeline is always that of the whole run.

    To make one folds all of it: a tenth of a second for a run of half a minute with four workers, seconds for a long one with many.
    """

    def __init__(self, replay: Replay) -> None:
        super().__init__(replay)
        self.replay = replay
        self.position_ns = replay.end_ns
        self._folded = 0
        """How many items are in the states."""
        self._stamps = [item.at_ns for item in replay.items]
        self._every = max(KEPT_EVERY, -(-len(replay.items) // MOST_KEPT))
        self._kept: list[tuple[MachineState, RunState]] = []
        self._fold_to(len(replay.items), keep=True)
        self._end = self.machine_state, self.run_state
        self._timeline_folded = False
        self._folding = threading.Lock()
        self._traced = any(item.traced for item in replay.items if isinstance(item, RunStarted))
        self._curves: Curves | None = None
        self._marks: tuple[Mark, ...] | None = None

    @property
    def timeline(self) -> Timeline:
        """That of the whole run. It is half as much work as the states, so it is folded when it is asked for first, by
        whichever thread that is."""
        with self._folding:
            if not self._timeline_folded:
                timeline = Timeline()
                for item in self.replay.items:
                    timeline = fold_timeline(timeline, item)
                self._timeline, self._timeline_folded = timeline, True
            return self._timeline

    @property
    def traced(self) -> bool:
        return self._traced

    def seek(self, at_ns: int) -> Changes:
        """Be at a moment, or at the nearest that there is: everything up to it, and with its stamp, has happened."""
        self.position_ns = self.replay.at_ns = max(self.replay.start_ns, min(at_ns, self.replay.end_ns))
        target = bisect_right(self._stamps, self.position_ns)
        place = target // self._every
        if target < self._folded or place * self._every > self._folded:
            self._folded = place * self._every
            self.machine_state, self.run_state = self._kept[place]
        if target == self._folded:
            return EVERYTHING
        return self._fold_to(target)

    # As a past (``past.Past``)

    @property
    def start_ns(self) -> int:
        return self.replay.start_ns

    @property
    def end_ns(self) -> int:
        return self.replay.end_ns

    def refresh(self) -> bool:
        """What was kept does not grow."""
        return False

    def time_of_day(self, at_ns: int) -> float:
        return self.replay.time_of_day(at_ns)

    def events(self) -> tuple[Mark, ...]:
        if self._marks is None:  # a screen asks whenever it draws
            marks = (mark_of(item) for item in self.replay.items if not isinstance(item, MachineSample | TaskBatch))
            self._marks = tuple(mark for mark in marks if mark is not None)
        return self._marks

    def next_event(self, at_ns: int, step: int = 1) -> int | None:
        """Of all events of the run, not of those alone that have a mark."""
        return self.replay.next_event(at_ns, step)

    def overview(self, cells: int) -> tuple[float | None, ...]:
        return self._known().overview(self.start_ns, self.end_ns, cells)

    def series_names(self) -> tuple[Series, ...]:
        return self._known().names()

    def next_spike(self, series: str, at_ns: int, step: int = 1) -> int | None:
        return self._known().next_spike(series, at_ns, step)

    def _known(self) -> Curves:
        if self._curves is None:
            state, found = MachineState(), []
            for item in self.replay.items:
                if isinstance(item, MachineSample):
                    state = fold_machine(state, item)
                    found.append((item.at_ns, machine_figures(state)))
            self._curves = Curves(found)
        return self._curves

    def whole(self) -> Session:
        """A session that has seen it to its end, whatever the moment of this one."""
        session = Session(self.replay)
        session.machine_state, session.run_state = self._end
        session._timeline = self.timeline
        return session

    def _fold_to(self, stop: int, keep: bool = False) -> Changes:
        machine, run = self.machine_state, self.run_state
        for number in range(self._folded, stop):
            if keep and number % self._every == 0:
                self._kept.append((machine, run))
            item = self.replay.items[number]
            if isinstance(item, MachineSample):
                machine = fold_machine(machine, item)
            else:
                run = fold(run, item)
        if keep and stop % self._every == 0:
            self._kept.append((machine, run))
        self.machine_state, self.run_state, self._folded = machine, run, stop
        return EVERYTHING
