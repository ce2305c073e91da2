"""The verdict pane: what was found, the arms as bars, and why it is so certain or is not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from rich.cells import cell_len
from textual.strip import Strip

from conclab.model import figures
from conclab.model.blocking import INFERRED, marked
from conclab.model.lives import Shares
from conclab.model.results import OK
from conclab.model.run_state import RunState
from conclab.model.verdicts import GLYPHS, Evidence, Status, Verdict
from conclab.tui.renderables.blocks import Line, fit, plain, right, style, wrapped
from conclab.tui.theme import Palette

_LABEL, _MOST_LABEL = 8, 20
_BAR = 30
_FIGURE = 10
_MOST_CAUSES = 3
_GOOD_DEAL = 0.25


def status_colour(status: Status, palette: Palette) -> str:
    return {Status.HOLDS: palette.good, Status.FAILS: palette.bad, Status.UNDECIDED: palette.unsure}[status]


def verdict_lines(run: RunState, palette: Palette, width: int) -> list[Strip]:
    """All lines, as many as it takes; the pane scrolls."""
    width = max(20, width)
    deadlock = run.deadlock() if run.live else ""
    if deadlock:
        return [plain(line, width, style(palette.bad, bold=True)) for line in wrapped(f"✗ {deadlock}", width)]
    if run.verdicts:
        lines = [*_summary(run.verdicts, palette, width), plain("", width)]
        for label, verdict in run.verdicts:
            shares = _shares(run, label)
            lines += [*_verdict(verdict, shares, palette, width, f" on {label}"), *_where_time_went(shares, palette, width)]
        return lines
    if run.phase == "finished" and run.outcome != OK:
        known = _so_far(run, run.verdict, palette, width) if run.verdict is not None else []
        return [*_no_verdict(run, palette, width), *known]
    if run.verdict is None:
        first = "None yet. Choose an experiment and press F5. New here? Ctrl+N is a tour."
        text = "Comes after the last repetition." if run.live else first
        return [plain(text, width, style(palette.dim))]
    if run.live:
        return _so_far(run, run.verdict, palette, width)
    shares = _shares(run)
    return [*_verdict(run.verdict, shares, palette, width), *_where_time_went(shares, palette, width)]


def _shares(run: RunState, python: str = "") -> dict[str, Shares]:
    """Where the time of each arm's workers went; with several Pythons of the one with that label."""
    paths = [path for path, label in run.pythons.items() if python in ("", label)]
    found = {arm.name: run.shares[arm.name, path] for arm in run.arms for path in paths if (arm.name, path) in run.shares}
    return {name: shares for name, shares in found.items() if shares.split.shares() is not None}


def _where_time_went(shown: Mapping[str, Shares], palette: Palette, width: int) -> list[Strip]:
    """A line for each arm, of all its workers in all its repetitions."""
    if not shown:
        return []
    label = min(_MOST_LABEL, max(_LABEL, *(len(name) for name in shown))) + 1
    dim = style(palette.dim)
    lines = [plain("where the workers' time went:", width, dim)]
    for name, shares in shown.items():
        on_core, wants, blocked = shares.split.shares() or (0.0, 0.0, 0.0)
        line = Line().add(fit(name, label), style(palette.text))
        for share, words, colour in ((on_core, "on a core", palette.text), (wants, "wanting one", palette.wants)):
            line.add(right(figures.percent(share), 5), style(colour)).add(f" {words} ", dim)
        line.add(right(figures.percent(blocked), 5), style(palette.blocked)).add(" blocked", dim)
        causes = _causes(shares)
        told = f": {causes}" if causes else ""
        line.add(fit(told, min(cell_len(told), width - line.cells)), style(palette.blocked))
        lines.append(line.strip(width))
    if any(set(shares.blocked) & INFERRED for shares in shown.values()):
        lines.append(plain("* inferred from how they wait: nothing tells it directly", width, dim))
    return lines


def _causes(shares: Shares, least: float = 0.01) -> str:
    """What blocked them for at least so much of their time, with its share if there are several; what is unknown is left out."""
    wall = shares.split.wall_ns
    parts = sorted(((ns / wall, cause) for cause, ns in shares.blocked.items() if cause), reverse=True)
    big = [(share, cause) for share, cause in parts if share >= least][:_MOST_CAUSES]
    if len(big) == 1:
        return marked(big[0][1])
    return ", ".join(f"{marked(cause)} {figures.percent(share)}" for share, cause in big)


def _summary(verdicts: tuple[tuple[str, Verdict], ...], palette: Palette, width: int) -> list[Strip]:
    """One line for each Python, so that they can be compared at a glance."""
    lines = []
    longest = max(len(label) for label, _verdict in verdicts)
    for label, verdict in verdicts:
        line = Line().add(fit(label, longest + 2), style(palette.text, bold=True))
        look = style(status_colour(verdict.status, palette), bold=True)
        line.add(fit(f"{GLYPHS[verdict.status]} {verdict.status.value.upper()}", 13), look)
        line.add(right(figures.with_unit(verdict.ratio, verdict.unit), _FIGURE), style(palette.text, bold=True))
        if verdict.interval is not None:
            line.add(f"  (95 % {verdict.interval.low:.2f}–{verdict.interval.high:.2f})", style(palette.dim))
        lines.append(line.strip(width))
    return lines


