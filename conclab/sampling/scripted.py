"""A scripted source: the same samples every time, for tests, demos and pictures, with any number of cores.

It is a small scheduler in steps of 50 ms. Actors (threads with a kind of behaviour) are put on cores, counters grow as the
kernel's would, and from a seed comes the little unevenness that real machines have. Nothing is read from this machine.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from conclab.model.machine import CoreTimes, MachineSample
from conclab.model.surroundings import Surroundings
from conclab.model.table import WHOLE, RowId, TaskRow, TaskTable, Wanted
from conclab.model.tasks import TaskBatch, TaskId, TaskSample
from conclab.sampling.scripted_rows import Unit
from conclab.sampling.scripted_surroundings import GIGABYTE, surroundings
from conclab.sampling.scripted_surroundings import scripted_machine as scripted_machine  # for those who play on it
from conclab.sampling.scripted_tasks import ScriptedTasks

SLOT_NS = 50_000_000
MACHINE_EVERY = 5
"""Slots between two samples of the machine: one for each cell of the lanes."""

SPINNING, SHARING_GIL, SLEEPING = "spinning", "sharing the GIL", "sleeping"
_SLEEPS_IN = {SHARING_GIL: "futex", SLEEPING: "clock_nanosleep"}


@dataclass(frozen=True, slots=True)
class Actor:
    """A thread that behaves in one of three ways for as long as it is on stage."""

    task: TaskId
    name: str
    behaviour: str


@dataclass(slots=True)
class _Counted:
    """What has been counted of one actor."""

    on_core_ns: int = 0
    wants_core_ns: int = 0
    slices: int = 0
    voluntary: int = 0
    involuntary: int = 0
    core: int = 0
    state: str = "S"


@dataclass(slots=True)
class _Core:
    user_s: float = 1000.0
    system_s: float = 200.0
    idle_s: float = 50_000.0
    taken: float = 0.0
    """Share of the slot that is given away."""


@dataclass(slots=True)
class ScriptedSource:
    """Advances by slots; what comes out depends on the seed and on who was on stage, and on nothing else."""

    cores: int = 2
    seed: int = 7
    at_ns: int = 1_000_000_000_000
    slot: int = 0
    wanted: Wanted | None = None
    """What is wanted of the task table; None: no tables."""
    tasks: int | None = None
    """How many tasks there are at least; None: a small machine's."""
    actors: Sequence[Actor] = ()
    _random: random.Random = field(default_factory=random.Random)
    _counted: dict[TaskId, _Counted] = field(default_factory=dict)
    _cores: list[_Core] = field(default_factory=list)
    _switches: int = 5_000_000
    _own_ns: int = 2_000_000_000
    _around: Surroundings | None = None
    _tasks: ScriptedTasks = field(default_factory=ScriptedTasks)
    _background: tuple[float, ...] = ()
    """What those in the task table take of each core: the meters fit the table that is beside them."""
    _table_switches: int = 0
    """Switches in a slot of those in the table, as far as they are read."""
    _listed_ns: int | None = None
    _table_ns: int = SLOT_NS
    _before: dict[TaskId, _Counted] = field(default_factory=dict)
    """What had been counted of the actors at the table before."""

    def __post_init__(self) -> None:
        self._random.seed(self.seed)
        self._cores = [_Core() for _ in range(self.cores)]
        self._tasks = ScriptedTasks(self.cores, self.tasks, self.seed)

    def advance(self) -> list[MachineSample | TaskBatch | TaskTable]:
        """Play one slot, and return the samples that fall due at its end."""
        self.slot += 1
        self.at_ns += SLOT_NS
        for core in self._cores:
            core.taken = self._random.uniform(0.0, 0.04)
        self._play()
        seconds = SLOT_NS / 1e9
        for number, core in enumerate(self._cores):
            if self._background and self.wanted is not None:
                core.taken = min(1.0, core.taken + self._background[number])
            core.user_s += core.taken * seconds * 0.92
            core.system_s += core.taken * seconds * 0.08
            core.idle_s += (1 - core.taken) * seconds
        self._switches += 6 + self._random.randrange(4) + self._table_switches
        self._own_ns += 1_000_000
        samples: list[MachineSample | TaskBatch | TaskTable] = []
        if self.actors:
            samples.append(TaskBatch(self.at_ns, tuple(self._sample(actor) for actor in self.actors)))
        if self.slot % MACHINE_EVERY == 0:
            samples.append(self._machine())
        if self.wanted is not None and self._due(self.wanted):
            samples.append(self._table(self.wanted))
        return samples

    def process(self, id: RowId) -> Unit | None:
        """Who is behind a row of the table; None when it has ended, and for those who are on stage."""
        return self._tasks.process(id)

    def of_pid(self, pid: int) -> Unit | None:
        """Who has a number now."""
        return self._tasks.of_pid(pid)

    def samples_of(self, pid: int) -> tuple[TaskSample, ...]:
        """The actors of one process, as they are now."""
        return tuple(self._sample(actor) for actor in self.actors if actor.task.pid == pid and actor.task in self._counted)

    def _due(self, wanted: Wanted) -> bool:
        return self._listed_ns is None or self.at_ns - self._listed_ns >= wanted.every_s * 1e9

    def _play(self) -> None:
        """Give the slot's time away."""
        spinning = [actor for actor in self.actors if actor.behaviour == SPINNING]
        sharing = [actor for actor in self.actors if actor.behaviour == SHARING_GIL]
        for actor in self.actors:
            self._counted.setdefault(actor.task, _Counted()).state = "S"
        if spinning:
            self._spin(spinning)
        if sharing:
            self._hand_round(sharing)

    def _free(self, core: int) -> float:
        return max(0.0, 1.0 - self._cores[core].taken)

    def _run(self, actor: Actor, core: int, share: float, wants: float) -> None:
        """Give an actor so much of the slot, as far as the core has it; it waits in the run queue for ``wants`` of it."""
        counted = self._counted[actor.task]
        share = min(share, self._free(core))
        self._cores[core].taken += share
        counted.on_core_ns += int(share * SLOT_NS)
        counted.wants_core_ns += int(min(wants, 1.0 - share) * SLOT_NS)
        counted.core = core
        if share > 0:
            counted.state = "R"

    def _spin(self, actors: list[Actor]) -> None:
        """Everyone wants a core all the time; who shares one gets it by turns, and waits while the others have it."""
        crowded = len(actors) > self.cores
        turn = self.slot // 3 if crowded else 0
        by_core: dict[int, list[Actor]] = {}
        for number, actor in enumerate(actors):
            by_core.setdefault((number + turn) % len(actors) % self.cores, []).append(actor)
        for core, sharing in by_core.items():
            weights = [self._random.uniform(0.4, 1.6) for _ in sharing]
            room, total = self._free(core), sum(weights)
            for actor, weight in zip(sharing, weights, strict=True):
                share = room * weight / total
                self._run(actor, core, share, 1.0 - share)
                counted = self._counted[actor.task]
                preempted = 3 if len(sharing) > 1 else self._random.randrange(2)
                counted.involuntary += preempted
                counted.slices += 1 + preempted
                self._switches += preempted

    def _hand_round(self, actors: list[Actor]) -> None:
        """One at a time holds the lock, about ten hand-overs a slot; the others sleep on it."""
        weights = [self._random.uniform(0.4, 1.6) for _ in actors]
        total = sum(weights)
        for number, (actor, weight) in enumerate(zip(actors, weights, strict=True)):
            core = (number + self.slot // 4 + self._random.randrange(2)) % self.cores
            wants = self._random.choice((0.02, 0.04, 0.05, 0.3)) if self._random.random() < 0.3 else 0.03
            self._run(actor, core, 0.98 * weight / total, wants)
            counted = self._counted[actor.task]
            counted.voluntary += 14 + self._random.randrange(3)
            counted.slices += 15
            counted.involuntary += self._random.random() < 0.1
            self._switches += 15
            if number != self.slot % len(actors):  # at the moment of the sample another one has it
                counted.state = "S"

    def _sample(self, actor: Actor) -> TaskSample:
        counted = self._counted[actor.task]
        asleep = counted.state == "S"
        return TaskSample(
            task=actor.task,
            at_ns=self.at_ns,
            name=actor.name,
            state=counted.state,
            core=counted.core,
            on_core_ns=counted.on_core_ns,
            wants_core_ns=counted.wants_core_ns,
            slices=counted.slices,
            voluntary=counted.voluntary,
            involuntary=counted.involuntary,
            waits_in=_SLEEPS_IN.get(actor.behaviour, "") if asleep else "",
            crowded=asleep and actor.behaviour == SHARING_GIL,
        )

    def _machine(self) -> MachineSample:
        running = sum(self._counted[actor.task].state == "R" for actor in self.actors)
        busy = sum(core.taken for core in self._cores)
        crowded = busy >= self.cores * 0.9
        seconds = self.slot * SLOT_NS / 1e9
        if self._around is None or self.at_ns - self._around.at_ns >= 1_000_000_000:  # no more often than on a real machine
            self._around = surroundings(self.at_ns, seconds, crowded, scripted_machine(self.cores).gpus)
        return MachineSample(
            at_ns=self.at_ns,
            cores=tuple(
                CoreTimes(core.user_s, core.system_s, nice=0.0, iowait=0.0, steal=0.0, irq=0.0, idle=core.idle_s)
                for core in self._cores
            ),
            load=(round(0.4 + busy, 2), 0.62, 0.41),
            memory_total=16 * GIGABYTE,
            memory_available=11 * GIGABYTE,
            memory_used=4 * GIGABYTE,
            memory_buffers=GIGABYTE // 4,
            memory_cached=3 * GIGABYTE,
            swap_total=2 * GIGABYTE,
            swap_used=GIGABYTE // 8,
            processes=87,
            threads=312 + len(self.actors),
            running=1 + running,
            switches=self._switches,
            interrupts=self._switches // 2,
            uptime_s=273_060 + seconds,
            pressure_cpu=0.12 if crowded else 0.0,
            own_cpu_ns=self._own_ns,
            memory_free=8 * GIGABYTE + GIGABYTE // 2,
            memory_shared=GIGABYTE // 2,
            births=self.slot * 2 // 5,
            kernel_threads=95,
            around=self._around,
        )

    def _actors_rows(self) -> list[TaskRow]:
        """The processes that the actors are threads of, and the actors themselves."""
        by_pid: dict[int, list[Actor]] = {}
        for actor in self.actors:
            by_pid.setdefault(actor.task.pid, []).append(actor)
        window = self._table_ns / 1e9
        rows = []
        for pid, actors in by_pid.items():
            threads = [self._actor_row(actor, window) for actor in actors]
            whole = RowId(pid, WHOLE, actors[0].task.start_ticks or 0)
            rows += [
                threads[0]._replace(
                    id=whole,
                    parent=1,
                    name="python3.13",
                    command="python3.13 -I conclab/runner",
                    core=None,
                    threads=len(actors),
                    resident_bytes=12 * 1024 * 1024,
                    memory_share=12 / 16_384,
                    cpu_share=sum(row.cpu_share or 0.0 for row in threads),
                    delay_share=sum(row.delay_share or 0.0 for row in threads),
                    blocked_share=None,
                    cpu_time_s=sum(row.cpu_time_s or 0.0 for row in threads),
                    voluntary_per_s=sum(row.voluntary_per_s or 0.0 for row in threads),
                    involuntary_per_s=sum(row.involuntary_per_s or 0.0 for row in threads),
                ),
                *(threads if len(threads) > 1 else ()),
            ]
        self._before = {actor.task: replace(self._counted[actor.task]) for actor in self.actors}
        return rows

    def _actor_row(self, actor: Actor, window: float) -> TaskRow:
        now, then = self._counted[actor.task], self._before.get(actor.task, _Counted())
        on = min(1.0, (now.on_core_ns - then.on_core_ns) / 1e9 / window)
        wants = min(1.0 - on, (now.wants_core_ns - then.wants_core_ns) / 1e9 / window)
        return TaskRow(
            RowId(actor.task.pid, actor.task.tid, actor.task.start_ticks or 0),
            actor.task.pid,
            False,
            user="ada",
            name=actor.name,
            command=actor.name,
            state=now.state,
            core=now.core,
            priority=20,
            nice=0,
            policy=0,
            cpu_share=on,
            delay_share=wants,
            blocked_share=max(0.0, 1.0 - on - wants),
            cpu_time_s=now.on_core_ns / 1e9,
            start_s=2_000.0,
            voluntary_per_s=(now.voluntary - then.voluntary) / window,
            involuntary_per_s=(now.involuntary - then.involuntary) / window,
        )

    def _table(self, wanted: Wanted) -> TaskTable:
        seconds = 0.0 if self._listed_ns is None else (self.at_ns - self._listed_ns) / 1e9
        self._table_ns = max(SLOT_NS, round(seconds * 1e9))
        self._listed_ns = self.at_ns
        table = self._tasks.table(self.at_ns, seconds, wanted, self._actors_rows())
        self._background = self._tasks.core_shares()
        told = [(row.voluntary_per_s or 0.0) + (row.involuntary_per_s or 0.0) for row in table.rows if not row.is_thread]
        self._table_switches = round(sum(told) * SLOT_NS / 1e9)
        return table
