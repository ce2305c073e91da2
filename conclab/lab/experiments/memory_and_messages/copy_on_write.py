"""A parent with a ballast forks: how much of it does the child own at its birth, after reading it, after writing to it?"""

from __future__ import annotations

from conclab.lab.experiments.common import number, size
from conclab.lab.seeing import MEBIBYTE, memory, needs_linux, seen
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Values
from conclab.model.machine import Machine
from conclab.model.results import Results, measure_of
from conclab.model.statistics import Interval, ratio_of_medians
from conclab.model.verdicts import Evidence, Status, Verdict

NONE, BYTES, OBJECTS, FROZEN = "no ballast", "bytes", "objects", "objects, frozen"
MOST, LEAST = 0.9, 0.1
"""Shares of the ballast that count as all of it and as nothing of it."""
BARS = (
    (BYTES, "birth", "bytes, at birth"),
    (BYTES, "read", "bytes, after reading"),
    (BYTES, "written", "bytes, after writing"),
    (OBJECTS, "birth", "objects, at birth"),
    (OBJECTS, "collected", "objects, after a collection"),
    (OBJECTS, "read", "objects, after reading"),
    (FROZEN, "collected", "gc.freeze, after a collection"),
    (FROZEN, "read", "gc.freeze, after reading"),
)


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    def arm(name: str, kind: str, ballast: int) -> Arm:
        return Arm(name, "fork", "ballast", 1, 1, {"kind": kind, "size": ballast}, optional=kind == "frozen")

    mebibytes = number(values, "size")
    return (
        arm(NONE, "bytes", 0),
        arm(BYTES, "bytes", mebibytes),
        arm(OBJECTS, "objects", mebibytes),
        arm(FROZEN, "frozen", mebibytes),
    )


def own_bytes(results: Results, arm: str, step: str, since: str = "") -> dict[int, float]:
    """Bytes of the ballast that the child had for itself after a step, by round: what it has beyond a child without ballast; with
    ``since``, what has come to them after that step."""

    def private(name: str) -> dict[int, float]:
        mine, without = (results.arm(one).by_round(measure_of(f"{name}_private_bytes")) for one in (arm, NONE))
        return {key: mine[key] - without[key] for key in mine.keys() & without.keys()}

    if arm in results.missing:
        return {}
    found, before = private(step), private(since) if since else {}
    return {key: max(0.0, value - before.get(key, 0.0)) for key, value in found.items() if not since or key in before}


def own_share(results: Results, arm: str, step: str, since: str = "") -> Interval | None:
    """The same as a share of the ballast, with its interval over the rounds."""
    own = own_bytes(results, arm, step, since)
    made = {} if arm in results.missing else results.arm(arm).by_round(measure_of("made_bytes"))
    both = sorted(own.keys() & made.keys())
    return ratio_of_medians([own[key] for key in both], [made[key] for key in both])


def is_copied(own: Interval | None) -> Status:
    """Whether all the ballast has become the child's own (HOLDS), or nothing of it (FAILS)."""
    if own is None or (own.high >= LEAST and own.low <= MOST):
        return Status.UNDECIDED
    return Status.HOLDS if own.low > MOST else Status.FAILS


def bar(results: Results, arm: str, step: str, label: str) -> Evidence:
    """The share of its ballast that a child had for itself after a step."""
    own = own_share(results, arm, step)
    amounts = sorted(own_bytes(results, arm, step).values())
    note = memory(amounts[len(amounts) // 2]) if amounts else ""
    return Evidence(label, own.value if own else None, own, unit=" own", note=note)


def at_birth(results: Results) -> Verdict:
    """On the ballast of bytes, right after the fork."""
    own = own_share(results, BYTES, "birth")
    ballast = memory(number(results.values, "size") * MEBIBYTE)
    part = figures.percent(own.value) if own else ""
    return seen(
        results,
        is_copied(own),
        own,
        statements={
            Status.HOLDS: f"At its birth a forked child had {part} of its parent's {ballast} copied for itself.",
            Status.FAILS: f"At its birth a forked child had {part} of its parent's {ballast} for itself; it shared the rest.",
            Status.UNDECIDED: f"At its birth a forked child had {part} of its parent's {ballast} for itself: not all, not nothing."
            if own
            else "How much a forked child has for itself at its birth was not told.",
        },
        unit=" own",
        about="What is counted is the share of the ballast that the child had for itself, beyond what one without ballast has.",
        evidence=[bar(results, *one) for one in BARS if one[0] not in results.missing],
        advice="In CPython gc.freeze() before the fork keeps the collector from touching what the parent has."
        if FROZEN not in results.missing
        else "",
    )


EXPERIMENT = Experiment(
    name="copy-on-write",
    title="copy-on-write",
    chapter="Memory and messages",
    place=10,
    question="Does a forked process get a copy of its parent's memory?",
    proposition="A forked process begins with a copy of its parent's memory.",
    explanation=(
        "fork copies the tables that say which page lies where, and not the pages. Both processes use the same ones until "
        "somebody writes: then the kernel copies that page alone. Bytes stay shared however often they are read. Objects of "
        "CPython do not: who looks at one counts a reference to it, which is written beside it. A full collection of garbage "
        "writes to all objects too, unless gc.freeze has put them out of its sight. PyPy counts no references, but its "
        "collector marks objects as well."
    ),
    claims=(9,),
    parameters=(size(of="ballast"),),
    arms=arms,
    judge=at_birth,
    rounds=3,
    lacks=needs_linux,
)
