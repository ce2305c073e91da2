"""What strace(1) writes, read: its lines, the calls in them, and what it says about itself."""

from __future__ import annotations

import re
from collections import Counter

from conclab.model.text import harmless
from conclab.model.trace import TraceLine

LONGEST = 4_000
"""Characters of a line; ``-s`` bounds the strings in it, not how many there are."""
_LINE = re.compile(r"(?:\[pid +(\d+)\] )?(?:(\d\d:\d\d:\d\d\.\d+) )?(.*)", re.DOTALL)
# A call that goes on while another thread's line comes in between is written as "<unfinished ...>" and "<... read resumed>": the
# second has no name at its start, so each is counted once.
_CALL = re.compile(rb"^(?:\[pid +\d+\] )?\d\d:\d\d:\d\d\.\d+ (\w+)\(", re.MULTILINE)
_OWN = b"strace: "


def line(text: bytes) -> TraceLine:
    """A line without its end."""
    found = _LINE.fullmatch(harmless(text[:LONGEST].decode("utf-8", errors="replace").rstrip("\r")))
    if found is None:
        return TraceLine("")
    tid, time, rest = found.groups()
    return TraceLine(rest, time or "", int(tid) if tid else None)


def calls(text: bytes) -> Counter[str]:
    """How often each call begins in so many whole lines."""
    return Counter(name.decode() for name in _CALL.findall(text))


def attached(text: bytes) -> bool:
    """Whether a line says that strace has a task now."""
    return text.startswith(_OWN) and b" attached" in text


def complaint(text: bytes) -> str:
    """What strace says about itself in a line, harmless; empty where it says nothing."""
    return harmless(text.removeprefix(_OWN)[:200].decode("utf-8", errors="replace")) if text.startswith(_OWN) else ""
