"""The sampler: one thread that reads the machine by deadline and hands on immutable samples. No Textual in it.

Each reading has a period and falls due at whole multiples of it on the monotonic clock, so that readings and the cells of the
screens fall together. A reading that comes late is not made up for. Rates are computed by whoever receives the samples, from the
stamps that they carry.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

import psutil

from conclab.model.machine import MachineSample
from conclab.model.table import TaskTable, Wanted
from conclab.model.tasks import TaskBatch
from conclab.sampling.machine import read_machine
from conclab.sampling.table_reader import TableReader
from conclab.sampling.tasks import TaskReader

Sample = MachineSample | TaskTable | TaskBatch

TASKS_S = 0.05
BUSY_MACHINE_S = 0.25
REST_MACHINE_S = 1.0
MOST_COST = 0.04
"""Sampling the tasks may take this share of a core; a larger tree is read more rarely, down to twice a second."""
SLOWEST_TASKS_S = 0.5


class _Reading:
    """One thing that is read periodically; a period of None rests."""

    def __init__(self, period_s: float | None) -> None:
        self.period_s = period_s
        self.due = 0.0

    def plan(self, now: float) -> None:
        """Fall due at the next multiple of the period."""
        if self.period_s is not None:
            self.due = (math.floor(now / self.period_s) + 1) * self.period_s

    def is_due(self, now: float) -> bool:
        return self.period_s is not None and now >= self.due


class Sampler:
    """Samples go to ``post``, called on the sampler's thread."""

    def __init__(self, post: Callable[[Sample], None]) -> None:
        self._post = post
        self._condition = threading.Condition()
        self._closing = False
        self._machine = _Reading(REST_MACHINE_S)
        self._table = _Reading(None)
        self._tasks = _Reading(None)
        self._wanted = Wanted()
        self._table_reader: TableReader | None = None
        self._task_reader: TaskReader | None = None
        self._thread = threading.Thread(target=self._loop, name="sampler", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """End the thread; returns when it has."""
        with self._condition:
            self._closing = True
            self._condition.notify()
        if self._thread.is_alive():
            self._thread.join()

    def watch(self, root: int | None) -> None:
        """Sample the tasks of the tree below this process; None: of none."""
        with self._condition:
            if self._task_reader is not None and self._task_reader.root == root:
                return
            if self._task_reader is not None:
                self._task_reader.close()
            self._task_reader = TaskReader(root) if root is not None else None
            self._tasks.period_s = TASKS_S if root is not None else None
            self._tasks.due = 0.0  # the first sample of a child should not wait
            self._condition.notify()

    def hurry(self, busy: bool) -> None:
        """Read the machine four times a second while a run is on, once a second at rest."""
        with self._condition:
            period = BUSY_MACHINE_S if busy else REST_MACHINE_S
            if self._machine.period_s != period:
                self._machine.period_s = period
                self._machine.plan(time.monotonic())
                self._condition.notify()

    def list_tasks(self, wanted: Wanted | None) -> None:
        """Read task tables as wanted from now on; None: read none, and give back what that has held."""
        with self._condition:
            period = wanted.every_s if wanted is not None else None
            sooner = wanted is not None and (wanted.threads, wanted.needs_of_all) != (
                self._wanted.threads,
                self._wanted.needs_of_all,
            )
            if wanted is not None:
                self._wanted = wanted
                self._table_reader = self._table_reader or TableReader()
            else:
                self._table_reader = None  # the thread of the sampler closes it, for it may be reading
            if period != self._table.period_s or sooner:
                self._table.period_s = period
                self._table.due = 0.0
                self._condition.notify()

    @property
    def tasks_per_s(self) -> float:
        """How often the tasks are read at present; 0 when they are not."""
        period = self._tasks.period_s
        return 1 / period if period else 0.0

    def _loop(self) -> None:
        held: TableReader | None = None
        while True:
            with self._condition:
                if self._closing:
                    self.watch_nothing()
                    break
                now = time.monotonic()
                readings = [one for one in (self._machine, self._table, self._tasks) if one.period_s is not None]
                rest = min(one.due for one in readings) - now
                if rest > 0:
                    self._condition.wait(rest)
                    continue
                try:
                    samples = self._read_what_is_due(now)
                except (OSError, psutil.Error):  # something ended while it was read: there will be a next time
                    samples = []
                    self._wait_for_next(now)
                reader, wanted = self._table_reader, self._wanted
                due = self._table.is_due(now)
            for sample in samples:
                self._post(sample)
            if held is not None and held is not reader:
                held.close()
            held = reader
            if reader is not None and due:
                self._read_table(reader, wanted)
        if held is not None:
            held.close()

    def _read_table(self, reader: TableReader, wanted: Wanted) -> None:
        """The longest of all readings, so without the lock: whoever orders something must not wait for it."""
        try:
            table = reader.read(wanted)
        except (OSError, psutil.Error):  # no descriptor is left, or /proc cannot be listed: there will be a next time
            table = None
        with self._condition:
            if reader is not self._table_reader:
                return  # nobody wants it any more
            self._table.plan(time.monotonic())
        if table is not None:
            self._post(table)

    def _wait_for_next(self, now: float) -> None:
        for reading in (self._machine, self._tasks):
            if reading.is_due(now):
                reading.plan(time.monotonic())

    def watch_nothing(self) -> None:
        if self._task_reader is not None:
            self._task_reader.close()
            self._task_reader = None

    def _read_what_is_due(self, now: float) -> list[Sample]:
        samples: list[Sample] = []
        if self._tasks.is_due(now) and self._task_reader is not None:
            # CPU time and not the clock: having waited for a core costs the experiment nothing.
            cpu_before = time.thread_time()
            samples.append(self._task_reader.read())
            self._keep_pace(time.thread_time() - cpu_before)
            self._tasks.plan(time.monotonic())
        if self._machine.is_due(now):
            samples.append(read_machine())
            self._machine.plan(time.monotonic())
        return samples

    def _keep_pace(self, cost_s: float) -> None:
        """Read a tree more rarely when it costs too much, and as often as before when it has become small again."""
        period = self._tasks.period_s
        if period is None:
            return
        if cost_s > MOST_COST * period:
            self._tasks.period_s = min(SLOWEST_TASKS_S, period * 2)
        elif cost_s < MOST_COST * period / 4:
            self._tasks.period_s = max(TASKS_S, period / 2)
