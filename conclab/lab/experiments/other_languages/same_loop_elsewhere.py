"""One loop, counting primes, in six languages: what does it cost to be interpreted?"""

from __future__ import annotations

from dataclasses import replace

from conclab.lab.experiments.common import number, size
from conclab.lab.judging import compare, settle
from conclab.lab.seeing import seen
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Values
from conclab.model.machine import Machine
from conclab.model.results import Results, measure_of
from conclab.model.statistics import Interval
from conclab.model.verdicts import Evidence, Status, Verdict
from conclab.runner.registry import LANGUAGES

THRESHOLD = 5.0
JITTED = 2.0
"""Whoever interprets like CPython is not twice as fast."""
NODE = LANGUAGES["node"].label
PYTHON, BYTECODE = "Python", "Python's compiler"
COMPILED = ("C", "Rust", "Go")
"""Compiled before they run; the first that is here stands for all in the verdict."""
_EXECUTORS = {"go": "goroutines", "erlang": "erlang-processes"}
"""Of the languages in which a single worker is something else than the main thread."""


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    arguments = {"size": values["size"]}

    def elsewhere(language: str) -> Arm:
        executor = _EXECUTORS.get(language, "sequential")
        return Arm(LANGUAGES[language].label, executor, "primes", 1, 1, arguments, language=language, optional=True)

    own = Arm(PYTHON, "sequential", "primes", 1, 1, arguments), Arm(BYTECODE, "sequential", "bytecode", 1, 1, {"size": 100})
    return *own, *(elsewhere(language) for language in LANGUAGES)


def _called(results: Results) -> str:
    """The interpreter under test, for sentences: Python 3.11, PyPy 3.9."""
    own = results.python
    return f"Python {own.label}" if own.implementation == "cpython" else own.label


def faster(results: Results, language: str) -> Interval | None:
    """How many times as fast as this Python a language was; None where it is not here."""
    return None if language in results.missing else compare(results, PYTHON, language)


def stands_for_compiled(results: Results) -> str:
    """The compiled language that the verdict is about: the first that is here; the first of all where none is."""
    return next((language for language in COMPILED if language not in results.missing), COMPILED[0])


def is_not_compiled(results: Results) -> Verdict:
    """Whether Python does the text of the loop as it is. It does not: it compiles it first, to instructions of its own."""
    arm = results.arm(BYTECODE)
    made, took = arm.median_of(measure_of("bytecode_bytes")), arm.median_of(measure_of("compile_ns"))
    told = f"{figures.count(made)} bytes of bytecode, in {figures.duration(took)}"
    return seen(
        results,
        Status.FAILS if made else Status.UNDECIDED,
        statements={
            Status.HOLDS: "Python ran the loop without compiling it.",
            Status.FAILS: f"{_called(results)} does compile: it turned the loop into {told}.",
            Status.UNDECIDED: "What Python makes of the loop cannot be seen here.",
        },
        advice="Try python3 -m dis to read it.",
    )


def compiles_while_running(results: Results) -> Verdict:
    """Whether a language that is called interpreted is as slow as that: Node compiles what runs often while it runs."""
    ratio = faster(results, NODE)
    got = figures.times(ratio.value) if ratio else ""
    why = results.missing.get(NODE)
    return settle(
        replace(results, lacks=f"{why.rstrip('.')}.") if why else results,
        ratio,
        threshold=JITTED,
        statements={
            Status.HOLDS: f"JavaScript in Node, which is called interpreted too, was {got} as fast: it is compiled while it runs.",
            Status.FAILS: f"JavaScript in Node was only {got} as fast.",
            Status.UNDECIDED: "How much faster JavaScript in Node is cannot be told here.",
        },
        evidence=[bar for bar in bars(results) if bar.label in (PYTHON, NODE)],
    )


def bars(results: Results) -> list[Evidence]:
    """How many times as fast as Python each language was, and how long it took."""
    made = []
    for arm in results.planned:
        if arm.name == BYTECODE:
            continue
        ratio, took = faster(results, arm.name), results.arm(arm.name).median_of(results.metric)
        value = 1.0 if arm.name == PYTHON else ratio.value if ratio else None
        made.append(Evidence(arm.name, value, None if arm.name == PYTHON else ratio, note=figures.duration(took) if took else ""))
    return made


def judge(results: Results) -> Verdict:
    language = stands_for_compiled(results)
    ratio = faster(results, language)
    got, python = figures.times(ratio.value) if ratio else "", _called(results)
    loop = f"Counting the primes below {number(results.values, 'size'):,}"
    return settle(
        results,
        ratio,
        threshold=THRESHOLD,
        statements={
            Status.HOLDS: f"{loop} took {language} a fraction of the time: {got} as fast as {python}.",
            Status.FAILS: f"{loop} in {language} was only {got} as fast as {python}.",
            Status.UNDECIDED: "How much faster a compiled loop is cannot be told here.",
        },
        evidence=bars(results),
        advice={Status.HOLDS: "Look at Node and Erlang: they are not compiled in advance either, and compile while they run."},
    )


EXPERIMENT = Experiment(
    name="same-loop-elsewhere",
    title="the same loop elsewhere",
    chapter="Other languages",
    place=10,
    question="The same loop in C, Rust, Go, Erlang, Node and Python: how far apart are they?",
    proposition="A compiled loop is at least five times as fast as Python's.",
    explanation=(
        "Primes are counted by trial division, line for line the same in every language. C, Rust and Go were compiled to "
        "instructions of this processor beforehand; that time is told apart and not in any figure. Node and Erlang compile while "
        "they run, PyPy too. CPython compiles to bytecode, and its interpreter then does each of those instructions by many of the "
        "processor's. What a program waits for (network, disk) is no faster in any of them."
    ),
    claims=(5,),
    parameters=(size(of="primes", default=450_000),),
    arms=arms,
    judge=judge,
    control=PYTHON,
    scaled="size",
    rounds=3,
)
