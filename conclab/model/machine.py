"""The machine: what it is, what its counters say at one moment, and the rates between two moments.

Sources: proc_stat(5), proc_meminfo(5), proc_loadavg(5), Documentation/admin-guide/cgroup-v2.rst.
"""

from __future__ import annotations

from dataclasses import dataclass

from conclab.model.surroundings import Surroundings, Traffic, traffic_between

PERFORMANCE, EFFICIENCY = "P", "E"


@dataclass(frozen=True, slots=True)
class CorePlace:
    """Where one logical CPU sits: Documentation/admin-guide/cputopology.rst."""

    kind: str | None = None
    """P (performance) or E (efficiency) on machines that have both; None where all are alike or nobody tells."""
    siblings: tuple[int, ...] = ()
    """Logical CPUs on the same physical core (SMT), itself included, ascending; empty when that is not told."""
    package: int | None = None
    """The socket."""

    def is_second(self, number: int) -> bool:
        """Whether it is not the first hardware thread of its physical core: it shares what the first one has."""
        return bool(self.siblings) and number != self.siblings[0]


@dataclass(frozen=True, slots=True)
class Machine:
    """What does not change while conclab runs."""

    cores: int
    """Logical CPUs that are online."""
    usable_cores: float
    """The least of online CPUs, this process's affinity and the cgroup's CPU quota; a quota may be a fraction."""
    affinity: tuple[int, ...]
    """The cores that this process may use, ascending; empty where the system does not tell (macOS)."""
    quota_cores: float | None
    """CPU quota of the cgroup in cores; None: no quota, or none that can be read."""
    kernel: str
    system: str
    """platform.system(): Linux, Darwin."""
    memory_bytes: int | None
    can_pin: bool
    """Whether affinity can be set."""
    places: tuple[CorePlace, ...] = ()
    """By the kernel's number of the core, those included that are present and offline; empty when that is not told."""
    gpus: int = 0
    """GPUs whose load can be read."""
    memory_limit: int | None = None
    """Bytes that the cgroup may use; None: no limit below the machine's memory, or none that can be read."""

    @property
    def whole_cores(self) -> int:
        """Usable cores as a number of workers that makes sense: at least 1, a part of a core counts as none."""
        return max(1, int(self.usable_cores))

    @property
    def slots(self) -> int:
        """Logical CPUs that are present, whether online or not."""
        return max(self.cores, len(self.places))


@dataclass(frozen=True, slots=True)
class CoreTimes:
    """Cumulative seconds of one core since boot, by what it did. None: this system does not count it."""

    user: float
    system: float
    nice: float | None
    iowait: float | None
    steal: float | None
    irq: float | None
    idle: float

    @property
    def busy(self) -> float:
        """Everything but idle and waiting for a disk; stolen time is somebody else's and not in it."""
        return self.user + self.system + (self.nice or 0.0) + (self.irq or 0.0)

    @property
    def total(self) -> float:
        return self.busy + self.idle + (self.iowait or 0.0) + (self.steal or 0.0)


@dataclass(frozen=True, slots=True)
class MachineSample:
    """The machine's counters at one moment. Counters only grow; levels (memory, load) are of that moment."""

    at_ns: int
    cores: tuple[CoreTimes | None, ...]
    """By the kernel's number of the core. None: it is offline. Empty: this system does not tell."""
    load: tuple[float, float, float] | None
    memory_total: int | None
    memory_available: int | None
    memory_used: int | None
    memory_buffers: int | None
    memory_cached: int | None
    swap_total: int | None
    swap_used: int | None
    processes: int | None
    threads: int | None
    running: int | None
    """Tasks on a core or wanting one, procs_running of /proc/stat."""
    switches: int | None
    """Context switches since boot, over all cores."""
    interrupts: int | None
    uptime_s: float | None
    pressure_cpu: float | None
    """Share of the last 10 s in which some task waited for a core, 0 to 1: /proc/pressure/cpu, some avg10."""
    own_cpu_ns: int
    """CPU time of conclab itself so far, all its threads."""
    memory_free: int | None = None
    """Bytes that nobody uses for anything."""
    memory_shared: int | None = None
    """Bytes of tmpfs and shared memory (Shmem). The kernel counts them as cached too, and so does ``memory_cached``."""
    births: int | None = None
    """Processes and threads begun since boot: ``processes`` of /proc/stat counts every fork and clone."""
    kernel_threads: int | None = None
    """Children of kthreadd and itself, of all ``threads``; None where another pid namespace hides them."""
    around: Surroundings | None = None
    """Pressure, network, disks, GPUs, cgroup: read at most once a second, so it may be that of the sample before."""


