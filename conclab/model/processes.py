"""Processes as the monitor shows them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """One process between two looks at it. None: not readable for this user, or not counted by this system."""

    pid: int
    start_s: float
    """Start time, seconds since the epoch: with the pid it is the process's identity."""
    user: str | None
    nice: int | None
    resident_bytes: int | None
    state: str
    cpu_share: float | None
    """CPU time over elapsed time; 1.0 is one core."""
    voluntary_per_s: float | None
    involuntary_per_s: float | None
    threads: int | None
    cpu_time_s: float | None
    name: str
    command: str


@dataclass(frozen=True, slots=True)
class ProcessTable:
    """All processes at one moment, busiest first; equal ones by pid, so that rows do not jump."""

    at_ns: int
    rows: tuple[ProcessRow, ...]


def busiest_first(rows: list[ProcessRow]) -> tuple[ProcessRow, ...]:
    """Sort by CPU share as displayed (whole per cent), then by pid: noise below a per cent does not move rows."""
    return tuple(sorted(rows, key=lambda row: (-round((row.cpu_share or 0.0) * 100), row.pid)))
