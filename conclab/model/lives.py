"""A worker's life put together from samples, and in the end from its own account, so that its sums are the kernel's.

Samples come some ten times a second: a worker lives a little before its first one and after its last one, and one that is born and
dies between two has none at all. Its own account (``WorkerFinished``), read from the kernel's counters when it began and when it
ended, is of the whole life. What it holds more than was sampled lies in those stretches, and is put there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from conclab.model.blocking import add_causes, lock_cause, to_sum
from conclab.model.lanes import MOST_CELLS, Lane, LaneCell, Track, cell_of, over_cells, split_over_cells
from conclab.model.results import Counters
from conclab.model.tasks import Split
from conclab.model.worker_view import WorkerView

MOST_LIVES = 5_000


@dataclass(frozen=True, slots=True)
class Life:
    """Where one worker's time went in one repetition."""

    arm: str
    python: str
    """Path of the interpreter."""
    round: int
    control: bool
    worker: str
    split: Split
    blocked: Mapping[str, int]
    """Blocked nanoseconds by cause; adds up to ``split.blocked_ns``."""
    exact: bool
    """Whether the split is the kernel's own account, not only sampled. Causes are always sampled."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Where the time of many lives went."""

    lives: int = 0
    split: Split = Split()
    blocked: Mapping[str, int] = field(default_factory=dict)

    def with_lives(self, lives: Sequence[Life]) -> Shares:
        return Shares(
            self.lives + len(lives),
            sum((life.split for life in lives), self.split),
            add_causes([self.blocked, *(life.blocked for life in lives)]),
        )


