"""The machine as a whole: its facts, read once, and its counters, read again and again.

Each file of /proc is read once for all that is wanted of it: 0.2 ms a sample for what took psutil, which reads some of them three
times, as long for half of it. psutil is for other systems. Keeping the files open would save 6 µs of each: not worth descriptors.
"""

from __future__ import annotations

import os
import platform
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import psutil

from conclab.model.machine import CoreTimes, Machine, MachineSample, Witness
from conclab.model.surroundings import Surroundings
from conclab.sampling import machine_text, proc_text
from conclab.sampling.cgroup import MACHINE, find_limits, read_group, read_pressure
from conclab.sampling.devices import Devices, GpuWatch, Swapped, count_gpus
from conclab.sampling.files import read
from conclab.sampling.machine_text import ProcStat
from conclab.sampling.own import OwnCost
from conclab.sampling.topology import offline, present, read_places

HERTZ = os.sysconf("SC_CLK_TCK")

_Answer = TypeVar("_Answer")


def read_facts() -> Machine:
    """What does not change while conclab runs."""
    cores = psutil.cpu_count() or 1
    try:
        affinity = tuple(sorted(os.sched_getaffinity(0)))
    except AttributeError:  # macOS
        affinity = ()
    memory_bytes = getattr(_if_told(psutil.virtual_memory), "total", None)
    limits = find_limits(memory_bytes)
    quota = limits.quota_cores
    usable = float(min(cores, len(affinity) or cores))
    if quota is not None:
        usable = min(usable, quota)
    return Machine(
        cores=cores,
        usable_cores=usable,
        affinity=affinity,
        quota_cores=quota,
        kernel=platform.release(),
        system=platform.system(),
        memory_bytes=memory_bytes,
        can_pin=hasattr(os, "sched_setaffinity"),
        places=read_places(),
        gpus=count_gpus(),
        memory_limit=limits.memory_limit,
    )


def _if_told(ask: Callable[[], _Answer]) -> _Answer | None:
    """What psutil answers, or None where /proc is locked down (mounted with subset=pid, say): blank, not a crash."""
    try:
        return ask()
    except (OSError, RuntimeError, psutil.Error):
        return None


def _proc_stat() -> ProcStat:
    """The counters of all cores. Elsewhere than on Linux psutil's, and nothing where nobody tells."""
    text = read("/proc/stat")
    if text is not None or sys.platform == "linux":
        return machine_text.proc_stat(text or b"", HERTZ)
    answers: list[Any] = _if_told(lambda: psutil.cpu_times(percpu=True)) or []
    stats = _if_told(psutil.cpu_stats)
    return ProcStat(
        cores=tuple(CoreTimes(one.user, one.system, getattr(one, "nice", None), None, None, None, one.idle) for one in answers),
        switches=getattr(stats, "ctx_switches", None),
        interrupts=getattr(stats, "interrupts", None),
        births=None,
        running=None,
    )


def load_average() -> tuple[float, float, float] | None:
    """Mean numbers of tasks that ran or wanted to, over 1, 5 and 15 minutes (getloadavg(3)); None where that is not told."""
    try:
        return os.getloadavg()
    except OSError:
        return None


def memory_available() -> int | None:
    """Bytes that can be given out without swapping (MemAvailable of proc_meminfo(5)); None where that is not told."""
    available = getattr(_if_told(psutil.virtual_memory), "available", None)
    return None if available is None else int(available)


def _uptime_s() -> float | None:
    """Seconds since boot, those asleep included (clock_gettime(2))."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    booted = _if_told(psutil.boot_time)
    return None if booted is None else time.time() - booted


def observe() -> Witness:
    """CPU time by core now, and that of conclab and of all the children it has reaped."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    mine, children = (usage.ru_utime + usage.ru_stime for usage in usages)
    return Witness(time.monotonic_ns(), _proc_stat().cores, mine, children)


@dataclass(frozen=True, slots=True)
class _Memory:
    total: int | None = None
    available: int | None = None
    free: int | None = None
    buffers: int | None = None
    cached: int | None = None
    shared: int | None = None
    swap_total: int | None = None
    swap_used: int | None = None


def _memory(told: dict[str, int]) -> _Memory:
    """``told``: meminfo. Used is total less available, as free(1) and psutil have it."""
    if told.get("MemTotal"):
        cached, reclaimable = told.get("Cached"), told.get("SReclaimable", 0)
        swap, swap_free = told.get("SwapTotal"), told.get("SwapFree")
        return _Memory(
            total=told["MemTotal"],
            available=told.get("MemAvailable"),
            free=told.get("MemFree"),
            buffers=told.get("Buffers"),
            cached=None if cached is None else cached + reclaimable,
            shared=told.get("Shmem"),
            swap_total=swap,
            swap_used=None if swap is None or swap_free is None else swap - swap_free,
        )
    if sys.platform == "linux":
        return _Memory()
    memory, pages = _if_told(psutil.virtual_memory), _if_told(psutil.swap_memory)
    names = ("total", "available", "free", "buffers", "cached", "shared")
    return _Memory(*(getattr(memory, name, None) for name in names), getattr(pages, "total", None), getattr(pages, "used", None))


