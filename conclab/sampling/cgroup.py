"""The cgroup that limits this process: its CPU quota and memory limit, what it uses of them, and how often it was throttled.

Both versions: Documentation/admin-guide/cgroup-v2.rst; Documentation/scheduler/sched-bwc.rst and admin-guide/cgroup-v1/ for the old
one. A limit of any group on the way up to the root holds, so the tightest counts, and it is that group whose use is read.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from conclab.model.surroundings import Group, Pressure, Stall
from conclab.sampling import machine_text, proc_text
from conclab.sampling.files import read

ROOT = "/sys/fs/cgroup"
MACHINE = "/proc/pressure"
"""The folder of the whole machine's pressure."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What was found once: the limits, and the folders of the groups that set them."""

    quota_cores: float | None = None
    cpu_folder: str | None = None
    memory_limit: int | None = None
    memory_folder: str | None = None

    def __bool__(self) -> bool:
        return self.quota_cores is not None or self.memory_limit is not None


def _upwards(path: str) -> list[str]:
    """A cgroup's path and those of its ancestors, without leading slash, up to the root (the empty one)."""
    parts = [part for part in path.split("/") if part]
    return ["/".join(parts[:depth]) for depth in range(len(parts), -1, -1)]


def _folders(paths: dict[str, str], controller: str) -> list[str]:
    """Folders that may hold limits, of the unified hierarchy and of the old one, from the group itself upwards."""
    found = [os.path.join(ROOT, group) for group in _upwards(paths[""])] if "" in paths else []
    names = {"cpu": ("cpu", "cpu,cpuacct"), "memory": ("memory",)}[controller]
    if controller in paths:
        found += [os.path.join(ROOT, name, group) for name in names for group in _upwards(paths[controller])]
    return found


def _quota(folder: str) -> float | None:
    """cpu.max of version 2, or cpu.cfs_quota_us over cpu.cfs_period_us, in cores; None without a quota."""
    text = read(os.path.join(folder, "cpu.max"))
    if text:
        return proc_text.cpu_max(text)
    quota, period = read(os.path.join(folder, "cpu.cfs_quota_us")), read(os.path.join(folder, "cpu.cfs_period_us"))
    if quota and period and not quota.startswith(b"-"):  # -1 is no quota
        return proc_text.cpu_max(quota.strip() + b" " + period.strip())
    return None


def _memory_limit(folder: str) -> int | None:
    text = read(os.path.join(folder, "memory.max")) or read(os.path.join(folder, "memory.limit_in_bytes"))
    return machine_text.number(text)


def find_limits(memory_bytes: int | None) -> Limits:
    """The tightest limits. One of more memory than the machine has (version 1 writes a huge number) is none."""
    paths = proc_text.cgroup_paths(read("/proc/self/cgroup") or b"")
    quotas = [(quota, folder) for folder in _folders(paths, "cpu") if (quota := _quota(folder)) is not None]
    limits = [(limit, folder) for folder in _folders(paths, "memory") if (limit := _memory_limit(folder)) is not None]
    quota, cpu_folder = min(quotas, default=(None, None))
    limit, memory_folder = min(limits, default=(None, None))
    if limit is not None and limit >= (memory_bytes or 1 << 60):
        limit = memory_folder = None
    return Limits(quota, cpu_folder, limit, memory_folder)


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
        files = ("memory.current", "memory.usage_in_bytes")
        texts = [read(os.path.join(limits.memory_folder, name)) for name in files]
        memory = machine_text.number(texts[0] or texts[1])
    return Group(
        quota_cores=limits.quota_cores,
        used_ns=used_ns,
        periods=periods,
        throttled_periods=throttled,
        memory_limit=limits.memory_limit,
        memory_used=memory,
        pressure=read_pressure(limits.cpu_folder or limits.memory_folder or ""),
    )


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
