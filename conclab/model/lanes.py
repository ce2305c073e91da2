"""Time as a row of cells: what each worker did, which worker had each core, and how busy each core was.

A cell is a fixed stretch of the monotonic clock (``CELL_NS``), numbered by ``at // CELL_NS``, so the cells of cores and of workers
lie exactly under one another whatever their samples' pace. Everything is immutable; what grows is bounded by ``MOST_CELLS``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from conclab.model.blocking import UNKNOWN
from conclab.model.machine import CoreLoad, MachineSample, core_load
from conclab.model.tasks import Debt, Split, TaskId, TaskSample, split_between

CELL_NS = 250_000_000
MOST_CELLS = 600
"""Two and a half minutes."""
_RATE_WINDOW_NS = 1_000_000_000
_LEAST_RATE_NS = 250_000_000
"""Switches a second are of the last second or so; of a worker that is younger, of its life, but not of its first instant."""


def cell_of(at_ns: int) -> int:
    return at_ns // CELL_NS


@dataclass(frozen=True, slots=True)
class CoreHistory:
    """How busy one core was: ``busy[i]`` belongs to cell ``first + i``."""

    first: int = 0
    busy: tuple[float | None, ...] = ()
    load: CoreLoad | None = None
    """The latest, in its parts."""

    def at(self, cell: int) -> float | None:
        index = cell - self.first
        return self.busy[index] if 0 <= index < len(self.busy) else None


Piece = tuple[int, int, float | None]
"""From a cell up to another, which is not in it: one value for all of them."""


def with_cells(first: int, values: tuple[float | None, ...], pieces: Iterable[Piece]) -> tuple[int, tuple[float | None, ...]]:
    """Cells, the first of which has this number, and more of them: the number of the first that is kept, and those that are.

    After a gap they begin anew: what lies before it would be in the wrong place.
    """
    more: list[float | None] = []
    for start, stop, value in pieces:
        if start != first + len(values) + len(more):
            first, values, more = start, (), []
        more += (value,) * (stop - start)
    values = (*values, *more)
    cut = max(0, len(values) - MOST_CELLS)
    return first + cut, values[cut:]


def cells_between(before: MachineSample, after: MachineSample) -> tuple[int, int]:
    """From which cell up to which two samples tell something, as many as are kept; none when the second is not the higher."""
    stop = cell_of(after.at_ns)
    return max(cell_of(before.at_ns), stop - MOST_CELLS), stop


def extend_cores(histories: tuple[CoreHistory, ...], samples: Sequence[MachineSample]) -> tuple[CoreHistory, ...]:
    """The histories with the times between samples. Where one spans several cells it fills them all alike."""
    grown: list[tuple[CoreHistory, list[Piece]]] = [(history, []) for history in histories]
    loads: list[CoreLoad | None] = [history.load for history in histories]
    anything = False
    for before, after in pairwise(samples):
        start, stop = cells_between(before, after)
        if stop <= start:
            continue
        anything = True
        if len(grown) != len(after.cores):
            grown = [(CoreHistory(start), []) for _ in after.cores]
        loads = [core_load(old, new) if old and new else None for old, new in zip(before.cores, after.cores, strict=False)]
        del grown[len(loads) :]
        for (_history, pieces), load in zip(grown, loads, strict=True):
            pieces.append((start, stop, load.busy if load else None))
    if not anything:
        return histories
    found = zip(grown, loads, strict=True)
    return tuple(CoreHistory(*with_cells(history.first, history.busy, pieces), load) for (history, pieces), load in found)


def over_cells(start_ns: int, end_ns: int, amount: int) -> list[tuple[int, int]]:
    """An amount that belongs to a stretch of time, divided over its cells by how much of it lies in each; the sum is kept."""
    first = start_ns // CELL_NS
    last = (end_ns - 1) // CELL_NS if end_ns > start_ns else first
    if first == last:
        return [(first, amount)]
    pieces, given = [], 0
    for cell in range(first, last + 1):
        reached = min(end_ns, (cell + 1) * CELL_NS) - start_ns
        upto = amount if cell == last else amount * reached // (end_ns - start_ns)
        pieces.append((cell, upto - given))
        given = upto
    return pieces


def split_over_cells(start_ns: int, split: Split) -> list[tuple[int, Split]]:
    """A split that begins at ``start_ns``, divided over the cells that it reaches across."""
    end_ns = start_ns + split.wall_ns
    first = cell_of(start_ns)
    if first == cell_of(max(start_ns, end_ns - 1)):
        return [(first, split)]
    on_core, wants = (over_cells(start_ns, end_ns, part) for part in (split.on_core_ns, split.wants_core_ns))
    pieces, owed = [], 0
    for number, (cell, wall) in enumerate(over_cells(start_ns, end_ns, split.wall_ns)):
        # Both are rounded apart and may be a nanosecond too much together: the next cell gets it, or in the end the emptiest.
        due = wants[number][1] + owed
        given = min(due, wall - on_core[number][1])
        owed = due - given
        pieces.append((cell, Split(wall, on_core[number][1], given)))
    if owed:
        number = max(range(len(pieces)), key=lambda one: pieces[one][1].blocked_ns)
        pieces[number] = (pieces[number][0], pieces[number][1] + Split(0, 0, owed))
    return pieces


@dataclass(frozen=True, slots=True)
class LaneCell:
    """What one worker did in one cell. It may have lived in only a part of it."""

    cell: int
    split: Split
    core: int | None
    """The core it last ran on in that cell."""
    blocked_on: str = UNKNOWN
    """What it was last blocked on in that cell (``model.blocking``)."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One worker's row of cells. Cells in which it did not live are missing."""

    past: tuple[LaneCell, ...] = ()
    """All but the latest, so that they need not be listed anew with every sample."""
    latest: LaneCell | None = None

    @classmethod
    def of(cls, cells: Sequence[LaneCell]) -> Lane:
        """The lane with these cells, which are in order."""
        return cls(tuple(cells[:-1]), cells[-1]) if cells else cls()

    @property
    def cells(self) -> tuple[LaneCell, ...]:
        """All of them, the oldest first."""
        return () if self.latest is None else (*self.past, self.latest)

    def last(self, count: int) -> tuple[LaneCell, ...]:
        """The last so many of them (1 at least); cheaper than all."""
        return () if self.latest is None else (*(self.past[1 - count :] if count > 1 else ()), self.latest)

    def with_split(self, cell: int, split: Split, core: int | None, blocked_on: str = UNKNOWN) -> Lane:
        """One more piece of the worker's time; cells come in order."""
        blocked_on = blocked_on if split.blocked_ns > 0 else UNKNOWN
        last = self.latest
        if last is None:
            return Lane((), LaneCell(cell, split, core, blocked_on))
        if last.cell == cell:
            merged = LaneCell(cell, last.split + split, core if core is not None else last.core, blocked_on or last.blocked_on)
            return Lane(self.past, merged)
        return Lane((*self.past[2 - MOST_CELLS :], last), LaneCell(cell, split, core, blocked_on))

    def recent(self, cells: int, since: int = 0) -> Split:
        """The last ``cells`` cells that it lived in, added up, but none before the cell ``since``."""
        wall = on_core = wants = 0
        for cell in self.last(cells):
            if cell.cell >= since:
                split = cell.split
                wall, on_core, wants = wall + split.wall_ns, on_core + split.on_core_ns, wants + split.wants_core_ns
        return Split(wall, on_core, wants)

    def recently_blocked(self, cells: int, since: int = 0) -> dict[str, int]:
        """Blocked nanoseconds of the same cells by what it was last blocked on in each."""
        total: dict[str, int] = {}
        for cell in self.last(cells):
            if cell.cell >= since:
                total[cell.blocked_on] = total.get(cell.blocked_on, 0) + cell.split.blocked_ns
        return total


