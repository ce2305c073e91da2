"""Parameters that many experiments have, said once."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from conclab.model.experiments import Kind, Parameter, Value, Values
from conclab.model.machine import Machine
from conclab.runner.registry import WORKLOADS, Workload

CPU_BOUND = ("primes", "large-matrices", "small-matrices", "hashing")
HOLDING_THE_GIL = ("primes", "large-matrices", "small-matrices")
"""Work in pure Python: whoever does it holds the lock from end to end."""
START_METHODS = ("fork", "forkserver", "spawn")


def most_workers(machine: Machine, _values: Values) -> int:
    """Four for each core, and never fewer than sixteen, so that a small machine can be shown overload too."""
    return max(16, 4 * machine.cores)


def most_waiters(machine: Machine, values: Values) -> int:
    """Whoever only waits needs no core, so there may be many of them on a small machine too."""
    return max(128, most_workers(machine, values))


def workers(
    default: int | Callable[[Machine, Values], int], least: int = 1, most: int | Callable[[Machine, Values], int] = most_workers
) -> Parameter:
    return Parameter("workers", Kind.INTEGER, "how many workers share the work", default, minimum=least, maximum=most)


def cores_or_four(machine: Machine, _values: Values) -> int:
    """As many workers as usable cores, at least four, at most sixteen: enough to keep all busy, few enough to watch."""
    return min(16, max(4, machine.whole_cores))


def cores_at_most(machine: Machine, _values: Values) -> int:
    """As many workers as usable cores, two at least and sixteen at most: for what is compared with the number of workers."""
    return min(16, max(2, machine.whole_cores))


def work(default: str = "primes", choices: tuple[str, ...] = CPU_BOUND) -> Parameter:
    return Parameter("work", Kind.CHOICE, "what each task does", default, choices=choices)


def size(of: str | None = None, default: int | None = None, part: float = 1.0) -> Parameter:
    """How much one task is: of the workload ``of``, or of the chosen ``work``; unless said otherwise a ``part`` of its default."""

    def entry(values: Values) -> Workload:
        return WORKLOADS[of or str(values["work"])]

    meanings = "; ".join(f"{name}: {WORKLOADS[name].size}" for name in CPU_BOUND)
    return Parameter(
        "size",
        Kind.INTEGER,
        WORKLOADS[of].size if of else f"how much one task is ({meanings})",
        lambda _machine, values: default or max(entry(values).least, round(entry(values).default * part)),
        minimum=lambda _machine, values: entry(values).least,
        maximum=lambda _machine, values: entry(values).most,
        unit=WORKLOADS[of].unit if of else "",
    )


def carried_by(*executors: str) -> Parameter:
    """The parameter ``executor``: one of these, the first if nothing else is said."""
    return Parameter("executor", Kind.CHOICE, "what the workers are", executors[0], choices=executors)


def start_method(default: str = "fork") -> Parameter:
    return Parameter("start_method", Kind.CHOICE, "how multiprocessing starts its processes", default, choices=START_METHODS)


def arguments_of(values: Values) -> Mapping[str, Value]:
    """What the chosen ``work`` gets: its size, and which matrices are meant."""
    arguments: dict[str, Value] = {"size": values["size"]}
    if values["work"] == "small-matrices":
        arguments["small"] = 1
    return arguments


def number(values: Values, name: str) -> int:
    """A whole-number parameter."""
    return int(values[name])


def switch_interval() -> Parameter:
    """After how long a thread that wants the GIL asks for it (sys.setswitchinterval); 5 ms is what Python begins with."""
    return Parameter(
        "interval",
        Kind.INTEGER,
        "the switch interval: how long a thread may keep the GIL while others want it",
        5_000,
        minimum=100,
        maximum=50_000,
        unit="µs",
    )
