"""The strip: rows of cores in the colour and name of the worker that ran there, and rows of workers in what they did.

One cell is one moment. Where a stretch is wide enough its name is written into it. Without colours every state has its glyph, and
every worker a letter or digit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from conclab.model.blocking import marked
from conclab.model.timeline import MARK_AT, MARK_KIND, Mark, Row, Timeline
from conclab.model.timeline_cells import Cells, CoreLane, Window
from conclab.model.timeline_moment import cause_at
from conclab.tui.renderables.blocks import HEIGHTS, Line, fit, right, style
from conclab.tui.renderables.lanes import GLYPHS
from conclab.tui.theme import Palette

LABEL = 8
"""Cells before the strip: who it is."""
FULL = 15 / 16
"""A share from which on a cell counts as whole."""
LEAST = 0.02
OTHERS = "·"
"""A mark of another worker than the chosen one."""
MARKS = {
    Mark.FINISHED: ("■", "ended"),
    Mark.STARTED: ("▸", "started"),
    Mark.LINE: ("¶", "line"),
    Mark.TASK: ("✓", "task done"),
    Mark.RELEASED: ("-", "gave lock back"),
    Mark.ACQUIRED: ("+", "got lock"),
    Mark.WAITING: ("?", "waits for lock"),
    Mark.FAILED: ("!", "failed"),
}
MOST_THICK = 4
"""Lines that a row may take where there is much room."""
CURSOR = "│"
_MOSTLY = "▅▆▇█"
"""Blocks that fill most of a cell."""
_AGAIN = 40
"""In a long stretch its name stands again after so many cells."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What all lines of the strip need."""

    timeline: Timeline
    window: Window
    palette: Palette
    colourless: bool
    selected: str
    """Name of the chosen worker."""
    cursor: int
    """The cursor's column; it may be out of view."""

    @property
    def width(self) -> int:
        return LABEL + self.window.count


def _under_cursor(scene: Scene, texts: list[str], looks: list[Style | None]) -> None:
    """A thin line through the cursor's cell, on the colour that it mostly has: reversed, a state would look like another."""
    place = scene.cursor
    if 0 <= place < len(texts):
        looks[place] = _crossed(looks[place], texts[place] in _MOSTLY, scene.palette)
        texts[place] = CURSOR


@lru_cache(maxsize=512)
def _crossed(look: Style | None, filled: bool, palette: Palette) -> Style:
    if look is None:
        return style(bold=True)
    back = look.color if filled and look.color is not None else look.bgcolor
    on_colour = filled or look.color == style(palette.ink).color  # or a word is written there
    return style(palette.ink if on_colour else palette.text, bold=True) + Style(bgcolor=back)


def _assembled(scene: Scene, label: Sequence[Segment], texts: list[str], looks: list[Style | None]) -> Strip:
    """A line of its label and its cells, neighbours of one look in one segment."""
    _under_cursor(scene, texts, looks)
    segments, begin, count = list(label), 0, len(texts)
    for place in range(1, count + 1):
        if place == count or looks[place] is not looks[begin]:
            segments.append(Segment("".join(texts[begin:place]), looks[begin]))
            begin = place
    return Strip(segments, scene.width)


def _written(texts: list[str], looks: list[Style | None], begin: int, end: int, text: str, look: Style | None) -> None:
    """A word into a stretch of cells that has room for it and a cell on either side; again and again in a long one."""
    size = len(text)
    if not text or end - begin < size + 2 or cell_len(text) != size:
        return
    at = begin + 1
    while at + size < end:
        texts[at : at + size] = text
        looks[at : at + size] = [look] * size
        at += max(_AGAIN, size * 3)


def _runs(keys: Sequence[object], write: Callable[[int, int, object], None]) -> None:
    """Call ``write`` for each stretch of cells that have one key; None is no key."""
    begin, count = 0, len(keys)
    for place in range(1, count + 1):
        if place == count or keys[place] != keys[begin]:
            if keys[begin] is not None:
                write(begin, place, keys[begin])
            begin = place


def worker_label(scene: Scene, row: Row, coloured: str, named: bool = True) -> list[Segment]:
    """The name with a sign if it is chosen; without colours also its letter, unless the name ends in it."""
    chosen = row.name == scene.selected
    if not named:
        return [Segment(" " * LABEL, style(back=scene.palette.cursor) if chosen else None)]
    name = row.name if not scene.colourless or row.name == f"w{row.letter}" else f"{row.letter}={row.name}"
    text = ("▸" if chosen else " ") + fit(name, LABEL - 2) + " "
    return [Segment(text, style(coloured, scene.palette.cursor if chosen else None, bold=True))]


