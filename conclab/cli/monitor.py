"""``conclab monitor``: the monitor screen; or one look, or a steady stream of them, as text or JSON."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from itertools import islice

from conclab.cli import monitor_document, monitor_text
from conclab.cli.ending import Stopped, Trouble
from conclab.cli.monitor_choice import Choice, choice_of
from conclab.cli.output import print_json
from conclab.cli.steady import Outlet, beats
from conclab.cli.taping import Taped, new_tape, taping, without_a_screen
from conclab.model.machine import MachineRates, MachineSample, rates_between
from conclab.model.table import TaskRow, Wanted
from conclab.sampling.machine import read_machine
from conclab.sampling.table_reader import TableReader
from conclab.settings.file import load

_EVERY_S = 1.0
_LEAST_S, _MOST_S = 0.1, 3600.0

Look = tuple[MachineSample, MachineRates | None, tuple[TaskRow, ...]]


def _looks(wanted: Wanted, taped: Taped) -> Iterator[Look]:
    """A look at every beat, with rates by the time that really passed since the one before. The first has none and is left out."""
    with closing(TableReader()) as reader:
        before = read_machine()
        taped.put(before, reader.read(wanted))
        for _beat in beats(wanted.every_s):
            sample, table = read_machine(), reader.read(wanted)
            taped.put(sample, table)
            yield sample, rates_between(before, sample), table.rows
            if taped.over:  # looked at after a look: the last one is what it has been recorded for
                return
            before = sample


def _once(choice: Choice, taped: Taped) -> None:
    """One look, written for people to read."""
    columns = choice.columns or monitor_document.USUAL
    for sample, rates, rows in islice(_looks(taped.wanted(choice.wanted(columns)), taped), 1):
        machine = monitor_document.head(sample, rates, time.time())
        print_json(monitor_document.document(machine, choice.ordered(rows), columns, choice.threads))


def _stream(choice: Choice, count: int | None, taped: Taped) -> None:
    columns = choice.columns or monitor_document.USUAL
    lines, outlet = monitor_document.Stream(columns, choice.threads), Outlet(sys.stdout.fileno(), "utf-8")
    for sample, rates, rows in islice(_looks(taped.wanted(choice.wanted(columns)), taped), count):
        outlet.write(lines.line(monitor_document.head(sample, rates, time.time()), choice.ordered(rows)))


def _text(choice: Choice, count: int, taped: Taped) -> None:
    columns = choice.columns or monitor_text.USUAL
    outlet = Outlet(sys.stdout.fileno(), sys.stdout.encoding)
    for number, (sample, rates, rows) in enumerate(islice(_looks(taped.wanted(choice.wanted(columns)), taped), count)):
        bounded = sys.stdout.isatty() or os.environ.get("COLUMNS")
        width = shutil.get_terminal_size().columns if bounded else None
        lines = [*monitor_text.head_lines(sample, rates), ""]
        lines += monitor_text.table_lines(choice.ordered(rows), columns, width)
        outlet.write(("\n" if number else "") + "\n".join(lines) + "\n")


def _every(asked: argparse.Namespace) -> float:
    every_s: float = _EVERY_S if asked.every is None else asked.every
    if not _LEAST_S <= every_s <= _MOST_S:
        raise Trouble(f"--every {every_s:g} is out of range; from {_LEAST_S:g} to {_MOST_S:g} seconds")
    return every_s


def _open(asked: argparse.Namespace) -> int:
    options = ("filter", "columns", "threads", "sort", "inverted", "every")
    given = next((option for option in options if getattr(asked, option)), None)
    if given:
        raise Trouble(f"--{given} needs --once, --json or --count; in the monitor itself it is chosen by keys: `?` shows them")
    from conclab.cli.lab import open_lab

    record = None if asked.record is None else new_tape(asked.record)
    return open_lab(
        mode="monitor", record=record, read_only=asked.read_only, cast=(asked.cast, asked.cast_version), presenter=asked.presenter
    )


def command(asked: argparse.Namespace) -> int:
    if asked.once and asked.count is not None:
        raise Trouble("--once is --count 1; use one of the two")
    if asked.count is not None and asked.count < 1:
        raise Trouble(f"--count {asked.count} is out of range; at least 1")
    quiet = without_a_screen(asked)
    if not (asked.once or asked.json or asked.count or quiet):
        return _open(asked)
    if asked.cast is not None:
        raise Trouble("--cast records the monitor's screen; --once, --json and --count print instead")
    settings, _problems = load()
    choice = choice_of(asked, settings.filters, settings.sets, _every(asked))
    with taping(asked) as taped:
        try:
            if quiet:
                deque(islice(_looks(taped.wanted(choice.wanted(choice.columns or ())), taped), asked.count), 0)
            elif not asked.json:
                _text(choice, asked.count or 1, taped)
            elif asked.once:
                _once(choice, taped)
            else:
                _stream(choice, asked.count, taped)
        except Stopped as stopped:  # how a stream ends: nothing to be told
            return 0 if quiet else stopped.status
    return 1 if taped.problem else 0
