"""The feed behind a past: it delivers nothing new, and nothing can be done to tasks that are long gone."""

from __future__ import annotations

import time
from collections.abc import Sequence

from conclab.model.actions import Action, Now, Outcome
from conclab.model.details import Page
from conclab.model.machine import Machine
from conclab.model.runs import Plan, Run
from conclab.model.table import RowId, Wanted
from conclab.recording.feed import Feed, Item

PAST = "this is the past: nothing can be done to it; go back to now for that"


class Gone(Feed):
    """Refuses with one sentence whatever is ordered."""

    def __init__(self, machine: Machine, why: str = PAST, epoch_s: float = 0.0) -> None:
        """``epoch_s``: seconds since 1970 when the clock of the stamps was at zero."""
        self.machine = machine
        self.epoch_s = epoch_s
        self._why = why

    def take(self) -> list[Item]:
        return []

    def launch(self, plan: Plan) -> None:
        raise RuntimeError(self._why)

    def stop(self) -> None:
        pass

    def finished(self) -> tuple[Run, str] | None:
        return None

    def list_tasks(self, wanted: Wanted | None) -> None:
        pass

    def act(self, action: Action, targets: Sequence[RowId], confirmed: bool = False) -> tuple[Outcome, ...]:
        return tuple(Outcome(target, False, action, str(target.tid or target.pid), self._why) for target in targets)

    def standing(self, target: RowId) -> Now:
        return Now()

    def details(self, id: RowId, page: str) -> Page:
        return Page(page, 0, ended=True)

    def inspect(self, id: RowId | None) -> None:
        pass

    def trace(self, id: RowId | None) -> None:
        pass

    def time_of_day(self, at_ns: int | None = None) -> float:
        return time.time() if at_ns is None else self.epoch_s + at_ns / 1e9

    def memory_available(self) -> int | None:
        return None

    def exact_lack(self) -> str:
        return self._why

    @property
    def tasks_per_s(self) -> float:
        return 0.0

    def close(self) -> None:
        pass
