"""The driver: what stands between the app and the terminal. Textual's own, but for a terminal that is gone.

When the terminal goes, writing fails and Textual's writer thread ends; whatever is written after that waits for ever in a queue
that nobody empties, and so does the app, instead of ending. (The SIGCONT that the kernel sends after SIGHUP makes Textual begin
anew, with another writer, on the terminal that is not there.)
"""

from __future__ import annotations

import errno
import termios
from collections.abc import Callable
from queue import Full

from textual.driver import Driver
from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver

_PATIENCE_S = 0.2
MOST_WAITING = 5
"""Frames that a terminal may be behind before drawing pauses; Textual blocks at 30."""


class SurvivingDriver(LinuxDriver):
    """Survives its terminal: what can no longer be written is dropped."""

    tap: Callable[[str], None] | None = None
    """Is shown all that is written, too (``casting``). It must be quick, and take calls from several threads."""

    def write(self, data: str) -> None:
        if self.tap is not None:
            self.tap(data)
        if self._writer_thread is not None:
            _put(self._writer_thread, data)

    def close(self) -> None:
        if self._writer_thread is not None and _put(self._writer_thread, None):
            self._writer_thread.join()


def _put(writer: WriterThread, data: str | None) -> bool:
    """Hand on what is to be written, as soon as there is room. False: nobody writes any more."""
    while writer.is_alive():
        try:
            writer._queue.put(data, timeout=_PATIENCE_S)
        except Full:
            continue
        return True
    return False


def is_abandoned(driver: Driver | None) -> bool:
    """Whether the terminal has gone without a SIGHUP to us (its session's leader was another one): everything about it then
    fails with EIO. Textual would go on for ever, its input thread reading the end of the file as fast as it can."""
    descriptor = getattr(driver, "fileno", None)
    try:
        if descriptor is not None:
            termios.tcgetattr(descriptor)
    except termios.error as error:
        return bool(error.args[0] != errno.ENOTTY)  # a pipe never was one: somebody else draws (tui.served)
    return False


def is_lagging(driver: Driver | None) -> bool:
    """Whether the terminal is so far behind that drawing should pause."""
    queue = getattr(getattr(driver, "_writer_thread", None), "_queue", None)
    return queue is not None and queue.qsize() > MOST_WAITING
