"""What the monitor does to tasks: signals, nice, I/O priority, cores, policy. On the tagged rows, or else on the selected one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from typing import ClassVar

from textual import work

from conclab.model.actions import Action, NiceBy, Now, Signal, common, summary, warnings
from conclab.model.table import RowId, TaskRow
from conclab.recording.feed import Session
from conclab.tui.screens.actions.affinity import AffinityDialog
from conclab.tui.screens.actions.confirm import ConfirmDialog
from conclab.tui.screens.actions.schedule import IoPriorityDialog, NiceDialog, PolicyDialog
from conclab.tui.screens.actions.signals import SignalDialog
from conclab.tui.screens.place import Place
from conclab.tui.widgets.task_browser import TaskBrowser
from conclab.tui.widgets.task_table import TaskTable

_TABLES = 3
"""One that was being read when something was done, one that waits to be taken, and the one that shows it."""


class ActsOnTasks(Place):
    """A place with a task table whose rows can be acted on."""

    ACTS: ClassVar[frozenset[str]] = frozenset({"kill", "kill_tree", "nice_by", "nice", "io_priority", "policy", "affinity"})
    browser: TaskBrowser

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._one_at_a_time = asyncio.Lock()
        self._acted_on: dict[int, int] = {}
        """Pids of processes that were just acted on, and how many tables may come that do not know of it yet."""

    def rows_changed(self) -> None:
        """Other rows are shown, or they read differently."""
        raise NotImplementedError

    def _targets(self) -> list[TaskRow]:
        """The rows that an action is about; empty, and told so, when there is none."""
        return self._rows_of(self.browser.targets(self.query_one(TaskTable).cursor))

    def _rows_of(self, ids: Sequence[RowId]) -> list[TaskRow]:
        rows = self.browser.known(ids)
        if not rows:
            self.notify("There is nothing to act on: the task has ended.", severity="warning", markup=False)
        return rows

    @work(group="acting", exclusive=True)
    async def action_kill(self) -> None:
        rows = self._targets()
        if rows:
            chosen = await self.app.push_screen_wait(SignalDialog(rows))
            await self._order(chosen, rows)

    @work(group="acting", exclusive=True)
    async def action_kill_tree(self) -> None:
        """The whole tree, whether all of it is shown or not."""
        cursor = self.query_one(TaskTable).cursor
        rows = self._rows_of(self.browser.tree_of(cursor) if cursor is not None else ())
        if rows:
            chosen = await self.app.push_screen_wait(SignalDialog(rows))
            await self._order(chosen, rows)

    @work(group="nicing")
    async def action_nice_by(self, step: int) -> None:
        rows = self._targets()
        if rows:
            await self._order(NiceBy(step), rows)

    @work(group="acting", exclusive=True)
    async def action_nice(self) -> None:
        rows = self._targets()
        if rows:
            chosen = await self.app.push_screen_wait(NiceDialog(rows, await self._now(rows)))
            await self._order(chosen, rows)

    @work(group="acting", exclusive=True)
    async def action_io_priority(self) -> None:
        rows = self._targets()
        if rows:
            chosen = await self.app.push_screen_wait(IoPriorityDialog(rows, await self._now(rows)))
            await self._order(chosen, rows)

    @work(group="acting", exclusive=True)
    async def action_policy(self) -> None:
        rows = self._targets()
        if rows:
            chosen = await self.app.push_screen_wait(PolicyDialog(rows, await self._now(rows)))
            await self._order(chosen, rows)

    @work(group="acting", exclusive=True)
    async def action_affinity(self) -> None:
        rows = self._targets()
        if not rows:
            return
        sample = self.session.machine_state.sample
        numbers = [number for number, core in enumerate(sample.cores) if core is not None] if sample else []
        cores = numbers or list(range(self.session.feed.machine.cores))
        dialog = AffinityDialog(rows, await self._now(rows), cores, self._siblings(cores))
        chosen = await self.app.push_screen_wait(dialog)
        await self._order(chosen, rows)

    def _siblings(self, cores: Sequence[int]) -> dict[int, frozenset[int]]:
        """Of each core those that share its physical core, where the machine tells."""
        places = self.session.feed.machine.places
        return {core: frozenset(places[core].siblings) for core in cores if core < len(places) and places[core].siblings}

    async def _now(self, rows: Sequence[TaskRow]) -> Now:
        """How they are scheduled now, as far as that is the same for all."""
        asked = [asyncio.to_thread(self.session.feed.standing, row.id) for row in rows[:50]]
        return common(await asyncio.gather(*asked))

    async def _order(self, action: Action | None, rows: Sequence[TaskRow]) -> None:
        """Have it done, when one is sure, and tell what came of it."""
        if action is None:
            return
        targets = [row.id for row in rows]
        reasons = warnings(action, targets, os.getpid())
        if reasons and self.settings.confirm and not await self.app.push_screen_wait(ConfirmDialog(action, rows, reasons)):
            return
        async with self._one_at_a_time:  # two steps of nice that read the same value would become one
            outcomes = await asyncio.to_thread(self.session.feed.act, action, targets, True)
        well = all(outcome.ok for outcome in outcomes)
        self._acted_on |= dict.fromkeys((target.pid for target in targets), _TABLES)
        self.rows_changed()
        self.notify(summary(outcomes), severity="information" if well else "warning", markup=False)
        if well and isinstance(action, Signal):
            self.browser.tags.clear()
            self.rows_changed()

    def _table_came(self) -> None:
        self._acted_on = {pid: tables - 1 for pid, tables in self._acted_on.items() if tables > 1}
