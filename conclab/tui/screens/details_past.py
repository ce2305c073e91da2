"""The details of a row as of a moment of a recording: its figures then, and its history; the rest is read from living processes."""

from __future__ import annotations

from conclab.model import figures
from conclab.model.columns import COLUMNS
from conclab.model.details import KINDS, OVERVIEW, THREADS, Fact, Page, Section
from conclab.model.table import TaskRow
from conclab.recording.feed import EVERYTHING
from conclab.tui.screens.details import DetailsScreen

_NAMES = {kind.key: kind.title for kind in KINDS}
_WHY = "This is read from a living process, and of that moment a recording has only what the table had: Overview and History."
_BLANKS = "Blank: there is none, it could not be read, or it was not recorded because nobody had it on the screen."


def page_of(row: TaskRow, threads: tuple[TaskRow, ...], key: str, at_ns: int) -> Page:
    """A page from the row alone, and from those of the threads, where the table had them."""
    if key == OVERVIEW:
        facts = [Fact(column.title, column.text(row)) for column in COLUMNS.values()]
        note = "" if all(fact.value for fact in facts) else _BLANKS
        sections = [Section("As of that moment", note=note), Section("Task", (Fact("Command", row.command or row.name), *facts))]
        if threads:
            rows = tuple(Fact(str(one.id.tid), f"{one.name}  {one.state}  {figures.percent(one.cpu_share)}") for one in threads)
            sections.append(Section("Threads", rows))
        return Page(key, at_ns, tuple(sections))
    return Page(key, at_ns, (Section(_NAMES[key], note=_WHY),))


class PastDetails(DetailsScreen):
    """Pushed over the monitor's past. The moment stands still while it is looked at."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A moment that is over reads the same however often."""
        return False if action == "read" else super().check_action(action, parameters)

    def action_page(self, key: str) -> None:
        if key == THREADS:
            self.notify("What threads did is looked at live only; H shows those that were recorded as rows.", markup=False)
            key = OVERVIEW
        super().action_page(key)

    async def _read(self, key: str) -> None:
        table = self.session.table_state.table
        mine = tuple(one for one in table.rows if one.is_thread and one.id.pid == self._row.id.pid) if table else ()
        self._reading.discard(key)
        self._pages[key] = page_of(self._row, mine, key, table.at_ns if table else 0)
        self.follow(EVERYTHING)

    def _said(self, every_s: float | None) -> str:
        return "as of that moment" if not self._sought else super()._said(None)