class MachineReader:
    """Reads the machine again and again. What costs more (see ``model.surroundings``) is read at most once a second, however often
    the rest is."""

    RARELY_NS = 950_000_000
    """A little less than a second, so that a reading that comes a moment early is not put off for a whole turn."""

    def __init__(self) -> None:
        self._own = OwnCost()
        self._devices = Devices()
        self._swapped = Swapped()
        self._gpus = GpuWatch()
        self._limits = find_limits(machine_text.meminfo(read("/proc/meminfo") or b"").get("MemTotal"))
        self._present = present()
        self._other_links = _other_links()
        self._around: Surroundings | None = None
        self._processes: int | None = None
        self._kernel_threads: int | None = None

    def read(self, gpus: bool = True) -> MachineSample:
        """The counters of this moment; ``gpus``: whether to ask those, too."""
        at_ns = time.monotonic_ns()
        meminfo = machine_text.meminfo(read("/proc/meminfo") or b"")
        if self._around is None or at_ns - self._around.at_ns >= self.RARELY_NS:
            self._read_rarely(at_ns, meminfo, gpus)
        around = self._around
        stat, memory, loadavg = _proc_stat(), _memory(meminfo), read("/proc/loadavg")
        return MachineSample(
            at_ns=at_ns,
            cores=stat.cores,
            load=load_average(),
            memory_total=memory.total,
            memory_available=memory.available,
            memory_used=None if memory.total is None or memory.available is None else memory.total - memory.available,
            memory_buffers=memory.buffers,
            memory_cached=memory.cached,
            swap_total=memory.swap_total,
            swap_used=memory.swap_used,
            processes=self._processes,
            threads=proc_text.tasks_in_loadavg(loadavg) if loadavg else None,
            running=stat.running,
            switches=stat.switches,
            interrupts=stat.interrupts,
            uptime_s=_uptime_s(),
            pressure_cpu=around.pressure.cpu.some if around and around.pressure else None,
            own_cpu_ns=self._own.cpu_ns(),
            memory_free=memory.free,
            memory_shared=memory.shared,
            births=stat.births,
            kernel_threads=self._kernel_threads,
            around=around,
        )

    def _read_rarely(self, at_ns: int, meminfo: dict[str, int], gpus: bool) -> None:
        self._processes = _processes(self._other_links)
        self._kernel_threads = _kernel_threads()
        self._around = Surroundings(
            at_ns=at_ns,
            offline=offline(self._present),
            pressure=read_pressure(MACHINE),
            interfaces=self._devices.interfaces(),
            disks=self._devices.disks(),
            gpus=self._gpus.look() if gpus else (),
            compressed=self._swapped.read(meminfo),
            group=read_group(self._limits),
        )


def _listed() -> int | None:
    pids = _if_told(psutil.pids)
    return None if pids is None else len(pids)


def _other_links() -> int | None:
    """What of /proc's link count are no processes: 2 and its fixed folders. The kernel adds the number of all processes to it
    (fs/proc/root.c), which costs nothing, where listing 580 takes 0.4 ms. None where the sum is not right: another pid namespace,
    hidden processes, not Linux; then they are listed."""
    try:
        with os.scandir("/proc") as entries:
            fixed = 2 + sum(not entry.name.isdigit() and entry.is_dir(follow_symlinks=False) for entry in entries)
        agrees = any(os.stat("/proc").st_nlink - fixed == _listed() for _try in range(3))  # they may come and go between
    except OSError:
        return None
    return fixed if agrees else None


def _processes(other_links: int | None) -> int | None:
    """How many processes there are, the unreaped ones included."""
    return _listed() if other_links is None else os.stat("/proc").st_nlink - other_links


def _kernel_threads() -> int | None:
    """kthreadd and its children: proc_pid_task(5). In a pid namespace number 2 is somebody else."""
    if (read("/proc/2/comm") or b"").strip() != b"kthreadd":
        return None
    children = read("/proc/2/task/2/children")
    return None if children is None else len(children.split()) + 1


@cache
def _reader() -> MachineReader:
    return MachineReader()


def read_machine(gpus: bool = True) -> MachineSample:
    """The counters of this moment, by the one reader that the process has."""
    return _reader().read(gpus)
