"""One child: launched under a keeper, listened to until it ends, ended when asked to.

The child gets a private folder (0700) with the event wire (a FIFO) and its spec. Its standard output and error are pipes to
here; the terminal is out of its reach. Everything is read in one place with a budget for each turn, so that a child that floods
costs the lab a bounded share of a core: the wire then fills up and drops at the source, and of the raw streams only the newest
lines are kept and the rest is counted.
"""

from __future__ import annotations

import ast
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conclab.model.events import Line
from conclab.model.results import Totals
from conclab.model.text import harmless, newest_lines
from conclab.runner import wire

RUNNER = Path(wire.__file__).parent
TURN_S = 0.05
"""At most so often is the wire read: lines are handed on in batches."""
_LONGEST_TURN_MS = 250
WIRE_BUDGET = 65_536
"""Bytes taken from the wire in one turn; with TURN_S about 1.3 MB, or 10,000 lines, a second."""
RAW_BUDGET = 1 << 20
RAW_LINES = 400
"""Lines of raw output kept in one turn; the others are counted."""
_LONGEST_LINE = 4_000
_LONGEST_TMPDIR = 64
_PIPE_CAPACITY = 1 << 20
_F_SETPIPE_SZ = 1031


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended, in the words of its keeper."""

    exit_status: int | None
    signal: int | None
    stopped: bool
    left_behind: int
    totals: Totals | None

    def explain(self) -> str:
        """One clause for the user: was killed by SIGKILL."""
        if self.signal is not None:
            try:
                return f"was killed by {signal.Signals(self.signal).name}"
            except ValueError:
                return f"was killed by signal {self.signal}"
        if self.exit_status is None:
            return "ended in an unknown way"
        return f"ended with exit status {self.exit_status}"


class CannotStart(Exception):
    """The child could not be started at all. The message is one plain sentence."""


@dataclass(slots=True)
class Turn:
    """What one turn of listening brought."""

    events: list[dict[str, Any]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    left_out: int = 0


def _widen(pipe: int) -> None:
    """Let a pipe hold a megabyte, so that a writer need not wait between our turns."""
    try:
        fcntl.fcntl(pipe, _F_SETPIPE_SZ, _PIPE_CAPACITY)
    except OSError:  # not Linux, or over the user's limit (pipe-user-pages-soft): smaller pipes work too
        pass


def _temporary(folder: Path) -> dict[str, str]:
    """Temporary files of the experiment go where the keeper will remove them, unless the path is so long that a forkserver's
    socket in it would exceed the 108 bytes of a unix(7) address."""
    return {"TMPDIR": str(folder)} if len(os.fsencode(folder)) <= _LONGEST_TMPDIR else {}


class _RawStream:
    """Bytes of standard output or error becoming lines: only the newest of a turn are made, the others counted."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._rest = b""

    def feed(self, data: bytes, turn: Turn, last: bool = False) -> None:
        whole = self._rest + data
        if last and whole and not whole.endswith(b"\n"):
            whole += b"\n"
        parts, left_out, self._rest = newest_lines(whole, RAW_LINES)
        turn.left_out += left_out
        if len(self._rest) > _LONGEST_LINE:  # a line that never ends must not fill the memory
            parts.append(self._rest)
            self._rest = b""
        now = time.monotonic_ns()
        for part in parts:
            text = harmless(part[:_LONGEST_LINE].decode("utf-8", errors="replace").rstrip("\r"))
            turn.lines.append(Line(now, None, self.name, text))


