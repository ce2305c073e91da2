"""How long a thread that computes keeps the GIL before another has it, for switch intervals from 0.1 to 50 ms."""

from __future__ import annotations

import math
from dataclasses import replace

from conclab.lab.experiments.common import number, size, switch_interval
from conclab.lab.judging import ideal, observed, others_took, settle, where_time_went
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Parameter, Values
from conclab.model.machine import Machine
from conclab.model.results import Results, cores_of, measure_of, voluntary_of
from conclab.model.statistics import Interval, ratio_of_medians
from conclab.model.verdicts import Evidence, Status, Verdict

FLOOR, CEILING = 0.8, 1.5
"""A turn is over when the interval is, which takes the waking of another thread besides."""
INTERVALS_US = (100, 1_000, 5_000, 20_000, 50_000)

_turn, _turns, _work = measure_of("turn_ns"), measure_of("turns"), measure_of("work")


FEWEST_TURNS = 4
"""Of fewer, a mean says little; the last one is cut short by the end and does not count."""


def wrong_with(values: Values) -> str | None:
    interval = number(values, "interval")
    least = math.ceil(FEWEST_TURNS * interval / 1000)
    if number(values, "size") < least:
        return f"in so short a time there are hardly any turns of {_name(interval)}; let size be at least {least:,}"
    return None


def _name(interval_us: int) -> str:
    return f"{interval_us / 1000:g} ms"


def _intervals(values: Values) -> list[int]:
    return sorted({*INTERVALS_US, number(values, "interval")})


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    many = number(values, "threads")

    def arm(interval_us: int) -> Arm:
        arguments = {"size": values["size"], "interval_us": interval_us, "threads": many}
        return Arm(_name(interval_us), "threads", "turns", many, many, arguments)

    return tuple(arm(interval_us) for interval_us in _intervals(values))


def _of_interval(results: Results, interval_us: int) -> Interval | None:
    """How long a turn is, in switch intervals."""
    turns = list(results.arm(_name(interval_us)).by_round(_turn).values())
    return ratio_of_medians(turns, [interval_us * 1000.0] * len(turns))


def _bar(results: Results, interval_us: int) -> Evidence:
    found, longest = results.arm(_name(interval_us)), results.arm(_name(_intervals(results.values)[-1]))
    interval = _of_interval(results, interval_us)
    notes = []
    turn, work, most = found.median_of(_turn), found.median_of(_work), longest.median_of(_work)
    if turn:
        notes.append(f"{figures.count(1e9 / turn)} hand-overs/s")
    if work and most:
        notes.append(f"{figures.percent(work / most)} of the work at {longest.arm.name}")
    return Evidence(found.arm.name, interval.value if interval else None, interval, note=", ".join(notes))


def _timeouts(results: Results, name: str) -> str:
    """What the kernel's counter says of the same turns, where it says more."""
    voluntary, turns = results.arm(name).median_of(voluntary_of), results.arm(name).median_of(_turns)
    if not voluntary or not turns or voluntary < 1.2 * turns:
        return ""
    return (
        f"The kernel counted {voluntary / turns:.1f} voluntary switches for each hand-over: a thread that waits for the GIL "
        "wakes up after every interval to ask for it."
    )


def _cores_bar(results: Results, arm: Arm) -> Evidence:
    cores = list(results.arm(arm.name).by_round(cores_of).values())
    used = ratio_of_medians(cores, [1.0] * len(cores))
    return Evidence(arm.name, used.value if used else None, used, unit=" cores", note=where_time_went(results, arm.name))


def _without_a_gil(results: Results) -> Verdict:
    many = number(results.values, "threads")
    bars = [_cores_bar(results, arm) for arm in results.planned]
    chosen = next(bar for bar in bars if bar.label == _name(number(results.values, "interval")))
    at_once = f": they used {chosen.value:.2f} cores at once{others_took(results)}" if chosen.value is not None else ""
    return observed(
        results,
        Status.FAILS,
        chosen.interval,
        statements={Status.FAILS: f"{figures.plural(many, 'thread').capitalize()} have no GIL to hand over here{at_once}."},
        unit=" cores",
        about="What is counted is the cores that the threads kept busy.",
        evidence=[*bars, replace(ideal(results, many), unit=" cores")],
    )


def judge(results: Results) -> Verdict:
    if results.gil_enabled is False:
        return _without_a_gil(results)
    chosen = number(results.values, "interval")
    name = _name(chosen)
    ratio = _of_interval(results, chosen)
    got = figures.times(ratio.value) if ratio else ""
    turn = figures.duration(results.arm(name).median_of(_turn))
    steps = _intervals(results.values)
    shortest, longest = (figures.duration(results.arm(_name(step)).median_of(_turn)) for step in (steps[0], steps[-1]))
    span = f" From {_name(steps[0])} to {_name(steps[-1])} a turn took {shortest} to {longest}." if shortest and longest else ""
    verdict = settle(
        results,
        ratio,
        threshold=CEILING,
        floor=FLOOR,
        statements={
            Status.HOLDS: f"With a switch interval of {name} a thread keeps the GIL for {turn} at a time: {got} the "
            f"interval.{span}",
            Status.FAILS: f"With a switch interval of {name} a thread keeps the GIL for {turn} at a time, and that is {got} "
            f"the interval.{span}",
            Status.UNDECIDED: f"Whether the GIL changes hands once in {name} cannot be told here.",
        },
        evidence=[_bar(results, step) for step in steps],
        advice={Status.HOLDS: "Short intervals let a thread answer sooner and cost some work; most programs need not touch it."},
    )
    timeouts = _timeouts(results, name)
    return replace(verdict, reasons=(*verdict.reasons, timeouts)) if timeouts else verdict


EXPERIMENT = Experiment(
    name="gil-hand-over",
    title="the GIL changes hands",
    chapter="Scheduling",
    place=30,
    question="How long may a thread keep the GIL while others want it?",
    proposition="Threads that compute hand the GIL over about once in a switch interval.",
    explanation=(
        "Each thread adds numbers and leaves its number behind every few microseconds, so it sees by itself when its turn has "
        "come. A thread that wants the GIL waits for one switch interval (sys.setswitchinterval, 5 ms by default) and then asks "
        "the one that has it to let go. The kernel has its own time slices, but they decide nothing here: it would gladly run all "
        "threads at once. Very short intervals are not reached, because waking a thread up takes time as well, and every "
        "hand-over costs some work."
    ),
    claims=(30, 32),
    parameters=(
        Parameter("threads", Kind.INTEGER, "how many threads compute", 4, minimum=2, maximum=16),
        switch_interval(),
        size(of="turns"),
    ),
    arms=arms,
    judge=judge,
    control=_name(5_000),
    metric=_turn,
    wrong_with=wrong_with,
)
