"""The page of a claim: what it says, what one thinks of it, what was found here, why, and what the article says of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.style import Style
from textual.strip import Strip

from conclab.model import figures
from conclab.model.claims import GLYPHS, Claim, Finding, Guess, Part, Standing
from conclab.model.surveys import WORDS, reasons_of
from conclab.model.text import harmless
from conclab.model.verdicts import GLYPHS as STATUS_GLYPHS
from conclab.model.verdicts import Verdict
from conclab.tui.palettes import REVERSED
from conclab.tui.renderables.blocks import Line, action, plain, style, wrapped
from conclab.tui.renderables.drawings import drawing_lines
from conclab.tui.renderables.flow import flow
from conclab.tui.renderables.verdict import ground_lines, status_colour, with_certainty
from conclab.tui.theme import Palette

WIDEST = 100
"""Cells of a line: longer ones are hard to read."""
_INDENT = 2


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press on the page; ``action`` is the screen's."""

    text: str
    action: str
    main: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """All that is told of a claim."""

    claim: Claim
    findings: tuple[Finding, ...] = ()
    """One for each Python, the one that counts first."""
    guess: Guess | None = None
    explained: bool = False
    """Whether why it is so is told although nothing has been found yet."""
    hint: str = ""
    """What to do next, in a sentence; empty: nothing need be said."""
    buttons: tuple[Button, ...] = ()
    now_s: float = 0.0


def standing_colour(standing: Standing, palette: Palette) -> str:
    """The colour that goes with its glyph."""
    return {
        Standing.HOLDS: palette.good,
        Standing.FAILS: palette.bad,
        Standing.CONVENTION: palette.dim,
    }.get(standing, palette.unsure)


def page_lines(page: Page, palette: Palette, width: int, colourless: bool) -> list[Strip]:
    """All lines, as many as it takes; the pane scrolls."""
    width = max(20, min(width, WIDEST))
    claim, text, dim = page.claim, style(palette.text), style(palette.dim)
    strong = style(palette.text, bold=True)
    parts: list[list[Strip]] = [
        flow(claim.statement, width, strong, head=f"{claim.number} ", head_look=style(palette.title, bold=True))
    ]
    if not claim.convention:
        parts.append(_guess_lines(page, palette, width))
    told = bool(page.findings) or page.explained or bool(claim.convention)
    if told:
        parts.append([_moved(line, _INDENT, width) for line in drawing_lines(claim.drawing, width - _INDENT, palette, colourless)])
    if claim.convention:
        head = f"{GLYPHS[Standing.CONVENTION]} Not for measuring."
        parts.append(flow(claim.convention, width, text, head=head, head_look=strong))
    else:
        several = len(page.findings) > 1
        parts += [finding_lines(finding, palette, width, several, page.now_s) for finding in page.findings]
    if told:
        titled = style(palette.title, bold=True)
        parts.append(flow(claim.why, width, text, head="Why.", head_look=titled))
        parts.append(flow(claim.article, width, dim, head="The article.", head_look=style(palette.dim, bold=True)))
    if page.hint:
        parts.append(flow(page.hint, width, text))
    parts.append(_button_lines(page.buttons, palette, width))
    lines: list[Strip] = []
    for part in parts:
        if part:
            lines += [*([plain("", width)] if lines else []), *part]
    return lines


def _moved(line: Strip, by: int, width: int) -> Strip:
    return Strip.join([Strip.blank(by), line]).adjust_cell_length(width)


# One's own guess


def _guess_lines(page: Page, palette: Palette, width: int) -> list[Strip]:
    """The three guesses, and once it is known what became of it."""
    line = Line().add("your guess  ", style(palette.dim))
    for guess in Guess:
        chosen = guess is page.guess
        look = style(palette.ink, palette.title, bold=True) if chosen else style(palette.text)
        line.add(f" {'●' if chosen else '○'} {guess.value} ", look + action(f"screen.guess({guess.value!r})")).add(" ")
    lines = [line.strip(width)]
    if page.guess is not None and page.findings:
        right = page.guess.is_right(page.findings[0].standing)
        words = {
            True: "You guessed right.",
            False: "Not what you guessed.",
            None: "Nothing was decided, so your guess still stands.",
        }[right]
        lines.append(plain(" " * 12 + words, width, style(palette.good if right else palette.dim)))
    return lines


# What was found


