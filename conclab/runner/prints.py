"""``print`` inside a worker becomes a line of that worker.

``sys.stdout`` and ``sys.stderr`` are replaced by routers. Who writes is known from a context variable (PEP 567), which threads
and coroutines both keep apart. What goes past Python (C code writing to descriptor 1) is not seen here; it reaches the lab
through the child's pipes.

A worker that floods is held back at the source, where a line that is dropped costs least: 5,000 lines at once, then 2,000 a
second for each process. What is left out is counted, and the count is shown.
"""

from __future__ import annotations

import contextvars
import io
import sys
from typing import Dict, List, Optional

from tap import Tap
from wire import Wire

BURST_LINES = 5_000
LINES_PER_S = 2_000
_MOST_HELD = 65_536

worker: "contextvars.ContextVar[Optional[str]]" = contextvars.ContextVar("conclab_worker", default=None)


class Router(io.TextIOBase):
    """A text stream that sends whole lines to the wire, each under the name of the worker that wrote it."""

    def __init__(self, wire: Wire, stream: str, tap: Tap) -> None:
        self._wire = wire
        self._stream = stream
        self._tap = tap
        self._held: Dict[Optional[str], str] = {}

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError("write() argument must be str, not %s" % type(text).__name__)
        name = worker.get()
        whole = self._held.pop(name, "") + text
        lines = whole.split("\n")
        rest = lines.pop()
        for line in lines:
            self._send(name, line)
        if len(rest) > _MOST_HELD:  # a line that never ends must not fill the memory
            self._send(name, rest)
        elif rest:
            self._held[name] = rest
        return len(text)

    def flush(self) -> None:
        """Nothing to do: a line is sent when it is whole, or when its worker ends (``finish``)."""

    def finish(self) -> None:
        """Send what the calling worker wrote without a newline."""
        rest = self._held.pop(worker.get(), "")
        if rest:
            self._send(worker.get(), rest)

    def _send(self, name: Optional[str], text: str) -> None:
        if not self._tap.take():
            self._wire.drop(1)
            return
        for piece in pieces(text):
            self._wire.offer("line", worker=name, stream=self._stream, text=piece)


def pieces(text: str) -> List[str]:
    """The text in parts that fit the wire whatever JSON makes of them: a character takes six bytes at most, or twelve in pairs."""
    size = 3_000 if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text else 300
    return [text[start : start + size] for start in range(0, len(text), size)] or [""]


def install(wire: Wire) -> None:
    """Replace this process's streams."""
    tap = Tap(BURST_LINES, LINES_PER_S)
    sys.stdout = Router(wire, "stdout", tap)
    sys.stderr = Router(wire, "stderr", tap)


def finish() -> None:
    """The calling worker ends: send its unfinished lines."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, Router):
            stream.finish()