def _no_verdict(run: RunState, palette: Palette, width: int) -> list[Strip]:
    look = style(palette.unsure, bold=True)
    if run.outcome == "stopped":
        return [plain("Stopped. Nothing of it is left running.", width, look)]
    lines = [plain(line, width, look) for line in wrapped(f"It failed: {run.outcome}", width)]
    return [*lines, plain("Nothing of it is left running. F5 tries again.", width, style(palette.dim))]


def _so_far(run: RunState, verdict: Verdict, palette: Palette, width: int) -> list[Strip]:
    line = Line().add("so far  ", style(palette.dim))
    if verdict.interval is not None:
        line.add(figures.with_unit(verdict.ratio, verdict.unit), style(palette.text, bold=True))
        line.add(f"  (95 % {verdict.interval.low:.2f}–{verdict.interval.high:.2f})", style(palette.dim))
    else:
        line.add(f"{figures.plural(run.rounds_done, 'repetition')}, three at least for an interval", style(palette.text))
    return [line.strip(width), *_bars(verdict, palette, width)]


def _verdict(verdict: Verdict, shares: Mapping[str, Shares], palette: Palette, width: int, where: str = "") -> list[Strip]:
    colour = status_colour(verdict.status, palette)
    head = f"{GLYPHS[verdict.status]} {verdict.status.value.upper()}{where}"
    indent = len(head) + 2
    text = wrapped(with_certainty(verdict), width - indent)
    lines = []
    for number, part in enumerate(text or [""]):
        line = Line().add(head if number == 0 else " " * len(head), style(colour, bold=True)).add("  ")
        lines.append(line.add(part, style(palette.text, bold=number == 0)).strip(width))
    return [*lines, *ground_lines(verdict, shares, palette, width)]


def with_certainty(verdict: Verdict) -> str:
    """The statement and its interval."""
    certainty = verdict.certainty()
    return f"{verdict.statement} ({certainty})" if certainty else verdict.statement


def ground_lines(
    verdict: Verdict, shares: Mapping[str, Shares], palette: Palette, width: int, whole_notes: bool = False
) -> list[Strip]:
    """What a verdict rests on: the arms as bars, why it is so certain or is not, and what to try next.

    ``whole_notes``: a note that has no room beside its bar stands below it, whole.
    """
    lines = _bars(verdict, palette, width, shares, whole_notes)
    for reason in verdict.reasons:
        lines += [plain(part, width, style(palette.dim)) for part in wrapped(reason, width)]
    for number, part in enumerate(wrapped(verdict.advice, width - 3)):
        lines.append(Line().add("→  " if number == 0 else "   ", style(palette.title)).add(part, style(palette.text)).strip(width))
    return lines


def _figure(bar: Evidence) -> str:
    return figures.with_unit(bar.value, bar.unit)


def _noted(bar: Evidence, shares: Mapping[str, Shares]) -> Evidence:
    """The bar of an arm whose workers were blocked a good deal says on what."""
    found = shares.get(bar.label)
    causes = _causes(found, _GOOD_DEAL) if found is not None and bar.note else ""
    return replace(bar, note=f"{bar.note} {causes}") if causes else bar


def _bars(
    verdict: Verdict, palette: Palette, width: int, shares: Mapping[str, Shares] | None = None, whole_notes: bool = False
) -> list[Strip]:
    shown = [_noted(bar, shares or {}) for bar in verdict.evidence if bar.value is not None and math.isfinite(bar.value)]
    if not shown:
        return []
    label = min(_MOST_LABEL, max(_LABEL, *(len(bar.label) for bar in shown))) + 1
    figure = max(_FIGURE, *(len(_figure(bar)) + 1 for bar in shown))
    longest = max(bar.value or 0.0 for bar in shown) or 1.0
    notes = max(len(bar.note) for bar in shown) + 3
    room = min(_BAR, max(8, width - label - figure - notes))
    lines = []
    for bar in shown:
        cells = round((bar.value or 0.0) / longest * room)
        better = bar.value is not None and bar.value > 1.05
        colour = palette.dim if bar.ideal else palette.good if better else palette.bad
        line = Line().add(f"{fit(bar.label, label - 1)} ", style(palette.text))
        line.add("░" * cells if bar.ideal else "█" * cells, style(colour)).add(" " * (room - cells))
        line.add(right(_figure(bar), figure), style(palette.dim if bar.ideal else palette.text, bold=not bar.ideal))
        beside = width - label - room - figure - 3
        if bar.note and (cell_len(bar.note) <= beside or not whole_notes):
            line.add("   ").add(fit(bar.note, beside).rstrip(), style(palette.dim))
        lines.append(line.strip(width))
        if bar.note and cell_len(bar.note) > beside and whole_notes:
            lines += [plain(" " * label + part, width, style(palette.dim)) for part in wrapped(bar.note, width - label)]
    return lines
