"""Claim 43: the arguments of processes are copied, and nothing is shared."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.experiments.memory_and_messages import argument_copies
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    (results,) = found
    assert results is not None
    return Part(argument_copies.kept_apart(results), "kept apart"), Part(argument_copies.pickled(results), "copied at the start")


CLAIM = Claim(
    number=43,
    title="arguments of processes are copied",
    chapter="Multi-processing",
    statement="What a process is given as an argument is copied into its memory, so processes share nothing.",
    why=(
        "A process that is started anew ({spawn}, {forkserver}) has nothing of its parent. Its argument is turned into bytes "
        "({pickling}), sent through a {pipe} and made anew. A {forked|fork} process has all of its parent's memory at once, the "
        "argument included: nothing is pickled, and no byte is copied yet. Only when one of them writes does the {kernel} copy "
        "that {page} ({copy-on-write}). What the parent sees is the same: the change of another process never comes back."
    ),
    article="Right about what one sees. By fork, the default on Linux before Python 3.14, nothing is copied at the start.",
    trials=(Trial("argument-copies"),),
    judge=judge,
    drawing="copy-on-write",
)
