"""A run as one JSON object: what ``conclab run --json`` prints.

The object is versioned by ``schema`` and only ever added to. A number that this machine cannot give is null, never 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from conclab.model.experiments import Arm, Interpreter, wall_of
from conclab.model.results import Counters, Repetition, WorkerResult, cores_of
from conclab.model.runs import Run
from conclab.model.statistics import Interval
from conclab.model.verdicts import Verdict
from conclab.recording import codec
from conclab.recording.witness import NOTHING, Key, Seen, key_of

SCHEMA = 1


def as_json(value: Any) -> Any:
    """As JSON and UTF-8 can have it, whatever an experiment has reported: without NaN, infinities and halves of surrogate pairs."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return codec.writable(value)
    if isinstance(value, list | tuple):
        return [as_json(one) for one in value]
    if isinstance(value, Mapping):
        return {codec.writable(str(key)): as_json(one) for key, one in value.items()}
    return value


def _counters(counters: Counters) -> dict[str, Any]:
    return {
        "on_core_ns": counters.on_core_ns,
        "wants_core_ns": counters.wants_core_ns,
        "blocked_ns": counters.blocked_ns,
        "voluntary_switches": counters.voluntary_switches,
        "involuntary_switches": counters.involuntary_switches,
        "migrations": counters.migrations,
        "peak_rss_bytes": counters.peak_rss_bytes,
    }


def _worker(worker: WorkerResult, seen: Seen) -> dict[str, Any]:
    wall = worker.counters.wall_ns
    on_core = worker.counters.on_core_ns
    return {
        "worker": worker.worker,
        "pid": worker.pid,
        "tid": worker.tid,
        "started_ns": worker.started_ns,
        "wall_ns": wall,
        **_counters(worker.counters),
        **seen.blocked_on(worker.worker),
        "effective_cores": on_core / wall if on_core is not None and wall else None,
        "result": worker.result,
        "traced": dict(seen.traced[worker.worker]) if worker.worker in seen.traced else None,
    }


def _repetition(repetition: Repetition, seen: Seen) -> dict[str, Any]:
    totals = repetition.totals
    return {
        "round": repetition.round,
        "control": repetition.control,
        "wall_ns": repetition.wall_ns,
        "starting_ns": repetition.starting_ns,
        **_counters(repetition.counters),
        **seen.blocked_on(),
        "effective_cores": repetition.effective_cores,
        "outcome": repetition.outcome,
        "result": repetition.result,
        "measures": dict(repetition.measures),
        "workers": [_worker(worker, seen) for worker in repetition.workers],
        "exact": None if seen.exact is None else dict(seen.exact),
        "tree": None
        if totals is None
        else {
            "cpu_ns": totals.cpu_ns,
            "voluntary_switches": totals.voluntary_switches,
            "involuntary_switches": totals.involuntary_switches,
            "peak_rss_bytes": totals.peak_rss_bytes,
        },
    }


def _interval(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [interval.low, interval.high]


def _python(python: Interpreter | None) -> str | None:
    return python.path if python else None


def _arm(run: Run, arm: Arm, seen: Mapping[Key, Seen]) -> dict[str, Any]:
    assert arm.python is not None
    found = run.results(arm.python).arm(arm.name)
    shares = found.shares()
    return {
        "name": arm.name,
        "executor": arm.executor,
        "workload": arm.workload,
        "arguments": dict(arm.arguments),
        "workers_requested": arm.workers,
        "tasks": arm.tasks,
        "one_core": arm.one_core,
        "python": _python(arm.python),
        "repetitions": [_repetition(one, seen.get(key_of(one), NOTHING)) for one in run.of(arm)],
        "summary": {
            "repetitions": len(found.repetitions),
            "wall_ns_median": found.median_of(wall_of),
            "effective_cores_median": found.median_of(cores_of),
            "on_core_share": shares[0] if shares else None,
            "wants_core_share": shares[1] if shares else None,
            "blocked_share": shares[2] if shares else None,
        },
    }


def verdict_of(verdict: Verdict | None) -> dict[str, Any] | None:
    """A verdict as JSON; null when the run did not get that far."""
    if verdict is None:
        return None
    return {
        "status": verdict.status.value,
        "statement": verdict.statement,
        "ratio": verdict.ratio,
        "ci95": _interval(verdict.interval),
        "unit": verdict.unit.strip(),
        "reasons": list(verdict.reasons),
        "control": verdict.control,
        "smallest_effect": verdict.smallest_effect,
        "rounds": verdict.rounds,
        "evidence": [
            {
                "label": bar.label,
                "value": bar.value,
                "ci95": _interval(bar.interval),
                "unit": bar.unit.strip(),
                "note": bar.note,
                "ideal": bar.ideal,
            }
            for bar in verdict.evidence
        ],
        "advice": verdict.advice,
    }


def _gil(gil: Mapping[str, bool | None], python: Interpreter) -> bool | None:
    return gil.get(python.path)


def document(run: Run, seen: Mapping[Key, Seen] | None = None, kept_as: str | None = None) -> dict[str, Any]:
    """The whole run. ``seen``: what a ``Witness`` saw of it; ``kept_as``: its id among the runs that are kept, None: it is not."""
    plan, machine = run.plan, run.plan.machine
    first = plan.pythons[0]
    whole = {
        "schema": SCHEMA,
        "kept_as": kept_as,
        "experiment": plan.experiment.name,
        "question": plan.experiment.question,
        "proposition": plan.experiment.proposition,
        "parameters": dict(plan.values),
        "outcome": run.outcome,
        "environment": {
            "cores": machine.cores,
            "usable_cores": machine.usable_cores,
            "python": first.path,
            "python_version": first.version,
            "gil_enabled": _gil(run.gil_enabled, first),
            "pythons": [
                {
                    "path": python.path,
                    "label": python.label,
                    "implementation": python.implementation,
                    "version": python.version,
                    "free_threaded": python.free_threaded,
                    "gil_enabled": _gil(run.gil_enabled, python),
                }
                for python in plan.pythons
            ],
            "system": machine.system,
            "kernel": machine.kernel,
            "load_before": list(plan.load_before) if plan.load_before else None,
            "steal": run.disturbance.steal_share,
            "foreign": run.disturbance.foreign_share,
            "traced": plan.traced,
        },
        "seed": plan.seed,
        "arms": [_arm(run, arm, seen or {}) for arm in plan.arms if run.has(arm)],
        "missing": [{"arm": arm, "python": path, "reason": why} for (path, arm), why in run.missing.items()],
        "verdict": verdict_of(run.verdicts[0] if run.verdicts else None),
        "verdicts": [
            {"python": python.label, **(verdict_of(verdict) or {})}
            for python, verdict in zip(plan.pythons, run.verdicts, strict=False)
        ],
        "conclab_cost": {
            "cpu_ns": run.cost_cpu_ns,
            "share_of_one_core": run.cost_cpu_ns / run.wall_ns if run.wall_ns else None,
        },
    }
    return {key: as_json(value) for key, value in whole.items()}
