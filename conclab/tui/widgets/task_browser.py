"""What somebody does with the task table: chooses, orders, tags, holds, pauses. No drawing, no Textual.

Tables come in; ``shown`` is what stands on the screen. Who has come or ended is marked for a moment, so that one sees it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
        self.lasting = False
        """Whether tags and folds outlast those that they are on: who is not there at this moment may be at the next one."""
        self.shown: Sequence[Shown] = ()
        self.choices = 0
        """How often somebody has chosen other rows, or tree or flat: then the cursor should stay in view."""
        self._table: TaskTable | None = None
        self._born: dict[RowId, int] = {}
        self._ended: dict[RowId, tuple[TaskRow, int]] = {}
        self._known_places: dict[RowId, int] | None = {}
        """Where each row stands; None: nobody has asked since they were put in order."""

    def take(self, table: TaskTable) -> bool:
        """One more table; whether it is one, and not the latest once more, and whether rows move at all."""
        if self.motion == PAUSED or table is self._table:
            return False
        for id in [id for id, left in self._born.items() if left <= 1]:
            del self._born[id]
        for id in self._born:
            self._born[id] -= 1
        self._ended = {id: (row, left - 1) for id, (row, left) in self._ended.items() if left > 1}
        self._born |= dict.fromkeys(table.born, MARKED_FOR)
        self._ended |= {row.id: (row, MARKED_FOR) for row in table.ended}
        for id in table.born & self._ended.keys():
            del self._ended[id]  # it could not be read for a moment (no descriptor was left, say), and is there again
        self._table = table
        if (self.tags or self.view.folded) and not self.lasting:
            alive = {row.id for row in table.rows}
            self.tags &= alive
            if not self.view.folded <= alive:
                self.view = replace(self.view, folded=self.view.folded & alive)
        self.arrange()
        return True

    def forget_marks(self) -> None:
        """What comes next is not the next table: nobody has just come or ended."""
        self._born.clear()
        self._ended.clear()

    def move(self, motion: str, latest: TaskTable | None) -> None:
        """Let rows move in another way: LIVE, HELD or PAUSED. Whoever was paused goes on with the latest table."""
        self.motion = motion
        if motion != PAUSED and latest is not None and not self.take(latest):
            self.arrange()

    def change(self, **chosen: object) -> None:
        """Look at it another way from now on; also while paused, for that is what one pauses for."""
        before, self.view = self.view, replace(self.view, **chosen)  # type: ignore[arg-type]
        if self.view != before:
            self.arrange(anew=True)
        if replace(before, sort=self.view.sort, inverted=self.view.inverted) != self.view:
            self.choices += 1

    @property
    def total(self) -> int | None:
        """How many rows there are, shown or not, those included that have just ended; None before the first table."""
        return None if self._table is None else len(self._table.rows) + len(self._ended)

    def arrange(self, anew: bool = False) -> None:
        """Make ``shown`` of the latest table. ``anew``: the order may change even where rows are held."""
        held = self._places if self.motion == HELD and not anew else None
        self.shown = arrange(self.rows, self.view, held)
        self._known_places = None

    @property
    def _places(self) -> dict[RowId, int]:
        if self._known_places is None:
            self._known_places = {one.row.id: place for place, one in enumerate(self.shown)}
        return self._known_places

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

    def place(self, id: RowId | None, guess: int = 0) -> int | None:
        """The line of a row; None when it is not shown. ``guess``: where it was; mostly it still is, and need not be looked for."""
        if id is None:
            return None
        if guess < len(self.shown) and self.shown[guess].row.id == id:
            return guess
        return self._places.get(id)

    def row(self, id: RowId | None, guess: int = 0) -> TaskRow | None:
        place = self.place(id, guess)
        return None if place is None else self.shown[place].row

    # Tags

    def toggle_tag(self, id: RowId) -> None:
        self.tags ^= {id}

    def tag_tree(self, id: RowId) -> None:
        """Tag a process with all that it has started; of a thread, its process."""
        self.tags |= set(self.tree_of(id))

    def tree_of(self, id: RowId) -> list[RowId]:
        """A process and all processes below it; of a thread, those of its process."""
        rows = [row for row in self.rows if row.id not in self._ended]
        whole = next((row.id for row in rows if row.id.pid == id.pid and not row.id.tid), id)
        return [one for one in descendants(rows, whole) if one not in self._ended]

    def targets(self, cursor: RowId | None) -> list[RowId]:
        """What an action is about: the tagged ones, whether a filter or a fold hides them or not, or else the one under the cursor.
        Ended ones are not."""
        last = len(self.shown)
        tagged = sorted(self.tags, key=lambda id: (self._places.get(id, last), id))
        chosen = tagged or ([cursor] if cursor is not None else [])
        return [id for id in chosen if id not in self._ended]

    def known(self, ids: Iterable[RowId]) -> list[TaskRow]:
        """The rows of those of them that are there, shown or not."""
        by_id = {row.id: row for row in self.rows}
        return [by_id[id] for id in ids if id in by_id]

    # Folding

    def fold(self, id: RowId, folded: bool) -> None:
        """Fold away what is below a row, or show it; nothing happens where nothing is."""
        kept: AbstractSet[RowId] = self.view.folded
        if folded and id not in foldable(self.rows):
            return
        self.change(folded=kept | {id} if folded else kept - {id})

    def fold_all(self) -> None:
        """Fold everything, or unfold it when something is folded."""
        self.change(folded=frozenset() if self.view.folded else foldable(self.rows))
