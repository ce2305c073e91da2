"""A stream keeps its beat, writes whole lines, and is held up by nobody who does not read."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

import pytest

from conclab.cli import steady
from conclab.cli.ending import Stopped, end_on_signals
from conclab.cli.steady import Outlet, beats

LINE = "one long line of a stream, " * 20_000 + "\n"
"""More than a pipe holds."""


def test_beats_keep_their_distance_and_missed_ones_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    now, slept = [100.0], list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    monkeypatch.setattr("conclab.cli.steady.time.monotonic", lambda: now[0])
    monkeypatch.setattr("conclab.cli.steady.time.sleep", sleep)
    moments = []
    for work, _beat in zip([0.3, 0.9, 2.5, 0.0, 0.0], beats(1.0), strict=False):
        moments.append(now[0])
        now[0] += work
    monkeypatch.undo()
    assert moments == pytest.approx([101.0, 102.0, 103.0, 106.0, 107.0])
    assert slept == pytest.approx([1.0, 0.7, 0.1, 0.5, 1.0])


class Pipe:
    """A pipe that is read from the moment at which somebody asks for it."""

    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()
        self._thread = threading.Thread(target=self._read)
        self._read_so_far = b""

    def begin_to_read(self) -> None:
        self._thread.start()

    def _read(self) -> None:
        while piece := os.read(self.reading, 65_536):
            self._read_so_far += piece

    def all(self) -> str:
        """Everything that has been written; the end of it."""
        os.close(self.writing)
        self._thread.join()
        os.close(self.reading)
        return self._read_so_far.decode()


def when_writing(monkeypatch: pytest.MonkeyPatch, turn: int, act: Callable[[], None]) -> None:
    """Do something before the n-th piece is written."""
    write, turns = os.write, iter(range(10**9))

    def spy(fd: int, data: memoryview) -> int:
        if next(turns) == turn:
            act()
        return write(fd, data)

    monkeypatch.setattr("conclab.cli.steady.os.write", spy)


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def test_a_long_line_arrives_whole() -> None:
    pipe = Pipe()
    pipe.begin_to_read()
    Outlet(pipe.writing, "utf-8").write(LINE)
    assert pipe.all() == LINE


def test_who_reads_gets_the_rest_of_the_line_when_a_signal_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = Pipe()
    when_writing(monkeypatch, 3, interrupt)
    pipe.begin_to_read()
    with pytest.raises(Stopped) as stopped, end_on_signals():
        Outlet(pipe.writing, "utf-8").write(LINE)
    assert stopped.value.status == 128 + signal.SIGTERM
    assert pipe.all() == LINE


def test_who_does_not_read_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = Pipe()
    monkeypatch.setattr(steady, "_PATIENCE_S", 0.0)
    when_writing(monkeypatch, 3, interrupt)
    with pytest.raises(Stopped), end_on_signals():
        Outlet(pipe.writing, "utf-8").write(LINE)
    pipe.begin_to_read()
    assert LINE.startswith(pipe.all())


def test_what_the_terminal_cannot_show_is_spelled() -> None:
    pipe = Pipe()
    pipe.begin_to_read()
    Outlet(pipe.writing, "ascii").write("画 w1\n")
    assert pipe.all() == "\\u753b w1\n"
