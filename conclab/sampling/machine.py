"""The machine as a whole: its facts, read once, and its counters, read again and again. psutil does most of it."""

from __future__ import annotations

import os
import platform
import resource
import time
from collections.abc import Callable
from typing import Any, TypeVar

import psutil

from conclab.model.machine import CoreTimes, Machine, MachineSample, Witness
from conclab.sampling import proc_text
from conclab.sampling.files import read

_Answer = TypeVar("_Answer")


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
        memory_bytes=getattr(_if_told(psutil.virtual_memory), "total", None),
        can_pin=hasattr(os, "sched_setaffinity"),
    )


def _if_told(ask: Callable[[], _Answer]) -> _Answer | None:
    """What psutil answers, or None where /proc is locked down (mounted with subset=pid, say): blank, not a crash."""
    try:
        return ask()
    except (OSError, RuntimeError, psutil.Error):
        return None


def _core_times() -> tuple[CoreTimes | None, ...]:
    """psutil's per-core times, by the number of the core: seconds since boot, guest time not counted twice."""
    answers: list[Any] = _if_told(lambda: psutil.cpu_times(percpu=True)) or []
    numbers = proc_text.core_numbers(read("/proc/stat") or b"")
    if len(numbers) != len(answers):  # not Linux, or one has just come or gone
        numbers = list(range(len(answers)))
    found: dict[int, CoreTimes] = {}
    for number, times in zip(numbers, answers, strict=True):
        irq = getattr(times, "irq", None)
        softirq = getattr(times, "softirq", None)
        found[number] = CoreTimes(
            user=times.user,
            system=times.system,
            nice=getattr(times, "nice", None),
            iowait=getattr(times, "iowait", None),
            steal=getattr(times, "steal", None),
            irq=irq + softirq if irq is not None and softirq is not None else None,
            idle=times.idle,
        )
    return tuple(found.get(number) for number in range(max(found, default=-1) + 1))


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
    return Witness(time.monotonic_ns(), _core_times(), mine, children)


def read_machine() -> MachineSample:
    """The counters of this moment."""
    at_ns = time.monotonic_ns()
    memory, swap, stats = _if_told(psutil.virtual_memory), _if_told(psutil.swap_memory), _if_told(psutil.cpu_stats)
    stat_text, loadavg, pressure = read("/proc/stat"), read("/proc/loadavg"), read("/proc/pressure/cpu")
    return MachineSample(
        at_ns=at_ns,
        cores=_core_times(),
        load=load_average(),
        memory_total=getattr(memory, "total", None),
        memory_available=getattr(memory, "available", None),
        memory_used=getattr(memory, "used", None),
        memory_buffers=getattr(memory, "buffers", None),
        memory_cached=getattr(memory, "cached", None),
        swap_total=getattr(swap, "total", None),
        swap_used=getattr(swap, "used", None),
        processes=len(psutil.pids()),
        threads=proc_text.tasks_in_loadavg(loadavg) if loadavg else None,
        running=proc_text.running(stat_text) if stat_text else None,
        switches=getattr(stats, "ctx_switches", None),
        interrupts=getattr(stats, "interrupts", None),
        uptime_s=_uptime_s(),
        pressure_cpu=proc_text.pressure_some_avg10(pressure) if pressure else None,
        own_cpu_ns=time.process_time_ns(),
    )
