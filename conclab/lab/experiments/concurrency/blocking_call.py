"""One call that blocks, on an event loop with a heartbeat: does everything else stop?"""

from __future__ import annotations

from conclab.lab.experiments.common import number, size
from conclab.lab.judging import observed, place, typical, unless_others
from conclab.lab.seeing import is_so
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Parameter, Values
from conclab.model.machine import Machine
from conclab.model.results import Repetition, Results, measure_of
from conclab.model.statistics import Interval
from conclab.model.verdicts import Evidence, Status, Verdict

STOPPED, GOES_ON = 0.9, 0.5
"""Shares of the call for which the heart paused: past the one it was stopped by it, below the other it was not."""
BLOCKING, TO_THREAD, AWAITED, THREADS = "time.sleep", "asyncio.to_thread", "asyncio.sleep", "two threads"
WAYS = {BLOCKING: "blocking", TO_THREAD: "to_thread", AWAITED: "await"}

_gap = measure_of("gap_ns")


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    def arm(name: str) -> Arm:
        arguments = {"size": values["size"], "beat_ms": values["beat"], "way": WAYS.get(name, "blocking")}
        return Arm(name, "threads" if name == THREADS else "asyncio", "stall", 2, 2, arguments)

    return tuple(arm(name) for name in (BLOCKING, TO_THREAD, AWAITED, THREADS))


def _paused(repetition: Repetition) -> float | None:
    """The heart's longest pause as a share of the call."""
    gap, call = _gap(repetition), repetition.measures.get("call_ns")
    return None if gap is None or not call else gap / call


def _bar(results: Results, name: str) -> Evidence:
    share, gap = typical(results, name, _paused), results.arm(name).median_of(_gap)
    note = f"longest pause {figures.duration(gap)}" if gap is not None else ""
    return Evidence(name, share.value if share else None, share, unit=" of the call", note=note)


def _pause(results: Results, name: str) -> str:
    return figures.duration(results.arm(name).median_of(_gap))


def _stopped(share: Interval | None) -> Status:
    """Whether a heart was stopped by a call: by nearly all of it, or by less than half."""
    if share is None or (share.low <= STOPPED and share.high >= GOES_ON):
        return Status.UNDECIDED
    return Status.HOLDS if share.low > STOPPED else Status.FAILS


def stops(results: Results) -> Verdict:
    """Whether the blocking call stops the heart beside it."""
    share = typical(results, BLOCKING, _paused)
    got = figures.percent(share.value) if share else ""
    call = f"a call of {number(results.values, 'size')} ms"
    return observed(
        results,
        _stopped(share),
        share,
        statements={
            Status.HOLDS: f"While one coroutine was in {call}, the other did not run: it paused for {_pause(results, BLOCKING)}.",
            Status.FAILS: f"While one coroutine was in {call}, the other went on: its longest pause was {got} of it.",
            Status.UNDECIDED: "Whether a blocking call stops the other coroutines cannot be told here.",
        },
        unit=" of the call",
        about="What is counted is the longest pause of the heartbeat as a share of the call.",
        limits=f"{GOES_ON} or {STOPPED} of the call",
        evidence=[_bar(results, name) for name in (BLOCKING, TO_THREAD, AWAITED, THREADS)],
        advice="In a coroutine, await what waits, and give what blocks to asyncio.to_thread.",
    )


def cured(results: Results) -> Verdict:
    """Whether the heart goes on when the same call is made in a thread of its own or awaited."""
    shares = {name: typical(results, name, _paused) for name in (TO_THREAD, AWAITED)}
    worst = max((share for share in shares.values() if share), key=lambda share: share.value, default=None)
    status = Status.UNDECIDED
    if worst is not None and all(shares.values()):
        goes_on = {Status.FAILS: True, Status.HOLDS: False}.get(place(worst, GOES_ON))
        status = is_so([unless_others(results, goes_on)])
    pauses = " and ".join(f"{_pause(results, name)} with {name}" for name in shares)
    return observed(
        results,
        status,
        worst,
        statements={
            Status.HOLDS: f"It goes on when the call has a thread of its own or is awaited: it paused for at most {pauses}.",
            Status.FAILS: f"It stops also when the call has a thread of its own or is awaited: it paused for {pauses}.",
            Status.UNDECIDED: "Whether a thread for the call, or awaiting it, lets the others go on cannot be told here.",
        },
        unit=" of the call",
        about="What is counted is the longest pause of the heartbeat as a share of the call, in the worse of both.",
        limits=f"{GOES_ON} of the call",
        evidence=[_bar(results, name) for name in shares],
    )


EXPERIMENT = Experiment(
    name="blocking-call",
    title="the blocking call",
    chapter="Concurrency",
    place=70,
    question="One coroutine calls time.sleep. Does a heartbeat in another one go on?",
    proposition="One blocking call stops all coroutines of its event loop.",
    explanation=(
        "One coroutine wants to beat every few milliseconds. Another one makes a call that takes long: by time.sleep, which puts "
        "the thread to sleep that all of them share; by asyncio.to_thread, which gives the call a thread of its own; and by "
        "asyncio.sleep, which gives the turn back to the loop. The longest time between two beats tells who was stopped. Two "
        "threads, for comparison: the kernel puts only the one to sleep that called."
    ),
    claims=(24,),
    parameters=(
        size(of="stall"),
        Parameter("beat", Kind.INTEGER, "how long the heart sleeps between beats", 5, minimum=1, maximum=1_000, unit="ms"),
    ),
    arms=arms,
    judge=stops,
    rounds=3,
)
