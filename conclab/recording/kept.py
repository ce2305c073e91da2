"""The runs that are kept, as the Runs screen needs them: looked at again only when the folder has changed, opened, forgotten."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from conclab.recording.folder import runs_folder
from conclab.recording.garbage import nothing_collected
from conclab.recording.replay import Replay, ReplaySession
from conclab.recording.stored import StoredRun, Summary, Unreadable, open_run, summaries


@dataclass(frozen=True, slots=True)
class Kept:
    """What there was when it was read."""

    runs: tuple[Summary, ...] = ()
    problems: tuple[str, ...] = ()
    """A line for each file that cannot be used."""
    stamp_ns: int | None = None
    """When the folder had changed last; None: there is none."""

    @property
    def lives(self) -> bool:
        """Whether one of them is being written now: then it changes without the folder's doing so."""
        return any(run.live for run in self.runs)


class CannotForget(Exception):
    """The file is still there. The message is one plain sentence."""


def stamp_ns() -> int | None:
    """When the folder of the runs has changed last; None: there is none yet, or it cannot be looked at. Costs one stat(2)."""
    try:
        return runs_folder().stat().st_mtime_ns
    except OSError:
        return None


def read_kept() -> Kept:
    """All runs, newest first. Reads the head of each file: a few milliseconds for each of them."""
    stamp = stamp_ns()
    runs, problems = summaries()
    return Kept(tuple(runs), tuple(problems), stamp)


def replayed(path: Path) -> tuple[StoredRun, ReplaySession]:
    """A run and its states, at its end. It may take seconds, and its timeline, which is folded meanwhile, as long again.

    Raises Unreadable.
    """
    with nothing_collected():
        run = open_run(path)
        items = run.items()
        if not items:
            raise Unreadable(f"{run.summary.id} is empty: conclab was killed before anything of it was kept")
        session = ReplaySession(Replay(items, run.machine, run.summary.began_s - run.summary.began_ns / 1e9))
    threading.Thread(target=lambda: session.timeline, name="timeline", daemon=True).start()
    return run, session


def forget(path: Path) -> None:
    """Delete the file of a run, for good; not while it is being written. Raises CannotForget."""
    try:
        if open_run(path).summary.live:
            raise CannotForget(f"{path.stem} is being written now: it can be forgotten when it is over")
    except Unreadable:
        pass  # a damaged one can be forgotten, too
    try:
        for one in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            one.unlink(missing_ok=True)
    except OSError as error:
        raise CannotForget(f"{path.name} cannot be deleted: {(error.strerror or str(error)).lower()}") from None
