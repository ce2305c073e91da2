"""The list of claims: chapters in the article's order, below each its claims with what was found of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.strip import Strip

from conclab.model.claims import GLYPHS, Claim, Standing
from conclab.model.glossary import plain
from conclab.tui.palettes import REVERSED, one_colour
from conclab.tui.renderables.blocks import Line, fit, style
from conclab.tui.renderables.claim_page import standing_colour
from conclab.tui.theme import Palette

RUNNING, WAITING = "▶", "·"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list: a chapter, or a claim."""

    chapter: str
    claim: Claim | None = None
    standing: Standing | None = None
    """What it comes to here; None: it has not been run."""
    state: str = ""
    """``RUNNING``, ``WAITING`` for its turn, or neither."""
    found: int = 0
    """Of a chapter: how many of its claims have been found out about …"""
    of: int = 0
    """… and how many can be: conventions are only explained."""


def matches(claim: Claim, text: str) -> bool:
    """Whether a claim holds all words of a text in its title, its sentence or its number."""
    everything = f"{claim.number} {claim.title} {plain(claim.statement)} {claim.chapter}".casefold()
    return all(word in everything for word in text.casefold().split())


def rows_of(claims: Sequence[Claim], standings: Mapping[int, Standing], states: Mapping[int, str], sought: str = "") -> list[Row]:
    """The rows, chapters before their claims; of a search those claims alone that hold it. A chapter counts all of its own."""
    rows: list[Row] = []
    for chapter in dict.fromkeys(claim.chapter for claim in claims):
        own = [claim for claim in claims if claim.chapter == chapter]
        shown = [claim for claim in own if matches(claim, sought)]
        if shown:
            runnable = [claim for claim in own if claim.trials]
            rows.append(Row(chapter, found=sum(claim.number in standings for claim in runnable), of=len(runnable)))
            rows += [Row(chapter, claim, standings.get(claim.number), states.get(claim.number, "")) for claim in shown]
    return rows


def summary(claims: Sequence[Claim], standings: Mapping[int, Standing]) -> str:
    """How far one has got: 31 of 42 checked here · 22 ✓ 6 ✗ 3 ◐. Conventions are not checked but explained."""
    runnable = [claim.number for claim in claims if claim.trials]
    found = [standings[number] for number in runnable if number in standings]
    if not found:
        return "none checked here yet"
    counts = Counter(found)
    told = " ".join(f"{counts[standing]} {GLYPHS[standing]}" for standing in Standing if counts[standing])
    return f"{len(found)} of {len(runnable)} checked here · {told}"


def row_line(row: Row, width: int, palette: Palette, selected: bool) -> Strip:
    """One row. The last cell stays empty: what is in it would run into the scroll bar."""
    width = max(8, width)
    if row.claim is None:
        count = f" {row.found} of {row.of} " if row.of else " explained "
        line = Line().add(fit(row.chapter, width - cell_len(count)), style(palette.text, bold=True))
        return line.add(count, style(palette.dim)).strip(width)
    back = palette.cursor if selected else None
    if back == REVERSED:
        palette = one_colour(palette)
    glyph, colour = " ", palette.dim
    if row.state:
        glyph, colour = row.state, palette.title
    elif row.standing is not None:
        glyph, colour = GLYPHS[row.standing], standing_colour(row.standing, palette)
    line = Line().add("▸" if selected else " ", style(palette.title, back, bold=True))
    line.add(f"{glyph} ", style(colour, back, bold=True)).add(f"{row.claim.number:2} ", style(palette.dim, back))
    title = style(palette.text, back, bold=True) if selected else style(palette.text)
    return line.add(fit(row.claim.title, width - line.cells - 1), title).strip(width, style(back=back) if back else None)
