"""Watching one process closely: all its threads ten times a second, for as long as somebody looks.

It has a thread of its own, since the sampler's may be busy with the whole table for longer than a tenth of a second.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from conclab.model.inspection import Inspection
from conclab.model.table import RowId
from conclab.model.tasks import TaskBatch, TaskSample
from conclab.model.trouble import Trouble, trouble_of
from conclab.sampling.files import Budget
from conclab.sampling.stacks import waits_of
from conclab.sampling.tasks import KeptTask, tids_of

FASTEST_S = 0.1
SLOWEST_S = 4.0
MOST_COST = 0.01
"""Share of a core that reading may take; drawing what was read takes about as much again."""
PATIENCE_S = 3.0
"""How long a reading that is under way may take when all is to end."""
MOST_THREADS = 1_000
"""Of more than these only the first are read, and it is said how many are left out."""
_WAITS_EACH = 8
"""Threads that are asked each time what they wait in, by turns: it costs more than all else that is read of them."""
_WAITS_FADE_NS = 5_000_000_000
"""What a thread was seen waiting in is shown for so long while it runs: of one that never waits it would be a lie."""


class ProcessThreads:
    """Reads the threads of one process again and again. To be closed."""

    def __init__(self, id: RowId) -> None:
        self.id = id
        self._budget = Budget()
        self._tasks: dict[int, KeptTask] = {}
        self._next_asked = 0
        self._waits: dict[int, tuple[str, int]] = {}

    def read(self, per_s: float = 1 / FASTEST_S) -> Inspection:
        """All threads now; ``ended`` when the process is gone or its number has another owner."""
        at_ns = time.monotonic_ns()
        tids = sorted(tids_of(self.id.pid))
        kept, samples = {}, []
        for tid in tids[:MOST_THREADS]:
            task = self._tasks.pop(tid, None) or KeptTask(self.id.pid, tid, self._budget)
            sample = task.sample()
            if sample is None:
                task.close()
                continue
            kept[tid] = task
            samples.append(sample)
        self.close()
        self._tasks = kept
        # A process is as old as its first thread, which stays (as a zombie, if need be) for as long as there are others.
        leader = next((sample for sample in samples if sample.task.tid == self.id.pid), None)
        ended = leader is None or leader.task.start_ticks != self.id.start or all(sample.state in "ZX" for sample in samples)
        if ended:
            return Inspection(at_ns, self.id, TaskBatch(at_ns, ()), ended=True)
        left_out = max(0, len(tids) - MOST_THREADS)
        return Inspection(at_ns, self.id, TaskBatch(at_ns, tuple(samples)), self._ask(at_ns, samples), per_s, left_out)

    def _ask(self, at_ns: int, samples: list[TaskSample]) -> dict[int, str]:
        """What the next few threads wait in."""
        first = self._next_asked if self._next_asked < len(samples) else 0
        self._next_asked = first + _WAITS_EACH
        found: dict[int, str] = {}
        for sample in samples[first : first + _WAITS_EACH]:
            tid = sample.task.tid
            said, since_ns = waits_of(self.id.pid, tid), at_ns
            if not said:
                said, since_ns = self._waits.get(tid, ("", 0))
                if at_ns - since_ns > _WAITS_FADE_NS:
                    said = ""
            found[tid] = said
            self._waits[tid] = said, since_ns
        if len(self._waits) > 2 * len(samples):
            self._waits = {sample.task.tid: self._waits[sample.task.tid] for sample in samples if sample.task.tid in self._waits}
        return found

    def close(self) -> None:
        for task in self._tasks.values():
            task.close()
        self._tasks = {}


class Inspector:
    """Looks go to ``post``, called on the inspector's thread, which is only there once somebody has looked."""

    def __init__(self, post: Callable[[Inspection | Trouble], None]) -> None:
        self._post = post
        self._condition = threading.Condition()
        self._closing = False
        self._wanted: RowId | None = None
        self._period_s = FASTEST_S
        self._thread: threading.Thread | None = None

    def inspect(self, id: RowId | None) -> None:
        """Watch this process from now on; None: none."""
        with self._condition:
            if id != self._wanted:
                self._wanted, self._period_s = id, FASTEST_S
                self._condition.notify()
            if id is not None and self._thread is None:
                self._thread = threading.Thread(target=self._loop, name="inspector", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """End the thread; returns when it has, or when it hangs in the kernel."""
        with self._condition:
            self._closing = True
            self._condition.notify()
        if self._thread is not None:
            self._thread.join(PATIENCE_S)

    def _loop(self) -> None:
        threads: ProcessThreads | None = None
        due = 0.0
        while True:
            with self._condition:
                if threads is not None and (self._closing or threads.id != self._wanted):
                    threads.close()
                    threads = None
                if self._closing:
                    return
                if self._wanted is None:
                    self._condition.wait()
                    continue
                now = time.monotonic()
                new = threads is None
                if threads is None:
                    threads, due = ProcessThreads(self._wanted), now
                if now < due:
                    self._condition.wait(due - now)
                    continue
                period_s = self._period_s
            # Without the lock: whoever wants something else must not wait for a thousand threads to be read.
            if new and self._look(threads, period_s) is None:  # opening the files costs more than reading them, and sets no pace
                continue
            cost_before = time.thread_time()
            look = self._look(threads, period_s)
            if look is None:
                continue
            self._post(look)
            with self._condition:
                if look.ended and self._wanted == threads.id:
                    self._wanted = None  # there is nothing more to see
                self._period_s = paced(period_s, time.thread_time() - cost_before)
                due = (math.floor(time.monotonic() / self._period_s) + 1) * self._period_s

    def _look(self, threads: ProcessThreads, period_s: float) -> Inspection | None:
        """None when that fails as nobody expected: it is told, nobody is watched any more, and the thread lives on."""
        try:
            return threads.read(1 / period_s)
        except Exception as error:  # noqa: BLE001 - whatever it is
            self._post(trouble_of(time.monotonic_ns(), f"The threads of {threads.id.pid}", error))
        with self._condition:
            if self._wanted == threads.id:
                self._wanted = None
        return None


def paced(period_s: float, cost_s: float) -> float:
    """The period from now on, after a look that took so much CPU time: longer when that is too much, shorter when it is little."""
    if cost_s > MOST_COST * period_s:
        return min(SLOWEST_S, period_s * 2)
    if cost_s < MOST_COST * period_s / 3:
        return max(FASTEST_S, period_s / 2)
    return period_s
