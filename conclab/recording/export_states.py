"""What a worker did when: on a core, wanting one, or blocked; from the kernel's trace where there is one, else from samples.

A sample tells how long a worker was in each state since the sample before, and not when within that time. On a timeline the parts
need a place all the same: what ran on one core is put there one after the other, which is how it was, at places that are not
known. The lengths are true, and every track that is drawn so says that it is sampled.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from conclab.model import slices as exact
from conclab.model.blocking import UNKNOWN, marked
from conclab.model.slices import PREEMPTED, UNENDED, TaskSlices
from conclab.recording.export_steps import Life, Piece

ON, WANTS, BLOCKED = "on core", "wants a core", "blocked"


class Span(NamedTuple):
    """A stretch of time in one state."""

    start_ns: int
    end_ns: int
    state: str
    core: int | None = None
    blocked_on: str = UNKNOWN
    slice: int = -1
    """Number of the exact slice; -1: sampled, or not on a core."""
    sampled: bool = True

    @property
    def name(self) -> str:
        """As a slice of a track is called."""
        if self.state == ON:
            return ON if self.core is None else f"on core {self.core}"
        if self.state == BLOCKED and self.blocked_on:
            return f"blocked: {marked(self.blocked_on)}"
        return self.state


def sampled_spans(lives: Sequence[Life]) -> list[list[Span]]:
    """The spans of all lives of a repetition, for each life in the order of time; equal ones that touch are one."""
    found: list[list[Span]] = [[] for _ in lives]
    free: dict[int, int] = {}
    """Until when each core is taken."""
    every = [(piece.start_ns, number, piece) for number, life in enumerate(lives) for piece in life.pieces]
    every.sort(key=lambda one: one[:2])
    for start, number, piece in every:
        taken = free.get(piece.core, start) if piece.core is not None else start
        offset = max(0, min(taken - start, piece.wall_ns - piece.on_core_ns))
        if piece.core is not None:
            free[piece.core] = max(taken, start + offset + piece.on_core_ns)
        for span in _laid_out(piece, offset):
            _append(found[number], span)
    return found


def _laid_out(piece: Piece, offset: int) -> Iterator[Span]:
    """The parts of a piece: the time on a core ``offset`` ns after its beginning, around it what it did else."""
    blocked_before = min(offset, piece.blocked_ns)
    wants_before = offset - blocked_before
    parts = (
        (BLOCKED, blocked_before),
        (WANTS, wants_before),
        (ON, piece.on_core_ns),
        (WANTS, piece.wants_core_ns - wants_before),
        (BLOCKED, piece.blocked_ns - blocked_before),
    )
    at = piece.start_ns
    for state, length in parts:
        if length > 0:
            core = piece.core if state == ON else None
            yield Span(at, at + length, state, core, piece.blocked_on if state == BLOCKED else UNKNOWN)
            at += length


def _append(spans: list[Span], span: Span) -> None:
    if spans and spans[-1].end_ns == span.start_ns and spans[-1][2:] == span[2:]:
        spans[-1] = spans[-1]._replace(end_ns=span.end_ns)
    else:
        spans.append(span)


def exact_spans(life: Life, slices: TaskSlices, end_ns: int) -> Iterator[Span]:
    """The spans of a life by the kernel's trace, which ended at ``end_ns``. What nothing is known of is left out."""
    born, died = life.start_ns, min(end_ns, life.end_ns if life.end_ns is not None else end_ns)
    ends = [piece.end_ns for piece in life.pieces]
    first, last = bisect_right(slices.end_ns, born), bisect_left(slices.start_ns, died)
    reached, known = born, True
    if first > 0:
        known = slices.ended[first - 1] != UNENDED
    for number in range(first, last):
        start, end = max(slices.start_ns[number], reached), min(slices.end_ns[number], died)
        yield from _waited(life, ends, slices, number, reached, start, known)
        if end > start:
            yield Span(start, end, ON, slices.core[number], slice=number, sampled=False)
        reached, known = max(start, end), slices.ended[number] != UNENDED
    if reached < died and last > 0 and known:
        if slices.ended[last - 1] == PREEMPTED:
            yield Span(reached, died, WANTS, sampled=False)
        else:
            yield _blocked(life, ends, reached, died)


def _waited(
    life: Life, ends: Sequence[int], slices: TaskSlices, number: int, since: int, until: int, known: bool
) -> Iterator[Span]:
    """What was between two slices: blocked, then wanting a core."""
    runnable = slices.runnable_ns[number]
    if since >= until or not known or runnable == exact.UNKNOWN:
        return
    runnable = max(since, min(runnable, until))
    if runnable > since:
        yield _blocked(life, ends, since, runnable)
    if until > runnable:
        yield Span(runnable, until, WANTS, sampled=False)


def _blocked(life: Life, ends: Sequence[int], start: int, end: int) -> Span:
    """The trace tells that it slept, not what for: that was sampled."""
    number = bisect_left(ends, (start + end) // 2)
    piece = life.pieces[number] if number < len(life.pieces) else None
    return Span(start, end, BLOCKED, None, piece.blocked_on if piece is not None else UNKNOWN, sampled=False)
