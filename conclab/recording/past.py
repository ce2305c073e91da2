"""A session with a past: one that can be put at any moment between its beginning and its end.

What a screen needs that goes through time: where one is, where one can go to, and what there was on the way. A run that was kept
(``replay.ReplaySession``), a recording of the monitor (``tape.open_tape``) and the last minutes of the session that is on
(``session.LiveSession.recent_session`` and ``recent_run``) all are one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from conclab.model.machine_state import MachineState
from conclab.model.run_state import RunState
from conclab.model.table_state import TableState
from conclab.model.timeline import Timeline
from conclab.recording.feed import Changes

_LONGEST_NS = 15_000_000_000
RUN, REPETITION, VERDICT = "run", "repetition", "verdict"
BEGAN, ENDED, TROUBLE, GAP = "began", "ended", "trouble", "gap"
"""Kinds of marks. BEGAN and ENDED: of a process of note. GAP: nothing is known of a while."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened. The text is harmless."""

    at_ns: int
    kind: str
    text: str


class Series(NamedTuple):
    """A figure that can be searched for spikes."""

    key: str
    title: str
    least: float
    """How far above the median a spike is at least, in the figure's own unit (``model.spikes``)."""


class Past(Protocol):
    """Everything in CLOCK_MONOTONIC nanoseconds, as the samples are stamped."""

    @property
    def position_ns(self) -> int:
        """The moment that the states are as of."""

    @property
    def start_ns(self) -> int: ...

    @property
    def end_ns(self) -> int:
        """Grows while it is live, with ``refresh``."""

    def refresh(self) -> bool:
        """Take in what has come since; whether the end has moved. The position stays. Cheap enough for every beat."""

    def seek(self, at_ns: int) -> Changes:
        """Be at a moment, or at the nearest that there is: everything up to it, and with its stamp, has happened."""

    def time_of_day(self, at_ns: int) -> float:
        """Seconds since 1970."""

    def events(self) -> Sequence[Mark]:
        """What happened, ascending."""

    def next_event(self, at_ns: int, step: int = 1) -> int | None:
        """When something happened next after a moment, or last before it (``step`` -1); None: nothing did."""

    def overview(self, cells: int) -> tuple[float | None, ...]:
        """The load of all cores, 0 to 1, in so many equal parts from start to end; of each part the highest. None: not known."""

    def series_names(self) -> tuple[Series, ...]:
        """What can be searched for spikes. Of tasks it is the maximum over all of them, with ``tasks:`` before the column's key."""

    def next_spike(self, series: str, at_ns: int, step: int = 1) -> int | None:
        """When the figure spiked next after a moment, or last before it; None: it did not. ``model.spikes`` says what a spike is.

        Raises KeyError when there is no such series.
        """

    @property
    def machine_state(self) -> MachineState: ...

    @property
    def table_state(self) -> TableState: ...

    @property
    def run_state(self) -> RunState: ...

    @property
    def timeline(self) -> Timeline: ...


def neighbour(stamps: Sequence[int], at_ns: int, step: int) -> int | None:
    """Of ascending stamps the next after a moment, or the last before it (``step`` -1)."""
    number = bisect_right(stamps, at_ns) if step > 0 else bisect_left(stamps, at_ns) - 1
    return stamps[number] if 0 <= number < len(stamps) else None


def highest(stamps: Sequence[int], values: Sequence[float | None], start_ns: int, end_ns: int, cells: int) -> list[float | None]:
    """The values in so many equal parts of a stretch, of each part the highest.

    A value is of the time before its stamp, so a part that has none takes the next one, when that is less than 15 s away.
    """
    found: list[float | None] = []
    for cell in range(cells):
        begin, end = (start_ns + (end_ns - start_ns) * (cell + more) // cells for more in (0, 1))
        first, stop = bisect_right(stamps, begin), bisect_right(stamps, end)
        if first == stop and stop < len(stamps) and stamps[stop] - end <= _LONGEST_NS:
            stop += 1
        found.append(max((value for value in values[first:stop] if value is not None), default=None))
    return found
