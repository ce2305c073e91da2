"""The sampler: one thread that reads the machine by deadline and hands on immutable samples. No Textual in it.

Each reading has a period and falls due at whole multiples of it on the monotonic clock, so that readings and the cells of the
screens fall together. A reading that comes late is not made up for. Rates are computed by whoever receives the samples, from the
stamps that they carry.

A reader that fails, for whatever reason, is asked again at its next turn, and what nobody expected is told once: a thread that died
of it would leave screens that stand still and do not say so.
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
from conclab.model.trouble import Trouble, trouble_of
from conclab.sampling.machine import read_machine
from conclab.sampling.table_reader import TableReader
from conclab.sampling.tasks import TaskReader

Sample = MachineSample | TaskTable | TaskBatch | Trouble

TASKS_S = 0.05
FASTEST_TASKS_S = 0.02
BUSY_MACHINE_S = 0.25
REST_MACHINE_S = 1.0
MOST_COST = 0.04
"""Sampling the tasks may take this share of a core; a larger tree is read more rarely, down to twice a second."""
CHEAP = 0.005
"""What takes no more than this share at the fastest pace is read as fast; what becomes of a sample later, its fold and its place in
the recording, costs about as much again."""
SLOWEST_TASKS_S = 0.5
PATIENCE_S = 3.0
"""How long a reading that is under way may take when all is to end."""
SOON_S = 0.2
"""Between two tables there is at least this, or half their period: rates over a few milliseconds would be noise."""
PROMPT_S = 1.0
"""Who looks for the first time, or at something else, waits no longer than this for the rates, which need two tables."""


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
        self._prompt = 0
        """Tables that are to come promptly, however long the period is."""
        self._table_began = 0.0
        self._ordered = False
        """Something else has been ordered since the last table began."""
        self._told: set[str] = set()
        self._table_reader: TableReader | None = None
        self._task_reader: TaskReader | None = None
        self._thread = threading.Thread(target=self._loop, name="sampler", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """End the thread; returns when it has, or when it hangs: where the memory of a process is locked (mmap_lock, as by a file
        system that does not answer), the kernel lets nobody read its command line."""
        with self._condition:
            self._closing = True
            self._condition.notify()
        if self._thread.is_alive():
            self._thread.join(PATIENCE_S)

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
            before, paced = self._wanted, self._table.period_s
            if wanted is None:
                self._table_reader = self._table.period_s = None  # the thread of the sampler closes it, for it may be reading
                return
            first = self._table_reader is None
            self._wanted, self._table.period_s = wanted, wanted.every_s
            if first:
                self._table_reader = TableReader()
                self._table_began = 0.0
            other = (wanted.threads, wanted.needs, wanted.needs_of_all) != (before.threads, before.needs, before.needs_of_all)
            if first or other:
                self._prompt = 2
            if first or other or wanted.every_s != paced or not wanted.acted_on <= before.acted_on:
                self._ordered, self._table.due = True, self._table_began + min(SOON_S, wanted.every_s)
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
                samples = self._read_what_is_due(now)
                reader, wanted = self._table_reader, self._wanted
                due = self._table.is_due(now)
                if due:
                    self._table_began, self._ordered, self._prompt = now, False, max(0, self._prompt - 1)
                    self._plan_table(now)  # now, for what is ordered while it is read changes the plan
            for sample in samples:
                self._post(sample)
            if held is not None and held is not reader:
                held.close()
            held = reader
            if reader is not None and due:
                self._read_table(reader, wanted)
        if held is not None:
            held.close()

    def _plan_table(self, now: float) -> None:
        """The next table: at the next multiple of the period, but not at once, and promptly while somebody waits for rates."""
        period = self._table.period_s
        if period is None:
            return
        if self._prompt > 0:
            period = min(period, PROMPT_S)
        self._table.due = (math.floor(now / period) + 1) * period
        if self._table.due - now < min(SOON_S, period / 2):
            self._table.due += period

    def _read_table(self, reader: TableReader, wanted: Wanted) -> None:
        """The longest of all readings, so without the lock: whoever orders something must not wait for it."""
        sample: Sample | None
        try:
            sample = reader.read(wanted)
        except Exception as error:  # noqa: BLE001 - no descriptor is left, /proc cannot be listed, …: there will be a next time
            sample = self._trouble("The tasks", error)
        with self._condition:
            if reader is not self._table_reader:
                return  # nobody wants it any more
            now = time.monotonic()
            if now >= self._table.due and not self._ordered:
                self._plan_table(now)  # it took longer than a period: what has been missed is not made up for
        if sample is not None:
            self._post(sample)

    def _trouble(self, what: str, error: Exception) -> Trouble | None:
        """What is to be told of a reader that has failed. That something has ended while it was read is nothing special."""
        if isinstance(error, OSError | psutil.Error):
            return None
        trouble = trouble_of(time.monotonic_ns(), what, error)
        if trouble.text in self._told:
            return None
        self._told.add(trouble.text)
        return trouble

    def watch_nothing(self) -> None:
        if self._task_reader is not None:
            self._task_reader.close()
            self._task_reader = None

    def _read_what_is_due(self, now: float) -> list[Sample]:
        samples: list[Sample | None] = []
        if self._tasks.is_due(now) and self._task_reader is not None:
            # CPU time and not the clock: having waited for a core costs the experiment nothing.
            cpu_before = time.thread_time()
            samples.append(self._read("The workers", self._task_reader.read))
            self._keep_pace(time.thread_time() - cpu_before)
            self._tasks.plan(time.monotonic())
        if self._machine.is_due(now):
            samples.append(self._read("The machine", self._read_machine))
            self._machine.plan(time.monotonic())
        return [sample for sample in samples if sample is not None]

    def _read(self, what: str, reading: Callable[[], Sample]) -> Sample | None:
        try:
            return reading()
        except Exception as error:  # noqa: BLE001 - whatever it is, there will be a next time
            return self._trouble(what, error)

    def _read_machine(self) -> MachineSample:
        """GPUs are asked only while tables are wanted, too: the lab does not show them, and asking costs what is measured there."""
        return read_machine(gpus=self._table_reader is not None)

    def _keep_pace(self, cost_s: float) -> None:
        """Read a tree more rarely when it costs too much, and as often as before when it has become small again."""
        period = self._tasks.period_s
        if period is None:
            return
        # Twice as much before it is slowed down again, so that it does not go to and fro.
        cheap_s = CHEAP * FASTEST_TASKS_S * (2 if period == FASTEST_TASKS_S else 1)
        if cost_s <= cheap_s:
            self._tasks.period_s = FASTEST_TASKS_S
        elif period < TASKS_S:
            self._tasks.period_s = TASKS_S
        elif cost_s > MOST_COST * period:
            self._tasks.period_s = min(SLOWEST_TASKS_S, period * 2)
        elif cost_s < MOST_COST * period / 4:
            self._tasks.period_s = max(TASKS_S, period / 2)
