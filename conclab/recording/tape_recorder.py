"""Recording the monitor while it is on. Whoever shows it hands items over and goes on; a thread packs and writes them.

Nothing here holds the monitor up: when the disk is full, slow, read-only or gone, the monitor goes on and one sentence says what is
not recorded. The file never fills the disk: it ends before.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from conclab.model import figures
from conclab.model.machine import Machine, MachineSample
from conclab.model.machine_state import MachineState, fold_machine
from conclab.model.table import TaskRow
from conclab.model.table_state import TableState
from conclab.model.text import harmless
from conclab.recording import codec
from conclab.recording.folder import TAPE_NAME, new_file, own_writer, runs_folder
from conclab.recording.levels import machine_figures, task_figures
from conclab.recording.marks import Watch
from conclab.recording.past import Mark
from conclab.recording.recent import changed_rows
from conclab.recording.recorder import reason_of
from conclab.recording.store import SUFFIX
from conclab.recording.tape import Look
from conclab.recording.tape_codec import Encoder
from conclab.recording.tape_file import Piece, TapeFile
from conclab.recording.version import conclab_version

EVERY_S = 0.5
"""Between two transactions at least; an item is written at once when the last one was longer ago."""
GROUP_NS = 60_000_000_000
MOST_WAITING = 240
"""Items that a slow disk may keep waiting."""
LEAST_FREE_BYTES = 256 * 1024**2
"""A recording ends when its disk has less left than this."""
_LOOK_AT_DISK_S = 5.0
_PATIENCE_S = 5.0


class CannotRecord(Exception):
    """The message is one plain sentence."""


def tape_path(text: str) -> Path:
    """A file by the name that somebody gave, with the ending that recordings have. Raises CannotRecord when it is there already."""
    path = Path(text).expanduser()
    if path.is_dir():
        raise CannotRecord(f"{harmless(str(path))} is a folder; name a file")
    if path.suffix != SUFFIX:
        path = path.with_name(path.name + SUFFIX)
    if path.exists() or path.is_symlink():
        raise CannotRecord(f"{harmless(str(path))} is there already and is not written over; choose another name")
    return path


class TapeRecorder:
    """Records what it is given into one file, from when it is made until ``end``. ``tell`` gets a sentence, on any thread."""

    def __init__(
        self,
        path: Path | None,
        machine: Machine,
        tell: Callable[[str], None],
        states: tuple[MachineState, TableState] = (MachineState(), TableState()),
        now: tuple[float, int] | None = None,
    ) -> None:
        """``path`` None: a new file among the runs, where `conclab runs` and the Runs place show it. ``states``: as they are before
        the first item. ``now``: seconds since 1970, and the clock of the stamps, at one moment. Raises CannotRecord."""
        self.began_s, self.began_ns = now or (time.time(), time.monotonic_ns())
        self._tell = tell
        self._told: set[str] = set()
        self.path = _made(path, self.began_s)
        if not _has_room(self.path):
            self.path.unlink(missing_ok=True)
            raise CannotRecord(f"{self._named} is not recorded: less than {figures.size(LEAST_FREE_BYTES)} are free on its disk")
        self.size_bytes = 0
        self.problem = ""
        """Why it is no longer recorded; empty while it is."""
        self._condition = threading.Condition()
        self._waiting: deque[Look | Mark] = deque()
        self._ending = False
        self._machine = states[0]
        self._encoder = Encoder(*states)
        self._watch = Watch()
        self._rows: tuple[TaskRow, ...] = states[1].table.rows if states[1].table is not None else ()
        self._count = 0
        self._last_ns = self.began_ns
        self._looks = self._most = 0
        self._group_ns: int | None = None
        self._looked_at_disk_s = 0.0
        begin = {
            "conclab": conclab_version(),
            "began_s": self.began_s,
            "began_ns": self.began_ns,
            "machine": codec.to_json(machine),
            "writer": codec.to_json(own_writer()),
            "last_ns": self.began_ns,
        }
        self._thread = threading.Thread(target=self._work, args=(begin,), name="tape", daemon=True)
        self._thread.start()

    @property
    def on(self) -> bool:
        """Whether it records."""
        return not self.problem and not self._ending

    @property
    def seconds(self) -> float:
        """How long it has recorded."""
        return max(0.0, (self._last_ns - self.began_ns) / 1e9)

    def put(self, item: Look | Mark) -> None:
        """Record an item. Returns at once."""
        with self._condition:
            if not self.on:
                return
            if len(self._waiting) < MOST_WAITING:
                self._waiting.append(item)
                self._condition.notify()
                return
        self._say("slow", f"Not all is recorded: the disk of {self._named} is too slow.")

    def end(self) -> str:
        """Write what is left and close the file. Returns a sentence: what there is now."""
        with self._condition:
            self._ending = True
            self._condition.notify()
        self._thread.join(_PATIENCE_S)
        if self._thread.is_alive():
            return f"The recording has ended; the disk of {self._named} is too slow, and the last of it may be missing."
        if self.problem:
            return self.problem
        return f"{self._named}: {figures.duration(self.seconds * 1e9)} of the monitor, {figures.size(self.size_bytes)}."

    @property
    def _named(self) -> str:
        return harmless(str(self.path))

    def _work(self, begin: dict[str, object]) -> None:
        try:
            file = TapeFile(self.path, begin)
        except sqlite3.Error as error:
            self.path.unlink(missing_ok=True)
            self._fail(f"The monitor is not recorded: {self._named}: {harmless(reason_of(error))}.")
            return
        began_s = -1e9
        while not self.problem:
            with self._condition:
                self._condition.wait_for(lambda: self._waiting or self._ending)
                if not self._ending:
                    self._condition.wait_for(lambda: self._ending, began_s + EVERY_S - time.monotonic())
                items = list(self._waiting)
                self._waiting.clear()
                ending = self._ending
            began_s = time.monotonic()
            self._write(file, items, ending)
            if ending:
                break
        try:
            file.close(merged=self.path.exists())
        except sqlite3.Error as error:
            self._say("error", f"The last of {self._named} may be missing: {harmless(reason_of(error))}.")

    def _write(self, file: TapeFile, items: list[Look | Mark], ending: bool) -> None:
        """One transaction. What cannot be written is left out; after that a group begins, which needs nothing that was before."""
        if self._is_full():
            self._fail(
                f"The recording has ended: less than {figures.size(LEAST_FREE_BYTES)} are free on the disk of {self._named}. "
                "It has everything up to here."
            )
            items, ending = [], True
        count = self._count
        marks = [item for item in items if isinstance(item, Mark)]
        pieces = [piece for item in items if not isinstance(item, Mark) for piece in self._packed(item, marks)]
        row = {"last_ns": self._last_ns, "looks": self._looks, "most_tasks": self._most, "ended": ending}
        try:
            file.write(pieces, marks, row)
            self.size_bytes = file.size_bytes
        except Exception as error:  # noqa: BLE001 - whatever it is, the monitor goes on and this thread tries again
            self._count, self._group_ns = count, None
            self._say("error", f"Not all is recorded in {self._named}: {harmless(reason_of(error))}.")
        if not self.path.exists():
            self._fail(f"The recording has ended: its file {self._named} was deleted.")

    def _packed(self, item: Look, marks: list[Mark]) -> list[Piece]:
        if item.at_ns < self._last_ns and self._count:
            return []  # out of its order: nobody could go there
        head = None
        if self._group_ns is None or item.at_ns - self._group_ns >= GROUP_NS:
            head, self._group_ns = self._encoder.head(), item.at_ns
        number, self._last_ns = self._count, item.at_ns
        self._count += 1
        if isinstance(item, MachineSample):
            self._machine = fold_machine(self._machine, item)
            body = self._encoder.sample(item, self._machine)
            return [Piece(number, item.at_ns, body, machine_figures(self._machine), False, head)]
        marks += self._watch.marks(item, changed_rows(self._rows, item))
        self._rows = item.rows
        self._looks += 1
        self._most = max(self._most, len(item.rows))
        return [Piece(number, item.at_ns, self._encoder.table(item), task_figures(item.rows), True, head)]

    def _is_full(self) -> bool:
        now_s = time.monotonic()
        if now_s - self._looked_at_disk_s < _LOOK_AT_DISK_S:
            return False
        self._looked_at_disk_s = now_s
        return not _has_room(self.path)

    def _fail(self, sentence: str) -> None:
        self.problem = sentence
        self._say("end", sentence)

    def _say(self, kind: str, sentence: str) -> None:
        if kind not in self._told:
            self._told.add(kind)
            self._tell(sentence)


def _has_room(path: Path) -> bool:
    try:
        disk = os.statvfs(path.parent)
    except OSError:
        return True  # it will be told when it is written
    return disk.f_bavail * disk.f_frsize >= LEAST_FREE_BYTES


def _made(path: Path | None, began_s: float) -> Path:
    """The empty file that nobody else has."""
    named = harmless(str(path or runs_folder()))
    try:
        if path is None:
            return new_file(runs_folder(), TAPE_NAME, began_s)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600))
        return path
    except OSError as error:
        if path is not None and isinstance(error, FileExistsError):
            raise CannotRecord(f"{named} is there already and is not written over; choose another name") from None
        raise CannotRecord(f"{named} cannot be written: {reason_of(error)}") from None
