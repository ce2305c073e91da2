"""Recording what ``conclab monitor`` reads, with or without showing it."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from conclab.cli.ending import Trouble
from conclab.model.machine import MachineSample
from conclab.model.table import TaskTable, Wanted
from conclab.recording.session import RECORDED
from conclab.recording.tape_recorder import CannotRecord, TapeRecorder, tape_path
from conclab.sampling.machine import read_facts

_LEAST_S, _MOST_S = 1.0, 30 * 86_400.0


def without_a_screen(asked: argparse.Namespace) -> bool:
    """Whether it is recorded and nothing else. Raises Trouble when the options do not fit together."""
    if asked.for_s is not None and not _LEAST_S <= asked.for_s <= _MOST_S:
        raise Trouble(f"--for {asked.for_s:g} is out of range; from {_LEAST_S:g} second to {_MOST_S:,.0f} (30 days)")
    prints = asked.json or asked.once or asked.count is not None
    if asked.record is None:
        if asked.quiet:
            raise Trouble("--quiet prints nothing: it needs --record FILE")
        if asked.for_s is not None and not asked.json:
            raise Trouble("--for needs --record FILE, or --json")
        return False
    if asked.quiet and (asked.json or asked.once):
        raise Trouble("--quiet prints nothing; leave it out, or --json and --once")
    silent: bool = asked.quiet or (asked.for_s is not None and not prints)
    shown = next((option for option in ("filter", "sort", "inverted") if getattr(asked, option)), None)
    if silent and shown:
        raise Trouble(f"--{shown} is for what is shown: a recording has all rows, and what replays it can filter and sort them")
    return silent


def new_tape(name: str) -> Path:
    """A file that is to be recorded to. Raises Trouble when it is there already."""
    try:
        return tape_path(name)
    except CannotRecord as error:
        raise Trouble(str(error)) from None


class Taped:
    """What is read, recorded if that was asked for, and for how long."""

    def __init__(self, recorder: TapeRecorder | None, for_s: float | None) -> None:
        self._recorder = recorder
        self._until_s = None if for_s is None else time.monotonic() + for_s

    def wanted(self, wanted: Wanted) -> Wanted:
        """What has to be read."""
        return wanted if self._recorder is None else replace(wanted, needs_of_all=wanted.needs_of_all | RECORDED)

    def put(self, sample: MachineSample, table: TaskTable) -> None:
        """Record a look."""
        if self._recorder is not None:
            self._recorder.put(sample)
            self._recorder.put(table)

    @property
    def over(self) -> bool:
        """Whether it has been long enough, or cannot go on."""
        return bool(self.problem) or (self._until_s is not None and time.monotonic() > self._until_s)

    @property
    def problem(self) -> str:
        """Why it is no longer recorded."""
        return self._recorder.problem if self._recorder is not None else ""


@contextmanager
def taping(asked: argparse.Namespace) -> Iterator[Taped]:
    """Record as was asked for; what there is then is told on standard error. Raises Trouble."""
    if asked.record is None:
        yield Taped(None, asked.for_s)
        return
    try:
        recorder = TapeRecorder(new_tape(asked.record), read_facts(), _tell)
    except CannotRecord as error:
        raise Trouble(str(error)) from None
    try:
        yield Taped(recorder, asked.for_s)
    finally:
        said = recorder.end()
        if said != recorder.problem:  # that has been told
            _tell(said)


def _tell(sentence: str) -> None:
    print(f"conclab: {sentence}", file=sys.stderr)
