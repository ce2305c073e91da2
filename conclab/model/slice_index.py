"""Exact slices made ready for questions: how long until a moment a task had a core, wanted one, or was lost sight of.

Sums from the beginning on are kept beside the slices, so that any stretch of time is two look-ups, whatever lies in it. They are
made when they are asked for first: folding a trace of hundreds of thousands of slices costs nothing.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from operator import sub

from conclab.model.slices import GONE, PREEMPTED, UNENDED, UNKNOWN, TaskSlices

_FEW = 24
"""So many slices are added up one by one; of more the sums are asked."""


class SliceIndex:
    """One task's slices with their sums. Nothing of it changes."""

    def __init__(self, slices: TaskSlices) -> None:
        self.slices = slices

    @cached_property
    def ready_ns(self) -> array[int]:
        """When the wait for each slice began; its start, where that is not known."""
        found, before = array("q"), 0
        slices = self.slices
        for start, end, runnable in zip(slices.start_ns, slices.end_ns, slices.runnable_ns, strict=True):
            found.append(start if runnable == UNKNOWN else min(start, max(runnable, before)))
            before = end
        return found

    @cached_property
    def _lost(self) -> array[int]:
        """Of the time before each slice, up to ``ready_ns``, what nothing is known of; as ``slices.at`` says it."""
        found, before, ended = array("q"), 0, UNENDED
        slices = self.slices
        for ready, end, runnable, how in zip(self.ready_ns, slices.end_ns, slices.runnable_ns, slices.ended, strict=True):
            found.append(ready - before if runnable == UNKNOWN or ended in (UNENDED, PREEMPTED) else 0)
            before, ended = end, how
        return found

    @cached_property
    def _on_sums(self) -> array[int]:
        """Before each slice; one more at the end."""
        return array("q", accumulate(map(sub, self.slices.end_ns, self.slices.start_ns), initial=0))

    @cached_property
    def _wants_sums(self) -> array[int]:
        return array("q", accumulate(map(sub, self.slices.start_ns, self.ready_ns), initial=0))

    @cached_property
    def _lost_sums(self) -> array[int]:
        return array("q", accumulate(self._lost, initial=0))

    @cached_property
    def _by_core(self) -> dict[int, tuple[array[int], array[int]]]:
        """Of each core: the numbers of the slices on it, and the sum of their lengths before each and after the last."""
        found: dict[int, tuple[array[int], array[int]]] = {}
        slices = self.slices
        for number, (core, start, end) in enumerate(zip(slices.core, slices.start_ns, slices.end_ns, strict=True)):
            numbers, sums = found.setdefault(core, (array("q"), array("q", (0,))))
            numbers.append(number)
            sums.append(sums[-1] + end - start)
        return found

    def sums(self, at_ns: int) -> tuple[int, int, int, int]:
        """Nanoseconds until a moment: (on a core, wanting one, not known), and the slice that had begun last, or -1."""
        slices = self.slices
        following = bisect_right(slices.start_ns, at_ns)
        number, last = following - 1, following == len(slices)
        on, wants, lost, end = 0, self._wants_sums[following], self._lost_sums[following], 0
        if number >= 0:
            end = slices.end_ns[number]
            on = self._on_sums[number] + min(at_ns, end) - slices.start_ns[number]
        if at_ns > end:
            if last:
                how = slices.ended[number] if number >= 0 else UNENDED
                wants += at_ns - end if how == PREEMPTED else 0
                lost += at_ns - end if how == UNENDED or how in GONE else 0
            else:
                ready = self.ready_ns[following]
                wants += max(0, at_ns - ready)
                lost += min(at_ns, ready) - end if self._lost[following] else 0
        return on, wants, lost, number

    def account(self, start_ns: int, end_ns: int) -> tuple[int, int, int, int]:
        """Nanoseconds of a stretch: (on a core, wanting one, blocked, not known); together its length."""
        before, after = self.sums(start_ns), self.sums(end_ns)
        on, wants, lost = (after[part] - before[part] for part in range(3))
        return on, wants, end_ns - start_ns - on - wants - lost, lost

    def by_core(self, start_ns: int, end_ns: int, first: int, last: int) -> tuple[tuple[int, int], ...]:
        """On-core nanoseconds of a stretch by core, as (core, ns), the most first. ``first``, ``last``: the slices
        that had begun last at its ends, as ``sums`` tells them."""
        slices = self.slices
        first = max(0, first)
        if last == first:  # the usual case when one looks closely
            here = min(end_ns, slices.end_ns[last]) - max(start_ns, slices.start_ns[last])
            return ((slices.core[last], here),) if here > 0 else ()
        found: dict[int, int] = {}
        if last - first <= _FEW:
            for number in range(first, last + 1):
                here = min(end_ns, slices.end_ns[number]) - max(start_ns, slices.start_ns[number])
                if here > 0:
                    found[slices.core[number]] = found.get(slices.core[number], 0) + here
        else:
            for core, (numbers, sums) in self._by_core.items():
                inner = sums[bisect_right(numbers, last)] - sums[bisect_right(numbers, first - 1)]
                if slices.core[first] == core:
                    inner -= min(slices.end_ns[first], max(start_ns, slices.start_ns[first])) - slices.start_ns[first]
                if slices.core[last] == core:
                    inner -= slices.end_ns[last] - min(slices.end_ns[last], end_ns)
                if inner > 0:
                    found[core] = inner
        return tuple(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))
