"""The session of the screens: what a feed delivers, folded (``feed.Session``), and with it what lies just behind.

It keeps the last minutes in memory (``recent``), and records to a file when it is asked to (``tape_recorder``). While it records,
tables go on when nobody looks at them, and the switches and delays of all processes are read, not only of the rows in view: they
are what one looks for later.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from conclab.model.events import RunStarted
from conclab.model.inspection import Inspection
from conclab.model.machine import MachineSample
from conclab.model.table import QUEUE, STATUS, TaskTable, Wanted
from conclab.model.tasks import TaskBatch
from conclab.model.text import harmless
from conclab.model.trace import Traced
from conclab.model.trouble import Trouble
from conclab.recording.feed import Feed, Item, Session
from conclab.recording.marks import mark_of
from conclab.recording.past import TROUBLE, Mark
from conclab.recording.recent import Recent, RecentReel, RecentRun
from conclab.recording.replay import Replay, ReplaySession
from conclab.recording.tape import TapeSession
from conclab.recording.tape_recorder import CannotRecord, TapeRecorder

RECORDED = frozenset((QUEUE, STATUS))
"""What is read of every row while it is recorded; a task that has not run costs nothing."""


class LiveSession(Session):
    """A session with a recent past."""

    def __init__(self, feed: Feed) -> None:
        super().__init__(feed)
        self._recent = Recent(feed.machine)
        self._run = RecentRun()
        self._wanted: Wanted | None = None
        """By the screens."""
        self.recording: TapeRecorder | None = None
        """The recording, with its ``path``, ``size_bytes`` and ``seconds``; one that has ended by itself is no longer ``on``."""

    def record(self, path: Path | None = None) -> TapeRecorder:
        """Record what the monitor shows from now on, into a file of that name or a new one among the runs. What there is of an
        error later comes as a trouble. Raises CannotRecord, also while it records already."""
        if self.recording is not None and self.recording.on:
            raise CannotRecord(f"{harmless(str(self.recording.path))} is being recorded already")
        states = self.machine_state, self.table_state
        self.recording = TapeRecorder(path, self.feed.machine, self.troubles.append, states)
        self.list_tasks(self._wanted)
        return self.recording

    def end_recording(self) -> str:
        """End it. Returns a sentence: what there is now; empty when none was on."""
        recording, self.recording = self.recording, None
        if recording is None:
            return ""
        self.list_tasks(self._wanted)
        return recording.end()

    def list_tasks(self, wanted: Wanted | None) -> None:
        self._wanted = wanted
        if self.recording is not None and self.recording.on:
            asked = wanted or Wanted()
            wanted = replace(asked, needs_of_all=asked.needs_of_all | RECORDED)
        super().list_tasks(wanted)

    def recent_session(self) -> TapeSession | None:
        """The last minutes of the monitor, at their end; None while there is nothing of them yet. ``refresh`` takes in more."""
        return TapeSession(RecentReel(self._recent, self.feed.time_of_day(0))) if self._recent.count else None

    def recent_run(self) -> ReplaySession | None:
        """The run that is on, as far as it has got, or the last one, at its end; None: there was none. It folds all of it: a tenth
        of a second for half a minute of four workers."""
        items = self._run.items()
        return ReplaySession(Replay(items, self.feed.machine, self.feed.time_of_day(0))) if items else None

    def folded(self, item: Item) -> None:
        if isinstance(item, MachineSample | TaskTable):
            self._recent.put(item, self.machine_state, self.table_state)
            if self.recording is not None:
                self.recording.put(item)
            if isinstance(item, MachineSample) and self.run_state.live:
                self._run.put(item)
        elif isinstance(item, Trouble):
            self._mark(Mark(item.at_ns, TROUBLE, item.text))
        elif not isinstance(item, Inspection | Traced):
            if isinstance(item, RunStarted):
                self._run = RecentRun()
            self._run.put(item)
            mark = None if isinstance(item, TaskBatch) else mark_of(item)
            if mark is not None:
                self._mark(mark)

    def _mark(self, mark: Mark) -> None:
        self._recent.mark(mark)
        if self.recording is not None:
            self.recording.put(mark)
