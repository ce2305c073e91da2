"""From what the user asked for to a plan that can begin: everything that can be checked without starting anything is checked."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from conclab.model import figures
from conclab.model.experiments import Arm, BadValue, Experiment, Interpreter, Kind, Value, resolve
from conclab.model.machine import Machine
from conclab.model.runs import Plan
from conclab.model.statistics import scaled_to
from conclab.runner.registry import EXECUTORS, MEGABYTE, WORKLOADS

MEMORY_SHARE = 0.8
"""An experiment may need this share of the memory that is available, not more."""
_INTERPRETER_BYTES = 24 * 1024 * 1024
MOST_ROUNDS = 1_000


class BadRequest(ValueError):
    """The run that was asked for cannot begin. The message is one plain sentence."""


def check_value(experiment: Experiment, name: str, text: str, machine: Machine, values: Mapping[str, Value]) -> str | None:
    """What is wrong with one value as typed, for marking it where it stands; None: nothing."""
    for parameter in experiment.parameters:
        if parameter.name == name:
            try:
                value = parameter.parse(text, machine, values)
                if parameter.kind is Kind.PATH:
                    _check_path(parameter.name, str(value))
            except BadValue as error:
                return str(error).removeprefix(f"{name}: ")
    return None


def _check_path(name: str, text: str) -> str:
    """The path as the runner will need it, without a ~. Raises BadValue."""
    if not text:
        raise BadValue(f"{name}: give a file or a folder")
    path = Path(text).expanduser()
    if not path.exists():
        raise BadValue(f"{name}: there is no {text!r}")
    if not os.access(path, os.R_OK | (os.X_OK if path.is_dir() else 0)):
        raise BadValue(f"{name}: {text!r} cannot be read; check its permissions")
    if not path.is_dir() and not path.is_file():
        raise BadValue(f"{name}: {text!r} is neither a file nor a folder")
    return str(path)


def needed_bytes(arm: Arm) -> int:
    """A rough upper guess of the memory that one repetition of an arm takes."""
    executor = EXECUTORS[arm.executor]
    total = _INTERPRETER_BYTES + arm.workers * executor.bytes_per_worker
    total += int(arm.arguments.get("ballast", 0)) * MEGABYTE
    workload = WORKLOADS.get(arm.workload)
    if workload is not None:
        at_once = 1 if arm.executor == "sequential" else arm.workers
        total += int(workload.memory(int(arm.arguments.get("size", 0))) * at_once)
    return total


def make_plan(
    experiment: Experiment,
    given: Mapping[str, str],
    machine: Machine,
    pythons: Sequence[Interpreter],
    *,
    memory_available: int | None = None,
    rounds: int | None = None,
    cap_s: float | None = None,
    seed: int = 0,
    load_before: tuple[float, float, float] | None = None,
    traced: bool = False,
) -> Plan:
    """Check a request and make its plan. Raises BadRequest; nothing has been started then.

    ``cap_s``: another cap than the experiment's own. ``traced``: exact mode. Whether it can be had here is for the caller to
    ask (``Feed.exact_lack``): the lab knows no tracer.
    """
    try:
        values = dict(resolve(experiment.parameters, given, machine))
        for parameter in experiment.parameters:
            if parameter.kind is Kind.PATH:
                values[parameter.name] = _check_path(parameter.name, str(values[parameter.name]))
        wrong = experiment.wrong_with(values)
        if wrong:
            raise BadValue(wrong)
    except BadValue as error:
        raise BadRequest(f"{experiment.name}: {error}") from None
    if rounds is not None and not 1 <= rounds <= MOST_ROUNDS:
        raise BadRequest(f"repetitions: {rounds:,} is out of range; take 1 to {MOST_ROUNDS:,}")
    arms = experiment.arms(values, machine)
    if memory_available is not None:
        worst = max(arms, key=needed_bytes)
        need = needed_bytes(worst)
        if need > memory_available * MEMORY_SHARE:
            raise BadRequest(
                f"{experiment.name}: {worst.name} would need about {figures.size(need)} of memory, and "
                f"{figures.size(memory_available)} are available; take fewer workers or a smaller size"
            )
    if not machine.can_pin and any(arm.one_core for arm in arms):
        raise BadRequest(f"{experiment.name}: this system cannot pin a process to one core")
    return Plan(
        experiment=experiment,
        values=values,
        machine=machine,
        arms=tuple(arm.under(python) for python in pythons for arm in arms),
        pythons=tuple(pythons),
        rounds=rounds if rounds is not None else experiment.rounds,
        exact_rounds=rounds is not None,
        cap_s=experiment.cap_s if cap_s is None else cap_s,
        limit_s=experiment.limit_s,
        seed=seed,
        load_before=load_before,
        traced=traced,
        scaled="" if experiment.scaled in given else experiment.scaled,
    )


def enlarged(plan: Plan, took_ns: float) -> Plan:
    """The plan with work that takes long enough to be timed, where one repetition of the control arm took ``took_ns``; the same
    plan where that was enough, or nothing can be raised."""
    experiment = plan.experiment
    parameter = next((one for one in experiment.parameters if one.name == plan.scaled), None)
    if parameter is None or not plan.controls:
        return plan
    size, (_least, most) = int(plan.values[parameter.name]), parameter.range_for(plan.machine, plan.values)
    workload = WORKLOADS.get(plan.controls[0].workload)
    wanted = scaled_to(size, took_ns, workload.power if workload else 1.0, most)
    if wanted == size:
        return plan
    values = {**plan.values, parameter.name: wanted}
    arms = experiment.arms(values, plan.machine)
    return replace(plan, values=values, arms=tuple(arm.under(python) for python in plan.pythons for arm in arms))
