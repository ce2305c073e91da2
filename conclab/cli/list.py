"""``conclab list``: the experiments and their parameters on this machine."""

from __future__ import annotations

import argparse
from typing import Any

from conclab.cli.output import paint, print_json
from conclab.lab.catalogue import by_chapter, catalogue
from conclab.model.experiments import Experiment, Kind, Parameter, Value, resolve
from conclab.model.machine import Machine
from conclab.sampling.machine import read_facts


def _parameter(parameter: Parameter, machine: Machine, values: dict[str, Value]) -> dict[str, Any]:
    low, high = parameter.range_for(machine, values) if parameter.kind is Kind.INTEGER else (None, None)
    return {
        "name": parameter.name,
        "kind": parameter.kind.value,
        "help": parameter.help,
        "default": values[parameter.name],
        "minimum": low,
        "maximum": high,
        "choices": list(parameter.choices) or None,
        "unit": parameter.unit or None,
    }


def _experiment(experiment: Experiment, machine: Machine) -> dict[str, Any]:
    values = resolve(experiment.parameters, {}, machine)
    return {
        "name": experiment.name,
        "title": experiment.title,
        "chapter": experiment.chapter,
        "question": experiment.question,
        "proposition": experiment.proposition,
        "explanation": experiment.explanation,
        "claims": list(experiment.claims),
        "parameters": [_parameter(parameter, machine, values) for parameter in experiment.parameters],
        "arms": [arm.name for arm in experiment.arms(values, machine)],
    }


def _claims(experiment: Experiment) -> str:
    """claim 34, or claims 18, 34."""
    numbers = ", ".join(str(number) for number in experiment.claims)
    return f"{'claim' if len(experiment.claims) == 1 else 'claims'} {numbers}"


def _range(parameter: dict[str, Any]) -> str:
    if parameter["choices"]:
        return ", ".join(parameter["choices"])
    if parameter["minimum"] is None and parameter["maximum"] is None:
        return ""
    unit = f" {parameter['unit']}" if parameter["unit"] else ""
    least, most = (None if bound is None else f"{bound:,}" for bound in (parameter["minimum"], parameter["maximum"]))
    if least is None or most is None:
        return f"at most {most}{unit}" if least is None else f"at least {least}{unit}"
    return f"{least} to {most}{unit}"


def command(asked: argparse.Namespace) -> int:
    machine = read_facts()
    if asked.json:
        print_json({"schema": 1, "experiments": [_experiment(experiment, machine) for experiment in catalogue()]})
        return 0
    for number, (chapter, experiments) in enumerate(by_chapter().items()):
        if number:
            print()
        print(paint(chapter, "bold"))
        for experiment in experiments:
            entry = _experiment(experiment, machine)
            print(f"  {paint(experiment.name, 'cyan')}")
            print(f"    {experiment.question}")
            if experiment.claims:
                print(paint(f"      bears on {_claims(experiment)}", "dim"))
            for parameter in entry["parameters"]:
                default = parameter["default"]
                shown = f"{default:,}" if isinstance(default, int) else str(default)
                print(paint(f"      {parameter['name']} = {shown}   {_range(parameter)}".rstrip(), "dim"))
    return 0
