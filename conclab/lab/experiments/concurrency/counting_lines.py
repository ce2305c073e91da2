"""Counting lines of files: is it I/O-bound, as it sounds?"""

from __future__ import annotations

import itertools
import os
import sysconfig
from dataclasses import replace

from conclab.lab.experiments.common import cores_or_four, number, size, start_method, workers
from conclab.lab.judging import a_little, compare, ideal, needs_two_cores, settle, speed_up
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Parameter, Values
from conclab.model.machine import Machine
from conclab.model.results import Results, measure_of
from conclab.model.verdicts import Status, Verdict
from conclab.runner.registry import COUNTED_SUFFIXES, LARGEST_COUNTED, MOST_FOLDERS

THRESHOLD = 1.15
WAITS, COMPUTES = 0.7, 0.1
"""Who alone is blocked for more than the one share of its time waits; for less than the other, it computes."""


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    many = number(values, "workers")
    arguments = {"size": values["size"], "path": values["path"], "parts": many, "cache": values["cache"]}

    def arm(name: str, executor: str) -> Arm:
        return Arm(name, executor, "counting-lines", many, many, arguments)

    return arm("sequential", "sequential"), arm("threads", "threads"), arm("processes", str(values["start_method"]))


FROM_DISK = 0.9
"""So large a share of the readings has to come from the disk where that is what is measured."""


def _countable(path: str) -> bool:
    return os.path.isfile(path) and os.access(path, os.R_OK) and os.path.getsize(path) <= LARGEST_COUNTED


def nothing_to_count(values: Values) -> str | None:
    """Why the path leads to no file whose lines could be counted; None: it leads to one."""
    path = str(values["path"])
    if os.path.isfile(path):
        most = figures.size(LARGEST_COUNTED)
        return None if _countable(path) else f"path: {path!r} is larger than {most}; take a smaller file"
    for folder, _folders, names in itertools.islice(os.walk(path), MOST_FOLDERS):
        if any(name.endswith(COUNTED_SUFFIXES) and _countable(os.path.join(folder, name)) for name in names):
            return None
    return f"path: no text or source file that can be read below {path!r} ({', '.join(COUNTED_SUFFIXES)})"


def _idle(results: Results) -> int:
    """How many of the threads had nothing to count."""
    repetitions = results.arm("threads").repetitions
    return sum(worker.result == 0 for worker in repetitions[0].workers) if repetitions else 0


def still_in_memory(results: Results) -> str:
    """What is to be said where files should have come from the disk and did not; nothing where they did, or need not."""
    share = results.arm("sequential").median_of(measure_of("from_disk"))
    if results.values["cache"] == "warm" or (share is not None and share >= FROM_DISK):
        return ""
    told = "" if share is None else f" {figures.percent(share)} of the readings came from the disk."
    return f"The files could not be dropped from memory here.{told}"


def judge(results: Results) -> Verdict:
    idle, warm = _idle(results), still_in_memory(results)
    if idle:
        lacks = f"{figures.sentence(figures.plural(idle, 'worker'))} had nothing to count; take more files, or a larger size."
        results = replace(results, lacks=results.lacks or lacks)
    elif warm:
        results = replace(results, lacks=results.lacks or warm)
    ratio = compare(results, "sequential", "threads")
    processes = compare(results, "sequential", "processes")
    got = figures.times(ratio.value) if ratio else ""
    shares = results.arm("sequential").shares()
    alone = ""
    if shares is not None and shares[2] < COMPUTES:
        alone = f" Alone, a worker was blocked for {figures.percent(max(0.0, shares[2]))} of its time: it computes."
    little = a_little(ratio, THRESHOLD)
    advice = ""
    if processes is not None and processes.low > THRESHOLD:
        advice = f"Processes do help: {figures.times(processes.value)} here."
    return settle(
        results,
        ratio,
        threshold=THRESHOLD,
        statements={
            Status.HOLDS: f"Threads count lines faster: {got} as fast as one after another.{alone}",
            Status.FAILS: f"Threads {'hardly' if little else 'do not'} count lines faster here: {got}.{little}{alone}",
            Status.UNDECIDED: "Whether threads count lines faster cannot be told here.",
        },
        evidence=(
            speed_up(results, "sequential", "threads", "threads"),
            speed_up(results, "sequential", "processes", "processes"),
            ideal(results, number(results.values, "workers")),
        ),
        advice={Status.FAILS: advice},
    )


EXPERIMENT = Experiment(
    name="counting-lines",
    title="counting lines",
    chapter="Concurrency",
    place=30,
    question="Counting the lines of files is said to be I/O-bound. Do threads make it faster?",
    proposition="Threads make counting lines faster.",
    explanation=(
        "Up to 400 real files, read once beforehand, so that they come from memory (the page cache), as files that are in use do. "
        "Then hardly any time is spent waiting for a disk, and what remains is splitting bytes into lines: work for a core that "
        "holds the GIL. Cold files, which the kernel is asked to forget before each reading, have to be fetched from the disk; how "
        "much waiting that is depends on the disk. Whether something is I/O-bound is not said by its name; it is seen in the split."
    ),
    claims=(16,),
    parameters=(
        workers(cores_or_four, least=2),
        Parameter(
            "path",
            Kind.PATH,
            "a file, or a folder with text and source files",
            lambda _machine, _values: sysconfig.get_path("stdlib"),
        ),
        size(of="counting-lines"),
        Parameter(
            "cache", Kind.CHOICE, "whether the files are in memory (warm) or on the disk alone", "warm", choices=("warm", "cold")
        ),
        start_method(),
    ),
    arms=arms,
    judge=judge,
    control="sequential",
    scaled="size",
    wrong_with=nothing_to_count,
    lacks=needs_two_cores,
)
