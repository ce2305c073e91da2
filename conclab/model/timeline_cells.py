"""A window of the timeline in cells: what each worker did in each, who had each core for how long, and what others took of it.

Exact stretches are asked by two look-ups a cell; sampled pieces are shared out over the cells that they reach across, as if what
was counted in a piece were spread evenly in it; by sums (``piece_sums``). All amounts are nanoseconds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from conclab.model.piece_sums import PieceSums
from conclab.model.timeline import NO_CORE, Exact, Row, Timeline


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time in ``count`` cells of ``cell_ns``."""

    start_ns: int
    cell_ns: int
    count: int

    @property
    def end_ns(self) -> int:
        return self.start_ns + self.cell_ns * self.count

    def cell_of(self, at_ns: int) -> int:
        """The number of the cell; below 0 or from ``count`` on when it is not in the window."""
        return (at_ns - self.start_ns) // self.cell_ns


class Cell(NamedTuple):
    """What one worker did in one cell."""

    known_ns: int
    """How much of the cell is known: it lived then, and was sampled or traced."""
    on_ns: int
    wants_ns: int
    cores: tuple[tuple[int, int], ...]
    """(core, on-core ns), the most first."""
    exact: bool

    @property
    def blocked_ns(self) -> int:
        return self.known_ns - self.on_ns - self.wants_ns


@dataclass(slots=True)
class CoreLane:
    """What one core did, cell by cell."""

    owner: list[int]
    """Who had it for longest: the place in the list that was asked about; -1: nobody of it."""
    owner_ns: list[int]
    taken_ns: list[int]
    """What all of the list had together."""


Cells = list[Cell | None]


def row_cells(row: Row, window: Window, sums: PieceSums | None = None) -> Cells:
    """A worker's cells; None where nothing is known of it. ``sums``: those of its pieces, where they are kept."""
    sums = sums or PieceSums()
    cells: Cells = [None] * window.count
    at, end = window.start_ns, window.end_ns
    number = bisect_right(row.exact, at, key=lambda one: one.end_ns)
    while at < end:
        stretch = row.exact[number] if number < len(row.exact) and row.exact[number].start_ns < end else None
        upto = end if stretch is None else max(at, stretch.start_ns)
        if upto > at:
            _add_sampled(cells, row, window, at, upto, sums)
        if stretch is None:
            break
        at = min(end, stretch.end_ns)
        _add_exact(cells, stretch, window, upto, at)
        number += 1
    return cells


def _add_sampled(cells: Cells, row: Row, window: Window, low: int, high: int, sums: PieceSums) -> None:
    log, place = row.pieces, window.cell_of(low)
    sums.take(log)
    for known, on, wants, had in sums.stretches(low, window.start_ns, window.cell_ns, high, log.first, log.stop):
        if known > 0:
            cores = _most_first(had) if had else ()
            if cells[place] is None and on <= known and 0 <= wants <= known - on:
                cells[place] = Cell(known, on, wants, cores, False)  # as nearly always
            else:
                _add(cells, place, known, on, wants, cores, False)
        place += 1


def _most_first(had: Mapping[int, int]) -> tuple[tuple[int, int], ...]:
    ordered = sorted([(-amount, core) for core, amount in had.items() if core != NO_CORE and amount > 0])
    return tuple([(core, -amount) for amount, core in ordered])


def _add_exact(cells: Cells, stretch: Exact, window: Window, low: int, high: int) -> None:
    start_ns, cell_ns, index = window.start_ns, window.cell_ns, stretch.index
    place, at = (low - start_ns) // cell_ns, low
    before = index.sums(at)
    while at < high:
        upto = min(high, start_ns + (place + 1) * cell_ns)
        after = index.sums(upto)
        on = after[0] - before[0]
        cores = index.by_core(at, upto, before[3], after[3]) if on else ()
        _add(cells, place, upto - at - (after[2] - before[2]), on, after[1] - before[1], cores, True)
        before, at, place = after, upto, place + 1


def _add(cells: Cells, place: int, known: int, on: int, wants: int, cores: tuple[tuple[int, int], ...], exact: bool) -> None:
    if known <= 0:
        return
    on = min(on, known)
    wants = max(0, min(wants, known - on))
    there = cells[place]
    if there is None:
        cells[place] = Cell(known, on, wants, cores, exact)
        return
    if not cores:
        merged = there.cores
    elif len(there.cores) == 1 == len(cores) and there.cores[0][0] == cores[0][0]:
        merged = ((cores[0][0], there.cores[0][1] + cores[0][1]),)
    else:
        found = dict(there.cores)
        for core, amount in cores:
            found[core] = found.get(core, 0) + amount
        merged = _most_first(found)
    cells[place] = Cell(there.known_ns + known, there.on_ns + on, there.wants_ns + wants, merged, there.exact and exact)


