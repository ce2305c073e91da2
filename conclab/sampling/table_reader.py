"""The reader of task tables that fits this system."""

from __future__ import annotations

from conclab.model.table import TaskTable, Wanted
from conclab.sampling.table_facts import can_read_clocks
from conclab.sampling.table_proc import ProcTable
from conclab.sampling.table_psutil import PsutilTable


class TableReader:
    """Reads tables again and again; to be closed. From /proc on Linux, else (macOS, some sandboxes) by psutil."""

    def __init__(self) -> None:
        self._table = ProcTable() if can_read_clocks() else PsutilTable()

    def read(self, wanted: Wanted) -> TaskTable:
        """A table of now; rates are those since the last one. The first has none."""
        return self._table.read(wanted)

    def close(self) -> None:
        """Give back what is held."""
        self._table.close()
