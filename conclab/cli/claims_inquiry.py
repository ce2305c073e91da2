"""Investigations without a screen: one Python after another, each run kept, each finding told as soon as its turn has come."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence

from conclab.cli.live_line import LiveLine, left
from conclab.lab.investigation import JUDGES_FAIL, Investigation
from conclab.lab.step import STOPPED
from conclab.model.claims import Claim, Finding
from conclab.model.events import Event, StepStarted
from conclab.model.experiments import Interpreter
from conclab.model.machine import Machine
from conclab.model.results import OK
from conclab.model.run_state import RunState, fold
from conclab.model.runs import Run
from conclab.model.trouble import Trouble as Told
from conclab.recording.findings import Findings
from conclab.recording.running import Headless
from conclab.sampling import tracefs
from conclab.sampling.machine import load_average, memory_available


class Inquiry:
    """Some claims under some Pythons. What has been found stands in it, also when it was ended early."""

    def __init__(
        self,
        claims: Sequence[Claim],
        machine: Machine,
        pythons: Sequence[Interpreter],
        findings: Findings,
        *,
        keep: bool,
        seed: int,
        tell: Callable[[Finding], None],
    ) -> None:
        """``tell`` gets each finding as soon as those of all claims before it have been told."""
        self.found: list[Finding] = []
        self.failed: list[str] = []
        """Runs that failed in themselves, one sentence each."""
        self.cost_cpu_ns = self.ran_ns = 0
        """CPU time of conclab itself, and how long all runs took."""
        self._findings = findings
        self._keep = keep
        self._tell = tell
        self._line = LiveLine()
        self._problem = ""
        can_trace = not tracefs.lack()
        self._all = [
            Investigation(
                claims,
                machine,
                python,
                findings.machine,
                memory_available=memory_available,
                load_before=load_average,
                seed=seed,
                can_trace=can_trace,
            )
            for python in pythons
        ]
        self._turn: list[int] = []
        self._held: dict[int, Finding] = {}
        self._state = RunState()
        self._began_s = 0.0

    def run(self) -> None:
        """All of it. What it started has ended when this returns, or raises."""
        try:
            for investigation in self._all:
                self._turn = [claim.number for claim in investigation.claims]
                self._took(investigation.complete())
                while (plan := investigation.next()) is not None:
                    self._took(investigation.complete())
                    self._state, self._began_s = RunState(), time.monotonic()
                    headless = Headless(plan, lambda event, of=investigation: self._heard(of, event), keep=self._keep)  # type: ignore[misc]
                    run: Run | None = None
                    try:
                        run = headless.run()
                    except JUDGES_FAIL as error:
                        self.failed.append(f"{plan.experiment.name}: conclab itself failed ({error!r})")
                    self._note(run)
                    self._took(investigation.take(run, headless.running.kept))
                self._took(investigation.complete())
        finally:
            self._line.clear()

    def _note(self, run: Run | None) -> None:
        if run is None:
            return
        self.cost_cpu_ns += run.cost_cpu_ns
        self.ran_ns += run.wall_ns
        if run.outcome not in (OK, STOPPED) and run.repetitions:
            self.failed.append(f"{run.plan.experiment.name}: {run.outcome}")

    def _took(self, findings: Sequence[Finding]) -> None:
        """Keep them, and tell those whose turn has come."""
        for finding in findings:
            self.found.append(finding)
            self._held[finding.number] = finding
            if self._keep and not self._findings.keep(finding) and self._findings.problem != self._problem:
                self._problem = self._findings.problem
                self._say(self._problem)
        while self._turn and self._turn[0] in self._held:
            self._line.clear()
            self._tell(self._held.pop(self._turn.pop(0)))

    def _heard(self, investigation: Investigation, event: Event | Told) -> None:
        if isinstance(event, Told):
            self._say(event.text)
            return
        self._state = fold(self._state, event)
        if self._line.shown and isinstance(event, StepStarted):
            self._line.draw(self._progress(investigation))

    def _progress(self, investigation: Investigation) -> str:
        claim, trial = investigation.claim_now, investigation.trial_now
        parts = [f"run {investigation.done + 1} of {investigation.steps}"]
        if len(self._all) > 1:
            parts.insert(0, f"Python {investigation.python.label}")
        if claim is not None and trial is not None:
            of = f", trial {trial[0]} of {trial[1]}" if trial[1] > 1 else ""
            parts.append(f"claim {claim.number}: {claim.title}{of}")
        parts.append(left(self._seconds_left(investigation)))
        if self._state.arm is not None:
            parts.append(f"{self._state.arm.name}, repetition {self._state.round + 1}")
        return " · ".join(parts)

    def _seconds_left(self, now: Investigation) -> float:
        later = self._all[self._all.index(now) + 1 :]
        elapsed_s = time.monotonic() - self._began_s
        return now.seconds_left(elapsed_s) + sum(one.seconds_left(pace=now.pace) for one in later)

    def _say(self, sentence: str) -> None:
        self._line.clear()
        print(f"conclab: {sentence}", file=sys.stderr)
