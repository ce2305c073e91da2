"""How the lab divides the screen: pure arithmetic, from 80x24 to 200x60 and from one core to hundreds."""

from __future__ import annotations

from dataclasses import dataclass

from conclab.tui.renderables.cores import MOST_ROWS, rows_needed

NARROW = 100
"""Below this width the setup (catalogue and form) and the run are two pages instead of two columns."""
SETUP = 38
"""Width of the left column."""
READABLE = (38, 30, 24)
"""Widths of a worker's own view of the output, in the order in which they are tried."""
_LEAST_VIEW = 3
"""Its name, and two lines."""
_LEAST_WORKERS = 4
"""Their heading alone tells nothing."""
_LEAST_OUTPUT = 3
_FRAME = 2
"""A pane's border, above and below."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Heights in lines, borders included; the output gets what is left."""

    narrow: bool
    core_rows: int
    core_extra: int
    cores: int
    workers: int
    legend: bool
    verdict: int


def arrange(width: int, height: int, cores: int, workers: int, finished: bool = False) -> Layout:
    """Divide a screen for so many cores and workers. On a small one the verdict gets more room once there is one."""
    room = max(4, height - 2)  # top bar and footer
    narrow = width < NARROW
    pane = width - 4 - (0 if narrow else SETUP)
    core_rows = rows_needed(cores, pane, height)
    extra = 0 if height < 22 else 2 if height >= 36 and cores <= MOST_ROWS else 1
    legend = height >= 30
    verdict = 11 if height >= 50 else 10 if height >= 36 else 7 if height >= 30 else 5 if height >= 20 else 3
    cores_height = min(core_rows + extra + _FRAME, max(3, room // 3))
    if finished and height < 36:
        left = room - cores_height - _LEAST_WORKERS - _LEAST_OUTPUT
        verdict = max(verdict, min(9, room // 3 + 1, left))
    least_output = _LEAST_OUTPUT if finished and height < 36 else max(5 if height >= 24 else 3, room // 5)
    most_workers = room - cores_height - verdict - least_output
    workers_height = max(3, min(1 + max(1, workers) + legend + _FRAME, most_workers))
    return Layout(
        narrow=narrow,
        core_rows=min(core_rows, max(1, cores_height - extra - _FRAME)),
        core_extra=extra,
        cores=cores_height,
        workers=workers_height,
        legend=legend,
        verdict=verdict,
    )


def grid(workers: int, width: int, height: int) -> tuple[int, int]:
    """Columns and rows of the workers' own views: as wide as can be while all fit; else as many as there is room for."""
    most_rows = max(1, height // _LEAST_VIEW)
    for readable in READABLE:
        most_columns = max(1, width // readable)
        if workers <= most_columns * most_rows:
            rows = -(-workers // most_columns)
            return -(-workers // rows), rows
    return max(1, width // READABLE[-1]), most_rows
