"""The whole page of the strip: how its lines are divided among cores and workers, and the readout below them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from textual.strip import Strip

from conclab.model.timeline import Row
from conclab.model.timeline_cells import CellCache, others_cells
from conclab.tui.renderables.blocks import plain, style, wrapped
from conclab.tui.renderables.strip import LABEL, MOST_THICK, Scene, core_lines, legend_line, marks_legend, marks_line, worker_lines
from conclab.tui.renderables.strip_axis import axis_line, steps_line
from conclab.tui.renderables.strip_words import cores_words, marks_words, moment_words, place_words

_READOUT = 4
"""Lines of what is read out at the cursor: for one height of the screen always as many, so that nothing jumps."""
_FIXED = 4 + _READOUT
"""Lines beside the rows: repetitions, axis, legend, marks, and the readout."""
LEAST_HEIGHT = _FIXED + 2
_ROOMY = 34
"""From so many lines on the marks' glyphs are explained, and the moment has two lines."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was drawn."""

    lines: list[Strip] = field(default_factory=list)
    rows_at: Mapping[int, str] = field(default_factory=dict)
    """Which worker is in which line."""
    used: frozenset[int] = frozenset()
    """The cores that workers have been seen on."""
    first_core: int = 0
    first_row: int = 0


def page(scene: Scene, at_ns: int, rows: Sequence[Row], cores: int, height: int, cache: CellCache, before: Page) -> Page:
    """All lines, ``height`` of them. ``cores``: how many the machine has; ``before``: which rows were in view last."""
    timeline, window = scene.timeline, scene.window
    roomy = height >= _ROOMY
    found = [cache.cells(row, window) for row in rows]
    owners = [(row.name, scene.palette.worker(row.slot), row.letter) for row in rows]
    helpers = [one for one in timeline.helpers if one.exact.start_ns < window.end_ns and one.exact.end_ns > window.start_ns]
    # A helper is drawn on the cores only; its key in the cache is no name that a worker may have.
    helped = [cache.cells(Row(f"\n{number} {one.name}", 0, exact=(one.exact,)), window) for number, one in enumerate(helpers)]
    owners += [(one.name, scene.palette.other, "·") for one in helpers]
    by_core = cache.cores([*found, *helped], window.count)
    room = height - _FIXED - 2 * roomy
    used = before.used | by_core.keys()
    order, shown_cores, shown_rows = _divided(room, len(rows), cores, used)
    first_core = max(0, min(before.first_core, len(order) - shown_cores))
    place = next((number for number, row in enumerate(rows) if row.name == scene.selected), 0)
    first_row = max(place - shown_rows + 1, min(before.first_row, place, max(0, len(rows) - shown_rows)))
    in_view = order[first_core : first_core + shown_cores]
    others = others_cells(timeline, in_view, window, by_core)
    thick = max(1, min(MOST_THICK, room // (shown_cores + max(shown_rows, len(rows)))))
    lines = [
        steps_line(timeline, window, LABEL, timeline.step_at(at_ns), scene.palette),
        axis_line(window, timeline.start_ns, LABEL, scene.cursor, scene.palette),
        *(line for core in in_view for line in core_lines(scene, core, by_core.get(core), others[core], owners, thick)),
        legend_line(scene, _hidden(len(order) - shown_cores, len(rows) - shown_rows)),
    ]
    rows_at: dict[int, str] = {}
    for number in range(first_row, min(len(rows), first_row + shown_rows)):
        rows_at |= {len(lines) + part: rows[number].name for part in range(thick)}
        lines += worker_lines(scene, rows[number], found[number], thick)
    lines += [plain("", scene.width)] * (height - _READOUT - 1 - 2 * roomy - len(lines))
    lines.append(marks_line(scene, rows))
    if roomy:
        lines.append(marks_legend(scene))
    return Page([*lines, *_readout(scene, at_ns, cores, 1 + roomy)], rows_at, used, first_core, first_row)


def _divided(room: int, rows: int, cores: int, used: Set[int]) -> tuple[list[int], int, int]:
    """The cores in their order, where not all have room those first that a worker has had; and how many of both have room."""
    order = sorted({*used, *range(cores)})
    least = min(len(order), max(1, room * 2 // 5))
    shown_cores = max(least, min(len(order), room - rows))
    if shown_cores < len(order):
        order.sort(key=lambda core: core not in used)
    return order, shown_cores, max(1, min(rows, room - shown_cores))


def _hidden(cores: int, rows: int) -> str:
    """What there is no room for."""
    parts = ([f"{cores} more cores: < >"] if cores else []) + ([f"{rows} more workers: ↑ ↓"] if rows > 0 else [])
    return f"{' · '.join(parts)}   " if parts else " " * LABEL


def _readout(scene: Scene, at_ns: int, cores: int, moment_lines: int) -> list[Strip]:
    timeline, palette, width = scene.timeline, scene.palette, scene.width
    row, cell_ns = timeline.rows.get(scene.selected), scene.window.cell_ns
    moment = moment_words(timeline, row, at_ns, cell_ns) if row is not None else "no worker has started yet"
    parts = [moment] if moment_lines == 1 else [*wrapped(moment, max(8, width - 2)), *[""] * moment_lines]
    bold = style(palette.worker(row.slot) if row is not None else palette.text, bold=True)
    return [
        plain(f"▼ {place_words(timeline, row, at_ns, cell_ns)}", width, style(palette.text)),
        *(plain(f"  {part}", width, bold) for part in parts[:moment_lines]),
        plain(f"  {cores_words(timeline, at_ns, cores)}", width, style(palette.text)),
        plain(f"  {marks_words(row, at_ns) if row is not None else ''}", width, style(palette.dim)),
    ]
