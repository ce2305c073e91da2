"""Finding in the monitor: search as one types, filters, going to a pid."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

from textual import events, on

from conclab.model.columns import Column
from conclab.model.filters import Filter, FilterError, containing, parse
from conclab.model.table import RowId, TaskRow
from conclab.model.task_view import everything
from conclab.tui.screens.place import Place
from conclab.tui.widgets.prompt import Prompt
from conclab.tui.widgets.questions import Reading
from conclab.tui.widgets.task_browser import TaskBrowser
from conclab.tui.widgets.task_table import TaskTable

_OFFERED = ("user", "state", "name", "policy", "cgroup")
"""Columns of which the values that are present are offered while a filter is typed."""


class FindsTasks(Place):
    """A place with a task table that can be searched and filtered."""

    browser: TaskBrowser
    filter_text = ""
    needs_of_filter: frozenset[str] = frozenset()
    _sought = ""
    """What was searched for last."""
    _searched_from: RowId | None = None
    """Where the cursor was before."""

    @property
    def columns(self) -> Mapping[str, Column]:
        """The columns as they are shown: what a filter compares with is what one sees."""
        raise NotImplementedError

    def action_search(self) -> None:
        table = self.query_one(TaskTable)
        self._searched_from, table.found = table.cursor, self._sought
        self.query_one(Prompt).open("search", self._sought)
        table.refresh()

    def action_filter(self) -> None:
        reading = Reading(values=self._values(), saved=self.settings.filters, columns=self.columns, now_s=time.time)
        self.query_one(Prompt).open("filter", self.filter_text, **reading)
        self._tell_count()

    def action_go_to_pid(self, text: str = "") -> None:
        self.query_one(Prompt).open("pid", text)

    def on_key(self, event: events.Key) -> None:
        """Digits search a pid."""
        if event.character is not None and event.character in "0123456789" and self.focused is self.query_one(TaskTable):
            event.stop()
            self.action_go_to_pid(event.character)
            self._tell_found(self._to_pid(int(event.character)))

    def _values(self) -> dict[str, list[str]]:
        """What there is to be found, for completion."""
        found: dict[str, set[str]] = {key: set() for key in _OFFERED}
        for row in self.browser.rows:
            for key, value in (("user", row.user), ("state", row.state), ("name", row.name), ("cgroup", row.cgroup)):
                if value:
                    found[key].add(value)
        return {key: sorted(values) for key, values in found.items() if values}

    @on(Prompt.Changed)
    def _typed(self, event: Prompt.Changed) -> None:
        table = self.query_one(TaskTable)
        if event.kind == "search":
            table.found = event.text
            if event.text:
                self._tell_found(table.find(containing(event.text), here=True))
            table.refresh()
        elif event.kind == "filter" and event.filter is not None:
            self.use_filter(event.filter)
        elif event.kind == "pid" and event.text:
            self._tell_found(self._to_pid(int(event.text)))

    def _tell_found(self, found: bool) -> None:
        self.query_one(Prompt).say("" if found else "not here")

    def _to_pid(self, number: int) -> bool:
        """To the row of that number, or to the first that begins with it, as digits are typed one by one."""
        table = self.query_one(TaskTable)

        def is_it(row: TaskRow) -> bool:
            return row.pid == number

        def begins(row: TaskRow) -> bool:
            return str(row.pid).startswith(str(number))

        return table.find(is_it, here=True) or table.find(begins, here=True)

    def use_filter(self, chosen: Filter) -> None:
        """Show what passes it from now on."""
        self.filter_text = chosen.text.strip()
        self.needs_of_filter = chosen.needs
        self.browser.change(matches=chosen.matches if self.filter_text else everything)
        self.rows_changed()
        self._tell_count()

    def read_filter_again(self) -> None:
        """Columns mean something else now, or saved filters do."""
        if self.filter_text:
            self._read_filter(self.filter_text)

    def _read_filter(self, text: str) -> None:
        try:
            self.use_filter(parse(text, columns=self.columns, saved=self.settings.filters, now_s=time.time))
        except FilterError:  # a saved filter that it named is gone
            self.use_filter(parse(""))

    def _tell_count(self) -> None:
        shown = self.browser.shown
        if self.query_one(Prompt).question is not None and self.filter_text:
            self.query_one(Prompt).say(f"{len(shown):,} shown")

    def rows_changed(self) -> None:
        """Other rows are shown, or in another order."""
        raise NotImplementedError

    @on(Prompt.Done)
    def _entered(self, event: Prompt.Done) -> None:
        if event.kind == "filter" and event.filter is not None:
            self.use_filter(event.filter)
        elif event.kind == "search":
            self._sought = event.text
        self.query_one(TaskTable).found = ""
        self.query_one(TaskTable).refresh()

    @on(Prompt.Cancelled)
    def _left(self, event: Prompt.Cancelled) -> None:
        if event.kind == "filter":
            self._read_filter(event.before)
        elif event.kind == "search" and self._searched_from is not None:
            self.query_one(TaskTable).select(self._searched_from)
        self.query_one(TaskTable).found = ""
        self.query_one(TaskTable).refresh()

    @on(Prompt.Step)
    def _step(self, event: Prompt.Step) -> None:
        table = self.query_one(TaskTable)
        if table.found:
            self._tell_found(table.find(containing(table.found), event.direction))

    @on(Prompt.Save)
    def _keep(self, event: Prompt.Save) -> None:
        self.change_settings(replace(self.settings, filters={**self.settings.filters, event.name: event.text}))
        self.query_one(Prompt).say(f"saved as @{event.name}")
