"""``conclab run``: one experiment without the lab. Progress on standard error, the verdict on standard output."""

from __future__ import annotations

import argparse
import shutil
import sys

from conclab.cli.ending import Trouble
from conclab.cli.output import paint, print_json, summary_lines, verdict_lines
from conclab.cli.request import plan_of
from conclab.lab.conductor import Conductor
from conclab.model import figures
from conclab.model.events import Event, Output, StepStarted
from conclab.model.results import OK
from conclab.model.run_state import RunState, fold
from conclab.model.runs import Run
from conclab.recording.document import document
from conclab.sampling.machine import observe


class _Progress:
    """One line that is written over, on a terminal; nothing elsewhere."""

    def __init__(self, with_output: bool) -> None:
        self._state = RunState()
        self._live = sys.stderr.isatty()
        self._with_output = with_output

    def __call__(self, event: Event) -> None:
        self._state = fold(self._state, event)
        if self._with_output and isinstance(event, Output):
            self.clear()
            for line in event.lines:
                print(f"{line.worker or line.stream:>6} │ {line.text}", file=sys.stderr)
            if event.left_out:
                print(f"{'':>6} │ … {event.left_out:,} lines left out", file=sys.stderr)
        if self._live and isinstance(event, StepStarted):
            self._draw()

    def _draw(self) -> None:
        state = self._state
        arm = state.arm.name if state.arm else ""
        python = f" on {state.arm.python.label}" if state.arm and state.arm.python else ""
        least = "" if state.exact_rounds else "at least "
        parts = [f"repetition {state.round + 1} of {least}{state.rounds_expected}", arm + python]
        if state.verdict is not None and state.verdict.ratio is not None:
            parts.append(f"{figures.with_unit(state.verdict.ratio, state.verdict.unit)} so far")
        left = state.seconds_left()
        if left is not None:
            parts.append(f"about {figures.duration(max(1.0, round(left)) * 1e9)} left")
        text = " · ".join(parts)[: shutil.get_terminal_size().columns - 1]
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self._live:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _print(run: Run) -> None:
    plan = run.plan
    pythons = ", ".join(python.label for python in plan.pythons)
    usable = plan.machine.usable_cores
    cores = f"{figures.cores(usable)} usable {'core' if usable == 1 else 'cores'}"
    rounds = max((verdict.rounds for verdict in run.verdicts), default=0)
    print(paint(figures.sentence(plan.experiment.title), "bold", "cyan"))
    print(paint(plan.experiment.question, "dim"))
    facts = f"Python {pythons} · {cores} · {figures.plural(rounds, 'repetition')} of every arm"
    print(paint(f"{facts} in {figures.duration(run.wall_ns)}", "dim"))
    several = len(plan.pythons) > 1
    if several:
        print()
        print("\n".join(summary_lines([python.label for python in plan.pythons], run.verdicts)))
    for python, verdict in zip(plan.pythons, run.verdicts, strict=False):
        print()
        print("\n".join(verdict_lines(verdict, python.label if several else "")))


def command(asked: argparse.Namespace) -> int:
    """Exit status 0 with a verdict, whichever; 1 when the experiment failed; 2 when it cannot be run here."""
    if asked.tui:
        if asked.json or asked.output:
            raise Trouble("--tui opens the lab; it goes with neither --json nor --output")
        from conclab.cli.lab import open_lab

        return open_lab(plan=plan_of(asked.experiment, asked.settings, asked.pythons, asked.repeat, asked.seed))
    plan = plan_of(asked.experiment, asked.settings, asked.pythons, asked.repeat, asked.seed)
    progress = _Progress(asked.output)
    try:
        run = Conductor(plan, progress, observe).run()
    finally:
        progress.clear()
    if asked.json:
        print_json(document(run))
    elif run.verdicts and run.outcome == OK:
        _print(run)
    if run.outcome != OK:
        raise Trouble(f"{plan.experiment.name}: {run.outcome}", status=1 if run.repetitions else 2)
    return 0
