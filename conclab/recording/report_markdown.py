"""A survey in Markdown, as GitHub shows it: tables, and bars of block characters."""

from __future__ import annotations

import re

from conclab.model import figures
from conclab.model.claims import GLYPHS, Claim, Finding, Part, Standing
from conclab.model.glossary import plain
from conclab.model.surveys import WORDS, Column, Survey, reasons_of
from conclab.model.text import harmless
from conclab.model.verdicts import Verdict
from conclab.recording.report_words import (
    HOW,
    LEAD,
    MARK,
    TITLE,
    About,
    agreement,
    bars_of,
    chapters,
    conditions,
    figure_of,
    glossary,
    glyph_of,
    python_name,
    spread_of,
)

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~$&])")
_BAR = 20


def escaped(text: str) -> str:
    """Text that means nothing to Markdown, whoever has written it: one line, no marks, no links made of what looks like one."""
    told = _SPECIAL.sub(r"\\\1", harmless(text)).strip()
    told = told.replace("://", "&#58;//").replace("www.", "www&#46;")
    return re.sub(r"^([#+=-]|\d+(?=[.)]\s))", _no_list, told)


def _no_list(begin: re.Match[str]) -> str:
    """What would begin a list or a heading is only itself."""
    return f"&#{ord(begin[0][0])};{begin[0][1:]}"


def markdown_report(survey: Survey, about: About) -> str:
    """The whole page."""
    lines = [f"<!-- {MARK} -->", f"# {TITLE}", "", LEAD, "", f"{escaped(about.machine)} · {about.cores} · {about.made}", ""]
    lines += [f"- **{escaped(python_name(column))}**: {survey.summary(column)}" for column in survey.columns]
    agreed = agreement(survey, [str(claim.number) for claim in survey.differing()])
    lines += ["", agreed] if agreed else []
    lines += ["", "## At a glance", "", *_table(survey)]
    for chapter, claims in chapters(survey):
        lines += ["", f"## {escaped(chapter)}"]
        for claim in claims:
            lines += ["", *_claim(survey, claim)]
    lines += ["", "## How to read this", "", HOW]
    terms = glossary(survey)
    if terms:
        lines += ["", "## Words", "", *(f"- **{escaped(term)}**: {escaped(plain(meaning))}" for term, meaning in terms.items())]
    return "\n".join([*lines, "", f"Made by conclab {escaped(about.conclab)}, a laboratory for concurrency.", ""])


def _table(survey: Survey) -> list[str]:
    heads = [escaped(column.label) for column in survey.columns]
    rows = [f"| | claim | {' | '.join(heads)} |", f"|--:|---|{'---|' * len(heads)}"]
    for claim in survey.claims:
        cells = [_standing(survey.standing(claim, column)) for column in survey.columns]
        rows.append(f"| {claim.number} | {escaped(claim.title)} | {' | '.join(cells)} |")
    return rows


def _standing(standing: Standing | None) -> str:
    return "not run" if standing is None else f"{GLYPHS[standing]} {WORDS[standing][0]}"


def _claim(survey: Survey, claim: Claim) -> list[str]:
    lines = [f"### {claim.number} {escaped(figures.sentence(claim.title))}", "", f"> {escaped(plain(claim.statement))}", ""]
    if claim.convention:
        lines += [f"**{_standing(Standing.CONVENTION)}.** {escaped(plain(claim.convention))}", ""]
    for column in survey.columns:
        finding = survey.finding(claim, column)
        if finding is not None and not claim.convention:
            lines += _finding(finding, column)
    return [*lines, f"**Why.** {escaped(plain(claim.why))}", "", escaped(plain(claim.article))]


def _finding(finding: Finding, column: Column) -> list[str]:
    told = f"**{_standing(finding.standing)}** on {escaped(python_name(column))} · {escaped(conditions(finding))}"
    lines = [told, ""]
    for part in finding.parts:
        lines += [*_part(finding, part), ""]
    if finding.lacks:
        lines += [*(f"- {escaped(lack)}" for lack in finding.lacks), ""]
    return lines


def _part(finding: Finding, part: Part) -> list[str]:
    verdict = part.verdict
    name = f"*{escaped(part.name)}*: " if part.name else ""
    certainty = f" ({verdict.certainty()})" if verdict.certainty() else ""
    glyph = f"{glyph_of(part)} " if len(finding.parts) > 1 else ""
    lines = [f"{glyph}{name}{escaped(verdict.statement)}{certainty}"]
    bars = _bars(verdict)
    lines += ["", *bars] if bars else []
    said = [*reasons_of(finding, verdict), *([f"→ {verdict.advice}"] if verdict.advice else [])]
    return [*lines, *(["", *(f"- {escaped(one)}" for one in said)] if said else [])]


def _bars(verdict: Verdict) -> list[str]:
    shown = bars_of(verdict.evidence)
    if not shown:
        return []
    longest = max(bar.value or 0.0 for bar in shown) or 1.0
    rows = ["| | | | 95 % | |", "|---|---|--:|---|---|"]
    for bar in shown:
        drawn = ("░" if bar.ideal else "█") * round(max(0.0, bar.value or 0.0) / longest * _BAR)
        cells = (escaped(bar.label), f"`{drawn:<{_BAR}}`", escaped(figure_of(bar)), spread_of(bar), escaped(bar.note))
        rows.append(f"| {' | '.join(cells)} |")
    return rows