def cores_used(lanes: Sequence[Lane]) -> float | None:
    """Cores that the tasks of these lanes kept busy over the last second; None until a whole cell has been sampled."""
    sampled = [cell for lane in lanes for cell in lane.last(6)]
    if not sampled:
        return None
    # The newest cell is still being filled, and the first of all began somewhere in its middle.
    begun = min(cell.cell for lane in lanes for cell in lane.past[:1] or lane.last(1))
    newest = max(cell.cell for cell in sampled)
    first = max(begun + 1, newest - 4)
    if first >= newest:
        return None
    on_core = sum(cell.split.on_core_ns for cell in sampled if first <= cell.cell < newest)
    return on_core / ((newest - first) * CELL_NS)


@dataclass(frozen=True, slots=True)
class Owners:
    """Who had each core in one cell: on-core nanoseconds by (core, worker)."""

    cell: int
    shares: Mapping[tuple[int, str], int] = field(default_factory=dict)

    def of(self, core: int) -> tuple[str, int] | None:
        """The worker that had the core for longest, and for how long; None when none had it."""
        found = [(nanoseconds, worker) for (owned, worker), nanoseconds in self.shares.items() if owned == core]
        if not found:
            return None
        nanoseconds, worker = max(found, key=lambda pair: (pair[0], pair[1]))
        return worker, nanoseconds


Had = dict[int, dict[tuple[int, str], int]]
"""By cell: on-core nanoseconds by (core, worker)."""


def add_owners(owners: tuple[Owners, ...], had: Had) -> tuple[Owners, ...]:
    """The ownership of cores with more pieces. Their cells are among the latest or new; each is there once, in order."""
    if not had:
        return owners
    kept, first = len(owners), min(had)
    while kept and owners[kept - 1].cell >= first:
        kept -= 1
    latest = {one.cell: one.shares for one in owners[kept:]}
    for cell, shares in had.items():
        merged = dict(latest.get(cell, {}))
        for owner, on_core_ns in shares.items():
            merged[owner] = merged.get(owner, 0) + on_core_ns
        latest[cell] = merged
    return (*owners[:kept], *(Owners(cell, latest[cell]) for cell in sorted(latest)))[-MOST_CELLS:]


@dataclass(frozen=True, slots=True)
class Track:
    """What is remembered of one task between two samples."""

    last: TaskSample
    debt: Debt = Debt()
    rate_from: TaskSample | None = None
    voluntary_per_s: float | None = None
    involuntary_per_s: float | None = None


def follow(track: Track | None, sample: TaskSample) -> tuple[Track, Split | None]:
    """The track with one more sample, and the split of the time since the last; None with the first or without counters."""
    if track is None:
        return Track(sample, rate_from=sample), None
    found = split_between(track.last, sample, track.debt)
    split, debt = found if found else (None, track.debt)
    start, voluntary, involuntary = track.rate_from, track.voluntary_per_s, track.involuntary_per_s
    if start is None or start.voluntary is None or start.involuntary is None:
        start = sample
    elif sample.at_ns - start.at_ns >= _LEAST_RATE_NS and sample.voluntary is not None and sample.involuntary is not None:
        seconds = (sample.at_ns - start.at_ns) / 1e9
        voluntary = (sample.voluntary - start.voluntary) / seconds
        involuntary = (sample.involuntary - start.involuntary) / seconds
        if sample.at_ns - start.at_ns >= _RATE_WINDOW_NS:
            start = sample
    return Track(sample, debt, start, voluntary, involuntary), split


Tracks = Mapping[TaskId, Track]
