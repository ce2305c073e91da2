"""``conclab run``: one experiment without the lab. Progress on standard error, the verdict on standard output."""

from __future__ import annotations

import argparse
import sys

from conclab.cli.ending import Trouble
from conclab.cli.live_line import LiveLine, left
from conclab.cli.output import dim, print_json, run_lines
from conclab.cli.request import plan_of
from conclab.model import figures
from conclab.model.events import Event, Output, StepStarted
from conclab.model.results import OK
from conclab.model.run_state import RunState, fold
from conclab.model.trouble import Trouble as Told
from conclab.recording.running import Headless


class _Progress:
    """How far it is, in one line."""

    def __init__(self, with_output: bool) -> None:
        self._state = RunState()
        self._told: list[str] = []
        self._line = LiveLine()
        self._with_output = with_output

    def __call__(self, event: Event | Told) -> None:
        if isinstance(event, Told):
            self._told.append(event.text)
            return
        self._state = fold(self._state, event)
        if self._with_output and isinstance(event, Output):
            self._line.clear()
            for line in event.lines:
                print(f"{line.worker or line.stream:>6} │ {line.text}", file=sys.stderr)
            if event.left_out:
                print(f"{'':>6} │ … {event.left_out:,} lines left out", file=sys.stderr)
        if self._line.shown and isinstance(event, StepStarted):
            self._draw()

    def _draw(self) -> None:
        state = self._state
        arm = state.arm.name if state.arm else ""
        python = f" on {state.arm.python.label}" if state.arm and state.arm.python else ""
        least = "" if state.exact_rounds else "at least "
        parts = [f"repetition {state.round + 1} of {least}{state.rounds_expected}", arm + python]
        if state.verdict is not None and state.verdict.ratio is not None:
            parts.append(f"{figures.with_unit(state.verdict.ratio, state.verdict.unit)} so far")
        seconds = state.seconds_left()
        if seconds is not None:
            parts.append(left(seconds))
        self._line.draw(" · ".join(parts))

    def end(self) -> None:
        """Nothing of the line is left; what went wrong beside the run is told."""
        self._line.clear()
        for sentence in self._told:
            print(f"conclab: {sentence}", file=sys.stderr)


def command(asked: argparse.Namespace) -> int:
    """Exit status 0 with a verdict, whichever; 1 when the experiment failed; 2 when it cannot be run here."""
    wanted = asked.experiment, asked.settings, asked.pythons, asked.repeat, asked.seed, asked.exact
    if asked.tui:
        if asked.json or asked.output or asked.no_keep:
            raise Trouble("--tui opens the lab, which keeps every run; it goes with neither --json nor --output nor --no-keep")
        from conclab.cli.lab import open_lab

        return open_lab(plan=plan_of(*wanted), cast=(asked.cast, asked.cast_version))
    plan = plan_of(*wanted)
    progress = _Progress(asked.output)
    headless = Headless(plan, progress, keep=not asked.no_keep)
    try:
        try:
            run = headless.run()
        finally:
            progress.end()
        if asked.json:
            print_json(headless.running.document)
        elif run.verdicts and run.outcome == OK:
            print("\n".join(run_lines(run)))
    finally:
        kept = headless.running.kept
        if kept and not asked.json:
            sys.stdout.flush()
            print(dim(f"kept as {kept}; conclab show last"), file=sys.stderr)
    if run.outcome != OK:
        raise Trouble(f"{plan.experiment.name}: {run.outcome}", status=1 if run.repetitions else 2)
    return 0
