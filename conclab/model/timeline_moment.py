"""One moment of the timeline: what a worker did then and around it, who had each core, where the next event is. All by look-ups."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from conclab.model import slices as exactly
from conclab.model.blocking import lock_cause
from conclab.model.run_state import CARRIER
from conclab.model.slices import UNKNOWN, Doing, TaskSlices
from conclab.model.timeline import MARK_AT, MARK_KIND, MARK_TEXT, NO_CORE, Exact, Life, Mark, Row, Timeline


@dataclass(frozen=True, slots=True)
class Piece:
    """What was sampled of a worker between two looks at it."""

    start_ns: int
    end_ns: int
    on_ns: int
    wants_ns: int
    core: int | None
    cause: str

    @property
    def blocked_ns(self) -> int:
        return self.end_ns - self.start_ns - self.on_ns - self.wants_ns


@dataclass(frozen=True, slots=True)
class Near:
    """What came before a moment's state or comes after it. ``length_ns`` None: it is not known to end."""

    doing: Doing
    length_ns: int | None
    core: int | None = None


@dataclass(frozen=True, slots=True)
class Now:
    """What a worker did at one moment."""

    worker: str
    exact: bool
    doing: Doing | None = None
    """None: sampled; then ``piece`` says how the time around it was divided."""
    core: int | None = None
    since_ns: int | None = None
    until_ns: int | None = None
    before: Near | None = None
    after: Near | None = None
    ended: int | None = None
    """Why the slice that it is in ended, or the one before: as in ``TaskSlices.ended``."""
    waker: str = ""
    """Who woke it up, or will."""
    cause: str = ""
    """What it was blocked on, as it was sampled at the time; empty: not known."""
    piece: Piece | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    """A mark of a worker."""

    at_ns: int
    kind: Mark
    text: str


def exact_at(row: Row, at_ns: int) -> Exact | None:
    """The exact stretch that a moment is in."""
    number = bisect_right(row.exact, at_ns, key=lambda one: one.end_ns)
    found = row.exact[number] if number < len(row.exact) else None
    return found if found is not None and found.start_ns <= at_ns else None


def life_at(row: Row, at_ns: int) -> Life | None:
    """The life that a moment is in."""
    number = bisect_right(row.lives, at_ns, key=lambda one: one.start_ns) - 1
    found = row.lives[number] if number >= 0 else None
    return found if found is not None and (found.end_ns is None or at_ns <= found.end_ns) else None


def piece_at(timeline: Timeline, row: Row, at_ns: int) -> Piece | None:
    """The sampled piece that a moment is in."""
    log = row.pieces
    number = log.rows_upto(at_ns)
    if number >= log.stop:
        return None
    end, start, on, wants, core, cause = (column[number] for column in log.columns)
    if start > at_ns:
        return None
    return Piece(start, end, on, wants, None if core == NO_CORE else core, timeline.cause(cause))


def cause_at(timeline: Timeline, row: Row, at_ns: int) -> str:
    """What the worker was blocked on at that moment, if it was: by its own word, else by the samples; empty: not known."""
    lock = _waited_for(row, at_ns)
    piece = None if lock is not None else piece_at(timeline, row, at_ns)
    return lock_cause(lock) if lock is not None else piece.cause if piece is not None else ""


def _waited_for(row: Row, at_ns: int) -> str | None:
    """The lock that it had said to wait for, and nothing since. Of coroutines on one task that tells nothing: another may run."""
    mark = None if row.name == CARRIER else mark_near(row, at_ns, -1)
    return mark.text if mark is not None and mark.kind is Mark.WAITING else None


def now(timeline: Timeline, row: Row, at_ns: int) -> Now | None:
    """What the worker did at that moment; None when it did not live, or nothing is known yet."""
    stretch = exact_at(row, at_ns)
    if stretch is None:
        piece = piece_at(timeline, row, at_ns)
        if piece is None:
            return None
        return Now(row.name, False, core=piece.core, since_ns=piece.start_ns, until_ns=piece.end_ns, cause=piece.cause, piece=piece)
    slices = stretch.index.slices
    found = exactly.at(slices, at_ns)
    since, until = _known(found.since_ns), _known(found.until_ns)
    before = _near(slices, found.since_ns - 1) if since is not None else None
    after = _near(slices, found.until_ns) if until is not None else None
    last = found.number if found.doing is Doing.ON_CORE else found.number - 1
    ended = slices.ended[last] if 0 <= last < len(slices) else None
    waker = found.waker
    if found.doing is Doing.BLOCKED and found.number < len(slices):
        waker = slices.waker[found.number]
    blocked = found.doing is Doing.BLOCKED or (before is not None and before.doing is Doing.BLOCKED)
    cause = cause_at(timeline, row, at_ns if found.doing is Doing.BLOCKED else found.since_ns - 1) if blocked else ""
    return Now(
        row.name,
        True,
        found.doing,
        _known(found.core),
        since,
        until,
        before,
        after,
        ended,
        who_is(timeline, waker, stretch.repetition),
        cause,
    )


