"""A steady stream: whole lines at regular moments, for as long as somebody reads them."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Iterator

from conclab.cli.ending import Stopped

_PIECE = 4_096
"""Bytes that a pipe takes without blocking when select(2) calls it writable: PIPE_BUF of pipe(7)."""
_PATIENCE_S = 1.0
_SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


def beats(every_s: float) -> Iterator[None]:
    """Come back every so many seconds of the monotonic clock, without drift. A beat that is missed is left out, not made up for."""
    begin = time.monotonic()
    number = 0
    while True:
        number = max(number, int((time.monotonic() - begin) / every_s)) + 1
        time.sleep(max(0.0, begin + number * every_s - time.monotonic()))
        yield


class Outlet:
    """A file descriptor that takes whole lines."""

    def __init__(self, fd: int, encoding: str) -> None:
        self._fd = fd
        self._encoding = encoding
        self._rest = memoryview(b"")

    def write(self, text: str) -> None:
        """Write it all. Where a signal comes in the middle, a reader who reads gets the rest first; no other is waited for.

        Raises Stopped then, BrokenPipeError when nobody reads any more, and OSError when the disk is full.
        """
        self._rest = memoryview(text.encode(self._encoding, errors="backslashreplace"))
        try:
            while self._rest:
                select.select([], [self._fd], [])
                self._write_piece()
        except Stopped:
            while self._rest and select.select([], [self._fd], [], _PATIENCE_S)[1]:
                self._write_piece()
            raise

    def _write_piece(self) -> None:
        """Signals are held off meanwhile, so that it is known what has been written."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        try:
            self._rest = self._rest[os.write(self._fd, self._rest[:_PIECE]) :]
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
