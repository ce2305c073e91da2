"""Parsers for the text of /proc. Pure functions on bytes; what they cannot find is None. Layouts: proc(5)."""

from __future__ import annotations


def schedstat(text: bytes) -> tuple[int, int, int] | None:
    """(on-core ns, run-queue delay ns, time slices) of ``/proc/PID/task/TID/schedstat``."""
    fields = text.split()
    if len(fields) < 3:
        return None
    try:
        return int(fields[0]), int(fields[1]), int(fields[2])
    except ValueError:
        return None


def stat(text: bytes) -> tuple[str, str, int, int] | None:
    """(name, state, start ticks, last core) of a ``stat``: fields 2, 3, 22 and 39.

    The name stands in parentheses and may hold spaces and parentheses itself, so the last one is what ends it.
    """
    head, closing, tail = text.rpartition(b")")
    if not closing:
        return None
    fields = tail.split()
    try:
        name = head.partition(b"(")[2].decode("utf-8", errors="replace")
        return name, fields[0].decode("ascii"), int(fields[19]), int(fields[36])
    except (IndexError, ValueError):
        return None


def switches(text: bytes) -> tuple[int, int] | None:
    """(voluntary, involuntary) context switches of a task's ``status``: its last two lines."""
    try:
        lines = text[text.rindex(b"\nvoluntary_ctxt_switches:") :].split(b"\n")
        return int(lines[1].split(b":")[1]), int(lines[2].split(b":")[1])
    except (ValueError, IndexError):
        return None


def system_call(text: bytes) -> tuple[int, tuple[int, ...]] | None:
    """(number, its six arguments) of a task's ``syscall``; None while it runs, and where it is blocked outside any call (-1: a
    page fault)."""
    fields = text.split()
    try:
        number = int(fields[0])
        return (number, tuple(int(field, 16) for field in fields[1:7])) if number >= 0 and len(fields) >= 7 else None
    except (IndexError, ValueError):
        return None


def static_place(maps: bytes, address: int) -> tuple[str, int] | None:
    """(file, offset from where the file begins in memory) of an address in the static data of a program or library; None for the
    heap, stacks and other memory. ``maps`` as proc_pid_maps(5) has it; data without initial values comes right after the file's."""
    begins: dict[bytes, int] = {}
    path, reached = b"", 0
    for line in maps.splitlines():
        fields = line.split(maxsplit=5)
        try:
            start, end = (int(number, 16) for number in fields[0].split(b"-"))
        except (IndexError, ValueError):
            return None
        if len(fields) > 5:
            path = fields[5] if fields[5].startswith(b"/") else b""
            begins.setdefault(path, start)
        elif start != reached:
            path = b""
        reached = end
        if start <= address < end:
            return (path.decode("utf-8", errors="replace"), address - begins[path]) if path else None
    return None


def tasks_in_loadavg(text: bytes) -> int | None:
    """How many tasks there are in all, threads counted: the part after the slash in /proc/loadavg's fourth field."""
    try:
        return int(text.split()[3].split(b"/")[1])
    except (IndexError, ValueError):
        return None


def cpu_max(text: bytes) -> float | None:
    """Quota in cores of a cgroup v2 ``cpu.max``; None without one."""
    fields = text.split()
    try:
        return None if fields[0] == b"max" else int(fields[0]) / int(fields[1])
    except (IndexError, ValueError, ZeroDivisionError):
        return None


def cgroup_paths(text: bytes) -> dict[str, str]:
    """Controller to path, of ``/proc/self/cgroup``; the unified hierarchy has the empty name (cgroups(7))."""
    found: dict[str, str] = {}
    for line in text.decode("utf-8", errors="replace").splitlines():
        parts = line.split(":", 2)
        if len(parts) == 3:
            for controller in parts[1].split(","):
                found[controller] = parts[2]
    return found
