"""``conclab runs``: the runs that were kept, newest first."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Mapping
from typing import Any

from rich.cells import cell_len

from conclab.cli.output import cut, paint, print_json
from conclab.model import figures
from conclab.model.results import OK
from conclab.model.text import harmless
from conclab.model.verdicts import GLYPHS
from conclab.recording.folder import runs_folder
from conclab.recording.stored import RUN, Summary, summaries

_HEADS = ("RUN", "WHEN", "EXPERIMENT", "VERDICT", "PYTHON", "TOOK", "SIZE", "")
_RIGHT = {"TOOK", "SIZE"}
_SPARE = ("EXPERIMENT", "SIZE", "WHEN")
"""Columns that a narrow terminal does without, in this order: a run's id has its date and its experiment."""
_LONGEST_NOTE = 60
_GLYPHS: Mapping[str, str] = {status.value: glyph for status, glyph in GLYPHS.items()}


def note_of(run: Summary) -> str:
    """What is special about a run, in a few words; empty: nothing."""
    if run.live:
        state = "running now" if run.kind == RUN else "being recorded"
    elif not run.complete:
        state = "cut off"
    else:
        state = "" if run.outcome == OK else harmless(run.outcome)[:_LONGEST_NOTE]
    return " · ".join(part for part in ("exact" if run.traced else "", state) if part)


def _verdict(run: Summary) -> str:
    """Of a run that did not come to its end there is none."""
    if run.outcome != OK:
        return ""
    glyph = _GLYPHS.get(run.status)
    return f"{glyph} {figures.with_unit(run.ratio, run.unit) or run.status}" if glyph else ""


def _row(run: Summary) -> dict[str, str]:
    return {
        "RUN": run.id,
        "WHEN": time.strftime("%d %b %H:%M", time.localtime(run.began_s)),
        "EXPERIMENT": harmless(run.experiment),
        "VERDICT": _verdict(run),
        "PYTHON": ", ".join(harmless(label) for label in run.pythons),
        "TOOK": figures.duration(run.wall_ns),
        "SIZE": figures.size(run.size_bytes),
        "": note_of(run),
    }


def table_lines(runs: list[Summary], width: int | None) -> list[str]:
    """The table, without what a terminal of that many columns has no room for. None: there is room for all."""
    rows = [dict(zip(_HEADS, _HEADS, strict=True)), *map(_row, runs)]
    wide = {head: max(cell_len(row[head]) for row in rows) for head in _HEADS}
    heads = [head for head in _HEADS if wide[head]]
    for spare in _SPARE:
        if width is not None and sum(wide[head] + 2 for head in heads) - 2 > width:
            heads.remove(spare)
    lines = []
    for row in rows:
        spaces = {head: " " * (wide[head] - cell_len(row[head])) for head in heads}
        cells = [spaces[head] + row[head] if head in _RIGHT else row[head] + spaces[head] for head in heads]
        lines.append(cut("  ".join(cells).rstrip(), width))
    return [paint(lines[0], "bold"), *lines[1:]]


def described(run: Summary) -> dict[str, Any]:
    """A run, or a recording of the monitor, for JSON."""
    return {
        "id": run.id,
        "kind": run.kind,
        "file": harmless(str(run.path)),
        "began_s": run.began_s,
        "experiment": run.experiment,
        "title": run.title,
        "pythons": list(run.pythons),
        "outcome": run.outcome or None,
        "verdict": {"status": run.status, "statement": run.statement, "ratio": run.ratio, "unit": run.unit.strip()}
        if run.status
        else None,
        "repetitions": run.repetitions,
        "wall_ns": run.wall_ns,
        "traced": run.traced,
        "size_bytes": run.size_bytes,
        "complete": run.complete,
        "live": run.live,
    }


def command(asked: argparse.Namespace) -> int:
    folder = runs_folder()
    runs, problems = summaries(folder)
    if asked.json:
        print_json({"schema": 1, "folder": harmless(str(folder)), "runs": [described(run) for run in runs], "problems": problems})
        return 0
    if runs:
        print("\n".join(table_lines(runs, shutil.get_terminal_size().columns if sys.stdout.isatty() else None)))
    elif not problems:
        print(f"No run has been kept yet in {harmless(str(folder))}; `conclab run NAME` makes one, `conclab list` shows the names.")
    for problem in problems:
        print(f"conclab: {problem}", file=sys.stderr)
    return 0