def within(start_ns: int, split: Split, from_ns: int, to_ns: int | None) -> tuple[int, Split]:
    """The part of a sampled piece that lies in a life: its start, and its split in proportion; a wall of 0 where none does."""
    first = max(start_ns, from_ns)
    last = start_ns + split.wall_ns if to_ns is None else min(start_ns + split.wall_ns, to_ns)
    wall = max(0, last - first)
    if wall == split.wall_ns:
        return start_ns, split
    return first, Split(wall, split.on_core_ns * wall // split.wall_ns, split.wants_core_ns * wall // split.wall_ns)


def waited(view: WorkerView, lock: str, ended_ns: int, waited_ns: int, untold_ns: int) -> WorkerView:
    """The view once a wait for an announced lock has ended. What of it was sampled while it lasted is in the books already."""
    since = max(ended_ns - waited_ns, view.sampled[1] if view.sampled else view.started_ns)
    cause = lock_cause(lock)
    more = max(0, ended_ns - since) + untold_ns
    return replace(view, waited={**view.waited, cause: view.waited.get(cause, 0) + more})


def _by_announcement(blocked: Mapping[str, int], amount: int, waits: Mapping[str, int]) -> tuple[dict[str, int], int]:
    """Blocked time by cause with that of announced waits, as far as ``amount`` reaches, and what is left of that."""
    grown = dict(blocked)
    for cause, nanoseconds in waits.items():
        part = min(amount, nanoseconds)
        if part > 0:
            grown[cause] = grown.get(cause, 0) + part
            amount -= part
    return grown, amount


def lived(
    view: WorkerView,
    start_ns: int,
    split: Split,
    core: int | None,
    cause: str,
    track: Track,
    waiting: tuple[str, int] | None = None,
) -> WorkerView:
    """The view with one more sampled piece, and the switches that ``track`` tells of.

    ``cause``: what it slept in at the end of it, UNKNOWN if it did not sleep then. ``waiting``: the announced lock that it waits
    for at the end, and since when. Announced waits come first; the rest of the blocked time goes to that cause, or to what it was
    blocked on last.
    """
    waits: Mapping[str, int] = view.waited
    if waiting is not None:
        lock, since_ns = lock_cause(waiting[0]), max(start_ns, waiting[1])
        waits = {**waits, lock: waits.get(lock, 0) + max(0, start_ns + split.wall_ns - since_ns)}
    blocked, rest = view.blocked, split.blocked_ns
    most = cause = cause or view.cause
    if waits:
        blocked, rest = _by_announcement(blocked, rest, waits)
        if 2 * rest < split.blocked_ns:
            most = max(waits, key=lambda one: waits[one])
    lane = view.lane
    if cell_of(start_ns) == cell_of(start_ns + split.wall_ns - 1):
        lane = lane.with_split(cell_of(start_ns), split, core, most)
    else:
        for cell, piece in split_over_cells(start_ns, split):
            lane = lane.with_split(cell, piece, core, most)
    if rest:
        blocked = {**blocked, cause: blocked.get(cause, 0) + rest}
    first = view.sampled[0] if view.sampled else start_ns
    # Done for every sample of every worker, so not by ``replace``, which takes three times as long.
    return WorkerView(
        view.name,
        view.slot,
        view.task,
        view.started_ns,
        view.ended_ns,
        lane,
        view.voluntary_per_s if track.voluntary_per_s is None else track.voluntary_per_s,
        view.involuntary_per_s if track.involuntary_per_s is None else track.involuntary_per_s,
        core if core is not None else view.core,
        view.reported,
        view.life + split,
        blocked,
        cause,
        (first, start_ns + split.wall_ns),
        settled=view.settled,
    )


def settle(view: WorkerView, told: Counters, started_ns: int, ended_ns: int) -> WorkerView:
    """The view once its life is over and its account has come; unchanged where that lacks a part."""
    if told.wall_ns is None or told.on_core_ns is None or told.wants_core_ns is None:
        return view
    life = Split(told.wall_ns, told.on_core_ns, told.wants_core_ns)
    wall, on_core, wants = (
        life.wall_ns - view.life.wall_ns,
        life.on_core_ns - view.life.on_core_ns,
        life.wants_core_ns - view.life.wants_core_ns,
    )
    first, last = view.sampled or (ended_ns, ended_ns)
    head, tail = max(0, first - started_ns), max(0, ended_ns - last)
    # Both are the rest to within the microseconds between an announcement and the account that it announces.
    tail = wall - head
    if tail < 0:
        head, tail = max(0, wall), 0
    unseen = [*over_cells(started_ns, started_ns + head, head), *over_cells(ended_ns - tail, ended_ns, tail)]
    lane = _amended(view, [(cell, ns) for cell, ns in unseen if ns > 0], on_core, wants, cell_of(started_ns))
    blocked, _rest = _by_announcement(view.blocked, max(0, life.blocked_ns - view.life.blocked_ns), view.waited)
    return replace(
        view,
        lane=_cut(lane, -wall, cell_of(started_ns)) if wall < 0 else lane,
        life=life,
        blocked=to_sum(blocked, life.blocked_ns, view.cause),
        settled=True,
    )


def _amended(view: WorkerView, unseen: list[tuple[int, int]], on_core: int, wants: int, since: int) -> Lane:
    """The lane with the stretches that were not sampled, and so much more or less on-core and wanting time in this life: in those
    stretches if they have room for it, else where it was sampled, latest first."""
    cells = {cell.cell: cell for cell in view.lane.cells}
    for number, wall in unseen:
        cell = cells.get(number) or LaneCell(number, Split(), None)
        cells[number] = replace(cell, split=cell.split + Split(wall), blocked_on=cell.blocked_on or view.cause)
    rooms = dict(unseen)
    order = [*rooms, *(number for number in sorted(cells, reverse=True) if number >= since and number not in rooms)]
    split = {number: cells[number].split for number in order}
    for part, amount in sorted((("on_core_ns", on_core), ("wants_core_ns", wants)), key=lambda pair: pair[1]):
        amount -= _hand_out(split, part, amount, rooms)
        _hand_out(split, part, amount, {})
    amended = {**cells, **{number: replace(cells[number], split=split[number]) for number in order}}
    return Lane.of([amended[number] for number in sorted(amended)][-MOST_CELLS:])


def _cut(lane: Lane, wall: int, since: int) -> Lane:
    """The lane with so much less blocked time in this life: of the cells that have the most of it."""
    cells = list(lane.cells)
    for index in sorted(range(len(cells)), key=lambda index: -cells[index].split.blocked_ns):
        if cells[index].cell >= since and wall > 0:
            less = max(0, min(wall, cells[index].split.blocked_ns))
            cells[index] = replace(cells[index], split=cells[index].split + Split(-less))
            wall -= less
    return Lane.of(cells)


def _hand_out(split: dict[int, Split], part: str, amount: int, rooms: Mapping[int, int]) -> int:
    """Add an amount to one part of these cells (those of ``rooms``, in proportion, or else all in their order), as far as there is
    blocked time to take it from; a negative one is taken away as far as there is any. Returns how much that was."""
    done, through, in_all = 0, 0, sum(rooms.values())
    for number in rooms or split:
        has = split[number]
        through += rooms.get(number, 0)
        due = (amount * through // in_all if rooms else amount) - done
        given = min(due, max(0, has.blocked_ns)) if amount > 0 else max(due, -int(getattr(has, part)))
        split[number] = replace(has, **{part: getattr(has, part) + given})
        done += given
    return done


def to_account(parts: Sequence[int], room: Sequence[int], unseen: Sequence[bool], total: int) -> list[int]:
    """One part (on a core, say) of the pieces of a life, each within its room, so that they add up to the account's ``total`` if
    there is room for that: what is missing goes to those ``unseen`` by any sample first, in proportion to their room; then, for a
    sample may be a whole wait off, to the others, from the last one on."""
    fitted = [max(0, min(part, most)) for part, most in zip(parts, room, strict=True)]
    missing = total - sum(fitted)
    space = sum(most for most, blank in zip(room, unseen, strict=True) if blank)
    if missing > 0 and space:
        given = min(missing, space)
        fitted = [given * most // space if blank else part for part, most, blank in zip(fitted, room, unseen, strict=True)]
    missing = total - sum(fitted)
    for number in reversed(range(len(fitted))):
        if not missing:
            break
        change = max(-fitted[number], min(missing, room[number] - fitted[number]))
        fitted[number] += change
        missing -= change
    return fitted


def life_of(view: WorkerView, arm: str, python: str, round: int, control: bool) -> Life:
    """A view's life for the books."""
    return Life(arm, python, round, control, view.name, view.life, dict(view.blocked), view.settled)
