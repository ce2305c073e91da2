"""Parsers for what /proc tells of one task. Pure functions on bytes; what they cannot find is None. Layouts: proc_pid_stat(5) and
its neighbours, Documentation/filesystems/proc.rst."""

from __future__ import annotations

from typing import NamedTuple

from conclab.sampling import proc_text

PF_KTHREAD = 0x0020_0000
"""In the flags of stat: a thread of the kernel itself (include/linux/sched.h)."""


class Stat(NamedTuple):
    """The fields of ``stat`` that the table shows. Faults and ticks are the whole process's in ``/proc/PID/stat``, the thread's own
    in ``/proc/PID/task/TID/stat``."""

    name: bytes
    state: str
    parent: int
    kernel: bool
    minor_faults: int
    major_faults: int
    ticks: int
    """User and system time in clock ticks."""
    priority: int
    nice: int
    threads: int
    start: int
    """Clock ticks from boot to its start."""
    virtual_bytes: int
    resident_pages: int
    core: int
    rt_priority: int
    policy: int
    arguments_at: bytes
    """Where its command line lies in its memory: another place after execve(2). b"0" without permission to know."""


def stat(text: bytes) -> Stat | None:
    """The name stands in parentheses and may hold spaces and parentheses itself, so the last one is what ends it.

    None, too, for a task that the kernel is taking apart: it is still written out, but without parent, threads and CPU time
    (do_task_stat of fs/proc/array.c, where lock_task_sighand fails), and a living process has one thread at least.
    """
    head, closing, tail = text.rpartition(b")")
    if not closing:
        return None
    field = tail.split()
    try:
        if int(field[17]) == 0:
            return None
        return Stat(
            head[head.index(b"(") + 1 :],
            field[0].decode("ascii"),
            int(field[1]),
            bool(int(field[6]) & PF_KTHREAD),
            int(field[7]),
            int(field[9]),
            int(field[11]) + int(field[12]),
            int(field[15]),
            int(field[16]),
            int(field[17]),
            int(field[19]),
            int(field[20]),
            int(field[21]),
            int(field[36]),
            int(field[37]),
            int(field[38]),
            field[45] if len(field) > 45 else b"0",
        )
    except (IndexError, ValueError):
        return None


def effective_uid(status: bytes) -> int | None:
    """Who it runs as: the second figure of ``Uid:`` in ``status``."""
    return _number_after(status, b"\nUid:", 1)


def allowed_cores(status: bytes) -> str | None:
    """``Cpus_allowed_list`` of ``status``: 0-3,8."""
    line = _line_after(status, b"\nCpus_allowed_list:")
    return None if line is None else line.strip().decode("ascii", errors="replace")


def storage(io: bytes) -> tuple[int, int] | None:
    """(bytes that it made the storage layer fetch, bytes that it made it write) of ``io``: proc_pid_io(5)."""
    fetched, written = _number_after(io, b"\nread_bytes:"), _number_after(io, b"\nwrite_bytes:")
    return None if fetched is None or written is None else (fetched, written)


def pss_bytes(smaps_rollup: bytes) -> int | None:
    """Proportional set size of ``smaps_rollup``."""
    kibibytes = _number_after(smaps_rollup, b"\nPss:")
    return None if kibibytes is None else kibibytes * 1024


def shared_pages(statm: bytes) -> int | None:
    """Resident pages that are shared: the third field of ``statm``."""
    field = statm.split()
    try:
        return int(field[2])
    except (IndexError, ValueError):
        return None


def migrations(sched: bytes) -> int | None:
    """``nr_migrations`` of ``sched``: how often it went on on another core."""
    # The file begins with the task's own name, as it is: what it says there is not the kernel's word, so the last one counts.
    _before, found, after = sched.rpartition(b"nr_migrations")
    try:
        return int(after.partition(b"\n")[0].rpartition(b":")[2]) if found else None
    except ValueError:
        return None


def cgroup_path(cgroup: bytes) -> str | None:
    """The path in the unified hierarchy, or else of the CPU controller, or of whichever comes first (cgroups(7))."""
    paths = proc_text.cgroup_paths(cgroup)
    return paths.get("", paths.get("cpu", next(iter(paths.values()), None)))


def waits_in(wchan: bytes) -> str | None:
    """The kernel function of ``wchan``; None while it runs, and where that is not told (both read "0")."""
    name = wchan.strip().decode("ascii", errors="replace")
    return None if name in ("", "0") else name


def command_line(cmdline: bytes) -> str:
    """The arguments with blanks between them; programs that write their own title there end it in many zeros."""
    return cmdline.rstrip(b"\0 ").replace(b"\0", b" ").decode("utf-8", errors="replace")


def _line_after(text: bytes, word: bytes) -> bytes | None:
    start = text.find(word)
    if start < 0:
        return None
    end = text.find(b"\n", start + 1)
    return text[start + len(word) : end if end >= 0 else len(text)]


def _number_after(text: bytes, word: bytes, position: int = 0) -> int | None:
    line = _line_after(text, word)
    try:
        return None if line is None else int(line.split()[position])
    except (IndexError, ValueError):
        return None
