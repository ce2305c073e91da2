"""The cgroup that limits a process: its CPU quota and memory limit, what it uses of them, and how often it was throttled.

Both versions: Documentation/admin-guide/cgroup-v2.rst; Documentation/scheduler/sched-bwc.rst and admin-guide/cgroup-v1/ for the old
one. A limit of any group on the way up to the root holds, so the tightest counts, and it is that group whose use is read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from operator import itemgetter

from conclab.model.surroundings import Group, Pressure, Stall
from conclab.sampling import machine_text, proc_text
from conclab.sampling.files import read

ROOT = "/sys/fs/cgroup"
MACHINE = "/proc/pressure"
"""The folder of the whole machine's pressure."""


Look = Callable[[str], bytes | None]
"""Reads a file; None where there is none that may be read."""
_MOUNTS = {"": ("", "unified"), "cpu": ("cpu", "cpu,cpuacct"), "memory": ("memory",)}
"""Below ROOT, by controller; the unified hierarchy has the empty name, and a folder of its own where the old one is there, too."""
_NO_LIMIT = 1 << 60
"""Version 1 writes "no limit" as the largest number of pages."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What was found once: the limits, and the folders of the groups that set them."""

    quota_cores: float | None = None
    cpu_folder: str | None = None
    memory_limit: int | None = None
    memory_folder: str | None = None
    tells_quota: bool = False
    """Whether any group on the way up tells of one, be it that there is none."""

    def __bool__(self) -> bool:
        return self.quota_cores is not None or self.memory_limit is not None


def folders(paths: Mapping[str, str], controller: str) -> list[str]:
    """Folders that may hold limits, from the group itself up to the root; those of the unified hierarchy first, then the old one's.

    ``paths`` are a process's, as ``proc_text.cgroup_paths`` gives them. What a mount does not show is not there.
    """
    found = []
    for name in ("", controller):
        if name in paths:
            parts = [part for part in paths[name].split("/") if part]
            for mount in _MOUNTS[name]:
                base = os.path.join(ROOT, mount) if mount else ROOT
                found += [os.path.join(base, *parts[:depth]) for depth in range(len(parts), -1, -1)]
    return found


def _quota(folder: str, look: Look) -> bytes | None:
    """cpu.max of version 2, or cpu.cfs_quota_us and cpu.cfs_period_us written likewise; None where the folder tells of none."""
    text = look(os.path.join(folder, "cpu.max"))
    if text:
        return text
    quota, period = look(os.path.join(folder, "cpu.cfs_quota_us")), look(os.path.join(folder, "cpu.cfs_period_us"))
    if not quota or not period:
        return None
    return b"max" if quota.startswith(b"-") else quota.strip() + b" " + period.strip()  # -1 is no quota


def _memory_limit(folder: str, look: Look) -> int | None:
    text = look(os.path.join(folder, "memory.max")) or look(os.path.join(folder, "memory.limit_in_bytes"))
    limit = machine_text.number(text)
    return limit if limit is not None and limit < _NO_LIMIT else None


def limits_of(paths: Mapping[str, str], look: Look) -> Limits:
    """The tightest limits for a process in these groups, and the nearest group that sets each."""
    told = [(text, folder) for folder in folders(paths, "cpu") if (text := _quota(folder, look)) is not None]
    quotas = [(quota, folder) for text, folder in told if (quota := proc_text.cpu_max(text)) is not None]
    limits = [(limit, folder) for folder in folders(paths, "memory") if (limit := _memory_limit(folder, look)) is not None]
    quota, cpu_folder = min(quotas, key=itemgetter(0), default=(None, None))
    limit, memory_folder = min(limits, key=itemgetter(0), default=(None, None))
    return Limits(quota, cpu_folder, limit, memory_folder, bool(told))


def find_limits(memory_bytes: int | None) -> Limits:
    """conclab's own. One of more memory than the machine has is none."""
    found = limits_of(proc_text.cgroup_paths(read("/proc/self/cgroup") or b""), read)
    if memory_bytes is not None and found.memory_limit is not None and found.memory_limit >= memory_bytes:
        return replace(found, memory_limit=None, memory_folder=None)
    return found


def read_group(limits: Limits) -> Group | None:
    """What the group uses of its limits now; None without limits."""
    if not limits:
        return None
    used_ns = periods = throttled = memory = None
    if limits.cpu_folder is not None:
        counts = machine_text.keyed(read(os.path.join(limits.cpu_folder, "cpu.stat")) or b"")
        periods, throttled = counts.get("nr_periods"), counts.get("nr_throttled")
        used_us = counts.get("usage_usec")
        used_ns = used_us * 1_000 if used_us is not None else _usage_v1(limits.cpu_folder)
    if limits.memory_folder is not None:
        memory = memory_used(limits.memory_folder, read)
    return Group(
        quota_cores=limits.quota_cores,
        used_ns=used_ns,
        periods=periods,
        throttled_periods=throttled,
        memory_limit=limits.memory_limit,
        memory_used=memory,
        pressure=read_pressure(limits.cpu_folder or limits.memory_folder or ""),
    )


def memory_used(folder: str, look: Look) -> int | None:
    """Bytes that all processes of a group use, cache included; None where it is not counted."""
    text = look(os.path.join(folder, "memory.current")) or look(os.path.join(folder, "memory.usage_in_bytes"))
    return machine_text.number(text)


def _usage_v1(folder: str) -> int | None:
    """Nanoseconds, from the controller cpuacct, which mostly shares its hierarchy with cpu but may have its own."""
    apart = folder.replace(f"{ROOT}/cpu/", f"{ROOT}/cpuacct/", 1)
    return machine_text.number(read(os.path.join(folder, "cpuacct.usage")) or read(os.path.join(apart, "cpuacct.usage")))


def read_pressure(folder: str) -> Pressure | None:
    """PSI of a group's folder (cpu.pressure, …) or of the ``MACHINE`` (cpu, …); None where the kernel keeps none."""
    whole_machine = folder == MACHINE
    names = ("cpu", "memory", "io") if whole_machine else ("cpu.pressure", "memory.pressure", "io.pressure")
    texts = [read(os.path.join(folder, name)) for name in names]
    if not any(texts):
        return None
    cpu, memory, io = (machine_text.pressure(text or b"") for text in texts)
    if whole_machine:
        cpu = Stall(cpu.some)  # "full" is not defined for it; the kernel writes a 0 there
    return Pressure(cpu, memory, io)
