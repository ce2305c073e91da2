"""The system calls of a task, as strace(1) tells them: its lines, how many were left out, and which calls are made most.

Live, scripted and in tests the same fold makes the state that the screen draws. It is bounded: of all lines the newest are kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from conclab.model.table import RowId

KEPT = 5_000
"""Lines."""
_WINDOW_NS = 2_000_000_000
"""Calls per second are those of so long."""


class TraceLine(NamedTuple):
    """A line of strace's; or, where ``left_out`` is more than 0, a place where so many were left out."""

    text: str
    """Harmless."""
    time: str = ""
    """Of day, local: hh:mm:ss.uuuuuu. Blank in what strace says itself."""
    tid: int | None = None
    """The thread that made the call. None: strace names it only where it follows several."""
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Traced:
    """What came of a trace since it was asked last."""

    at_ns: int
    id: RowId
    lines: tuple[TraceLine, ...] = ()
    calls: Mapping[str, int] = field(default_factory=dict)
    """How often each call was made since then, in lines that were left out, too."""
    pending: TraceLine | None = None
    """A call that one is still waiting in."""
    attached: bool = False
    over: str = ""
    """Why there will be no more, a sentence; empty while it goes on. Never attached and over: it was refused."""


@dataclass(frozen=True, slots=True)
class TraceState:
    """A trace so far."""

    id: RowId | None = None
    lines: tuple[TraceLine, ...] = ()
    dropped: int = 0
    """How many were kept before these and are no longer."""
    left_out: int = 0
    """Lines that came faster than they could be kept."""
    calls: Mapping[str, int] = field(default_factory=dict)
    per_s: float | None = None
    """Calls a second over the last two; None before there are two looks."""
    pending: TraceLine | None = None
    attached: bool = False
    over: str = ""
    looks: tuple[tuple[int, int], ...] = ()
    """When it was looked lately (ns), and how many calls there were by then."""

    @property
    def refused(self) -> bool:
        return bool(self.over) and not self.attached

    @property
    def total(self) -> int:
        """Calls since it began."""
        return self.looks[-1][1] if self.looks else 0

    def busiest(self, most: int) -> list[tuple[str, float]]:
        """The calls that are made most, each with its share of all."""
        ranked = sorted(self.calls.items(), key=lambda one: (-one[1], one[0]))
        return [(name, number / self.total) for name, number in ranked[:most]]


def fold_trace(state: TraceState, item: Traced) -> TraceState:
    """The state after what has come; what belongs to another trace begins a new one."""
    if item.id != state.id:
        state = TraceState(item.id)
    lines = state.lines + item.lines
    gone = max(0, len(lines) - KEPT)
    total = state.total + sum(item.calls.values())
    looks = [look for look in state.looks if look[0] > item.at_ns - _WINDOW_NS] or list(state.looks[-1:])
    looks.append((item.at_ns, total))
    (first_ns, before), passed = looks[0], item.at_ns - looks[0][0]
    return TraceState(
        id=item.id,
        lines=lines[gone:],
        dropped=state.dropped + gone,
        left_out=state.left_out + sum(line.left_out for line in item.lines),
        calls=dict(Counter(state.calls) + Counter(item.calls)) if item.calls else state.calls,
        per_s=(total - before) / passed * 1e9 if passed > 0 and first_ns else None,
        pending=item.pending,
        attached=item.attached,
        over=item.over,
        looks=tuple(looks),
    )


def shortened(lines: list[TraceLine], most: int) -> list[TraceLine]:
    """At most so many lines, the newest; before them one that says how many there were."""
    if len(lines) <= most:
        return lines
    older = lines[: len(lines) - most + 1]
    return [TraceLine("", left_out=sum(line.left_out or 1 for line in older)), *lines[len(older) :]]


def holding(lines: Sequence[TraceLine], text: str) -> Sequence[TraceLine]:
    """The lines that hold a text, upper and lower case alike; thread numbers count, too."""
    wanted = text.casefold()
    return [line for line in lines if wanted in f"{line.tid or ''} {line.text}".casefold()] if wanted else lines
