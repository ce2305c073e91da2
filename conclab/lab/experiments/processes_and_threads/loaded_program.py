"""A program is started several times: which file does each process run, how much of it is in memory, and what belongs to it?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

from conclab.lab.experiments.common import number, size
from conclab.lab.seeing import always, is_so, memory, needs_linux, seen, share
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Values
from conclab.model.machine import Machine
from conclab.model.results import Results, measure_of
from conclab.model.verdicts import Evidence, Status, Verdict

COMPILED, SCRIPT = "compiled", "script"
WHOLE = 0.95
"""Of a file that is in memory to a larger share nearly all was brought in."""

_mapped, _resident = measure_of("mapped"), measure_of("resident")


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    return tuple(Arm(kind, "sequential", "instances", 1, 1, {"size": values["size"], "kind": kind}) for kind in (COMPILED, SCRIPT))


def _found(results: Results, arm: str) -> list[Mapping[str, object]]:
    return [one.result for one in results.arm(arm).repetitions if isinstance(one.result, dict)]


def exe(results: Results, arm: str) -> str:
    """The name of the file that the processes of a program run; empty: not told."""
    names = {PurePath(str(path)).name for one in _found(results, arm) for path in _all(one, "exes")}
    return names.pop() if len(names) == 1 else ""


def _all(one: Mapping[str, object], name: str) -> list[object]:
    found = one.get(name)
    return found if isinstance(found, list) else []


def is_binary(results: Results, arm: str) -> Status:
    """Whether what they run is machine code."""
    return is_so(one.get("binary") is True for one in _found(results, arm))


def is_its_own(results: Results, arm: str) -> Status:
    """Whether the file that they run is the program that was started."""
    return is_so(path == one.get("program") for one in _found(results, arm) for path in _all(one, "exes"))


def many_of_one(results: Results) -> Status:
    """Whether all its processes ran one file at the same time, each under a pid of its own."""
    many = number(results.values, "size")
    return is_so(
        len(set(map(str, _all(one, "pids")))) == many and len(_all(one, "exes")) == 1
        for arm in (COMPILED, SCRIPT)
        for one in _found(results, arm)
    )


def has(results: Results, what: str) -> float | None:
    """How many tasks or children the script's process had, every time alike."""
    return always(results, SCRIPT, measure_of(what))


def bars(results: Results) -> list[Evidence]:
    """How much of the files that they have mapped was in memory."""
    found = []
    for arm in (COMPILED, SCRIPT):
        there = share(results, arm, _resident, _mapped)
        sizes = [memory(results.arm(arm).median_of(figure)) for figure in (_resident, _mapped)]
        faults = results.arm(arm).median_of(measure_of("faults"))
        note = f"{exe(results, arm)}: {sizes[0]} of {sizes[1]}" if all(sizes) else ""
        note += f", {figures.count(faults)} page faults" if note and faults is not None else ""
        label = "a script" if arm == SCRIPT else "a compiled program"
        found.append(Evidence(label, there.value if there else None, there, " there", note))
    return found


def judge(results: Results) -> Verdict:
    """On whether a program is in memory as a whole once it runs."""
    there = share(results, SCRIPT, _resident, _mapped)
    sizes = [memory(results.arm(SCRIPT).median_of(figure)) for figure in (_resident, _mapped)]
    status = Status.UNDECIDED
    if there is not None:
        status = Status.HOLDS if there.low > WHOLE else Status.FAILS if there.high < WHOLE else Status.UNDECIDED
    amounts = f"{sizes[0]} of the {sizes[1]} that it has mapped of {exe(results, SCRIPT) or 'its program'} and libraries"
    return seen(
        results,
        status,
        there,
        statements={
            Status.HOLDS: f"When a script's process was ready, {amounts} were in its memory: nearly all.",
            Status.FAILS: f"When a script's process was ready, {amounts} were in its memory; the rest comes when needed.",
            Status.UNDECIDED: f"When a script's process was ready, {amounts} were in its memory."
            if there
            else "How much is there was not told.",
        },
        unit=" there",
        about="What is counted is the share of the mapped files of a Python script's process that was in its memory.",
        evidence=bars(results),
    )


EXPERIMENT = Experiment(
    name="loaded-program",
    title="from a program to a process",
    chapter="Processes and threads",
    place=5,
    question="What is in memory when a program has become a process?",
    proposition="When a program is started, all of it is loaded into memory.",
    explanation=(
        "The kernel does not read a program in. It maps its file into a new address space, and a page of it is brought in when "
        "somebody first touches it (a page fault). What runs is machine code: of a compiled program its own file, of a script "
        "that of its interpreter, which reads the script as it reads any other file. Each start makes a process with a pid of its "
        "own, which may have several threads (its tasks) and may start children."
    ),
    claims=(6, 7),
    parameters=(size(of="instances"),),
    arms=arms,
    judge=judge,
    rounds=3,
    lacks=needs_linux,
)
