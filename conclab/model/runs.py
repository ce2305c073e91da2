"""A run as a whole: what was asked, what came of it. What a document or a recording of it is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from conclab.model.experiments import Arm, Experiment, Interpreter, Values
from conclab.model.machine import Machine
from conclab.model.results import OK, ArmResult, Disturbance, Repetition, Results
from conclab.model.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Plan:
    """A run that has been checked and can begin."""

    experiment: Experiment
    values: Values
    machine: Machine
    arms: tuple[Arm, ...]
    """All arms under all Pythons; each has its Python."""
    pythons: tuple[Interpreter, ...]
    rounds: int
    exact_rounds: bool
    """Whether to do exactly ``rounds``, whatever the interval."""
    cap_s: float
    limit_s: float
    seed: int
    load_before: tuple[float, float, float] | None = None
    traced: bool = False
    """Exact mode: every switch of the experiment's tasks is traced."""
    scaled: str = ""
    """The parameter that is raised where the work proves too small to be timed well; empty: none, or the user has set it."""

    @property
    def controls(self) -> tuple[Arm, ...]:
        """The arms that are run twice a round: the control arm under each Python."""
        return tuple(arm for arm in self.arms if arm.name == self.experiment.control)


@dataclass(frozen=True, slots=True)
class Run:
    """A run so far, or finished."""

    plan: Plan
    repetitions: tuple[Repetition, ...] = ()
    gil_enabled: dict[str, bool | None] = field(default_factory=dict)
    """Whether the GIL was on, by path of the Python, as its children said."""
    disturbance: Disturbance = Disturbance()
    outcome: str = OK
    verdicts: tuple[Verdict, ...] = ()
    """One for each Python of the plan, in its order; empty when the run did not get that far."""
    cost_cpu_ns: int = 0
    """CPU time of conclab itself while it ran, its keepers included, what was measured not."""
    wall_ns: int = 0
    missing: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Optional arms that were left out, by path of the Python and name: why."""

    def has(self, arm: Arm) -> bool:
        """Whether it was not left out."""
        return arm.key not in self.missing

    def of(self, arm: Arm) -> list[Repetition]:
        """All repetitions of an arm, good or not."""
        return [one for one in self.repetitions if (one.python, one.arm) == arm.key]

    def results(self, python: Interpreter) -> Results:
        """The good repetitions under one Python, as a verdict wants them."""
        arms: dict[str, ArmResult] = {}
        control: ArmResult | None = None
        missing = {name: why for (path, name), why in self.missing.items() if path == python.path}
        planned = tuple(arm for arm in self.plan.arms if arm.python == python and self.has(arm))
        for arm in planned:
            mine = [one for one in self.of(arm) if one.outcome == OK]
            arms[arm.name] = ArmResult(arm, tuple(one for one in mine if not one.control))
            again = tuple(one for one in mine if one.control)
            if again:
                control = ArmResult(arm, again)
        return Results(
            values=self.plan.values,
            machine=self.plan.machine,
            python=python,
            gil_enabled=self.gil_enabled.get(python.path),
            arms=arms,
            control=control,
            planned=planned,
            disturbance=self.disturbance,
            metric=self.plan.experiment.metric,
            lacks=self.plan.experiment.lacks(self.plan.values, self.plan.machine),
            missing=missing,
        )
