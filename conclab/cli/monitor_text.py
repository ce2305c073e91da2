"""The monitor as text: a head with the machine, then the rows in columns that stay aligned whatever a process calls itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size

from conclab.cli.output import cut, paint
from conclab.model import figures
from conclab.model.columns import COLUMNS, SETS, Column
from conclab.model.machine import MachineRates, MachineSample
from conclab.model.table import TaskRow

USUAL = tuple(COLUMNS[key] for key in SETS["main"])
_WIDEST_COMMAND = 60
"""Cells, where something stands after it."""


def _facts(facts: Sequence[tuple[str, str]]) -> str:
    """A line of what is known."""
    return " · ".join(text.format(value) for text, value in facts if value)


def head_lines(sample: MachineSample, rates: MachineRates | None) -> Iterator[str]:
    """The machine, as ``top`` begins."""
    load = " ".join(f"{one:.2f}" for one in sample.load) if sample.load else ""
    memory = f"{figures.size(sample.memory_used)} of {figures.size(sample.memory_total)}" if sample.memory_total else ""
    yield _facts([("up {}", figures.uptime(sample.uptime_s)), ("load {}", load), ("memory {} used", memory)])
    yield _facts(
        [
            ("{} processes", figures.count(sample.processes)),
            ("{} threads", figures.count(sample.threads)),
            ("{} running", figures.count(sample.running)),
            ("{} switches/s", figures.count(rates.switches_per_s if rates else None)),
            ("{} interrupts/s", figures.count(rates.interrupts_per_s if rates else None)),
            ("{} births/s", figures.count(rates.births_per_s if rates else None)),
        ]
    )
    for number, core in enumerate(rates.cores if rates else ()):
        if core is None:
            yield f"core {number:<3} offline"
            continue
        parts = [("user", core.user), ("system", core.system), ("nice", core.nice), ("iowait", core.iowait)]
        parts += [("steal", core.steal)]
        shown = "  ".join(f"{name} {figures.percent(part):>5}" for name, part in parts if part is not None)
        yield f"core {number:<3} {figures.percent(core.busy):>5}   {shown}"


def table_lines(rows: Sequence[TaskRow], columns: Sequence[Column], width: int | None) -> Iterator[str]:
    """The rows under the titles of their columns, cut at so many cells. A thread stands under its process, its name set in."""
    shown = [(row, _cells(row, columns)) for row in _families(rows)]
    widths = [_width(number, columns, [cells for _row, cells in shown]) for number in range(len(columns))]
    yield paint(_line([column.title for column in columns], columns, widths, width), "bold")
    for _row, cells in shown:
        yield _line(cells, columns, widths, width)


def _families(rows: Sequence[TaskRow]) -> Iterator[TaskRow]:
    """In the order of the processes, each with its threads; threads whose process is not among the rows stay together."""
    threads: dict[int, list[TaskRow]] = {}
    for row in rows:
        if row.is_thread:
            threads.setdefault(row.id.pid, []).append(row)
    whole = {row.id.pid for row in rows if not row.is_thread}
    for row in rows:
        if not row.is_thread:
            yield row
        if not row.is_thread or row.id.pid not in whole:
            yield from threads.pop(row.id.pid, ())


def _cells(row: TaskRow, columns: Sequence[Column]) -> list[str]:
    return [("  " if row.is_thread and column.key == "command" else "") + column.text(row) for column in columns]


def _width(number: int, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> int:
    """Cells of a column without the gap before it. The last takes what it needs, and so does, up to a point, the command."""
    column = columns[number]
    if column.width:
        return column.width - 1
    if number == len(columns) - 1:
        return 0
    return max(cell_len(column.title), min(_WIDEST_COMMAND, max((cell_len(cells[number]) for cells in rows), default=0)))


def _line(cells: Sequence[str], columns: Sequence[Column], widths: Sequence[int], width: int | None) -> str:
    return cut(" ".join(_fit(*one) for one in zip(cells, columns, widths, strict=True)).rstrip(), width)


def _fit(text: str, column: Column, width: int) -> str:
    """A cell in exactly its width, the last one as long as it is."""
    if not width:
        return text
    missing = width - cell_len(text)
    if missing < 0 or column.left:
        return set_cell_size(text, width)
    return " " * missing + text
