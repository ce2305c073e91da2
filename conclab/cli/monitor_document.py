"""The monitor's JSON: one object a look. Keys are only ever added; a number that cannot be had is null.

A row that has not changed is the same object in the next table (``model.table``), so its text is kept and not made anew: that is
what lets a stream of thousands of rows cost as little as the screen.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from conclab.model.columns import COLUMNS, Column
from conclab.model.machine import MachineRates, MachineSample
from conclab.model.table import QUEUE, STATUS, RowId, TaskRow

USUAL = tuple(
    column for column in COLUMNS.values() if column.needs in (None, STATUS, QUEUE) and column.key not in ("tgid", "switches")
)
"""Without --columns: what every row has anyway, its switches and its delay."""
_DIGITS = 6
"""After the point: microseconds, and millionths of a core."""


def head(sample: MachineSample, rates: MachineRates | None, at_s: float) -> dict[str, Any]:
    """The machine, without rows. ``at_s``: seconds since the epoch."""
    around, traffic = sample.around, rates.traffic if rates else None
    return {
        "schema": 1,
        "at_ns": sample.at_ns,
        "time_s": round(at_s, 3),
        "cores": [_core(number, rates) for number in range(len(rates.cores))] if rates else [],
        "load": list(sample.load) if sample.load else None,
        "memory": {
            "total_bytes": sample.memory_total,
            "used_bytes": sample.memory_used,
            "available_bytes": sample.memory_available,
            "free_bytes": sample.memory_free,
            "shared_bytes": sample.memory_shared,
            "buffers_bytes": sample.memory_buffers,
            "cached_bytes": sample.memory_cached,
            "swap_total_bytes": sample.swap_total,
            "swap_used_bytes": sample.swap_used,
        },
        "tasks": {
            "processes": sample.processes,
            "threads": sample.threads,
            "kernel_threads": sample.kernel_threads,
            "running": sample.running,
        },
        "switches_per_s": rates.switches_per_s if rates else None,
        "interrupts_per_s": rates.interrupts_per_s if rates else None,
        "births_per_s": rates.births_per_s if rates else None,
        "pressure_cpu": sample.pressure_cpu,
        "pressure": asdict(around.pressure) if around and around.pressure else None,
        "network": [asdict(one) for one in traffic.interfaces] if traffic and traffic.interfaces is not None else None,
        "disks": [asdict(one) for one in traffic.disks] if traffic and traffic.disks is not None else None,
        "gpus": [asdict(one) for one in around.gpus] if around else [],
        "uptime_s": sample.uptime_s,
    }


def _core(number: int, rates: MachineRates) -> dict[str, Any]:
    load = rates.cores[number]
    parts = ("busy", "user", "system", "nice", "iowait", "steal", "irq")
    return {"core": number, **{part: getattr(load, part, None) for part in parts}}  # all null: it is offline


def row_of(row: TaskRow, columns: Iterable[Column]) -> dict[str, Any]:
    """A row: who it is, and these columns. A process as a whole has no tid."""
    found: dict[str, Any] = {"pid": row.id.pid, "tid": row.id.tid or None, "start": row.id.start}
    for column in columns:
        if column.key != "pid":  # of a thread that is its tid, which is there already
            value = column.value(row)
            found[column.json] = round(value, _DIGITS) if isinstance(value, float) else value
    return found


class Stream:
    """Makes one line a look."""

    def __init__(self, columns: Sequence[Column], threads: bool) -> None:
        self._columns = columns
        self._threads = threads
        self._kept: dict[RowId, tuple[TaskRow, str]] = {}
        """The text of each row of the last line."""

    def line(self, machine: dict[str, Any], rows: Sequence[TaskRow]) -> str:
        """The whole object in one line, its end included."""
        kept, self._kept = self._kept, {}
        parts: dict[bool, list[str]] = {False: [], True: []}
        for row in rows:
            before = kept.get(row.id)
            text = before[1] if before and before[0] is row else _encoded(row_of(row, self._columns))
            self._kept[row.id] = (row, text)
            parts[row.is_thread].append(text)
        lists = f'"processes": [{", ".join(parts[False])}]'
        if self._threads:
            lists += f', "threads": [{", ".join(parts[True])}]'
        return f"{_encoded(machine)[:-1]}, {lists}}}\n"


def _encoded(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def document(machine: dict[str, Any], rows: Sequence[TaskRow], columns: Sequence[Column], threads: bool) -> dict[str, Any]:
    """One look as one object. Threads stand beside the processes, not among them: their sum is in there already."""
    found = {**machine, "processes": [row_of(row, columns) for row in rows if not row.is_thread]}
    if threads:
        found["threads"] = [row_of(row, columns) for row in rows if row.is_thread]
    return found
