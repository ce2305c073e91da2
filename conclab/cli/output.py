"""Writing for a terminal or for a pipe: colour only where it is wanted and never alone."""

from __future__ import annotations

import json
import os
import shutil
import sys
from typing import Any, TextIO

from conclab.model import figures
from conclab.model.verdicts import GLYPHS, Status, Verdict

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
_STATUS_COLOURS = {Status.HOLDS: "green", Status.FAILS: "red", Status.UNDECIDED: "yellow"}
_BAR = 28


def print_json(value: Any) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def paints(stream: TextIO) -> bool:
    """Whether colours may be used there (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text: str, *styles: str, stream: TextIO | None = None) -> str:
    """The text in some styles, if the stream takes them."""
    if not paints(stream or sys.stdout) or not styles:
        return text
    return f"\x1b[{';'.join(_CODES[style] for style in styles)}m{text}\x1b[0m"


def _bars(verdict: Verdict) -> list[str]:
    shown = [bar for bar in verdict.evidence if bar.value is not None]
    if not shown:
        return []
    longest = max(bar.value or 0.0 for bar in shown) or 1.0
    names = max(len(bar.label) for bar in shown)
    lines = []
    for bar in shown:
        value = bar.value or 0.0
        filled = round(value / longest * _BAR)
        drawn = ("░" if bar.ideal else "█") * filled
        figure = figures.times(value) if bar.unit == "×" else f"{value:.2f}{bar.unit}"
        spread = f"[{bar.interval.low:.2f}–{bar.interval.high:.2f}]" if bar.interval and not bar.ideal else ""
        note = paint(bar.note, "dim")
        lines.append(f"  {bar.label:<{names}}  {drawn:<{_BAR}}  {figure:>9}  {spread:<14}  {note}".rstrip())
    return lines


def verdict_lines(verdict: Verdict, label: str = "") -> list[str]:
    """A verdict as lines for people, wrapped to the terminal's width."""
    import textwrap

    width = min(110, shutil.get_terminal_size().columns) - 2
    colour = _STATUS_COLOURS[verdict.status]
    head = f"{GLYPHS[verdict.status]} {verdict.status.value.upper()}" + (f" on {label}" if label else "")
    interval = verdict.interval
    certainty = f" (95 % interval {interval.low:.2f} to {interval.high:.2f})" if interval else ""
    lines = [paint(head, "bold", colour)]
    lines += textwrap.wrap(verdict.statement + certainty, width, initial_indent="  ", subsequent_indent="  ")
    bars = _bars(verdict)
    if bars:
        lines += ["", *bars]
    if verdict.reasons or verdict.advice:
        lines.append("")
    for reason in verdict.reasons:
        lines += textwrap.wrap(reason, width, initial_indent="  ", subsequent_indent="  ")
    if verdict.advice:
        lines += textwrap.wrap(verdict.advice, width, initial_indent="  → ", subsequent_indent="    ")
    return lines
