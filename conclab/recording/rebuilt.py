"""A run as a whole (``model.runs.Run``) from its recording: what was asked then, and what came of it as far as it got."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NoReturn

import msgspec

from conclab.model.events import Calibrated, Event, LeftOut, Probed, RoundFinished, StepFinished, StepStarted
from conclab.model.experiments import Arm, Experiment, Interpreter
from conclab.model.machine import MachineSample
from conclab.model.results import Disturbance
from conclab.model.runs import Plan, Run
from conclab.model.verdicts import Verdict
from conclab.recording.stored import StoredRun, Unreadable
from conclab.recording.witness import Key, Seen, Witness

RUNNING = "it is running now"
CUT_OFF = "it was cut off: conclab was killed while it ran, or could not write any more"


def _over(*_arguments: object) -> NoReturn:
    raise RuntimeError("a run that is over is not carried out again")


def plan_of(stored: StoredRun) -> Plan:
    """What was asked, in the words of then. Its experiment can be neither run nor judged. Raises Unreadable."""
    asked: dict[str, Any] = stored.plan
    try:
        experiment = Experiment(**asked["experiment"], explanation="", claims=(), parameters=(), arms=_over, judge=_over)
        return Plan(
            experiment=experiment,
            values=asked["values"],
            machine=stored.machine,
            arms=msgspec.convert(asked["arms"], tuple[Arm, ...]),
            pythons=msgspec.convert(asked["pythons"], tuple[Interpreter, ...]),
            load_before=msgspec.convert(asked["load_before"], tuple[float, float, float] | None),
            **{name: asked[name] for name in ("rounds", "exact_rounds", "cap_s", "limit_s", "seed", "traced")},
        )
    except (KeyError, TypeError, msgspec.ValidationError) as error:
        raise Unreadable(f"{stored.summary.id} is damaged: what was asked cannot be read ({error})") from None


def run_of(stored: StoredRun) -> Run:
    """The run with its repetitions and verdicts. Raises Unreadable."""
    plan = plan_of(stored)
    events = stored.events(LeftOut, Calibrated, StepStarted, Probed, StepFinished, RoundFinished)
    for event in events:
        if isinstance(event, Calibrated):
            plan = replace(plan, values={**plan.values, event.parameter: event.value}, arms=event.arms)
    run = Run(
        plan,
        repetitions=tuple(event.repetition for event in events if isinstance(event, StepFinished)),
        missing={(event.python, event.arm): event.reason for event in events if isinstance(event, LeftOut)},
    )
    told = stored.result
    if told:
        return replace(
            run,
            gil_enabled=told["gil_enabled"],
            disturbance=msgspec.convert(told["disturbance"], Disturbance),
            outcome=told["outcome"],
            verdicts=msgspec.convert(told["verdicts"], tuple[Verdict, ...]),
            cost_cpu_ns=told["cost_cpu_ns"],
            wall_ns=told["wall_ns"],
        )
    summary = stored.summary
    so_far = [event.verdict for event in events if isinstance(event, RoundFinished) and event.verdict is not None][-1:]
    outcome = summary.outcome or (RUNNING if summary.live else CUT_OFF)
    return replace(run, outcome=outcome, wall_ns=summary.wall_ns, verdicts=tuple(so_far), gil_enabled=_gil(events))


def seen_in(stored: StoredRun) -> dict[Key, Seen]:
    """What was seen of its repetitions. Raises Unreadable."""
    witness = Witness()
    for item in stored.items():
        if not isinstance(item, MachineSample):
            witness.take(item)
    return witness.seen


def _gil(events: list[Event]) -> dict[str, bool | None]:
    """Whether the GIL was on, by path of the Python, as its children said."""
    found: dict[str, bool | None] = {}
    path = ""
    for event in events:
        if isinstance(event, StepStarted) and event.arm.python is not None:
            path = event.arm.python.path
        elif isinstance(event, Probed):
            found[path] = event.gil_enabled
    return found
