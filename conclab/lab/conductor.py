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

from conclab.lab.step import STOPPED, TRACING_FAILS, Post, Step, Tracer, say
from conclab.model.events import LeftOut, RoundFinished, RunFinished, RunStarted
from conclab.model.experiments import Arm
from conclab.model.machine import Machine, Witness, foreign_s, stolen_s
from conclab.model.results import OK, Disturbance, Repetition
from conclab.model.runs import Plan, Run
from conclab.model.statistics import abba
from conclab.model.verdicts import Verdict

PRECISION = 0.05
"""Rounds go on until the 95 % interval of the ratio is narrower than this, or the cap is reached."""

Observe = Callable[[], Witness]


class _Bystanders:
    """Adds up what others took of the cores while repetitions ran.

    Only what they took away counts: on a core that the arm may not use, or that it leaves free, others harm nobody. So of each
    arm's cores (one when it is pinned) as many are needed as its workers wanted, what others took beyond the rest was taken
    from it, and the share is of the cores that were needed, one at least.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._needed_s = self._taken_s = self._given_s = self._stolen_s = self._own_s = 0.0
        self._foreign_known = self._steal_known = True

    def add(self, before: Witness, after: Witness, pinned: bool, wanted: float | None) -> None:
        """One step. ``wanted``: cores that its workers used or waited for; None where that is not counted."""
        cores = self._machine.affinity[:1] if pinned else self._machine.affinity
        capacity = 1.0 if pinned else self._machine.usable_cores
        wall_s = (after.at_ns - before.at_ns) / 1e9
        # Pinned are the children alone; conclab itself runs wherever there is room.
        watching_s = 0.0 if pinned else after.self_s - before.self_s
        own_s = after.children_s - before.children_s + watching_s
        self._own_s += watching_s
        needed = capacity if wanted is None else min(capacity, wanted)
        foreign, stolen = foreign_s(before, after, cores, own_s), stolen_s(before, after, cores)
        spare_s = (capacity - needed) * wall_s
        self._needed_s += max(1.0, needed) * wall_s
        self._given_s += capacity * wall_s
        if foreign is None:
            self._foreign_known = False
        else:
            self._taken_s += max(0.0, foreign - spare_s) if spare_s else foreign
        if stolen is None:
            self._steal_known = False
        else:
            self._stolen_s += stolen

    def disturbance(self) -> Disturbance:
        if self._needed_s <= 0:
            return Disturbance()
        return Disturbance(
            foreign_share=min(1.0, max(0.0, self._taken_s / self._needed_s)) if self._foreign_known else None,
            steal_share=min(1.0, max(0.0, self._stolen_s / self._given_s)) if self._steal_known else None,
            own_share=min(1.0, self._own_s / self._needed_s),
        )


def _cores_wanted(repetition: Repetition) -> float | None:
    """How many cores the workers used or waited for, on average."""
    counted = repetition.counters
    if not repetition.wall_ns or counted.on_core_ns is None or counted.wants_core_ns is None:
        return None
    return (counted.on_core_ns + counted.wants_core_ns) / repetition.wall_ns


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

    def _step(self, arm: Arm, number: int, control: bool, check_only: bool = False) -> tuple[Step, Repetition]:
        affinity = self._plan.machine.affinity
        step = Step(
            arm,
            number,
            control,
            core=affinity[0] if affinity else None,
            seed=self._plan.seed * 1_000 + number,
            limit_s=self._plan.limit_s,
            post=self._post,
            check_only=check_only,
            tracer=None if check_only else self._tracer,
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
            missing[arm.python.path, arm.name] = why
            self._post(LeftOut(time.monotonic_ns(), arm.name, arm.python.path, why))
        run = replace(run, gil_enabled=gil, missing=missing)
        self._arms = tuple(arm for arm in self._plan.arms if run.has(arm))
        return run if self._arms else replace(run, outcome=next(iter(missing.values())))

    def _rounds(self, run: Run) -> Run:
        plan = self._plan
        bystanders = _Bystanders(plan.machine)
        began = time.monotonic()
        number = 0
        while True:
            for arm, control in self._round_of_arms(number):
                before = self._observe()
                step, repetition = self._step(arm, number, control)
                bystanders.add(before, self._observe(), arm.one_core, _cores_wanted(repetition))
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
            enough = self._enough(number, elapsed, verdicts)
            expected = number if enough else self._expected(number, elapsed)
            self._post(RoundFinished(time.monotonic_ns(), number, expected, verdicts[0]))
            if enough:
                return run

    def _enough(self, done: int, elapsed: float, verdicts: tuple[Verdict, ...]) -> bool:
        """Whether to stop: by the number of rounds, by the width of the interval, by the cap; never by what was found,
        because stopping as soon as a threshold is passed would find effects where there are none."""
        plan = self._plan
        if plan.exact_rounds:
            return done >= plan.rounds
        if elapsed >= 2 * plan.cap_s:
            return True
        if done < plan.rounds:
            return False
        if not plan.controls:
            return True
        widths = [verdict.interval.relative_width for verdict in verdicts if verdict.interval is not None]
        return elapsed >= plan.cap_s or all(width <= PRECISION for width in widths)

    def _expected(self, done: int, elapsed: float) -> int:
        """How many rounds it will probably be: the least number, or what fits into the cap."""
        plan = self._plan
        if plan.exact_rounds or done < plan.rounds:
            return plan.rounds
        return max(done + 1, int(plan.cap_s / (elapsed / done)))


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
