"""A scripted source: the same samples every time, for tests, demos and pictures, with any number of cores.

It is a small scheduler in steps of 50 ms. Actors (threads with a kind of behaviour) are put on cores, counters grow as the
kernel's would, and from a seed comes the little unevenness that real machines have. Nothing is read from this machine.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from conclab.model.machine import CoreTimes, Machine, MachineSample
from conclab.model.processes import ProcessRow, ProcessTable, busiest_first
from conclab.model.tasks import TaskBatch, TaskId, TaskSample

SLOT_NS = 50_000_000
MACHINE_EVERY = 5
"""Slots between two samples of the machine: one for each cell of the lanes."""
PROCESSES_EVERY = 20
_GIGABYTE = 1024**3

SPINNING, SHARING_GIL, SLEEPING = "spinning", "sharing the GIL", "sleeping"


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


def scripted_machine(cores: int = 2) -> Machine:
    """The facts of the machine that the script plays on."""
    return Machine(
        cores=cores,
        usable_cores=float(cores),
        affinity=tuple(range(cores)),
        quota_cores=None,
        kernel="6.0-scripted",
        system="Linux",
        memory_bytes=16 * _GIGABYTE,
        can_pin=True,
    )


_PROCESSES = (
    # pid, user, nice, megabytes, state, share of a core, voluntary/s, involuntary/s, threads, command
    (1, "root", 0, 12, "S", 0.0, 3.0, 0.0, 1, "/sbin/init"),
    (14, "root", 0, 0, "I", 0.0, 21.0, 0.0, 1, "[rcu_preempt]"),
    (412, "root", -5, 0, "D", 0.01, 12.0, 0.0, 1, "[jbd2/vda1-8]"),
    (455, "root", 0, 38, "S", 0.0, 1.0, 0.0, 1, "/lib/systemd/systemd-journald"),
    (622, "messagebus", 0, 5, "S", 0.0, 0.0, 0.0, 1, "dbus-daemon --system --nopidfile"),
    (731, "root", 0, 9, "S", 0.0, 0.0, 0.0, 1, "sshd: /usr/sbin/sshd -D"),
    (869, "root", 0, 11, "S", 0.0, 0.0, 0.0, 1, "nginx: master process"),
    (870, "www", 0, 61, "S", 0.04, 88.0, 1.0, 9, "nginx: worker process"),
    (871, "www", 0, 60, "S", 0.03, 79.0, 1.0, 9, "nginx: worker process"),
    (1198, "postgres", 0, 212, "S", 0.0, 2.0, 0.0, 1, "postgres -D /var/lib/postgresql/data"),
    (1203, "postgres", 0, 148, "S", 0.09, 212.0, 4.0, 1, "postgres: checkpointer"),
    (1204, "postgres", 0, 32, "S", 0.01, 50.0, 0.0, 1, "postgres: walwriter"),
    (2210, "ada", 5, 310, "S", 0.03, 41.0, 1.0, 23, "node server.js --port 8080"),
    (2377, "ada", 0, 14, "S", 0.0, 0.0, 0.0, 1, "tmux: server"),
    (2378, "ada", 0, 8, "S", 0.0, 0.0, 0.0, 1, "-bash"),
    (3301, "ada", 0, 22, "S", 0.0, 0.0, 0.0, 3, "ssh-agent -D"),
    (4417, "ada", 0, 71, "S", 0.02, 20.0, 2.0, 6, "conclab monitor"),
    (5120, "ada", 0, 96, "R", 0.31, 35.0, 28.0, 1, "python3 report.py --year 2025"),
    (5121, "ada", 10, 44, "R", 0.12, 9.0, 61.0, 4, "gzip -9 access.log"),
    (5377, "ada", 0, 3, "Z", 0.0, 0.0, 0.0, 1, "[fetch.sh]"),
)


@dataclass(slots=True)
class ScriptedSource:
    """Advances by slots; what comes out depends on the seed and on who was on stage, and on nothing else."""

    cores: int = 2
    seed: int = 7
    at_ns: int = 1_000_000_000_000
    slot: int = 0
    processes_wanted: bool = False
    actors: Sequence[Actor] = ()
    _random: random.Random = field(default_factory=random.Random)
    _counted: dict[TaskId, _Counted] = field(default_factory=dict)
    _cores: list[_Core] = field(default_factory=list)
    _switches: int = 5_000_000
    _own_ns: int = 2_000_000_000

    def __post_init__(self) -> None:
        self._random.seed(self.seed)
        self._cores = [_Core() for _ in range(self.cores)]

    def advance(self) -> list[MachineSample | TaskBatch | ProcessTable]:
        """Play one slot, and return the samples that fall due at its end."""
        self.slot += 1
        self.at_ns += SLOT_NS
        for core in self._cores:
            core.taken = self._random.uniform(0.0, 0.04)
        self._play()
        seconds = SLOT_NS / 1e9
        for core in self._cores:
            core.user_s += core.taken * seconds * 0.92
            core.system_s += core.taken * seconds * 0.08
            core.idle_s += (1 - core.taken) * seconds
        self._switches += 6 + self._random.randrange(4)
        self._own_ns += 1_000_000
        samples: list[MachineSample | TaskBatch | ProcessTable] = []
        if self.actors:
            samples.append(TaskBatch(self.at_ns, tuple(self._sample(actor) for actor in self.actors)))
        if self.slot % MACHINE_EVERY == 0:
            samples.append(self._machine())
        if self.processes_wanted and self.slot % PROCESSES_EVERY == 0:
            samples.append(self._processes())
        return samples

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

    def _sample(self, actor: Actor) -> TaskSample:
        counted = self._counted[actor.task]
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
        )

    def _machine(self) -> MachineSample:
        running = sum(self._counted[actor.task].state == "R" for actor in self.actors)
        busy = sum(core.taken for core in self._cores)
        return MachineSample(
            at_ns=self.at_ns,
            cores=tuple(
                CoreTimes(core.user_s, core.system_s, nice=0.0, iowait=0.0, steal=0.0, irq=0.0, idle=core.idle_s)
                for core in self._cores
            ),
            load=(round(0.4 + busy, 2), 0.62, 0.41),
            memory_total=16 * _GIGABYTE,
            memory_available=11 * _GIGABYTE,
            memory_used=4 * _GIGABYTE,
            memory_buffers=_GIGABYTE // 4,
            memory_cached=3 * _GIGABYTE,
            swap_total=2 * _GIGABYTE,
            swap_used=_GIGABYTE // 8,
            processes=87,
            threads=312 + len(self.actors),
            running=1 + running,
            switches=self._switches,
            interrupts=self._switches // 2,
            uptime_s=273_060 + self.slot * SLOT_NS / 1e9,
            pressure_cpu=0.0 if busy < self.cores * 0.9 else 0.12,
            own_cpu_ns=self._own_ns,
        )

    def _actors_rows(self) -> list[ProcessRow]:
        """The processes that the actors are threads of."""
        by_pid: dict[int, list[Actor]] = {}
        for actor in self.actors:
            by_pid.setdefault(actor.task.pid, []).append(actor)
        window = PROCESSES_EVERY * SLOT_NS / 1e9
        rows = []
        for pid, actors in by_pid.items():
            counted = [self._counted[actor.task] for actor in actors]
            on_core = sum(one.on_core_ns for one in counted) / 1e9
            rows.append(
                ProcessRow(
                    pid=pid,
                    start_s=2_000.0 + pid,
                    user="ada",
                    nice=0,
                    resident_bytes=12 * 1024 * 1024,
                    state="R",
                    cpu_share=min(float(len(actors)), on_core / window),
                    voluntary_per_s=sum(one.voluntary for one in counted) / window,
                    involuntary_per_s=sum(one.involuntary for one in counted) / window,
                    threads=len(actors),
                    cpu_time_s=on_core,
                    name="python3.13",
                    command="python3.13 -I conclab/runner",
                )
            )
        return rows

    def _processes(self) -> ProcessTable:
        seconds = self.slot * SLOT_NS / 1e9
        rows = self._actors_rows()
        for pid, user, nice, megabytes, state, share, voluntary, involuntary, threads, command in _PROCESSES:
            wobble = self._random.uniform(0.9, 1.1)
            rows.append(
                ProcessRow(
                    pid=pid,
                    start_s=1_000.0 + pid,
                    user=user,
                    nice=nice,
                    resident_bytes=megabytes * 1024 * 1024,
                    state=state,
                    cpu_share=share * wobble,
                    voluntary_per_s=voluntary * wobble,
                    involuntary_per_s=involuntary * wobble,
                    threads=threads,
                    cpu_time_s=share * (200 + seconds),
                    name=command.split()[0],
                    command=command,
                )
            )
        return ProcessTable(self.at_ns, busiest_first(rows))
