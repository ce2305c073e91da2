"""The session of the screens: what a feed delivers, folded (``feed.Session``), and with it what lies just behind.

It keeps the last minutes in memory (``recent``).
"""

from __future__ import annotations

import time

from conclab.model.events import RunStarted
from conclab.model.inspection import Inspection
from conclab.model.machine import MachineSample
from conclab.model.table import TaskTable
from conclab.model.tasks import TaskBatch
from conclab.model.trace import Traced
from conclab.model.trouble import Trouble
from conclab.recording.feed import Feed, Item, Session
from conclab.recording.marks import mark_of
from conclab.recording.past import TROUBLE, Mark
from conclab.recording.recent import Recent, RecentReel, RecentRun
from conclab.recording.replay import Replay, ReplaySession
from conclab.recording.tape import TapeSession


class LiveSession(Session):
    """A session with a recent past."""

    def __init__(self, feed: Feed) -> None:
        super().__init__(feed)
        self._epoch_s = time.time() - time.monotonic()
        self._recent = Recent(feed.machine, self._epoch_s)
        self._run = RecentRun()

    def recent_session(self) -> TapeSession | None:
        """The last minutes of the monitor, at their end; None while there is nothing of them yet. ``refresh`` takes in more."""
        return TapeSession(RecentReel(self._recent)) if self._recent.count else None

    def recent_run(self) -> ReplaySession | None:
        """The run that is on, as far as it has got, or the last one, at its end; None: there was none. It folds all of it: a tenth
        of a second for half a minute of four workers."""
        items = self._run.items()
        return ReplaySession(Replay(items, self.feed.machine, self._epoch_s)) if items else None

    def folded(self, item: Item) -> None:
        if isinstance(item, MachineSample | TaskTable):
            self._recent.put(item, self.machine_state, self.table_state)
            if isinstance(item, MachineSample) and self.run_state.live:
                self._run.put(item)
        elif isinstance(item, Trouble):
            self._recent.mark(Mark(item.at_ns, TROUBLE, item.text))
        elif not isinstance(item, Inspection | Traced):
            if isinstance(item, RunStarted):
                self._run = RecentRun()
            self._run.put(item)
            mark = None if isinstance(item, TaskBatch) else mark_of(item)
            if mark is not None:
                self._recent.mark(mark)
