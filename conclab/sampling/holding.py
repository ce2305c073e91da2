"""Holding on to a process, so that nothing is done to a stranger who got its number.

On Linux a pidfd (pidfd_open(2), since 5.3) names the process itself. Opened first and compared with the row's start afterwards, it
is the one of the row; and while it lives its number cannot be given to another, so whoever finds it alive *after* a call by number
knows that the call met the right one. Elsewhere, and where the kernel has no pidfd, the start is compared before and after.
"""

from __future__ import annotations

import ctypes
import os
import platform
import select
import signal
from types import TracebackType

import psutil

from conclab.model.table import WHOLE, RowId
from conclab.model.text import harmless
from conclab.sampling import task_text
from conclab.sampling.files import read
from conclab.sampling.users import name_of

LINUX = platform.system() == "Linux"
_PIDFD_THREAD = os.O_EXCL
"""pidfd_open(2), since Linux 6.9: a descriptor of one thread; a signal sent through it is that thread's."""


class EndedError(Exception):
    """The task of the row is not there any more."""


class Held:
    """One process or thread while something is done to it. Raises EndedError on entering when it is not the row's any more."""

    def __init__(self, target: RowId) -> None:
        self.target = target
        self._pidfd: int | None = None
        self._thread_fd: int | None = None
        self.name = ""
        self.state = "?"
        self.kernel = False
        self.parent = 0
        self.thread_count = 1

    def __enter__(self) -> Held:
        self._pidfd = _open_pidfd(self.target.pid, 0)
        if self.target.tid != WHOLE:
            self._thread_fd = _open_pidfd(self.target.tid, _PIDFD_THREAD)
        try:
            self._look()
        except EndedError:
            self._close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._close()

    def _close(self) -> None:
        for descriptor in (self._pidfd, self._thread_fd):
            if descriptor is not None:
                os.close(descriptor)
        self._pidfd = self._thread_fd = None

    def _look(self) -> None:
        if not LINUX:
            try:
                found = psutil.Process(self.target.pid)
                if abs(round(found.create_time() * 100) - self.target.start) > 1:
                    raise EndedError
                self.name, self.parent = harmless(found.name()), found.ppid()
                self.state = "Z" if found.status() == psutil.STATUS_ZOMBIE else "S"
            except psutil.NoSuchProcess:
                raise EndedError from None
            except psutil.AccessDenied:
                pass
            return
        stat = self._stat(self.target.tid)
        if stat is None or stat.start != self.target.start:
            raise EndedError
        self.name = harmless(stat.name.decode("utf-8", errors="replace"))
        self.state, self.parent, self.kernel, self.thread_count = stat.state, stat.parent, stat.kernel, stat.threads

    def _stat(self, tid: int) -> task_text.Stat | None:
        where = f"/proc/{self.target.pid}" + (f"/task/{tid}" if tid != WHOLE else "")
        return task_text.stat(read(f"{where}/stat") or b"")

    @property
    def who(self) -> str:
        """812 (nginx), or thread 813 (w1) of 812."""
        return who(self.target, self.name)

    @property
    def zombie(self) -> bool:
        """Whether the whole process has ended. (A main thread can have, with others alive.)"""
        return self.state == "Z" and self.thread_count <= 1

    def threads(self) -> list[int]:
        """The ids of its threads now, the main one first; of a thread's row that thread alone."""
        if self.target.tid != WHOLE:
            return [self.target.tid]
        if not LINUX:
            return [self.target.pid]
        try:
            return sorted(int(name) for name in os.listdir(f"/proc/{self.target.pid}/task"))
        except OSError:
            return []

    def start_of(self, tid: int) -> int | None:
        """When a thread of it started, in the units of RowId; None when it is not there."""
        if not LINUX:
            return self.target.start
        stat = self._stat(tid)
        return None if stat is None else stat.start

    def alive(self) -> bool:
        """Whether it is still there, and thus was all the time since it was entered."""
        for descriptor in (self._pidfd, self._thread_fd):
            if descriptor is not None and _readable(descriptor):  # so a pidfd says that its task has ended
                return False
        try:
            self._look()
        except EndedError:
            return False
        return True

    def signal(self, number: int) -> bool:
        """Send a signal to it. Returns False when it was meant for a thread and could only be sent to the whole process.

        Raises OSError as kill(2) does.
        """
        descriptor = self._pidfd if self.target.tid == WHOLE else self._thread_fd
        if descriptor is not None:
            signal.pidfd_send_signal(descriptor, number)
            return True
        if self.target.tid != WHOLE and _tgkill(self.target.pid, self.target.tid, number):
            return True
        if self._pidfd is not None:
            signal.pidfd_send_signal(self._pidfd, number)
        else:
            os.kill(self.target.pid, number)
        return self.target.tid == WHOLE

    def owner(self) -> int | None:
        """Its effective user id; None where that is not told."""
        if LINUX:
            return task_text.effective_uid(read(f"/proc/{self.target.pid}/status") or b"")
        try:
            return psutil.Process(self.target.pid).uids().effective
        except psutil.Error:
            return None


def who(target: RowId, name: str) -> str:
    """812 (nginx), or thread 813 (w1) of 812."""
    named = f" ({name})" if name else ""
    return f"{target.pid}{named}" if target.tid == WHOLE else f"thread {target.tid}{named} of {target.pid}"


def user_name(uid: int) -> str:
    """The name of a user, or "user 1234" when it has none here."""
    return name_of(uid) or f"user {uid}"


def _open_pidfd(number: int, flags: int) -> int | None:
    """None where there are none: an old kernel, no such flag, another system, a filter (seccomp), no descriptor left."""
    if not hasattr(os, "pidfd_open"):
        return None
    try:
        return os.pidfd_open(number, flags)
    except ProcessLookupError:
        raise EndedError from None
    except OSError:
        return None


def _readable(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


def _tgkill(pid: int, tid: int, number: int) -> bool:
    """tgkill(2) by the C library, which has it since glibc 2.30; Python has no call for it. False: not there. Raises OSError."""
    call = getattr(ctypes.CDLL(None, use_errno=True), "tgkill", None)
    if call is None:
        return False
    if call(pid, tid, number) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return True
