"""What is around the cores: pressure, network, disks, GPUs, the cgroup. Read at most once a second, because it costs more.

Sources: Documentation/accounting/psi.rst, Documentation/admin-guide/iostats.rst, proc_pid_net(5),
Documentation/admin-guide/cgroup-v2.rst, Documentation/scheduler/sched-bwc.rst. None: this system does not tell.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stall:
    """Shares 0 to 1 of the last 10 s (avg10) in which tasks waited for one resource."""

    some: float | None = None
    """At least one task waited."""
    full: float | None = None
    """All that had something to do waited. Of the cores it means something in a cgroup only: there is always who runs."""


@dataclass(frozen=True, slots=True)
class Pressure:
    """PSI, pressure stall information: /proc/pressure/* or a cgroup's *.pressure."""

    cpu: Stall = Stall()
    memory: Stall = Stall()
    io: Stall = Stall()


@dataclass(frozen=True, slots=True)
class Interface:
    """One network interface; bytes since it came up."""

    name: str
    received_bytes: int
    sent_bytes: int
    counted: bool
    """Whether it is part of the total. A bridge or a tunnel would count again what goes through a card; loopback leaves nothing."""


@dataclass(frozen=True, slots=True)
class Disk:
    """One physical disk since boot; partitions and what is built on disks (loop, LVM, RAID) would count the same bytes again."""

    name: str
    read_bytes: int
    written_bytes: int
    busy_ms: int
    """Milliseconds with at least one request under way."""


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU now."""

    name: str
    busy: float | None
    """Share 0 to 1 of the last sampling period of the driver (up to a second) in which it computed."""
    memory_used: int | None
    memory_total: int | None
    """Bytes of its own memory."""


@dataclass(frozen=True, slots=True)
class Compressed:
    """Memory that holds what was swapped out, compressed: zswap and zram together."""

    original_bytes: int
    compressed_bytes: int


@dataclass(frozen=True, slots=True)
class Group:
    """The cgroup that limits this process: the tightest on the way up. Only there when it has a CPU quota or a memory limit."""

    quota_cores: float | None = None
    used_ns: int | None = None
    """CPU time of all its tasks."""
    periods: int | None = None
    """Enforcement periods that have passed with something to run, and in how many of them it was throttled."""
    throttled_periods: int | None = None
    memory_limit: int | None = None
    memory_used: int | None = None
    """Bytes charged to it, page cache included."""
    pressure: Pressure | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All of it at one moment."""

    at_ns: int
    offline: tuple[int, ...] = ()
    """Cores that are there but switched off, ascending."""
    pressure: Pressure | None = None
    interfaces: tuple[Interface, ...] | None = None
    disks: tuple[Disk, ...] | None = None
    gpus: tuple[Gpu, ...] = ()
    compressed: Compressed | None = None
    """None: nothing of the kind is in use."""
    group: Group | None = None


@dataclass(frozen=True, slots=True)
class InterfaceRate:
    """Bytes a second through one interface."""

    name: str
    received_per_s: float
    sent_per_s: float
    counted: bool


@dataclass(frozen=True, slots=True)
class DiskRate:
    """Bytes a second of one disk, and the share of the time, 0 to 1, in which it had something to do."""

    name: str
    read_per_s: float
    written_per_s: float
    busy: float


@dataclass(frozen=True, slots=True)
class Traffic:
    """What moved between two moments, a second."""

    interfaces: tuple[InterfaceRate, ...] | None = None
    disks: tuple[DiskRate, ...] | None = None
    group_cores: float | None = None
    """CPU time of the cgroup over elapsed time: how many cores it used."""
    group_throttled: float | None = None
    """Share 0 to 1 of the cgroup's enforcement periods in which its quota was used up; None when no period passed."""

    @property
    def received_per_s(self) -> float | None:
        counted = self._counted()
        return None if counted is None else sum(one.received_per_s for one in counted)

    @property
    def sent_per_s(self) -> float | None:
        counted = self._counted()
        return None if counted is None else sum(one.sent_per_s for one in counted)

    @property
    def read_per_s(self) -> float | None:
        return None if self.disks is None else sum(one.read_per_s for one in self.disks)

    @property
    def written_per_s(self) -> float | None:
        return None if self.disks is None else sum(one.written_per_s for one in self.disks)

    @property
    def busiest_interface(self) -> InterfaceRate | None:
        """The one that moves most; the first where none moves anything."""
        return max(self._counted() or (), key=lambda one: one.received_per_s + one.sent_per_s, default=None)

    @property
    def busiest_disk(self) -> DiskRate | None:
        return max(self.disks or (), key=lambda one: (one.busy, one.read_per_s + one.written_per_s), default=None)

    def _counted(self) -> list[InterfaceRate] | None:
        return None if self.interfaces is None else [one for one in self.interfaces if one.counted]


def traffic_between(before: Surroundings, after: Surroundings) -> Traffic | None:
    """Rates by the time that really passed; None when none did. What came or went meanwhile (a device, the limit) has none."""
    seconds = (after.at_ns - before.at_ns) / 1e9
    if seconds <= 0:
        return None
    return Traffic(
        interfaces=_interfaces(before.interfaces, after.interfaces, seconds),
        disks=_disks(before.disks, after.disks, seconds),
        group_cores=_group_cores(before.group, after.group, seconds),
        group_throttled=_group_throttled(before.group, after.group),
    )


def _grown(before: int, after: int) -> int:
    """A counter that stepped back was begun anew (an interface that was taken down): what it counted before is not known."""
    return max(0, after - before)


def _interfaces(
    before: tuple[Interface, ...] | None, after: tuple[Interface, ...] | None, seconds: float
) -> tuple[InterfaceRate, ...] | None:
    if before is None or after is None:
        return None
    old = {one.name: one for one in before}
    return tuple(
        InterfaceRate(
            new.name,
            _grown(old[new.name].received_bytes, new.received_bytes) / seconds,
            _grown(old[new.name].sent_bytes, new.sent_bytes) / seconds,
            new.counted,
        )
        for new in after
        if new.name in old
    )


def _disks(before: tuple[Disk, ...] | None, after: tuple[Disk, ...] | None, seconds: float) -> tuple[DiskRate, ...] | None:
    if before is None or after is None:
        return None
    old = {one.name: one for one in before}
    return tuple(
        DiskRate(
            new.name,
            _grown(old[new.name].read_bytes, new.read_bytes) / seconds,
            _grown(old[new.name].written_bytes, new.written_bytes) / seconds,
            min(1.0, _grown(old[new.name].busy_ms, new.busy_ms) / 1e3 / seconds),
        )
        for new in after
        if new.name in old
    )


def _group_cores(before: Group | None, after: Group | None, seconds: float) -> float | None:
    if before is None or after is None or before.used_ns is None or after.used_ns is None:
        return None
    return _grown(before.used_ns, after.used_ns) / 1e9 / seconds


def _group_throttled(before: Group | None, after: Group | None) -> float | None:
    if before is None or after is None:
        return None
    counts = (before.periods, after.periods, before.throttled_periods, after.throttled_periods)
    if counts[0] is None or counts[1] is None or counts[2] is None or counts[3] is None:
        return None
    passed = counts[1] - counts[0]
    return min(1.0, _grown(counts[2], counts[3]) / passed) if passed > 0 else None
