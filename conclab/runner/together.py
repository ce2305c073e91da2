"""What workers meet at and count with, whether they share a process or not, and work that lasts a set time.

Work is so many turns of a loop and not "until the clock has moved on": whoever waits for a core or for the GIL has not worked.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from typing import Any, Dict, Iterable, List, Tuple

_TRIAL_TURNS = 20_000
_TRIALS = 10


def primitives(executor: str) -> Any:
    """Where Barrier, Semaphore and Event come from for workers of that executor: both modules have the same names."""
    return threading if executor == "threads" else multiprocessing.get_context(executor)


def work(turns: int) -> None:
    """Keep a core busy, in pure Python."""
    for _ in range(turns):
        pass


def turns_for(microseconds: float) -> int:
    """How many turns of ``work`` take so long on an idle core. Of several trials the fastest counts: the others were disturbed."""
    best = 0
    for _ in range(_TRIALS):
        began = time.perf_counter_ns()
        work(_TRIAL_TURNS)
        elapsed = time.perf_counter_ns() - began
        best = elapsed if best == 0 else min(best, elapsed)
    return max(1, round(microseconds * 1000 * _TRIAL_TURNS / max(1, best)))


def cells(tools: Any, names: str, count: int) -> Dict[str, List[Any]]:
    """For each of the names (separated by spaces) a list with a cell of its own for each worker: nobody writes into another's."""
    return {name: [tools.cell() for _ in range(count)] for name in names.split()}


def total(column: List[Any]) -> int:
    return sum(int(cell.value) for cell in column)


def largest(column: List[Any]) -> int:
    return max(int(cell.value) for cell in column)


def most_at_once(stretches: Iterable[Tuple[int, int]]) -> int:
    """How many of the stretches (from, until) overlap at most; one that ends as another begins does not overlap it."""
    turns = sorted(turn for began, ended in stretches if ended > began for turn in ((began, 1), (ended, -1)))
    most = running = 0
    for _at, change in turns:
        running += change
        most = max(most, running)
    return most


def milliseconds(nanoseconds: int) -> str:
    """As workers say it in their output: 12.3 ms."""
    return "%s ms" % format(nanoseconds / 1e6, ",.1f")