def finding_lines(finding: Finding, palette: Palette, width: int, several: bool, now_s: float) -> list[Strip]:
    """What was found under one Python: the verdict, or one for each part, what they rest on, and what could not be run."""
    where = f"on {harmless(finding.conditions.label)}" if several else "here"
    colour = standing_colour(finding.standing, palette)
    head = f"{GLYPHS[finding.standing]} {WORDS[finding.standing][0].upper()} {where}"
    bold = style(colour, bold=True)
    lines: list[Strip] = []
    if len(finding.parts) == 1 and not finding.parts[0].beside:
        verdict = _own(finding, finding.parts[0])
        lines += _hanging(head, bold, with_certainty(verdict), style(palette.text, bold=True), width)
        lines += ground_lines(verdict, {}, palette, width, whole_notes=True)
    else:
        lines.append(plain(head, width, bold))
        for part in finding.parts:
            lines += [_moved(line, _INDENT, width) for line in _part_lines(part, _own(finding, part), palette, width - _INDENT)]
    for lack in finding.lacks:
        lines += _hanging("!", style(palette.unsure, bold=True), harmless(lack), style(palette.text), width, gap=1)
    if several:
        lines.append(plain(f"  {conditions(finding, now_s)}", width, style(palette.dim)))
    return lines


def _own(finding: Finding, part: Part) -> Verdict:
    """The verdict of a part, made harmless, for it may come from a file; without what the finding as a whole says."""
    verdict = part.verdict
    return replace(
        verdict,
        statement=harmless(verdict.statement),
        reasons=tuple(harmless(reason) for reason in reasons_of(finding, verdict)),
        advice=harmless(verdict.advice),
        evidence=tuple(
            replace(bar, label=harmless(bar.label), note=harmless(bar.note), unit=harmless(bar.unit)) for bar in verdict.evidence
        ),
    )


def _part_lines(part: Part, verdict: Verdict, palette: Palette, width: int) -> list[Strip]:
    """One of several sentences; what does not count says so."""
    look = style(status_colour(verdict.status, palette), bold=True)
    line = Line().add(f"{STATUS_GLYPHS[verdict.status]} ", look).add(harmless(part.name), style(palette.text, bold=True))
    if part.beside:
        line.add(" (beside: it does not count)", style(palette.dim))
    inner = width - _INDENT
    lines = [plain(text, inner, style(palette.text)) for text in wrapped(with_certainty(verdict), inner)]
    lines += ground_lines(verdict, {}, palette, inner, whole_notes=True)
    return [line.strip(width), *(_moved(one, _INDENT, width) for one in lines)]


def _hanging(head: str, head_look: Style, text: str, look: Style, width: int, gap: int = 2) -> list[Strip]:
    """A text beside its head; below one another where too little room would be left for it."""
    indent = len(head) + gap
    if indent > width // 3:
        return [
            plain(head, width, head_look),
            *(_moved(plain(line, width - 2, look), 2, width) for line in wrapped(text, width - 2)),
        ]
    return [
        Line().add(head if number == 0 else " " * len(head), head_look).add(" " * gap).add(line, look).strip(width)
        for number, line in enumerate(wrapped(text, width - indent) or [""])
    ]


def conditions(finding: Finding, now_s: float) -> str:
    """How much was run, when, and on what: 10 repetitions · 4.1 s · today 20:41 · Python 3.11, 2 cores."""
    made = finding.conditions
    rounds = max((part.verdict.rounds for part in finding.parts), default=0)
    usable = figures.cores(made.usable_cores)
    machine = f"{harmless(made.label)}, {usable} {'core' if usable == '1' else 'cores'}"
    took = figures.duration(finding.took_s * 1e9) if finding.took_s else ""
    python = machine if machine.startswith("PyPy") else f"Python {machine}"
    parts = (
        f"{rounds} {'repetition' if rounds == 1 else 'repetitions'}" if rounds else "",
        took,
        moment(finding.began_s, now_s),
        python,
    )
    return " · ".join(part for part in parts if part)


def moment(at_s: float, now_s: float) -> str:
    """A moment as one speaks of it: today 20:41, yesterday 20:41, 2026-11-23 20:41. Local time."""
    then = time.localtime(at_s)
    for days, word in ((0, "today"), (1, "yesterday")):
        day = time.localtime(now_s - days * 86_400)
        if (day.tm_year, day.tm_yday) == (then.tm_year, then.tm_yday):
            return f"{word} {time.strftime('%H:%M', then)}"
    return time.strftime("%Y-%m-%d %H:%M", then)


# What can be pressed


def _button_lines(buttons: Sequence[Button], palette: Palette, width: int) -> list[Strip]:
    """The buttons in as few lines as hold them; in brackets where no background sets them off."""
    boxed = palette.cursor == REVERSED
    lines: list[Strip] = []
    line = Line()
    for button in buttons:
        text = f"[{button.text}]" if boxed else f" {button.text} "
        if line.cells and line.cells + 2 + len(text) > width:
            lines.append(line.strip(width))
            line = Line()
        if line.cells:
            line.add("  ")
        look = style(palette.ink, palette.good, bold=True) if button.main else style(palette.text, palette.field)
        line.add(text, look + action(f"screen.{button.action}"))
    return [*lines, line.strip(width)] if line.cells else lines
