"""The same work on one core, on all cores, on a cluster; and on a GPU what a GPU is good at."""

from __future__ import annotations

from conclab.lab.experiments.common import cores_at_most, number, size, workers
from conclab.lab.judging import a_little, compare, ideal, needs_two_cores, settle, speed_up
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Parameter, Value, Values
from conclab.model.machine import Machine
from conclab.model.results import Results, measure_of
from conclab.model.statistics import Interval, ratio_of_medians
from conclab.model.verdicts import Evidence, Status, Verdict

THRESHOLD = 1.15
ONE, CORES, CLUSTER, GPU = "one core", "several cores", "a Dask cluster", "a GPU"


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    many, limit = number(values, "workers"), values["size"]
    spread: dict[str, Value] = {"size": limit, "calls": many, "workers": many}
    return (
        Arm(ONE, "sequential", "primes", 1, many, {"size": limit}),
        Arm(CORES, "fork", "primes", many, many, {"size": limit}),
        Arm(CLUSTER, "sequential", "cluster", 1, 1, spread, optional=True),
        Arm(GPU, "sequential", "graphics", 1, 1, {"size": values["rows"]}, optional=True),
    )


def by_gpu(results: Results) -> Interval | None:
    """How many times as fast as one core the GPU multiplied matrices; None where none was measured."""
    if GPU in results.missing:
        return None
    found = results.arm(GPU)
    core, gpu = found.by_round(measure_of("core_ns")), found.by_round(measure_of("gpu_ns"))
    rounds = sorted(core.keys() & gpu.keys())
    return ratio_of_medians([core[number] for number in rounds], [gpu[number] for number in rounds])


def by_cluster(results: Results) -> Interval | None:
    """How many times as fast as one core the cluster was; None where there is none."""
    return None if CLUSTER in results.missing else compare(results, ONE, CLUSTER)


def gpu_name(results: Results) -> str:
    """As its library calls it; empty where none was measured."""
    names = [str(one.result) for one in results.arm(GPU).repetitions if one.result] if GPU not in results.missing else []
    return names[0] if names else ""


def judge(results: Results) -> Verdict:
    ratio = compare(results, ONE, CORES)
    many = figures.in_words(number(results.values, "workers"))
    got = figures.times(ratio.value) if ratio else ""
    on = f"on the {figures.cores(results.machine.usable_cores)} cores of this machine"
    bars = [speed_up(results, ONE, CORES, CORES)]
    if CLUSTER not in results.missing:
        cluster = by_cluster(results)
        bars.append(Evidence(CLUSTER, cluster.value if cluster else None, cluster, note="its start is not in it"))
    gpu = by_gpu(results)
    if gpu is not None:
        bars.append(Evidence(GPU, gpu.value, gpu, note=f"{gpu_name(results)}, matrix products"))
    return settle(
        results,
        ratio,
        threshold=THRESHOLD,
        statements={
            Status.HOLDS: f"{figures.sentence(many)} processes {on} did the same work {got} as fast as one.",
            Status.FAILS: f"{figures.sentence(many)} processes {on} did the same work {got} as fast as one."
            f"{a_little(ratio, THRESHOLD)}",
            Status.UNDECIDED: "Whether several cores are faster than one cannot be told here.",
        },
        evidence=(*bars, ideal(results, number(results.values, "workers"))),
    )


EXPERIMENT = Experiment(
    name="parallel-hardware",
    title="parallel hardware",
    chapter="Parallelism",
    place=50,
    question="What hardware can do several things at once here, and what does it bring?",
    proposition="Several cores do the same work sooner than one.",
    explanation=(
        "The same primes are counted on one core, by a process for each core, and, where Dask is installed, by a cluster of its "
        "workers. That cluster is one of this machine (LocalCluster): the same cores, given work as other hosts would be, so it "
        "can only be slower than bare processes; its start is not timed. Where there is a GPU, and torch or cupy to reach it "
        "with, it multiplies two matrices, copied there and back, against one core with the same library: primes by trial "
        "division, with their many branches, would not suit it."
    ),
    claims=(40,),
    parameters=(
        workers(cores_at_most, least=2),
        size(of="primes", default=150_000),
        Parameter("rows", Kind.INTEGER, "rows of the matrices for a GPU", 2_000, minimum=16, maximum=8_000, unit="rows"),
    ),
    arms=arms,
    judge=judge,
    control=ONE,
    rounds=3,
    lacks=needs_two_cores,
)
