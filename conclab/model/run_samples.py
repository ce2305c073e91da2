"""One batch of samples folded into what is known of the workers: their lanes and lives, and who had each core."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conclab.model.blocking import cause_of, lock_cause
from conclab.model.lanes import Had, Owners, Track, Tracks, add_owners, follow, over_cells
from conclab.model.lives import lived, within
from conclab.model.locks import Locks, waits_for
from conclab.model.tasks import TaskBatch, TaskId
from conclab.model.worker_view import WorkerView


@dataclass(frozen=True, slots=True)
class Watched:
    """What a batch changes."""

    workers: Mapping[str, WorkerView]
    tracks: Tracks
    owners: tuple[Owners, ...]
    having: Mapping[int, str]
    """Core to worker, as of this batch."""


def fold_batch(
    batch: TaskBatch,
    workers: Mapping[str, WorkerView],
    tracks: Tracks,
    owners: tuple[Owners, ...],
    gil: bool | None,
    locks: Locks,
) -> Watched:
    """The workers after one more batch. ``gil``: whether their interpreter has a GIL that is on."""
    grown: dict[TaskId, Track] = {}
    changed = dict(workers)
    having: dict[int, tuple[int, str]] = {}
    had: Had = {}
    carried = _carried(workers)
    waits = waits_for(locks)
    for sample in batch.tasks:
        before = tracks.get(sample.task)
        track, split = follow(before, sample)
        grown[sample.task] = track
        if split is None or before is None:
            continue
        for name in carried.get(sample.task, ()):
            view, start_ns, piece = changed[name], before.last.at_ns, split
            if start_ns < view.started_ns or view.ended_ns is not None:
                start_ns, piece = within(start_ns, split, view.started_ns, view.ended_ns)
                if piece.wall_ns <= 0:
                    continue
            core = sample.core if piece.on_core_ns > 0 else None
            lock, waiting = waits.get(name), None
            cause = cause_of(sample, gil, lock.name if lock is not None else None)
            if lock is not None and cause == lock_cause(lock.name):
                waiting = lock.name, lock.waiting[name]
            changed[name] = lived(view, start_ns, piece, core, cause, track, waiting)
            if core is None:
                continue
            for cell, on_core_ns in over_cells(start_ns, start_ns + piece.wall_ns, piece.on_core_ns):
                shares = had.get(cell)
                if shares is None:
                    shares = had[cell] = {}
                owner = core, name
                shares[owner] = shares.get(owner, 0) + on_core_ns
            having[core] = max(having.get(core, (0, "")), (piece.on_core_ns, name))
    return Watched(changed, grown, add_owners(owners, had), {core: name for core, (_on, name) in having.items()})


def _carried(workers: Mapping[str, WorkerView]) -> dict[TaskId, list[str]]:
    """The workers by their tasks. One task may carry several, one after another (a sequential run)."""
    found: dict[TaskId, list[str]] = {}
    for view in workers.values():
        if view.task is not None and not view.settled:
            found.setdefault(view.task, []).append(view.name)
    return found
