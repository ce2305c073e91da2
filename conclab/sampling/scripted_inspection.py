"""Threads of the scripted machine's processes, watched closely: they do what their table says they do."""

from __future__ import annotations

import random
from dataclasses import dataclass

from conclab.model.inspection import Inspection
from conclab.model.table import RowId
from conclab.model.tasks import TaskBatch, TaskId, TaskSample
from conclab.sampling.scripted import SLOT_NS, ScriptedSource
from conclab.sampling.scripted_rows import READER, Unit
from conclab.sampling.stacks import said_of

INSPECTED_EVERY = 2
"""Slots between two looks at a process: ten a second."""


@dataclass(slots=True)
class _Counted:
    on_core_ns: int = 0
    wants_core_ns: int = 0
    slices: int = 0
    voluntary: float = 0.0
    involuntary: float = 0.0


class ScriptedInspector:
    """Plays the threads of one process closely: what comes out depends on the seed and on when it was asked for."""

    def __init__(self, source: ScriptedSource, id: RowId, seed: int = 7) -> None:
        self.id = id
        self._source = source
        self._random = random.Random(f"{seed} {id}")
        self._counted: dict[RowId, _Counted] = {}

    def look(self) -> Inspection | None:
        """What there is to see after one more slot; None between two looks."""
        if self._source.slot % INSPECTED_EVERY:
            return None
        at_ns = self._source.at_ns
        on_stage = self._source.samples_of(self.id.pid)
        whole = self._source.process(self.id)
        if on_stage or whole is None:
            return Inspection(at_ns, self.id, TaskBatch(at_ns, on_stage), ended=not on_stage)
        threads = whole.threads or [whole]
        mine = whole.player.user == READER
        waits = {self._tid(thread): said_of(b"", thread.habit.wait.encode()) if mine else "" for thread in threads}
        return Inspection(at_ns, self.id, TaskBatch(at_ns, tuple(self._play(thread, at_ns) for thread in threads)), waits)

    def _tid(self, thread: Unit) -> int:
        return thread.id.tid or thread.id.pid

    def _play(self, thread: Unit, at_ns: int) -> TaskSample:
        interval = SLOT_NS * INSPECTED_EVERY
        habit, counted = thread.habit, self._counted.setdefault(thread.id, _Counted())
        awake = self._random.random() < habit.often
        on = min(0.98, habit.cpu * self._random.uniform(0.3, 1.7)) if awake else 0.0
        wants = min(1 - on, habit.delay * self._random.uniform(0.2, 1.8)) if awake else 0.0
        if awake:
            counted.on_core_ns += int(on * interval)
            counted.wants_core_ns += int(wants * interval)
            counted.slices += 1 + int(habit.voluntary / 10)
            counted.voluntary += habit.voluntary * interval / 1e9
            counted.involuntary += habit.involuntary * interval / 1e9
        cores = self._source.cores
        core = thread.core if not habit.voluntary or thread.player.affinity else self._random.randrange(cores)
        return TaskSample(
            task=TaskId(thread.id.pid, self._tid(thread), thread.id.start),
            at_ns=at_ns,
            name=thread.name,
            state="R" if self._random.random() < on + wants else thread.player.state,
            core=core,
            on_core_ns=counted.on_core_ns,
            wants_core_ns=counted.wants_core_ns,
            slices=counted.slices,
            voluntary=int(counted.voluntary),
            involuntary=int(counted.involuntary),
        )
