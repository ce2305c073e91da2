"""Parsers for what /proc tells of one process in detail. Pure functions on bytes; what they cannot find is None, blank or missing.

Layouts: proc_pid_status(5), proc_pid_environ(5), proc_pid_limits(5), proc_pid_smaps(5), proc_pid_fdinfo(5), proc_pid_syscall(5).
"""

from __future__ import annotations

import json
import os
import re

from conclab.model.details import Frame, Group, PythonThread
from conclab.model.text import harmless

_SMAPS_HEAD = re.compile(rb"^([0-9a-f]+)-([0-9a-f]+) [-rwxps]{4} [0-9a-f]+ [0-9a-f:]+ \d+ *(.*)$")
_SMAPS_FIELDS = {b"Rss": 2, b"Pss": 3, b"Private_Clean": 4, b"Private_Dirty": 4, b"Swap": 5}
"""Which field of Group each of these adds to, after name, mappings and size."""
NO_NAME = "memory of its own, without a name"
_MOST_FRAMES = 200
_MOST_NAME = 500


def text_of(raw: bytes) -> str:
    """Foreign bytes as harmless text of one line; what is not UTF-8 becomes a replacement character."""
    return harmless(raw.decode("utf-8", "surrogateescape"))


def fields(text: bytes) -> dict[str, str]:
    """``Name: value`` lines, as in status, smaps_rollup and fdinfo."""
    found: dict[str, str] = {}
    for line in text.split(b"\n"):
        name, colon, value = line.partition(b":")
        if colon:
            found[name.decode("ascii", "replace")] = text_of(value.strip())
    return found


def kibibytes(value: str | None) -> int | None:
    """``1752 kB`` in bytes."""
    try:
        return None if value is None else int(value.split()[0]) * 1024
    except (IndexError, ValueError):
        return None


def environment(text: bytes) -> list[tuple[str, str]]:
    """Name and value of each variable, by name. What is not NAME=VALUE (a program may write anything there) has no value."""
    found = []
    for entry in text.split(b"\0"):
        if entry:
            name, _equals, value = entry.partition(b"=")
            found.append((text_of(name), text_of(value)))
    return sorted(found, key=lambda pair: (pair[0].casefold(), pair[0], pair[1]))


def limits(text: bytes) -> list[tuple[str, str, str, str]]:
    """(name, soft, hard, unit) of each line; ``unlimited`` as the kernel writes it. The columns begin where the header's do."""
    lines = text.decode("ascii", "replace").splitlines()
    if not lines:
        return []
    starts = [lines[0].find(title) for title in ("Soft Limit", "Hard Limit", "Units")]
    if -1 in starts:
        return []
    soft, hard, unit = starts
    return [
        (line[:soft].strip(), line[soft:hard].strip(), line[hard:unit].strip(), line[unit:].strip()) for line in lines[1:] if line
    ]


def smaps(text: bytes) -> tuple[Group, ...]:
    """The mappings of ``smaps`` grouped by what they map, the largest share of RAM first."""
    groups: dict[bytes, list[int]] = {}
    sums: list[int] = []
    for line in text.split(b"\n"):
        if line[:1].isupper():
            key, _colon, value = line.partition(b":")
            place = _SMAPS_FIELDS.get(key)
            if place is not None and sums:
                sums[place] += kibibytes(value.decode("ascii", "replace")) or 0
            continue
        head = _SMAPS_HEAD.match(line)
        if head is not None:
            sums = groups.setdefault(head[3], [0] * 6)
            sums[0] += 1
            sums[1] += int(head[2], 16) - int(head[1], 16)
    found = [Group(text_of(name)[:_MOST_NAME] if name else NO_NAME, *sums) for name, sums in groups.items()]
    return tuple(sorted(found, key=lambda group: (-group.proportional, -group.size, group.name)))


def fdinfo(text: bytes) -> tuple[int | None, str]:
    """(position in bytes, mode) of an open file; the mode is read, write or both, and append where that is set (open(2))."""
    found = fields(text)
    position = found.get("pos", "")
    try:
        flags = int(found["flags"], 8)
    except (KeyError, ValueError):
        return (int(position) if position.isdecimal() else None), ""
    mode = {os.O_RDONLY: "r", os.O_WRONLY: "w", os.O_RDWR: "rw"}.get(flags & os.O_ACCMODE, "")
    return (int(position) if position.isdecimal() else None), mode + ("+append" if flags & os.O_APPEND else "")


def syscall_number(text: bytes) -> int | None:
    """The system call that a task sleeps in; None while it runs, or sleeps for another reason (-1: a page fault, mostly)."""
    first = text.split(b" ", 1)[0].strip()
    return int(first) if first.isdigit() else None


def kernel_stack(text: bytes) -> list[str]:
    """The functions of ``stack``, innermost first: ``[<0>] hrtimer_nanosleep+0x74/0xf0`` becomes ``hrtimer_nanosleep``."""
    found = []
    for line in text.split(b"\n"):
        name = line.rpartition(b" ")[2].partition(b"+")[0].strip()
        if name and not name.startswith((b"do_syscall_", b"entry_SYSCALL", b"el0", b"ret_from_fork")):  # the same on every stack
            found.append(text_of(name))
    return found


def python_stacks(text: bytes) -> list[PythonThread]:
    """What ``py-spy dump --json`` has printed. Raises ValueError when that is not what it should be."""
    found = []
    answer = json.loads(text)
    if not isinstance(answer, list):
        raise ValueError("py-spy's answer is not a list of threads")
    for thread in answer:
        if not isinstance(thread, dict) or not isinstance(thread.get("frames"), list):
            raise ValueError("py-spy's answer has a thread without frames")
        frames = tuple(
            Frame(
                harmless(str(frame.get("name") or "?"))[:_MOST_NAME],
                harmless(str(frame.get("short_filename") or frame.get("filename") or "?"))[:_MOST_NAME],
                int(frame.get("line") or 0),
            )
            for frame in thread["frames"][:_MOST_FRAMES]
        )
        tid = thread.get("os_thread_id")
        found.append(
            PythonThread(
                name=harmless(str(thread.get("thread_name") or ""))[:_MOST_NAME],
                tid=tid if isinstance(tid, int) else None,
                active=bool(thread.get("active")),
                holds_gil=bool(thread.get("owns_gil")),
                frames=frames,
            )
        )
    return found
