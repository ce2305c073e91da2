"""``conclab show``: a kept run. What ``conclab run`` printed, where the time of its workers went, and where the file is."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from conclab.cli.ending import Trouble
from conclab.cli.output import paint, print_json, run_lines
from conclab.cli.runs import described
from conclab.cli.split import split_lines
from conclab.model import figures
from conclab.model.results import OK
from conclab.model.text import harmless
from conclab.recording.document import document
from conclab.recording.folder import runs_folder
from conclab.recording.rebuilt import run_of, seen_in
from conclab.recording.stored import NoSuchRun, OtherKind, StoredRun, Unreadable, find, open_run
from conclab.recording.tape_reel import FileReel

_COUNTED = (
    ("events", "event", "events"),
    ("samples", "sample", "samples"),
    ("lines", "line of output", "lines of output"),
    ("slices", "traced task", "traced tasks"),
)
_TOLD_FROM = 0.005
"""Less of a worker's time that is not known is not worth a line."""
_MARKS = 20
"""The latest marks of a recording that are listed."""
_LEFT_OUT = {"lines": "lines of output", "samples": "samples", "events": "events", "traces": "exact traces"}


def command(asked: argparse.Namespace) -> int:
    """Exit status 0 even of a run that failed: that it did is what is shown."""
    try:
        path = find(asked.run)
        try:
            stored = open_run(path)
        except OtherKind:
            return _show_tape(path, asked.json)
        run = run_of(stored)
        told = stored.document or document(run, seen_in(stored), stored.summary.id)
        if asked.json:
            print_json(told)
            return 0
        lines = run_lines(run)
        if run.outcome != OK:
            lines += ["", paint(f"– {figures.sentence(run.outcome)}", "bold", "yellow")]
        lines += split_lines(told)
        print("\n".join([*lines, "", *_trace_lines(told), *_file_lines(stored, told)]))
    except (NoSuchRun, Unreadable) as error:
        raise Trouble(str(error)) from None
    return 0


def _show_tape(path: Path, as_json: bool) -> int:
    """A recording of the monitor: what there is of it. What it shows is for ``conclab replay``. Raises Unreadable."""
    tape = FileReel(path)
    summary, marks = tape.summary, tape.marks()
    if as_json:
        told = [{"at_s": round(tape.epoch_s + mark.at_ns / 1e9, 3), "kind": mark.kind, "text": mark.text} for mark in marks]
        print_json({"schema": 1, **described(summary), "marks": told})
        return 0
    began = time.strftime("%a %d %b %Y %H:%M:%S", time.localtime(summary.began_s))
    state = "" if summary.complete else " so far" if summary.live else ", and then conclab was killed"
    lines = [
        f"Recording of the monitor: {figures.duration(summary.wall_ns)}{state}, {summary.statement}",
        *(
            f"  {time.strftime('%H:%M:%S', time.localtime(tape.epoch_s + mark.at_ns / 1e9))}  {mark.text}"
            for mark in marks[-_MARKS:]
        ),
        "",
        paint(f"{summary.id} · {began}", "dim"),
        paint(f"{harmless(str(summary.path))} · {figures.size(summary.size_bytes)}", "dim"),
        f"`conclab replay {summary.id if path.parent == runs_folder() else harmless(str(path))}` goes through it",
    ]
    print("\n".join(lines))
    return 0


def _time_of_day(at_s: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(at_s))


def _trace_lines(told: dict[str, Any]) -> list[str]:
    """What the kernel's own trace brought, of an exact run."""
    traces = [repetition["exact"] for arm in told["arms"] for repetition in arm["repetitions"] if repetition["exact"]]
    if not traces:
        return []
    events, lost, slices = (sum(trace[key] for trace in traces) for key in ("events", "lost", "slices"))
    lines = [f"exact: {slices:,} slices from {events:,} events of the kernel, {lost:,} lost"]
    known = [
        (1 - worker["traced"]["unknown_ns"] / time_ns, worker["worker"], repetition["round"] + 1, arm["name"])
        for arm in told["arms"]
        for repetition in arm["repetitions"]
        for worker in repetition["workers"]
        if worker.get("traced") and (time_ns := sum(worker["traced"].values()))  # runs of before have none
    ]
    share, worker, number, arm = min(known, default=(1.0, "", 0, ""))
    if 1 - share > _TOLD_FROM:
        lines.append(
            f"events are missing: least is known of {worker} in repetition {number} of {arm}, {figures.percent(share)} of its time"
        )
    return [paint(harmless(line), "dim") for line in lines]


def _file_lines(stored: StoredRun, told: dict[str, Any]) -> list[str]:
    """What there is of it, and where."""
    summary = stored.summary
    began = time.strftime("%a %d %b %Y %H:%M:%S", time.localtime(summary.began_s))
    counts = stored.counts()
    kept = [f"{counts[table]:,} {one if counts[table] == 1 else several}" for table, one, several in _COUNTED if counts[table]]
    controls = sum(repetition["control"] for arm in told["arms"] for repetition in arm["repetitions"])
    again = f", {figures.in_words(controls)} of them for the control" if controls else ""
    lines = [
        f"{summary.id} · {began}",
        f"{harmless(str(summary.path))} · {figures.size(summary.size_bytes)}",
        f"{figures.plural(summary.repetitions, 'repetition')} in all{again} · {' · '.join(kept)}",
    ]
    missing = [f"{number:,} {_LEFT_OUT.get(kind, kind)}" for kind, number in stored.left_out.items() if number]
    if missing:
        lines.append(f"not kept, for there was too much: {', '.join(missing)}")
    return [paint(line, "dim") for line in lines]
