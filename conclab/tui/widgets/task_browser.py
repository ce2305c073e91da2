"""What somebody does with the task table: chooses, orders, tags, holds, pauses. No drawing, no Textual.

Tables come in; ``shown`` is what stands on the screen. Who has come or ended is marked for a moment, so that one sees it.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from conclab.model.table import RowId, TaskRow, TaskTable
from conclab.model.task_view import Shown, View, arrange, descendants, foldable

NEW, ENDED, TAGGED = "new", "ended", "tagged"
MARKED_FOR = 2
"""Tables during which a new or an ended row is marked."""

LIVE, HELD, PAUSED = "", "held", "paused"
"""How rows move. Held: figures go on, but every row stays where it is. Paused: nothing changes at all."""


class TaskBrowser:
    """The rows on the screen, and what is chosen about them."""

    def __init__(self) -> None:
        self.view = View()
        self.tags: set[RowId] = set()
        self.motion = LIVE
        self.shown: list[Shown] = []
        self._table: TaskTable | None = None
        self._born: dict[RowId, int] = {}
        self._ended: dict[RowId, tuple[TaskRow, int]] = {}
        self._place: dict[RowId, int] = {}
        """Where each row stands."""

    def take(self, table: TaskTable) -> bool:
        """One more table; whether anything on the screen may have changed."""
        if self.motion == PAUSED:
            return False
        for id in [id for id, left in self._born.items() if left <= 1]:
            del self._born[id]
        for id in self._born:
            self._born[id] -= 1
        self._ended = {id: (row, left - 1) for id, (row, left) in self._ended.items() if left > 1}
        self._born |= dict.fromkeys(table.born, MARKED_FOR)
        self._ended |= {row.id: (row, MARKED_FOR) for row in table.ended}
        self._table = table
        self.tags &= {row.id for row in table.rows} if self.tags else set()
        self.arrange()
        return True

    def change(self, **chosen: object) -> None:
        """Look at it another way from now on; also while paused, for that is what one pauses for."""
        self.view = replace(self.view, **chosen)  # type: ignore[arg-type]
        self.arrange(anew=True)

    def arrange(self, anew: bool = False) -> None:
        """Make ``shown`` of the latest table. ``anew``: the order may change even where rows are held."""
        rows = self.rows
        found = arrange(rows, self.view)
        if self.motion == HELD and not anew and not self.view.tree:
            last = len(self._place)
            found.sort(key=lambda one: self._place.get(one.row.id, last))  # stable: who is new comes last, in order
        self.shown = found
        self._place = {one.row.id: place for place, one in enumerate(found)}

    @property
    def rows(self) -> Sequence[TaskRow]:
        """All rows, shown or not, those included that have just ended."""
        if self._table is None:
            return ()
        gone = [row for row, _left in self._ended.values()]
        return [*self._table.rows, *gone] if gone else self._table.rows

    def mark(self, id: RowId) -> str:
        """NEW, ENDED or nothing."""
        return ENDED if id in self._ended else NEW if id in self._born else ""

    def place(self, id: RowId | None) -> int | None:
        """The line of a row; None when it is not shown."""
        return None if id is None else self._place.get(id)

    def row(self, id: RowId | None) -> TaskRow | None:
        place = self.place(id)
        return None if place is None else self.shown[place].row

    # Tags

    def toggle_tag(self, id: RowId) -> None:
        self.tags ^= {id}

    def tag_tree(self, id: RowId) -> None:
        """Tag a process with all that it has started; of a thread, its process."""
        self.tags |= set(self.tree_of(id))

    def tree_of(self, id: RowId) -> list[RowId]:
        """A process and all processes below it; of a thread, those of its process."""
        whole = next((row.id for row in self.rows if row.id.pid == id.pid and not row.id.tid), id)
        return descendants(self.rows, whole)

    def targets(self, cursor: RowId | None) -> list[RowId]:
        """What an action is about: the tagged ones, or else the one under the cursor. Ended ones are not."""
        chosen = [one.row.id for one in self.shown if one.row.id in self.tags] or ([cursor] if cursor is not None else [])
        return [id for id in chosen if id not in self._ended]

    # Folding

    def fold(self, id: RowId, folded: bool) -> None:
        kept: AbstractSet[RowId] = self.view.folded
        self.change(folded=kept | {id} if folded else kept - {id})

    def fold_all(self) -> None:
        """Fold everything, or unfold it when something is folded."""
        self.change(folded=frozenset() if self.view.folded else foldable(self.rows))
