"""Claim 42: each process has an interpreter and a GIL of its own."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.experiments.common import START_METHODS
from conclab.lab.experiments.processes_and_threads.own_interpreter import judge, judge_started_anew
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results


def parts(found: Sequence[Results | None]) -> tuple[Part, ...]:
    (results,) = found
    assert results is not None
    no_gil = results.gil_enabled is False
    own = Part(judge(results), "a GIL of its own", beside=no_gil)
    return own, *(Part(judge_started_anew(results, method), f"another interpreter by {method}") for method in START_METHODS)


CLAIM = Claim(
    number=42,
    title="own interpreter and own GIL",
    chapter="Multi-processing",
    statement="multiprocessing starts each process with a Python interpreter and a GIL of its own.",
    why=(
        "The {GIL} is a variable in the memory of a {process}, and processes have memory of their own, so each has its own lock: "
        "threads of one never wait for that of another. Where the {interpreter} comes from depends on the start method. {spawn} "
        "starts the program python anew, which then imports what it needs. {fork} copies the running process, so the child goes on "
        "with its parent's interpreter and all modules and objects in it. {forkserver} forks from an interpreter that was started "
        "anew once, for all of them."
    ),
    article=(
        "Own GIL: yes. The word spawns suits only one of three start methods; until Python 3.14 fork was the one that Linux "
        "programs got unless they asked for another."
    ),
    trials=(Trial("own-interpreter"),),
    judge=parts,
    drawing="address-spaces",
)
