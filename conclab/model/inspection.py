"""One process watched closely: what each of its threads does, and which of them had which core when.

Folded from ``Inspection`` items like the state of a run from its batches, on the same cells of time, so that threads and cores lie
under one another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from conclab.model.lanes import MOST_CELLS, Lane, Owners, Track, cell_of, follow, split_over_cells
from conclab.model.table import RowId
from conclab.model.tasks import TaskBatch, TaskId, TaskSample
from conclab.model.worker_view import RECENT_CELLS

COLOURS = 8
"""Threads that can be told apart by their colour."""
_ALL_CELLS = 20_000
"""Cells kept of all threads together: of 64 threads more than a minute each, of a thousand the last fifteen seconds."""
_LEAST_CELLS = 60


@dataclass(frozen=True, slots=True)
class Inspection:
    """All threads of one process, read one after the other at about ``at_ns``."""

    at_ns: int
    id: RowId
    batch: TaskBatch
    waits: Mapping[int, str] = field(default_factory=dict)
    """By tid: what it was last seen waiting in. Of those that were asked; blank where that may not be known."""
    per_s: float = 10.0
    """How often it is read at present."""
    left_out: int = 0
    """Threads that there are beyond those read."""
    ended: bool = False
    """The process has ended; nothing more will come."""


@dataclass(frozen=True, slots=True)
class ThreadView:
    """A thread as the screen shows it."""

    task: TaskId
    name: str
    state: str = "?"
    lane: Lane = Lane()
    slot: int | None = None
    """Its colour; None: others are busier and have them all."""
    core: int | None = None
    """Where it ran last, as far as it has run since it is watched."""
    voluntary_per_s: float | None = None
    involuntary_per_s: float | None = None
    waits: str = ""

    @property
    def key(self) -> str:
        """How ``Owners`` call it."""
        return str(self.task.tid)

    def recent(self) -> tuple[float, float, float] | None:
        """(on a core, wanting one, blocked) of the last two seconds; None while nothing is known."""
        return self.lane.recent(RECENT_CELLS).shares()


@dataclass(frozen=True, slots=True)
class InspectionState:
    """What is known of the process that is watched; ``id`` None: of none."""

    id: RowId | None = None
    threads: Mapping[TaskId, ThreadView] = field(default_factory=dict)
    tracks: Mapping[TaskId, Track] = field(default_factory=dict)
    owners: tuple[Owners, ...] = ()
    having: Mapping[int, str] = field(default_factory=dict)
    """Core to the key of the thread that had it for longest between the last two looks."""
    now_ns: int = 0
    per_s: float = 0.0
    left_out: int = 0
    ended: bool = False

    def busiest(self) -> list[ThreadView]:
        """Threads by the time on a core over the last two seconds, then by the time that they wanted one, then by number."""

        def rank(view: ThreadView) -> tuple[int, int, int]:
            split = view.lane.recent(RECENT_CELLS)
            # In steps of four per cent: the order must not change with every breath.
            step = max(1, split.wall_ns // 25)
            return -(split.on_core_ns // step), -(split.wants_core_ns // step), view.task.tid

        return sorted(self.threads.values(), key=rank)


def fold_inspection(state: InspectionState, item: Inspection) -> InspectionState:
    """The state after one more look. Another process than before begins anew."""
    if item.id != state.id:
        state = InspectionState(id=item.id)
    if item.ended:
        return replace(state, now_ns=item.at_ns, ended=True, having={})
    threads: dict[TaskId, ThreadView] = {}
    tracks: dict[TaskId, Track] = {}
    owned: dict[int, dict[tuple[int, str], int]] = {}
    having: dict[int, tuple[int, str]] = {}
    most = max(_LEAST_CELLS, min(MOST_CELLS, _ALL_CELLS // max(1, len(item.batch.tasks))))
    for sample in item.batch.tasks:
        before, view = state.tracks.get(sample.task), state.threads.get(sample.task) or ThreadView(sample.task, sample.name)
        track, split = follow(before, sample)
        tracks[sample.task] = track
        lane, core = view.lane, None
        if split is not None and before is not None:
            core = sample.core if split.on_core_ns > 0 else None
            for cell, piece in split_over_cells(before.last.at_ns, split):
                lane = lane.with_split(cell, piece, core)
                if core is not None:
                    shares = owned.setdefault(cell, {})
                    shares[core, view.key] = shares.get((core, view.key), 0) + piece.on_core_ns
            if core is not None:
                having[core] = max(having.get(core, (0, "")), (split.on_core_ns, view.key))
        threads[sample.task] = _seen(view, sample, track, _trimmed(lane, most), core, item.waits)
    grown = replace(
        state,
        threads=threads,
        tracks=tracks,
        owners=_with_owners(state.owners, owned),
        having={core: key for core, (_on, key) in having.items()},
        now_ns=item.at_ns,
        per_s=item.per_s,
        left_out=item.left_out,
    )
    if cell_of(item.at_ns) == cell_of(state.now_ns):
        return grown
    return replace(grown, threads=_coloured(grown))  # once a cell is often enough


def _trimmed(lane: Lane, most: int) -> Lane:
    # Not at each cell: cutting makes a copy.
    return lane if len(lane.past) < most + most // 4 else Lane.of(lane.last(most))


def _seen(view: ThreadView, sample: TaskSample, track: Track, lane: Lane, core: int | None, waits: Mapping[int, str]) -> ThreadView:
    return ThreadView(
        task=view.task,
        name=sample.name,  # a thread may be given a name at any time
        state=sample.state,
        lane=lane,
        slot=view.slot,
        core=view.core if core is None else core,
        voluntary_per_s=track.voluntary_per_s,
        involuntary_per_s=track.involuntary_per_s,
        waits=waits.get(sample.task.tid, view.waits),
    )


def _with_owners(owners: tuple[Owners, ...], owned: Mapping[int, Mapping[tuple[int, str], int]]) -> tuple[Owners, ...]:
    """The ownership of cores with what one look has added, which reaches back over the cells since the look before."""
    if not owned:
        return owners
    by_cell = {one.cell: one.shares for one in owners[-MOST_CELLS:]}
    for cell, pieces in owned.items():
        shares = dict(by_cell.get(cell, {}))
        for key, nanoseconds in pieces.items():
            shares[key] = shares.get(key, 0) + nanoseconds
        by_cell[cell] = shares
    return tuple(Owners(cell, by_cell[cell]) for cell in sorted(by_cell)[-MOST_CELLS:])


def _coloured(state: InspectionState) -> Mapping[TaskId, ThreadView]:
    """Colours for the busiest. Who has one keeps it as long as it does anything: a colour that moves tells nothing."""
    holding = {view.slot: view for view in state.threads.values() if view.slot is not None}
    waiting = [view for view in state.threads.values() if view.slot is None and _active(view, RECENT_CELLS)]
    if not waiting:
        return state.threads
    free = [slot for slot in range(COLOURS) if slot not in holding]
    idle = [slot for slot, view in holding.items() if slot is not None and not _active(view, _LEAST_CELLS)]
    changed = dict(state.threads)
    for view in sorted(waiting, key=lambda one: (-one.lane.recent(RECENT_CELLS).on_core_ns, one.task.tid)):
        if free:
            slot = free.pop(0)
        elif idle:
            slot = idle.pop(0)
            loser = holding[slot]
            changed[loser.task] = replace(loser, slot=None)
        else:
            break
        changed[view.task] = replace(changed[view.task], slot=slot)
    return changed


def _active(view: ThreadView, cells: int) -> bool:
    """Whether it has been on a core for at least a hundredth of its last cells."""
    split = view.lane.recent(cells)
    return split.on_core_ns * 100 > split.wall_ns


def newest_cell(state: InspectionState) -> int:
    """The newest whole cell: the one before that which is being filled."""
    return cell_of(state.now_ns) - 1


def cores_of(state: InspectionState, cores: int, most: int) -> Sequence[int]:
    """The cores for the strip: all where there are few; else those that its threads had, the most used first, in order."""
    if cores <= most:
        return range(cores)
    used: dict[int, int] = {}
    for one in state.owners:
        for (core, _key), nanoseconds in one.shares.items():
            used[core] = used.get(core, 0) + nanoseconds
    return sorted(sorted(used, key=lambda core: (-used[core], core))[:most])
