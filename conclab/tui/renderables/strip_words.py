"""A moment of the timeline in words: what the chosen worker did, what came before and after, who had each core."""

from __future__ import annotations

from collections.abc import Mapping

from conclab.model import figures
from conclab.model.blocking import marked
from conclab.model.slices import PREEMPTED, UNENDED, Doing
from conclab.model.timeline import Mark, Row, Timeline
from conclab.model.timeline_moment import Having, Near, Now, exact_at, having, life_at, mark_near, now
from conclab.tui.renderables.strip_axis import named, stamp

TOLD_FROM = 0.005
"""Less than that of a stretch that is not known is not worth a word."""
_ENDED = {
    PREEMPTED: "preempted",
    UNENDED: "not known",
    ord("S"): "sleeps",
    ord("D"): "sleeps, uninterruptibly",
    ord("T"): "stopped",
    ord("t"): "stopped by a tracer",
    ord("X"): "ends",
    ord("Z"): "ends",
}
_MARKED = {
    Mark.FINISHED: "ended",
    Mark.STARTED: "started",
    Mark.LINE: "printed",
    Mark.TASK: "finished",
    Mark.RELEASED: "gave back lock",
    Mark.ACQUIRED: "got lock",
    Mark.WAITING: "began to wait for lock",
    Mark.FAILED: "failed:",
}


def place_words(timeline: Timeline, row: Row | None, at_ns: int, cell_ns: int) -> str:
    """When it is: in the run, in the repetition, and how that is known."""
    exact = exact_at(row, at_ns) if row is not None else None
    cell_ns = min(cell_ns, 1_000) if exact else cell_ns
    parts = [f"{stamp(at_ns - timeline.start_ns, cell_ns)} into the run"]
    step = timeline.step_at(at_ns)
    if step is not None and (step.end_ns is None or at_ns <= step.end_ns):
        several = len({one.python for one in timeline.steps}) > 1
        parts.append(f"{stamp(at_ns - step.start_ns, cell_ns)} into repetition {named(step, several)}")
    if row is not None and exact is not None:
        unknown = exact.unknown_share
        told = f"{figures.percent(1 - unknown)} of {row.name}'s time is known" if unknown > TOLD_FROM else "every switch is known"
        parts.append(f"exact: {told}")
    elif row is not None and life_at(row, at_ns) is not None:
        parts.append(f"sampled{rate_words(timeline)}")
    return " · ".join(parts)


def rate_words(timeline: Timeline) -> str:
    """How often workers were sampled: 20/s."""
    interval = timeline.interval_ns
    return f" {figures.count(1e9 / interval)}/s" if interval else ""


def moment_words(timeline: Timeline, row: Row, at_ns: int, cell_ns: int) -> str:
    """What a worker did then."""
    found = now(timeline, row, at_ns)
    if found is None:
        return f"{row.name} " + ("is not sampled yet" if life_at(row, at_ns) is not None else "is not there")
    if found.doing is None:
        return _sampled(found, timeline, cell_ns)
    since = "" if found.since_ns is None else f" since {stamp(found.since_ns - timeline.start_ns, 1_000)}"
    length = "" if found.since_ns is None else f" ({_passed(found, at_ns)})"
    parts = {
        Doing.ON_CORE: lambda: [
            f"{row.name} on core {found.core}{since}{length}",
            *_before(found),
            *_woken(found),
            f"next: {_ended(found)}",
        ],
        Doing.WANTS_CORE: lambda: [f"{row.name} wants a core{since}{length}", *_why_ready(found), *_before(found), *_after(found)],
        Doing.BLOCKED: lambda: [f"{row.name} blocked{_on(found.cause)}{since}{length}", *_before(found), *_wakes(found)],
        Doing.NOT_THERE: lambda: [f"{row.name} has no slice here"],
        Doing.UNKNOWN: lambda: [f"{row.name}: not known, events were lost here"],
    }[found.doing]()
    return " · ".join(parts)


def _passed(found: Now, at_ns: int) -> str:
    assert found.since_ns is not None
    passed = figures.duration(max(0, at_ns - found.since_ns))
    return passed if found.until_ns is None else f"{passed} of {figures.duration(found.until_ns - found.since_ns)}"


def _on(cause: str) -> str:
    return f" on {marked(cause)}" if cause else ""


def _near(near: Near, cause: str) -> str:
    took = f" for {figures.duration(near.length_ns)}" if near.length_ns is not None else ""
    if near.doing is Doing.ON_CORE:
        return f"core {near.core}{took}"
    if near.doing is Doing.BLOCKED:
        return f"blocked{_on(cause)}{took}"
    return f"wanted a core{took}" if near.doing is Doing.WANTS_CORE else str(near.doing)


def _before(found: Now) -> list[str]:
    known = found.before is not None and found.before.doing is not Doing.NOT_THERE
    return [f"before: {_near(found.before, found.cause)}"] if found.before is not None and known else []


def _after(found: Now) -> list[str]:
    return [f"next: {_near(found.after, '')}"] if found.after is not None else []


def _ended(found: Now) -> str:
    return _ENDED.get(found.ended or UNENDED, "gives its core away")


def _woken(found: Now) -> list[str]:
    return [f"woken by {found.waker}"] if found.waker else []


def _why_ready(found: Now) -> list[str]:
    return _woken(found) or (["preempted"] if found.ended == PREEMPTED else [])


def _wakes(found: Now) -> list[str]:
    return [f"next: {words}" for words in _woken(found)]


def _sampled(found: Now, timeline: Timeline, cell_ns: int) -> str:
    piece = found.piece
    assert piece is not None
    wall = max(1, piece.end_ns - piece.start_ns)
    fine = min(cell_ns, 1_000_000)
    stretch = (
        f"{stamp(piece.start_ns - timeline.start_ns, fine).removesuffix(' s')}–{stamp(piece.end_ns - timeline.start_ns, fine)}"
    )
    where = f"on core {piece.core}" if piece.core is not None else "on a core"
    on, wants, blocked = (figures.percent(part / wall) for part in (piece.on_ns, piece.wants_ns, piece.blocked_ns))
    cause = _on(piece.cause) if piece.blocked_ns * 50 > wall else ""
    return f"{found.worker} {stretch}: {on} {where} · {wants} wants one · {blocked} blocked{cause}"


def cores_words(timeline: Timeline, at_ns: int, cores: int) -> str:
    """Who has each core; of many cores those that somebody has."""
    found = having(timeline, at_ns)
    shown = range(cores) if cores <= 8 else sorted(found)
    said = [f"{core} {_has(found, core)}" for core in shown]
    return "cores: " + (" · ".join(said) if said else "no worker has one")


def _has(found: Mapping[int, Having], core: int) -> str:
    one = found.get(core)
    if one is None:
        return "–"
    return one.name if one.exact else f"{one.name} {figures.percent(one.share)}"


def marks_words(row: Row, at_ns: int) -> str:
    """What the worker has said last, and what it will say next."""
    parts = []
    last, following = mark_near(row, at_ns, -1), mark_near(row, at_ns, 1)
    if last is not None:
        parts.append(f"{figures.duration(at_ns - last.at_ns)} ago: {_said(last.kind, last.text)}")
    if following is not None:
        parts.append(f"in {figures.duration(following.at_ns - at_ns)}: {_said(following.kind, following.text)}")
    return "marks: " + (" · ".join(parts) if parts else "none")


def _said(kind: Mark, text: str) -> str:
    return f"{_MARKED[kind]} {text}".rstrip()
