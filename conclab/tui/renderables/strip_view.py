"""Where one looks in the timeline: pure arithmetic of zooming, scrolling and the cursor.

Cells lie on whole multiples of their size, so that a view which moves on keeps what it has drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from conclab.model.timeline_cells import Window

FINEST_NS = 1_000
"""The narrowest cell of what is exact."""
_COARSEST_NS = 3_600_000_000_000
_STEPS = (1.0, 2.0, 5.0)
_FITS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)


def _ladder(steps: tuple[float, ...]) -> list[int]:
    found, size = [], FINEST_NS
    while size <= _COARSEST_NS:
        found += [round(size * step) for step in steps]
        size *= 10
    return found


_ZOOMS, _ALL_FITS = _ladder(_STEPS), _ladder(_FITS)


def at_least(size_ns: int) -> int:
    """The narrowest cell of the usual sizes that is not narrower than that."""
    return next((size for size in _ZOOMS if size >= size_ns), _ZOOMS[-1])


@dataclass(frozen=True, slots=True)
class Bounds:
    """What there is to be seen, and by how many cells."""

    first_ns: int
    last_ns: int
    width: int
    finest_ns: int


@dataclass(frozen=True, slots=True)
class View:
    """What is seen: cells of ``cell_ns`` from ``start_ns`` on, and a cursor."""

    start_ns: int
    cell_ns: int
    cursor_ns: int
    follow: bool = False
    """It goes along with now."""
    whole: bool = False
    """It shows everything, and is zoomed out as that grows."""

    def window(self, width: int) -> Window:
        """Its cells."""
        return Window(self.start_ns, self.cell_ns, width)

    def column(self, at_ns: int) -> int:
        """In which cell a moment is; it may be out of view."""
        return (at_ns - self.start_ns) // self.cell_ns


def aligned(at_ns: int, cell_ns: int) -> int:
    """The beginning of the cell that a moment is in."""
    return at_ns // cell_ns * cell_ns


def fitting(first_ns: int, last_ns: int, bounds: Bounds) -> View:
    """A view of a whole stretch of time, the cursor at its beginning."""
    length, width = max(1, last_ns - first_ns), max(2, bounds.width)
    cell = next(
        (size for size in _ALL_FITS if aligned(first_ns, size) + size * width > last_ns and size * width >= length), _ALL_FITS[-1]
    )
    if cell >= bounds.finest_ns:
        return View(aligned(first_ns, cell), cell, first_ns)
    # It is so short that not all cells are needed: what is around it is seen, too.
    cell = bounds.finest_ns
    around = aligned((first_ns + last_ns) // 2, cell) - width // 2 * cell
    return View(max(aligned(bounds.first_ns, cell), around), cell, first_ns)


def whole(view: View, bounds: Bounds) -> View:
    """Everything; the cursor stays where it is."""
    shown = fitting(bounds.first_ns, bounds.last_ns, bounds)
    return replace(shown, cursor_ns=_within(view.cursor_ns, bounds), whole=True, follow=view.follow)


def following(view: View, bounds: Bounds) -> View:
    """The newest at the right end, the cursor on it."""
    cursor = _within(bounds.last_ns - view.cell_ns, bounds)  # the last cell that is known as a whole
    if view.whole:
        return replace(whole(view, bounds), cursor_ns=cursor, follow=True)
    start = aligned(bounds.last_ns, view.cell_ns) - (bounds.width - 1) * view.cell_ns
    return replace(view, start_ns=max(start, aligned(bounds.first_ns, view.cell_ns)), cursor_ns=cursor, follow=True)


def zoomed(view: View, step: int, bounds: Bounds, around_ns: int | None = None) -> View:
    """One size narrower (``step`` 1) or wider (-1); the moment under the cursor, or ``around_ns``, stays in its column."""
    around = view.cursor_ns if around_ns is None else around_ns
    sizes = [size for size in _ZOOMS if size >= bounds.finest_ns]
    if step > 0:
        cell = max((size for size in sizes if size < view.cell_ns), default=max(view.cell_ns, bounds.finest_ns))
    else:
        widest = fitting(bounds.first_ns, bounds.last_ns, bounds).cell_ns
        cell = min((size for size in sizes if size > view.cell_ns), default=view.cell_ns)
        if cell >= widest:
            return whole(view, bounds)
    column = min(max(0, view.column(around)), bounds.width - 1)
    shown = View(aligned(around, cell) - column * cell, cell, view.cursor_ns, follow=view.follow)
    return following(shown, bounds) if view.follow else _kept_in(shown, bounds)


def scrolled(view: View, cells: int, bounds: Bounds) -> View:
    """The view moved by so many cells, the cursor with it."""
    moved = replace(view, start_ns=view.start_ns + cells * view.cell_ns, follow=False, whole=False)
    kept = _kept_in(moved, bounds)
    return replace(kept, cursor_ns=_within(view.cursor_ns + kept.start_ns - view.start_ns, bounds))


def moved(view: View, cells: int, bounds: Bounds) -> View:
    """The cursor moved by so many cells, to the beginning of one."""
    return to(view, aligned(view.cursor_ns, view.cell_ns) + cells * view.cell_ns, bounds)


def to(view: View, at_ns: int, bounds: Bounds) -> View:
    """The cursor at a moment. Where that is out of view, the view comes along: by a cell, or so that it is in the middle."""
    shown = replace(view, cursor_ns=_within(at_ns, bounds), follow=False)
    column = shown.column(shown.cursor_ns)
    if 0 <= column < bounds.width:
        return shown
    by = column if column < 0 else column - bounds.width + 1
    if abs(by) > bounds.width // 4:
        by = column - bounds.width // 2
    return _kept_in(replace(shown, start_ns=shown.start_ns + by * shown.cell_ns, whole=False), bounds)


def _within(at_ns: int, bounds: Bounds) -> int:
    return min(max(at_ns, bounds.first_ns), bounds.last_ns)


def _kept_in(view: View, bounds: Bounds) -> View:
    """Not further out than half a screen beyond the beginning and the end."""
    half = bounds.width // 2 * view.cell_ns
    low = aligned(bounds.first_ns, view.cell_ns) - half
    high = aligned(bounds.last_ns, view.cell_ns) - half
    return replace(view, start_ns=min(max(view.start_ns, low), max(low, high)))
