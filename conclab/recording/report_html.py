"""A survey as one HTML page that needs nothing else: its style is in it, its charts are SVG in it, and it works without scripts."""

from __future__ import annotations

from conclab.model import figures
from conclab.model.claims import GLYPHS, Claim, Finding, Standing
from conclab.model.drawings import DRAWINGS, Piece, pieces
from conclab.model.glossary import spans
from conclab.model.surveys import WORDS, Column, Survey, reasons_of
from conclab.recording.report_charts import bar_chart, counts_chart, scales_of, told
from conclab.recording.report_style import STYLE
from conclab.recording.report_words import (
    HOW,
    LEAD,
    MARK,
    TITLE,
    About,
    agreement,
    chapters,
    conditions,
    glossary,
    glyph_of,
    python_name,
)

_NOTHING_FROM_ELSEWHERE = "default-src 'none'; style-src 'unsafe-inline'"


def html_report(survey: Survey, about: About) -> str:
    """The whole page."""
    words = glossary(survey)
    body = [
        _theme(),
        "<main>",
        *_header(survey, about),
        *_glance(survey),
        *(part for chapter, claims in chapters(survey) for part in _chapter(survey, chapter, claims, words)),
        *_glossary(words),
        f'<section class="how"><h2>How to read this</h2><p>{told(HOW)}</p></section>',
        f"<footer>Made by conclab {told(about.conclab)}, a laboratory for concurrency.</footer>",
        "</main>",
    ]
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f"<!-- {MARK} -->",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_NOTHING_FROM_ELSEWHERE}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{told(TITLE)}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            "<body>",
            *body,
            "</body>",
            "</html>",
            "",
        ]
    )


def _theme() -> str:
    """Light or dark without a script: the style sheet asks which button is checked."""
    buttons = "".join(
        f'<input type="radio" name="theme" id="theme-{name}"{" checked" if name == "auto" else ""}>'
        f'<label for="theme-{name}">{name}</label>'
        for name in ("auto", "light", "dark")
    )
    return f'<fieldset class="theme"><legend>Colours</legend>{buttons}</fieldset>'


def _header(survey: Survey, about: About) -> list[str]:
    lines = [
        "<header>",
        '<p class="brand">conclab</p>',
        f"<h1>{told(TITLE)}</h1>",
        f'<p class="lead">{told(LEAD)}</p>',
        f'<p class="conditions">{told(about.machine)} · {told(about.cores)} · {told(about.made)}</p>',
    ]
    for column in survey.columns:
        name, summary = told(python_name(column)), told(survey.summary(column))
        lines.append(f'<div class="summary"><h2>{name}</h2>{counts_chart(survey.counts(column))}<p>{summary}</p></div>')
    agreed = agreement(survey, [f'<a href="#claim-{claim.number}">{claim.number}</a>' for claim in survey.differing()])
    return [*lines, f"<p>{agreed}</p>" if agreed else "", "</header>"]


def _glance(survey: Survey) -> list[str]:
    heads = "".join(f'<th scope="col">{told(column.label)}</th>' for column in survey.columns)
    differing = {claim.number for claim in survey.differing()}
    lines = [
        f'<section class="glance{" many" if len(survey.columns) > 1 else ""}"><h2>At a glance</h2><table>',
        f'<thead><tr><th scope="col">claim</th>{heads}</tr></thead>',
    ]
    for chapter, claims in chapters(survey):
        lines.append(f'<tbody><tr class="chapter"><th colspan="{1 + len(survey.columns)}">{told(chapter)}</th></tr>')
        for claim in claims:
            cells = "".join(f"<td>{_badge(survey.standing(claim, column))}</td>" for column in survey.columns)
            name = f'<a href="#claim-{claim.number}"><span class="number">{claim.number}</span> {told(claim.title)}</a>'
            lines.append(f'<tr{" class=differs" if claim.number in differing else ""}><th scope="row">{name}</th>{cells}</tr>')
        lines.append("</tbody>")
    return [*lines, "</table></section>"]


def _badge(standing: Standing | None) -> str:
    if standing is None:
        return '<span class="badge none">not run</span>'
    return f'<span class="badge {standing.value}"><b>{GLYPHS[standing]}</b> <i>{WORDS[standing][0]}</i></span>'


def _chapter(survey: Survey, chapter: str, claims: list[Claim], words: dict[str, str]) -> list[str]:
    parts = [f'<section class="claims"><h2>{told(chapter)}</h2>']
    for claim in claims:
        parts += _claim(survey, claim, words)
    return [*parts, "</section>"]


