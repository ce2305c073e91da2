"""The task table as the screens show it, folded from tables: the latest one, and the recent past of whoever does something."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property

from conclab.model.history import GAP_NS, History
from conclab.model.table import RowId, TaskRow, TaskTable

WORTH_KEEPING = 0.001
"""CPU share from which on a row gets a history. Most tasks never do anything, and a history of nothing tells nothing."""
FORGOTTEN_AFTER_NS = 30_000_000_000
"""The past of one that has ended is kept for a while: somebody may be looking at it."""


def is_worth_keeping(row: TaskRow) -> bool:
    """Whether a row that has no history gets one."""
    return (row.cpu_share or 0.0) >= WORTH_KEEPING


@dataclass(frozen=True)
class TableState:
    """What is known of the tasks now."""

    table: TaskTable | None = None
    _kept: Mapping[RowId, History] = field(default_factory=dict)
    _pace_ns: int = 0
    """Time between the last two tables."""

    @cached_property
    def by_id(self) -> Mapping[RowId, TaskRow]:
        """The rows of the table; made when somebody asks, for there may be ten thousand of them."""
        return {row.id: row for row in self.table.rows} if self.table is not None else {}

    @property
    def known(self) -> Set[RowId]:
        """Who has a history: has once done something."""
        return self._kept.keys()

    def history(self, id: RowId) -> History:
        """The past of a row up to now; empty of one that has never done anything."""
        kept, row = self._kept.get(id, History()).whole(), self.by_id.get(id)
        return kept if row is None or self.table is None else kept.extended(self.table.at_ns, row)


def fold_table(state: TableState, table: TaskTable) -> TableState:
    """The state after one more table. Only what has changed is written down: a sleeping row is the same object as before."""
    changed = table.changed
    if changed is None:
        before = state.by_id
        changed = tuple(row for row in table.rows if before.get(row.id) is not row)
    previous_ns = state.table.at_ns if state.table is not None else None
    with_threads = state.table is not None and any(row.id.tid for row in state.table.rows)
    gap_ns = max(GAP_NS, 2 * state._pace_ns)  # tables may come once a minute
    kept = dict(state._kept)
    for row in changed:
        history = kept.get(row.id)
        if history is None:
            if not is_worth_keeping(row):
                continue
            history = History()
        elif previous_ns is not None and (not row.is_thread or with_threads):
            # It has been like that up to the last table, if it was in there; what threads did while nobody looked is not known.
            history = history.held(previous_ns)
        kept[row.id] = history.extended(table.at_ns, row, gap_ns)
    state = TableState(table, kept, table.at_ns - previous_ns if previous_ns is not None else 0)
    if len(kept) > len(table.rows):
        _forget(kept, state.by_id, table.at_ns)
    return state


def _forget(kept: dict[RowId, History], by_id: Mapping[RowId, TaskRow], now_ns: int) -> None:
    """Let go of those that have ended, but for the latest: somebody may be looking at them."""
    for id in [id for id, one in kept.items() if id not in by_id and now_ns - one.until_ns > FORGOTTEN_AFTER_NS]:
        del kept[id]
