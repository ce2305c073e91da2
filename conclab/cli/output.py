"""Writing for a terminal or for a pipe: colour only where it is wanted and never alone."""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from collections.abc import Sequence
from typing import Any, TextIO

from rich.cells import cell_len, set_cell_size

from conclab.model import figures
from conclab.model.results import OK
from conclab.model.runs import Run
from conclab.model.verdicts import GLYPHS, Status, Verdict

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
_STATUS_COLOURS = {Status.HOLDS: "green", Status.FAILS: "red", Status.UNDECIDED: "yellow"}
_BAR = 28


def print_json(value: Any) -> None:
    """As people read it; where standard output cannot have all characters (another encoding than UTF-8), with escapes for them."""
    plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    print(json.dumps(value, indent=2, ensure_ascii=plain, allow_nan=False))


def paints(stream: TextIO) -> bool:
    """Whether colours may be used there (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text: str, *styles: str) -> str:
    """The text in some styles, if standard output takes them."""
    if not paints(sys.stdout) or not styles:
        return text
    return f"\x1b[{';'.join(_CODES[style] for style in styles)}m{text}\x1b[0m"


def dim(text: str) -> str:
    """The text dim, if standard error takes that."""
    return f"\x1b[{_CODES['dim']}m{text}\x1b[0m" if paints(sys.stderr) else text


def cut(line: str, width: int | None) -> str:
    """The line in at most that many cells; None: as long as it is."""
    return line if width is None or cell_len(line) <= width else set_cell_size(line, width).rstrip()


def bar_lines(verdict: Verdict, width: int) -> list[str]:
    """What a verdict rests on, a bar each, in so many columns if they are enough; none where nothing was measured."""
    shown = [bar for bar in verdict.evidence if bar.value is not None]
    if not shown:
        return []
    longest = max(bar.value or 0.0 for bar in shown) or 1.0
    names = max(len(bar.label) for bar in shown)
    taken = 2 + names + 2 + 2 + 9 + 2 + 14 + 2
    beside = taken + _BAR + max(len(bar.note) for bar in shown) <= width
    room = _BAR if beside else max(8, min(_BAR, width - taken))
    lines = []
    for bar in shown:
        value = bar.value or 0.0
        drawn = ("░" if bar.ideal else "█") * round(value / longest * room)
        figure = figures.with_unit(value, bar.unit)
        spread = f"[{bar.interval.low:.2f}–{bar.interval.high:.2f}]" if bar.interval and not bar.ideal else ""
        line = f"  {bar.label:<{names}}  {drawn:<{room}}  {figure:>9}  {spread:<14}"
        if not bar.note:
            lines.append(line.rstrip())
        elif beside:
            lines.append(f"{line}  {paint(bar.note, 'dim')}")
        else:
            indent = " " * (names + 4)
            noted = textwrap.wrap(bar.note, max(20, width), initial_indent=indent, subsequent_indent=indent)
            lines += [line.rstrip(), *(paint(part, "dim") for part in noted)]
    return lines


def summary_lines(labels: Sequence[str], verdicts: Sequence[Verdict]) -> list[str]:
    """One line for each Python, so that they can be compared at a glance."""
    longest = max(len(label) for label in labels)
    lines = []
    for label, verdict in zip(labels, verdicts, strict=False):
        head = paint(f"{GLYPHS[verdict.status]} {verdict.status.value.upper():<10}", "bold", _STATUS_COLOURS[verdict.status])
        spread = f"[{verdict.interval.low:.2f}–{verdict.interval.high:.2f}]" if verdict.interval else ""
        lines.append(f"  {label:<{longest}}  {head}  {figures.with_unit(verdict.ratio, verdict.unit):>9}  {spread}".rstrip())
    return lines


def verdict_lines(verdict: Verdict, label: str = "", so_far: bool = False) -> list[str]:
    """A verdict as lines for people, wrapped to the terminal's width. ``so_far``: the run did not come to its end."""
    width = max(20, min(110, shutil.get_terminal_size().columns) - 2)
    colour = "yellow" if so_far else _STATUS_COLOURS[verdict.status]
    head = "– SO FAR" if so_far else f"{GLYPHS[verdict.status]} {verdict.status.value.upper()}"
    head += f" on {label}" if label else ""
    certainty = verdict.certainty(" to ").replace("95 %", "95 % interval")
    lines = [paint(head, "bold", colour)]
    lines += textwrap.wrap(
        f"{verdict.statement} ({certainty})" if certainty else verdict.statement, width, initial_indent="  ", subsequent_indent="  "
    )
    bars = bar_lines(verdict, width)
    if bars:
        lines += ["", *bars]
    if verdict.reasons or verdict.advice:
        lines.append("")
    for reason in verdict.reasons:
        lines += textwrap.wrap(reason, width, initial_indent="  ", subsequent_indent="  ")
    if verdict.advice:
        lines += textwrap.wrap(verdict.advice, width, initial_indent="  → ", subsequent_indent="    ")
    return lines


def run_lines(run: Run) -> list[str]:
    """A run: what was asked, under what conditions, and what came of it. Of one that did not come to its end nothing is decided."""
    plan = run.plan
    pythons = ", ".join(python.label for python in plan.pythons)
    usable = plan.machine.usable_cores
    cores = f"{figures.cores(usable)} usable {'core' if usable == 1 else 'cores'}"
    rounds = max((verdict.rounds for verdict in run.verdicts), default=0)
    facts = f"Python {pythons} · {cores} · {figures.plural(rounds, 'repetition')} of every arm"
    lines = [
        paint(figures.sentence(plan.experiment.title), "bold", "cyan"),
        paint(plan.experiment.question, "dim"),
        paint(f"{facts} in {figures.duration(run.wall_ns)}{', exact' if plan.traced else ''}", "dim"),
    ]
    several, so_far = len(plan.pythons) > 1, run.outcome != OK
    if several and not so_far:
        lines += ["", *summary_lines([python.label for python in plan.pythons], run.verdicts)]
    for python, verdict in zip(plan.pythons, run.verdicts, strict=False):
        lines += ["", *verdict_lines(verdict, python.label if several else "", so_far)]
    return lines
