"""The event wire: how a child tells the lab what happens. This docstring is its contract.

The wire is a FIFO (fifo(7)) whose path is in the environment variable ``CONCLAB_EVENTS``. Any program in any language may open
it for writing and write events. An event is one JSON object on one line, UTF-8, at most 4,096 bytes with its newline: POSIX
lets writes of up to PIPE_BUF bytes never interleave (pipe(7)), so many processes can share the wire without a lock.

Every event has ``event`` (its kind) and ``at`` (CLOCK_MONOTONIC, nanoseconds). A reader ignores kinds and keys that it does
not know. Kinds:

===================  ==============================================================================================
``probe``            the first: ``pid``, ``implementation``, ``version``, ``gil_enabled`` (true, false, or null where
                     the interpreter cannot tell)
``worker_started``   ``worker``, ``pid``, ``tid`` (kernel thread id), ``start_ticks`` (field 22 of its stat, or null),
                     ``shares_task`` (several workers live on this kernel task at once)
``task_finished``    ``worker``, ``index``, ``elapsed_ns``
``waiting``          ``worker`` found ``lock`` taken and waits for it from now on; ``holder``: the worker that had it, or null
                     where that is nobody's name
``acquired``         ``worker``, ``lock``, ``waited_ns``, ``untold_ns`` (or absent: what it waited for this lock since it last said
                     so, without saying). Taking a lock that nobody waits for need not be announced
``released``         ``worker`` gave ``lock`` back, or gave up waiting for it
``line``             ``worker`` (or null), ``stream`` (stdout, stderr), ``text`` without its newline
``dropped``          ``count``: lines this process did not send since it last said so
``measure``          ``worker`` (or null), ``name``, ``value``, ``unit``
``worker_finished``  ``worker``, ``pid``, ``tid``, ``started_ns``, ``ended_ns``, ``on_core_ns``, ``wants_core_ns``,
                     ``voluntary_switches``, ``involuntary_switches``, ``migrations``, ``peak_rss_bytes`` (each null
                     where it cannot be had), ``result``, ``shares_task``, ``untold_waits`` (or absent: lock to
                     nanoseconds that it waited and has not told of)
``carrier_started``  ``carrier``, ``pid``, ``tid``, ``start_ticks``: a kernel task that carries several workers begins. Where
                     several tasks carry them (goroutines), these are told in place of ``worker_started``
``carrier_finished`` ``carrier``, and the stamps and counters of ``worker_finished``: the account of one kernel task
                     that carried several workers
``finished``         the last: ``started_ns``, ``wall_ns``, ``result`` (null, here and above, when it is too long for the wire)
``failed``           ``worker`` (or null), ``reason``: one sentence
===================  ==============================================================================================

The wire never holds an experiment up. ``line``, ``task_finished`` and what is told of locks are *offered*: they are sent only
while the pipe is not too full, else dropped and counted. The others are few and the run cannot be understood without them: for
them the writer waits, at most two seconds, and the room that offers leave free means that in practice it never does.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import struct
import termios
import time
from typing import Any, Dict, Optional

VARIABLE = "CONCLAB_EVENTS"
LIMIT = 4096
PATIENCE_S = 2.0
_F_GETPIPE_SZ = 1032
_DEFAULT_CAPACITY = 65536


def encode(kind: str, at_ns: int, fields: Dict[str, Any]) -> bytes:
    """One event as a line. Raises ValueError when it is longer than the wire allows."""
    event = {"event": kind, "at": at_ns}
    event.update(fields)
    line = json.dumps(event, separators=(",", ":")).encode("ascii") + b"\n"
    if len(line) > LIMIT:
        raise ValueError("event of %d bytes; the wire takes %d" % (len(line), LIMIT))
    return line


def decode(line: bytes) -> Optional[Dict[str, Any]]:
    """One line as an event; None for what is none: anybody may write to the wire."""
    if len(line) > LIMIT:
        return None
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(event, dict) or not isinstance(event.get("event"), str):
        return None
    at = event.get("at")
    return event if isinstance(at, int) and not isinstance(at, bool) else None


class Wire:
    """The writing end. Safe to share between threads; a forked child may go on using it."""

    def __init__(self, path: str) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            capacity = fcntl.fcntl(self._fd, _F_GETPIPE_SZ)
        except OSError:  # not Linux
            capacity = _DEFAULT_CAPACITY
        # The kernel keeps a page for each write that does not fit into the last one, so a pipe can be full at half of its
        # bytes. Offers stop at three eighths: there is then always room for what must arrive.
        self._offer_limit = capacity * 3 // 8
        self._dropped = 0
        self._reported_at = 0.0

    def send(self, kind: str, **fields: Any) -> None:
        """Write an event that the run needs; wait up to two seconds for room. A lab that is gone is no reason to fail."""
        line = encode(kind, time.monotonic_ns(), fields)
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                os.write(self._fd, line)
                return
            except BlockingIOError:
                rest = deadline - time.monotonic()
                if rest <= 0:
                    return
                select.select([], [self._fd], [], rest)
            except BrokenPipeError:
                return

    def offer(self, kind: str, **fields: Any) -> bool:
        """Write an event if there is room for it; else count it as dropped. Returns whether it was written."""
        if self._filling() <= self._offer_limit:
            try:
                os.write(self._fd, encode(kind, time.monotonic_ns(), fields))
                return True
            except (BlockingIOError, BrokenPipeError):
                pass
        self.drop(1)
        return False

    def follow_up(self, kind: str, **fields: Any) -> None:
        """Write what an offer that was taken has begun: into the room that offers leave free, and without waiting for any."""
        try:
            os.write(self._fd, encode(kind, time.monotonic_ns(), fields))
        except (BlockingIOError, BrokenPipeError):
            self.drop(1)

    def drop(self, count: int) -> None:
        """Count what was not sent, and say so four times a second."""
        self._dropped += count
        now = time.monotonic()
        if now - self._reported_at >= 0.25:
            self._reported_at = now
            self.settle()

    def settle(self) -> None:
        """Report what was dropped since the last report."""
        count, self._dropped = self._dropped, 0
        if count:
            self.send("dropped", count=count)

    def _filling(self) -> int:
        """Bytes that lie in the pipe unread (FIONREAD)."""
        answer = fcntl.ioctl(self._fd, termios.FIONREAD, b"\0\0\0\0")
        return int(struct.unpack("i", answer)[0])
