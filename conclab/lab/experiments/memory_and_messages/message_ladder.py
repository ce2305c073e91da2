"""Messages from 8 bytes to 64 MiB: between threads by a queue, between processes by pipe, queue and shared memory."""

from __future__ import annotations

from dataclasses import replace

from conclab.lab.experiments.common import number, size
from conclab.lab.judging import compare, settle
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Metric, Values
from conclab.model.machine import Machine
from conclab.model.results import Results, measure_of
from conclab.model.verdicts import Evidence, Status, Verdict

THRESHOLD = 1.5
"""By less than half as much again nobody would call it slow."""
LADDER = (8, 1 << 10, 1 << 16, 1 << 20, 1 << 23, 1 << 26)
"""Bytes: 8 B to 64 MiB."""
BETWEEN_THREADS, PIPE, QUEUE, SHARED = "queue, threads", "pipe, processes", "queue, processes", "shared memory, processes"
WAYS = {BETWEEN_THREADS: "queue", PIPE: "pipe", QUEUE: "mp.Queue", SHARED: "shared memory"}


def rungs(values: Values) -> tuple[int, ...]:
    """The sizes that are tried, in bytes."""
    return tuple(step for step in LADDER if step <= number(values, "size") * 1024)


def trip(size_bytes: int) -> Metric:
    """Nanoseconds there with so many bytes, and back with a receipt."""
    return measure_of(f"trip_{size_bytes}_ns")


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    sizes = " ".join(map(str, rungs(values)))

    def arm(name: str) -> Arm:
        executor = "threads" if name == BETWEEN_THREADS else "fork"
        arguments = {"way": WAYS[name], "size": values["size"], "sizes": sizes}
        # On one core: where two who wake each other up are put, on one core or on two, changes the time of a small message by more
        # than the way does, and the kernel decides it anew for each repetition.
        return Arm(name, executor, "messages", 2, 2, arguments, one_core=True)

    return tuple(arm(name) for name in WAYS)


def amount(size_bytes: int) -> str:
    """8 bytes, 64 KiB, 1 MiB: of a rung."""
    for unit, name in ((1 << 20, "MiB"), (1 << 10, "KiB")):
        if size_bytes >= unit:
            return f"{size_bytes // unit} {name}"
    return f"{size_bytes} bytes"


def _bar(results: Results, name: str, size_bytes: int) -> Evidence:
    slower = compare(replace(results, metric=trip(size_bytes)), name, BETWEEN_THREADS)
    took = results.arm(name).median_of(trip(size_bytes))
    copied = name != SHARED and size_bytes >= 1024  # a rate of what is not copied would be as large as one likes
    per_s = f", {size_bytes * 1e3 / took:,.0f} MB/s" if took and copied else ""
    note = f"{figures.duration(took)}{per_s}" if took else ""
    return Evidence(f"{amount(size_bytes)}, {name}", slower.value if slower else None, slower, note=note)


def slower_than_threads(results: Results, name: str, size_bytes: int) -> Verdict:
    """Whether a message of that size takes longer that way than between threads."""
    of_that_size = replace(results, metric=trip(size_bytes))
    ratio = compare(of_that_size, name, BETWEEN_THREADS)
    took = {each: figures.duration(results.arm(each).median_of(trip(size_bytes))) for each in (name, BETWEEN_THREADS)}
    both = f"{took[name]} against {took[BETWEEN_THREADS]}"
    got = figures.times(ratio.value) if ratio else ""
    channel = {PIPE: "by a pipe", QUEUE: "by a queue", SHARED: "in shared memory"}[name]
    message = f"message of {amount(size_bytes)} to another process {channel}, with a receipt back,"
    return settle(
        of_that_size,
        ratio,
        threshold=THRESHOLD,
        statements={
            Status.HOLDS: f"A {message} takes {got} what it takes between threads: {both}.",
            Status.FAILS: f"A {message} takes hardly longer than between threads, or less: {both}, {got}.",
            Status.UNDECIDED: f"Whether a {message} takes longer than between threads cannot be told here.",
        },
        evidence=[_bar(results, each, size_bytes) for each in WAYS if each != BETWEEN_THREADS],
    )


def judge(results: Results) -> Verdict:
    """The largest messages by a pipe, with all rungs of all ways as evidence."""
    steps = rungs(results.values)
    bars = [_bar(results, name, step) for step in steps for name in WAYS if name != BETWEEN_THREADS]
    return replace(slower_than_threads(results, PIPE, steps[-1]), evidence=tuple(bars))


EXPERIMENT = Experiment(
    name="message-ladder",
    title="the message ladder",
    chapter="Memory and messages",
    place=20,
    question="How long does a message take to another thread, and to another process, from 8 bytes to 64 MiB?",
    proposition="Sending large messages to another process takes longer than to another thread.",
    explanation=(
        "A worker sends a payload, the other one answers with a receipt. Between threads the queue hands over a reference, so the "
        "size does not matter. A pipe or a queue between processes pickles the object, copies it into the kernel piece by piece, "
        "copies it out and makes it anew: that grows with the size. In shared memory the payload lies where both can see it, and "
        "what is sent is only the word that it is there. For a few bytes, waking the other one up costs more than all the rest, "
        "and between threads of Python a hand-over of the GIL comes on top. Both run on one core, so that it does not depend on "
        "where the kernel puts them."
    ),
    claims=(15,),
    parameters=(size(of="messages"),),
    arms=arms,
    judge=judge,
    control=BETWEEN_THREADS,
    metric=trip(LADDER[0]),
)
