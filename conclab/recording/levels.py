"""The figures of a past that are looked at over the whole of it: its overview, and where it spiked.

A figure that is not known at a moment is None then. Of tasks it is the highest of all processes at that moment; threads are in the
figures of their processes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter

from conclab.model.machine_state import MachineState, levels
from conclab.model.spikes import spikes
from conclab.model.table import TaskRow
from conclab.recording.past import Series, highest, neighbour

_MEGABYTE = 1024.0**2

MACHINE = (
    Series("cpu", "load of all cores", 0.10),
    Series("memory", "memory used", 0.02),
    Series("switches", "switches a second", 500.0),
    Series("pressure", "pressure (PSI)", 0.02),
    Series("disk", "busiest disk", 0.10),
    Series("read", "read from disks", _MEGABYTE),
    Series("written", "written to disks", _MEGABYTE),
    Series("received", "received from the network", _MEGABYTE),
    Series("sent", "sent to the network", _MEGABYTE),
)
TASKS_PREFIX = "tasks:"
_FIELDS: Mapping[str, str] = {
    "cpu": "cpu_share",
    "delay": "delay_share",
    "vcs": "voluntary_per_s",
    "ics": "involuntary_per_s",
    "mig": "migrations_per_s",
    "minflt": "minor_faults_per_s",
    "majflt": "major_faults_per_s",
    "read": "read_bytes_per_s",
    "write": "write_bytes_per_s",
    "res": "resident_bytes",
}
"""Columns of the monitor (``model.columns``) and their fields of TaskRow."""
TASKS = (
    Series("tasks:cpu", "CPU of the busiest process", 0.10),
    Series("tasks:delay", "longest wait for a core", 0.05),
    Series("tasks:vcs", "most voluntary switches", 200.0),
    Series("tasks:ics", "most involuntary switches", 100.0),
    Series("tasks:mig", "most migrations", 20.0),
    Series("tasks:minflt", "most minor faults", 1_000.0),
    Series("tasks:majflt", "most major faults", 10.0),
    Series("tasks:read", "who reads most", _MEGABYTE),
    Series("tasks:write", "who writes most", _MEGABYTE),
    Series("tasks:res", "largest process", 16 * _MEGABYTE),
)
SERIES: Mapping[str, Series] = {one.key: one for one in (*MACHINE, *TASKS)}
_PLACES = tuple(attrgetter(_FIELDS[one.key.removeprefix(TASKS_PREFIX)]) for one in TASKS)

Figures = tuple[float | None, ...]
Known = tuple[int, Figures]
"""Figures, and their stamp."""


def load_of(state: MachineState) -> float | None:
    """The share of all cores that was busy between the last two samples; None before the second one."""
    known = [core.load.busy for core in state.cores if core.load is not None]
    return sum(known) / len(known) if known else None


def machine_figures(state: MachineState) -> Figures:
    """One of each of ``MACHINE``, after a sample was folded."""
    found: dict[str, float | None] = {"cpu": load_of(state)}
    if state.sample is not None:
        found |= levels(state.sample, state.rates)
    if state.rates is not None:
        found["switches"] = state.rates.switches_per_s
    return tuple(found.get(one.key) for one in MACHINE)


def task_figures(rows: Iterable[TaskRow]) -> Figures:
    """One of each of ``TASKS``."""
    processes = [row for row in rows if not row.id.tid]
    return tuple(max((value for value in map(place, processes) if value is not None), default=None) for place in _PLACES)


class Curves:
    """Figures over a time: those of the machine and those of its tasks, each with stamps of its own, ascending."""

    def __init__(self, machine: Sequence[Known], tasks: Callable[[], Sequence[Known]] = tuple) -> None:
        """``tasks``: called when somebody asks for one of them, for it may have to go through all rows of all tables."""
        self._stamps: dict[tuple[Series, ...], list[int]] = {MACHINE: [at for at, _row in machine]}
        self._rows: dict[tuple[Series, ...], list[Figures]] = {MACHINE: [row for _at, row in machine]}
        self._tasks = tasks
        self._spikes: dict[str, list[int]] = {}

    def overview(self, start_ns: int, end_ns: int, cells: int) -> tuple[float | None, ...]:
        """The load of all cores in so many equal parts, of each the highest."""
        return tuple(highest(self._stamps[MACHINE], self._column(MACHINE, SERIES["cpu"]), start_ns, end_ns, cells))

    def names(self) -> tuple[Series, ...]:
        """The figures that are known at some moment."""
        return tuple(
            one for kind in (MACHINE, TASKS) for one in kind if any(value is not None for value in self._column(kind, one))
        )

    def next_spike(self, key: str, at_ns: int, step: int) -> int | None:
        """When a figure spiked next, or last before. Raises KeyError when there is no such figure."""
        if key not in self._spikes:
            one = SERIES[key]
            kind = TASKS if one in TASKS else MACHINE
            column = self._column(kind, one)
            self._spikes[key] = [self._stamps[kind][number] for number in spikes(column, one.least)]
        return neighbour(self._spikes[key], at_ns, step)

    def _column(self, kind: tuple[Series, ...], one: Series) -> list[float | None]:
        if kind not in self._rows:
            known = self._tasks()
            self._stamps[TASKS], self._rows[TASKS] = [at for at, _row in known], [row for _at, row in known]
        place = kind.index(one)
        return [row[place] for row in self._rows[kind]]