def worker_lines(scene: Scene, row: Row, cells: Cells, thick: int = 1) -> list[Strip]:
    """What one worker did, in so many lines; the words stand in the middle one."""
    return [_worker_line(scene, row, cells, level, thick) for level in reversed(range(thick))]


def _worker_line(scene: Scene, row: Row, cells: Cells, level: int, thick: int) -> Strip:
    palette, window = scene.palette, scene.window
    colour = palette.worker(row.slot)
    texts, looks, keys = (_plain_states if scene.colourless else _states)(cells, colour, palette, level, thick)
    ink = None if scene.colourless else style(palette.ink, colour, bold=True)
    pale = None if scene.colourless else style(palette.blocked, palette.blocked_back)

    def write(begin: int, end: int, key: object) -> None:
        if isinstance(key, int):
            _written(texts, looks, begin, end, str(key), ink)
        elif key == "blocked" and end - begin > 4:
            cause = cause_at(scene.timeline, row, window.start_ns + (begin + end) * window.cell_ns // 2)
            _written(texts, looks, begin, end, _cut(marked(cause) if cause else "", end - begin - 2), pale)

    middle = level == thick // 2
    if middle:
        _runs(keys, write)
    return _assembled(scene, worker_label(scene, row, colour, middle), texts, looks)


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1] + "…" if room >= 5 else ""


Drawn = tuple[list[str], list[Style | None], list[object]]
"""The glyph and look of each cell, and what stretches of it are called: a core's number, "blocked", or None."""


def _states(cells: Cells, colour: str, palette: Palette, level: int, thick: int) -> Drawn:
    """In colours: the block is as high as the share on a core, the background is what it did otherwise."""
    nothing = style(back=palette.trough)
    wants, blocked = style(colour, palette.wants_back), style(colour, palette.blocked_back)
    heights = [_height(step / (8 * thick), level, thick) for step in range(8 * thick + 1)]
    steps = 16 * thick
    texts: list[str] = []
    looks: list[Style | None] = []
    keys: list[object] = []
    for cell in cells:
        if cell is None:
            texts.append(" ")
            looks.append(nothing)
            keys.append(None)
            continue
        known, on, wanted, cores, _exact = cell
        rest = known - on - wanted
        rounded = (on * steps + known) // (2 * known)
        texts.append(heights[rounded or on > LEAST * known])
        looks.append(wants if wanted > rest else blocked)
        keys.append(_key(known, on, rest, cores))
    return texts, looks, keys


def _key(known: int, on: int, blocked: int, cores: tuple[tuple[int, int], ...]) -> object:
    if on >= FULL * known:
        return cores[0][0] if len(cores) == 1 else None
    return "blocked" if blocked >= FULL * known else None


def _plain_states(cells: Cells, _colour: str, _palette: Palette, level: int, thick: int) -> Drawn:
    """Without: the glyph of what it did for most of the cell; in several lines as many of each glyph as are its share."""
    texts: list[str] = []
    keys: list[object] = []
    for cell in cells:
        if cell is None:
            texts.append(" ")
            keys.append(None)
            continue
        parts = {"on": cell.on_ns, "wants": cell.wants_ns, "blocked": cell.blocked_ns}
        if thick == 1:
            doing = max(parts, key=lambda name: parts[name])
        else:  # what it did at the middle of this line, were the cell one bar: on a core below, blocked above
            reached = (level + 0.5) / thick * cell.known_ns
            doing = "on" if reached < parts["on"] else "wants" if reached < parts["on"] + parts["wants"] else "blocked"
        texts.append(GLYPHS[doing])
        keys.append(_key(cell.known_ns, cell.on_ns, cell.blocked_ns, cell.cores))
    return texts, [None] * len(texts), keys


Owners = Sequence[tuple[str, str, str]]
"""Name, colour and letter of those whom the numbers of cells mean."""


def core_lines(
    scene: Scene, core: int, cells: CoreLane | None, others: Sequence[float], owners: Owners, thick: int = 1
) -> list[Strip]:
    """Who had one core, in so many lines."""
    return [_core_line(scene, core, cells, others, owners, level, thick) for level in reversed(range(thick))]


