"""Claims and what was found about them, as lines for people."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Sequence

from conclab.cli.output import bar_lines, paint
from conclab.model.claims import GLYPHS, Claim, Finding, Part, Standing
from conclab.model.glossary import plain
from conclab.model.surveys import Survey, reasons_of
from conclab.model.text import harmless
from conclab.model.verdicts import Status
from conclab.recording.report_words import glyph_of

COLOURS = {
    Standing.HOLDS: "green",
    Standing.FAILS: "red",
    Standing.PARTLY: "yellow",
    Standing.UNDECIDED: "yellow",
    Standing.CONVENTION: "dim",
}
_INDENT = 5
_WIDEST = 110


def _width() -> int:
    return max(40, min(_WIDEST, shutil.get_terminal_size().columns) - 1)


def _wrapped(text: str, indent: int, first: str = "", *styles: str) -> list[str]:
    start = " " * indent
    rest = start + " " * len(first)
    lines = textwrap.wrap(harmless(text), _width(), initial_indent=start + first, subsequent_indent=rest)
    return [paint(line, *styles) for line in lines]


def head_line(claim: Claim, standing: Standing | None) -> str:
    """✗ 34 threads are spread over all cores."""
    glyph = " " if standing is None else GLYPHS[standing]
    colour = ("dim",) if standing is None else ("bold", COLOURS[standing])
    return f"{paint(glyph, *colour)} {paint(f'{claim.number:>2}', 'dim')} {paint(claim.title, 'bold')}"


def chapter_lines(chapter: str, before: str) -> list[str]:
    """A heading, where another chapter begins."""
    return [] if chapter == before else [*([""] if before else []), paint(chapter, "bold", "cyan")]


def finding_lines(claim: Claim, finding: Finding, full: bool, why: bool = True) -> list[str]:
    """What was found about a claim. ``full``: with the bars that it rests on, and ``why`` it is so."""
    lines = [head_line(claim, finding.standing)]
    if full:
        lines += _wrapped(plain(claim.statement), _INDENT, "", "dim")
    for part in finding.parts:
        lines += _part_lines(finding, part, full)
    if claim.convention:
        lines += _wrapped(plain(claim.convention) if full else "Explained, not decided.", _INDENT)
    for lack in finding.lacks:
        lines += _wrapped(lack, _INDENT, "→ ", "dim")
    if full and why:
        lines += ["", *_wrapped(f"Why: {plain(claim.why)}", _INDENT), *_wrapped(plain(claim.article), _INDENT, "", "dim")]
    return lines


def _part_lines(finding: Finding, part: Part, full: bool) -> list[str]:
    verdict = part.verdict
    alone = len(finding.parts) == 1
    glyph = "" if alone else f"{glyph_of(part)} "
    name = f"{part.name}: " if part.name and not alone else ""
    certainty = verdict.certainty(" to ").replace("95 %", "95 % interval")
    told = f"{name}{verdict.statement}" + (f" ({certainty})" if certainty and full else "")
    lines = _wrapped(told, _INDENT, glyph, *(("dim",) if part.beside else ()))
    inner = _INDENT + len(glyph)
    if full:
        bars = [" " * (inner - 2) + line for line in bar_lines(verdict, _width() - inner)]
        lines += ["", *bars, ""] if bars else []
    reasons = reasons_of(finding, verdict)
    if full or verdict.status is Status.UNDECIDED:
        for reason in reasons if full else reasons[:1]:
            lines += _wrapped(reason, inner, "", "dim")
    if full and verdict.advice:
        lines += _wrapped(verdict.advice, inner, "→ ")
    return lines


def table_lines(survey: Survey) -> list[str]:
    """The claims with a glyph for each Python, side by side; the ones that they do not agree about stand out."""
    differing = {claim.number for claim in survey.differing()}
    titles = max(len(claim.title) for claim in survey.claims) + 5
    wide = [max(3, len(column.label)) for column in survey.columns]
    heads = "  ".join(f"{column.label:^{room}}" for column, room in zip(survey.columns, wide, strict=True))
    lines = [paint(" " * titles + heads.rstrip(), "bold")]
    for claim in survey.claims:
        cells = []
        for column, room in zip(survey.columns, wide, strict=True):
            standing = survey.standing(claim, column)
            cell = f"{GLYPHS[standing] if standing else '':^{room}}"
            cells.append(paint(cell, COLOURS[standing]) if standing else cell)
        name = f"{claim.number:>2} {claim.title:<{titles - 3}}"
        row = (paint(name, "bold") if claim.number in differing else name) + "  ".join(cells)
        lines.append(f"{row}{paint('  differs', 'dim') if claim.number in differing else ''}".rstrip())
    return lines


def catalogue_lines(claims: Sequence[Claim]) -> list[str]:
    """Every claim with its statement and the experiments that decide it."""
    lines: list[str] = []
    chapter = ""
    for claim in claims:
        lines += chapter_lines(claim.chapter, chapter)
        chapter = claim.chapter
        names = ", ".join(dict.fromkeys(trial.experiment for trial in claim.trials)) or "explained, not decided"
        lines += _wrapped(plain(claim.statement), 2, f"{claim.number:>2} ")
        lines += _wrapped(names, 5, "", "dim")
    return lines
