"""Claim 5: programs are compiled in advance or interpreted as they run."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.experiments.other_languages import same_loop_elsewhere
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    (results,) = found
    assert results is not None
    return (
        Part(same_loop_elsewhere.judge(results), "compiled in advance is faster"),
        Part(same_loop_elsewhere.is_not_compiled(results), "Python is not compiled"),
        Part(same_loop_elsewhere.compiles_while_running(results), "compiled while it runs", beside=True),
    )


CLAIM = Claim(
    number=5,
    title="compiled against interpreted",
    chapter="Programs",
    statement=(
        "C, Go and Rust are compiled in advance to what the processor can run; JavaScript and Python are not compiled, but "
        "interpreted while they run."
    ),
    why=(
        "A compiler that works in advance leaves instructions of the processor, and nothing else is in the way when they run. "
        "CPython compiles too, to {bytecode}, when a program is loaded. Its {interpreter} does each of these instructions by many "
        "of the processor's: it looks up what it is to do, and of which type the objects are. A {JIT compiler}, as in Node and "
        "PyPy, watches what runs often and makes instructions of the processor of it meanwhile."
    ),
    article=(
        "It is about the right picture of C and of CPython. How a program is run belongs to its implementation, not to the "
        "language, and between the two ways there are many."
    ),
    trials=(Trial("same-loop-elsewhere"),),
    judge=judge,
    drawing="languages",
)
