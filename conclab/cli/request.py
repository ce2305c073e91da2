"""From options to a plan: the part that ``conclab run`` has in common with and without the lab."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.cli.ending import Trouble
from conclab.lab.catalogue import UnknownExperiment, find
from conclab.lab.interpreters import NoInterpreter, ask, locate, own
from conclab.lab.planning import BadRequest, make_plan
from conclab.model.experiments import Interpreter
from conclab.model.runs import Plan
from conclab.sampling import tracefs
from conclab.sampling.machine import load_average, memory_available, read_facts


def settings_of(pairs: Sequence[str]) -> dict[str, str]:
    """KEY=VALUE options as a mapping. Raises Trouble for one without an equals sign and for a key given twice."""
    found: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise Trouble(f"--set {pair!r}: write it as KEY=VALUE")
        if key in found:
            raise Trouble(f"--set {key} is given twice")
        found[key] = value
    return found


def pythons_of(names: Sequence[str]) -> list[Interpreter]:
    """The interpreters asked for, or conclab's own."""
    found: list[Interpreter] = []
    for name in names:
        python = ask(locate(name))
        if python in found:
            raise NoInterpreter(f"--python {name} is given twice")
        found.append(python)
    return found or [own()]


def plan_of(name: str, settings: Sequence[str], pythons: Sequence[str], repeat: int | None, seed: int, exact: bool = False) -> Plan:
    """Everything checked, nothing started. Raises Trouble."""
    lack = tracefs.lack() if exact else ""
    if lack:
        raise Trouble(f"--exact: {lack}")
    try:
        return make_plan(
            find(name),
            settings_of(settings),
            read_facts(),
            pythons_of(pythons),
            memory_available=memory_available(),
            rounds=repeat,
            seed=seed,
            load_before=load_average(),
            traced=exact,
        )
    except (UnknownExperiment, NoInterpreter, BadRequest) as error:
        raise Trouble(str(error)) from None
