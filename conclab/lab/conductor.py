"""The conductor: carries out a plan, round by round, and posts what happens.

It runs on whichever thread calls it (a thread of its own under the UI, the main thread of a command) and is the only one who
starts children. Stopping is possible from any thread at any time.
"""

from __future__ import annotations

import os
import resource
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace

from conclab.lab.planning import enlarged
from conclab.lab.step import STOPPED, TRACING_FAILS, Post, Step, Tracer, say
from conclab.model import figures
from conclab.model.bystanders import Bystanders, cores_wanted
from conclab.model.events import Calibrated, Event, LeftOut, RoundFinished, RunFinished, RunStarted
from conclab.model.experiments import Arm
from conclab.model.machine import Witness
from conclab.model.results import OK, Repetition
from conclab.model.runs import Plan, Run
from conclab.model.statistics import abba, enough, expected_rounds

Observe = Callable[[], Witness]


class Conductor:
    """Carries out one plan. ``observe`` reads the machine's CPU counters; the lab itself never looks at the machine."""

    def __init__(self, plan: Plan, post: Post, observe: Observe, tracing: AbstractContextManager[Tracer] | None = None) -> None:
        """``tracing`` is entered when the run of a plan in exact mode begins, on the thread that runs it, and left at its end."""
        self._plan = plan
        self._arms = plan.arms
        """Less those that are optional and cannot be had here."""
        self._tracing = tracing if plan.traced else None
        self._tracer: Tracer | None = None
        self._post = post
        self._observe = observe
        self._stopping = False
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        self._waking = threading.Lock()
        self._over = False
        self._trees_cpu_ns = 0
        """CPU time of everything that was measured: the children's that is not conclab's own cost."""

    def stop(self) -> None:
        """End the run and everything that it started, at once. May be called from any thread, and more than once."""
        with self._waking:  # once the run is over the descriptor may be somebody else's
            if not self._over and not self._stopping:
                self._stopping = True
                os.write(self._wake_write, b"!")

    def run(self) -> Run:
        """Carry the plan out. Always posts RunStarted first and RunFinished last."""
        plan = self._plan
        began_ns, cpu_before = time.monotonic_ns(), _cpu_ns()
        run = Run(plan)
        stack = ExitStack()
        try:
            untraced = self._open_trace(stack)
            self._post(
                RunStarted(
                    began_ns,
                    plan.experiment.name,
                    plan.experiment.title,
                    plan.values,
                    plan.arms,
                    plan.rounds,
                    len(self._round_of_arms(0)),
                    plan.exact_rounds,
                    self._tracer is not None,
                )
            )
            if untraced:
                say(self._post, f"nothing can be traced ({untraced}); the run is sampled")
            run = self._check(run)
            if run.outcome == OK:
                run = self._warm_up(run)
            if run.outcome == OK:
                run = self._rounds(run)
        except BaseException as error:
            outcome = f"conclab itself failed: {error!r}" if isinstance(error, Exception) else STOPPED
            self._post(RunFinished(time.monotonic_ns(), outcome, None))
            raise
        finally:
            stack.close()
            with self._waking:
                self._over = True
                os.close(self._wake_read)
                os.close(self._wake_write)
        cost_ns = max(0, _cpu_ns() - cpu_before - self._trees_cpu_ns)
        run = replace(run, cost_cpu_ns=cost_ns, wall_ns=time.monotonic_ns() - began_ns)
        labels = tuple(python.label for python in plan.pythons)
        self._post(
            RunFinished(
                time.monotonic_ns(),
                run.outcome,
                run.verdicts[0] if run.verdicts else None,
                tuple(zip(labels, run.verdicts, strict=False)) if len(labels) > 1 else (),
            )
        )
        return run

    def _round_of_arms(self, number: int) -> list[tuple[Arm, bool]]:
        """The steps of a round in their order: every arm that can be had once, the control arm twice."""
        steps = [(arm, False) for arm in self._arms] + [(arm, True) for arm in self._plan.controls]
        return [steps[index] for index in abba(len(steps), number, self._plan.seed)]

    def _open_trace(self, stack: ExitStack) -> str:
        """Returns why that failed; empty when it did not, or was not asked for."""
        if self._tracing is None:
            return ""
        try:
            self._tracer = stack.enter_context(self._tracing)
        except TRACING_FAILS as error:
            return str(error)
        return ""

    def _step(
        self, arm: Arm, number: int, control: bool, *, check_only: bool = False, unseen: bool = False
    ) -> tuple[Step, Repetition]:
        affinity = self._plan.machine.affinity
        step = Step(
            arm,
            number,
            control,
            core=affinity[0] if affinity else None,
            seed=self._plan.seed * 1_000 + number,
            limit_s=self._plan.limit_s,
            post=_nowhere if unseen else self._post,
            check_only=check_only,
            tracer=None if check_only or unseen else self._tracer,
        )
        repetition = step.run(self._wake_read, lambda: self._stopping)
        self._trees_cpu_ns += repetition.totals.cpu_ns if repetition.totals else 0
        return step, repetition

    def _check(self, run: Run) -> Run:
        """Before anything is timed: can every interpreter carry every arm? It also warms the files that a start reads."""
        answers: dict[tuple[object, ...], str] = {}
        gil: dict[str, bool | None] = {}
        missing: dict[tuple[str, str], str] = {}
        for arm in self._plan.arms:
            assert arm.python is not None
            what = tuple(sorted(arm.arguments.items())) if arm.optional else ()
            key = (arm.python.path, arm.language, arm.executor, arm.workload, what)
            if key not in answers:
                step, repetition = self._step(arm, 0, False, check_only=True)
                if step.gil_enabled is not None:
                    gil[arm.python.path] = step.gil_enabled
                answers[key] = repetition.outcome
            why = answers[key]
            if why == OK:
                continue
            if not arm.optional or why == STOPPED:
                return replace(run, outcome=_blame(arm, why, len(self._plan.pythons) > 1))
            missing[arm.key] = why
            self._post(LeftOut(time.monotonic_ns(), arm.name, arm.python.path, why))
        run = replace(run, gil_enabled=gil, missing=missing)
        self._arms = tuple(arm for arm in self._plan.arms if run.has(arm))
        return run if self._arms else replace(run, outcome=next(iter(missing.values())))

    def _warm_up(self, run: Run) -> Run:
        """The control arm once, unseen: the first time everything takes longer. Where that was so short that it cannot be timed
        well, the work is made larger, unless the user has said how large it is to be. What goes wrong here does so again where
        it is seen."""
        plan = self._plan
        took = [self._step(arm, 0, False, unseen=True)[1].wall_ns for arm in plan.controls]
        if self._stopping:
            return replace(run, outcome=STOPPED)
        known = [wall_ns for wall_ns in took if wall_ns is not None]
        larger = enlarged(plan, min(known)) if known else plan
        if larger is plan:
            return run
        self._plan = larger
        self._arms = tuple(arm for arm in larger.arms if run.has(arm))
        value = int(larger.values[plan.scaled])
        self._post(Calibrated(time.monotonic_ns(), plan.scaled, value, larger.arms))
        say(self._post, f"one repetition took only {figures.duration(min(known))}: {plan.scaled} is {value:,} now")
        return replace(run, plan=larger)

    def _rounds(self, run: Run) -> Run:
        plan = self._plan
        bystanders = Bystanders(plan.machine)
        began = time.monotonic()
        number = 0
        while True:
            for arm, control in self._round_of_arms(number):
                before = self._observe()
                step, repetition = self._step(arm, number, control)
                bystanders.add(before, self._observe(), arm.one_core, cores_wanted(repetition), arm.name)
                if not self._stopping:
                    step.tell_slices()
                if step.trace_failed:
                    self._tracer = None
                run = replace(
                    run,
                    repetitions=(*run.repetitions, repetition),
                    disturbance=bystanders.disturbance(),
                )
                if repetition.outcome != OK:
                    return replace(run, outcome=_blame(arm, repetition.outcome, len(plan.pythons) > 1))
            number += 1
            verdicts = tuple(plan.experiment.judge(run.results(python)) for python in plan.pythons)
            run = replace(run, verdicts=verdicts)
            elapsed = time.monotonic() - began
            widths = [verdict.interval.relative_width for verdict in verdicts if verdict.interval is not None]
            timed = bool(plan.controls and widths)
            over = enough(number, elapsed, widths, least=plan.rounds, cap_s=plan.cap_s, exact=plan.exact_rounds, timed=timed)
            expected = expected_rounds(number, elapsed, least=plan.rounds, cap_s=plan.cap_s, exact=plan.exact_rounds)
            self._post(RoundFinished(time.monotonic_ns(), number, number if over else expected, verdicts[0]))
            if over:
                return run


def _nowhere(_event: Event) -> None:
    """What happens in a warm-up is nobody's business."""


def _blame(arm: Arm, outcome: str, several: bool) -> str:
    """An outcome with the arm it came from."""
    if outcome == STOPPED:
        return outcome
    python = f" under {arm.python.label}" if several and arm.python else ""
    return f"{arm.name}{python}: {outcome}"


def _cpu_ns() -> int:
    """CPU time of this process and of all children that it has waited for: the keepers, and through them what they kept."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return int(sum(usage.ru_utime + usage.ru_stime for usage in usages) * 1e9)
