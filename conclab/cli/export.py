"""``conclab export``: a run that was kept, as a file that other programs read."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from conclab.cli.ending import Trouble
from conclab.model import figures
from conclab.model.events import Sliced
from conclab.model.text import harmless
from conclab.recording.feed import Item
from conclab.recording.replay import Replay
from conclab.recording.stored import NoSuchRun, StoredRun, Unreadable, find, open_run

ENDINGS = {"perfetto": ".perfetto-trace", "json": ".json", "csv": ".csv"}
_STANDARD_OUTPUT = "-"


def _write(run: StoredRun, items: Sequence[Item], form: str, slices: bool, out: BinaryIO) -> None:
    if form == "perfetto":
        from conclab.recording.export_perfetto import write_perfetto

        summary, replay = run.summary, Replay(items, run.machine)
        items = [item for item in items if item.at_ns >= replay.start_ns]  # not what the machine did before
        epoch_ns = int(summary.began_s * 1e9) + items[0].at_ns - summary.began_ns if summary.began_ns else None
        write_perfetto(items, out, replay.tasks_per_s, epoch_ns)
        return
    import io

    from conclab.recording.export_text import write_csv, write_json, write_slices_csv

    text = io.TextIOWrapper(out, encoding="utf-8", errors="replace", newline="")
    if form == "json":
        write_json(items, run.document, text)
    elif slices:
        write_slices_csv(items, text)
    else:
        write_csv(items, text)
    text.flush()
    text.detach()


def _target(asked: argparse.Namespace, run: StoredRun) -> Path:
    """Where to; raises Trouble when something is there that would be written over."""
    path = Path(asked.output) if asked.output else Path(run.summary.path.stem + ENDINGS[asked.format])
    if path.is_dir():
        path = path / (run.summary.path.stem + ENDINGS[asked.format])
    if path.exists() and not (asked.force or path.is_char_device() or path.is_fifo()):
        raise Trouble(f"{harmless(str(path))} is there already; --force writes over it, -o names another file", status=1)
    return path


def _to_file(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Whole or not at all: written beside the name that it gets in the end. A device or a pipe is written to as it is."""
    if path.exists() and not path.is_file():
        with path.open("wb") as out:
            write(out)
        return
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("xb") as out:
            write(out)
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def command(asked: argparse.Namespace) -> int:
    """Exit status 0; 1 when the file is there already or cannot be written; 2 when there is no such run, or it cannot be used."""
    slices = getattr(asked, "what", "samples") == "slices"
    if slices and asked.format != "csv":
        raise Trouble("--what slices is for --format csv; the other formats have the slices in them")
    to_stdout = asked.output == _STANDARD_OUTPUT
    if to_stdout and asked.format == "perfetto" and sys.stdout.isatty():
        raise Trouble("a trace is not for reading: send standard output into a file or a pipe, or use -o FILE")
    try:
        run = open_run(find(asked.run))
        path = None if to_stdout else _target(asked, run)
        items = run.items()
    except (NoSuchRun, Unreadable) as error:
        raise Trouble(str(error)) from None
    if not items:
        raise Trouble(f"{run.summary.id}: conclab was killed before anything of it was kept", status=1)
    if slices and not any(isinstance(item, Sliced) for item in items):
        raise Trouble(
            f"{run.summary.id} was not traced (`conclab run --exact` does that); leave --what out for its samples", status=1
        )

    def write(out: BinaryIO) -> None:
        _write(run, items, asked.format, slices, out)

    if path is None:
        write(sys.stdout.buffer)
        sys.stdout.flush()
        return 0
    try:
        _to_file(path, write)
    except OSError as error:
        raise Trouble(f"{harmless(str(path))} cannot be written: {(error.strerror or str(error)).lower()}", status=1) from None
    hint = "; open it at https://ui.perfetto.dev" if asked.format == "perfetto" else ""
    cut = "" if run.summary.complete else " as far as it got"
    print(f"{harmless(str(path))}: {run.summary.title}{cut}, {figures.size(path.stat().st_size)}{hint}", file=sys.stderr)
    return 0
