"""The charts of an HTML report: bars with their intervals, and where workers' time went, as SVG in per cent of the room there is.

The words beside a bar are HTML, so they keep their size on a phone, wrap, and can be read aloud and selected.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from html import escape

from conclab.model.claims import Finding, Standing
from conclab.model.statistics import Interval
from conclab.model.surveys import WORDS
from conclab.model.text import harmless
from conclab.model.verdicts import Evidence
from conclab.recording.report_words import bars_of, figure_of, spread_of

_SPLIT = re.compile(r"(?: · )?on/wants/blocked (\d+)/(\d+)/(\d+) %")
"""As ``lab.judging.where_time_went`` writes it."""
_PARTS = (("on a core", "on"), ("wants one", "wants"), ("blocked", "blocked"))
_HEIGHT, _SPLIT_HEIGHT = 14, 8

Scales = Mapping[tuple[int, str], float]


def told(text: str) -> str:
    """Text that means nothing to HTML, whoever has written it."""
    return escape(harmless(text))


def scales_of(findings: Sequence[Finding]) -> dict[tuple[int, str], float]:
    """How much a whole bar stands for, by the part's place and the unit: the same under all Pythons, to compare them by."""
    found: dict[tuple[int, str], float] = {}
    for finding in findings:
        for place, part in enumerate(finding.parts):
            for bar in bars_of(part.verdict.evidence):
                ends = [bar.value or 0.0, *([bar.interval.high] if bar.interval is not None and not bar.ideal else [])]
                most = max(end for end in ends if math.isfinite(end))
                found[place, bar.unit] = max(found.get((place, bar.unit), 0.0), most)
    return found


def bar_chart(evidence: tuple[Evidence, ...], scales: Scales, place: int) -> str:
    """What a verdict rests on, a row a bar; empty where nothing was measured."""
    shown = bars_of(evidence)
    if not shown:
        return ""
    rows = "".join(_row(bar, scales.get((place, bar.unit), 0.0)) for bar in shown)
    return f'<div class="bars">{rows}</div>'


def _row(bar: Evidence, whole: float) -> str:
    split = _SPLIT.search(bar.note)
    parts = [int(part) for part in split.groups()] if split else []
    note = _SPLIT.sub("", bar.note)
    beside = [_in_words(parts) if parts else "", note if note != figure_of(bar) else ""]
    said = " · ".join(part for part in beside if part)
    spread = spread_of(bar)
    return (
        f'<div class="row"><div class="label">{told(bar.label)}</div>'
        f'<div class="bar">{_bar(bar, whole)}{_split(parts) if parts else ""}</div>'
        f'<div class="figure">{told(figure_of(bar))}{f" <small>{told(spread)}</small>" if spread else ""}</div>'
        + (f'<div class="note">{told(said)}</div></div>' if said else "</div>")
    )


def _bar(bar: Evidence, whole: float) -> str:
    value = bar.value or 0.0
    kind = "ideal" if bar.ideal else "value"
    drawn = f'<rect class="{kind}" y="1" width="{_share(value, whole)}" height="{_HEIGHT - 2}" rx="2"/>'
    if bar.unit == "×" and whole >= 1:
        one = _share(1.0, whole)
        drawn += f'<line class="one" x1="{one}" x2="{one}" y1="0" y2="{_HEIGHT}"/>'
    if bar.interval is not None and not bar.ideal:
        drawn += _whisker(bar.interval, whole)
    return f'<svg width="100%" height="{_HEIGHT}" aria-hidden="true">{drawn}</svg>'


def _whisker(interval: Interval, whole: float) -> str:
    low, high = _share(interval.low, whole), _share(interval.high, whole)
    middle = _HEIGHT / 2
    ends = "".join(f'<line x1="{end}" x2="{end}" y1="{middle - 3:g}" y2="{middle + 3:g}"/>' for end in (low, high))
    return f'<g class="whisker"><line x1="{low}" x2="{high}" y1="{middle:g}" y2="{middle:g}"/>{ends}</g>'


def _share(value: float, whole: float) -> str:
    share = value / whole if whole > 0 and math.isfinite(value) else 0.0
    return f"{min(1.0, max(0.0, share)) * 100:.1f}%"


def _split(parts: Sequence[int]) -> str:
    """A bar in three."""
    total, at, drawn = sum(parts) or 1, 0.0, ""
    for (_, kind), part in zip(_PARTS, parts, strict=True):
        width = part / total * 100
        drawn += f'<rect class="{kind}" x="{at:.1f}%" width="{width:.1f}%" height="{_SPLIT_HEIGHT}"/>'
        at += width
    return f'<svg class="split" width="100%" height="{_SPLIT_HEIGHT}" aria-hidden="true">{drawn}</svg>'


def _in_words(parts: Sequence[int]) -> str:
    """on a core 25 %, wants one 5 %, blocked 70 %; a figure and its sign stay on one line."""
    return ", ".join(f"{name} {part}\u00a0%" for (name, _), part in zip(_PARTS, parts, strict=True))


def counts_chart(counts: Mapping[Standing | None, int]) -> str:
    """How many claims come to what, as one bar; the words stand below it."""
    total, at, drawn = sum(counts.values()) or 1, 0.0, ""
    for standing, number in counts.items():
        width = number / total * 100
        title = "not run" if standing is None else WORDS[standing][number != 1]
        kind = "none" if standing is None else standing.value
        drawn += f'<rect class="{kind}" x="{at:.2f}%" width="{width:.2f}%" height="100%"><title>{number} {title}</title></rect>'
        at += width
    return f'<svg class="counts" width="100%" height="10" aria-hidden="true">{drawn}</svg>'
