"""Keeping a run while it happens. Whoever runs it hands items over and goes on; a thread writes them twice a second.

Nothing here holds a run up: when the disk is full, slow, read-only or gone, the run goes on and one sentence says what is not kept.
Nothing grows without end: of the lines of output so many bytes a second are kept (a burst first), beyond ``MOST_BYTES`` of the file
only where the run stands, and what is left out is counted in the file.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from conclab.model import figures
from conclab.model.events import (
    Calibrated,
    ChildStarted,
    LeftOut,
    Output,
    RoundFinished,
    RunFinished,
    RunStarted,
    Sliced,
    StepFinished,
    StepStarted,
)
from conclab.model.machine import MachineSample
from conclab.model.runs import Plan, Run
from conclab.model.tasks import TaskBatch
from conclab.model.text import harmless
from conclab.model.verdicts import Verdict
from conclab.recording import codec
from conclab.recording.folder import VARIABLE, new_file, own_writer, runs_folder
from conclab.recording.store import Kept, PackedTrace, Store
from conclab.recording.stored import tidy
from conclab.recording.version import conclab_version

EVERY_S = 0.5
"""After kill -9 at most so much is missing."""
MOST_BYTES = 256 * 1024**2
"""Of a file; 64 workers at 50 samples a second take about 15 MB a minute."""
MOST_WAITING = 20_000
"""Items that a slow disk may keep waiting."""
LINES_BYTES_PER_S = 256 * 1024
LINES_BURST_BYTES = 8 * 1024**2
_LINE_BYTES = 40
"""What a line takes beside its text."""
_PATIENCE_S = 5.0
"""How long the end may wait for the disk."""

_ESSENTIAL = (RunStarted, LeftOut, Calibrated, StepStarted, ChildStarted, StepFinished, RoundFinished, RunFinished)
"""Where the run stands: made by the lab itself, so they are few."""


class Allowance:
    """So many bytes a second, and a burst before."""

    def __init__(self, per_s: float, burst: float) -> None:
        self._per_s = per_s
        self._burst = burst
        self._left = burst
        self._at_ns: int | None = None

    def take(self, at_ns: int, costs: Iterable[int]) -> int:
        """How many of these, in their order, are within it at that moment."""
        if self._at_ns is not None and at_ns > self._at_ns:
            self._left = min(self._burst, self._left + (at_ns - self._at_ns) / 1e9 * self._per_s)
        self._at_ns = max(at_ns, self._at_ns or at_ns)
        taken = 0
        for cost in costs:
            if cost > self._left:
                break
            self._left -= cost
            taken += 1
        return taken


def plan_json(plan: Plan) -> dict[str, Any]:
    """What was asked, without the functions of the experiment."""
    experiment = plan.experiment
    asked = ("name", "title", "chapter", "question", "proposition", "control")
    given = ("values", "arms", "pythons", "rounds", "exact_rounds", "cap_s", "limit_s", "seed", "load_before", "traced")
    return {
        "experiment": {name: getattr(experiment, name) for name in asked},
        **{name: msgspec.to_builtins(getattr(plan, name)) for name in given},
    }


def result_json(run: Run) -> dict[str, Any]:
    """What came of it, without the repetitions: those are events."""
    kept = ("gil_enabled", "disturbance", "outcome", "verdicts", "cost_cpu_ns", "wall_ns")
    return {name: msgspec.to_builtins(getattr(run, name)) for name in kept}


def _verdict_columns(verdict: Verdict) -> dict[str, Any]:
    return {
        "status": verdict.status.value,
        "statement": codec.writable(verdict.statement),
        "ratio": verdict.ratio,
        "unit": verdict.unit,
    }


class Recorder:
    """Keeps one run. ``tell`` gets a sentence, at most one of a kind, when something cannot be kept; on any thread."""

    def __init__(self, plan: Plan, tell: Callable[[str], None], folder: Path | None = None) -> None:
        self._tell = tell
        self._told: set[str] = set()
        self._lock = threading.RLock()
        self._waiting: deque[Kept | PackedTrace] = deque()
        self._left_out: Counter[str] = Counter()
        self._lines = Allowance(LINES_BYTES_PER_S, LINES_BURST_BYTES)
        self._end = threading.Event()
        self._last: dict[str, Any] = {}
        self._row: dict[str, Any] = {"repetitions": 0}
        self._full = False
        self._folder = folder or runs_folder()
        self.path: Path | None = None
        """The file; None when there is none."""
        began_s, began_ns = time.time(), time.monotonic_ns()
        pythons = [python.label for python in plan.pythons]
        self._begin = {
            "conclab": conclab_version(),
            "began_s": began_s,
            "began_ns": began_ns,
            "experiment": plan.experiment.name,
            "title": plan.experiment.title,
            "pythons": json.dumps(pythons),
            "traced": plan.traced,
            "plan": json.dumps(plan_json(plan)),
            "machine": codec.to_json(plan.machine),
            "writer": json.dumps(own_writer()),
            "last_ns": began_ns,
        }
        try:
            self.path = new_file(self._folder, plan.experiment.name, began_s)
        except OSError as error:
            self._cannot_begin(error)
            return
        self._begin["id"] = self.path.stem
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    def put(self, item: Kept) -> None:
        """Keep an item. Returns at once; the slices of a trace are packed here, between two repetitions, when nothing is timed."""
        if self.path is None or self._end.is_set():
            return
        kept = PackedTrace(item) if isinstance(item, Sliced) else item
        with self._lock:
            if len(self._waiting) < MOST_WAITING or isinstance(item, _ESSENTIAL):
                self._waiting.append(kept)
                return
            self._count(kept)
        self._say("slow", f"the disk of {harmless(str(self._folder))} is too slow")

    def finish(self, run: Run | None, outcome: str, document: dict[str, Any] | None) -> str:
        """Write what is left and close the file. Returns the run's id; empty when it is not kept."""
        if self.path is None:
            return ""
        self._last = {
            "outcome": codec.writable(outcome),
            "wall_ns": run.wall_ns if run else None,
            "result": json.dumps(result_json(run)) if run else None,
            "document": json.dumps(document, allow_nan=False) if document else None,
        }
        self._end.set()
        self._thread.join(_PATIENCE_S)
        if self._thread.is_alive():
            self._say("slow", f"the disk of {harmless(str(self._folder))} is too slow")
        if self.path is not None and not self.path.exists():
            self._say("error", "")
            self.path = None
        return self.path.stem if self.path else ""

    def discard(self) -> None:
        """Keep nothing of it: nothing was timed."""
        if self.path is None:
            return
        path = self.path
        self._end.set()
        self._thread.join(_PATIENCE_S)
        self.path = None
        for end in ("", "-wal", "-shm"):
            Path(f"{path}{end}").unlink(missing_ok=True)

    def _work(self) -> None:
        assert self.path is not None
        try:
            store = Store(self.path)
        except sqlite3.Error as error:
            self._cannot_begin(error)
            return
        try:
            store.begin(self._begin)
        except sqlite3.Error as error:
            store.abandon()
            self._cannot_begin(error)
            return
        while not self._end.wait(EVERY_S):
            self._write(store)
        if not self._write(store, self._last):
            self._write(store, self._last)  # once more, without what took the room
        try:
            store.close()
        except sqlite3.Error as error:
            self._say("error", reason_of(error))
        tidy(self._folder)

    def _write(self, store: Store, last: dict[str, Any] | None = None) -> bool:
        """One transaction; whether it could be written. If not, of its items only where the run stands is tried again."""
        with self._lock:
            items = list(self._waiting)
            self._waiting.clear()
        if not items and last is None:
            return True
        thinned = [kept for kept in map(self._thin, items) if kept is not None]
        row = dict(self._row)
        for item in thinned:
            _note(row, item)
        try:
            store.write(thinned, {**row, "left_out": json.dumps(dict(+self._left_out)), **(last or {})})
            self._row = row
            self._full = store.size_bytes > MOST_BYTES
        except Exception as error:  # noqa: BLE001 - whatever it is, the run goes on and this thread tries again
            self._say("error", reason_of(error))
            with self._lock:
                for item in reversed(thinned):
                    if isinstance(item, _ESSENTIAL):
                        self._waiting.appendleft(item)
                    else:
                        self._count(item)
            return False
        if self._full:
            self._say("size", f"its file has reached {figures.size(MOST_BYTES)}")
        return True

    def _thin(self, item: Kept | PackedTrace) -> Kept | PackedTrace | None:
        """What of an item is within the bounds."""
        if isinstance(item, _ESSENTIAL):
            return item
        if self._full:
            self._count(item)
            return None
        if not isinstance(item, Output):
            return item
        taken = self._lines.take(item.at_ns, (len(line.text) + _LINE_BYTES for line in item.lines))
        beyond = len(item.lines) - taken
        with self._lock:
            self._left_out["lines"] += beyond
        return replace(item, lines=item.lines[:taken], left_out=item.left_out + beyond) if beyond else item

    def _count(self, item: Kept | PackedTrace) -> None:
        with self._lock:
            if isinstance(item, Output):
                self._left_out["lines"] += len(item.lines)
            elif isinstance(item, TaskBatch | MachineSample):
                self._left_out["samples"] += 1
            else:
                self._left_out["traces" if isinstance(item, PackedTrace) else "events"] += 1

    def _cannot_begin(self, error: Exception) -> None:
        if self.path is not None:
            self.path.unlink(missing_ok=True)
        self.path = None
        self._tell(
            f"This run is not kept: {harmless(str(self._folder))}: {reason_of(error)}. Make it writable, make room, or name "
            f"another folder in ${VARIABLE}."
        )

    def _say(self, kind: str, reason: str) -> None:
        if kind in self._told:
            return
        self._told.add(kind)
        if self.path is not None and not self.path.exists():
            self._tell("This run is not kept: its file was deleted while it was written.")
        else:
            self._tell(f"Not all of this run is kept: {harmless(reason)}.")


def _note(row: dict[str, Any], item: Kept | PackedTrace) -> None:
    """What the run's own row says, so that a list of runs need not read the items."""
    row["last_ns"] = max(item.at_ns, row.get("last_ns", 0))
    if isinstance(item, StepFinished):
        row["repetitions"] += 1
    elif isinstance(item, RoundFinished | RunFinished) and item.verdict is not None:
        row.update(_verdict_columns(item.verdict))


def reason_of(error: Exception) -> str:
    """Why something could not be written, in a few words."""
    if isinstance(error, FileExistsError):
        return "it is no folder"
    if isinstance(error, OSError):
        return (error.strerror or str(error)).lower()
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return "no space left on its disk"
    return str(error)
