"""Reading somebody else's process politely: bounded, and when it is refused, with a sentence that says why.

What the kernel shows of a process to whom is told by ptrace(2), "Ptrace access mode checking": to root, and to its own user as long
as the process can be dumped.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Any

import psutil

from conclab.model.text import harmless
from conclab.sampling import task_text
from conclab.sampling.users import name_of

_PIECE = 65_536
ANSWER = 1 << 20
"""Bytes; a kernel file of one process is smaller than this unless somebody means harm."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a file said, or why it said nothing."""

    text: bytes = b""
    why: str = ""
    left_out: int = 0
    """Bytes that there were beyond the bound, as far as they were counted."""

    @property
    def refused(self) -> bool:
        return bool(self.why)


@dataclass(frozen=True)
class Subject:
    """The process that is asked about, and all that its pages are made from: the script has one that answers without a machine."""

    pid: int
    uid: int | None = None
    """Its effective user; None where that is not told."""
    kernel: bool = False
    zombie: bool = False

    @property
    def reader(self) -> int:
        """The process that reads: conclab."""
        return os.getpid()

    @property
    def folder(self) -> str:
        return f"/proc/{self.pid}"

    @property
    def user(self) -> str:
        return self.name_of(self.uid) if self.uid is not None else "another user"

    def name_of(self, uid: int) -> str:
        """What a user is called on this machine."""
        return user_name(uid)

    def why(self, error: OSError) -> str:
        """A refusal in words: what it means, and what would help."""
        if self.zombie:
            return "it has ended and waits to be reaped by its parent; nothing but its number is left"
        if self.kernel and isinstance(error, ProcessLookupError | FileNotFoundError):
            return "a thread of the kernel has none"
        if isinstance(error, ProcessLookupError):
            return "it has just ended"
        if isinstance(error, FileNotFoundError):
            return "this kernel does not tell"
        if isinstance(error, PermissionError):
            return refusal(self.uid, self.user, os.geteuid())
        return harmless(os.strerror(error.errno or 0)).lower()

    def read(self, name: str, most: int = ANSWER) -> Answer:
        """A file of the process's folder in /proc."""
        try:
            return read_bounded(f"{self.folder}/{name}", most)
        except OSError as error:
            return Answer(why=self.why(error))

    def link(self, name: str) -> Answer:
        """Where a link of the process's folder leads to."""
        try:
            return Answer(os.readlink(os.fsencode(f"{self.folder}/{name}")))
        except OSError as error:
            return Answer(why=self.why(error))

    def numbers(self, name: str) -> tuple[list[int], str]:
        """The numbers in a folder of the process's (``fd``, ``task``), sorted; or why there are none."""
        try:
            return sorted(int(entry) for entry in os.listdir(f"{self.folder}/{name}") if entry.isdigit()), ""
        except OSError as error:
            return [], self.why(error)

    def file_mode(self, number: int) -> int:
        """``st_mode`` of what an open file leads to; 0 when that cannot be told."""
        try:
            return os.stat(f"{self.folder}/fd/{number}").st_mode
        except OSError:
            return 0

    def sockets(self) -> list[Any] | None:
        """Its sockets as psutil tells them (``pconn``); None when it may not."""
        try:
            return psutil.Process(self.pid).net_connections(kind="all")
        except (psutil.Error, OSError, RuntimeError):
            return None

    def look(self, path: str) -> bytes | None:
        """A file of the machine's that helps to understand it: its control group's, say."""
        return read_if(path)

    def clocks(self) -> tuple[float, float]:
        """Seconds since the epoch, and since boot, now."""
        return time.time(), time.clock_gettime(time.CLOCK_BOOTTIME)

    def local_time(self, at_s: float) -> str:
        """A moment (seconds since the epoch) as clocks show it here."""
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at_s))


def refusal(uid: int | None, user: str, own_uid: int) -> str:
    """Why ``own_uid`` may not read a process of ``uid``."""
    if own_uid == 0:
        return "the kernel refuses this even to root here (a container, mostly, or a guarded process)"
    if uid == own_uid:
        return "it is guarded against its own user; conclab would have to run as root"
    return f"belongs to {user}; conclab would have to run as root" + ("" if uid in (0, None) else f" or {user}")


def user_name(uid: int) -> str:
    """The user's name, or the number where there is no name for it (a container's user, say)."""
    return name_of(uid) or str(uid)


def read_bounded(path: str, most: int = ANSWER) -> Answer:
    """At most so many bytes of a file; the rest is counted, up to 256 times as much. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        pieces, kept, beyond = [], 0, 0
        while beyond < 256 * most:
            piece = os.read(descriptor, _PIECE)
            if not piece:
                break
            wanted = piece[: most - kept]
            if wanted:
                pieces.append(wanted)
                kept += len(wanted)
            beyond += len(piece) - len(wanted)
        return Answer(b"".join(pieces), left_out=beyond)
    finally:
        os.close(descriptor)


def read_if(path: str) -> bytes | None:
    """A small file that need not be there."""
    try:
        return read_bounded(path).text
    except OSError:
        return None


def start_ticks(pid: int) -> int | None:
    """When the process began, field 22 of proc_pid_stat(5); None when there is none of that number."""
    text = read_if(f"/proc/{pid}/stat")
    found = task_text.stat(text) if text else None
    return found.start if found else None


def subject(pid: int) -> Subject:
    """The process of that number, as far as /proc tells."""
    text, status = read_if(f"/proc/{pid}/stat"), read_if(f"/proc/{pid}/status")
    found = task_text.stat(text) if text else None
    return Subject(
        pid,
        uid=task_text.effective_uid(status) if status else None,
        kernel=found is not None and found.kernel,
        zombie=found is not None and found.state in "ZX",
    )
