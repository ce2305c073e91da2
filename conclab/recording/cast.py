"""Casts: what a terminal showed and when, as asciinema's files (asciicast), which its players and others read.

Version 2 has the time since the beginning in each line, version 3 the time since the line before. One JSON document a line, so a
file that ends anywhere can be read up to its last whole line.
Formats: https://docs.asciinema.org/manual/asciicast/v2/ and https://docs.asciinema.org/manual/asciicast/v3/
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, TextIO

from conclab.model.text import harmless
from conclab.recording.cast_filter import START, CastFilter

VERSIONS = (2, 3)
SUFFIX = ".cast"
OUTPUT, RESIZE, MARKER = "o", "r", "m"
WIDEST = 1_000
"""Columns and rows that a cast may have to be taken for one."""
_LARGEST = 512 * 1024 * 1024
"""Bytes: a file beyond this is not read at once."""
_LONGEST_LABEL = 200
_DIGITS = 6


class NoCast(Exception):
    """A file is not a cast that can be read. The message is one plain sentence."""


@dataclass(frozen=True, slots=True)
class CastEvent:
    """Something that happened ``at_s`` seconds after the beginning: OUTPUT (ANSI), RESIZE (``120x40``) or MARKER (its label)."""

    at_s: float
    code: str
    data: str


@dataclass(frozen=True, slots=True)
class Cast:
    """A cast as a whole, its times from the beginning whatever the version of the file."""

    width: int
    height: int
    events: tuple[CastEvent, ...]
    version: int = 2
    title: str = ""
    torn: bool = False
    """Its last line was not whole: whoever wrote it was killed."""

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.events[-1].at_s if self.events else 0.0

    @property
    def markers(self) -> tuple[CastEvent, ...]:
        return tuple(event for event in self.events if event.code == MARKER)

    def paced(self, idle_limit_s: float | None) -> Cast:
        """The same with no pause longer than this between two events."""
        if idle_limit_s is None or not self.events:
            return self
        at_s, events = min(self.events[0].at_s, idle_limit_s), []
        events.append(replace(self.events[0], at_s=at_s))
        for before, event in pairwise(self.events):
            at_s += min(event.at_s - before.at_s, idle_limit_s)
            events.append(replace(event, at_s=at_s))
        return replace(self, events=tuple(events))


class CastWriter:
    """Writes a cast while it happens. Every line is with the kernel as soon as it is written: a kill loses nothing before it.

    All of it may raise OSError; after that nothing more should be written but ``close``.
    """

    def __init__(
        self,
        path: Path,
        width: int,
        height: int,
        version: int = 2,
        title: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``clock`` tells seconds since the epoch: when the cast was made. A file that is there is written over."""
        if version not in VERSIONS:
            raise ValueError(f"asciicast {version} is not known here; {VERSIONS} are")
        self.path = path
        self.version = version
        self.bytes = 0
        self._filter = CastFilter()
        self._size = (width, height)
        self._last_s = 0.0
        self._file: TextIO | None = path.open("w", encoding="utf-8", errors="replace", newline="\n")
        header: dict[str, Any] = {"version": version}
        terminal = os.environ.get("TERM") or "xterm-256color"
        if version == 2:
            header |= {"width": width, "height": height, "timestamp": int(clock()), "env": {"TERM": terminal}}
        else:
            header |= {"term": {"cols": width, "rows": height, "type": terminal}, "timestamp": int(clock())}
        if title:
            header["title"] = harmless(title)
        self._write(header)
        self._event(0.0, OUTPUT, START)

    def output(self, at_s: float, data: str) -> None:
        """The program wrote this, ``at_s`` seconds after the beginning. What would harm whoever plays it is left out."""
        kept = self._filter.feed(data)
        if kept:
            self._event(at_s, OUTPUT, kept)

    def resize(self, at_s: float, width: int, height: int) -> None:
        """The terminal has another size."""
        if (width, height) != self._size:
            self._size = (width, height)
            self._event(at_s, RESIZE, f"{width}x{height}")

    def marker(self, at_s: float, label: str) -> None:
        """Something to jump to."""
        self._event(at_s, MARKER, harmless(label)[:_LONGEST_LABEL])

    def close(self, at_s: float | None = None) -> None:
        """The last picture stays, and the cursor comes back on the last line. ``at_s``: how long the picture is to be seen."""
        if self._file is None:
            return
        try:
            end = f"\x1b[0m\x1b[{self._size[1]};1H\x1b[?25h"
            self._event(self._last_s if at_s is None else at_s, OUTPUT, end)
        finally:
            file, self._file = self._file, None
            file.close()

    def _event(self, at_s: float, code: str, data: str) -> None:
        at_s = max(at_s, self._last_s)
        # Rounded sums of rounded differences: the times of version 3 do not drift.
        shown = round(at_s, _DIGITS) if self.version == 2 else round(round(at_s, _DIGITS) - round(self._last_s, _DIGITS), _DIGITS)
        self._last_s = at_s
        self._write([shown, code, data])

    def _write(self, document: Any) -> None:
        if self._file is not None:
            line = json.dumps(document, ensure_ascii=False, separators=(", ", ": "))
            self._file.write(line + "\n")
            self._file.flush()
            self.bytes += len(line) + 1


