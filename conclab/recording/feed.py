"""A feed: where screens get everything from. Live, scripted or (one day) read from a file: no widget knows which.

``Session`` folds what a feed delivers into the states that all screens draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from conclab.model.actions import Action, Now, Outcome
from conclab.model.details import Page
from conclab.model.events import Event
from conclab.model.inspection import Inspection, InspectionState, fold_inspection
from conclab.model.machine import Machine, MachineSample
from conclab.model.machine_state import MachineState, fold_machine
from conclab.model.run_state import RunState, fold
from conclab.model.runs import Plan, Run
from conclab.model.table import RowId, TaskTable, Wanted
from conclab.model.table_state import TableState, fold_table
from conclab.model.tasks import TaskBatch
from conclab.model.timeline import Timeline
from conclab.model.timeline_fold import fold_timeline
from conclab.model.trace import Traced, TraceState, fold_trace
from conclab.model.trouble import Trouble

Item = MachineSample | TaskTable | TaskBatch | Inspection | Traced | Trouble | Event


class Feed(Protocol):
    """Delivers samples and events in the order of their stamps, and takes orders."""

    machine: Machine

    def take(self) -> list[Item]:
        """Everything since the last call."""

    def launch(self, plan: Plan) -> None:
        """Begin a run. Raises RuntimeError while another one is on."""

    def stop(self) -> None:
        """End the run that is on, if any, and all that it started."""

    def finished(self) -> tuple[Run, str] | None:
        """The last run as a whole and the id under which it is kept (empty: it is not), once it is over and written down; None
        while one is on, before the first, and when it failed in conclab itself."""

    def list_tasks(self, wanted: Wanted | None) -> None:
        """Deliver task tables as wanted from now on; None: deliver none."""

    def act(self, action: Action, targets: Sequence[RowId], confirmed: bool = False) -> tuple[Outcome, ...]:
        """Do something to tasks; what came of each. It may block for a moment: not for the thread of the screens."""

    def standing(self, target: RowId) -> Now:
        """How a task is scheduled now. It may block for a moment."""

    def details(self, id: RowId, page: str) -> Page:
        """Read a page about a process (``model.details``). It may block for seconds: not for the thread of the screens."""

    def inspect(self, id: RowId | None) -> None:
        """Deliver what the threads of this process do, ten times a second or as often as is cheap; None: of none."""

    def trace(self, id: RowId | None) -> None:
        """Deliver the system calls of this task by strace(1), of a process with all its threads and children; None: of none."""

    def time_of_day(self, at_ns: int | None = None) -> float:
        """Seconds since 1970 at a stamp of what it delivers, or now. The clock of the stamps stands still while a machine sleeps,
        so what was asked an hour ago need not hold any more."""

    def memory_available(self) -> int | None:
        """Bytes that an experiment could have now."""

    def exact_lack(self) -> str:
        """Why no run can be traced here (exact mode), as one sentence that says what to do; empty: it can."""

    @property
    def tasks_per_s(self) -> float:
        """How often the tasks of the run are sampled; 0 while none are."""

    def close(self) -> None:
        """End everything that was started. Returns when nothing is left."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What an advance has touched, so that only that is drawn."""

    machine: bool = False
    tasks: bool = False
    run: bool = False
    inspection: bool = False
    trace: bool = False

    def __or__(self, other: Changes) -> Changes:
        return Changes(
            self.machine or other.machine,
            self.tasks or other.tasks,
            self.run or other.run,
            self.inspection or other.inspection,
            self.trace or other.trace,
        )


EVERYTHING = Changes(machine=True, tasks=True, run=True, inspection=True, trace=True)


class Session:
    """The states, moved forward by what the feed delivers."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.machine_state = MachineState()
        self.table_state = TableState()
        self.inspection_state = InspectionState()
        self.trace_state = TraceState()
        self.run_state = RunState()
        self._timeline = Timeline()
        self.troubles: list[str] = []
        """Sentences that the user has not been told yet."""

    @property
    def timeline(self) -> Timeline:
        """What every worker did when; of the same run."""
        return self._timeline

    @property
    def traced(self) -> bool:
        """Whether the run's repetitions are traced."""
        return self._timeline.traced

    def launch(self, plan: Plan) -> None:
        """Begin a run; from here on it is live, before its first event has come. Raises RuntimeError while one is on."""
        self.feed.launch(plan)
        self.run_state = RunState(phase="starting", experiment=plan.experiment.name, title=plan.experiment.title, arms=plan.arms)
        self._timeline = Timeline()

    def trace(self, id: RowId | None) -> None:
        """Trace a task from now on; what was traced before is forgotten. None: trace nobody, and keep what there is."""
        self.feed.trace(id)
        if id is not None:
            self.trace_state = TraceState(id)

    def list_tasks(self, wanted: Wanted | None) -> None:
        """Have task tables as wanted from now on; None: nobody looks at them."""
        self.feed.list_tasks(wanted)

    def advance(self) -> Changes:
        """Fold everything that has come since the last time."""
        changes = Changes()
        for item in self.feed.take():
            changes |= self.take(item)
        return changes

    def take(self, item: Item) -> Changes:
        """Fold one item."""
        changes = Changes()
        if isinstance(item, MachineSample):
            self.machine_state = fold_machine(self.machine_state, item)
            self._timeline = fold_timeline(self._timeline, item)
            changes = Changes(machine=True)
        elif isinstance(item, TaskTable):
            self.table_state = fold_table(self.table_state, item)
            changes = Changes(tasks=True)
        elif isinstance(item, Inspection):
            self.inspection_state = fold_inspection(self.inspection_state, item)
            changes = Changes(inspection=True)
        elif isinstance(item, Traced):
            self.trace_state = fold_trace(self.trace_state, item)
            changes = Changes(trace=True)
        elif isinstance(item, Trouble):
            self.troubles.append(item.text)
        else:
            self.run_state = fold(self.run_state, item)
            self._timeline = fold_timeline(self._timeline, item)
            changes = Changes(run=True)
        self.folded(item)
        return changes

    def folded(self, item: Item) -> None:
        """An item is in the states now; for whoever keeps what has come (``session.LiveSession``)."""
