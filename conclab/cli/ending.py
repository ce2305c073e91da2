"""How a command ends early: with one clear line on standard error, and nothing left running."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType


class Trouble(Exception):
    """The command cannot go on. The message is one plain sentence for standard error."""

    def __init__(self, message: str, status: int = 2) -> None:
        super().__init__(message)
        self.status = status


class Stopped(BaseException):
    """A signal asked the command to end. Not an Exception, so that nothing on the way swallows it."""

    def __init__(self, number: int) -> None:
        super().__init__("stopped; nothing is left running")
        self.status = 128 + number


@contextlib.contextmanager
def end_on_signals() -> Iterator[None]:
    """Turn SIGINT, SIGTERM and SIGHUP into Stopped on the main thread, so that every ``with`` on the way cleans up."""

    def stop(number: int, _frame: FrameType | None) -> None:
        for one in numbers:  # a second Ctrl-C must not interrupt the cleaning up
            signal.signal(one, signal.SIG_IGN)
        raise Stopped(number)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
