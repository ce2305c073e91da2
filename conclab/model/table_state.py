"""The task table as the screens show it, folded from tables: the latest one, and the recent past of whoever does something."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from conclab.model.history import History
from conclab.model.table import RowId, TaskRow, TaskTable

_WORTH_KEEPING = 0.001
"""CPU share from which on a row gets a history. Most tasks never do anything, and a history of nothing tells nothing."""
_FORGOTTEN_AFTER_NS = 30_000_000_000
"""The past of one that has ended is kept for a while: somebody may be looking at it."""


@dataclass(frozen=True, slots=True)
class TableState:
    """What is known of the tasks now."""

    table: TaskTable | None = None
    by_id: Mapping[RowId, TaskRow] = field(default_factory=dict)
    """The rows of the table."""
    _kept: Mapping[RowId, History] = field(default_factory=dict)

    def history(self, id: RowId) -> History:
        """The past of a row up to now; empty of one that has never done anything."""
        kept, row = self._kept.get(id, History()), self.by_id.get(id)
        return kept if row is None or self.table is None else kept.extended(self.table.at_ns, row)


def fold_table(state: TableState, table: TaskTable) -> TableState:
    """The state after one more table. Only what has changed is written down: a sleeping row is the same object as before."""
    by_id = {row.id: row for row in table.rows}
    kept = dict(state._kept)
    before = state.by_id
    for id, row in by_id.items():
        old = before.get(id)
        if old is row:
            continue
        history = kept.get(id)
        if history is None:
            if (row.cpu_share or 0.0) < _WORTH_KEEPING:
                continue
            history = History()
        if old is not None and state.table is not None:
            history = history.extended(state.table.at_ns, old)  # it has been like that up to the last table
        kept[id] = history.extended(table.at_ns, row)
    for row in table.ended:
        if row.id in kept and state.table is not None:
            kept[row.id] = kept[row.id].extended(state.table.at_ns, row)
    gone = [id for id, one in kept.items() if id not in by_id and table.at_ns - one.until_ns > _FORGOTTEN_AFTER_NS]
    for id in gone:
        del kept[id]
    return TableState(table, by_id, kept)