@dataclass(frozen=True, slots=True)
class CoreLoad:
    """One core between two samples, each part as a share 0 to 1. Parts that this system does not count are None."""

    user: float
    system: float
    nice: float | None
    iowait: float | None
    steal: float | None
    irq: float | None

    @property
    def busy(self) -> float:
        return self.user + self.system + (self.nice or 0.0) + (self.irq or 0.0)


@dataclass(frozen=True, slots=True)
class MachineRates:
    """What happened between two samples, per second of real elapsed time."""

    cores: tuple[CoreLoad | None, ...]
    switches_per_s: float | None
    interrupts_per_s: float | None
    own_share: float
    """conclab's own CPU time as a share of one core."""
    births_per_s: float | None = None
    """Processes and threads begun a second."""
    traffic: Traffic | None = None
    """Network, disks and cgroup; None when they were not read anew in between."""


def _grown(old: float | None, new: float | None) -> float | None:
    """Seconds of one part. Idle and iowait of /proc/stat may step back a little (proc_stat(5)); that counts as nothing."""
    return None if old is None or new is None else new - old if new > old else 0.0


def core_load(before: CoreTimes, after: CoreTimes) -> CoreLoad:
    """Shares of one core's time between two readings.

    The whole is the sum of what the kernel booked, not the wall clock: at a few readings a second the 10 ms granularity of
    /proc/stat would else show 104 %.
    """
    user, system = _grown(before.user, after.user) or 0.0, _grown(before.system, after.system) or 0.0
    nice, iowait = _grown(before.nice, after.nice), _grown(before.iowait, after.iowait)
    steal, irq = _grown(before.steal, after.steal), _grown(before.irq, after.irq)
    known = user + system + (nice or 0.0) + (iowait or 0.0) + (steal or 0.0) + (irq or 0.0)
    whole = known + (_grown(before.idle, after.idle) or 0.0) or 1.0  # when nothing was booked, each part is nought
    return CoreLoad(
        user / whole,
        system / whole,
        nice if nice is None else nice / whole,
        iowait if iowait is None else iowait / whole,
        steal if steal is None else steal / whole,
        irq if irq is None else irq / whole,
    )


def _rate(before: int | None, after: int | None, seconds: float) -> float | None:
    if before is None or after is None:
        return None
    return max(0.0, (after - before) / seconds)


def rates_between(before: MachineSample, after: MachineSample) -> MachineRates | None:
    """Rates from two samples, by the time that really passed; None when none did."""
    seconds = (after.at_ns - before.at_ns) / 1e9
    if seconds <= 0:
        return None
    return MachineRates(
        cores=tuple(core_load(b, a) if b and a else None for b, a in zip(before.cores, after.cores, strict=False)),
        switches_per_s=_rate(before.switches, after.switches, seconds),
        interrupts_per_s=_rate(before.interrupts, after.interrupts, seconds),
        own_share=max(0.0, (after.own_cpu_ns - before.own_cpu_ns) / 1e9 / seconds),
        births_per_s=_rate(before.births, after.births, seconds),
        traffic=traffic_between(before.around, after.around) if before.around and after.around else None,
    )


@dataclass(frozen=True, slots=True)
class Witness:
    """CPU seconds at one moment: what a run needs to know who else used the cores while it measured."""

    at_ns: int
    cores: tuple[CoreTimes | None, ...]
    self_s: float
    """Of conclab itself."""
    children_s: float
    """Of all children that it has waited for: the experiment and its keepers."""


def foreign_s(before: Witness, after: Witness, cores: tuple[int, ...], own_s: float) -> float | None:
    """CPU seconds that others took on these cores (all, when empty) in between; None where the system does not tell.

    ``own_s`` is what was our own there. Below nought by a little when the books of the kernel, kept in steps of 10 ms, differ.
    """
    chosen = _both(before, after, cores)
    return sum(new.busy - old.busy for old, new in chosen) - own_s if chosen else None


def stolen_s(before: Witness, after: Witness, cores: tuple[int, ...]) -> float | None:
    """Seconds that the hypervisor gave to others on these cores (all, when empty); None where that is not counted."""
    chosen = _both(before, after, cores)
    parts = [None if old.steal is None or new.steal is None else new.steal - old.steal for old, new in chosen]
    known = [part for part in parts if part is not None]
    return sum(known) if known and len(known) == len(parts) else None


def _both(before: Witness, after: Witness, cores: tuple[int, ...]) -> list[tuple[CoreTimes, CoreTimes]]:
    pairs = enumerate(zip(before.cores, after.cores, strict=False))
    return [(old, new) for number, (old, new) in pairs if old is not None and new is not None and (not cores or number in cores)]
