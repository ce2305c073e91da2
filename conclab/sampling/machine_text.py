"""Parsers for what /proc and /sys tell of the whole machine. Pure functions on bytes; what they cannot find is None or missing."""

from __future__ import annotations

from dataclasses import dataclass

from conclab.model.machine import CoreTimes
from conclab.model.surroundings import Disk, Stall

SECTOR = 512
"""Bytes: /proc/diskstats counts in these whatever the disk's own sectors are (Documentation/admin-guide/iostats.rst)."""


@dataclass(frozen=True, slots=True)
class ProcStat:
    """/proc/stat, read once for all that is wanted of it: proc_stat(5)."""

    cores: tuple[CoreTimes | None, ...]
    """By the kernel's number; None where there is no line, because it is offline."""
    switches: int | None
    interrupts: int | None
    births: int | None
    running: int | None


def proc_stat(text: bytes, hertz: int) -> ProcStat:
    """``hertz``: clock ticks a second. The line of interrupts can be tens of kilobytes long; only its first number is looked at."""
    end = text.find(b"\nintr ")
    found: dict[int, CoreTimes] = {}
    for line in (text if end < 0 else text[:end]).split(b"\n"):
        if line.startswith(b"cpu") and line[3:4].isdigit():
            try:
                name, *ticks = line.split()
                # Guest time is part of user (and guest_nice of nice) already: not counted twice.
                user, nice, system, idle, iowait, irq, softirq, steal = [int(tick) / hertz for tick in ticks[:8]]
                found[int(name[3:])] = CoreTimes(user, system, nice, iowait, steal, irq + softirq, idle)
            except ValueError:
                continue
    return ProcStat(
        cores=tuple(found.get(number) for number in range(max(found, default=-1) + 1)),
        switches=_counter(text, b"\nctxt "),
        interrupts=_counter(text, b"\nintr "),
        births=_counter(text, b"\nprocesses "),
        running=_counter(text, b"\nprocs_running "),
    )


def _counter(text: bytes, name: bytes) -> int | None:
    start = text.find(name)
    if start < 0:
        return None
    start += len(name)
    try:
        return int(text[start : start + 24].split(maxsplit=1)[0])
    except (IndexError, ValueError):
        return None


def meminfo(text: bytes) -> dict[str, int]:
    """Name to bytes, of /proc/meminfo. Lines without kB are counts of huge pages and left out."""
    found: dict[str, int] = {}
    for line in text.decode("ascii", errors="replace").splitlines():
        name, _colon, value = line.partition(":")
        if value.endswith(" kB"):
            try:
                found[name] = int(value[:-3]) * 1024
            except ValueError:
                continue
    return found


def pressure(text: bytes) -> Stall:
    """avg10 of both lines of a PSI file, as shares of 1 (Documentation/accounting/psi.rst)."""
    found: dict[str, float] = {}
    for line in text.decode("ascii", errors="replace").splitlines():
        kind, _space, fields = line.partition(" ")
        for field in fields.split():
            if field.startswith("avg10="):
                try:
                    found[kind] = float(field[6:]) / 100
                except ValueError:
                    continue
    return Stall(found.get("some"), found.get("full"))


def interfaces(text: bytes) -> list[tuple[str, int, int]]:
    """(name, bytes received, bytes sent) of /proc/net/dev: proc_pid_net(5)."""
    found = []
    for line in text.decode("utf-8", errors="replace").splitlines():
        name, colon, rest = line.rpartition(":")  # the name itself may hold one: eth0:1
        fields = rest.split()
        if colon and len(fields) >= 16:
            try:
                found.append((name.strip(), int(fields[0]), int(fields[8])))
            except ValueError:
                continue
    return found


def disks(text: bytes) -> list[Disk]:
    """All of /proc/diskstats, partitions and loops included: Documentation/admin-guide/iostats.rst."""
    found = []
    for line in text.decode("utf-8", errors="replace").splitlines():
        fields = line.split()
        try:
            found.append(Disk(fields[2], int(fields[5]) * SECTOR, int(fields[9]) * SECTOR, int(fields[12])))
        except (IndexError, ValueError):
            continue
    return found


def cpu_list(text: bytes) -> tuple[int, ...]:
    """A kernel's list of cores: 0-3,8 (Documentation/admin-guide/cputopology.rst). What is no such list is empty."""
    found: set[int] = set()
    for part in text.strip().split(b","):
        first, dash, last = part.partition(b"-")
        try:
            found.update(range(int(first), int(last if dash else first) + 1))
        except ValueError:
            continue
    return tuple(sorted(found))


def keyed(text: bytes) -> dict[str, int]:
    """A file of names and numbers, one pair a line, as cpu.stat of a cgroup."""
    found: dict[str, int] = {}
    for line in text.decode("ascii", errors="replace").splitlines():
        name, _space, value = line.partition(" ")
        try:
            found[name] = int(value)
        except ValueError:
            continue
    return found


def number(text: bytes | None) -> int | None:
    """A file that holds one whole number; None for anything else, as the word max."""
    try:
        return None if text is None else int(text)
    except ValueError:
        return None
