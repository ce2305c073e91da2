"""How the monitor's table is looked at: order, columns, tree, pause, tags, one user. What is chosen is kept in the settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from textual import work

from conclab.model import figures
from conclab.model.columns import COLUMNS
from conclab.tui.screens.choose import ChooseDialog
from conclab.tui.screens.place import Place
from conclab.tui.widgets.task_browser import HELD, LIVE, PAUSED, TaskBrowser
from conclab.tui.widgets.task_table import TaskTable


class ViewsTasks(Place):
    """A place with a task table that can be looked at in many ways."""

    browser: TaskBrowser

    def rows_changed(self) -> None:
        """Other rows are shown, or in another order."""
        raise NotImplementedError

    def describe(self) -> None:
        """Say in which way the table is looked at."""
        raise NotImplementedError

    def _set(self, **chosen: Any) -> None:
        self.change_settings(replace(self.settings, **chosen))

    def action_switch(self, name: str) -> None:
        self._set(**{name: not getattr(self.settings, name)})

    def action_tree(self) -> None:
        self._set(tree=not self.settings.tree)
        self.refresh_bindings()

    def action_order_by(self, key: str) -> None:
        """Sort by a column, the way round that one usually wants it."""
        self._set(sort=key, inverted=False)

    def action_sort_by(self, key: str) -> None:
        """A click on a title: sort by that column; by the one that it is sorted by already, the other way round."""
        self._set(sort=key, inverted=not self.settings.inverted if key == self.settings.sort else False)

    def action_invert(self) -> None:
        self._set(inverted=not self.settings.inverted)

    def action_shift_sort(self, by: int) -> None:
        keys = [column.key for column in self.query_one(TaskTable).shown_columns]
        here = keys.index(self.settings.sort) if self.settings.sort in keys else (-1 if by > 0 else 0)
        self._set(sort=keys[(here + by) % len(keys)], inverted=False)

    @work(group="choosing", exclusive=True)
    async def action_choose_sort(self) -> None:
        choices = [(column.key, column.title, column.meaning) for column in COLUMNS.values()]
        chosen = await self.app.push_screen_wait(ChooseDialog("Sort by", choices, self.settings.sort))
        if chosen is not None:
            self._set(sort=chosen, inverted=False)

    @work(group="choosing", exclusive=True)
    async def action_choose_user(self) -> None:
        counts: dict[str, int] = {}
        for row in self.browser.rows:
            if row.user and not row.id.tid:
                counts[row.user] = counts.get(row.user, 0) + 1
        choices = [("", "everybody", figures.plural(sum(counts.values()), "process"))]
        choices += [(user, user, figures.plural(number, "process")) for user, number in sorted(counts.items())]
        chosen = await self.app.push_screen_wait(ChooseDialog("Show the processes of", choices, self.browser.view.user or ""))
        if chosen is not None:
            self.browser.change(user=chosen or None)
            self.rows_changed()

    def action_turn_columns(self, by: int) -> None:
        names = list(self.settings.sets)
        self._set(columns=names[(names.index(self.settings.columns) + by) % len(names)])

    def action_pause(self) -> None:
        self._move(LIVE if self.browser.motion == PAUSED else PAUSED)

    def action_hold(self) -> None:
        self._move(LIVE if self.browser.motion == HELD else HELD)

    def _move(self, motion: str) -> None:
        self.browser.move(motion, self.session.table_state.table)
        self.rows_changed()

    def action_follow(self) -> None:
        table = self.query_one(TaskTable)
        table.follow = not table.follow
        if table.follow and table.cursor is not None:
            table.select(table.cursor)
        self.describe()

    def action_tag(self) -> None:
        table = self.query_one(TaskTable)
        if table.cursor is not None:
            self.browser.toggle_tag(table.cursor)
            table.action_move(1)
            self.describe()

    def action_tag_tree(self) -> None:
        table = self.query_one(TaskTable)
        if table.cursor is not None:
            self.browser.tag_tree(table.cursor)
            self.rows_changed()

    def action_untag(self) -> None:
        self.browser.tags.clear()
        self.rows_changed()

    def action_fold(self, folded: bool) -> None:
        table = self.query_one(TaskTable)
        if table.cursor is not None:
            self.browser.fold(table.cursor, folded)
            self.rows_changed()

    def action_fold_all(self) -> None:
        self.browser.fold_all()
        self.rows_changed()

    def more_commands(self) -> Iterator[tuple[str, str, Callable[[], Any]]]:
        """For the command palette: the sets of columns, by name."""
        for name in self.settings.sets:
            yield f"Columns: {name}", "Show this set of columns", partial(self._set, columns=name)