class Child:
    """A context manager around one child. Leaving it kills and reaps the whole tree, whatever happened inside."""

    def __init__(self, command: list[str], spec: dict[str, Any], wake: int) -> None:
        """``wake`` is a descriptor that becomes readable when listening has to be interrupted."""
        self._command = command
        self._spec = spec
        self._wake = wake
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._open: list[int] = []
        self.ending: Ending | None = None
        self.pid: int | None = None

    def __enter__(self) -> Child:
        self._folder = tempfile.TemporaryDirectory(prefix="conclab-", ignore_cleanup_errors=True)  # mkdtemp(3): 0700
        try:
            self._launch(Path(self._folder.name))
        except BaseException:
            self.__exit__()
            raise
        return self

    def _launch(self, folder: Path) -> None:
        fifo, spec = folder / "events", folder / "spec.json"
        os.mkfifo(fifo, 0o600)
        spec.write_text(json.dumps(self._spec))
        # Opened for both, the reading end never sees an end of file while writers come and go.
        self._wire = self._keep(os.open(fifo, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC))
        _widen(self._wire)
        report, report_write = os.pipe()
        self._report = self._keep(report)
        keeper = [sys.executable, "-I", "-S", str(RUNNER / "keeper.py"), str(report_write), str(spec), "--"]
        try:
            self._keeper = subprocess.Popen(
                keeper + self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, wire.VARIABLE: str(fifo), **_temporary(folder)},
                pass_fds=(report_write,),
                start_new_session=True,
                close_fds=True,
            )
        finally:
            os.close(report_write)
        assert self._keeper.stdout is not None
        assert self._keeper.stderr is not None
        self._streams = {
            self._keeper.stdout.fileno(): _RawStream("stdout"),
            self._keeper.stderr.fileno(): _RawStream("stderr"),
        }
        for descriptor in (self._report, *self._streams):
            os.set_blocking(descriptor, False)
            _widen(descriptor)

    def _keep(self, descriptor: int) -> int:
        self._open.append(descriptor)
        return descriptor

    def __exit__(self, *_: object) -> None:
        keeper = getattr(self, "_keeper", None)
        if keeper is not None:
            self.pull_leash()
            try:
                keeper.wait(timeout=15)
            except subprocess.TimeoutExpired:
                keeper.kill()  # its child and the workers die by their parent-death signals
                keeper.wait()
            for stream in (keeper.stdin, keeper.stdout, keeper.stderr):
                if stream is not None:
                    stream.close()
        for descriptor in self._open:
            os.close(descriptor)
        self._open.clear()
        if self._folder is not None:
            self._folder.cleanup()  # the keeper has done so already unless it was killed

    def pull_leash(self) -> None:
        """Tell the keeper to kill the tree now."""
        if self._keeper.stdin is not None and not self._keeper.stdin.closed:
            self._keeper.stdin.close()

    def turns(self) -> Iterator[Turn]:
        """Listen until the child has ended and all it said is read; yields what each turn brought.

        Yields at least four times a second and whenever ``wake`` becomes readable, if need be with nothing, so that the caller
        can look at the clock and at what it was woken for. Raises CannotStart.
        """
        everything, urgent = select.poll(), select.poll()
        for descriptor in (self._wire, self._report, self._wake, *self._streams):
            everything.register(descriptor, select.POLLIN)
        for descriptor in (self._report, self._wake):
            urgent.register(descriptor, select.POLLIN)
        wire_rest, reported = b"", b""
        while self.ending is None:
            began = time.monotonic()
            ready = {descriptor for descriptor, _ in everything.poll(_LONGEST_TURN_MS)}
            turn = Turn()
            if self._report in ready:
                data = os.read(self._report, 65_536)
                *whole, reported = (reported + data).split(b"\n")
                for line in whole:
                    self._heard(ast.literal_eval(line.decode()))
                if not data and self.ending is None:
                    self.ending = Ending(None, signal.SIGKILL, False, 0, None)  # the keeper was killed
            if self._wire in ready:
                wire_rest = self._read_wire(wire_rest, turn)
            for descriptor in ready & self._streams.keys():
                if self._read_raw(descriptor, turn) == b"":
                    everything.unregister(descriptor)
            yield turn
            if self.ending is None and ready:
                # Let lines gather, unless something comes that ends the step or wakes us.
                rest_ms = (TURN_S - (time.monotonic() - began)) * 1000
                if rest_ms > 0:
                    urgent.poll(rest_ms)
        yield self._last_words(wire_rest)

    def _heard(self, report: dict[str, Any]) -> None:
        if "error" in report:
            raise CannotStart(f"{harmless(self._command[0])} could not be started: {report['error']}")
        if "pid" in report:
            self.pid = int(report["pid"])
            return
        self.ending = Ending(
            exit_status=report["exit_status"],
            signal=report["signal"],
            stopped=report["stopped"],
            left_behind=report["left_behind"],
            totals=Totals(
                cpu_ns=report["cpu_ns"],
                voluntary_switches=report["voluntary_switches"],
                involuntary_switches=report["involuntary_switches"],
                peak_rss_bytes=report["peak_rss_bytes"],
            ),
        )

    def _read_wire(self, rest: bytes, turn: Turn) -> bytes:
        try:
            data = rest + os.read(self._wire, WIRE_BUDGET)
        except BlockingIOError:
            return rest
        *lines, rest = data.split(b"\n")
        for line in lines:
            event = wire.decode(line)
            if event is not None:
                turn.events.append(event)
        return rest if len(rest) <= wire.LIMIT else b""

    def _read_raw(self, descriptor: int, turn: Turn) -> bytes | None:
        """What was read; empty at the end of the stream, None when there is nothing just now."""
        try:
            data = os.read(descriptor, RAW_BUDGET)
        except BlockingIOError:
            return None
        self._streams[descriptor].feed(data, turn, last=not data)
        return data

    def _last_words(self, wire_rest: bytes) -> Turn:
        """Everything is dead: read what still lies in the pipes."""
        turn = Turn()
        while True:
            before = len(turn.events)
            wire_rest = self._read_wire(wire_rest, turn)
            if len(turn.events) == before:
                break
        for descriptor in self._streams:
            while self._read_raw(descriptor, turn):
                pass
        return turn
