"""The last five minutes of one row, for its charts. There is one of these for every task that is kept, so it is small.

Most tasks sleep, and a task that has not run gives the same figures again and again. Only what differs from the figures before is
therefore stored: a task that slept all the time has one entry, whatever the pace. An entry holds from its stamp until the next one,
the last until ``until_ns``.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Sequence

from conclab.model.table import TaskRow

MOST = 300
"""Entries: five minutes of one a second."""
GAP_NS = 15_000_000_000
"""A longer time without a look stays blank when the figures differ after it (another place was shown meanwhile). When they are the
same to the last digit, it has slept: whoever folds tables need not write a sleeping row down. Where tables come more rarely than
that, whoever folds them says so."""
FIELDS = ("cpu_share", "delay_share", "resident_bytes", "voluntary_per_s", "involuntary_per_s")
"""What is kept of a row: its fields of these names, in their units."""
_SLACK = 60
_NOTHING = (math.nan,) * len(FIELDS)


class History:
    """What one row was like. Immutable for whoever has it: ``extended`` gives a new one.

    The entries behind it are shared between one History and the next, which only ever adds at the end; what an older one shows
    ends where it ended. An entry takes 28 bytes.
    """

    __slots__ = ("_at", "_before", "_first", "_stop", "_values", "until_ns")

    def __init__(self) -> None:
        self._before: Callable[[], History] | None = None
        """Gives what was before the first entry, when somebody asks for it (``whole``)."""
        self._at = array("q")
        self._values = array("f")
        self._first = self._stop = 0
        self.until_ns = 0
        """Up to when the last entry is known to hold; 0 before the first."""

    @classmethod
    def of(cls, at: array[int], values: array[float], until_ns: int) -> History:
        """One of entries that were collected elsewhere, which are its own from now on."""
        made = cls.__new__(cls)
        made._at, made._values, made.until_ns, made._before = at, values, until_ns, None
        made._stop = len(at)
        made._first = max(0, made._stop - MOST)
        return made

    @classmethod
    def after(cls, before: Callable[[], History], at: array[int], values: array[float], until_ns: int) -> History:
        """One that goes on from another, which is made only when somebody asks for ``whole``: ``at`` and ``values`` are one entry
        that says the same as its last."""
        made = cls.of(at, values, until_ns)
        made._before = before
        return made

    def whole(self) -> History:
        """With what was before its first entry, if that is still to be made."""
        if self._before is None or self._first:
            return self
        before = self._before()
        if not len(before):
            return self
        first, stop = before._first, before._stop
        at = before._at[first:stop] + self._at[1 : self._stop]
        values = before._values[first * len(FIELDS) : stop * len(FIELDS)] + self._values[len(FIELDS) : self._stop * len(FIELDS)]
        return History.of(at, values, self.until_ns)

    def __len__(self) -> int:
        return self._stop - self._first

    @property
    def at_ns(self) -> Sequence[int]:
        """When each entry began to hold."""
        return self._at[self._first : self._stop]

    def extended(self, at_ns: int, row: TaskRow, gap_ns: int = GAP_NS) -> History:
        """The history with one more look at the row; after a longer time than ``gap_ns`` with a blank before it."""
        values = (
            _number(row.cpu_share),
            _number(row.delay_share),
            _number(row.resident_bytes),
            _number(row.voluntary_per_s),
            _number(row.involuntary_per_s),
        )
        entries: list[tuple[int, tuple[float, ...]]] = []
        if not self._stop or not self._holds(values):
            entries = [(at_ns, values)]
            if self._stop and at_ns - self.until_ns > gap_ns:
                entries.insert(0, (self.until_ns, _NOTHING))
        return self._with(entries, at_ns)

    def held(self, until_ns: int) -> History:
        """The history of a row that has stayed as it was up to this moment."""
        return self._with([], until_ns) if self._stop else self

    def _holds(self, values: tuple[float, ...]) -> bool:
        """Whether the last entry says the same. Blank is the same as blank, though nan is not equal to nan."""
        last = self._values[(self._stop - 1) * len(FIELDS) : self._stop * len(FIELDS)]
        return last.tobytes() == array("f", values).tobytes()

    def _with(self, entries: list[tuple[int, tuple[float, ...]]], until_ns: int) -> History:
        grown = History.__new__(History)
        grown._at, grown._values, grown.until_ns = self._at, self._values, until_ns
        first, stop = self._first, self._stop
        grown._before = None if first else self._before
        # Another one has been made from this already, or what has fallen out is to be let go: go on in a buffer of its own.
        if entries and (len(grown._at) != stop or first >= _SLACK):
            grown._at = grown._at[first:stop]
            grown._values = grown._values[first * len(FIELDS) : stop * len(FIELDS)]
            first, stop = 0, stop - first
        for at_ns, values in entries:
            grown._at.append(at_ns)
            grown._values.extend(values)
            stop += 1
        grown._stop, grown._first = stop, max(first, stop - MOST)
        return grown

    def series(self, field: str, start_ns: int, end_ns: int, points: int) -> list[float | None]:
        """A field over a stretch of time in so many equal parts: the mean of each part; None where nothing is known of it."""
        place, found = FIELDS.index(field), []
        at = self._at
        index = self._first
        for point in range(points):
            begin = start_ns + (end_ns - start_ns) * point // points
            end = start_ns + (end_ns - start_ns) * (point + 1) // points
            while index + 1 < self._stop and at[index + 1] <= begin:
                index += 1
            total = weight = 0.0
            for entry in range(index, self._stop):
                if at[entry] >= end:
                    break
                upto = at[entry + 1] if entry + 1 < self._stop else self.until_ns
                held, value = min(upto, end) - max(at[entry], begin), self._values[entry * len(FIELDS) + place]
                if held > 0 and not math.isnan(value):
                    total, weight = total + value * held, weight + held
            found.append(total / weight if weight else None)
        return found

    def latest(self, field: str) -> float | None:
        """The field as it was last; None when it was blank."""
        if not len(self):
            return None
        value = self._values[(self._stop - 1) * len(FIELDS) + FIELDS.index(field)]
        return None if math.isnan(value) else value


def _number(value: float | None) -> float:
    return math.nan if value is None else value