def core_cells(rows: Iterable[Cells], count: int) -> dict[int, CoreLane]:
    """Who had each core, from the cells of all workers: by core, for every core that somebody had."""
    found: dict[int, CoreLane] = {}
    for number, cells in enumerate(rows):
        for place, cell in enumerate(cells):
            if cell is None:
                continue
            for core, amount in cell[3]:
                lane = found.get(core)
                if lane is None:
                    lane = found[core] = CoreLane([-1] * count, [0] * count, [0] * count)
                lane.taken_ns[place] += amount
                if amount > lane.owner_ns[place]:
                    lane.owner_ns[place] = amount
                    lane.owner[place] = number
    return found


def others_cells(timeline: Timeline, cores: Sequence[int], window: Window, taken: Mapping[int, CoreLane]) -> dict[int, list[float]]:
    """What others took of each of these cores, as a share 0 to 1: how busy it was less what is ``taken`` by those asked about.

    The machine is sampled a few times a second, so it is told evenly for the time between two of its samples, and only where that
    is in the window as a whole: more closely nothing is known of others.
    """
    looks = timeline.looks
    ends, loads = looks.columns
    amounts = {core: [0.0] * window.count for core in cores}
    first = max(looks.first + 1, looks.rows_before(window.start_ns))  # the one before it tells where its time began
    for number in range(first, looks.stop):
        begin, end, load = ends[number - 1], ends[number], loads[number]
        if end > window.end_ns:
            break
        if begin < window.start_ns:
            continue
        pieces = _pieces_of(window, begin, end)
        for core in cores:
            busy = load[core] if core < len(load) else None
            if busy is None:
                continue
            lane = taken.get(core)
            own = sum(lane.taken_ns[place] * length for place, length in pieces) / window.cell_ns if lane is not None else 0.0
            share = max(0.0, busy - own / (end - begin))
            for place, length in pieces:
                amounts[core][place] += share * length
    return {core: [amount / window.cell_ns for amount in line] for core, line in amounts.items()}


def _pieces_of(window: Window, begin: int, end: int) -> list[tuple[int, int]]:
    """The cells of a stretch that is in the window, and how much of it is in each."""
    found, at, place = [], begin, window.cell_of(begin)
    while at < end:
        upto = min(end, window.start_ns + (place + 1) * window.cell_ns)
        found.append((place, upto - at))
        at, place = upto, place + 1
    return found


class CellCache:
    """The cells of many rows, kept from one frame to the next: only what is new is worked out."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Row, Window, Cells, int]] = {}
        self._sums: dict[str, PieceSums] = {}
        self._cores: tuple[list[Cells], dict[int, CoreLane]] = ([], {})

    def cells(self, row: Row, window: Window) -> Cells:
        """As ``row_cells``."""
        kept = self._kept.get(row.name)
        if kept is not None:
            before, then, cells, final = kept
            if before is row and then == window:
                return cells
            shift = (window.start_ns - then.start_ns) // window.cell_ns
            alike = then.cell_ns == window.cell_ns and (window.start_ns - then.start_ns) % window.cell_ns == 0
            same = before.exact is row.exact and before.lives is row.lives  # at its end a life gets its beginning, too
            if alike and same and 0 <= shift < final:
                good = cells[shift : min(final, shift + window.count)]
                rest = Window(window.start_ns + len(good) * window.cell_ns, window.cell_ns, window.count - len(good))
                return self._keep(row, window, [*good, *row_cells(row, rest, self._sums_of(row))])
        return self._keep(row, window, row_cells(row, window, self._sums_of(row)))

    def _sums_of(self, row: Row) -> PieceSums:
        return self._sums.get(row.name) or self._sums.setdefault(row.name, PieceSums())

    def cores(self, rows: list[Cells], count: int) -> dict[int, CoreLane]:
        """As ``core_cells``."""
        before, found = self._cores
        if len(before) != len(rows) or any(old is not new for old, new in zip(before, rows, strict=True)):
            found = core_cells(rows, count)
            self._cores = (rows, found)
        return found

    def _keep(self, row: Row, window: Window, cells: Cells) -> Cells:
        pieces = row.pieces
        known_until = pieces.columns[0][pieces.stop - 1] if len(pieces) else window.start_ns
        final = max(0, min(window.count, window.cell_of(known_until)))  # before it nothing will be added any more
        self._kept[row.name] = (row, window, cells, final)
        return cells
