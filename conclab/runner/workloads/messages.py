"""Messages of growing size to another worker, which answers each with a receipt: by what threads share, and by what processes do.

``queue``
    ``queue.Queue`` between threads: what is handed over is a reference, and nothing is copied.
``pipe``, ``mp.Queue``
    What ``multiprocessing`` offers for objects: pickled, written into a pipe, read and unpickled.
``shared memory``
    The payload lies in memory that both processes have (an anonymous shared mapping, mmap(2)); a word in a pipe says that it is
    there.

How long a trip took, there and back, is the median of many; where much has to be copied it is that of few, or of one.
"""

from __future__ import annotations

import mmap
import multiprocessing
import queue
import time
from typing import Any, Callable, Dict, List, NamedTuple

COPYING = ("pipe", "mp.Queue")
_MOST_TRIPS = 300
_BUDGET_BYTES = 8 * 1024 * 1024
"""So much is copied for each rung of the ladder, or one payload where that is more."""
_WARM_UP = 3
_STAMP_BYTES = 8
_AT_ONCE = "both workers have to live at the same time"
_ELSEWHERE = "the channels are handed on by fork only"
NOT_ON = {"sequential": _AT_ONCE, "asyncio": _AT_ONCE, "spawn": _ELSEWHERE, "forkserver": _ELSEWHERE}


class State(NamedTuple):
    """The way there and the way back, the memory that both have, and where each size's trip is left."""

    there: Any
    back: Any
    memory: Any
    trips_ns: Dict[int, Any]


class _Pipe(NamedTuple):
    """One way, with the names that a queue has."""

    reading: Any
    writing: Any

    def put(self, message: Any) -> None:
        self.writing.send(message)

    def get(self) -> Any:
        return self.reading.recv()


def sizes_of(arguments: Dict[str, Any]) -> List[int]:
    """The ladder's rungs in bytes."""
    return [int(size) for size in arguments["sizes"].split()]


def trips_of(way: str, size: int) -> int:
    """How many trips a payload of that size makes."""
    return max(1, min(_MOST_TRIPS, _BUDGET_BYTES // size)) if way in COPYING else _MOST_TRIPS


def prepare(arguments: Dict[str, Any], tools: Any) -> State:
    way, sizes = arguments["way"], sizes_of(arguments)
    memory = mmap.mmap(-1, max(sizes)) if way == "shared memory" else None
    make: Callable[[], Any]
    if way == "queue":
        make = queue.Queue
    elif way == "mp.Queue":
        make = multiprocessing.get_context("fork").Queue
    else:

        def make() -> _Pipe:
            return _Pipe(*multiprocessing.Pipe(duplex=False))

    return State(make(), make(), memory, {size: tools.cell() for size in sizes})


def _send(state: State, payload: bytes, number: int) -> None:
    """Hand the payload over. In shared memory it lies there already, and only its last bytes are new."""
    if state.memory is None:
        state.there.put(payload)
        return
    end = len(payload)
    state.memory[end - _STAMP_BYTES : end] = number.to_bytes(_STAMP_BYTES, "little")
    state.there.put(b"")


def _receive(state: State, size: int, number: int) -> bool:
    """Whether what came is what was sent."""
    message = state.there.get()
    if state.memory is None:
        return len(message) == size
    return int.from_bytes(state.memory[size - _STAMP_BYTES : size], "little") == number


def task(state: State, arguments: Dict[str, Any], index: int) -> int:
    """How many messages were answered, or found to be right."""
    right = 0
    for size in sizes_of(arguments):
        count = trips_of(arguments["way"], size)
        warm_up = _WARM_UP if count > 1 else 0
        if index:
            for number in range(count + warm_up):
                right += _receive(state, size, number)
                state.back.put(number)
            continue
        payload = bytes(size)
        if state.memory is not None:
            state.memory[:size] = payload
        took = []
        for number in range(count + warm_up):
            began = time.perf_counter_ns()
            _send(state, payload, number)
            right += state.back.get() == number
            took.append(time.perf_counter_ns() - began)
        state.trips_ns[size].value = trip_ns = sorted(took[warm_up:])[count // 2]
        print(f"{size:,} bytes: {trip_ns / 1000:,.1f} µs there and back, {size * 1000 / trip_ns:,.0f} MB/s")
    return right


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: State, _arguments: Dict[str, Any]) -> Dict[str, Any]:
    """``trip_N_ns``: there with N bytes and back with a receipt."""
    return {"trip_%d_ns" % size: (cell.value, "ns") for size, cell in state.trips_ns.items()}