def _known(value: int) -> int | None:
    return None if value == UNKNOWN else value


def _near(slices: TaskSlices, at_ns: int) -> Near:
    found = exactly.at(slices, at_ns)
    both = found.since_ns != UNKNOWN and found.until_ns != UNKNOWN
    return Near(found.doing, found.until_ns - found.since_ns if both else None, _known(found.core))


def who_is(timeline: Timeline, tid: int, repetition: int) -> str:
    """The name of a task of that repetition; empty: nobody is known."""
    if tid == UNKNOWN:
        return ""
    if tid == 0:
        return "an interrupt"
    for row in timeline.rows.values():
        number = bisect_left(row.lives, repetition, key=lambda one: one.repetition)
        for life in row.lives[number : number + 1]:
            if life.repetition == repetition and life.task.tid == tid:
                return row.name
    for helper in timeline.helpers:
        if helper.exact.repetition == repetition and helper.exact.index.slices.task.tid == tid:
            return helper.name
    return f"task {tid}"


@dataclass(frozen=True, slots=True)
class Having:
    """Who has a core at a moment."""

    name: str
    worker: bool
    exact: bool
    share: float
    """1 when it is exact; else of the sampled piece around it."""


def having(timeline: Timeline, at_ns: int) -> dict[int, Having]:
    """Who had each core at that moment; where it was sampled, who had most of the time around it."""
    found: dict[int, Having] = {}
    for row in timeline.rows.values():
        stretch = exact_at(row, at_ns)
        if stretch is not None:
            moment = exactly.at(stretch.index.slices, at_ns)
            if moment.doing is Doing.ON_CORE:
                found[moment.core] = Having(row.name, True, True, 1.0)
            continue
        piece = piece_at(timeline, row, at_ns)
        if piece is not None and piece.core is not None and piece.end_ns > piece.start_ns:
            share = piece.on_ns / (piece.end_ns - piece.start_ns)
            if share > (found[piece.core].share if piece.core in found else 0.0):
                found[piece.core] = Having(row.name, True, False, share)
    for helper in timeline.helpers:
        if helper.exact.start_ns <= at_ns < helper.exact.end_ns:
            moment = exactly.at(helper.exact.index.slices, at_ns)
            if moment.doing is Doing.ON_CORE:
                found.setdefault(moment.core, Having(helper.name, False, True, 1.0))
    return found


def mark_near(row: Row, at_ns: int, step: int) -> Marked | None:
    """The next mark after a moment (``step`` 1), or the last one at it or before (-1)."""
    log = row.marks
    number = log.rows_upto(at_ns) - (step < 0)
    if not log.first <= number < log.stop:
        return None
    return Marked(log.columns[MARK_AT][number], Mark(log.columns[MARK_KIND][number]), log.columns[MARK_TEXT][number])


def next_event(row: Row, at_ns: int, step: int) -> int | None:
    """When the next mark or exact switch of a worker is, after a moment (``step`` 1) or before it (-1); None: there is none."""
    found = []
    mark = mark_near(row, at_ns if step > 0 else at_ns - 1, step)
    if mark is not None:
        found.append(mark.at_ns)
    number = bisect_right(row.exact, at_ns, key=lambda one: one.end_ns)
    for stretch in row.exact[max(0, number - 1) : number + 2]:
        switch = _switch(stretch, at_ns, step)
        if switch is not None:
            found.append(switch)
    return (min if step > 0 else max)(found, default=None)


def _switch(stretch: Exact, at_ns: int, step: int) -> int | None:
    """The nearest beginning or end of a slice within a stretch."""
    slices, found = stretch.index.slices, []
    for column in (slices.start_ns, slices.end_ns):
        number = (
            bisect_right(column, max(at_ns, stretch.start_ns - 1))
            if step > 0
            else bisect_left(column, min(at_ns, stretch.end_ns)) - 1
        )
        if 0 <= number < len(column) and stretch.start_ns <= column[number] <= stretch.end_ns:
            found.append(column[number])
    return (min if step > 0 else max)(found, default=None)