def _claim(survey: Survey, claim: Claim, words: dict[str, str]) -> list[str]:
    lines = [
        f'<article id="claim-{claim.number}">',
        f'<h3><span class="number">{claim.number}</span> {told(figures.sentence(claim.title))}</h3>',
        f"<blockquote>{_marked(claim.statement, words)}</blockquote>",
    ]
    if claim.convention:
        lines.append(
            f'<div class="finding convention"><h4>{_badge(Standing.CONVENTION)}</h4><p>{_marked(claim.convention, words)}</p></div>'
        )
    else:
        found = [(column, survey.finding(claim, column)) for column in survey.columns]
        scales = scales_of([finding for _, finding in found if finding is not None])
        lines.append('<div class="findings">')
        lines += [_finding(finding, column, scales) for column, finding in found if finding is not None]
        lines += [_not_run(column) for column, finding in found if finding is None]
        lines.append("</div>")
    lines += [
        _drawing(claim.drawing),
        f"<p><strong>Why.</strong> {_marked(claim.why, words)}</p>",
        f'<p class="article">{_marked(claim.article, words)}</p>',
        "</article>",
    ]
    return lines


def _not_run(column: Column) -> str:
    return f'<div class="finding none"><h4>{_badge(None)} <small>{told(python_name(column))}</small></h4></div>'


def _finding(finding: Finding, column: Column, scales: dict[tuple[int, str], float]) -> str:
    parts = []
    for place, part in enumerate(finding.parts):
        verdict = part.verdict
        several = len(finding.parts) > 1
        glyph = f'<b class="{verdict.status.value}">{glyph_of(part)}</b> ' if several else ""
        name = f"<em>{told(part.name)}:</em> " if part.name else ""
        certainty = verdict.certainty()
        parts.append(f'<div class="part{" beside" if part.beside else ""}">')
        parts.append(f"<p>{glyph}{name}{told(verdict.statement)}{f' <small>({told(certainty)})</small>' if certainty else ''}</p>")
        parts.append(bar_chart(verdict.evidence, scales, place))
        said = "".join(f"<li>{told(reason)}</li>" for reason in reasons_of(finding, verdict))
        said += f'<li class="advice">{told(verdict.advice)}</li>' if verdict.advice else ""
        parts.append(f'<ul class="reasons">{said}</ul></div>' if said else "</div>")
    lacks = "".join(f"<li>{told(lack)}</li>" for lack in finding.lacks)
    head = f"<h4>{_badge(finding.standing)} <small>{told(python_name(column))}</small></h4>"
    end = f'<p class="conditions">{told(conditions(finding))}</p>'
    body = [head, *parts, f'<ul class="lacks">{lacks}</ul>' if lacks else "", end]
    return f'<div class="finding {finding.standing.value}">{"".join(body)}</div>'


def _marked(text: str, words: dict[str, str]) -> str:
    """A text whose terms lead to their meaning below."""
    return "".join(
        f'<a class="term" href="#{_anchor(term)}">{told(shown)}</a>' if term is not None and term in words else told(shown)
        for shown, term in spans(text)
    )


def _anchor(term: str) -> str:
    return "word-" + "".join(sign if sign.isalnum() else "-" for sign in term.lower())


def _drawing(name: str) -> str:
    rows = DRAWINGS.get(name, ())
    if not rows:
        return ""
    drawn = "\n".join("".join(_piece(piece) for piece in pieces(row)) for row in rows)
    return f'<pre class="drawing">{drawn}</pre>'


def _piece(piece: Piece) -> str:
    if not piece.cell:
        return f'<span class="k{piece.kind}">{told(piece.text)}</span>' if piece.kind else told(piece.text)
    count = len(piece.text)
    if piece.kind.isdigit():
        return f'<span class="c{piece.kind}">{piece.kind}{" " * (count - 1)}</span>'
    glyph = {"w": "▒", "b": "░", "-": "·"}.get(piece.kind, " ")
    return f'<span class="c{piece.kind}">{glyph * count}</span>' if piece.kind in "wb" else glyph * count


def _glossary(words: dict[str, str]) -> list[str]:
    if not words:
        return []
    lines = ['<section class="words"><h2>Words</h2><dl>']
    for term, meaning in words.items():
        lines.append(f'<dt id="{_anchor(term)}">{told(term)}</dt><dd>{_marked(meaning, words)}</dd>')
    return [*lines, "</dl></section>"]
