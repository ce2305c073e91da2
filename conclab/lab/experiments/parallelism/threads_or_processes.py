"""Do several threads finish CPU-bound Python sooner than one? Do several processes?"""

from __future__ import annotations

from conclab.lab.experiments.common import HOLDING_THE_GIL, arguments_of, cores_or_four, number, size, start_method, work, workers
from conclab.lab.judging import a_little, compare, ideal, needs_two_cores, settle, speed_up
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Values
from conclab.model.machine import Machine
from conclab.model.results import Results, cores_of
from conclab.model.verdicts import Status, Verdict

THRESHOLD = 1.15
"""Two threads that share one GIL reach 1.0; ones that do not, nearly as much as there are cores."""


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    many = number(values, "workers")

    def arm(name: str, executor: str) -> Arm:
        return Arm(name, executor, str(values["work"]), many, many, arguments_of(values))

    return arm("sequential", "sequential"), arm("threads", "threads"), arm("processes", str(values["start_method"]))


def judge(results: Results) -> Verdict:
    many = number(results.values, "workers")
    threads = figures.sentence(figures.plural(many, "thread"))
    ratio = compare(results, "sequential", "threads")
    processes = compare(results, "sequential", "processes")
    used = results.arm("threads").median_of(cores_of)
    of_cores = f"{used:.2f} of {figures.cores(results.machine.usable_cores)} cores used" if used is not None else ""
    got = figures.times(ratio.value) if ratio else ""
    shares = results.arm("threads").shares()
    why = ""
    gil = bool(results.gil_enabled) and results.values["work"] in HOLDING_THE_GIL
    if gil and shares is not None:
        why = f" The GIL lets one thread at a time run Python code; they were blocked {figures.percent(shares[2])} of their time."
    little = a_little(ratio, THRESHOLD)
    advice = ""
    if processes is not None and processes.low > THRESHOLD:
        advice = f"Processes do help: {figures.times(processes.value)} here."
        advice += " So would a Python without the GIL." if gil else ""
    return settle(
        results,
        ratio,
        threshold=THRESHOLD,
        statements={
            Status.HOLDS: f"{threads} are faster than one: {got}, {of_cores}.",
            Status.FAILS: f"{threads} are not faster than one here: {got}, {of_cores}.{why}"
            if not little
            else f"{threads} are hardly faster than one here: {got}, {of_cores}.{little}{why}",
            Status.UNDECIDED: f"Whether {threads.lower()} are faster than one cannot be told here.",
        },
        evidence=(
            speed_up(results, "sequential", "threads", "threads"),
            speed_up(results, "sequential", "processes", "processes"),
            ideal(results, many),
        ),
        advice={Status.FAILS: advice},
    )


EXPERIMENT = Experiment(
    name="threads-or-processes",
    title="threads or processes?",
    chapter="Parallelism",
    place=10,
    question="Do several threads finish work for the CPU sooner than one? Do several processes?",
    proposition="Several threads finish CPU-bound work sooner than one.",
    explanation=(
        "The same tasks are done one after another, by threads of one process, and by processes. The kernel would gladly spread "
        "threads over all cores. CPython's global interpreter lock (GIL) does not let it: whoever wants to run Python code must "
        "hold the lock, and the others sleep until it is handed over, every 5 ms. Processes have an interpreter and a lock each. "
        "Choose hashing as the work to see C code that gives the lock away, or a free-threaded Python (3.13t) that has none."
    ),
    claims=(18, 34),
    parameters=(workers(cores_or_four, least=2), work(), size(part=0.7), start_method()),
    arms=arms,
    judge=judge,
    control="sequential",
    scaled="size",
    lacks=needs_two_cores,
)
