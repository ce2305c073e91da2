"""Every thread of an experiment's process tree: on-core time, run-queue delay, switches, state and last core.

What is read each time: ``schedstat`` and ``stat`` of every task, and of one that sleeps anew what it sleeps in (``waits``, 4 µs).
``status`` (the switches) costs twenty times as much and is read only when the task has run since, and four times a second at most.
"""

from __future__ import annotations

import os
import time

from conclab.model.tasks import TaskBatch, TaskId, TaskSample
from conclab.model.text import harmless
from conclab.sampling import proc_text
from conclab.sampling.files import Budget, KeptFile, read
from conclab.sampling.waits import Crowds, KeptWait

_STATUS_EVERY_NS = 250_000_000
_ASLEEP = ("S", "D")


class KeptTask:
    """One task with its kept files. To be closed."""

    def __init__(self, pid: int, tid: int, budget: Budget, crowds: Crowds | None = None) -> None:
        """With ``crowds`` it is also asked what it sleeps in."""
        folder = f"/proc/{pid}/task/{tid}"
        self.pid, self.tid = pid, tid
        self._status_path = f"{folder}/status"
        self._schedstat = KeptFile(f"{folder}/schedstat", budget)
        self._stat = KeptFile(f"{folder}/stat", budget)
        self._children = KeptFile(f"{folder}/children", budget)
        self._wait = None if crowds is None else KeptWait(pid, tid, budget, crowds)
        self._asleep_since: int | None = -1
        self._asleep_said = ("", False)
        self._slices: int | None = -1
        self._switches: tuple[int, int] | None = None
        self._switches_at_ns = 0

    def sample(self) -> TaskSample | None:
        """None when the task has ended."""
        text = self._stat.read()
        found = proc_text.stat(text) if text else None
        if found is None:
            return None
        name, state, start_ticks, core = found
        at_ns = time.monotonic_ns()
        text = self._schedstat.read()
        counted = proc_text.schedstat(text) if text else None
        on_core, wants, slices = counted if counted else (None, None, None)
        ran = slices is None or slices != self._slices
        if ran and at_ns - self._switches_at_ns >= _STATUS_EVERY_NS:
            status = read(self._status_path)
            self._switches = proc_text.switches(status) if status else None
            self._switches_at_ns = at_ns
            self._slices, ran = slices, False
        # A count from before it ran must not pass for one of this moment: divided by the wrong time it would be half the rate.
        voluntary, involuntary = self._switches if self._switches and not ran else (None, None)
        waits_in, crowded = self._asleep_in(slices) if self._wait is not None and state in _ASLEEP else ("", False)
        return TaskSample(
            task=TaskId(self.pid, self.tid, start_ticks),
            at_ns=at_ns,
            name=harmless(name),
            state=state,
            core=core,
            on_core_ns=on_core,
            wants_core_ns=wants,
            slices=slices,
            voluntary=voluntary,
            involuntary=involuntary,
            waits_in=waits_in,
            crowded=crowded,
        )

    def _asleep_in(self, slices: int | None) -> tuple[str, bool]:
        """Asked only if it has run since: else it is still the same sleep."""
        assert self._wait is not None
        if slices is None or slices != self._asleep_since:
            self._asleep_since, self._asleep_said = slices, self._wait.read()
        return self._asleep_said

    def children(self) -> list[int]:
        """Pids of the processes that this task has forked; empty where the kernel does not list them."""
        text = self._children.read()
        return [int(pid) for pid in text.split()] if text else []

    def close(self) -> None:
        for file in (self._schedstat, self._stat, self._children):
            file.close()
        if self._wait is not None:
            self._wait.close()


def tids_of(pid: int) -> list[int]:
    """The threads of a process; none once it has ended, and where there is no /proc."""
    try:
        return [int(name) for name in os.listdir(f"/proc/{pid}/task")]
    except OSError:
        return []


class TaskReader:
    """Reads the tree below one process again and again. To be closed."""

    def __init__(self, root: int) -> None:
        self.root = root
        self._budget = Budget()
        self._crowds = Crowds()
        self._tasks: dict[tuple[int, int], KeptTask] = {}

    def read(self) -> TaskBatch:
        """All tasks that live now; empty where there is no /proc, and when the tree has ended."""
        at_ns = time.monotonic_ns()
        seen: dict[tuple[int, int], KeptTask] = {}
        samples: list[TaskSample] = []
        todo = [self.root]
        while todo:
            pid = todo.pop()
            for tid in tids_of(pid):
                task = self._tasks.pop((pid, tid), None) or KeptTask(pid, tid, self._budget, self._crowds)
                sample = task.sample()
                if sample is None:
                    task.close()
                    continue
                seen[pid, tid] = task
                samples.append(sample)
                todo.extend(child for child in task.children() if (child, child) not in seen)
        self.close()
        self._tasks = seen
        self._crowds.forget_others({pid for pid, _tid in seen})
        return TaskBatch(at_ns, tuple(samples))

    def close(self) -> None:
        for task in self._tasks.values():
            task.close()
        self._tasks = {}
