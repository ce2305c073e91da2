"""Cells of the timeline: nothing is lost, nothing invented, whatever window and width."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from conclab.model.slice_index import SliceIndex
from conclab.model.slices import PREEMPTED, UNENDED, UNKNOWN
from conclab.model.timeline import NO_CORE, Exact, Row
from conclab.model.timeline_cells import CellCache, Cells, Window, core_cells, others_cells, row_cells
from conclab.model.timeline_fold import fold_timeline
from tests.model.builders import machine_sample, times
from tests.model.timelines import MS, R, S, begun, by_chance, finished, sample, sampled, sliced, stepped, traced

END = 100 * MS


def exact_row(seed: int, cores: int = 2, mean_ns: int = MS) -> Row:
    timeline = traced(stepped(begun(1), END), END, sliced(1, by_chance(seed, 0, END, cores, mean_ns)))
    return timeline.rows["w1"]


def sampled_row(seed: int) -> Row:
    chance, timeline, at, on, wants = random.Random(seed), begun(1), 0, 0, 0
    while at < END:
        timeline = sampled(timeline, [sample(1, at, on, wants, core=chance.randrange(2))])
        step = chance.randrange(1, 7 * MS)
        at, on = at + step, on + chance.randrange(step)
        wants += chance.randrange(step)
    return timeline.rows["w1"]


def totals(cells: Cells) -> tuple[int, int, int]:
    there = [cell for cell in cells if cell is not None]
    return sum(cell.known_ns for cell in there), sum(cell.on_ns for cell in there), sum(cell.wants_ns for cell in there)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("exact", [True, False])
def test_the_parts_of_a_cell_add_up_and_all_cells_to_the_whole(seed: int, exact: bool) -> None:
    row = exact_row(seed, cores=1 + seed % 3) if exact else sampled_row(seed)
    chance = random.Random(seed)
    start, end = sorted((chance.randrange(END), chance.randrange(END)))
    whole = totals(row_cells(row, Window(start, end - start, 1)))
    for count in (1, 7, 180):
        cell_ns = (end - start) // count
        cells = row_cells(row, Window(start, cell_ns, count))
        for cell in cells:
            if cell is not None:
                assert min(cell.on_ns, cell.wants_ns, cell.blocked_ns) >= 0
                assert cell.known_ns <= cell_ns
                assert sum(amount for _core, amount in cell.cores) <= cell.on_ns
                assert cell.exact is exact
                if exact:
                    assert sum(amount for _core, amount in cell.cores) == cell.on_ns
        rest = row_cells(row, Window(start + cell_ns * count, max(1, end - start - cell_ns * count), 1))
        both = [sum(pair) for pair in zip(totals(cells), totals(rest), strict=True)]
        slack = int(end - start == cell_ns * count) if exact else len(cells) + len(row.pieces)  # rounded to nanoseconds in each
        assert all(abs(one - other) <= slack for one, other in zip(both, whole, strict=True))


@pytest.mark.parametrize("seed", range(4))
def test_exact_cells_are_the_slices(seed: int) -> None:
    """Against counting slice by slice."""
    slices = by_chance(seed, 0, END, cores=3, mean_ns=MS // 4)
    row = exact_row(seed, cores=3, mean_ns=MS // 4)
    window = Window(3 * MS + 17, 11 * MS + 5, 8)
    for place, cell in enumerate(row_cells(row, window)):
        low, high = window.start_ns + place * window.cell_ns, window.start_ns + (place + 1) * window.cell_ns
        on = {
            core: sum(max(0, min(end, high) - max(start, low)) for start, end, where, *_ in slices if where == core)
            for core in range(3)
        }
        assert cell is not None
        assert dict(cell.cores) == {core: amount for core, amount in on.items() if amount}
        assert cell.on_ns == sum(on.values())
        last = slices[-1][1]
        waited = sum(max(0, min(start, high) - max(ready, low)) for start, _end, _core, _why, ready, *_ in slices)
        after = max(0, high - max(low, last)) if slices[-1][3] == R else 0
        assert cell.wants_ns == waited + after


def test_across_lost_events_nothing_is_invented() -> None:
    slices = [(10, 20, 0, UNENDED, 10, UNKNOWN, UNKNOWN), (50, 60, 0, S, UNKNOWN, UNKNOWN, UNKNOWN), (80, 90, 1, R, 70, 70, 0)]
    row = Row("w1", 0, exact=(Exact(0, 100, SliceIndex(sliced(1, slices)), 1),))
    cells = row_cells(row, Window(0, 10, 10))
    known = [cell.known_ns if cell else 0 for cell in cells]
    assert known == [0, 10, 0, 0, 0, 10, 10, 10, 10, 10]
    blocked = [cell.blocked_ns if cell else 0 for cell in cells]
    assert blocked == [0, 0, 0, 0, 0, 0, 10, 0, 0, 0]
    assert cells[9] is not None
    assert cells[9].wants_ns == 10  # preempted, and the trace ends before it runs again
    assert slices[2][3] == PREEMPTED


def test_where_a_repetition_is_exact_its_samples_do_not_count() -> None:
    timeline = sampled(begun(1), [sample(1, 0, 0, 0)], [sample(1, END, END, 0)])
    timeline = traced(stepped(finished(timeline, 1, END, END, 0), END), END, sliced(1, [(0, 30 * MS, 1, S, 0, UNKNOWN, UNKNOWN)]))
    (cell,) = row_cells(timeline.rows["w1"], Window(0, END, 1))
    assert cell is not None
    assert (cell.on_ns, cell.cores, cell.exact) == (30 * MS, ((1, 30 * MS),), True)


def test_who_had_a_core_for_longest_owns_the_cell() -> None:
    batches = [
        [sample(n, at * MS, on * MS, 0, core=0) for n, on in ((1, first), (2, second))]
        for at, first, second in ((0, 0, 0), (50, 10, 30))
    ]
    rows = sampled(begun(2), *batches).rows
    found = core_cells([row_cells(rows[name], Window(0, 50 * MS, 2)) for name in ("w1", "w2")], 2)
    assert (found[0].owner, found[0].owner_ns, found[0].taken_ns) == ([1, -1], [30 * MS, 0], [40 * MS, 0])


def test_the_cache_gives_what_working_it_out_gives() -> None:
    timeline, cache = begun(1), CellCache()
    for number in range(60):
        timeline = sampled(timeline, [sample(1, number * 7 * MS, number * 3 * MS, 0, core=number % 2)])
        row = timeline.rows["w1"]
        start = max(0, number - 20) * 10 * MS
        for window in (Window(start, 10 * MS, 30), Window(start, 10 * MS, 25), Window(start + 10 * MS, 10 * MS, 30)):
            assert cache.cells(row, window) == row_cells(row, window)
    row = finished(timeline, 1, 420 * MS, 200 * MS, 0).rows["w1"]
    assert cache.cells(row, Window(0, 10 * MS, 30)) == row_cells(row, Window(0, 10 * MS, 30))


def test_at_its_end_a_life_gets_the_beginning_that_no_sample_has_seen_in_the_cache_too() -> None:
    timeline, cache, window = begun(1), CellCache(), Window(0, 10 * MS, 12)
    timeline = sampled(timeline, [sample(1, 40 * MS, 0, 0)], [sample(1, 90 * MS, 9 * MS, 0)])
    assert cache.cells(timeline.rows["w1"], window)[0] is None
    row = finished(timeline, 1, 100 * MS, 60 * MS, 0).rows["w1"]
    assert cache.cells(row, window) == row_cells(row, window)
    assert cache.cells(row, window)[0] is not None


def test_what_others_took_is_what_the_machine_counts_less_the_workers_and_told_only_between_its_samples() -> None:
    timeline = begun(1)
    for at_ns, user in ((10 * MS, 0.0), (20 * MS, 5.0), (30 * MS, 15.0), (40 * MS, 15.0)):
        timeline = fold_timeline(timeline, machine_sample(at_ns, [times(user=user, idle=at_ns / MS - user), None]))
    timeline = sampled(timeline, [sample(1, 20 * MS, 0, 0)], [sample(1, 30 * MS, 5 * MS, 0, core=0)])
    window = Window(5 * MS, 5 * MS, 8)
    taken = core_cells([row_cells(timeline.rows["w1"], window)], 8)
    others = others_cells(timeline, (0, 1), window, taken)
    assert others[0] == [0.0, 0.0, 0.0, 0.5, 0.5, 0.0, 0.0, 0.0]
    assert others[1] == [0.0] * 8  # it is offline
    close = Window(21 * MS, MS, 3)  # within one interval of the machine's samples nothing is known of others
    assert others_cells(timeline, (0,), close, {})[0] == [0.0] * 3


@pytest.mark.parametrize("count", [1, 3, 40, 400])
def test_sampled_cells_are_their_pieces_added_up(count: int) -> None:
    row, cell_ns = sampled_row(count), END // count
    expected: list[Counter[str | int]] = [Counter() for _ in range(count)]
    for end, start, on, wants, core, _cause in zip(*row.pieces.columns, strict=True):
        for place in range(start // cell_ns, min(count, end // cell_ns + 1)):
            share = max(0, min(end, (place + 1) * cell_ns) - max(start, place * cell_ns)) / (end - start)
            expected[place].update({"known": share * (end - start), "on": share * on, "wants": share * wants, core: share * on})
    for cell, told in zip(row_cells(row, Window(0, cell_ns, count)), expected, strict=True):
        got: Counter[str | int] = Counter()
        if cell is not None:
            got.update({"known": cell.known_ns, "on": cell.on_ns, "wants": cell.wants_ns})
            for core, amount in cell.cores:
                got[core] = amount
        slack = 3 + len(row.pieces) / count
        assert all(abs(got[key] - told[key]) <= slack for key in {*got, *told} - {NO_CORE})
