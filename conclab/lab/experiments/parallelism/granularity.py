"""The same jobs one after another and in a pool, from a microsecond to a tenth of a second: from which length on does it pay?"""

from __future__ import annotations

from dataclasses import replace

from conclab.lab.experiments.common import number, size
from conclab.lab.judging import compare, settle
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Metric, Parameter, Values
from conclab.model.machine import Machine
from conclab.model.results import Results, measure_of
from conclab.model.statistics import Interval
from conclab.model.verdicts import Evidence, Status, Verdict

THRESHOLD = 1.15
LENGTHS_US = (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000)
SERIAL, THREADS, PROCESSES = "one after another", "pool of threads", "pool of processes"
WAYS = {SERIAL: "serial", THREADS: "threads", PROCESSES: "processes"}


def lengths(values: Values) -> tuple[int, ...]:
    """How long the jobs are that are tried, in microseconds."""
    return tuple(length for length in LENGTHS_US if length <= number(values, "size"))


def span(length_us: int) -> str:
    """1 µs, 10 ms, 1 s: of a length that is tried."""
    for size_us, unit in ((1_000_000, "s"), (1_000, "ms")):
        if length_us >= size_us:
            return f"{length_us // size_us} {unit}"
    return f"{length_us} µs"


def each(length_us: int) -> Metric:
    """Nanoseconds of wall time for each job of that length."""
    return measure_of(f"each_{length_us}_us_ns")


def few_workers(machine: Machine, _values: Values) -> int:
    """As many as usable cores, from two to four: the longest jobs are to end soon, one after another too."""
    return min(4, max(2, machine.whole_cores))


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    arguments = {"workers": values["workers"], "size": values["size"], "lengths_us": " ".join(map(str, lengths(values)))}
    return tuple(
        Arm(name, "sequential", "grains", 1, 1, {**arguments, "way": way}, optional=name == PROCESSES) for name, way in WAYS.items()
    )


def _faster(results: Results, name: str, length_us: int) -> Interval | None:
    """How many times as fast as one after another."""
    if name in results.missing:
        return None
    return compare(replace(results, metric=each(length_us)), SERIAL, name)


def pays_from(results: Results, name: str = PROCESSES) -> int | None:
    """The shortest length, in microseconds, from which on the pool was surely faster at every one; None: there is none."""
    found = None
    for length in reversed(lengths(results.values)):
        ratio = _faster(results, name, length)
        if ratio is None or ratio.low <= 1:
            break
        found = length
    return found


def _bar(results: Results, name: str, length_us: int) -> Evidence:
    faster = _faster(results, name, length_us)
    took = results.arm(name).median_of(each(length_us)) if name not in results.missing else None
    note = f"{figures.duration(took)} a job" if took is not None else ""
    return Evidence(f"{span(length_us)}, {name}", faster.value if faster else None, faster, note=note)


def _turns_at(results: Results) -> str:
    """From which length on it pays, as a sentence."""
    if PROCESSES in results.missing:
        return ""
    longest = lengths(results.values)[-1]
    turn, ratio = pays_from(results), _faster(results, PROCESSES, longest)
    if ratio is None:
        return ""
    if turn is not None:
        return f" From {span(turn)} on it pays: {figures.times(ratio.value)} as fast for jobs of {span(longest)}."
    if ratio.high < THRESHOLD:
        return f" Nor does it pay for jobs of {span(longest)}: {figures.times(ratio.value)} as fast."
    return " From which length on it pays cannot be told here."


def judge(results: Results) -> Verdict:
    """Whether the shortest jobs are hurt; where they cease to be stands in the statement."""
    steps = lengths(results.values)
    shortest, pool = steps[0], THREADS if PROCESSES in results.missing else PROCESSES
    of_the_shortest = replace(results, metric=each(shortest))
    ratio = compare(of_the_shortest, pool, SERIAL)
    took = {name: figures.duration(results.arm(name).median_of(each(shortest))) for name in (pool, SERIAL)}
    start = results.arm(pool).median_of(measure_of("start_ns"))
    making = f" Making the pool took {figures.duration(start)} besides." if start is not None else ""
    jobs = f"Jobs of {span(shortest)}"
    got = f"{took[pool]} each in a {pool} against {took[SERIAL]} one after another"
    return settle(
        of_the_shortest,
        ratio,
        threshold=THRESHOLD,
        statements={
            Status.HOLDS: f"{jobs} are slowed down: {got}.{_turns_at(results)}",
            Status.FAILS: f"{jobs} are not slowed down: {got}.",
            Status.UNDECIDED: f"Whether {jobs[0].lower()}{jobs[1:]} are slowed down in a {pool} cannot be told here.",
        },
        evidence=[_bar(results, name, step) for step in steps for name in (PROCESSES, THREADS)],
        advice={Status.HOLDS: f"Give a pool many short jobs at a time: map has a chunksize for that.{making}"},
    )


EXPERIMENT = Experiment(
    name="granularity",
    title="how small a job may be",
    chapter="Parallelism",
    place=40,
    question="How long does a job have to be for a pool of workers to be faster than doing one after another?",
    proposition="Short jobs take longer in a pool than one after another.",
    explanation=(
        "Jobs that compute for a microsecond, ten, and so on: one after another, in a pool of threads and in one of processes, "
        "which are there already and are given one job at a time. Handing out a job to a process takes a pickle, two pipes and "
        "some wake-ups, tens to hundreds of microseconds whatever the job is. A job that is shorter than that is sooner done than "
        "handed out. What is longer can gain from a second core; threads gain only where no GIL lets one at a time compute."
    ),
    claims=(4,),
    parameters=(
        Parameter("workers", Kind.INTEGER, "how many workers the pools have", few_workers, minimum=1, maximum=64),
        size(of="grains"),
    ),
    arms=arms,
    judge=judge,
    control=SERIAL,
    metric=each(LENGTHS_US[0]),
)