def read_cast(path: Path) -> Cast:
    """A cast of version 2 or 3. Raises NoCast."""
    shown = repr(harmless(str(path)))
    try:
        if path.stat().st_size > _LARGEST:
            raise NoCast(f"{shown} is larger than {_LARGEST // 2**20} MiB, too large to be read at once")
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise NoCast(f"{shown} cannot be read: {(error.strerror or str(error)).lower()}") from None
    first, _, rest = text.partition("\n")
    header = _parsed(first)
    if not isinstance(header, dict) or "version" not in header:
        raise NoCast(f"{shown} is no cast: its first line is not asciinema's header")
    version = header["version"]
    if version not in VERSIONS or isinstance(version, bool):
        raise NoCast(f"{shown} is a cast of version {harmless(str(version))[:20]}; versions 2 and 3 can be read")
    width, height = _size_of(header, version)
    if not (0 < width <= WIDEST and 0 < height <= WIDEST):
        raise NoCast(f"{shown} has no usable size of the terminal in its first line")
    lines = rest.split("\n")
    torn = bool(lines[-1]) and _parsed(lines[-1]) is None
    if torn:
        lines.pop()
    title = header.get("title")
    events = tuple(_events(lines, version, shown))
    return Cast(width, height, events, version, harmless(title) if isinstance(title, str) else "", torn)


def _events(lines: list[str], version: int, shown: str) -> Iterator[CastEvent]:
    now_s = 0.0
    for number, line in enumerate(lines, 2):
        if not line.strip() or line.startswith("#"):
            continue
        event = _parsed(line)
        if not (isinstance(event, list) and len(event) == 3 and _is_time(event[0]) and isinstance(event[2], str)):
            raise NoCast(f"{shown} is damaged: line {number} is not [time, code, data]")
        now_s = max(now_s, float(event[0])) if version == 2 else now_s + float(event[0])
        if event[1] == RESIZE and _resized(event[2]) is None:
            raise NoCast(f"{shown} is damaged: line {number} has a size that is none")
        if event[1] in (OUTPUT, RESIZE, MARKER):
            yield CastEvent(now_s, event[1], event[2])


def size_of(event: CastEvent) -> tuple[int, int]:
    """Columns and rows of a RESIZE that ``read_cast`` has let pass."""
    found = _resized(event.data)
    assert found is not None
    return found


def _resized(text: str) -> tuple[int, int] | None:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and len(text) < 16):
        return None
    size = int(width), int(height)
    return size if all(0 < side <= WIDEST for side in size) else None


def _size_of(header: dict[str, Any], version: int) -> tuple[int, int]:
    terminal = header.get("term") if version == 3 else None
    pair = (header.get("width"), header.get("height"))
    if isinstance(terminal, dict):
        pair = (terminal.get("cols"), terminal.get("rows"))
    width, height = (side if isinstance(side, int) and not isinstance(side, bool) else 0 for side in pair)
    return width, height


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None
