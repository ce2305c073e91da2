"""A feed: where screens get everything from. Live, scripted or (one day) read from a file: no widget knows which.

``Session`` folds what a feed delivers into the two states that all screens draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from conclab.model.events import Event
from conclab.model.machine import Machine, MachineSample
from conclab.model.machine_state import MachineState, fold_machine
from conclab.model.processes import ProcessTable
from conclab.model.run_state import RunState, fold
from conclab.model.runs import Plan
from conclab.model.tasks import TaskBatch

Item = MachineSample | ProcessTable | TaskBatch | Event


class Feed(Protocol):
    """Delivers samples and events in the order of their stamps, and takes orders."""

    machine: Machine

    def take(self) -> list[Item]:
        """Everything since the last call."""

    def launch(self, plan: Plan) -> None:
        """Begin a run. Raises RuntimeError while another one is on."""

    def stop(self) -> None:
        """End the run that is on, if any, and all that it started."""

    def list_processes(self, detailed: int | None) -> None:
        """Deliver process tables, with switches for so many rows; None: deliver none."""

    def memory_available(self) -> int | None:
        """Bytes that an experiment could have now."""

    @property
    def tasks_per_s(self) -> float:
        """How often the tasks of the run are sampled; 0 while none are."""

    def close(self) -> None:
        """End everything that was started. Returns when nothing is left."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What an advance has touched, so that only that is drawn."""

    machine: bool = False
    processes: bool = False
    run: bool = False

    def __or__(self, other: Changes) -> Changes:
        return Changes(self.machine or other.machine, self.processes or other.processes, self.run or other.run)


EVERYTHING = Changes(machine=True, processes=True, run=True)


class Session:
    """The two states, moved forward by what the feed delivers."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.machine_state = MachineState()
        self.run_state = RunState()

    def launch(self, plan: Plan) -> None:
        """Begin a run; from here on it is live, before its first event has come. Raises RuntimeError while one is on."""
        self.feed.launch(plan)
        self.run_state = RunState(phase="starting", experiment=plan.experiment.name, title=plan.experiment.title, arms=plan.arms)

    def advance(self) -> Changes:
        """Fold everything that has come since the last time."""
        machine = processes = run = False
        for item in self.feed.take():
            if isinstance(item, MachineSample):
                self.machine_state = fold_machine(self.machine_state, item)
                machine = True
            elif isinstance(item, ProcessTable):
                self.machine_state = fold_machine(self.machine_state, item)
                processes = True
            else:
                self.run_state = fold(self.run_state, item)
                run = True
        return Changes(machine, processes, run)
