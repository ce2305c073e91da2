"""A worker as the screens show it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import count

from conclab.model.blocking import UNKNOWN, leading
from conclab.model.lanes import CELL_NS, Lane
from conclab.model.results import Counters
from conclab.model.tasks import Split, TaskId

RECENT_CELLS = 8
"""Figures beside a live lane are of the last two seconds."""

_NUMBERED = re.compile(r"w([1-9]\d{0,3})")


def slot_for(name: str, taken: Collection[int]) -> int:
    """Which of the worker colours a new worker has. Those that the runner numbers have their number's, in whatever order they
    appear: w2 is second in every run, and its letter is 2. Others have the first that nobody has."""
    numbered = _NUMBERED.fullmatch(name)
    wanted = int(numbered[1]) - 1 if numbered else 0
    return wanted if wanted not in taken else next(slot for slot in count() if slot not in taken)


@dataclass(frozen=True, slots=True)
class WorkerView:
    """A worker as the screens show it. Lives on through all repetitions under its name."""

    name: str
    slot: int
    """Which of the worker colours it has (``slot_for``)."""
    task: TaskId | None = None
    started_ns: int = 0
    ended_ns: int | None = None
    lane: Lane = Lane()
    voluntary_per_s: float | None = None
    involuntary_per_s: float | None = None
    core: int | None = None
    reported: Counters | None = None
    """What it said of its life when that had ended: exact, where samples are few or none."""
    life: Split = Split()
    """Of this life, as sampled so far; the kernel's own figures once it is ``settled``."""
    blocked: Mapping[str, int] = field(default_factory=dict)
    """The blocked nanoseconds of ``life`` by cause (``model.blocking``)."""
    cause: str = UNKNOWN
    """What it was blocked on last."""
    sampled: tuple[int, int] | None = None
    """From when to when its life has been sampled; None: not at all."""
    waited: Mapping[str, int] = field(default_factory=dict)
    """Announced waits (cause to nanoseconds) that have ended since the last sample, in which they are not yet counted."""
    settled: bool = False
    """Whether its own account has come, so that lane and sums are the kernel's and no sample changes them any more."""

    def recent(self) -> tuple[float, float, float] | None:
        """Where its time goes: (on a core, wanting one, blocked), of the last two seconds; of the whole life once that has ended.

        A worker lives once in each repetition: what it did in another arm never counts here. None while nothing is known yet.
        """
        if self.task is None:
            return None
        told = self.reported
        if told is not None and told.wall_ns and told.on_core_ns is not None and told.wants_core_ns is not None:
            return Split(told.wall_ns, told.on_core_ns, told.wants_core_ns).shares()
        return self.lane.recent(RECENT_CELLS, since=self.started_ns // CELL_NS).shares()

    def recent_cause(self) -> str | None:
        """What it was mostly blocked on, over the same time; None: it was not blocked."""
        if self.task is None:
            return None
        if self.settled:
            return leading(self.blocked)
        return leading(self.lane.recently_blocked(RECENT_CELLS, since=self.started_ns // CELL_NS))
