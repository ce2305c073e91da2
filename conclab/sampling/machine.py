"""The machine as a whole: its facts, read once, and its counters, read again and again. psutil does most of it."""

from __future__ import annotations

import os
import platform
import resource
import time

import psutil

from conclab.model.machine import CoreTimes, Machine, MachineSample, Witness, witness_of
from conclab.sampling import proc_text
from conclab.sampling.files import read


def _upwards(path: str) -> list[str]:
    """A cgroup's path and those of its ancestors, without leading slash, up to the root (the empty one)."""
    parts = [part for part in path.split("/") if part]
    return ["/".join(parts[:depth]) for depth in range(len(parts), -1, -1)]


def _tightest(quotas: list[float | None]) -> float | None:
    known = [quota for quota in quotas if quota is not None]
    return min(known) if known else None


def _quota_v2(path: str) -> float | None:
    """The tightest cpu.max from the cgroup up to the root of the unified hierarchy (cgroup-v2.rst)."""
    texts = [read(os.path.join("/sys/fs/cgroup", group, "cpu.max")) for group in _upwards(path)]
    return _tightest([proc_text.cpu_max(text) for text in texts if text])


def _quota_v1(path: str) -> float | None:
    """The tightest cpu.cfs_quota_us over cpu.cfs_period_us on the way up (Documentation/scheduler/sched-bwc.rst)."""
    found: list[float | None] = []
    for root in ("/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"):
        for group in _upwards(path):
            folder = os.path.join(root, group)
            quota, period = read(os.path.join(folder, "cpu.cfs_quota_us")), read(os.path.join(folder, "cpu.cfs_period_us"))
            if quota and period and not quota.startswith(b"-"):  # -1 is no quota
                found.append(proc_text.cpu_max(quota.strip() + b" " + period.strip()))
    return _tightest(found)


def quota_cores() -> float | None:
    """The CPU quota of this process's cgroup, in cores; None: no quota, or none that can be read."""
    paths = proc_text.cgroup_paths(read("/proc/self/cgroup") or b"")
    found = [_quota_v2(paths[""]) if "" in paths else None, _quota_v1(paths["cpu"]) if "cpu" in paths else None]
    return _tightest(found)


def read_facts() -> Machine:
    """What does not change while conclab runs."""
    cores = psutil.cpu_count() or 1
    try:
        affinity = tuple(sorted(os.sched_getaffinity(0)))
    except AttributeError:  # macOS
        affinity = ()
    quota = quota_cores()
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
        memory_bytes=psutil.virtual_memory().total,
        can_pin=hasattr(os, "sched_setaffinity"),
    )


def _core_times() -> tuple[CoreTimes, ...]:
    """psutil's per-core times: seconds since boot, guest time not counted twice."""
    found = []
    for times in psutil.cpu_times(percpu=True):
        irq = getattr(times, "irq", None)
        softirq = getattr(times, "softirq", None)
        found.append(
            CoreTimes(
                user=times.user,
                system=times.system,
                nice=getattr(times, "nice", None),
                iowait=getattr(times, "iowait", None),
                steal=getattr(times, "steal", None),
                irq=irq + softirq if irq is not None and softirq is not None else None,
                idle=times.idle,
            )
        )
    return tuple(found)


def _load() -> tuple[float, float, float] | None:
    try:
        return os.getloadavg()
    except OSError:
        return None


def memory_available() -> int:
    """Bytes that can be given out without swapping (MemAvailable of proc_meminfo(5))."""
    return int(psutil.virtual_memory().available)


def observe() -> Witness:
    """Machine-wide CPU time now, and that of conclab with all the children it has reaped."""
    own = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        own += usage.ru_utime + usage.ru_stime
    return witness_of(_core_times(), time.monotonic_ns(), own)


def read_machine() -> MachineSample:
    """The counters of this moment."""
    at_ns = time.monotonic_ns()
    memory, swap, stats = psutil.virtual_memory(), psutil.swap_memory(), psutil.cpu_stats()
    stat_text, loadavg, pressure = read("/proc/stat"), read("/proc/loadavg"), read("/proc/pressure/cpu")
    return MachineSample(
        at_ns=at_ns,
        cores=_core_times(),
        load=_load(),
        memory_total=memory.total,
        memory_available=memory.available,
        memory_used=memory.used,
        memory_buffers=getattr(memory, "buffers", None),
        memory_cached=getattr(memory, "cached", None),
        swap_total=swap.total,
        swap_used=swap.used,
        processes=len(psutil.pids()),
        threads=proc_text.tasks_in_loadavg(loadavg) if loadavg else None,
        running=proc_text.running(stat_text) if stat_text else None,
        switches=stats.ctx_switches,
        interrupts=stats.interrupts,
        uptime_s=time.time() - psutil.boot_time(),
        pressure_cpu=proc_text.pressure_some_avg10(pressure) if pressure else None,
        own_cpu_ns=time.process_time_ns(),
    )
