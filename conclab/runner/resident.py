"""What memory a process has, by the kernel's own account (Linux, Documentation/filesystems/proc.rst: smaps, smaps_rollup).

Whoever belongs to another user, or to no one any more, is blank, and so is everybody where there is no /proc.
"""

from __future__ import annotations

from typing import Dict, List, NamedTuple, Optional, Union

Pid = Union[int, str]
"""A pid, or "self"."""


def _lines(pid: Pid, name: str) -> List[str]:
    try:
        with open("/proc/%s/%s" % (pid, name), errors="replace") as file:
            return file.read().splitlines()
    except OSError:
        return []


def rollup(pid: Pid = "self") -> Dict[str, int]:
    """Bytes by the kernel's names (Rss, Pss, Private_Dirty, …), over all that the process has mapped; empty: not told here."""
    found: Dict[str, int] = {}
    for line in _lines(pid, "smaps_rollup"):
        fields = line.split()
        if len(fields) == 3 and fields[2] == "kB":
            found[fields[0].rstrip(":")] = int(fields[1]) * 1024
    return found


class Memory(NamedTuple):
    """Bytes that a process has in RAM."""

    rss: int
    """All of it, shared pages in full."""
    pss: int
    """Each shared page divided by the number of those who share it."""
    private: int
    """What it shares with nobody."""


def memory(pid: Pid = "self") -> Optional[Memory]:
    """None: not told here."""
    found = rollup(pid)
    try:
        return Memory(found["Rss"], found["Pss"], found["Private_Dirty"] + found["Private_Clean"])
    except KeyError:
        return None


class Files(NamedTuple):
    """The files that a process has mapped: its program and the libraries of it."""

    mapped: int
    """Bytes that it may use."""
    resident: int
    """Bytes of these that it has in RAM."""
    paths: "frozenset[str]"


def files(pid: Pid) -> Optional[Files]:
    """What a process has mapped of files, gaps that nobody may touch left out. None: not told here."""
    mapped = resident = 0
    paths = set()
    counts = False
    for line in _lines(pid, "smaps"):
        fields = line.split(None, 5)
        if not fields[0].endswith(":"):
            counts = len(fields) == 6 and fields[5].startswith("/") and fields[4] != "0" and not fields[1].startswith("---")
            if counts:
                paths.add(fields[5])
        elif counts and fields[0] == "Size:":
            mapped += int(fields[1]) * 1024
        elif counts and fields[0] == "Rss:":
            resident += int(fields[1]) * 1024
    return Files(mapped, resident, frozenset(paths)) if mapped else None


def faults(pid: Pid) -> Optional[int]:
    """How often a page had to be brought in, from a disk or not: minflt and majflt of its stat (proc_pid_stat(5))."""
    try:
        with open("/proc/%s/stat" % pid, "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        return int(fields[7]) + int(fields[9])
    except (OSError, IndexError, ValueError):
        return None
