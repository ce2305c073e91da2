"""Sets of cores, written as the kernel and taskset(1) write them: 0-3,8."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PART = re.compile(r"(\d{1,5})(?:-(\d{1,5})(?::(\d{1,5}))?)?")


def core_list(cores: Iterable[int]) -> str:
    """0-3,8; empty for no core."""
    runs: list[list[int]] = []
    for core in sorted(set(cores)):
        if runs and core == runs[-1][1] + 1:
            runs[-1][1] = core
        else:
            runs.append([core, core])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def cores_of(text: str) -> frozenset[int]:
    """The cores of 0-3,8 or 0-15:2 (every second). Raises ValueError with a sentence for whoever typed it."""
    found: set[int] = set()
    for part in filter(None, re.split(r"[,\s]+", text.strip())):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f"“{part}” is no core and no range: write 0-3,8")
        first = int(match[1])
        last, step = int(match[2] or first), int(match[3] or 1)
        if last < first:
            raise ValueError(f"“{part}” runs backwards: write {last}-{first}")
        if step < 1:
            raise ValueError(f"“{part}” has no step: write 0-6:2")
        found.update(range(first, last + 1, step))
    return frozenset(found)
