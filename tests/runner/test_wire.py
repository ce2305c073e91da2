"""The event wire: its limits, and that a full pipe never holds an experiment up."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from conclab.runner.wire import LIMIT, Wire, decode, encode


@pytest.fixture
def fifo(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """A FIFO and its reading end, which nobody reads unless the test does."""
    path = str(tmp_path / "events")
    os.mkfifo(path)
    reading = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    yield path, reading
    os.close(reading)


def drain(reading: int) -> list[dict[str, object]]:
    data = b""
    while True:
        try:
            data += os.read(reading, 65_536)
        except BlockingIOError:
            return [json.loads(line) for line in data.splitlines()]


def test_an_event_comes_back_as_it_was_sent() -> None:
    line = encode("line", 17, {"worker": "w1", "text": "ein Wörtchen\n\x1b"})
    assert line.count(b"\n") == 1
    assert decode(line) == {"event": "line", "at": 17, "worker": "w1", "text": "ein Wörtchen\n\x1b"}


def test_an_event_longer_than_a_pipe_takes_at_once_is_refused() -> None:
    with pytest.raises(ValueError, match="4096"):
        encode("line", 1, {"text": "x" * LIMIT})


@pytest.mark.parametrize(
    "line",
    [b"", b"nonsense", b"[]", b"{}", b'{"event": 1, "at": 1}', b'{"event": "x"}', b'{"event": "x", "at": true}', b"[" * 4000],
)
def test_what_is_no_event_is_none(line: bytes) -> None:
    assert decode(line) is None


def test_offers_are_dropped_and_counted_when_nobody_reads_but_what_matters_still_arrives(fifo: tuple[str, int]) -> None:
    path, reading = fifo
    wire = Wire(path)
    written = sum(wire.offer("line", worker="w1", text="x" * 500) for _ in range(2_000))
    assert 0 < written < 2_000
    wire.send("worker_finished", worker="w1")
    wire.settle()
    events = drain(reading)
    kinds = [event["event"] for event in events]
    assert kinds.count("line") == written
    assert "worker_finished" in kinds
    dropped = [event["count"] for event in events if event["event"] == "dropped"]
    assert sum(count for count in dropped if isinstance(count, int)) == 2_000 - written


def test_offers_of_half_a_page_leave_room_too(fifo: tuple[str, int]) -> None:
    """The worst case: each write takes a page of the pipe and fills half of it."""
    path, reading = fifo
    wire = Wire(path)
    for _ in range(1_000):
        wire.offer("line", text="x" * 2_100)
    wire.send("finished")
    assert drain(reading)[-1]["event"] == "finished"


def test_a_lab_that_is_gone_is_no_reason_to_fail(tmp_path: Path) -> None:
    path = str(tmp_path / "events")
    os.mkfifo(path)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    wire = Wire(path)
    os.close(reading)
    wire.send("finished")
    assert not wire.offer("line", text="is anybody there?")
