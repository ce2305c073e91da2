"""Sums over the sampled pieces of a worker, so that what it did in any stretch is a few look-ups, however long that is.

A view of a whole run has hundreds of pieces in each of its cells: to add them up anew with every zoom took a tenth of a second with
64 workers.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate
from operator import sub
from typing import Any

from conclab.model.column_log import ColumnLog
from conclab.model.timeline import NO_CORE

Stretch = tuple[int, int, int, dict[int, int]]
"""Of a stretch of time: how much of it is known, on a core, wanting one; and on which cores, in no order. Nanoseconds."""


class PieceSums:
    """The pieces of a log that only grows at its end."""

    __slots__ = ("_columns", "_cores", "_known", "_on", "_wants")

    def __init__(self) -> None:
        self._begin(())

    def _begin(self, columns: tuple[Any, ...]) -> None:
        self._columns = columns
        self._known, self._on, self._wants = array("q", [0]), array("q", [0]), array("q", [0])
        self._cores: dict[int, tuple[array[int], array[int]]] = {}
        """By core: the numbers of its pieces, and what they have together up to each."""

    def take(self, log: ColumnLog) -> None:
        """Be of this log; cheap when it is the one before, gone on."""
        if self._columns is not log.columns or len(self._known) > log.stop + 1:
            self._begin(log.columns)
        first = len(self._known) - 1
        if first == log.stop:
            return
        ends, starts, ons, wants, cores, _causes = (column[first : log.stop] for column in log.columns)
        for sums, values in ((self._known, map(sub, ends, starts)), (self._on, ons), (self._wants, wants)):
            sums.extend(accumulate(values, initial=sums.pop()))
        for number, (on, core) in enumerate(zip(ons, cores, strict=True), first):
            if on and core != NO_CORE:
                numbers, sums = self._cores.get(core) or self._cores.setdefault(core, (array("q"), array("q", [0])))
                numbers.append(number)
                sums.append(sums[-1] + on)

    def stretches(self, low: int, start_ns: int, cell_ns: int, high: int, first: int, stop: int) -> Iterator[Stretch]:
        """From ``low`` to ``high``, divided where cells end that are counted from ``start_ns`` on; of the rows from ``first`` to
        ``stop``. A piece that such an end divides is shared out evenly: by what there is up to each end, so no rounding adds up."""
        ends, starts, ons, wants, cores, _causes = self._columns
        all_known, all_on, all_wants = self._known, self._on, self._wants
        by_core = [(core, numbers, sums) for core, (numbers, sums) in self._cores.items()]
        few = 2 * len(by_core)
        known_before = on_before = wants_before = number = part = 0
        at, upto = low, low  # first what there is up to the beginning
        while True:
            begin, part_before = number, part
            number = bisect_right(ends, upto, max(first, number), stop)
            known, on, wanted, part = all_known[number], all_on[number], all_wants[number], 0
            if number < stop and starts[number] < upto:
                passed, wall = upto - starts[number], ends[number] - starts[number]
                part = ons[number] * passed // wall
                known, on, wanted = known + passed, on + part, wanted + wants[number] * passed // wall
            if upto > low:
                had: dict[int, int] = {}
                if on > on_before:
                    if number - begin <= few:
                        for one in range(begin, number):
                            if ons[one]:
                                had[cores[one]] = had.get(cores[one], 0) + ons[one]
                    else:
                        for core, numbers, sums in by_core:
                            left = bisect_left(numbers, begin)
                            amount = sums[bisect_left(numbers, number, left)] - sums[left]
                            if amount:
                                had[core] = amount
                    if part_before:
                        had[cores[begin]] = had.get(cores[begin], 0) - part_before
                    if part:
                        had[cores[number]] = had.get(cores[number], 0) + part
                yield known - known_before, on - on_before, wanted - wants_before, had
            if upto >= high:
                return
            known_before, on_before, wants_before, at = known, on, wanted, upto
            upto = min(high, start_ns + ((at - start_ns) // cell_ns + 1) * cell_ns)