def _core_line(
    scene: Scene, core: int, cells: CoreLane | None, others: Sequence[float], owners: Owners, level: int, thick: int
) -> Strip:
    palette, count = scene.palette, scene.window.count
    cell_ns = scene.window.cell_ns
    texts, keys = [" "] * count, [None] * count
    looks: list[Style | None] = [None if scene.colourless else style(palette.other, palette.trough)] * count
    named: list[object] = list(keys)
    plain = scene.colourless
    for place in range(count):
        share = cells.taken_ns[place] / cell_ns if cells is not None else 0.0
        if cells is None or share <= LEAST:
            load = others[place]
            texts[place] = ("·" if load > 0.25 else " ") if plain else _height(load, level, thick)
            continue
        _name, colour, letter = owners[cells.owner[place]]
        texts[place] = (letter if not level or share > (level + 0.5) / thick else " ") if plain else _height(share, level, thick)
        if not plain:
            looks[place] = style(colour, palette.trough)
        named[place] = cells.owner[place] if cells.owner_ns[place] >= FULL * cell_ns else None

    def write(begin: int, end: int, key: object) -> None:
        assert isinstance(key, int)
        name, colour, _letter = owners[key]
        if plain and end - begin >= len(name) + 2:
            texts[begin:end] = GLYPHS["on"] * (end - begin)
        _written(texts, looks, begin, end, name, None if plain else style(palette.ink, colour, bold=True))

    middle = level == thick // 2
    if middle:
        _runs(named, write)
    label = [Segment((right(str(core), LABEL - 2) if middle else "").ljust(LABEL), style(palette.text, bold=True))]
    return _assembled(scene, label, texts, looks)


def _height(share: float, level: int, thick: int) -> str:
    """The block of a share in one line of a bar of ``thick`` lines, counted from below."""
    if share <= LEAST:
        return " "
    return HEIGHTS[max(0, min(8, max(1, round(share * 8 * thick)) - 8 * level))]


def marks_line(scene: Scene, rows: Sequence[Row]) -> Strip:
    """What the runner said: the chosen worker's marks as glyphs, a dot where only others have some."""
    window, palette = scene.window, scene.palette
    texts: list[str] = [" "] * window.count
    looks: list[Style | None] = [None] * window.count
    dim = style(palette.dim)
    best: dict[int, int] = {}
    for row in rows:
        log = row.marks
        first, stop = log.rows_before(window.start_ns), log.rows_before(window.end_ns)
        chosen = row.name == scene.selected
        at, kinds = log.columns[MARK_AT], log.columns[MARK_KIND]
        for number in range(first, stop):
            place = (at[number] - window.start_ns) // window.cell_ns
            rank = kinds[number] + 1 if chosen else 0
            best[place] = max(best.get(place, 0), rank)
    look = style(palette.text, bold=True)
    for place, rank in best.items():
        texts[place] = MARKS[Mark(rank - 1)][0] if rank else OTHERS
        looks[place] = look if rank else dim
    return _assembled(scene, [Segment(fit("marks", LABEL), dim)], texts, looks)


def legend_line(scene: Scene, text: str) -> Strip:
    """What the states look like, after a few words."""
    palette, dim = scene.palette, style(scene.palette.dim)
    line = Line().add(text, dim)
    if scene.colourless:
        return line.add(f"{GLYPHS['on']} on a core  {GLYPHS['wants']} wants a core  {GLYPHS['blocked']} blocked", dim).strip(
            scene.width
        )
    line.add("▅", style(palette.worker(0))).add(" on a core, the higher the longer  ", dim)
    line.add("  ", style(back=palette.wants_back)).add(" wants a core  ", dim)
    return line.add("  ", style(back=palette.blocked_back)).add(" blocked", dim).strip(scene.width)


def marks_legend(scene: Scene) -> Strip:
    """What the glyphs of the marks mean, the most telling first."""
    line = Line().add(" " * LABEL)
    for mark in sorted(MARKS, reverse=True):
        glyph, meaning = MARKS[mark]
        line.add(f"{glyph} ", style(scene.palette.text, bold=True)).add(f"{meaning}  ", style(scene.palette.dim))
    return line.add(f"{OTHERS} others'", style(scene.palette.dim)).strip(scene.width)
