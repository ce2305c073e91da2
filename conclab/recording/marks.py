"""What is worth a mark on the line of a past: where a run stood, processes of note, and times of which nothing is known."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.model import figures
from conclab.model.events import Event, RunFinished, RunStarted, StepStarted
from conclab.model.results import OK
from conclab.model.table import RowId, TaskRow, TaskTable
from conclab.model.text import harmless
from conclab.recording.past import BEGAN, ENDED, GAP, REPETITION, RUN, VERDICT, Mark

OF_NOTE_S = 1.0
"""CPU time from which on a process is of note: thousands that live for a moment would bury the others."""
_GAP = 3.0
"""Paces without a look from which on it is told; and at least … """
_LEAST_GAP_NS = 5_000_000_000
_MOST_YOUNG = 5_000
_LONGEST = 60


def mark_of(event: Event) -> Mark | None:
    """The mark of an event of a run; None: it is not worth one."""
    if isinstance(event, RunStarted):
        return Mark(event.at_ns, RUN, harmless(f"{event.title}: the run begins"))
    if isinstance(event, StepStarted):
        return Mark(
            event.at_ns, REPETITION, harmless(f"{event.arm.name}{' (control)' if event.control else ''}, {event.round + 1}")
        )
    if isinstance(event, RunFinished):
        verdict = event.verdict
        told = verdict.statement if verdict is not None else "over" if event.outcome == OK else event.outcome
        return Mark(event.at_ns, VERDICT, harmless(told))
    return None


class Watch:
    """Tells of processes of note and of gaps, table by table."""

    def __init__(self) -> None:
        self._young: dict[RowId, int] = {}
        """Who has come since, and when, and has not done much yet."""
        self._at_ns: int | None = None
        self._pace_ns = 0

    def marks(self, table: TaskTable, changed: Sequence[TaskRow]) -> list[Mark]:
        """Of one more table, whose ``changed`` rows are these. A beginning is told once the process has turned
        out to be of note, so its mark may lie before others that were told already."""
        found: list[Mark] = []
        if self._at_ns is not None:
            gap_ns = table.at_ns - self._at_ns
            if self._pace_ns and gap_ns > max(_LEAST_GAP_NS, _GAP * self._pace_ns):
                found.append(Mark(table.at_ns, GAP, f"nothing is known of the {figures.duration(gap_ns)} before"))
            self._pace_ns = gap_ns
        self._at_ns = table.at_ns
        for id in table.born:
            if not id.tid and len(self._young) < _MOST_YOUNG:
                self._young[id] = table.at_ns
        if self._young:
            for row in changed:
                if row.id in self._young and (row.cpu_time_s or 0.0) >= OF_NOTE_S:
                    found.append(Mark(self._young.pop(row.id), BEGAN, f"{_named(row)} began"))
        for row in table.ended:
            began = self._young.pop(row.id, None)
            if not row.id.tid and (row.cpu_time_s or 0.0) >= OF_NOTE_S:
                if began is not None:
                    found.append(Mark(began, BEGAN, f"{_named(row)} began"))
                took = figures.duration(round((row.cpu_time_s or 0.0) * 1e9))
                found.append(Mark(table.at_ns, ENDED, f"{_named(row)} ended, after {took} of CPU time"))
        return found


def _named(row: TaskRow) -> str:
    return f"{harmless(row.name)[:_LONGEST]} ({row.id.pid})"
