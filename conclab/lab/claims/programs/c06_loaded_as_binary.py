"""Claim 6: a program is loaded into memory as a binary and then is a process."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.experiments.processes_and_threads import loaded_program as experiment
from conclab.lab.seeing import seen
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results
from conclab.model.verdicts import Status, Verdict


def _compiled(results: Results) -> Verdict:
    both = {experiment.is_binary(results, experiment.COMPILED), experiment.is_its_own(results, experiment.COMPILED)}
    status = both.pop() if len(both) == 1 else Status.FAILS if Status.FAILS in both else Status.UNDECIDED
    name = experiment.exe(results, experiment.COMPILED)
    return seen(
        results,
        status,
        statements={
            Status.HOLDS: f"The process of {name} runs the file of {name}, which is machine code.",
            Status.FAILS: f"The process of a compiled program runs another file: {name}.",
            Status.UNDECIDED: "Which file a compiled program's process runs was not told.",
        },
    )


def _script(results: Results) -> Verdict:
    name = experiment.exe(results, experiment.SCRIPT)
    return seen(
        results,
        experiment.is_its_own(results, experiment.SCRIPT),
        statements={
            Status.HOLDS: f"The process of a script runs the script itself: {name}.",
            Status.FAILS: f"The process of a Python script runs {name}; the script is only a file that it reads.",
            Status.UNDECIDED: "Which file a script's process runs was not told.",
        },
    )


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    (results,) = found
    assert results is not None
    return (
        Part(_compiled(results), "a compiled program"),
        Part(_script(results), "a script"),
        Part(experiment.judge(results), "all of it is loaded"),
    )


CLAIM = Claim(
    number=6,
    title="a program is loaded as a binary",
    chapter="Programs",
    statement="When a program is started, it is loaded into memory in binary form, and so becomes a process.",
    why=(
        "To start a program the {kernel} makes an {address space} and maps the program's file into it, without reading it. A "
        "{page} is brought in when the program first touches it. What runs is always machine code: of a compiled program its "
        "own, of a script that of its {interpreter}, which the kernel starts instead and which reads the script as data."
    ),
    article=(
        "It is right that a core runs nothing but machine code. The script itself never becomes that in CPython, and nothing is "
        "loaded whole: what is not used stays on the disk."
    ),
    trials=(Trial("loaded-program"),),
    judge=judge,
    drawing="loading",
)
