"""Where runs are kept: one file a run in one folder, and that is the history: copy a file to share it, delete it to forget it."""

from __future__ import annotations

import os
import re
import time
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import psutil

from conclab.model.text import harmless
from conclab.recording.store import SUFFIX
from conclab.sampling.details_access import start_ticks

VARIABLE = "CONCLAB_RUNS"
"""Names another folder than the usual one."""

TAPE_NAME = "monitor"
"""Stands in the name of a file for a recording of the monitor; no experiment is called that."""
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_LONGEST_NAME = 60
_MOST_NEAR = 3


class NoSuchRun(Exception):
    """No run is called that. The message is one plain sentence that names what is near."""


def runs_folder() -> Path:
    """``$CONCLAB_RUNS``, or runs in the user's data folder (XDG). It need not exist."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).expanduser()
    from platformdirs import user_data_path

    return user_data_path("conclab") / "runs"


def files_in(folder: Path) -> list[Path]:
    """The recordings there, newest first by their names, then those that somebody has named otherwise; none without such a folder.

    Raises OSError when it cannot be read.
    """
    try:
        names = [entry.name for entry in os.scandir(folder) if entry.name.endswith(SUFFIX)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [folder / name for name in sorted(names, key=_age, reverse=True)]


def _age(name: str) -> tuple[bool, str, int]:
    """By the second, and within one by the number that tells several apart."""
    stem = name.removesuffix(SUFFIX)
    number = re.search(r"~(\d+)$", stem)
    return re.match(r"\d{8}-\d{6}-", stem) is not None, stem[:15], int(number[1]) if number else 1


def new_file(folder: Path, experiment: str, began_s: float) -> Path:
    """An empty file whose name nobody else has: date, time of day and experiment. The folder is made, for its owner only.

    Raises OSError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(began_s))
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", experiment)[:_LONGEST_NAME].strip(".-") or "run"
    return _empty_file(folder, f"{stamp}-{safe}", SUFFIX)


def new_cast_file(began_s: float) -> Path:
    """An empty file for a recording of the terminal: in the current directory or, where nothing can be written there, in the data
    folder. Raises OSError.
    """
    stem = time.strftime("conclab-%Y%m%d-%H%M%S", time.localtime(began_s))
    try:
        return _empty_file(Path.cwd(), stem, ".cast")
    except OSError:
        folder = runs_folder().parent / "casts"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _empty_file(folder, stem, ".cast")


def _empty_file(folder: Path, stem: str, suffix: str) -> Path:
    """A file whose name nobody else has."""
    number = 1
    while True:
        path = folder / f"{stem}{f'~{number}' if number > 1 else ''}{suffix}"
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
        except FileExistsError:
            number += 1
        else:
            return path


def find(text: str, folder: Path | None = None) -> Path:
    """The recording that is meant: an id, the beginning of one, an experiment (its newest run), ``last`` (the newest run),
    ``monitor`` (the newest recording of the monitor), or a path.

    Raises NoSuchRun.
    """
    if os.sep in text or text.endswith(SUFFIX):
        path = Path(text).expanduser()
        if path.is_file():
            return path
        if os.sep in text:
            raise NoSuchRun(f"{_shown(text)} is no file" if path.exists() else f"there is no file {_shown(text)}")
        text = text.removesuffix(SUFFIX)
    folder = folder or runs_folder()
    try:
        files = files_in(folder)
    except OSError as error:
        raise NoSuchRun(f"the runs in {_shown(str(folder))} cannot be listed: {(error.strerror or str(error)).lower()}") from None
    if not files:
        raise NoSuchRun(f"no run has been kept yet in {_shown(str(folder))}; `conclab run NAME` makes one")
    if text == "last":  # a run: who records the monitor beside it does not mean that
        return next((path for path in files if experiment_of(path) != TAPE_NAME), files[0])
    for path in files:
        if path.stem == text:
            return path
    for path in files:
        if experiment_of(path) == text:
            return path
    begun = [path for path in files if text and path.stem.startswith(text)]
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise NoSuchRun(f"{_shown(text)} is the beginning of {len(begun)} runs: {_some([path.stem for path in begun])}")
    experiments = list(dict.fromkeys(experiment_of(path) for path in files))
    near = get_close_matches(text, [*experiments, *(path.stem for path in files)], _MOST_NEAR)
    hint = f"did you mean {' or '.join(harmless(name) for name in near)}?" if near else "`conclab runs` shows all"
    raise NoSuchRun(f"there is no run {_shown(text)}; {hint}")


def experiment_of(path: Path) -> str:
    """The experiment's name as the file's name has it; the whole stem when somebody has named it otherwise."""
    match = re.fullmatch(r"\d{8}-\d{6}-(.+?)(~\d+)?", path.stem)
    return match[1] if match else path.stem


def _shown(text: str) -> str:
    return repr(harmless(text))


def _some(names: list[str]) -> str:
    shown = ", ".join(harmless(name) for name in names[:_MOST_NEAR])
    return f"{shown}, …" if len(names) > _MOST_NEAR else shown


def own_writer() -> dict[str, Any]:
    """Who writes: this process, in a way that no later one can be taken for it."""
    return {"pid": os.getpid(), "start": _start_of(os.getpid()), "boot": _boot()}


def is_alive(writer: dict[str, Any]) -> bool:
    """Whether that process is still there."""
    pid, start = writer.get("pid"), writer.get("start")
    return isinstance(pid, int) and pid > 0 and writer.get("boot") == _boot() and start is not None and _start_of(pid) == start


def _start_of(pid: int) -> int | None:
    """When a process began: clock ticks since boot, or where /proc does not tell hundredths of a second since 1970."""
    ticks = start_ticks(pid)
    if ticks is not None or _BOOT.exists():
        return ticks
    try:
        return round(psutil.Process(pid).create_time() * 100)
    except psutil.Error:
        return None


@cache
def _boot() -> str:
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""
